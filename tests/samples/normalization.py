"""Normalisations."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import jax.numpy as jnp
import numpy as np

from samples.values import f, i, p

X, M, V = f(4, 3, 5), f(3, seed=1), p(3, seed=2) + 1
W, B = p(3, seed=3), f(3, seed=4)
RUNNING = dict(running_mean=M, running_var=V)
AFFINE = dict(weight=W, bias=B)


def half(row, dtype=np.float16):
    return {key: value.astype(dtype) if hasattr(value, "dtype") else value for key, value in row.items()}


SAMPLES: dict[str, list[dict]] = {
    "batch_norm": [
        dict(input=X, training=True, **AFFINE, **RUNNING),
        dict(input=X, **AFFINE, **RUNNING),
        dict(input=f(4, 3), training=True, **AFFINE),
        dict(input=f(2, 3, 2, 2, 2), training=True, eps=0.1),
        dict(input=X, weight=W, training=True),
        dict(input=X, bias=B, eps=0.5, **RUNNING),
        dict(input=X[:0], training=True, **RUNNING),
        half(dict(input=X, training=True, **AFFINE)),
        dict(input=X.astype(np.float16), training=True, **AFFINE, **RUNNING),
        dict(input=X.astype(jnp.bfloat16), **AFFINE, **RUNNING),
    ],
    "instance_norm": [
        dict(input=X, **AFFINE, **RUNNING),
        dict(input=X, use_input_stats=False, **AFFINE, **RUNNING),
        dict(input=f(2, 3, 2, 3), weight=W),
        dict(input=f(2, 3, 2, 3), eps=0.3),
        half(dict(input=X, **AFFINE)),
    ],
    "running_statistics": [
        dict(input=X, **RUNNING),
        dict(input=f(4, 3), momentum=0.5, **RUNNING),
        dict(input=X, num_batches=np.int64(3), momentum=None, **RUNNING),
        dict(input=X, num_batches=np.int64(3), momentum=0.25, **RUNNING),
        dict(input=f(2, 3, 2, 3), by_instance=True, **RUNNING),
        dict(input=X.astype(np.float16), **RUNNING),
        half(dict(input=X, **RUNNING)),
    ],
    "layer_norm": [
        dict(input=X, normalized_shape=(5,), weight=p(5), bias=f(5, seed=1)),
        dict(input=X, normalized_shape=(3, 5), weight=p(3, 5), eps=0.1),
        dict(input=f(4), normalized_shape=(4,), bias=f(4, seed=1)),
        dict(input=X, normalized_shape=(5,)),
        dict(input=X[:0], normalized_shape=(5,)),
        # One line: PyTorch adds up the gradients of weight and bias in half precision.
        half(dict(input=f(1, 5), normalized_shape=(5,), weight=p(5), bias=f(5, seed=1))),
    ],
    "rms_norm": [
        dict(input=X, normalized_shape=(5,), weight=p(5)),
        dict(input=X, normalized_shape=(3, 5), eps=0.1),
        dict(input=f(4), normalized_shape=(4,)),
        dict(input=X * np.float32(1e-4), normalized_shape=(5,), weight=p(5)),
        dict(input=X[:0], normalized_shape=(5,)),
        half(dict(input=X, normalized_shape=(5,), weight=p(5))),
    ],
    "group_norm": [
        dict(input=f(2, 4, 3), num_groups=2, weight=p(4), bias=f(4, seed=1)),
        dict(input=f(2, 4, 2, 3), num_groups=4, weight=p(4), eps=0.1),
        dict(input=f(2, 4), num_groups=1, weight=p(4), bias=f(4)),
        dict(input=f(2, 4, 3), num_groups=2),
        half(dict(input=f(2, 4, 3), num_groups=2, weight=p(4), bias=f(4, seed=1))),
        dict(input=f(2, 4, 3).astype(jnp.bfloat16), num_groups=2, weight=p(4), bias=f(4, seed=1)),
    ],
    "local_response_norm": [
        dict(input=f(2, 4, 3), size=2, alpha=1.0),
        dict(input=f(2, 4, 3, 2), size=3, alpha=0.5, beta=0.5, k=2.0),
        dict(input=f(2, 4, 3), size=9),
        dict(input=f(2, 4, 3, 2, 2), size=1),
        dict(input=i([[1, 2, 3], [4, 5, 7]]), size=2, alpha=1.0),
        dict(input=f(2, 4, 3)[:0], size=2),
        half(dict(input=f(2, 4, 3), size=2)),
    ],
    "cross_map_lrn2d": [
        # The derivative of the first row is compared with a numerical one, which PyTorch's is not, unless alpha is 0.
        dict(input=f(2, 4, 3, 2), size=3, alpha=0.0, k=2.0),
        *(dict(input=f(2, 5, 3, 2), size=size, alpha=0.5) for size in (2, 3, 4, 5)),
        dict(input=f(1, 2, 1, 2), size=7, alpha=0.5, beta=0.5, k=2.0),
    ],
}

_x = f(4, 3)
ERRORS: list[tuple] = [
    ("batch_norm", dict(input=X), RuntimeError, "running_mean must be defined in evaluation mode"),
    ("batch_norm", dict(input=X, running_mean=M), RuntimeError, "running_var must be defined in evaluation mode"),
    ("batch_norm", dict(input=X, running_mean=f(4), running_var=V), RuntimeError, "running_mean should contain 3"),
    ("batch_norm", dict(input=X, weight=f(4), **RUNNING), RuntimeError, "weight should contain 3 elements not 4"),
    ("batch_norm", dict(input=X, bias=f(4), **RUNNING), RuntimeError, "bias should contain 3 elements not 4"),
    ("batch_norm", dict(input=X, running_mean=M, training=True), ValueError, "running_mean and running_var must"),
    ("batch_norm", dict(input=f(3), training=True), IndexError, "Dimension out of range"),
    ("batch_norm", dict(input=i([1, 2, 3]), **RUNNING), NotImplementedError, '"batch_norm" not implemented for \'Long'),
    ("batch_norm", dict(input=np.float64(X), **RUNNING), RuntimeError, "mixed dtype (CPU): all inputs must share"),
    ("batch_norm", dict(input=X, **half(RUNNING)), RuntimeError, "mixed dtype (CPU): expect parameter to have"),
    ("batch_norm", half(dict(input=X)) | RUNNING | half(dict(weight=W)), RuntimeError, "expected scalar type Half but"),
    ("instance_norm", dict(input=X, use_input_stats=False), RuntimeError, "Expected running_mean and running_var to"),
    ("instance_norm", dict(input=X, weight=f(4)), RuntimeError, "weight should contain 12 elements not 16"),
    ("layer_norm", dict(input=X, normalized_shape=(4,)), RuntimeError, "Given normalized_shape=[4], expected input"),
    ("layer_norm", dict(input=X, normalized_shape=()), RuntimeError, "Expected normalized_shape to be at least"),
    ("layer_norm", dict(input=X, normalized_shape=5), TypeError, "layer_norm(): argument 'normalized_shape'"),
    ("layer_norm", dict(input=X, normalized_shape=(5.0,)), TypeError, "layer_norm(): argument 'normalized_shape'"),
    ("layer_norm", dict(input=_x, normalized_shape=(4, 3, 1)), RuntimeError, "Given normalized_shape=[4, 3, 1]"),
    ("layer_norm", dict(input=X, normalized_shape=(5,), weight=f(3)), RuntimeError, "Expected weight to be of same"),
    ("layer_norm", dict(input=X, normalized_shape=(5,), bias=f(3)), RuntimeError, "Expected bias to be of same"),
    ("layer_norm", dict(input=i([1, 2]), normalized_shape=(2,)), NotImplementedError, '"LayerNormKernelImpl" not'),
    ("rms_norm", dict(input=X, normalized_shape=(4,)), RuntimeError, "Given normalized_shape=[4], expected input"),
    ("rms_norm", dict(input=_x, normalized_shape=(4, 3, 1)), ValueError, "Input tensor must have at least 3 dim"),
    ("rms_norm", dict(input=X, normalized_shape=5), TypeError, "rms_norm(): argument 'normalized_shape'"),
    ("rms_norm", dict(input=i([1, 2]), normalized_shape=(2,)), NotImplementedError, '"rms_norm" not implemented'),
    ("group_norm", dict(input=X, num_groups=2), RuntimeError, "Expected number of channels in input to be divis"),
    ("group_norm", dict(input=X, num_groups=-1), RuntimeError, "Expected num groups to be greater than 0, got -1"),
    ("group_norm", dict(input=X, num_groups=3, weight=f(4)), RuntimeError, "Expected weight to be a vector of size"),
    ("group_norm", dict(input=X, num_groups=3, bias=f(3, 1)), RuntimeError, "Expected bias to be a vector of size"),
    ("group_norm", dict(input=f(3), num_groups=3), IndexError, "Dimension out of range (expected to be in range of"),
    ("group_norm", dict(input=i([1, 2], [3, 4]), num_groups=1), NotImplementedError, '"GroupNormKernelImpl" not'),
    ("local_response_norm", dict(input=_x, size=2), ValueError, "Expected 3D or higher dimensionality"),
    ("local_response_norm", dict(input=X, size=0), RuntimeError, "kernel size should be greater than zero, but got kH"),
    ("local_response_norm", dict(input=f(1, 2, 3, 4), size=-1), RuntimeError, "kernel size should be greater than"),
    ("local_response_norm", dict(input=X > 0, size=2), NotImplementedError, '"avg_pool2d" not implemented for'),
    ("cross_map_lrn2d", dict(input=X, size=2), ValueError, "CrossMapLRN2d: Expected input to be 4D, got 3D instead."),
    ("cross_map_lrn2d", dict(input=i([[[1]]], [[[2]]]), size=2), RuntimeError, "result type Float can't be cast to"),
]

CONSTANT = {
    "batch_norm": ("running_mean", "running_var"),
    "instance_norm": ("running_mean", "running_var"),
}
NO_GRADIENT = {"running_statistics"}


def _batch_norm(torch):
    def call(input, weight=None, bias=None, running_mean=None, running_var=None, training=False, eps=1e-5):
        return torch.batch_norm(input, weight, bias, running_mean, running_var, training, 0.1, eps, True)

    return call


def _instance_norm(torch):
    def call(input, weight=None, bias=None, running_mean=None, running_var=None, use_input_stats=True, eps=1e-5):
        return torch.instance_norm(input, weight, bias, running_mean, running_var, use_input_stats, 0.1, eps, True)

    return call


def _running_statistics(torch):
    def call(input, running_mean, running_var, num_batches=None, momentum=0.1, by_instance=False):
        run = torch.instance_norm if by_instance else torch.batch_norm
        rate = 1 / (int(num_batches) + 1) if momentum is None else momentum
        mean, var = running_mean.clone(), running_var.clone()
        run(input, None, None, mean, var, True, rate, 1e-5, True)
        return (mean, var) if num_batches is None else (mean, var, num_batches + 1)

    return call


TORCH_NAME = {
    "batch_norm": _batch_norm,
    "instance_norm": _instance_norm,
    "running_statistics": _running_statistics,
    "group_norm": lambda torch: torch.group_norm,
    "cross_map_lrn2d": lambda torch: lambda input, **settings: torch.nn.CrossMapLRN2d(**settings)(input),
}
