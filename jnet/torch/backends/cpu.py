"""The host."""


def get_cpu_capability() -> str:
    """Return which vector instructions PyTorch's own code uses: it has none here; XLA uses what the host has."""
    return "DEFAULT"
