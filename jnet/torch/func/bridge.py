"""Modules as pure functions of JAX, and their weights as trees of arrays."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Iterator

import jax
import jax.numpy as jnp
import numpy as np

from jnet.recorder import flush
from jnet.torch.arrays import tensor
from jnet.torch.autograd.modes import no_grad
from jnet.torch.tensor import Tensor, value_of
from jnet.torch.tracing import array_of, pure

Variables = dict[str, dict[str, jax.Array]]


def to_jax(module) -> tuple[Callable, Variables]:
    """Return a module as a pure function of JAX arrays, and its parameters and buffers as a tree.

    The function can be differentiated, mapped and compiled by `jax.grad`, `jax.vmap` and `jax.jit`; it leaves the
    module as it was. It is called as Flax's models are:

        apply(variables, *inputs, train=None, rng=None, mutable=False, **settings) -> outputs

    Its arguments, beside `variables`, which is `{"params": {name: array}, "buffers": {name: array}}`:

    - `inputs`, `settings`: the module's own, where arrays stand for tensors: nested in tuples, lists, dictionaries and
      other trees of JAX. What is no array goes to the module as it is (under `jax.jit`, as a static argument). The
      outputs are nested as the module nests them.
    - `train`: whether all of the module is in training mode; None leaves each part in its own.
    - `rng`: the key from which dropout and the like draw. One key gives the same numbers each time; they are JAX's,
      not those that PyTorch draws for a seed.
    - `mutable`: True returns `(outputs, {"buffers": ...})`, with what the module has written to its buffers.

    Arrays have JAX's dtypes: without `jax_enable_x64`, int64 becomes int32 and float64 float32.

    Raises:
        NotImplementedError: from `apply`, if the module looks at values (`if x.sum() > 0`): what it does must follow
            from shapes alone.
        RuntimeError: from `apply`, if the module draws without a key, writes to its buffers without `mutable=True`, or
            writes to its parameters.
        KeyError: from `apply`, if `variables` lacks a parameter or a buffer.

    Example:
        >>> import jax, jax.numpy as jnp
        >>> import jnet.torch as torch
        >>> apply, variables = torch.func.to_jax(torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.Dropout()))
        >>> loss = lambda v, key: apply(v, jnp.ones((3, 2)), rng=key).sum()
        >>> jax.grad(loss)(variables, jax.random.key(1))["params"]["0.bias"].tolist()
        [2.0]

    See: https://flax-linen.readthedocs.io/en/latest/api_reference/flax.linen/module.html
    """
    flush()
    variables = {
        "params": {name: array_from(each) for name, each in module.named_parameters()},
        "buffers": {name: array_from(each) for name, each in module.named_buffers()},
    }
    return functools.partial(applied, module), variables


def applied(module, variables, *inputs, train: bool | None = None, rng=None, mutable: bool = False, **settings):
    """Return the outputs of a module with these variables; arguments as those of `to_jax(module)[0]`."""
    given = {**variables.get("params", {}), **variables.get("buffers", {})}
    outputs, buffers = pure(lambda *a: _called(module, train, mutable, *a), given, inputs, settings, rng=rng)
    return (outputs, {"buffers": buffers}) if mutable else outputs


def from_jax(module, variables) -> None:
    """Write parameters and buffers, as `to_jax` gives them, into a module; what `variables` lacks stays as it is.

    Raises:
        KeyError: for names that the module does not have.
        ValueError: for other shapes than the module's.

    Example:
        >>> import jax
        >>> import jnet.torch as torch
        >>> net = torch.nn.Linear(2, 1)
        >>> apply, variables = torch.func.to_jax(net)
        >>> torch.func.from_jax(net, jax.tree.map(lambda w: 0 * w + 3, variables))
        >>> net.weight.data
        tensor([[3., 3.]])
    """
    own = {"params": dict(module.named_parameters()), "buffers": dict(module.named_buffers())}
    wrong, pairs = [], []
    for kind, arrays in variables.items():
        for name, array in arrays.items():
            mine = own.get(kind, {}).get(name)
            if mine is None:
                raise KeyError(f"{type(module).__name__} has no {name!r} among its {kind}: {', '.join(own[kind])}.")
            if tuple(mine.shape) != np.shape(array):
                wrong.append(f"{name} is {list(np.shape(array))}, expected {list(mine.shape)}")
            pairs.append((mine, array))
    if wrong:
        raise ValueError(f"These arrays do not fit {type(module).__name__}: {'; '.join(wrong)}.")
    with no_grad():
        for mine, array in pairs:
            mine.copy_(tensor(array))


def array_from(each: Tensor) -> jax.Array:
    """Return a tensor's values as an array of JAX that nothing else shares."""
    return jnp.asarray(np.array(value_of(each).numpy()))


def _called(module, train: bool | None, mutable: bool, given: dict[str, Tensor], inputs: tuple, settings: dict):
    """Return what the module gives with these tensors in place of its own, and what they are afterwards."""
    arrays = {name: array_of(each) for name, each in given.items()}
    parameters = {name for name, _ in module.named_parameters()}
    with _restored(module):
        if train is not None:
            module.train(train)
        places = _placed(module, given)
        outputs = module(*inputs, **settings)
        buffers = {}
        for name, (table, key) in places.items():
            now = array_of(table[key])
            if name not in parameters:
                buffers[name] = now
            if now is not arrays[name] and (name in parameters or not mutable):
                raise RuntimeError(_WRITES_PARAMETER.format(name) if name in parameters else _WRITES.format(name))
        return outputs, buffers


_WRITES = (
    "The module writes to its buffer {!r}: give mutable=True, and take (outputs, updates) with the new buffers; or "
    "train=False, if it writes only while it trains. (Of a linen module: mutable=['buffers'].)"
)
_WRITES_PARAMETER = "The module writes to its parameter {!r} while it runs, which a pure function cannot."


@contextlib.contextmanager
def _restored(module) -> Iterator[None]:
    """Give each part of a module its attributes back in the end, whatever it stored meanwhile."""
    tables = [table for sub in module.modules() for table in (sub.__dict__, sub._parameters, sub._buffers)]
    before = [(table, dict(table)) for table in tables]
    try:
        yield
    finally:
        for table, entries in before:
            table.clear()
            table.update(entries)


def _placed(module, given: dict[str, Tensor]) -> dict[str, tuple[dict, str]]:
    """Put tensors where the module's own lie, at all places that share one; return the first place of each."""
    first: dict[str, tuple[dict, str]] = {}
    names: dict[int, str] = {}
    placed = {id(each) for each in given.values()}
    for prefix, sub in module.named_modules(remove_duplicate=False):
        for table in (sub._parameters, sub._buffers):
            for key, own in table.items():
                if own is None or id(own) in placed:
                    continue
                name = names.setdefault(id(own), f"{prefix}.{key}" if prefix else key)
                if name not in given:
                    raise KeyError(f"variables lack {name!r} of {type(module).__name__}; to_jax returns all of them.")
                first.setdefault(name, (table, key))
                table[key] = given[name]
    unknown = given.keys() - first.keys()
    if unknown:
        raise KeyError(f"variables have {min(unknown)!r}, which {type(module).__name__} has not.")
    return first
