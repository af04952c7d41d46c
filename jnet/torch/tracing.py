"""PyTorch's words traced by JAX: a function of tensors run on JAX's arrays, as a pure function."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp

from jnet.recorder import known
from jnet.recorder.direct import direct
from jnet.torch.autograd.modes import no_grad
from jnet.torch.tensor import Tensor, value_of, wrap


def pure(function: Callable, tensors: dict[str, jax.Array], *inputs):
    """Return `function(tensors, *inputs)` on JAX's arrays, which may be traced; results are arrays again.

    Raises:
        NotImplementedError: if the function looks at a value, or writes to one of `tensors`.
    """
    with direct(), no_grad():
        given = {name: _tensor(array) for name, array in tensors.items()}
        arguments = jax.tree.map(lambda x: _tensor(x) if hasattr(x, "dtype") else x, inputs)
        try:
            result = function(given, *arguments)
        except jax.errors.ConcretizationTypeError as error:
            raise NotImplementedError(
                "This module looks at a value while JAX traces it (item(), bool(), numpy(), nonzero() ...): what it "
                "does "
                f"must follow from shapes alone. {str(error).splitlines()[0]}"
            ) from error
        for name, tensor in given.items():
            if tensor._storage.version[0]:
                raise NotImplementedError(
                    f"The module writes to {name!r}, which a pure function cannot; call module.eval() first, if that "
                    "stops it."
                )
        is_tensor = lambda x: isinstance(x, Tensor)  # noqa: E731
        return jax.tree.map(lambda x: value_of(x).known() if is_tensor(x) else x, result, is_leaf=is_tensor)


def _tensor(array) -> Tensor:
    return wrap(known(jnp.asarray(array)))
