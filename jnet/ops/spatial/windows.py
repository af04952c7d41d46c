"""What pooling checks of its windows, in PyTorch's words and PyTorch's order."""

import math

from jnet.ops.checks import own_axis

_COUNTS = {2: "two", 3: "three"}
_NAMES = {2: "HW", 3: "THW"}


def window_settings(name, n, input, kernel_size, stride, padding, dilation=1, ceil_mode=False):
    """Return window, strides, padding and dilation, one integer an axis, and the size of the result an axis.

    Args:
        name: that of the op, such as "max_pool2d", whose words the messages take; `n` its number of spatial axes.

    Raises:
        RuntimeError, IndexError: in PyTorch's words, if they do not fit one another or the input.
    """
    if n == 1:
        _check_rank(name, n, input)
    given = {"kernel_size": kernel_size, "stride": stride, "padding": padding, "dilation": dilation}
    window, strides, padding, dilation = (_an_axis(name, n, what, value) for what, value in given.items())
    strides = strides or window
    if n > 1:
        _check_rank(name, n, input)
    shape = input.shape
    if name == "max_pool1d":
        _check_signal(window[0], strides[0], padding[0], dilation[0])
    elif n == 1:  # PyTorch's is one of images of one row
        rows = (1, *window), (1, *strides), (0, *padding), (1, *dilation)
        _check(name, (*shape[:-1], 1, shape[-1]), *rows, ceil_mode)
    else:
        _check(name, shape, window, strides, padding, dilation, ceil_mode)
    size = _sizes(shape[-n:], window, strides, padding, dilation, ceil_mode)
    if min(size) <= 0:
        raise RuntimeError(f"{name}() Invalid computed output size: {size[0]}\nThe window is larger than the input.")
    return window, strides, padding, dilation, size


def _an_axis(name, n, what, value) -> tuple[int, ...]:
    """Return a setting as one integer an axis; nothing for a stride that is left out."""
    if what == "stride" and (value is None or value == ()):
        return ()
    values = (value,) if isinstance(value, int) else tuple(value)
    if len(values) not in (1, n):
        raise RuntimeError(f"{_wanted(name, n, what, len(values))}\nGot {what}={value!r}.")
    return values * n if len(values) == 1 else values


def _wanted(name, n, what, count) -> str:
    if name in ("avg_pool1d", "max_pool1d_with_indices"):
        return f"{_function(name)}() argument '{what}' should contain one int (got {count})"
    if name == "max_pool1d":
        integers = "None, an int, list of ints, or" if what == "stride" else "an int, list of ints or"
        return f"max_pool1d() {what} must be {integers} tuple of ints of size 1 but got size {count}"
    either = "" if name == "avg_pool3d" else "either "
    omitted = "omitted, " if what == "stride" else ""
    be = "be either" if what == "dilation" else f"{either}be"
    return f"{name}: {what} must {be} {omitted}a single int, or a tuple of {_COUNTS[n]} ints"


def _check_rank(name, n, input) -> None:
    """Raise unless the input has channels and `n` spatial axes, and perhaps a batch, all but that one not empty."""
    shape, fits = list(input.shape), input.ndim in (n + 1, n + 2)
    if name == "avg_pool2d":
        own_axis(-3, input.ndim, name)
    elif name in ("avg_pool1d", "max_pool1d_with_indices"):
        require_signal(_function(name), input)
    elif name == "max_pool1d" and not (fits and all(shape[-2:])):
        raise _wrong_shape(f"{name}: Expected 2D or 3D", shape)
    elif n > 1 and not fits:
        raise RuntimeError(
            f"non-empty {n + 1}D or {n + 2}D (batch mode) tensor expected for input\nThe input is of shape {shape}."
        )


def require_signal(name, input) -> None:
    """Raise unless the input is (N, C, L) or (C, L)."""
    if input.ndim not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {input.ndim}-dimensional tensor for argument #1 'self' (while "
            f"checking arguments for {name})\nThe input is of shape {list(input.shape)}, not (N, C, L) or (C, L)."
        )


def _function(name) -> str:
    """Return the name of the function that PyTorch's messages speak of."""
    return name.removesuffix("_with_indices")


def _wrong_shape(expected, shape) -> RuntimeError:
    got = f"[{', '.join(map(str, shape))}]"
    return RuntimeError(
        f"{expected} (batch mode) tensor with optional 0 dim batch size for input, but got:{got}\n"
        "Channels come before the spatial dimensions, a batch before both."
    )


def _check_signal(window, stride, padding, dilation) -> None:
    advice = f"\nGot kernel_size={window}, stride={stride}, padding={padding}, dilation={dilation}."
    for what, value in (("kernel_size", window), ("stride", stride)):
        if value <= 0:
            raise RuntimeError(f"max_pool1d() {what} must be greater than zero, but got {value}{advice}")
    if padding < 0:
        raise RuntimeError(f"max_pool1d() padding must be non-negative, but got {padding}{advice}")
    if padding > window // 2:
        raise RuntimeError(
            "max_pool1d() padding should be at most half of kernel size, but got "
            f"padding={padding} and kernel_size={window}{advice}"
        )
    if dilation <= 0:
        raise RuntimeError(f"max_pool1d() dilation must be greater than zero, but got {dilation}{advice}")


def _check(name, shape, window, strides, padding, dilation, ceil_mode) -> None:
    n = len(window)
    advice = f"\nGot kernel_size={window}, stride={strides}, padding={padding}, dilation={dilation}."
    for k, s, p, d in zip(window, strides, padding, dilation, strict=True):
        if s == 0:
            raise RuntimeError(f"stride should not be zero{advice}")
        if p < 0:
            raise RuntimeError(f"pad must be non-negative, but got pad: {p}{advice}")
        if p > math.trunc(((k - 1) * d + 1) / 2):
            raise RuntimeError(
                f"pad should be at most half of effective kernel size, but got pad={p}, kernel_size={k} and "
                f"dilation={d}{advice}"
            )
    for what, prefix, values in (
        ("kernel size", "k", window),
        ("stride", "d", strides),
        ("dilation", "dilation", dilation),
    ):
        if min(values) <= 0:
            named = " ".join(f"{prefix}{axis}: {value}" for axis, value in zip(_NAMES[n], values, strict=True))
            raise RuntimeError(f"{what} should be greater than zero, but got {named}{advice}")
    _check_input(name, n, shape, window)
    if any(2 * p > k for p, k in zip(padding, window, strict=True)):
        raise RuntimeError(
            f"pad should be smaller than or equal to half of kernel size, but got {_halves(window, padding)}{advice}"
        )
    size = _sizes(shape[-n:], window, strides, padding, dilation, ceil_mode)
    if min(size) <= 0:
        given, result = ("x".join(map(str, (shape[-n - 1], *each))) for each in (shape[-n:], size))
        raise RuntimeError(
            f"Given input size: ({given}). Calculated output size: ({result}). Output size is too small{advice}"
        )


def _check_input(name, n, shape, window) -> None:
    if n == 2 and not (len(shape) in (3, 4) and all(shape[-3:])):
        raise _wrong_shape("Expected 3D or 4D", shape)
    if n == 3 and not all(shape[-4:]):
        function = "avg_pool3d()" if name == "avg_pool3d" else "max_pool3d_with_indices_out_cpu_template()"
        raise RuntimeError(
            f"{function}: Expected input's non-batch dimensions to have positive length, but input has a shape of "
            f"{list(shape)} and non-batch dimension 0 has length zero!\nOnly the batch may be empty."
        )
    if name == "avg_pool3d" and any(size < k for size, k in zip(shape[-3:], window, strict=True)):
        image = " ".join(f"{axis}: {size}" for axis, size in zip("THW", shape[-3:], strict=True))
        kernel = " ".join(f"k{axis}: {k}" for axis, k in zip("THW", window, strict=True))
        raise RuntimeError(
            f"input image ({image}) smaller than kernel size ({kernel})\nThe padding does not count here."
        )


def _halves(window, padding) -> str:
    """Return the window and its padding as PyTorch prints them, in its order of axes."""
    if len(window) == 2:
        return f"padW = {padding[1]}, padH = {padding[0]}, kW = {window[1]}, kH = {window[0]}"
    (kt, kh, kw), (pt, ph, pw) = window, padding
    return f"kT: {kt} kW: {kw} kH: {kh} padT: {pt} padW: {pw} padH: {ph}"


def _sizes(shape, window, strides, padding, dilation, ceil_mode) -> list[int]:
    return [_size(*each, ceil_mode) for each in zip(shape, window, strides, padding, dilation, strict=True)]


def _size(n, window, stride, padding, dilation, ceil_mode) -> int:
    span = n + 2 * padding - dilation * (window - 1) - 1
    if not ceil_mode:
        return span // stride + 1
    size = math.ceil(span / stride) + 1
    # A window that would start in the right padding is left out.
    return size - 1 if (size - 1) * stride >= n + padding else size
