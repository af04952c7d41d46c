"""scikit-learn's small sets."""

import numpy as np

from jnet.data.dataset import Dataset

_CLASSIFICATION = ("breast_cancer", "digits", "iris", "wine")
_NAMES = (*_CLASSIFICATION, "diabetes")


def sklearn_set(
    name: str, test_fraction: float = 0.2, seed: int = 0, *, standardize: bool = False
) -> tuple[Dataset, Dataset]:
    """Return one of the small sets that scikit-learn ships, split into a training and a test set.

    x is float32 (N, D); y int32 (N,) class indices, or float32 (N,) for "diabetes".

    Args:
        name: "iris", "wine", "digits", "breast_cancer" or "diabetes".
        test_fraction: share of the rows held out.
        seed: of the split.
        standardize: shift and scale each column by the training set's mean and standard deviation.

    Raises:
        ValueError: for an unknown name.
        ModuleNotFoundError: if scikit-learn is not installed.

    See: https://scikit-learn.org/stable/datasets/toy_dataset.html
    """
    if name not in _NAMES:
        raise ValueError(f"Unknown set {name!r}; use one of: {', '.join(_NAMES)}.")
    try:
        from sklearn import datasets
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError('scikit-learn is not installed: pip install "jnet[data]".') from error
    found = getattr(datasets, f"load_{name}")()
    classes = tuple(str(c) for c in found.target_names) if name in _CLASSIFICATION else ()
    y = found.target.astype(np.int32 if classes else np.float32)
    train, test = Dataset(found.data.astype(np.float32), y, classes, name).split(test_fraction, seed)
    if standardize:
        mean, deviation = train.x.mean(0), train.x.std(0)
        deviation = np.where(deviation > 0, deviation, 1)
        train, test = (Dataset((d.x - mean) / deviation, d.y, d.classes, name) for d in (train, test))
    return train, test
