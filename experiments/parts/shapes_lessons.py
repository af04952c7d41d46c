"""The lessons of `experiments.shapes` in both faces, what the notes print of them, and what PyTorch 2.13 finds."""

import jax.numpy as jnp
import numpy as np

from jnet import ops
from jnet.ops.random import Generator


def joining_torch(torch):
    a, b = torch.rand(4, 32, 8), torch.rand(5, 32, 8)
    c = torch.stack([a[0], a[1]], dim=0)  # a new dimension; cat lengthens one that is there
    aa, bb = c.split([1, 1], dim=0)
    m, n = c.chunk(2, dim=0)
    x = torch.arange(10)
    try:
        torch.stack([a, b], dim=0)
    except RuntimeError as error:
        unequal = f"RuntimeError: {error}"
    try:
        aa, bb = c.split(2, dim=0)  # pieces of length 2: there is only one
    except ValueError as error:
        too_few = f"ValueError: {error}"
    return {
        "shape of cat([a, b])": torch.cat([a, b], dim=0).shape,
        "shape of stack([a1, b1])": c.shape,
        "shapes of split([1, 1])": [aa.shape, bb.shape],
        "shapes of chunk(2)": [m.shape, n.shape],
        "ten numbers in chunk(3)": [len(piece) for piece in x.chunk(3)],
        "ten numbers in split(4)": [len(piece) for piece in x.split(4)],
        "ten numbers in split([2, 5, 3])": [len(piece) for piece in x.split([2, 5, 3])],
        "stack of unequal sizes": unequal.splitlines()[0],
        "one piece for two names": too_few.splitlines()[0],
    }


def joining_jax():
    a, b = jnp.ones((4, 32, 8)), jnp.ones((5, 32, 8))
    c = jnp.stack([a[0], a[1]], axis=0)
    aa, bb = jnp.split(c, [1])  # where to cut, not how long
    m, n = jnp.split(c, 2)
    x = jnp.arange(10)
    try:
        ops.stack([a, b], dim=0)  # jnet's, with PyTorch's words
    except RuntimeError as error:
        unequal = f"RuntimeError: {error}"
    try:
        aa, bb = jnp.split(c, 1)
    except ValueError as error:
        too_few = f"ValueError: {error}"
    return {
        "shape of cat([a, b])": jnp.concatenate([a, b], axis=0).shape,
        "shape of stack([a1, b1])": c.shape,
        "shapes of split([1, 1])": [aa.shape, bb.shape],
        "shapes of chunk(2)": [m.shape, n.shape],
        "ten numbers in chunk(3)": [len(piece) for piece in jnp.split(x, [4, 8])],  # array_split: 4, 3, 3
        "ten numbers in split(4)": [len(piece) for piece in jnp.split(x, [4, 8])],
        "ten numbers in split([2, 5, 3])": [len(piece) for piece in jnp.split(x, [2, 7])],
        "stack of unequal sizes": unequal.splitlines()[0],
        "one piece for two names": too_few.splitlines()[0],
    }


JOINED = {
    "shape of cat([a, b])": [9, 32, 8], "shape of stack([a1, b1])": [2, 32, 8],
    "shapes of split([1, 1])": [[1, 32, 8], [1, 32, 8]], "shapes of chunk(2)": [[1, 32, 8], [1, 32, 8]],
    "ten numbers in chunk(3)": [4, 4, 2], "ten numbers in split(4)": [4, 4, 2],
    "ten numbers in split([2, 5, 3])": [2, 5, 3],
    "stack of unequal sizes": "RuntimeError: stack expects each tensor to be equal size, but got [4, 32, 8] at entry "
    "0 and [5, 32, 8] at entry 1",
    "one piece for two names": "ValueError: not enough values to unpack (expected 2, got 1)",
}  # fmt: skip
JOINED_NOTES = {
    "shape of cat([a, b])": "9, 32, 8",
    "shape of stack([a1, b1])": "2, 32, 8",
    "shapes of split([1, 1])": "1, 32, 8, 1, 32, 8",
    "stack of unequal sizes": "RuntimeError: stack expects each tensor to be equal size, but got [4, 32, 8] at entry "
    "0 and [5, 32, 8] at entry 1",
    "one piece for two names": "ValueError: not enough values to unpack (expected 2, got 1)",
}


def selecting_torch(torch):
    a = torch.rand(4, 3, 28, 28)  # four pictures, three colours, rows, columns
    x = torch.tensor([[0.6480, 1.5947, 0.6264], [1.6784, 0.2768, -1.8780], [-0.6442, 0.8570, 0.1677]])
    mask = x.ge(0.5)
    src = torch.tensor([[4, 3, 5], [6, 7, 8]])
    return {
        "shape of a[0, 0]": a[0, 0].shape,
        "shape of a[:2, :1]": a[:2, :1].shape,
        "shape of a[:2, -1:]": a[:2, -1:].shape,
        "shape of a[:, :, ::2, ::2]": a[:, :, ::2, ::2].shape,
        "shape of a[..., :2]": a[..., :2].shape,
        "shape of a[0, ..., ::2]": a[0, ..., ::2].shape,
        "shape of index_select(0, [0, 2])": a.index_select(0, torch.tensor([0, 2])).shape,
        "shape of index_select(3, arange(12))": a.index_select(3, torch.arange(12)).shape,
        "x.ge(0.5)": mask,
        "masked_select(x, mask)": torch.masked_select(x, mask),
        "take(src, [0, 2, 5])": torch.take(src, torch.tensor([0, 2, 5])),  # as if src were one row
    }


def selecting_jax():
    a = jnp.ones((4, 3, 28, 28))
    x = jnp.array([[0.6480, 1.5947, 0.6264], [1.6784, 0.2768, -1.8780], [-0.6442, 0.8570, 0.1677]])
    mask = x >= 0.5
    src = jnp.array([[4, 3, 5], [6, 7, 8]])
    return {
        "shape of a[0, 0]": a[0, 0].shape,
        "shape of a[:2, :1]": a[:2, :1].shape,
        "shape of a[:2, -1:]": a[:2, -1:].shape,
        "shape of a[:, :, ::2, ::2]": a[:, :, ::2, ::2].shape,
        "shape of a[..., :2]": a[..., :2].shape,
        "shape of a[0, ..., ::2]": a[0, ..., ::2].shape,
        "shape of index_select(0, [0, 2])": jnp.take(a, jnp.array([0, 2]), axis=0).shape,
        "shape of index_select(3, arange(12))": a[..., jnp.arange(12)].shape,
        "x.ge(0.5)": mask,
        "masked_select(x, mask)": x[mask],  # not under jit: the shape would depend on the values
        "take(src, [0, 2, 5])": jnp.take(src.ravel(), jnp.array([0, 2, 5])),
    }


SELECTED = {
    "shape of a[0, 0]": [28, 28], "shape of a[:2, :1]": [2, 1, 28, 28], "shape of a[:2, -1:]": [2, 1, 28, 28],
    "shape of a[:, :, ::2, ::2]": [4, 3, 14, 14], "shape of a[..., :2]": [4, 3, 28, 2],
    "shape of a[0, ..., ::2]": [3, 28, 14], "shape of index_select(0, [0, 2])": [2, 3, 28, 28],
    "shape of index_select(3, arange(12))": [4, 3, 28, 12],
    "x.ge(0.5)": [[True, True, True], [True, False, False], [False, True, False]],
    "masked_select(x, mask)": [0.648000002, 1.59469998, 0.626399994, 1.67840004, 0.856999993],
    "take(src, [0, 2, 5])": [4, 5, 8],
}  # fmt: skip
SELECTED_NOTES = {
    "shape of a[0, 0]": "28, 28",
    "shape of a[:2, :1]": "2, 1, 28, 28",
    "shape of a[:2, -1:]": "2, 1, 28, 28",
    "shape of a[:, :, ::2, ::2]": "4, 3, 14, 14",
    "shape of a[..., :2]": "4, 3, 28, 2",
    "shape of a[0, ..., ::2]": "3, 28, 14",
    "shape of index_select(0, [0, 2])": "2, 3, 28, 28",
    "shape of index_select(3, arange(12))": "4, 3, 28, 12",
    "masked_select(x, mask)": "0.6480, 1.5947, 0.6264, 1.6784, 0.8570",
    "take(src, [0, 2, 5])": "4, 5, 8",
}


def reshaping_torch(torch):
    a, b = torch.rand(4, 1, 28, 28), torch.rand(4, 3, 28, 32)
    bias = torch.rand(32).unsqueeze(1).unsqueeze(2).unsqueeze(0)
    try:
        a.unsqueeze(5)
    except IndexError as error:
        beyond = f"IndexError: {error}"
    return {
        "a.view(4, 28 * 28)": a.view(4, 28 * 28).shape,
        "a.reshape(-1, 28)": a.reshape(-1, 28).shape,
        "a.unsqueeze(-1)": a.unsqueeze(-1).shape,
        "a.unsqueeze(-4)": a.unsqueeze(-4).shape,
        "a.unsqueeze(5)": beyond.splitlines()[0],
        "bias, unsqueezed three times": bias.shape,
        "bias.squeeze()": bias.squeeze().shape,
        "bias.squeeze(0)": bias.squeeze(0).shape,
        "bias.squeeze(1)": bias.squeeze(1).shape,  # 32 numbers are not squeezed
        "t() of 3 x 4": torch.rand(3, 4).t().shape,
        "b.transpose(1, 3)": b.transpose(1, 3).shape,
        "b.permute(0, 2, 3, 1)": b.permute(0, 2, 3, 1).shape,
        "permute is two transposes": torch.equal(b.permute(0, 2, 3, 1), b.transpose(1, 3).transpose(1, 2)),
    }


def reshaping_jax():
    a, b = jnp.ones((4, 1, 28, 28)), jnp.array(Generator(420).rand((4, 3, 28, 32)))
    bias = jnp.ones(32)[None, :, None, None]  # what unsqueeze does, in one go
    try:
        ops.stack([a], dim=5)  # to stack one array is to unsqueeze it; jnet's has PyTorch's words
    except IndexError as error:
        beyond = f"IndexError: {error}"
    return {
        "a.view(4, 28 * 28)": a.reshape(4, 28 * 28).shape,
        "a.reshape(-1, 28)": a.reshape(-1, 28).shape,
        "a.unsqueeze(-1)": jnp.expand_dims(a, -1).shape,
        "a.unsqueeze(-4)": jnp.expand_dims(a, -4).shape,
        "a.unsqueeze(5)": beyond.splitlines()[0],
        "bias, unsqueezed three times": bias.shape,
        "bias.squeeze()": bias.squeeze().shape,
        "bias.squeeze(0)": bias.squeeze(0).shape,
        "bias.squeeze(1)": bias.shape,  # bias.squeeze(1) is an error in JAX
        "t() of 3 x 4": jnp.ones((3, 4)).T.shape,
        "b.transpose(1, 3)": b.swapaxes(1, 3).shape,
        "b.permute(0, 2, 3, 1)": b.transpose(0, 2, 3, 1).shape,  # JAX's transpose is PyTorch's permute
        "permute is two transposes": bool((b.transpose(0, 2, 3, 1) == b.swapaxes(1, 3).swapaxes(1, 2)).all()),
    }


SHAPED = {
    "a.view(4, 28 * 28)": [4, 784], "a.reshape(-1, 28)": [112, 28], "a.unsqueeze(-1)": [4, 1, 28, 28, 1],
    "a.unsqueeze(-4)": [4, 1, 1, 28, 28],
    "a.unsqueeze(5)": "IndexError: Dimension out of range (expected to be in range of [-5, 4], but got 5)",
    "bias, unsqueezed three times": [1, 32, 1, 1], "bias.squeeze()": [32], "bias.squeeze(0)": [32, 1, 1],
    "bias.squeeze(1)": [1, 32, 1, 1], "t() of 3 x 4": [4, 3], "b.transpose(1, 3)": [4, 32, 28, 3],
    "b.permute(0, 2, 3, 1)": [4, 28, 32, 3], "permute is two transposes": True,
}  # fmt: skip
SHAPED_NOTES = {
    "a.view(4, 28 * 28)": "4, 784",
    "a.reshape(-1, 28)": "112, 28",
    "a.unsqueeze(-1)": "4, 1, 28, 28, 1",
    "a.unsqueeze(-4)": "4, 1, 1, 28, 28",
    "a.unsqueeze(5)": "IndexError: Dimension out of range (expected to be in range of [-5, 4], but got 5)",
    "bias, unsqueezed three times": "1, 32, 1, 1",
    "bias.squeeze()": "32",
    "bias.squeeze(0)": "32, 1, 1",
    "bias.squeeze(1)": "1, 32, 1, 1",
    "t() of 3 x 4": "4, 3",
    "b.transpose(1, 3)": "4, 32, 28, 3",
    "b.permute(0, 2, 3, 1)": "4, 28, 32, 3",
}


def spreading_torch(torch):
    b = torch.rand(1, 32, 1, 1)
    maps, marks = torch.zeros(4, 32, 14, 14), torch.full((2, 3), 80.0)
    try:
        b.expand(-1, 32, -1, -4)
    except RuntimeError:
        refused = True
    try:
        maps.add(torch.zeros(2, 32, 14, 14))
    except RuntimeError as error:
        unequal = f"RuntimeError: {error}"
    return {
        "b.expand(4, 32, 14, 14)": b.expand(4, 32, 14, 14).shape,  # nothing is copied
        "b.expand(-1, 32, -1, -1)": b.expand(-1, 32, -1, -1).shape,
        "a size of -4 is refused": refused,
        "b.repeat(4, 32, 1, 1)": b.repeat(4, 32, 1, 1).shape,  # copies
        "b.repeat(4, 1, 32, 32)": b.repeat(4, 1, 32, 32).shape,
        "maps + b": (maps + b).shape,
        "maps + a 14 x 14 picture": (maps + torch.zeros(14, 14)).shape,
        "5 more for everybody": marks + 5,
        "5 more in the last subject": marks + torch.tensor([0.0, 0.0, 5.0]),  # matched from the last dimension
        "maps + another batch of 2": unequal.splitlines()[0],
    }


def spreading_jax():
    b = jnp.ones((1, 32, 1, 1))
    maps, marks = jnp.zeros((4, 32, 14, 14)), jnp.full((2, 3), 80.0)
    try:
        jnp.broadcast_to(b, (1, 32, 1, -4))
    except TypeError:
        refused = True
    try:
        ops.add(maps, jnp.zeros((2, 32, 14, 14)))  # jnet's; maps + ... is a TypeError with other words
    except RuntimeError as error:
        unequal = f"RuntimeError: {error}"
    return {
        "b.expand(4, 32, 14, 14)": jnp.broadcast_to(b, (4, 32, 14, 14)).shape,
        "b.expand(-1, 32, -1, -1)": jnp.broadcast_to(b, (1, 32, 1, 1)).shape,  # there is no -1 for "as it is"
        "a size of -4 is refused": refused,
        "b.repeat(4, 32, 1, 1)": jnp.tile(b, (4, 32, 1, 1)).shape,
        "b.repeat(4, 1, 32, 32)": jnp.tile(b, (4, 1, 32, 32)).shape,
        "maps + b": (maps + b).shape,
        "maps + a 14 x 14 picture": (maps + jnp.zeros((14, 14))).shape,
        "5 more for everybody": marks + 5,
        "5 more in the last subject": marks + jnp.array([0.0, 0.0, 5.0]),
        "maps + another batch of 2": unequal.splitlines()[0],
    }


SPREAD = {
    "b.expand(4, 32, 14, 14)": [4, 32, 14, 14], "b.expand(-1, 32, -1, -1)": [1, 32, 1, 1],
    "a size of -4 is refused": True, "b.repeat(4, 32, 1, 1)": [4, 1024, 1, 1],
    "b.repeat(4, 1, 32, 32)": [4, 32, 32, 32], "maps + b": [4, 32, 14, 14],
    "maps + a 14 x 14 picture": [4, 32, 14, 14], "5 more for everybody": [[85.0, 85.0, 85.0], [85.0, 85.0, 85.0]],
    "5 more in the last subject": [[80.0, 80.0, 85.0], [80.0, 80.0, 85.0]],
    "maps + another batch of 2": "RuntimeError: The size of tensor a (4) must match the size of tensor b (2) at "
    "non-singleton dimension 0",
}  # fmt: skip
SPREAD_NOTES = {
    "b.expand(4, 32, 14, 14)": "4, 32, 14, 14",
    "b.expand(-1, 32, -1, -1)": "1, 32, 1, 1",
    "b.repeat(4, 32, 1, 1)": "4, 1024, 1, 1",
    "b.repeat(4, 1, 32, 32)": "4, 32, 32, 32",
    "maps + b": "4, 32, 14, 14",
    "maps + a 14 x 14 picture": "4, 32, 14, 14",
}


def strides_torch(torch):
    memory = torch.arange(12)
    x = memory.view(3, 4)  # another reading of the same memory
    x[0, 0] = 100
    seen, turned = memory[0].item(), x.t()
    copy = turned.reshape(12)  # not contiguous, so reshape must copy
    copy[0] = -1
    return {
        "memory[0] after x[0, 0] = 100": seen,
        "x[0, 0] after its reshaped turn was written": x[0, 0],
        "strides of view(3, 4)": x.stride(),
        "strides of view(2, 2, 3)": memory.view(2, 2, 3).stride(),
        "strides of x.t()": turned.stride(),
        "strides of x.t().contiguous()": turned.contiguous().stride(),
        "strides of x[:, ::2]": x[:, ::2].stride(),
        "strides of x[0].expand(3, 4)": x[0].expand(3, 4).stride(),
        "x and x.t() are contiguous": [x.is_contiguous(), turned.is_contiguous()],
    }


def strides_jax():
    memory = jnp.arange(12)
    memory = memory.at[0].set(100)  # no array sees another's change: each is told
    x = memory.reshape(3, 4)
    copy = x.T.reshape(12)
    copy = copy.at[0].set(-1)
    x = np.asarray(x)  # JAX hides how XLA lays things out; NumPy has strides, in bytes
    turned, row = x.T, np.broadcast_to(x[0], (3, 4))
    steps = {
        "strides of view(3, 4)": x,
        "strides of view(2, 2, 3)": x.reshape(2, 2, 3),
        "strides of x.t()": turned,
        "strides of x.t().contiguous()": np.ascontiguousarray(turned),
        "strides of x[:, ::2]": x[:, ::2],
        "strides of x[0].expand(3, 4)": row,
    }
    return {
        "memory[0] after x[0, 0] = 100": memory[0],
        "x[0, 0] after its reshaped turn was written": x[0, 0],
        "x and x.t() are contiguous": [x.flags.c_contiguous, turned.flags.c_contiguous],
    } | {name: [step // array.itemsize for step in array.strides] for name, array in steps.items()}


STRIDES = {
    "memory[0] after x[0, 0] = 100": 100, "x[0, 0] after its reshaped turn was written": 100,
    "strides of view(3, 4)": [4, 1], "strides of view(2, 2, 3)": [6, 3, 1], "strides of x.t()": [1, 4],
    "strides of x.t().contiguous()": [3, 1], "strides of x[:, ::2]": [4, 2], "strides of x[0].expand(3, 4)": [0, 1],
    "x and x.t() are contiguous": [True, False],
}  # fmt: skip


def scrambling_torch(torch, picture):
    torch.manual_seed(420)
    found = {}
    for a in torch.from_numpy(picture), torch.rand(4, 3, 32, 32):
        b, c, h, w = a.shape
        flat = a.transpose(1, 3).contiguous().view(b, c * h * w)  # in memory now: width, height, colour
        a1 = flat.view(b, c, h, w)  # read as colour, height, width: wrong
        a2 = flat.view(b, w, h, c).transpose(1, 3)  # read as it lies, then turned back
        found[tuple(a.shape)] = [torch.all(torch.eq(a, a1)), torch.all(torch.eq(a, a2))]
    ours, notes = found.values()
    return {"all(eq(a, a1))": ours[0], "all(eq(a, a2))": ours[1], "both for rand(4, 3, 32, 32)": notes}


def scrambling_jax(picture):
    found = {}
    for a in jnp.array(picture), jnp.array(Generator(420).rand((4, 3, 32, 32))):
        b, c, h, w = a.shape
        flat = a.swapaxes(1, 3).reshape(b, c * h * w)
        a1 = flat.reshape(b, c, h, w)
        a2 = flat.reshape(b, w, h, c).swapaxes(1, 3)
        found[a.shape] = [jnp.all(a == a1), jnp.all(a == a2)]
    ours, notes = found.values()
    return {"all(eq(a, a1))": ours[0], "all(eq(a, a2))": ours[1], "both for rand(4, 3, 32, 32)": notes}


SCRAMBLED = {"all(eq(a, a1))": False, "all(eq(a, a2))": True, "both for rand(4, 3, 32, 32)": [False, True]}

# Title, both faces, what the notes print, what PyTorch finds.
LESSONS = [
    ("Joining and cutting", joining_torch, joining_jax, JOINED_NOTES, JOINED),
    ("Indexing and selecting", selecting_torch, selecting_jax, SELECTED_NOTES, SELECTED),
    ("The same numbers in another shape", reshaping_torch, reshaping_jax, SHAPED_NOTES, SHAPED),
    ("Expanding, repeating, broadcasting", spreading_torch, spreading_jax, SPREAD_NOTES, SPREAD),
    ("One memory, many readings", strides_torch, strides_jax, {}, STRIDES),
]
