"""PyTorch's words traced by JAX: a function of tensors run on JAX's arrays, as a pure function."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from jnet.ops.random.keyed import Keyed
from jnet.recorder import known
from jnet.recorder.direct import direct
from jnet.torch.tensor import Tensor, grad_mode, value_of, wrap

_LOOKS = (jax.errors.ConcretizationTypeError, jax.errors.TracerArrayConversionError)


def pure(function: Callable, *inputs, rng=None) -> Any:
    """Return `function(*inputs)` for JAX's arrays, which may be traced: it gets tensors, and what it gives is arrays.

    Derivatives are JAX's. They end where PyTorch's do: at `detach`, and inside of `no_grad`.

    Args:
        inputs: nested as JAX's trees are; what is no array stays as it is.
        rng: the key that random numbers follow from; without one, there are none.

    Raises:
        NotImplementedError: if the function looks at a value.
        RuntimeError: if it draws random numbers, and there is no key.
    """
    with _traced(None if rng is None else Keyed(rng)):
        arguments = jax.tree.map(tensor_of, inputs, is_leaf=is_tensor)
        try:
            result = function(*arguments)
        except _LOOKS as error:
            raise NotImplementedError(
                "This module looks at a value while JAX traces it (item(), bool(), numpy(), nonzero() ...): what it "
                f"does must follow from shapes alone. {str(error).splitlines()[0]}"
            ) from error
        return jax.tree.map(array_of, result, is_leaf=is_tensor)


@contextlib.contextmanager
def _traced(source: Keyed | None) -> Iterator[None]:
    before = grad_mode.enabled, grad_mode.inference
    with direct(lambda: grad_mode.enabled, source), warnings.catch_warnings():
        # Where JAX has no 64 bits, what PyTorch has in 64 is in 32, as everywhere in JAX.
        warnings.filterwarnings("ignore", "Explicitly requested dtype", UserWarning)
        grad_mode.enabled, grad_mode.inference = True, False
        try:
            yield
        finally:
            grad_mode.enabled, grad_mode.inference = before


def is_tensor(leaf) -> bool:
    """Tell tensors from what JAX's trees are made of."""
    return isinstance(leaf, Tensor)


def tensor_of(leaf):
    """Return the tensor of an array, or what else it is."""
    return wrap(known(jnp.asarray(leaf))) if isinstance(leaf, jax.Array | np.ndarray | np.generic) else leaf


def array_of(leaf):
    """Return the array of a tensor, or what else it is."""
    if not isinstance(leaf, Tensor):
        return leaf
    array = value_of(leaf).known()
    return array if isinstance(array, jax.Array) else jnp.asarray(array)
