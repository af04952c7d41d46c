"""Custom `autograd.Function`s on `jnet.torch` and on PyTorch."""

import pytest
from compare import check, rows

import jnet.torch as jt

# Programs start with these functions and a leaf `a` of float64, 1 to 4.
HEAD = """
a = torch.arange(1.0, 5, dtype=torch.float64).requires_grad_()
Function = torch.autograd.Function
log = []
class Cube(Function):
    @staticmethod
    def forward(ctx, t):
        ctx.save_for_backward(t)
        log.append(ctx.needs_input_grad)
        return t ** 3
    @staticmethod
    def backward(ctx, g):
        t, = ctx.saved_tensors
        return g * 3 * t ** 2
class Affine(Function):
    @staticmethod
    def forward(ctx, t, scale, shift=0.0):
        ctx.scale = scale
        return t * scale + shift
    @staticmethod
    def backward(ctx, g):
        log.append(ctx.needs_input_grad)
        return g * ctx.scale, None, None
class Two(Function):
    @staticmethod
    def forward(ctx, s, t):
        ctx.save_for_backward(s, t)
        return s * t, s + t
    @staticmethod
    def backward(ctx, g, h):
        s, t = ctx.saved_tensors
        log.append((g, h))
        return g * t + h, g * s + h
class Setup(Function):
    @staticmethod
    def forward(t, k):
        return t * k
    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.k = inputs[1]
        ctx.save_for_backward(output)
    @staticmethod
    def backward(ctx, g):
        log.append(ctx.saved_tensors)
        return g * ctx.k, None
def function(backward, forward=lambda ctx, t: t * 2):
    return type("Made", (Function,), {"forward": staticmethod(forward), "backward": staticmethod(backward)})
"""

PROGRAMS = rows("""
b = Cube.apply(a); b.sum().backward(); b, a.grad, log
Cube.apply(a.detach()), log
Cube.apply(3.0)
b = Cube.apply(a); b.sum().backward(); b.sum().backward()
b = Cube.apply(a); b.sum().backward(retain_graph=True); b.sum().backward(); a.grad
g, = torch.autograd.grad(Cube.apply(a).sum(), a, create_graph=True); h, = torch.autograd.grad(g.sum(), a); g, h
with torch.no_grad(): b = Cube.apply(a)
    b.requires_grad, log
torch.autograd.gradcheck(Cube.apply, a), torch.autograd.gradgradcheck(Cube.apply, a)
b = Cube.apply(a); b.grad_fn.name(), type(b.grad_fn).__name__, b.is_leaf, b.requires_grad
b = Cube.apply(a); str(b).splitlines()[-1]
b = Cube.apply(a); b.grad_fn.saved_tensors[0] is a
b = Cube.apply(a); b.grad_fn.next_functions[0][0].variable is a
b = Cube.apply(a * 1); b.grad_fn.next_functions[0][0].name()
c = a * 1; b = Cube.apply(c); c.add_(1); b.sum().backward()
Affine.apply(a, 3).sum().backward(); a.grad, log
Affine.apply(a, 3, 1.0), Affine.apply(a, scale=3)
Affine.apply(a, torch.tensor(3.0)).sum().backward(); log
s = a * 2; x, y = Two.apply(a, s); (x + y).sum().backward(); a.grad, log[0]
x, y = Two.apply(a, a); x.sum().backward(); a.grad, log[0]
x, y = Two.apply(a, a.detach()); y.sum().backward(); a.grad, x.grad_fn is y.grad_fn, x.output_nr, y.output_nr
b = Setup.apply(a, 3); b.sum().backward(); a.grad, log[0][0].detach()
Setup.apply(a, 3).grad_fn.name()
function(lambda ctx, g: (g, g)).apply(a).sum().backward()
function(lambda ctx, g: (g, None)).apply(a).sum().backward(); a.grad
function(lambda ctx, g: None).apply(a).sum().backward(); a.grad
function(lambda ctx, g: ()).apply(a).sum().backward()
function(lambda ctx, g: 3.0).apply(a).sum().backward()
function(lambda ctx, g: g[:2]).apply(a).sum().backward()
function(lambda ctx, g: g.expand(3, 4)).apply(a).sum().backward(); a.grad
function(lambda ctx, g: g.sum()).apply(a).sum().backward(); a.grad
function(lambda ctx, g: g.float()).apply(a).sum().backward(); a.grad.dtype
function(lambda ctx, g: 1 / 0).apply(a).sum().backward()
function(lambda ctx, g: g, lambda ctx, t: 3.0).apply(a)
function(lambda ctx, g: g, lambda ctx, t: None).apply(a)
function(lambda ctx, g: g, lambda ctx, t: (t * 2, 5)).apply(a)[1]
function(lambda ctx, g: g, lambda ctx, t: [t * 2]).apply(a)
function(lambda ctx, g: g, lambda ctx, t: 1 / 0).apply(a)
b = function(lambda ctx, g: g * 2, lambda ctx, t: t).apply(a); b is a, b.is_leaf, b.sum().backward(), a.grad
b = function(lambda ctx, g: g, lambda ctx, t: t).apply(a * 1); b.add_(1)
b = function(lambda ctx, g: g, lambda ctx, t: t).apply(a * 1); b[0] = 1
b = function(lambda ctx, g: g, lambda ctx, t: (t * 2).view(2, 2)).apply(a * 1); b.add_(1)
b = function(lambda ctx, g: g, lambda ctx, t: t * 2).apply(a * 1); b.add_(1)
with torch.no_grad(): b = function(lambda ctx, g: g, lambda ctx, t: t).apply(a * 1); b.add_(1)
repr(Cube.apply(a).grad_fn).split(" at ")[0], repr((a * 1).grad_fn).split(" at ")[0]
b = function(lambda ctx, g: g, lambda ctx, t: t.int()).apply(a); b.requires_grad
b = function(lambda ctx, g: g, lambda ctx, t: t.view(2, 2)).apply(a); b.requires_grad, b.shape
def forward(ctx, t):
        ctx.mark_non_differentiable(i := t.argmax())
        return t.max(), i
    m, i = function(lambda ctx, g, h: log.append(h) or g.expand(4), forward).apply(a); m.backward()
    m.requires_grad, i.requires_grad, log, a.grad
def forward(ctx, t):
        b = t * 2
        ctx.mark_non_differentiable(b)
        return b
    b = function(lambda ctx, g: g, forward).apply(a); b.requires_grad, b.grad_fn
def forward(ctx, t):
        ctx.mark_dirty(t)
        t.mul_(2)
        return t
    c = a * 1; b = function(lambda ctx, g: g * 2, forward).apply(c); b is c, b.sum().backward(), a.grad, c._version
def forward(ctx, t):
        ctx.mark_dirty(t)
        t.mul_(2)
        return t
    function(lambda ctx, g: g * 2, forward).apply(a)
def forward(ctx, s, t):
        ctx.set_materialize_grads(False)
        return s * 2, t * 2
    x, y = function(lambda ctx, g, h: log.append((g, h)) or (g, h), forward).apply(a, a); x.sum().backward()
    log, a.grad
def forward(ctx, t):
        ctx.save_for_backward(t, None, 3)
        return t
    function(lambda ctx, g: g, forward).apply(a)
def forward(ctx, t):
        ctx.save_for_backward(t, None)
        return t * 1
    function(lambda ctx, g: log.append(ctx.saved_tensors[1]) or g, forward).apply(a).sum().backward(); log
def forward(ctx, t):
        ctx.save_for_backward(t)
        ctx.save_for_backward(t * 2)
        return t * 1
    b = function(lambda ctx, g: g * len(ctx.saved_tensors) * ctx.saved_tensors[0], forward).apply(a)
    b.sum().backward(); a.grad
def forward(ctx, t):
        ctx.mark_dirty(t)
        ctx.save_for_backward(t.exp_())
        return t
    function(lambda ctx, g: g * ctx.saved_tensors[0], forward).apply(a * 1).sum().backward(); a.grad
def forward(ctx, t):
        ctx.note = "kept"
        return t * 1
    function(lambda ctx, g: log.append(ctx.note) or g, forward).apply(a).sum().backward(); log
@torch.autograd.function.once_differentiable
    def backward(ctx, g): return g * 2
    g, = torch.autograd.grad(function(backward).apply(a).sum(), a, create_graph=True); g.detach(), g.requires_grad
@torch.autograd.function.once_differentiable
    def backward(ctx, g): return g * 2
    g, = torch.autograd.grad((function(backward).apply(a) ** 2).sum(), a, create_graph=True); g.sum().backward()
class Only(Function):
        @staticmethod
        def forward(ctx, t): return t * 1
    Only.apply(a).sum().backward()
class Only(Function):
        @staticmethod
        def backward(ctx, g): return g
    Only.apply(a)
class Old(Function):
        def forward(self, t): return t * 1
        def backward(self, g): return g
    Old()(a)
Cube()
b = Cube.apply(a); b.grad_fn.register_hook(lambda gi, go: (gi[0] * 2,)); b.sum().backward(); a.grad
b = Cube.apply(a); b.register_hook(lambda g: g * 2); b.sum().backward(); a.grad
b = Cube.apply(a); b.mul_(2); b.sum().backward(); a.grad
b = Cube.apply(a[:2]); b.sum().backward(); a.grad
b = x[0].detach().requires_grad_(); Cube.apply(b).sum().backward(); b.grad
with torch.autograd.detect_anomaly(): function(lambda ctx, g: g * nan).apply(a).sum().backward()
def backward(ctx, g): return g * torch.is_grad_enabled()
    function(backward).apply(a).sum().backward(); a.grad
def forward(ctx, t): return t * torch.is_grad_enabled() + t
    function(lambda ctx, g: g, forward).apply(a)
b = Cube.apply(a); b.grad_fn.needs_input_grad, isinstance(b.grad_fn, Function)
class Scaled(Function):
        @staticmethod
        def forward(ctx, items, t): return t * sum(items)
        @staticmethod
        def backward(ctx, g): return None, g * 2
    Scaled.apply([1, 2], a).sum().backward(); a.grad
""")


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs(program, torch):
    check(HEAD + program, torch, rtol=1e-9)


def test_literals():
    class Double(jt.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return 2 * x

        @staticmethod
        def backward(ctx, grad):
            return 2 * grad

    x = jt.ones(2, requires_grad=True)
    y = Double.apply(x)
    y.sum().backward()
    assert x.grad is not None
    assert x.grad.tolist() == [2, 2]
    assert repr(y) == "tensor([2., 2.], grad_fn=<DoubleBackward>)"
