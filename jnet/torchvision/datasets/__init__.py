"""Data sets of images, whose samples are pairs of PIL's image and a label.

See: https://docs.pytorch.org/vision/stable/datasets.html
"""

from jnet.torch.missing import NotBuilt
from jnet.torchvision.datasets.cifar import CIFAR10, CIFAR100
from jnet.torchvision.datasets.fakedata import FakeData
from jnet.torchvision.datasets.folder import DatasetFolder, ImageFolder
from jnet.torchvision.datasets.mnist import KMNIST, MNIST, FashionMNIST
from jnet.torchvision.datasets.vision import VisionDataset

__all__ = [
    "CIFAR10", "CIFAR100", "KMNIST", "MNIST", "DatasetFolder", "FakeData", "FashionMNIST", "ImageFolder",
    "VisionDataset",
]  # fmt: skip


def __getattr__(name: str):
    if name[0].isupper():
        raise NotBuilt(
            f"torchvision.datasets.{name} is not built in jnet.\nImageFolder and DatasetFolder read folders, and a "
            "subclass of torch.utils.data.Dataset whatever there is."
        )
    raise AttributeError(f"module 'torchvision.datasets' has no attribute '{name}'")
