"""The weights of PyTorch's modules as those of Flax models, and back.

    layer          PyTorch's `weight`                       Flax's `kernel`
    linear         (outputs, inputs)                        (inputs, outputs)
    convolution    (outputs, inputs, height, width)         (height, width, inputs, outputs)

Layers correspond by their names; if these differ, in the order in which the models use them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import flax.traverse_util
import jax
import jax.numpy as jnp
import numpy as np

_SUFFIX = {"kernel": "weight", "bias": "bias"}
_Path = tuple[str, ...]


def from_torch_state_dict(model, state_dict: Mapping[str, Any]) -> dict:
    """Return the variables of a Flax model whose layers have the weights of a PyTorch module's `state_dict()`.

    Args:
        model: one of `jnet.models`, or another one of dense and convolutional layers that takes rows of numbers or
            28 x 28 images.
        state_dict: names that end in ".weight" and ".bias", to arrays or what `numpy.asarray` takes.

    Raises:
        ValueError: for another number of layers, or shapes that do not fit: all of them are named.
        TypeError: for values that are no arrays.
        NotImplementedError: if the model has layers of other kinds.

    Example:
        >>> from jnet import models
        >>> weights = {"0.weight": np.ones((1, 2), np.float32), "0.bias": np.zeros(1, np.float32)}
        >>> variables = from_torch_state_dict(models.LinearRegression(), weights)
        >>> variables["params"]["linear"]["kernel"].shape
        (2, 1)

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.state_dict
    """
    arrays = {name: _array(name, value) for name, value in state_dict.items()}
    kind = type(model).__name__
    first = next((name for name, array in arrays.items() if array.ndim > 1), None)
    if first is None:
        raise ValueError(f"There is no weight of a layer among {', '.join(arrays) or 'no names at all'}.")
    try:
        expected = _parameters(model, _inputs(_to_flax(arrays[first]).shape))
    except ValueError as error:
        raise ValueError(f"{first}, of shape {list(arrays[first].shape)}, cannot begin {kind}: {error}") from error
    names = _names(expected, arrays, kind)
    wrong = []
    for path, shape in expected.items():
        have, need = arrays[names[path]].shape, _torch_shape(path, shape)
        if have != need:
            wrong.append(f"{names[path]} is {list(have)}, expected {list(need)}")
    if wrong:
        raise ValueError(f"The weights do not fit {kind}: {'; '.join(wrong)}.")
    found = {path: arrays[name] for path, name in names.items()}
    found = {path: jnp.asarray(_to_flax(array) if path[-1] == "kernel" else array) for path, array in found.items()}
    return {"params": flax.traverse_util.unflatten_dict(found)}


def to_torch_state_dict(
    model, variables: Mapping[str, Any], like: Iterable[str] | None = None
) -> dict[str, np.ndarray]:
    """Return the weights of a Flax model as the `state_dict` of a PyTorch module: names to NumPy arrays.

    The module takes them by `load_state_dict({name: torch.tensor(array) for name, array in weights.items()})`.

    Args:
        model: as `from_torch_state_dict`.
        variables: `{"params": ...}`, as `model.init` gives them and a `TrainState` has them.
        like: the names that the module has, such as its `state_dict()`; by default the model's own names.

    Raises:
        ValueError: if the variables are another model's, or `like` has another number of layers.
        NotImplementedError: if the model has layers of other kinds.

    Example:
        >>> from jnet import models
        >>> variables = models.gate_variables("and")
        >>> weights = to_torch_state_dict(models.Perceptron(), variables, like=["0.weight", "0.bias"])
        >>> {name: array.shape for name, array in weights.items()}
        {'0.weight': (1, 2), '0.bias': (1,)}

    See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.load_state_dict
    """
    flat = flax.traverse_util.flatten_dict(dict(variables["params"]))
    arrays = {path: np.asarray(array) for path, array in flat.items()}
    expected = _order(model, {path: array.shape for path, array in arrays.items()})
    names = {path: f"{'.'.join(path[:-1])}.{_SUFFIX[path[-1]]}" for path in expected}
    if like is not None:
        names = _names(expected, like, type(model).__name__)
    return {
        name: np.array(_to_torch(arrays[path]) if path[-1] == "kernel" else arrays[path], order="C")
        for path, name in names.items()
    }


def _array(name: str, value) -> np.ndarray:
    try:
        array = np.asarray(value)
    except (TypeError, RuntimeError) as error:  # PyTorch's bfloat16 tensors, and those that require grad
        raise TypeError(f"{name} does not become an array: {error} Give value.detach().float() instead.") from error
    if array.dtype == object:
        raise TypeError(f"{name} is no array, but a {type(value).__name__}.")
    return array


def _to_flax(weight: np.ndarray) -> np.ndarray:
    return np.moveaxis(weight, (0, 1), (-1, -2))


def _to_torch(kernel: np.ndarray) -> np.ndarray:
    return np.moveaxis(kernel, (-1, -2), (0, 1))


def _torch_shape(path: _Path, shape: tuple[int, ...]) -> tuple[int, ...]:
    return (shape[-1], shape[-2], *shape[:-2]) if path[-1] == "kernel" else shape


def _inputs(kernel: tuple[int, ...]) -> jax.ShapeDtypeStruct:
    """Return an input for a layer with a kernel of this shape: a row of numbers, or an image."""
    sides = (28,) * (len(kernel) - 2)
    return jax.ShapeDtypeStruct((1, *sides, kernel[-2]), jnp.float32)


def _parameters(model, inputs: jax.ShapeDtypeStruct) -> dict[_Path, tuple[int, ...]]:
    """Return the shapes of a model's parameters, in the order in which it uses them."""
    order: list[_Path] = []

    def init(key, x):
        params = model.init(key, x)["params"]
        order.extend(flax.traverse_util.flatten_dict(params))
        return params

    found: dict = flax.traverse_util.flatten_dict(jax.eval_shape(init, jax.random.key(0), inputs))
    others = [".".join(path) for path in order if path[-1] not in _SUFFIX]
    if others:
        raise NotImplementedError(
            f"{type(model).__name__} has {', '.join(others)}; only dense and convolutional layers are translated."
        )
    return {path: found[path].shape for path in order}


def _order(model, shapes: dict[_Path, tuple[int, ...]]) -> dict[_Path, tuple[int, ...]]:
    """Return the shapes in the order in which the model uses them: for the inputs with which it has these."""
    for path in shapes:
        if path[-1] == "kernel":
            try:
                found = _parameters(model, _inputs(shapes[path]))
            except ValueError:  # not the first layer
                continue
            if found == shapes:
                return found
    raise ValueError(f"These are not the variables of {type(model).__name__}: {sorted(map('.'.join, shapes))}.")


def _names(expected: Iterable[_Path], given: Iterable[str], kind: str) -> dict[_Path, str]:
    """Return for each parameter of a model the name of PyTorch's."""
    given = list(given)
    theirs = list(dict.fromkeys(name.rpartition(".")[0] for name in given))
    own = list(dict.fromkeys(path[:-1] for path in expected))
    if len(theirs) != len(own):
        raise ValueError(
            f"{kind} has {len(own)} layers ({', '.join(map('.'.join, own))}), but there are weights of {len(theirs)}: "
            f"{', '.join(theirs)}."
        )
    same = {".".join(path): path for path in own}
    pairs = {path: name for name, path in same.items()} if same.keys() == set(theirs) else dict(zip(own, theirs))  # noqa: B905
    names = {path: f"{pairs[path[:-1]]}.{_SUFFIX[path[-1]]}".removeprefix(".") for path in expected}
    missing, unexpected = set(names.values()) - set(given), set(given) - set(names.values())
    if missing or unexpected:
        parts = [f"{what}: {', '.join(sorted(each))}" for what, each in
                 (("missing", missing), ("unexpected", unexpected)) if each]  # fmt: skip
        raise ValueError(f"The names do not fit {kind}: {'; '.join(parts)}.")
    return names
