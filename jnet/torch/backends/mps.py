"""Apple's graphics processors, for which jnet has no backend of its own."""


def is_available() -> bool:
    """Tell whether tensors can be put there: never."""
    return False


def is_built() -> bool:
    """Tell whether jnet knows of them: no."""
    return False
