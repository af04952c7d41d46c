"""A library of PyTorch's that jnet has not."""


def is_available() -> bool:
    """Tell whether it is there: never."""
    return False
