"""Random numbers: every function and method, bit by bit PyTorch's; and what they refuse, in which words."""

import pytest
from compare import check, rows

GENERATORS = rows("""
type(torch.manual_seed(3)).__name__, torch.manual_seed(3) is torch.default_generator, torch.initial_seed()
torch.manual_seed(2**63); torch.initial_seed()
torch.manual_seed(-1); torch.initial_seed(), torch.rand(2)
torch.manual_seed(2**64)
torch.manual_seed(-2**63 - 1)
torch.manual_seed(1.9); torch.initial_seed(), torch.rand(1)
torch.manual_seed('7'); torch.initial_seed()
torch.manual_seed('a')
torch.manual_seed()
torch.manual_seed(None)
torch.manual_seed(True); torch.rand(1)
torch.manual_seed(torch.tensor(5)); torch.initial_seed(), torch.rand(1)
torch.manual_seed(np.int64(5)); torch.initial_seed()
torch.manual_seed(seed=5); torch.rand(1)
torch.manual_seed(5); a = torch.rand(3); torch.manual_seed(5); a, torch.rand(3), torch.rand(3)
torch.random.manual_seed(5); torch.random.initial_seed(), torch.rand(1)
type(torch.seed()).__name__, torch.seed() != torch.seed(), torch.initial_seed() == torch.seed()
s = torch.seed(); a = torch.rand(2); torch.manual_seed(s); torch.equal(a, torch.rand(2))
g = torch.Generator(); type(g).__name__, g.initial_seed(), str(g.device), torch.rand(2, generator=g)
str(torch.Generator('cpu').device), str(torch.Generator(device='cpu').device), torch.Generator().device.type
torch.Generator('nothing')
torch.Generator(device=3.5)
g = torch.Generator(); g.manual_seed(420) is g, g.initial_seed(), torch.rand(2, generator=g)
torch.Generator().manual_seed('a')
torch.Generator().manual_seed(1.5)
torch.Generator().manual_seed(2**64)
g = torch.Generator(); s = g.seed(); type(s).__name__, s == g.initial_seed()
g = torch.Generator(); a = torch.rand(2); torch.rand(2, generator=g); torch.manual_seed(0)
    torch.equal(a, torch.rand(2))  # another generator leaves the default one alone
g = torch.Generator().manual_seed(1); s = g.get_state(); a = torch.rand(3, generator=g); g.set_state(s) is g
    a.equal(torch.rand(3, generator=g)), s.dtype, s.shape
g = torch.Generator().manual_seed(1); torch.randn(3, generator=g); s = g.get_state(); a = torch.randn(3, generator=g)
    g.set_state(s); a, torch.randn(3, generator=g)
torch.Generator().set_state(torch.zeros(3, dtype=torch.uint8))
torch.Generator().set_state(torch.zeros(3))
torch.Generator().set_state(3)
g = torch.Generator().manual_seed(3); h = g.clone_state(); torch.rand(1, generator=g), torch.rand(1, generator=h)
s = torch.get_rng_state(); a = torch.rand(3); torch.set_rng_state(s); a, torch.rand(3), s[:30], s.shape, s.dtype
torch.set_rng_state(new_state=torch.get_rng_state())
torch.set_rng_state(torch.zeros(2))
torch.set_rng_state([1])
torch.rand(5); torch.randn(3); torch.get_rng_state()
with torch.random.fork_rng(): a = torch.rand(2)
    a, torch.rand(2)
with torch.random.fork_rng(enabled=False): a = torch.rand(2)
    a, torch.rand(2)
with torch.random.fork_rng(devices=[]): torch.manual_seed(9); a = torch.rand(2)
    a, torch.rand(2)
torch.random.get_rng_state().equal(torch.default_generator.get_state())
torch.default_generator.manual_seed(3); torch.rand(2), torch.rand(2, generator=torch.default_generator)
import copy, pickle; g = torch.Generator().manual_seed(3); h = pickle.loads(pickle.dumps(g))
    torch.rand(2, generator=g), torch.rand(2, generator=h), h.initial_seed()
torch.rand(2, generator=3)
torch.ones(2).normal_(generator='a')
isinstance(torch.default_generator, torch.Generator), torch.default_generator.initial_seed()
""")

FUNCTIONS = rows("""
(torch.rand(3), torch.rand(2, 3), torch.rand((2, 3)), torch.rand([2]), torch.rand(()), torch.rand(0),
     torch.rand(size=(2,)), torch.rand(torch.Size([2])), torch.rand(2, dtype=torch.float64),
     torch.rand(2, dtype=torch.half), torch.rand(2, dtype=torch.bfloat16), torch.rand(2, requires_grad=True),
     torch.rand(2, device='cpu'), torch.rand(torch.tensor(2)), torch.rand(2, 0))
torch.rand(2, dtype=torch.complex64), torch.rand(2, dtype=torch.complex128), torch.randn(3, dtype=torch.complex64)
o = torch.zeros(3); torch.rand(3, out=o) is o, o, torch.rand(2, out=torch.zeros(0, dtype=torch.float64))
torch.rand(2, out=torch.zeros(3)).shape
torch.rand(2, out=torch.zeros(2, dtype=torch.int))
torch.rand(2, out=torch.zeros(2), dtype=torch.float64)
torch.rand()
torch.randn()
torch.ones()
torch.rand(-1)
torch.rand(2.5)
torch.rand('a')
torch.rand(2, 'a')
torch.rand(None)
torch.rand(2, dtype=torch.int)
torch.rand(2, dtype=torch.bool)
torch.randn(2, dtype=torch.long)
torch.rand(2, nothing=1)
torch.rand(2, dtype=int)
(torch.randn(3), torch.randn(20), torch.randn(4, 5), torch.randn(()), torch.randn(3, dtype=torch.float64),
     torch.randn(17, dtype=torch.float64), torch.randn(3, dtype=torch.half), torch.randn(20, dtype=torch.bfloat16),
     torch.randn(2, requires_grad=True), torch.randn(size=(2,)), torch.randn(3))
o = torch.zeros(0); torch.randn(2, 2, out=o), o.shape
(torch.randint(10, (5,)), torch.randint(-5, 5, (2, 3)), torch.randint(3, [2]), torch.randint(2, 3, size=(2,)),
     torch.randint(high=4, size=(2,)), torch.randint(low=1, high=4, size=(2,)), torch.randint(5, ()),
     torch.randint(0, 2, (3,), dtype=torch.bool), torch.randint(9, (3,), dtype=torch.float32),
     torch.randint(9, (3,), dtype=torch.uint8), torch.randint(0, 9, (2,), dtype=torch.int32))
(torch.randint(2**40, (3,)), torch.randint(-2**63, 2**63 - 1, (3,)), torch.randint(9, (2,), dtype=torch.half),
     torch.randint(9, (3,), out=torch.zeros(3, dtype=torch.int64)), torch.randint(9, (2,), requires_grad=False),
     torch.randint(0, 9, (3,), generator=torch.Generator().manual_seed(4)))
torch.randint(torch.tensor(5), (2,)), torch.randint(np.int64(5), (2,)), torch.randint(5, (0,))
torch.randint(True, (2,))
torch.randint(0, (2,))
torch.randint(5, 5, (2,))
torch.randint(5, 3, (2,))
torch.randint(300, (2,), dtype=torch.uint8)
torch.randint(0, 3, (2,), dtype=torch.bool)
torch.randint(-1, 2, (2,), dtype=torch.uint8)
torch.randint(5)
torch.randint()
torch.randint(1, 5)
torch.randint(2.5, (2,))
torch.randint('a', (2,))
torch.randint(5, (2,), requires_grad=True)
torch.randint(5, (2,), dtype=torch.float32, requires_grad=True)
torch.randint(5, (-2,))
torch.randint(5, 'a')
torch.randint(0, 5, (2,), nothing=1)
torch.randint(2**25, (3,), dtype=torch.float32)
torch.randint(2**63, (2,))
(torch.randperm(5), torch.randperm(0), torch.randperm(1), torch.randperm(n=4), torch.randperm(5, dtype=torch.int32),
     torch.randperm(5, dtype=torch.float32), torch.randperm(3, dtype=torch.half), torch.randperm(5, dtype=torch.uint8),
     torch.randperm(100), torch.randperm(4, out=torch.zeros(0, dtype=torch.long)),
     torch.randperm(torch.tensor(3)), torch.randperm(6, generator=torch.Generator().manual_seed(2)))
torch.randperm(5, dtype=torch.bool)
torch.randperm(5, dtype=torch.complex64)
torch.randperm(-1)
torch.randperm(300, dtype=torch.uint8)
torch.randperm(3000, dtype=torch.half)
torch.randperm(2.5)
torch.randperm('a')
torch.randperm()
torch.randperm(3, 4)
torch.randperm(3, requires_grad=True)
torch.randperm(3, dtype=torch.float32, requires_grad=True)
torch.randperm(5, out=torch.zeros(2, dtype=torch.int32))
(torch.rand_like(x), torch.randn_like(x), torch.rand_like(x, dtype=torch.float32), torch.randn_like(x.T).shape,
     torch.randint_like(x, 5), torch.randint_like(x, 2, 5), torch.randint_like(x.int(), 9), torch.rand_like(x.half()),
     torch.randint_like(x, high=3), torch.randint_like(x, low=1, high=3), torch.rand_like(x, requires_grad=True))
(torch.rand_like(x.T), torch.randn_like(y.transpose(0, 2)), torch.rand_like(x[:, ::2]),
     torch.randint_like(x.T, 9), torch.rand_like(x[0].expand(2, 4)), torch.rand_like(input=x),
     torch.randn_like(torch.zeros(20, 1).T), torch.randn_like(torch.zeros(1, 4, 5).transpose(0, 1)))
torch.rand_like(x.T, memory_format=torch.contiguous_format), torch.rand_like(x, device='cpu')
torch.rand_like(x.int())
torch.randn_like(x.bool())
torch.rand_like([1.0])
torch.rand_like()
torch.rand_like(x, 3)
torch.randint_like(x)
torch.randint_like(x, 5, 5)
torch.randint_like(x, 2.5)
torch.randint_like([1], 3)
torch.randint_like(x.byte(), 300)
""")

DISTRIBUTIONS = rows("""
(torch.normal(0.0, 1.0, (3,)), torch.normal(2, 3, (2, 2)), torch.normal(5.0, 0.0, (2,)),
     torch.normal(mean=0.0, std=2.0, size=(3,)), torch.normal(0.0, 1.0, [20]), torch.normal(0.0, 1.0, size=()),
     torch.normal(0.0, 1.0, (3,), dtype=torch.float64), torch.normal(0.0, 1.0, (2,), requires_grad=True))
(torch.normal(torch.arange(3.0), torch.ones(3)), torch.normal(x, 1.0), torch.normal(x), torch.normal(1.0, x),
     torch.normal(mean=x, std=2.0), torch.normal(0.0, std=x), torch.normal(torch.zeros(2, 1), torch.ones(3)),
     torch.normal(torch.zeros(20), 2.0), torch.normal(torch.tensor(1.0), torch.tensor(2.0)))
torch.normal(torch.arange(3.0), torch.ones(3, dtype=torch.float64))
torch.normal(torch.zeros(3, dtype=torch.float64), torch.ones(3))
torch.normal(torch.zeros(3).half(), torch.ones(3).half()), torch.normal(torch.zeros(3).bfloat16(), 1.0)
o = torch.zeros(3); torch.normal(torch.zeros(3), 1.0, out=o) is o, o
o = torch.zeros(0); torch.normal(0.0, 1.0, (3,), out=o).clone(), torch.normal(0.0, torch.ones(3), out=o)
torch.normal(torch.zeros(3), torch.ones(3), out=torch.zeros(3, dtype=torch.float64))
torch.normal(torch.ones(2), -1.0)
torch.normal(torch.ones(2), torch.tensor([1.0, -1.0]))
torch.normal(0.0, torch.tensor([-1.0]))
torch.normal(0.0, -1.0, (2,))
torch.normal(0.0, nan, (2,))
torch.normal(torch.zeros(2), nan)
torch.normal(0.0, 1.0)
torch.normal(torch.zeros(3), torch.ones(2))
torch.normal(torch.zeros(3, dtype=torch.int), 1.0)
torch.normal(0.0, torch.ones(3, dtype=torch.int))
torch.normal(torch.zeros(2), 1.0, (2,))
torch.normal()
torch.normal('a', 1.0, (2,))
torch.normal(0.0, 1.0, 2)
torch.normal(0.0, 1.0, (2,), dtype=torch.int)
torch.normal([0.0, 1.0], [1.0, 1.0])
torch.normal(0.0, 1.0, (2,), nothing=3)
torch.normal(torch.zeros(2, requires_grad=True), 1.0)
torch.normal(torch.zeros(2), torch.ones(2, requires_grad=True))
m = torch.zeros(2, requires_grad=True); torch.normal(m, 1.0).sum().backward(); m.grad
(torch.bernoulli(torch.full((8,), 0.5)), torch.bernoulli(torch.tensor([[0.0, 1.0]])),
     torch.bernoulli(torch.full((8,), 0.5, dtype=torch.float64)), torch.bernoulli(x, 0.5), torch.bernoulli(x, p=0.25),
     torch.bernoulli(torch.zeros(4, dtype=torch.int), 0.5), torch.zeros(5).bernoulli(0.5), torch.ones(3).bernoulli(),
     torch.bernoulli(input=torch.full((3,), 0.5)), torch.bernoulli(torch.full((6,), 0.5).half()))
o = torch.zeros(3); torch.bernoulli(torch.full((3,), 0.5), out=o) is o, o
torch.bernoulli(torch.full((3,), 0.5), out=torch.zeros(3, dtype=torch.int))
torch.bernoulli(torch.full((3,), 0.5), out=torch.zeros(0))
torch.bernoulli(torch.full((3,), 0.5), generator=torch.Generator().manual_seed(2))
torch.bernoulli(torch.full((4, 3), 0.5).T), torch.bernoulli(x.T / 12)
torch.bernoulli(torch.tensor([1.5]))
torch.bernoulli(torch.tensor([-0.5]))
torch.bernoulli(torch.tensor([nan]))
torch.bernoulli(torch.tensor([1]))
torch.bernoulli(x, 1.5)
torch.bernoulli(x, -1)
torch.bernoulli(x, 'a')
torch.bernoulli(0.5)
torch.bernoulli()
torch.bernoulli(x, torch.tensor(0.5))
p = torch.full((3,), 0.5, requires_grad=True); torch.bernoulli(p)
p = torch.full((3,), 0.5, requires_grad=True); torch.bernoulli(p).sum().backward(); p.grad
(torch.multinomial(torch.tensor([1.0, 2, 3]), 2), torch.multinomial(torch.tensor([1.0, 2, 3]), 10, True),
     torch.multinomial(torch.tensor([1.0, 2, 3]), 1), torch.multinomial(torch.ones(2, 5), 3),
     torch.multinomial(torch.ones(2, 5), 4, replacement=True), torch.tensor([0.0, 1, 0]).multinomial(1),
     torch.multinomial(torch.ones(5, dtype=torch.float64), 5), torch.multinomial(torch.ones(4).half(), 2),
     torch.multinomial(input=torch.ones(3), num_samples=2), torch.multinomial(torch.ones(5, 2).T, 4, True))
torch.multinomial(torch.ones(3), 2, generator=torch.Generator().manual_seed(1)), torch.multinomial(torch.ones(1, 3), 1)
torch.multinomial(torch.ones(4), 2, out=torch.zeros(0, dtype=torch.long))
torch.multinomial(torch.ones(4), 2, out=torch.zeros(0))
torch.multinomial(torch.ones(3), 4)
torch.multinomial(torch.ones(3), 0)
torch.multinomial(torch.ones(3), -1)
torch.multinomial(torch.ones(3), 2.5)
torch.multinomial(torch.ones(3))
torch.multinomial(torch.zeros(3), 1)
torch.multinomial(torch.zeros(3), 2, True)
torch.multinomial(torch.tensor([1.0, -1.0]), 1)
torch.multinomial(torch.tensor([1.0, -1.0]), 3, True)
torch.multinomial(torch.tensor([1.0, nan]), 1)
torch.multinomial(torch.tensor([1.0, inf]), 1)
torch.multinomial(torch.ones(3, dtype=torch.int), 1)
torch.multinomial(torch.ones(2, 2, 2), 1)
torch.multinomial(torch.tensor(1.0), 1)
torch.multinomial([1.0, 2.0], 1)
torch.multinomial(torch.ones(0), 1)
w = torch.ones(3, requires_grad=True); torch.multinomial(w, 2)
torch.poisson(torch.tensor([0.0, 1, 5, 50, 500])), torch.poisson(torch.full((4,), 3.5, dtype=torch.float64))
torch.poisson(torch.full((3,), 2.0), generator=torch.Generator().manual_seed(1)), torch.poisson(x.T)
torch.poisson(torch.tensor([-1.0]))
torch.poisson(torch.tensor([1]))
torch.poisson(3.0)
p = torch.full((3,), 0.5, requires_grad=True); torch.poisson(p)
""")

# What the in-place methods are called with.
METHODS = """
uniform_()  uniform_(2.0)  uniform_(2.0, 5)  uniform_(a=1.0)  uniform_(to=3.0)  uniform_(1, to=3.0)  uniform_(2, 2)
uniform_(3.0, 1.0)  uniform_(0, inf)  uniform_(nan)  uniform_('a')  uniform_(-1e308, 1e308)  uniform_(0, 1, 2)
uniform_(**{'from': 1.0, 'to': 2.0})  uniform_(torch.tensor(1.0), 2)  uniform_(nothing=1)
normal_()  normal_(3)  normal_(1.0, 2.0)  normal_(mean=1.0, std=0.5)  normal_(std=0)  normal_(0, -1.0)
normal_(0, nan)  normal_('a')  normal_(std='a')  normal_(0, 1, 2)  normal_([1.0])  normal_(torch.tensor(1.0))
exponential_()  exponential_(2)  exponential_(lambd=0.5)  exponential_(0)  exponential_(-1.0)  exponential_('a')
geometric_(0.3)  geometric_(p=0.5)  geometric_(0)  geometric_(1)  geometric_(1.5)  geometric_()  geometric_('a')
log_normal_()  log_normal_(0, 0.25)  log_normal_(mean=0.0, std=1.0)  log_normal_(0, 0)  log_normal_(0, -1)
cauchy_()  cauchy_(1, 2)  cauchy_(median=1.0, sigma=0.5)  cauchy_(0, 0)  cauchy_(0, -1.0)
random_()  random_(5)  random_(2, 5)  random_(to=5)  random_(2, to=5)  random_(0, None)  random_(-3, 4)
random_(**{'from': 2, 'to': 5})  random_(**{'from': 2, 'to': None})  random_(5, 5)  random_(5, 2)  random_(0)
random_(-1)  random_(2.5)  random_('a')  random_(0, 300)  random_(0, 2**40)  random_(1, 2, 3)  random_(nothing=2)
random_(100, None)  random_(None)  random_(1, 'a')  random_(2**40)
bernoulli_()  bernoulli_(0.25)  bernoulli_(p=0.75)  bernoulli_(1)  bernoulli_(0)  bernoulli_(1.5)  bernoulli_(-1.0)
bernoulli_('a')  bernoulli_(torch.tensor(0.25))  bernoulli_(p=torch.tensor([0.5]))  bernoulli_(torch.tensor([2.0]))
bernoulli_(torch.tensor([1]))  bernoulli_(nan)
normal_(generator=torch.Generator().manual_seed(3))  uniform_(0, 1, generator=torch.Generator().manual_seed(3))
random_(9, generator=torch.Generator().manual_seed(3))  exponential_(generator=None)
"""

# What they fill: kinds and shapes, views of which nothing but their elements may change.
FILLED = ["torch.zeros(3)", "torch.zeros(2, 10)"]
DTYPES = [
    "float64",
    "float16",
    "bfloat16",
    "int64",
    "int32",
    "int16",
    "int8",
    "uint8",
    "bool",
    "complex64",
    "complex128",
]
VIEWS = rows("""
z = torch.zeros(4, 5).T; z.METHOD; z
z = torch.zeros(40)[::2]; z.METHOD; z
z = torch.zeros(6, 7); z[1:5, 1:6].METHOD; z
z = torch.zeros(20, 4); z[:, 1].METHOD; z
z = torch.zeros(3, 4, 5); z.transpose(0, 2).METHOD; z
z = torch.zeros(2, 3, 4); z.permute(1, 0, 2)[1].METHOD; z
z = torch.zeros(5, 6); z[2].METHOD; z.diagonal().METHOD; z
z = torch.zeros(4, 5, dtype=torch.float64).T; z.METHOD; z
z = torch.zeros(36, dtype=torch.bfloat16).view(4, 9)[:, 1:]; z.METHOD; z
z = torch.zeros(30); z.view(5, 6).METHOD; z[3:].METHOD; z
z = torch.zeros(2, 0); z.METHOD; z, torch.rand(2)
z = torch.tensor(0.0); z.METHOD; z
z = torch.zeros(3)[1]; z.METHOD; z
z = torch.zeros(1, 5).T; z.METHOD; z
z = torch.zeros(4, 1, 6)[:, :, ::3]; z.METHOD; z
z = torch.zeros(3, 2, dtype=torch.float64).as_strided((2, 2), (1, 2)); z.METHOD; z
""")
CALLS = ["uniform_(1, 2)", "normal_(1, 2)", "exponential_()", "geometric_(0.3)", "log_normal_()", "cauchy_()",
         "random_(9)", "random_()", "bernoulli_(0.4)", "bernoulli_(torch.tensor(0.4))"]  # fmt: skip

TAPE = rows("""
p = torch.zeros(3, requires_grad=True); p.METHOD
p = torch.zeros(3, requires_grad=True); p[1:].METHOD
p = torch.zeros(3, requires_grad=True)
    with torch.no_grad(): p.METHOD
    p, p.grad_fn, p._version
p = torch.zeros(3, requires_grad=True); p.data.METHOD; p
p = torch.zeros(3, requires_grad=True); z = p * 2; r = z.METHOD; r is z, r
p = torch.ones(3, requires_grad=True); z = p * 2; z.METHOD; z.sum().backward(); p.grad
p = torch.ones(3, requires_grad=True); z = p * 2; z[1:].METHOD; z.sum().backward(); p.grad, z
p = torch.ones(3, requires_grad=True); z = p.exp(); z.METHOD; z.sum().backward()
p = torch.ones(3, requires_grad=True); z = p * p; p.detach().METHOD; z
z = torch.zeros(3); v = z._version; z.METHOD; z._version - v
z = torch.zeros(1).expand(3); z.METHOD
""")


@pytest.mark.parametrize("program", [*GENERATORS, *FUNCTIONS, *DISTRIBUTIONS])
def test_programs(program, torch):
    check(program, torch)


@pytest.mark.parametrize("call", [call for line in METHODS.split("\n") for call in line.split("  ") if call.strip()])
def test_methods_fill(call, torch):
    for tensor in FILLED:
        check(f"{tensor}.{call}, torch.rand(1)", torch)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("call", [*CALLS, "random_(0, 300)", "random_(-1, None)", "uniform_()", "normal_()"])
def test_methods_fill_every_dtype(call, dtype, torch):
    check(f"torch.zeros(19, dtype=torch.{dtype}).{call}, torch.rand(1)", torch)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("program", VIEWS)
def test_methods_fill_views(call, program, torch):
    check(program.replace("METHOD", call), torch)


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("program", TAPE)
def test_methods_and_the_tape(call, program, torch):
    check(program.replace("METHOD", call), torch)
