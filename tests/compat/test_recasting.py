"""Views of the same bytes as another dtype: reads, writes, strides and gradients as PyTorch's."""

import pytest
from compare import check, rows

PROGRAMS = rows("""
torch.view_as_real(torch.tensor([1 + 2j, 3 - 1j]))
torch.view_as_complex(torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
z = torch.tensor([[1 + 2j, 3 - 1j], [0, 5j]])
    z.real.add_(1)
    z.imag[0] = 7
    torch.view_as_real(z)[1, 0, 1] = 9
    z, z.real.stride(), z.real.storage_offset(), z.imag.storage_offset(), torch.view_as_real(z).stride()
z = torch.tensor([[1 + 2j, 3 - 1j], [0, 5j]])
    torch.view_as_real(z.t())[0, 1, 0] = 4
    z[:, 1].real.mul_(3)
    z, torch.real(z.t()).contiguous(), torch.imag(z[0])
x = torch.zeros(3, 2)
    torch.view_as_complex(x)[1] = 2 + 3j
    x
z = torch.tensor([1 + 2j, 3j], requires_grad=True)
    (torch.view_as_real(z) * torch.tensor([2.0, 3.0])).sum().backward()
    z.grad, torch.view_as_real(z).grad_fn.name(), z.real.grad_fn.name(), z.imag.requires_grad
z = torch.tensor([1 + 2j, 3j], requires_grad=True)
    (z.real ** 2 + z.imag ** 3).sum().backward()
    z.grad
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    (torch.view_as_complex(x) * (1 + 1j)).abs().sum().backward()
    x.grad
z = torch.tensor([1 + 2j, 3j], requires_grad=True)
    w = z * 1
    w.real.mul_(2)
    w.abs().sum().backward()
    w, z.grad
a = torch.tensor([1 + 2j, 3j])
    b = a.real.numpy()
    b[0] = 5
    a, b
torch.ones(4).view(torch.int32)
torch.ones(4).view(dtype=torch.int32)
torch.arange(4.0).view(torch.uint8).shape, torch.arange(4.0).view(torch.uint8)
torch.arange(8, dtype=torch.uint8).view(torch.float32).shape
torch.arange(8, dtype=torch.int16).reshape(2, 4).view(torch.int64)
torch.arange(6.0).reshape(2, 3)[:, 1:].view(torch.int32)
torch.arange(8.0).reshape(2, 4)[:, 2:].view(torch.float64)
torch.tensor([1.5, -2.0]).bfloat16().view(torch.int16)
torch.tensor([1 + 2j]).view(torch.float32), torch.arange(4.0).view(torch.complex64)
torch.tensor([True, False]).view(torch.uint8), torch.tensor([0, 1], dtype=torch.uint8).view(torch.bool)
a = torch.ones(2)
    a.view(torch.int32)[0] = 0
    a.view(torch.uint8)[7] = 0x40
    a
a = torch.ones(2, 2)
    b = a.view(torch.int32)
    b.add_(1)
    a, b, b.dtype, b[0], b.t(), b.sum(), b.clone(), b.is_contiguous()
a = torch.ones(2, requires_grad=True).view(torch.int32)
    a.requires_grad
torch.ones(2, requires_grad=True).view(torch.float32).grad_fn.name()
torch.ones(3).view(torch.float64)
torch.ones(4, 4).t().view(torch.uint8)
torch.tensor(1.0).view(torch.int8)
torch.ones(4)[1:3].view(torch.float64)
torch.view_as_real(torch.ones(2))
torch.view_as_complex(torch.ones(2, 3))
torch.view_as_complex(torch.ones(2, 2).t())
torch.view_as_complex(torch.ones(2, 2, dtype=torch.int32))
torch.view_as_complex(torch.tensor(1.0))
torch.ones(2).imag
torch.ones(2, requires_grad=True).real is None
torch.complex(torch.ones(2), torch.zeros(2)), torch.polar(torch.ones(2), torch.zeros(2))
torch.complex(torch.ones(2, dtype=torch.int32), torch.zeros(2, dtype=torch.int32))
torch.complex(torch.ones(2), torch.zeros(2).double())
import copy, pickle
    a = torch.arange(4.0).view(torch.int32)
    copy.deepcopy(a), pickle.loads(pickle.dumps(a)).dtype
[row for row in torch.arange(4.0).reshape(2, 2).view(torch.int32)]
""")


@pytest.mark.parametrize("program", PROGRAMS)
def test_equals_pytorch(program, torch):
    check(program, torch, rtol=1e-6)
