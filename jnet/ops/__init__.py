"""The ground floor: pure functions of `jax.Array` with PyTorch's semantics, one file a kind of mathematics."""

from jnet.ops.activation import *  # noqa: F403
from jnet.ops.convolution import *  # noqa: F403
from jnet.ops.linear import *  # noqa: F403
from jnet.ops.loss import *  # noqa: F403
from jnet.ops.order import *  # noqa: F403
from jnet.ops.pooling import *  # noqa: F403
from jnet.ops.registry import OPS, Op, op  # noqa: F401
from jnet.ops.statistics import *  # noqa: F403
