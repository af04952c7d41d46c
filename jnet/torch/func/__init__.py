"""Functions of functions: derivatives, `vmap`, and modules as pure functions of their parameters.

See: https://docs.pytorch.org/docs/stable/func.html
"""

from typing import TYPE_CHECKING

from jnet.torch.func.bridge import from_jax, to_jax
from jnet.torch.func.derivatives import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, vjp
from jnet.torch.func.mapping import vmap
from jnet.torch.func.modules import functional_call, stack_module_state

if TYPE_CHECKING:
    from jnet.torch.func.linen import to_linen

__all__ = [
    "from_jax",
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "stack_module_state",
    "to_jax",
    "to_linen",
    "vjp",
    "vmap",
]


def __getattr__(name: str):
    """Load Flax where it is asked for."""
    if name != "to_linen":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from jnet.torch.func.linen import to_linen

    return to_linen
