"""What of a module concerns its state: `state_dict`, `load_state_dict`, their hooks, and moves to another dtype."""

from __future__ import annotations

import warnings
import weakref
from collections import OrderedDict, namedtuple
from collections.abc import Callable, Mapping

from jnet.torch.autograd import no_grad
from jnet.torch.creation import empty_like
from jnet.torch.hooks import RemovableHandle
from jnet.torch.nn.parameter import Parameter, is_lazy
from jnet.torch.signatures import Signatures
from jnet.torch.tensor import Tensor

_EXTRA = "_extra_state"


class _IncompatibleKeys(namedtuple("_IncompatibleKeys", ["missing_keys", "unexpected_keys"])):
    """What `load_state_dict` found missing and unexpected."""

    __slots__ = ()

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        return super().__repr__()

    __str__ = __repr__


class _WrappedHook:
    """A hook that may be given its module first; a copy of the module has one of its own."""

    def __init__(self, hook: Callable, module=None) -> None:
        self.hook = hook
        self.with_module = module is not None
        self._module = weakref.ref(module) if module is not None else None

    def __call__(self, *args, **kwargs):
        if self._module is None:
            return self.hook(*args, **kwargs)
        module = self._module()
        if module is None:
            raise RuntimeError("You are trying to call the hook of a dead Module!")
        return self.hook(module, *args, **kwargs)

    def __getstate__(self) -> dict:
        module = None if self._module is None else self._module()
        return {"hook": self.hook, "with_module": self.with_module, "module": module}  # as PyTorch pickles it

    def __setstate__(self, state: dict) -> None:
        self.__init__(state["hook"], state.get("module"))


class Stateful:
    """The part of `Module` that saves, loads and converts what the module holds."""

    _version: int = 1
    _parameters: dict
    _buffers: dict
    _modules: dict
    _non_persistent_buffers_set: set
    _state_dict_hooks: OrderedDict
    _state_dict_pre_hooks: OrderedDict
    _load_state_dict_pre_hooks: OrderedDict
    _load_state_dict_post_hooks: OrderedDict

    # -- saving ------------------------------------------------------------------------------------

    def state_dict(self, *args, destination=None, prefix: str = "", keep_vars: bool = False):
        """Return the parameters and persistent buffers of the module and its children by their full names.

        Args:
            destination: a dictionary to write into.
            prefix: comes before each name.
            keep_vars: return the parameters themselves rather than tensors without a tape that share their memory.

        Example:
            >>> import jnet.torch as torch
            >>> list(torch.nn.Sequential(torch.nn.Linear(2, 1)).state_dict())
            ['0.weight', '0.bias']

        See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.state_dict
        """
        if args:
            warnings.warn(
                "Positional args are being deprecated, use kwargs instead. Refer to "
                "https://pytorch.org/docs/main/generated/torch.nn.Module.html#torch.nn.Module.state_dict for details.",
                FutureWarning,
                stacklevel=2,
            )
            given = dict(zip(("destination", "prefix", "keep_vars"), args, strict=False))
            return self.state_dict(**{"destination": destination, "prefix": prefix, "keep_vars": keep_vars, **given})
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()  # pyright: ignore[reportAttributeAccessIssue]
        local = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = local  # pyright: ignore[reportAttributeAccessIssue]
        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                module.state_dict(destination=destination, prefix=f"{prefix}{name}.", keep_vars=keep_vars)
        for hook in self._state_dict_hooks.values():
            changed = hook(self, destination, prefix, local)
            if changed is not None:
                if getattr(hook, "_from_public_api", False):
                    raise RuntimeError("state_dict post-hook must return None")
                destination = changed
        return destination

    def _save_to_state_dict(self, destination, prefix: str, keep_vars: bool) -> None:
        """Write the module's own state, without its children's."""
        for name, tensor in (*self._parameters.items(), *persistent_buffers(self)):
            if tensor is not None:
                destination[prefix + name] = tensor if keep_vars else tensor.detach()
        if type(self).get_extra_state is not Stateful.get_extra_state:
            destination[prefix + _EXTRA] = self.get_extra_state()

    def get_extra_state(self):
        """Return what else is to be part of the `state_dict`; classes that have something override it."""
        raise RuntimeError(
            "Reached a code path in Module.get_extra_state() that should never be called. "
            f"{type(self).__name__} has no extra state: define get_extra_state() and set_extra_state()."
        )

    def set_extra_state(self, state) -> None:
        """Take what `get_extra_state` returned."""
        raise RuntimeError(
            "Reached a code path in Module.set_extra_state() that should never be called. "
            f"{type(self).__name__} takes no extra state: define set_extra_state()."
        )

    def register_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, prefix, keep_vars)` before the module's state is saved."""
        return _registered(self._state_dict_pre_hooks, hook)

    def register_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, local_metadata)`, which may change the dictionary, after saving."""
        hook._from_public_api = True  # pyright: ignore[reportFunctionMemberAccess]
        return _registered(self._state_dict_hooks, hook)

    def _register_state_dict_hook(self, hook: Callable) -> RemovableHandle:
        if getattr(hook, "_from_public_api", False):
            raise RuntimeError(
                "Cannot register the same function as the state dict post hook that was previously registered via "
                "register_state_dict_post_hook"
            )
        return _registered(self._state_dict_hooks, hook)

    # -- loading -----------------------------------------------------------------------------------

    def register_load_state_dict_pre_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, state_dict, prefix, metadata, strict, missing, unexpected, errors)` before loading."""
        return self._register_load_state_dict_pre_hook(hook, with_module=True)

    def _register_load_state_dict_pre_hook(self, hook: Callable, with_module: bool = False) -> RemovableHandle:
        return _registered(self._load_state_dict_pre_hooks, _WrappedHook(hook, self if with_module else None))

    def register_load_state_dict_post_hook(self, hook: Callable) -> RemovableHandle:
        """Call `hook(module, incompatible_keys)`, which may change the keys, after loading."""
        return _registered(self._load_state_dict_post_hooks, hook)

    def load_state_dict(self, state_dict: Mapping, strict: bool = True, assign: bool = False) -> _IncompatibleKeys:
        """Copy tensors by name into the parameters and buffers of the module and its children.

        Args:
            strict: the names must be exactly those of `state_dict()`.
            assign: make the tensors themselves the parameters, rather than copy them.

        Returns:
            What was missing and what was unexpected.

        Raises:
            TypeError: if `state_dict` is no mapping.
            RuntimeError: listing all keys that are missing (if `strict`), unexpected (if `strict`) or of another shape.

        Example:
            >>> import jnet.torch as torch
            >>> torch.nn.Linear(2, 1).load_state_dict(torch.nn.Linear(2, 1).state_dict())
            <All keys matched successfully>

        See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.load_state_dict
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(f"Expected state_dict to be dict-like, got {type(state_dict)}.")
        found = _IncompatibleKeys([], [])
        errors: list[str] = []
        metadata = getattr(state_dict, "_metadata", None)
        given = OrderedDict(state_dict)  # hooks may change it
        if metadata is not None:
            given._metadata = metadata  # pyright: ignore[reportAttributeAccessIssue]
        _load(self, given, "", metadata, assign, found, errors)
        if strict:
            errors[:0] = [
                f"{kind} key(s) in state_dict: {', '.join(map(_quoted, keys))}. "
                for kind, keys in (("Missing", found.missing_keys), ("Unexpected", found.unexpected_keys))
                if keys
            ]
        if errors:
            raise RuntimeError(f"Error(s) in loading state_dict for {type(self).__name__}:\n\t" + "\n\t".join(errors))
        return found

    def _load_from_state_dict(
        self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
    ) -> None:
        """Load the module's own state, without its children's; classes may override it."""
        for hook in self._load_state_dict_pre_hooks.values():
            hook(state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)
        own = {n: t for n, t in (*self._parameters.items(), *persistent_buffers(self)) if t is not None}
        assign = local_metadata.get("assign_to_params_buffers", False)
        for name, tensor in own.items():
            if prefix + name in state_dict:
                problem = _load_one(self, name, prefix + name, tensor, state_dict[prefix + name], assign)
                error_msgs += problem
            elif strict:
                missing_keys.append(prefix + name)
        extra = prefix + _EXTRA
        if type(self).set_extra_state is not Stateful.set_extra_state:
            if extra in state_dict:
                self.set_extra_state(state_dict[extra])
            elif strict:
                missing_keys.append(extra)
        elif strict and extra in state_dict:
            unexpected_keys.append(extra)
        if strict:
            unexpected_keys += [key for key in state_dict if key != extra and _unexpected(self, key, prefix, own)]

    # -- another dtype, another device -------------------------------------------------------------

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True):
        """Let parameters, gradients and buffers hold what `fn` makes of them; parameters stay the same objects."""
        if recurse:
            for module in self.children():  # pyright: ignore[reportAttributeAccessIssue]
                module._apply(fn)
        with no_grad():
            for parameter in self._parameters.values():
                if parameter is not None:
                    grad = parameter.grad
                    parameter.data = fn(parameter)
                    if grad is not None:
                        grad.data = fn(grad)
        for name, buffer in self._buffers.items():
            if buffer is not None:
                self._buffers[name] = fn(buffer)
        return self

    def to(self, *args, **kwargs):
        """Convert the floating point parameters and buffers to a dtype, and move all to a device.

        Args:
            args: a dtype, a device (or its name), or a tensor whose dtype and device to take.

        Raises:
            TypeError: if the dtype is an integer one.

        See: https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html#torch.nn.Module.to
        """
        given = _TO(args, kwargs)[1]
        if given.get("copy"):
            raise RuntimeError(".to() does not accept copy argument")
        like = given.get("tensor")
        device, dtype = (given.get("device"), given.get("dtype")) if like is None else (like.device, like.dtype)
        if dtype is not None and not (dtype.is_floating_point or dtype.is_complex):
            raise TypeError(
                "nn.Module.to only accepts floating point or complex dtypes, but got desired dtype=" + str(dtype)
            )
        if dtype is not None and dtype.is_complex:
            warnings.warn(
                "Complex modules are a new feature under active development whose design may change, and some modules "
                "might not work as expected when using complex tensors as parameters or buffers.",
                stacklevel=2,
            )

        def convert(tensor: Tensor) -> Tensor:
            floating = tensor.is_floating_point() or tensor.is_complex()
            return tensor.to(device=device, dtype=dtype if floating else None)

        return self._apply(convert)

    def float(self):
        """Convert the floating point parameters and buffers to float32."""
        return _floating(self, "float")

    def double(self):
        """Convert the floating point parameters and buffers to float64."""
        return _floating(self, "double")

    def half(self):
        """Convert the floating point parameters and buffers to float16."""
        return _floating(self, "half")

    def bfloat16(self):
        """Convert the floating point parameters and buffers to bfloat16."""
        return _floating(self, "bfloat16")

    def type(self, dst_type):
        """Convert all parameters and buffers to a dtype."""
        return self._apply(lambda t: t.type(dst_type))

    def cpu(self):
        """Move all parameters and buffers to the host."""
        return self._apply(lambda t: t.cpu())

    def cuda(self, device=None):
        """Move all parameters and buffers to an accelerator."""
        return self._apply(lambda t: t.cuda(device))

    def xpu(self, device=None):
        """Not there: accelerators are those of `cuda`."""
        raise AssertionError("Torch not compiled with XPU enabled\njnet's accelerators are those of Module.cuda().")

    def mtia(self, device=None):
        """Not there: accelerators are those of `cuda`."""
        raise AssertionError("Torch not compiled with MTIA enabled\njnet's accelerators are those of Module.cuda().")

    def ipu(self, device=None):
        """Not there: accelerators are those of `cuda`."""
        raise RuntimeError("PyTorch is not linked with support for ipu devices\nWrite Module.cuda().")

    def to_empty(self, *, device, recurse: bool = True):
        """Move to a device without the values: new zeros take their place."""
        return self._apply(lambda t: empty_like(t, device=device), recurse)

    def share_memory(self):
        """Return the module: XLA's memory is not shared between processes."""
        return self._apply(lambda t: t.share_memory_())


# No methods, for modules of users have methods of all names.


def persistent_buffers(module) -> list[tuple[str, Tensor | None]]:
    """Return the buffers that are part of the module's state, by name."""
    return [(name, each) for name, each in module._buffers.items() if name not in module._non_persistent_buffers_set]


def _unexpected(module, key: str, prefix: str, own: dict) -> bool:
    if not key.startswith(prefix):
        return False
    first, *rest = key[len(prefix) :].split(".", 1)
    return first not in (module._modules if rest else own)


def _load_one(module, name: str, key: str, own: Tensor, given, assign: bool) -> list[str]:
    """Load one tensor; return what is wrong with it."""
    if not isinstance(given, Tensor):
        return [
            f'While copying the parameter named "{key}", expected torch.Tensor or Tensor-like object from '
            f"checkpoint but received {type(given)}"
        ]
    if is_lazy(own) and is_lazy(given):
        return []
    if own.ndim == 0 and tuple(given.shape) == (1,):  # a checkpoint of before there were 0-dim tensors
        given = given[0]
    if given.shape != own.shape:
        return [
            f"size mismatch for {key}: copying a param with shape {given.shape} from checkpoint, the shape in "
            f"current model is {own.shape}."
        ]
    try:
        with no_grad():
            if not assign:
                own.copy_(given)
            elif not isinstance(own, Parameter):
                setattr(module, name, given)
            elif isinstance(given, Parameter):
                setattr(module, name, given.requires_grad_(own.requires_grad))
            else:
                setattr(module, name, Parameter(given, own.requires_grad))
    except Exception as error:
        return [
            f'While copying the parameter named "{key}", whose dimensions in the model are {own.size()} and whose '
            f"dimensions in the checkpoint are {given.size()}, an exception occurred : {error.args}."
        ]
    return []


def _floating(module, name: str):
    return module._apply(lambda t: getattr(t, name)() if t.is_floating_point() else t)


def _quoted(key: str) -> str:
    return f'"{key}"'


def _registered(hooks: OrderedDict, hook: Callable) -> RemovableHandle:
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    return handle


def _load(module, state_dict, prefix: str, metadata, assign: bool, found: _IncompatibleKeys, errors: list[str]) -> None:
    """Load a module and its children, whose keys begin with the prefix."""
    local = {} if metadata is None else metadata.get(prefix[:-1], {})
    if assign:
        local["assign_to_params_buffers"] = assign
    module._load_from_state_dict(state_dict, prefix, local, True, *found, errors)
    for name, child in module._modules.items():
        if child is not None:
            start = f"{prefix}{name}."
            part = {key: value for key, value in state_dict.items() if key.startswith(start)}
            _load(child, part, start, metadata, assign, found, errors)
    for hook in module._load_state_dict_post_hooks.values():
        if hook(module, found) is not None:
            raise AssertionError(
                "Hooks registered with ``register_load_state_dict_post_hook`` are not expected to return new values, "
                "if incompatible_keys need to be modified, it should be done inplace."
            )


_OPTIONS = "bool non_blocking=False, bool copy=False, *, torch.memory_format memory_format=None"
_TO = Signatures(
    "to",
    f"torch.device device=None, torch.dtype dtype=None, {_OPTIONS}",
    f"torch.dtype dtype, {_OPTIONS}",
    f"Tensor tensor, {_OPTIONS}",
)
