"""oneDNN, which XLA may use by itself."""

enabled = True
deterministic = False
allow_tf32 = True


def is_available() -> bool:
    """Tell whether PyTorch's own oneDNN is there: never."""
    return False
