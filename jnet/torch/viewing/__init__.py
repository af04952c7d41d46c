"""Views: tensors that show the elements of another one in another shape or order, without a copy.

Each function here is both `torch.name(input, ...)` and the method `Tensor.name(...)`.
"""

from jnet.torch.viewing.declaring import METHODS, SIGNATURES, VIEWS, sizes
from jnet.torch.viewing.order import permuted
from jnet.torch.viewing.rectangles import crop
from jnet.torch.viewing.shapes import broadcast_shapes_, broadcast_tensors, expand
from jnet.torch.viewing.strides import as_strided, relinked

__all__ = [
    "METHODS",
    "SIGNATURES",
    "VIEWS",
    "as_strided",
    "broadcast_shapes_",
    "broadcast_tensors",
    "crop",
    "expand",
    "permuted",
    "relinked",
    "sizes",
]
