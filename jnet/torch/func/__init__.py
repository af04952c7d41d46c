"""Functions of functions: derivatives, `vmap`, and modules as pure functions of their parameters.

See: https://docs.pytorch.org/docs/stable/func.html
"""

from jnet.torch.func.derivatives import grad, grad_and_value, hessian, jacfwd, jacrev, jvp, vjp
from jnet.torch.func.mapping import vmap
from jnet.torch.func.modules import functional_call, stack_module_state, to_jax

__all__ = [
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "stack_module_state",
    "to_jax",
    "vjp",
    "vmap",
]
