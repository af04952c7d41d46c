"""`autocast`: ops that gain by it compute in a narrow dtype, those that would suffer in float32.

Only the ops named below are touched, and only from the first `autocast` on: their callers then look at the mode.
"""

from __future__ import annotations

import functools
import threading
import warnings
from collections.abc import Callable
from typing import Any

from jnet.torch import cuda
from jnet.torch.dispatch import CALLERS, Caller
from jnet.torch.dtypes import bfloat16, device, dtype, float16, float32, float64
from jnet.torch.tensor import Tensor

_PRODUCTS = (
    "conv1d conv2d conv3d conv_tbc conv_transpose1d conv_transpose2d conv_transpose3d bmm mm baddbmm addmm addbmm "
    "linear matmul scaled_dot_product_attention vecdot"
)
_LOSSES = (
    "mse_loss nll_loss hinge_embedding_loss poisson_nll_loss smooth_l1_loss l1_loss huber_loss margin_ranking_loss "
    "soft_margin_loss triplet_margin_loss multi_margin_loss kl_div multilabel_margin_loss cross_entropy "
    "binary_cross_entropy_with_logits cosine_embedding_loss"
)
# PyTorch's lists by kind of device: what computes in the narrow dtype, what in float32, what in the widest given.
_NARROW = {"cpu": _PRODUCTS, "cuda": f"{_PRODUCTS} prelu addmv addr mv einsum multi_dot lstm gru rnn"}
_WIDE = {
    "cpu": f"{_LOSSES} avg_pool3d binary_cross_entropy grid_sample polar prod quantile nanquantile stft cdist trace "
    "view_as_complex inv pinv max_pool3d adaptive_avg_pool3d ctc_loss cholesky det slogdet solve svd qr eigh eigvalsh "
    "matrix_norm cond lstsq",
    "cuda": f"{_LOSSES} acos asin cosh erfinv exp expm1 log log10 log2 log1p reciprocal rsqrt sinh tan pow softplus "
    "layer_norm rms_norm group_norm cosine_similarity dist pdist cdist renorm logsumexp interpolate prod softmax "
    "log_softmax cumprod cumsum vector_norm matrix_norm sum norm",
}
_WIDEST = {
    "cpu": "stack cat index_copy",
    "cuda": "addcdiv addcmul atan2 bilinear cross dot vdot grid_sample scatter_add",
}
_RULES = {
    device: {name: rule for rule, table in (("narrow", _NARROW), ("wide", _WIDE), ("widest", _WIDEST))
             for name in table[device].split()}
    for device in ("cpu", "cuda")
}  # fmt: skip


class _State(threading.local):
    """What holds in this thread, by kind of device."""

    def __init__(self):
        self.enabled = {"cpu": False, "cuda": False}
        self.dtype = {"cpu": bfloat16, "cuda": float16}
        self.cache = True


state = _State()


class _Autocasting:
    """What a caller becomes that looks at the mode before it records."""

    name: str

    def __call__(self, *args, **kwargs) -> Any:
        if True in state.enabled.values():
            args, kwargs = _cast_for(self.name, args, kwargs)
        return super().__call__(*args, **kwargs)  # pyright: ignore[reportAttributeAccessIssue]


@functools.cache
def _install() -> None:
    """Let the callers of the ops that are touched look at the mode."""
    for name in {*_RULES["cpu"], *_RULES["cuda"]} & CALLERS.keys():
        caller = CALLERS[name]
        caller.__class__ = _autocasting(type(caller))


@functools.cache
def _autocasting(kind: type[Caller]) -> type[Caller]:
    return type(kind.__name__, (_Autocasting, kind), {})


def _cast_for(name: str, args: tuple, kwargs: dict) -> tuple[tuple, dict]:
    """Return the arguments of an op in the dtype that the mode asks for."""
    tensors = [each for value in (*args, *kwargs.values()) for each in _tensors(value)]
    if not tensors:
        return args, kwargs
    device = "cuda" if any(each._aval.device is not None for each in tensors) else "cpu"
    rule = _RULES[device].get(name) if state.enabled[device] else None
    if rule is None:
        return args, kwargs
    if rule == "narrow":
        target = state.dtype[device]
    elif rule == "wide" or any(each.dtype is float32 for each in tensors):
        target = float32
    else:
        return args, kwargs
    cast = functools.partial(_cast, target=target)
    return tuple(map(cast, args)), {key: cast(value) for key, value in kwargs.items()}


def _tensors(value) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    return [each for each in value if isinstance(each, Tensor)] if isinstance(value, list | tuple) else []


def _cast(value, target: dtype):
    """Return a value with the floating tensors in it, except those of float64, in the dtype."""
    if isinstance(value, Tensor):
        if not value.dtype.is_floating_point or value.dtype is float64 or value.dtype is target:
            return value
        return CALLERS["to_dtype"](value, dtype=target)
    if isinstance(value, list | tuple) and any(isinstance(each, Tensor) for each in value):
        return [_cast(each, target) for each in value]
    return value


def is_autocast_available(device_type: str) -> bool:
    """Tell whether there is an autocast for this kind of device."""
    return device_type in state.enabled


class autocast:
    """Compute in a narrow dtype inside, where that gains; also a decorator.

    Products and convolutions compute in `dtype`; losses and what else loses much by it in float32.

    Args:
        device_type: "cpu" or "cuda".
        dtype: bfloat16 or float16; by default bfloat16 on the host and float16 on an accelerator.
        enabled: whether it does anything.
        cache_enabled: taken, of no effect: XLA casts a weight once a program.

    Raises:
        RuntimeError: if there is no such device type.

    Example:
        >>> import jnet.torch as torch
        >>> with torch.autocast("cpu"):
        ...     (torch.ones(2, 2) @ torch.ones(2, 2)).dtype
        torch.bfloat16

    See: https://docs.pytorch.org/docs/stable/amp.html
    """

    def __init__(self, device_type: str, dtype=None, enabled: bool = True, cache_enabled: bool | None = None):
        if not isinstance(device_type, str):
            raise ValueError(f"Expected `device_type` of type `str`, got: `{type(device_type)}`")
        if not is_autocast_available(device(device_type).type):
            raise RuntimeError(
                f"User specified an unsupported autocast device_type '{device_type}'\nThere are 'cpu' and 'cuda'."
            )
        self.device = device_type
        self.fast_dtype = state.dtype[device_type] if dtype is None else dtype
        self._cache_enabled = state.cache if cache_enabled is None else cache_enabled
        if enabled and device_type == "cuda" and not cuda.is_available():
            warnings.warn("CUDA is not available or torch_xla is imported. Disabling autocast.", stacklevel=2)
            enabled = False
        elif enabled and self.fast_dtype not in (bfloat16, float16):
            warnings.warn(
                f"In {device_type.upper()} autocast, but the target dtype is not supported. Disabling autocast.\n"
                f"{device_type.upper()} Autocast only supports dtypes of torch.bfloat16, torch.float16 currently.",
                stacklevel=2,
            )
            enabled = False
        self._enabled = enabled
        self._before: list[tuple] = []

    def __enter__(self):
        if self._enabled:
            _install()
        self._before.append((state.enabled[self.device], state.dtype[self.device], state.cache))
        state.enabled[self.device], state.dtype[self.device] = self._enabled, self.fast_dtype
        state.cache = self._cache_enabled
        return self

    def __exit__(self, *exc) -> None:
        state.enabled[self.device], state.dtype[self.device], state.cache = self._before.pop()

    def __call__(self, function: Callable) -> Callable:
        if not callable(function):
            raise TypeError(
                f"autocast()(func) requires a callable, but got {type(function).__name__}. Did you mean to use "
                "autocast as a context manager? For example:\n    with torch.autocast(device_type=...):\n"
                "        output = model(input)"
            )

        @functools.wraps(function)
        def call(*args, **kwargs):
            with self:
                return function(*args, **kwargs)

        return call


def is_autocast_enabled(device_type: str = "cuda") -> bool:
    """Tell whether autocast is on for a kind of device."""
    return state.enabled[device_type]


def get_autocast_dtype(device_type: str) -> dtype:
    """Return the narrow dtype of a kind of device."""
    if not is_autocast_available(device_type):
        raise RuntimeError(f"unknown device type for autocast in get_autocast_dtype: {device_type}")
    return state.dtype[device_type]


def custom_fwd(fwd=None, *, device_type: str, cast_inputs=None) -> Any:
    """Decorate the forward of an `autograd.Function`: inside, autocast is as outside, or off with `cast_inputs`."""
    if fwd is None:
        return functools.partial(custom_fwd, device_type=device_type, cast_inputs=cast_inputs)

    @functools.wraps(fwd)
    def call(*args, **kwargs):
        on = state.enabled[device_type]
        args[0]._fwd_used_autocast, args[0]._dtype = on and cast_inputs is None, state.dtype[device_type]
        if cast_inputs is None or not on:
            return fwd(*args, **kwargs)
        with autocast(device_type, enabled=False):
            cast = functools.partial(_cast, target=cast_inputs)
            return fwd(*map(cast, args), **{key: cast(value) for key, value in kwargs.items()})

    return call


def custom_bwd(bwd=None, *, device_type: str) -> Any:
    """Decorate the backward of an `autograd.Function` whose forward has `custom_fwd`: autocast is as it was there."""
    if bwd is None:
        return functools.partial(custom_bwd, device_type=device_type)

    @functools.wraps(bwd)
    def call(*args, **kwargs):
        with autocast(device_type, dtype=args[0]._dtype, enabled=args[0]._fwd_used_autocast):
            return bwd(*args, **kwargs)

    return call
