"""`GradScaler`: a factor on the loss that keeps gradients of float16 from vanishing."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

from jnet.torch import cuda
from jnet.torch.autograd.modes import no_grad
from jnet.torch.creation import full
from jnet.torch.dispatch import CALLERS
from jnet.torch.dtypes import float16, float32, int32
from jnet.torch.tensor import Tensor

_FRESH = {"stage": "ready", "found_inf": None}


class GradScaler:
    """Scales losses, unscales gradients before the optimizer's step, and leaves out steps whose gradients overflow.

    Args:
        device: "cuda" or "cpu"; where there is no accelerator, "cuda" does nothing, with a warning.
        init_scale: the first factor.
        growth_factor: multiplies it after `growth_interval` steps without an overflow.
        backoff_factor: multiplies it after an overflow.
        growth_interval: steps.
        enabled: whether it does anything.

    Example:
        >>> import jnet.torch as torch
        >>> w = torch.ones(1, requires_grad=True)
        >>> optimizer, scaler = torch.optim.SGD([w], lr=0.5), torch.amp.GradScaler("cpu", init_scale=4.0)
        >>> scaler.scale((w * w).sum()).backward()
        >>> w.grad
        tensor([8.])
        >>> scaler.step(optimizer)
        >>> scaler.update()
        >>> w.detach(), scaler.get_scale()
        (tensor([0.]), 4.0)

    See: https://docs.pytorch.org/docs/stable/amp.html#gradient-scaling
    """

    def __init__(
        self,
        device: str = "cuda",
        init_scale: float = 2.0**16,
        growth_factor: float = 2.0,
        backoff_factor: float = 0.5,
        growth_interval: int = 2000,
        enabled: bool = True,
    ):
        if device == "cuda" and enabled and not cuda.is_available():
            warnings.warn("torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.", stacklevel=2)
            enabled = False
        self._device, self._enabled = device, enabled
        if not enabled:
            return
        if growth_factor <= 1.0:
            raise AssertionError("The growth factor must be > 1.0.")
        if backoff_factor >= 1.0:
            raise AssertionError("The backoff factor must be < 1.0.")
        self._init_scale, self._init_growth_tracker = init_scale, 0
        self._scale: Tensor | None = None
        self._growth_tracker: Tensor | None = None
        self._growth_factor, self._backoff_factor, self._growth_interval = (
            growth_factor,
            backoff_factor,
            growth_interval,
        )
        self._states: dict[int, dict[str, Any]] = {}

    def scale(self, outputs) -> Any:
        """Return a tensor, or each of several, times the factor."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            if self._scale is None:
                self._begin(outputs.device)
            return outputs * self._scale
        if isinstance(outputs, Iterable):
            scaled = map(self.scale, outputs)
            return type(outputs)(scaled) if isinstance(outputs, list | tuple) else scaled
        raise ValueError("outputs must be a Tensor or an iterable of Tensors")

    def _begin(self, device) -> None:
        self._scale = full((), self._init_scale, dtype=float32, device=device)
        self._growth_tracker = full((), self._init_growth_tracker, dtype=int32, device=device)

    def _check(self, name: str) -> Tensor:
        """Return the factor, which must have been used."""
        if self._scale is None:
            raise AssertionError(
                f"Attempted {name} but _scale is None.  This may indicate your script did not use scaler.scale(loss or "
                "outputs) earlier in the iteration."
            )
        return self._scale

    def unscale_(self, optimizer) -> None:
        """Divide the gradients of the optimizer's parameters by the factor: before they are clipped, say.

        Raises:
            RuntimeError: if that was done already since the last `update`, or the step was.
            ValueError: if gradients are of float16: weights should be of float32.
        """
        if not self._enabled:
            return
        scale = self._check("unscale_")
        kept = self._states.setdefault(id(optimizer), dict(_FRESH))
        if kept["stage"] == "unscaled":
            raise RuntimeError("unscale_() has already been called on this optimizer since the last update().")
        if kept["stage"] == "stepped":
            raise RuntimeError("unscale_() is being called after step().")
        grads = [p.grad for group in optimizer.param_groups for p in group["params"] if p.grad is not None]
        if any(grad.dtype is float16 for grad in grads):
            raise ValueError("Attempting to unscale FP16 gradients.")
        inverse = scale.double().reciprocal().float()
        with no_grad():
            found = [CALLERS["isfinite"](grad).all().logical_not() for grad in grads]
            for grad in grads:
                grad.mul_(inverse.to(grad.device))
            kept["found_inf"] = CALLERS["stack"](found).any() if found else None
        kept["stage"] = "unscaled"

    def step(self, optimizer, *args, **kwargs):
        """Unscale the gradients, unless that was done, and call `optimizer.step`, unless one is infinite or nan.

        Raises:
            RuntimeError: if a closure is given, or the step was done already since the last `update`.
        """
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise RuntimeError("Closure use is not currently supported if GradScaler is enabled.")
        self._check("step")
        kept = self._states.setdefault(id(optimizer), dict(_FRESH))
        if kept["stage"] == "stepped":
            raise RuntimeError("step() has already been called since the last update().")
        if kept["stage"] == "ready":
            self.unscale_(optimizer)
        if kept["found_inf"] is None:
            raise AssertionError("No inf checks were recorded for this optimizer.")
        kept["stage"] = "stepped"
        return None if kept["found_inf"].item() else optimizer.step(*args, **kwargs)

    def update(self, new_scale=None) -> None:
        """Let the factor grow or back off, at the end of each iteration; or set it."""
        if not self._enabled:
            return
        scale, tracker = self._check("update"), self._growth_tracker
        assert tracker is not None
        with no_grad():
            if new_scale is not None:
                if isinstance(new_scale, Tensor) and (new_scale.numel() != 1 or new_scale.requires_grad):
                    raise AssertionError(
                        "new_scale should be a float or a 1-element torch.cuda.FloatTensor or torch.FloatTensor with "
                        "requires_grad=False."
                    )
                scale.copy_(new_scale) if isinstance(new_scale, Tensor) else scale.fill_(new_scale)
            else:
                found = [kept["found_inf"] for kept in self._states.values() if kept["found_inf"] is not None]
                if not found:
                    raise AssertionError("No inf checks were recorded prior to update.")
                self._adapt(scale, tracker, any(each.item() for each in found))
        self._states.clear()

    def _adapt(self, scale: Tensor, tracker: Tensor, overflow: bool) -> None:
        if overflow:
            scale.mul_(self._backoff_factor)
            tracker.fill_(0)
            return
        steps = int(tracker) + 1
        if steps == self._growth_interval:
            grown = scale * self._growth_factor
            if grown.isfinite().item():
                scale.copy_(grown)
            steps = 0
        tracker.fill_(steps)

    def get_scale(self) -> float:
        """Return the factor, 1 if the scaler is off."""
        if not self._enabled:
            return 1.0
        return self._init_scale if self._scale is None else self._scale.item()

    def get_growth_factor(self) -> float:
        """Return what the factor grows by."""
        return self._growth_factor

    def set_growth_factor(self, new_factor: float) -> None:
        """Set what the factor grows by."""
        self._growth_factor = new_factor

    def get_backoff_factor(self) -> float:
        """Return what the factor backs off by."""
        return self._backoff_factor

    def set_backoff_factor(self, new_factor: float) -> None:
        """Set what the factor backs off by."""
        self._backoff_factor = new_factor

    def get_growth_interval(self) -> int:
        """Return after how many steps without an overflow the factor grows."""
        return self._growth_interval

    def set_growth_interval(self, new_interval: int) -> None:
        """Set after how many steps without an overflow the factor grows."""
        self._growth_interval = new_interval

    def _get_growth_tracker(self) -> int:
        if not self._enabled:
            return 0
        return self._init_growth_tracker if self._growth_tracker is None else int(self._growth_tracker.item())

    def is_enabled(self) -> bool:
        """Tell whether the scaler does anything."""
        return self._enabled

    def state_dict(self) -> dict[str, Any]:
        """Return the factor and what it depends on, empty if the scaler is off."""
        if not self._enabled:
            return {}
        return {
            "scale": self.get_scale(),
            "growth_factor": self._growth_factor,
            "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval,
            "_growth_tracker": self._get_growth_tracker(),
        }

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` gave.

        Raises:
            RuntimeError: if it is empty: it was a scaler's that was off.
        """
        if not self._enabled:
            return
        if len(state_dict) == 0:
            raise RuntimeError(
                "The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler."
            )
        self._init_scale, self._init_growth_tracker = state_dict["scale"], state_dict["_growth_tracker"]
        if self._scale is not None and self._growth_tracker is not None:
            self._scale.fill_(self._init_scale)
            self._growth_tracker.fill_(self._init_growth_tracker)
        self._growth_factor, self._backoff_factor = state_dict["growth_factor"], state_dict["backoff_factor"]
        self._growth_interval = state_dict["growth_interval"]

    def __getstate__(self) -> dict[str, Any]:
        if not self._enabled:
            return self.__dict__.copy()
        if self._states:
            raise AssertionError(
                "A GradScaler instance may only be pickled at the beginning of an iteration, or at the end after "
                "scaler.update()."
            )
        kept = self.__dict__ | {"_init_scale": self.get_scale(), "_init_growth_tracker": self._get_growth_tracker()}
        return kept | {"_scale": None, "_growth_tracker": None}
