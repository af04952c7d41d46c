"""AdamW, which is Adam with one setting changed."""

from jnet.torch.optim.adam import AdamW

__all__ = ["AdamW"]
