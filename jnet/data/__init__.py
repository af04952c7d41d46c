"""Data: real digits, IDX folders, small sets, the notes' synthetic sets, and the loader that feeds them."""

from jnet.data import synthetic
from jnet.data.dataset import Dataset
from jnet.data.digits import mnist5k
from jnet.data.idx import idx_folder, read_idx, write_idx
from jnet.data.loader import Loader
from jnet.data.small import sklearn_set

__all__ = [
    "Dataset",
    "Loader",
    "idx_folder",
    "mnist5k",
    "read_idx",
    "sklearn_set",
    "synthetic",
    "write_idx",
]
