"""Ops that keep a shape and replace the values."""

# ruff: noqa: C408 - a row reads as the call that it stands for

import numpy as np

from samples.values import a, f, i

SAMPLES = {
    "fill": [dict(input=f(2, 3), value=2.5), dict(input=i(1, 2), value=3), dict(input=f(2, 3), value=np.float32(0.5))],
    "copy": [dict(input=f(2, 3), src=f(3)), dict(input=i(1, 2), src=a(3.7, -2.2)), dict(input=f(2), src=i(1, 2))],
}
TORCH_NAME = {"copy": lambda torch: lambda input, src: input.clone().copy_(src)}
