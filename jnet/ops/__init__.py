"""The ground floor: pure functions of `jax.Array` with PyTorch's semantics, one file a kind of mathematics."""

from jnet.ops.activation import *  # noqa: F403
from jnet.ops.addmm import *  # noqa: F403
from jnet.ops.arithmetic import *  # noqa: F403
from jnet.ops.bitwise import *  # noqa: F403
from jnet.ops.bounds import *  # noqa: F403
from jnet.ops.comparison import *  # noqa: F403
from jnet.ops.contraction import *  # noqa: F403
from jnet.ops.convolution import *  # noqa: F403
from jnet.ops.counting import *  # noqa: F403
from jnet.ops.ctc import *  # noqa: F403
from jnet.ops.cumulative import *  # noqa: F403
from jnet.ops.decompositions import *  # noqa: F403
from jnet.ops.einsum import *  # noqa: F403
from jnet.ops.filling import *  # noqa: F403
from jnet.ops.indexing import *  # noqa: F403
from jnet.ops.joining import *  # noqa: F403
from jnet.ops.linalg import *  # noqa: F403
from jnet.ops.linear import *  # noqa: F403
from jnet.ops.loss import *  # noqa: F403
from jnet.ops.margins import *  # noqa: F403
from jnet.ops.norms import *  # noqa: F403
from jnet.ops.order import *  # noqa: F403
from jnet.ops.padding import *  # noqa: F403
from jnet.ops.pointwise import *  # noqa: F403
from jnet.ops.pooling import *  # noqa: F403
from jnet.ops.powers import *  # noqa: F403
from jnet.ops.rearranging import *  # noqa: F403
from jnet.ops.registry import OPS, Op, op  # noqa: F401
from jnet.ops.scattering import *  # noqa: F403
from jnet.ops.searching import *  # noqa: F403
from jnet.ops.sorting import *  # noqa: F403
from jnet.ops.special import *  # noqa: F403
from jnet.ops.statistics import *  # noqa: F403
from jnet.ops.trigonometry import *  # noqa: F403
from jnet.ops.writing import *  # noqa: F403
