"""Whether the tape records: `no_grad`, `enable_grad`, `set_grad_enabled`, `inference_mode`: contexts and decorators."""

from __future__ import annotations

import functools
import inspect
import warnings
from typing import Any

from jnet.torch.tensor import grad_mode


class _Mode:
    """A context that also decorates functions, generators and classes' methods."""

    def __enter__(self):
        self._before = getattr(self, "_before", [])
        self._before.append((grad_mode.enabled, grad_mode.inference))
        self._set()
        return self

    def __exit__(self, *exc) -> None:
        grad_mode.enabled, grad_mode.inference = self._before.pop()

    def _set(self) -> None:
        raise NotImplementedError

    def _clone(self):
        return type(self)()

    def __call__(self, function):
        if inspect.isclass(function):
            warnings.warn(
                "Decorating classes is deprecated and will be disabled in future versions. You should only decorate "
                "functions or methods. To preserve the current behavior of class decoration, you can directly decorate "
                "the `__init__` method and nothing else.",
                FutureWarning,
                stacklevel=2,
            )
        if inspect.isgeneratorfunction(function):

            @functools.wraps(function)
            def generator(*args, **kwargs):
                inner = function(*args, **kwargs)
                step: Any = inner.send
                given: tuple = (None,)
                try:
                    while True:
                        with self._clone():  # the mode holds while the generator runs, not while it waits
                            value = step(*given)
                        try:
                            step, given = inner.send, ((yield value),)
                        except GeneratorExit:
                            with self._clone():
                                inner.close()
                            raise
                        except BaseException as error:
                            step, given = inner.throw, (error,)
                except StopIteration as stop:
                    return stop.value

            return generator

        @functools.wraps(function)
        def call(*args, **kwargs):
            with self._clone():
                return function(*args, **kwargs)

        return call


class no_grad(_Mode):
    """Record nothing on the tape inside.

    Example:
        >>> import jnet.torch as torch
        >>> x = torch.ones(1, requires_grad=True)
        >>> with torch.no_grad():
        ...     (x * 2).requires_grad
        False

    See: https://docs.pytorch.org/docs/stable/generated/torch.no_grad.html
    """

    def __new__(cls, function=None) -> Any:
        made = super().__new__(cls)
        return made if function is None else made(function)

    def __init__(self, function=None):
        pass

    def _set(self) -> None:
        grad_mode.enabled = False


class enable_grad(no_grad):
    """Record on the tape inside, also within `no_grad`; not within `inference_mode`.

    See: https://docs.pytorch.org/docs/stable/generated/torch.enable_grad.html
    """

    def _set(self) -> None:
        grad_mode.enabled = not grad_mode.inference


class set_grad_enabled(_Mode):
    """Record on the tape or not, from now on, or inside if used as a context.

    See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad_mode.set_grad_enabled.html
    """

    def __init__(self, mode: bool):
        self.mode = mode
        self._before = [(grad_mode.enabled, grad_mode.inference)]
        self._set()

    def __enter__(self):
        self._set()
        return self

    def __call__(self, function):
        grad_mode.enabled, grad_mode.inference = self._before.pop()
        return super().__call__(function)

    def _set(self) -> None:
        grad_mode.enabled = self.mode

    def _clone(self):
        return set_grad_enabled(self.mode)


class inference_mode(_Mode):
    """Record nothing on the tape inside; what is made there stays outside of it.

    See: https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad_mode.inference_mode.html
    """

    def __new__(cls, mode=True) -> Any:
        made = super().__new__(cls)
        if callable(mode):
            made.__init__()
            return made(mode)
        return made

    def __init__(self, mode: bool = True):
        self.mode = mode

    def _set(self) -> None:
        grad_mode.inference = self.mode
        grad_mode.enabled = grad_mode.enabled if not self.mode else False

    def _clone(self):
        return inference_mode(self.mode)


def is_grad_enabled() -> bool:
    """Tell whether the tape records."""
    return grad_mode.enabled


def is_inference_mode_enabled() -> bool:
    """Tell whether inference mode is on."""
    return grad_mode.inference
