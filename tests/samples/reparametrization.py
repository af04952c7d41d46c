"""Weights as lengths and directions, and products of reflections."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import numpy as np

from samples.values import f, i

weight = f(3, 4, 2)
# Short reflectors: the products of long ones are large, and so are their roundings.
tall = f(5, 3) / 4
several = f(2, 4, 3) / 4
half = f(3, 2).astype(np.float16)

NORMS = [
    dict(v=weight),
    dict(v=weight, dim=1),
    dict(v=weight, dim=2),
    dict(v=weight, dim=-1),
    dict(v=weight, pow=1, dim=-2),
    dict(v=f(3)),
    dict(v=np.float32(-2.0), dim=-1),
    dict(v=half),
]
WEIGHTS = [
    dict(v=weight, g=f(3, 1, 1, seed=1)),
    dict(v=weight, g=f(1, 4, 1, seed=1), dim=1),
    dict(v=weight, g=f(1, 1, 2, seed=1), dim=2),
    dict(v=weight, g=np.float32(1.5), dim=-1),
    dict(v=weight.astype(np.float64), g=f(3, 1, 1).astype(np.float64)),
    dict(v=f(3, 2), g=f(3)),
]
REFLECTIONS = [
    (tall, f(3, seed=1)),
    (several, f(2, 3, seed=1)),
    (tall, f(2, seed=1)),
    (tall.astype(np.float64), f(3, seed=1).astype(np.float64)),
    (tall, f(0)),
    (f(4, 0), f(0)),
    (several[:, :3], f(2, 3, seed=2)),
]

SAMPLES: dict[str, list[dict]] = {
    "norm_except_dim": NORMS,
    "_weight_norm": WEIGHTS,
    "householder_product": [dict(A=A, tau=tau) for A, tau in REFLECTIONS],
    "orgqr": [dict(input=A, input2=tau) for A, tau in REFLECTIONS[:2]],
    "geqrf": [dict(input=each) for each in (tall, f(2, 3), several, tall.astype(np.float64), f(0, 3))],
}
NO_GRADIENT = {"geqrf"}
TORCH_NAME = {
    "householder_product": lambda torch: lambda A, tau: torch.linalg.householder_product(A, tau),
    "norm_except_dim": lambda torch: lambda v, pow=2, dim=0: torch.norm_except_dim(v, pow, dim),
    "_weight_norm": lambda torch: lambda v, g, dim=0: torch._weight_norm(v, g, dim),
}
whole = i([1, 2], [3, 4])
ERRORS = [
    ("norm_except_dim", dict(v=whole), RuntimeError, "norm(): input dtype should be either floating point or complex."),
    (
        "norm_except_dim",
        dict(v=weight, dim=5),
        IndexError,
        "Dimension out of range (expected to be in range of [-3, 2]",
    ),
    ("norm_except_dim", dict(v=np.float32(1.0)), IndexError, "Dimension specified as 0 but tensor has no dimensions"),
    ("_weight_norm", dict(v=whole, g=whole[:, :1]), NotImplementedError, '"weight_norm_kernel" not implemented for'),
    (
        "_weight_norm",
        dict(v=weight, g=np.ones((3, 1, 1))),
        RuntimeError,
        "expected scalar type Float but found Double",
    ),
    (
        "householder_product",
        dict(A=f(2, 3), tau=f(2)),
        RuntimeError,
        "torch.linalg.householder_product: input.shape[-2] must be greater than or equal to input.shape[-1]",
    ),
    (
        "householder_product",
        dict(A=tall, tau=f(4)),
        RuntimeError,
        "torch.linalg.householder_product: input.shape[-1] must be greater than or equal to tau.shape[-1]",
    ),
    (
        "householder_product",
        dict(A=f(3), tau=f(1)),
        RuntimeError,
        "torch.linalg.householder_product: input must have at least 2 dimensions.",
    ),
    (
        "householder_product",
        dict(A=several, tau=f(3, 3)),
        RuntimeError,
        "torch.linalg.householder_product: Expected batch dimensions of tau to be equal to input.shape[:-2]",
    ),
    (
        "householder_product",
        dict(A=several, tau=f(3)),
        RuntimeError,
        "torch.linalg.householder_product: Expected tau to have one dimension less than input",
    ),
    (
        "householder_product",
        dict(A=tall, tau=np.ones(3)),
        RuntimeError,
        "torch.linalg.householder_product: tau dtype Double does not match input dtype Float",
    ),
    ("householder_product", dict(A=half, tau=half[0]), NotImplementedError, "\"orgqr_cpu\" not implemented for 'Half'"),
    ("geqrf", dict(input=f(3)), RuntimeError, "torch.geqrf: input must have at least 2 dimensions."),
    ("geqrf", dict(input=whole), NotImplementedError, "\"geqrf_cpu\" not implemented for 'Long'"),
]
