"""Transforms of images: of PIL's, of NumPy's arrays where they become tensors, and of tensors (..., C, H, W).

See: https://docs.pytorch.org/vision/stable/transforms.html
"""

from jnet.torch.missing import NotBuilt
from jnet.torchvision.transforms import functional
from jnet.torchvision.transforms.angles import RandomAffine, RandomRotation
from jnet.torchvision.transforms.chance import (
    ColorJitter,
    GaussianBlur,
    RandomApply,
    RandomChoice,
    RandomCrop,
    RandomErasing,
    RandomGrayscale,
    RandomHorizontalFlip,
    RandomInvert,
    RandomOrder,
    RandomResizedCrop,
    RandomVerticalFlip,
)
from jnet.torchvision.transforms.fixed import (
    CenterCrop,
    Compose,
    ConvertImageDtype,
    FiveCrop,
    Grayscale,
    Lambda,
    Normalize,
    Pad,
    PILToTensor,
    Resize,
    TenCrop,
    ToPILImage,
    ToTensor,
)
from jnet.torchvision.transforms.interpolation import InterpolationMode

__all__ = [
    "CenterCrop", "ColorJitter", "Compose", "ConvertImageDtype", "FiveCrop", "GaussianBlur", "Grayscale",
    "InterpolationMode", "Lambda", "Normalize", "PILToTensor", "Pad", "RandomAffine", "RandomApply", "RandomChoice",
    "RandomCrop", "RandomErasing", "RandomGrayscale", "RandomHorizontalFlip", "RandomInvert", "RandomOrder",
    "RandomResizedCrop", "RandomRotation", "RandomVerticalFlip", "Resize", "TenCrop", "ToPILImage", "ToTensor",
    "functional",
]  # fmt: skip

_NOT_BUILT = (
    "AugMix", "AutoAugment", "AutoAugmentPolicy", "ElasticTransform", "LinearTransformation", "RandAugment",
    "RandomAdjustSharpness", "RandomAutocontrast", "RandomEqualize", "RandomPerspective", "RandomPosterize",
    "RandomSolarize", "TrivialAugmentWide",
)  # fmt: skip


def __getattr__(name: str):
    if name == "v2":
        raise NotBuilt(
            "torchvision.transforms.v2 is not built in jnet.\ntorchvision.transforms has the transforms of images; "
            "ToTensor() stands for ToImage() and ToDtype(torch.float32, scale=True)."
        )
    if name in _NOT_BUILT:
        raise NotBuilt(f"torchvision.transforms.{name} is not built in jnet.\nLambda makes a transform of a function.")
    raise AttributeError(f"module 'torchvision.transforms' has no attribute '{name}'")
