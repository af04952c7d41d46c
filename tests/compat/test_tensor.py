"""What tensors are and turn into: attributes, conversions, Python's protocols, NumPy, DLPack, copies, old names."""

import copy
import gc
import pickle

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from compare import check, rows

import jnet.torch as jt

ATTRIBUTES = rows("""
(x.shape, x.size(), x.size(0), x.size(-1), x.size(dim=1), x.ndim, x.dim(), x.ndimension(), x.numel(),
     x.nelement(), len(x))
x.size(2)
x.size(-3)
torch.tensor(1).size(0)
torch.tensor(1).size(), torch.tensor(1).shape, torch.tensor(1).ndim, torch.tensor(1).numel()
(x.shape[0], x.shape[-1], x.shape[:1], x.shape.numel(), tuple(x.shape), list(x.shape), x.shape + (1,),
     x.shape == (3, 4), str(x.shape), repr(x.shape), x.shape * 2)
str(type(x.shape + (1,))), str(type(x.shape[:1])), (1,) + x.shape
torch.Size([1, 2]), torch.Size((1, 2)).numel(), torch.Size([]).numel(), torch.Size(torch.tensor([1, 2]))
torch.Size([1.5])
(x.dtype, x.device, x.layout, x.is_cuda, x.is_cpu, x.is_sparse, x.is_quantized, x.is_meta, x.requires_grad,
     x.is_leaf, x.grad, x.grad_fn, x.output_nr, x._version)
(x.itemsize, x.nbytes, x.element_size(), x.get_device(), x.is_floating_point(), x.is_complex(), x.is_signed(),
     x.is_pinned(), x.is_contiguous(), x.is_inference())
x.is_same_size(x), x.is_same_size(x.T), torch.tensor(2).is_nonzero(), torch.tensor([0]).is_nonzero()
(x.stride(), x.stride(0), x.storage_offset(), x.T.stride(), x[1:].storage_offset(), x.T.is_contiguous(),
     x.is_shared())
x._base, x[0]._base is x
x.data, x.data.requires_grad, x.data is x
x.T, x.mT, torch.ones(2).T.shape, y.mT.shape, x.H.shape, y.mH.shape, x.real, (x + 1j).real, (x + 1j).imag
torch.ones(2).mT
y.T
y.H
x.imag
torch.tensor(1.0).T
x.mT.mT.equal(x), x.T.T.equal(x)
x.grad = torch.ones(3, 4, dtype=torch.float64); x.grad
x.grad = torch.ones(2, dtype=torch.float64)
x.grad = 3
x.requires_grad_(); x.grad = x
x.requires_grad_(); x.grad = torch.ones(3, 4, dtype=torch.float64); x.grad = None; x.grad
x.requires_grad_(); (x * 2).sum().backward(); del x.grad; x.grad
x.nothing
torch.nothing
""")

READING = rows("""
(torch.tensor(3).item(), torch.tensor([2.5]).item(), torch.tensor([[True]]).item(), torch.tensor(1j).item(),
     torch.tensor([3], dtype=torch.uint8).item())
(torch.tensor(2.5, dtype=torch.float16).item(), torch.tensor(2.5, dtype=torch.bfloat16).item(),
     torch.tensor(0.1).item(), torch.tensor(nan).item())
x.item()
torch.tensor([]).item()
(int(torch.tensor(3.7)), float(torch.tensor(3)), bool(torch.tensor(0.0)), complex(torch.tensor(2.0)),
     int(torch.tensor([[5]])), float(torch.tensor(True)), bool(torch.tensor(nan)))
int(x)
float(x)
complex(x)
bool(x)
bool(torch.tensor([]))
int(torch.tensor(nan))
int(torch.tensor(inf))
float(torch.tensor(1j))
int(torch.tensor(1j))
(round(torch.tensor(2.6)), round(torch.tensor(2.678), 2), abs(torch.tensor(-2)), divmod(7, 2), -x, +x,
     ~torch.tensor([True, False]), ~torch.tensor([1, 2]))
import math
    (math.floor(torch.tensor(2.6)), math.ceil(torch.tensor(2.2)), math.trunc(torch.tensor(2.6)),
     math.sqrt(torch.tensor(4.0)), math.sin(torch.tensor([1.0])))
(list(range(torch.tensor(3))), [10, 20, 30][torch.tensor(1)], 'ab' * torch.tensor(2), hex(torch.tensor(255)),
     bin(torch.tensor(True)))
[1, 2][torch.tensor(1.0)]
[1, 2][torch.tensor([1, 0])]
(x.tolist(), torch.tensor(3).tolist(), torch.tensor([True]).tolist(), torch.zeros(2, 0).tolist(),
     torch.tensor([1.5], dtype=torch.bfloat16).tolist(), torch.tensor([1j]).tolist())
if torch.tensor([1]): pass
if x: pass
not torch.tensor(0), torch.tensor(1) and 5, torch.tensor(0) or 7
3 in torch.tensor([1, 2, 3]), [1] == [torch.tensor(1)], torch.tensor(2) in [1, 2]
x == None, x != None, x is None
x == 'a', x != 'a'
x < 'a'
x == [1, 2]
""")

CONVERSIONS = rows("""
[x.float().dtype, x.double().dtype, x.half().dtype, x.bfloat16().dtype, x.long().dtype, x.int().dtype]
[x.short().dtype, x.char().dtype, x.byte().dtype, x.bool().dtype, x.cfloat().dtype, x.cdouble().dtype]
(torch.tensor([1.9, -1.9, 0.0, 300.0]).int(), torch.tensor([1.9, -1.9]).long(),
     torch.tensor([0.5, 0.0, -1]).bool(), torch.tensor([True]).float(), torch.tensor([257, -1]).byte())
(x.double() is x, x.to(torch.float64) is x, x.to('cpu') is x, x.to(x) is x, x.cpu() is x, x.float() is x,
     x.type(torch.float64) is x, x.type_as(x) is x, x.to(torch.float64, copy=True) is x)
(x.to(torch.int), x.to('cpu', torch.float32), x.to(device='cpu', dtype=torch.half), x.to(torch.device('cpu')),
     x.to(torch.ones(1)), x.to(dtype=torch.long), x.to(torch.float32, True), x.to(torch.float32, non_blocking=True))
x.to('cuda')
x.to('nothing')
x.to([1])
x.cuda()
x.to(torch.device('cuda:0'))
x.to('float32')
(x.type(), x.int().type(), x.bool().type(), x.half().type(), x.bfloat16().type(), x.cfloat().type(),
     x.byte().type(), x.char().type(), x.short().type(), x.long().type(), x.float().type())
(x.type(torch.int64), x.type('torch.FloatTensor'), x.type(torch.IntTensor), x.type(torch.DoubleTensor) is x,
     x.type('torch.LongTensor').dtype)
x.type('nothing')
x.type(int)
x.type_as(torch.ones(1, dtype=torch.int32)), torch.ones(1).type_as(x)
(x.float().requires_grad_().double().grad_fn, x.requires_grad_().float().grad_fn,
     x.requires_grad_().long().requires_grad)
x.requires_grad_(); y = x.float(); y.sum().backward(); x.grad
x.int().requires_grad_()
torch.ones(1, dtype=torch.int64, requires_grad=True)
torch.tensor(1, requires_grad=True)
x.requires_grad_().numpy()
x.requires_grad_().detach().numpy()
x.requires_grad_().tolist(), x.requires_grad_().sum().item()
float(x.requires_grad_().sum()), int(x.sum()), x.numpy(force=True)
x.bfloat16().numpy()
(x.numpy(), x.int().numpy(), x.T.numpy(), x[1:, ::2].numpy(), torch.tensor(3).numpy(), (x + 1j).numpy(),
     x.bool().numpy())
x.T.numpy().strides, x[:, 1].numpy().strides, x.numpy().flags['WRITEABLE']
a = x.numpy(); a[0, 0] = 100; x[1, 1] = 200; a, x
a = x[1].numpy(); a += 5; x, a
a = x.T.numpy(); x[0, 1] = 77; a
a = np.arange(6.0); t = torch.from_numpy(a); t[0] = 9; a[1] = 8; t.mul_(2); a, t
a = np.arange(6.0).reshape(2, 3); t = torch.from_numpy(a[:, 1]); t.add_(10); a
a = np.arange(6.0); t = torch.from_numpy(a[::2]); a[2] = 50; t, t.stride()
a = np.arange(6.0); b = a[2:]; t = torch.from_numpy(b); t.zero_(); a
a = np.asfortranarray(np.arange(6.0).reshape(2, 3)); t = torch.from_numpy(a); t[0, 1] = 99; a, t, t.stride()
a = np.arange(3); t = torch.as_tensor(a); t[0] = 5
    a, torch.as_tensor(t) is t, torch.as_tensor(a, dtype=torch.float32)
a = np.arange(3); t = torch.tensor(a); t[0] = 5; a
a = np.arange(3); t = torch.asarray(a); t[0] = 5; a
a = np.arange(3); t = torch.asarray(a, copy=True); t[0] = 5; a
torch.from_numpy(np.arange(6)[::-1])
torch.from_numpy([1, 2])
torch.from_numpy(np.array(['a']))
torch.from_numpy(np.array([object()]))
(torch.from_numpy(np.array(5.0)), torch.from_numpy(np.zeros((2, 0))), torch.from_numpy(np.ones(2, bool)),
     torch.from_numpy(np.ones(2, np.complex64)), torch.from_numpy(np.ones(2, np.uint16)).dtype)
torch.from_numpy(np.ones(2, '>f8'))
torch.from_numpy(np.arange(4, dtype=np.float64).view(np.int64)).dtype
a = np.arange(4.0); a.flags.writeable = False; torch.from_numpy(a)
a = np.arange(4.0); t = torch.from_numpy(a); v = t.view(2, 2); v[0, 0] = -1; a[3] = -2; v, a
a = np.ones(5); b = torch.from_numpy(a); np.add(a, 1, out=a); b
a = torch.ones(5); b = a.numpy(); a.add_(1); b
a = torch.ones(5); b = a.numpy(); a += 1; a = a + 1; b, a
a = torch.ones(2, 2); b = a.numpy(); c = a.view(4); b[0, 0] = 7; c
a = torch.ones(3); n = a.detach().numpy(); n[0] = 5; a
p = torch.ones(3, requires_grad=True); n = p.detach().numpy(); n[0] = 5; p
p = torch.ones(3, requires_grad=True); n = p.data.numpy(); n[:] = 2; (p * p).sum().backward(); p.grad
""")

ITERATION = rows("""
([t.tolist() for t in x], [type(t).__name__ for t in x[0]], list(torch.arange(3)), sum(torch.arange(4)),
     max(torch.tensor([3, 1])), min(torch.tensor([3.0, 1])), sorted(torch.tensor([3, 1, 2])))
list(torch.tensor(1))
a, b, c = x; a, c
(a, b), (c, d) = torch.arange(4).view(2, 2); a, d
a, b = x
for i, t in enumerate(torch.arange(3)): pass
    i, t
list(zip(torch.arange(2), x)), list(reversed(x))[0], dict(enumerate(torch.arange(2)))
[*torch.arange(3)], next(iter(x)), len(torch.zeros(0, 3)), list(torch.zeros(0, 3))
z = torch.arange(24.0).view(6, 4)
    views = z, z[1:5:2], z.t(), z[:, 1], z.view(3, 8), z[::2].t()[1:], z.expand(2, 6, 4), z.unsqueeze(1)
    [sum(v).tolist() for v in views]
z = torch.arange(24.0).view(6, 4); v, total = z[1:], 0
    for i, row in enumerate(v):
        if i == 1: z[4] = 100.0
        total = total + row
    total
z = torch.arange(6.0).view(3, 2); a, b, c = z[:, 1]; a.add_(5); z[2, 1] = 9; a + b, b + c, z
z = torch.arange(4.0).view(torch.int32); sum(z)
sum((torch.ones(3000, 1) * 2)[1:]).item(), sum(torch.ones(3000, 1) * 2).item()
len(torch.tensor(1))
hash(x) == id(x), hash(x) == hash(x), len({x, x, x.clone()}), {x: 1}[x], x in {x: 1}
d = {torch.tensor(1): 'a'}; torch.tensor(1) in d
any(torch.tensor([0, 1])), all(torch.tensor([1, 0]))
torch.tensor([1, 2, 3]).sum() == 6, (torch.tensor([1, 2]) == torch.tensor([1, 3])).all()
""")

COPIES = rows("""
import copy; z = copy.copy(x); z[0, 0] = 99; x[0, 0].item(), z is x, type(z).__name__, z.requires_grad
import copy; z = copy.deepcopy(x); z[0, 0] = 99; x[0, 0].item(), z
import copy; x.requires_grad_(); (x * x).sum().backward(); z = copy.deepcopy(x)
    z.requires_grad, z.grad, z.is_leaf, z.grad is x.grad
import copy; x.requires_grad_(); z = copy.copy(x); z.requires_grad, z.is_leaf, z.grad
import copy; x.requires_grad_(); copy.deepcopy(x * 2)
import copy; x.requires_grad_(); copy.copy(x * 2)
import copy; a, b = copy.deepcopy([x, x]); a is b, a.equal(x)
import copy; a, b = copy.deepcopy([x, x[0]]); a[0, 0] = 99; b
import copy; a, b = copy.deepcopy((x, x.T)); b.stride(), b.is_contiguous()
import copy; z = copy.deepcopy(x[1:, ::2]); z, z.stride(), z.storage_offset()
import copy; x.label = 'a'; z = copy.deepcopy(x); z.label, copy.copy(x).label
import pickle; z = pickle.loads(pickle.dumps(x)); z.equal(x), z.dtype, z.requires_grad, type(z).__name__
import pickle; z = pickle.loads(pickle.dumps(x.requires_grad_())); z.requires_grad, z.is_leaf, z
import pickle; z = pickle.loads(pickle.dumps(x.requires_grad_() * 2)); z.requires_grad, z.is_leaf
import pickle; a, b = pickle.loads(pickle.dumps((x, x[0]))); a[0, 0] = 99; b
import pickle; z = pickle.loads(pickle.dumps(x.T)); z.stride(), z
import pickle; z = pickle.loads(pickle.dumps(x.bfloat16())); z.dtype, z.float()
import pickle; values = torch.float32, torch.Size([1, 2]), torch.device('cpu'), torch.tensor(True)
    [pickle.loads(pickle.dumps(value)) for value in values]
import pickle; x.label = 'a'; pickle.loads(pickle.dumps(x)).label
(x.clone() is x, x.clone().equal(x), x.detach().clone(), x.T.clone(),
     x.T.clone(memory_format=torch.contiguous_format).stride(), x.T.contiguous().stride())
z = x.clone(); z[0] = 0; x
z = x.requires_grad_().clone(); z.sum().backward(); x.grad, z.grad_fn
(x.new_zeros(2), x.new_ones((2, 2)), x.new_full((2,), 3), x.new_tensor([1, 2]), x.new_empty(2).shape,
     x.int().new_zeros(2), x.new_zeros(2, dtype=torch.int), x.new_ones(2, requires_grad=True))
(torch.zeros_like(x), torch.ones_like(x, dtype=torch.int), torch.full_like(x, 3), torch.empty_like(x).shape,
     torch.zeros_like(x, requires_grad=True))
""")

NUMPY = rows("""
(np.array(x), np.asarray(x), np.array(x, dtype=np.float32), np.asarray(x.int()),
     np.array([torch.tensor(1), torch.tensor(2)]), np.array(torch.tensor(3)))
np.array(x.requires_grad_())
np.asarray(x)[0, 0] == 1, np.shape(x), np.ndim(x)
a = np.asarray(x); a[0, 0] = 50; x
a = np.array(x); a[0, 0] = 50; x
np.sin(x), type(np.sin(x)).__name__, np.exp(x).dtype, np.sqrt(x.float()).dtype
np.dot(x, x.T), np.matmul(x, x.T), np.cumsum(x), np.prod(x.numpy()), np.median(x), np.outer(x[0], x[1])
np.add(x, 1), np.add(x, x), np.multiply(x, np.ones((3, 4))), np.maximum(x, 5), np.add(np.ones((3, 4)), x)
np.abs(x.int()), np.floor(x), np.isnan(x), np.sign(x), np.round(x), np.clip(x, 2, 5)
np.concatenate([x, x]), np.stack([x, x]).shape, np.vstack([x, np.ones((1, 4))]), np.hstack((x, x)).shape
(torch.ones(3) * np.ones(3), torch.ones(3) + np.arange(3), torch.ones(2, 1) - np.ones(2),
     torch.arange(2) / np.ones(2))
(np.float64(2) * torch.ones(2), torch.ones(2) * np.float64(2), np.float32(2) * torch.ones(2),
     torch.ones(2) * np.float32(2), np.int64(2) * torch.ones(2), np.float64(2) - torch.ones(2),
     np.float64(2) / torch.ones(2))
(torch.ones(2) + np.int64(1), torch.arange(2) * np.float64(1.5), torch.arange(2) + np.int32(1),
     torch.ones(2) ** np.float64(2), torch.ones(2) == np.float64(1), np.float64(1) == torch.ones(2))
torch.ones(2, 2, dtype=torch.float64) @ np.ones((2, 2))
x.requires_grad_(); np.sin(x)
x.requires_grad_(); np.float64(2) * x
a = np.ones((3, 4)); a[0] = x[0]; a[1, 1] = x[1, 1]; a
a = np.ones(3); a[torch.tensor([0, 2])] = 5
    a, a[torch.tensor(1)], np.arange(5)[torch.tensor([1, 3])], np.arange(5)[torch.tensor(1):torch.tensor(3)]
(torch.tensor(np.ones(2)), torch.tensor([np.float32(1), np.float32(2)]), torch.tensor([np.ones(2), np.zeros(2)]),
     torch.tensor(np.float64(3)), torch.tensor(np.int32(1)), torch.tensor(np.bool_(True)))
(torch.tensor([x[0, 0], x[0, 1]]), torch.tensor([torch.tensor(1), 2.5]), torch.tensor((1, 2)),
     torch.tensor(range(3)), torch.tensor([]), torch.tensor([[], []]).shape, torch.tensor(True),
     torch.tensor([1, True, 2.5]))
np.testing.assert_allclose(x, x.numpy()); np.array_equal(x, x), np.allclose(x, x)
x.__array__(), x.__array__(np.float32), np.asarray(x, dtype='int32'), x.__array_priority__
(np.histogram(x, 2)[0], np.argmax(x), np.unique(torch.tensor([1, 1, 2])), np.where(x > 3, x, 0),
     np.percentile(x, 50))
""")

DLPACK = rows("""
torch.from_dlpack(np.arange(3.0)), torch.from_dlpack(np.arange(3))
torch.from_dlpack(x).equal(x), np.from_dlpack(x), x.__dlpack_device__()
z = torch.from_dlpack(x); z[0, 0] = 99; x
a = np.arange(3.0); t = torch.from_dlpack(a); t[0] = 9; a
(torch.from_dlpack(torch.to_dlpack(x)).equal(x), torch.from_dlpack(x.T).stride(),
     torch.from_dlpack(x, copy=True) is x)
np.from_dlpack(x.requires_grad_())
torch.to_dlpack(x.requires_grad_())
(torch.from_dlpack(torch.tensor([True])), torch.from_dlpack(torch.tensor([1], dtype=torch.int8)),
     np.from_dlpack(x[1:, ::2]))
""")

FORMATS = rows("""
(f'{torch.tensor(3.14159):.2f}', '{:5d}|'.format(torch.tensor(3)), f'{torch.tensor(2.5)}', f'{x[0]}',
     '{}'.format(torch.tensor(True)), '%.2f' % torch.tensor(2.5), '%d' % torch.tensor(3), '%s' % torch.tensor(2.5),
     f'{torch.tensor([1.5])}', f'{torch.tensor(7):04}', f'{torch.tensor(1.0):e}')
f'{x:.2f}'
f'{torch.tensor([1.5]):.2f}'
(f'{torch.tensor(1.5, requires_grad=True):.1f}', f'{torch.tensor(1.5, requires_grad=True)}',
     f'{torch.tensor(1.5, requires_grad=True) * 2}', f'{torch.tensor(1.5):>8}', f'{torch.tensor(True)!r}')
(str(x), repr(x), str(torch.tensor(1)), repr(torch.Size([1])), str(torch.float32), repr(torch.device('cpu')),
     str([torch.tensor(1)]), str({'a': torch.tensor([1.0])}))
""")

LEGACY = rows("""
(torch.Tensor(2, 3).shape, torch.Tensor([1, 2]), torch.Tensor(2.5 * np.ones(2)), torch.Tensor().shape,
     torch.Tensor(torch.Size([2])).shape, torch.Tensor((2, 3)), torch.Tensor([[1.5]]), torch.Tensor(3).shape)
torch.Tensor(2.5)
torch.Tensor('a')
torch.Tensor([1, 2], [3])
torch.Tensor(torch.tensor([1.0])), torch.Tensor(np.ones(2, np.float32))
torch.Tensor(torch.tensor([1]))
torch.Tensor(-1)
(torch.FloatTensor([1, 2]), torch.LongTensor([1, 2]), torch.DoubleTensor(2).shape, torch.IntTensor([1.5]),
     torch.ByteTensor([0, 1]), torch.BoolTensor([0, 1]), torch.HalfTensor([1]), torch.ShortTensor([1]),
     torch.CharTensor([1]))
(torch.LongTensor([1.5, 2.5]), torch.LongTensor(np.array([1, 2])), torch.LongTensor(range(3)),
     torch.LongTensor(torch.tensor([1])))
torch.LongTensor(np.ones(2))
torch.FloatTensor(np.array([1, 2])), torch.FloatTensor(np.ones((2, 2)))
(isinstance(x, torch.DoubleTensor), isinstance(x, torch.FloatTensor), isinstance(x, torch.Tensor),
     isinstance(x.long(), torch.LongTensor), type(torch.FloatTensor([1])).__name__)
torch.set_default_dtype(torch.float64)
    (torch.Tensor([1]), torch.tensor([1.0]), torch.ones(2), torch.tensor(1j).dtype, torch.arange(2.0),
     torch.get_default_dtype())
torch.set_default_dtype(torch.int64)
torch.set_default_tensor_type(torch.DoubleTensor); torch.ones(1)
torch.set_default_tensor_type('torch.FloatTensor'); torch.ones(1)
(torch.autograd.Variable(x).requires_grad, torch.autograd.Variable(x, requires_grad=True),
     isinstance(x, torch.autograd.Variable), type(torch.autograd.Variable(x)).__name__,
     torch.autograd.Variable(torch.ones(2), True).requires_grad, torch.autograd.Variable().shape)
v = torch.autograd.Variable(x, requires_grad=True); v.data[0, 0] = 50; x, v.grad, v.data
torch.autograd.Variable([1.0])
from torch.autograd import Variable
(torch.is_tensor(x), torch.is_tensor([1]), torch.is_floating_point(x), torch.numel(x),
     torch.is_nonzero(torch.tensor(1)), torch.equal(x, x), torch.is_complex(x))
torch.is_nonzero(x)
x.new(2, 3).shape, x.new([1, 2])
(x.element_size() * x.nelement(), x.untyped_storage().nbytes(), x.data_ptr() == x.view(-1).data_ptr(),
     x.data_ptr() == x.clone().data_ptr(), x[1:].data_ptr() - x.data_ptr(),
     x.untyped_storage().data_ptr() == x.T.untyped_storage().data_ptr())
x.storage().size(), x.untyped_storage().size()
(x.detach_().requires_grad, x.resize_(2, 2), x.resize_as_(torch.ones(1)),
     x.set_(torch.ones(2, dtype=torch.float64)))
x.share_memory_() is x
x.apply_(lambda v: v + 1), x.map_(x, lambda a, b: a * b)
t = torch.ones(2); t += np.float64(1); t *= np.int64(3); t
t = torch.ones(2); t += np.ones(2)
""")


@pytest.mark.parametrize(
    "program", [*ATTRIBUTES, *READING, *CONVERSIONS, *ITERATION, *COPIES, *NUMPY, *DLPACK, *FORMATS, *LEGACY]
)
def test_programs(program, torch):
    check(program, torch, rtol=1e-15)


def test_memory_is_shared_with_numpy_both_ways():
    a = np.ones(5)
    b = jt.from_numpy(a)
    b.add_(1)
    assert a.tolist() == [2.0] * 5
    a[0] = 7
    assert b[0].item() == 7
    c = b.numpy()
    c *= 2
    assert b.tolist() == a.tolist() == c.tolist() == [14.0, 4.0, 4.0, 4.0, 4.0]


def test_writing_to_an_array_is_seen_by_what_was_recorded_after_it():
    a = np.zeros(3)
    t = jt.from_numpy(a)
    first = t + 1
    a[:] = 5
    second = t + 1
    assert first.tolist() == [1.0, 1.0, 1.0]
    assert second.tolist() == [6.0, 6.0, 6.0]


def test_views_of_arrays_share_with_each_other():
    a = np.arange(12.0).reshape(3, 4)
    whole, column, row = jt.from_numpy(a), jt.from_numpy(a[:, 1]), jt.from_numpy(a.T[2])
    a[0, 1] = a[1, 2] = -1
    assert (whole[0, 1], column[0], row[1]) == (-1, -1, -1)
    column.zero_()
    assert a[:, 1].tolist() == [0, 0, 0]
    assert whole[:, 1].tolist() == [0, 0, 0]


def test_shared_memory_is_let_go():
    a = np.zeros(1000)
    t = jt.from_numpy(a)
    t.add_(1)
    del a
    gc.collect()
    assert (t + 1).sum().item() == 2000
    assert t._storage.memory is None


def test_arrays_of_jax_are_copied_and_tensors_are_arrays_to_jax():
    x = jnp.arange(3.0)
    t = jt.from_dlpack(x)
    t.add_(1)
    assert x.tolist() == [0, 1, 2]
    assert jt.tensor(x).tolist() == [0, 1, 2]
    assert jnp.sin(jnp.asarray(t)).tolist() == jnp.sin(x + 1).tolist()
    assert isinstance(jnp.asarray(t), jax.Array)


def test_hashing_is_by_identity_and_survives_writes():
    t = jt.zeros(2)
    table = {t: "a"}
    t.add_(1)
    assert table[t] == "a"
    assert t.clone() not in table


def test_copies_of_modules_and_lists_keep_what_they_share():
    weight = jt.ones(2, 2, requires_grad=True)
    pair = copy.deepcopy([weight, weight.detach()[0]])
    with jt.no_grad():
        pair[0][0, 0] = 5
    assert pair[1].tolist() == [5, 1]
    assert weight.tolist() == [[1, 1], [1, 1]]
    again = pickle.loads(pickle.dumps({"weight": weight}))
    assert again["weight"].requires_grad
    assert again["weight"].tolist() == weight.tolist()


def test_plotting_libraries_take_tensors():
    plt = pytest.importorskip("matplotlib.pyplot")
    figure, axes = plt.subplots()
    x = jt.linspace(0, 1, 5)
    (line,) = axes.plot(x, x**2)
    points = axes.scatter(x, x.numpy())
    axes.imshow(jt.rand(3, 3))
    assert line.get_ydata().tolist() == (x**2).tolist()
    assert points.get_offsets()[:, 0].tolist() == x.tolist()
    plt.close(figure)


def test_the_default_device_and_its_context():
    with jt.device("cpu"):
        assert jt.ones(1).device == jt.device("cpu")
    jt.set_default_device("cpu")
    assert jt.get_default_device() == jt.device("cpu")
    jt.set_default_device(None)
    with pytest.raises((AssertionError, RuntimeError), match="CUDA"), jt.device("cuda", 99):
        jt.ones(1)
