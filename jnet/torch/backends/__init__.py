"""What scripts set and ask of PyTorch's backends, of which jnet has one: XLA.

Settings keep what they are given and change nothing else, except where said.

See: https://docs.pytorch.org/docs/stable/backends.html
"""

from jnet.torch.backends import cpu, cuda, cudnn, mkl, mkldnn, mps, openmp

__all__ = ["cpu", "cuda", "cudnn", "mkl", "mkldnn", "mps", "openmp"]
