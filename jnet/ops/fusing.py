"""Where XLA should not fuse."""

import jax
from jax.experimental.xla_metadata import set_xla_metadata

_LEAST = 1 << 15  # elements: less costs little to compute twice


def computed_once(x):
    """Return `x`, stored where it is used, and so is the gradient that comes back through it.

    XLA's compiler for CPUs writes cheap ops into every loop that takes their result. The gradient that comes down a
    stack of layers is a chain of such ops: every weight's gradient would compute it anew from the top, and in the order
    of a transposed copy. A call that must not be inlined ends that and costs nothing by itself; of a small GPT's step
    it saved a quarter of the time. (`lax.optimization_barrier` is gone before the compiler fuses.)

    Example:
        >>> import jax.numpy as jnp
        >>> computed_once(jnp.ones(2)).tolist()
        [1.0, 1.0]
    """
    if x.size < _LEAST or jax.default_backend() != "cpu":
        return x
    with set_xla_metadata(inlineable="false"):
        return _same(x)


@jax.jit
def _same(x):
    return x * 1  # a result that is an argument would need no call
