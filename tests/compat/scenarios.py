"""Programs asked of PyTorch and of jnet in the same words: generators that yield what they saw."""

import warnings

import numpy as np

import jnet.torch as jtorch


def plain(value):
    """What two libraries can be compared by: numbers, texts, and tuples of them."""
    if isinstance(value, type):
        return f"{value.__module__}.{value.__qualname__}".removeprefix("jnet.")
    if hasattr(value, "requires_grad") and hasattr(value, "grad_fn"):
        kind = type(value).__name__
        numbers = value.detach()
        numbers = numbers.float() if str(value.dtype) == "torch.bfloat16" else numbers
        return kind, str(value.dtype), value.requires_grad, numbers.numpy().tolist()
    if hasattr(value, "named_parameters"):
        return repr(value)
    if isinstance(value, dict):
        return tuple((key, plain(each)) for key, each in value.items())
    if isinstance(value, list | tuple | set) or hasattr(value, "__next__"):
        return tuple(plain(each) for each in value)
    return value.replace("jnet.torch", "torch") if isinstance(value, str) else value


def caught(function, *args, **kwargs):
    """Type and first line of what a call raises."""
    try:
        function(*args, **kwargs)
    except Exception as error:
        return type(error).__name__, str(error).split("\n")[0]
    return "nothing raised"


def warned(function, *args, **kwargs):
    """What a call returns, and what it warns of."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        result = function(*args, **kwargs)
    return result, [(w.category.__name__, str(w.message)[:60]) for w in caught]


def assert_same(ask, torch, rtol=1e-5, atol=1e-6):
    """Assert that a scenario sees the same in both libraries, numbers up to a tolerance."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mine, theirs = plain(ask(jtorch)), plain(ask(torch))
    assert len(mine) == len(theirs)
    for step, (ours, other) in enumerate(zip(mine, theirs, strict=True)):
        _assert_close(ours, other, rtol, atol, f"step {step}")


def _assert_close(mine, theirs, rtol, atol, where):
    if isinstance(theirs, tuple | list):
        assert isinstance(mine, tuple | list), where
        assert len(mine) == len(theirs), f"{where}: {mine} {theirs}"
        for place, pair in enumerate(zip(mine, theirs, strict=True)):
            _assert_close(*pair, rtol, atol, f"{where}.{place}")
    elif isinstance(theirs, float):
        np.testing.assert_allclose(mine, theirs, rtol, atol, err_msg=where)
    else:
        assert mine == theirs, where
