"""The version of PyTorch whose numbers jnet gives, and what PyTorch would be built with."""

__version__ = "2.13.0+jnet"
debug = False
cuda: str | None = None
hip: str | None = None
git_version = "jnet"
