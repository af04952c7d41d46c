"""Chapter 5. Automatic differentiation: what is not recorded, writing in place, hooks, functions of one's own."""

# ruff: noqa: E501 - messages are as long as they are
# A row is its program and its text, one below the other.
# fmt: off

from ledger.row import Row

ROWS = [
Row("no_grad records nothing", """
    x = torch.ones(2, requires_grad=True)
    with torch.no_grad():
        y = x * 2
        print(y.requires_grad, torch.is_grad_enabled(), y.is_leaf)
    print((x * 2).requires_grad, torch.is_grad_enabled())
    """, """
    False False True
    True True
    """),
Row("no_grad is a decorator too", """
    x = torch.ones(2, requires_grad=True)
    @torch.no_grad()
    def double(t):
        return t * 2
    print(double(x), double.__name__)
    """, "tensor([2., 2.]) double"),
Row("enable_grad and set_grad_enabled", """
    x = torch.ones(1, requires_grad=True)
    with torch.no_grad():
        with torch.enable_grad():
            print((x + 1).requires_grad)
        print((x + 1).requires_grad)
    with torch.set_grad_enabled(False):
        print((x + 1).requires_grad)
    torch.set_grad_enabled(False)
    print((x + 1).requires_grad)
    torch.set_grad_enabled(True)
    print((x + 1).requires_grad)
    """, """
    True
    False
    False
    False
    True
    """),
Row("inference_mode records nothing", """
    x = torch.ones(1, requires_grad=True)
    with torch.inference_mode():
        y = x * 2
    print(y.requires_grad, y.is_inference())
    """, "False True"),
Row("detach leaves the graph", """
    x = torch.tensor([2.0], requires_grad=True)
    y = x.detach()
    print(y, y.requires_grad, y.is_leaf, x.data.requires_grad)
    (x * x.detach()).backward()
    print(x.grad)
    """, """
    tensor([2.]) False True False
    tensor([2.])
    """),
Row("detach_ cuts a tensor off", """
    x = torch.ones(1, requires_grad=True)
    y = x * 2
    y.detach_()
    print(y, y.grad_fn)
    """, "tensor([2.]) None"),
Row("writing in place to a leaf that requires grad is an error", """
    x = torch.ones(2, requires_grad=True)
    x.add_(1)
    """, "RuntimeError: a leaf Variable that requires grad is being used in an in-place operation."),
Row("assigning to a part of a leaf that requires grad is an error", """
    x = torch.ones(2, requires_grad=True)
    x[0] = 5
    """, "RuntimeError: a view of a leaf Variable that requires grad is being used in an in-place operation."),
Row("writing in place to a view of a leaf that requires grad is an error", """
    x = torch.ones(2, requires_grad=True)
    x.view(1, 2).mul_(2)
    """, "RuntimeError: a view of a leaf Variable that requires grad is being used in an in-place operation."),
Row("+= on a leaf that requires grad is an error", """
    w = torch.ones(2, requires_grad=True)
    w += 1
    """, "RuntimeError: a leaf Variable that requires grad is being used in an in-place operation."),
Row("under no_grad a leaf may be written to", """
    w = torch.ones(2, requires_grad=True)
    (w * w).sum().backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
    print(w, w.is_leaf, w.grad)
    """, "tensor([0.8000, 0.8000], requires_grad=True) True tensor([2., 2.])"),
Row("data of a leaf may be written to", """
    w = torch.ones(2, requires_grad=True)
    (w * 3).sum().backward()
    w.data -= 0.1 * w.grad.data
    w.data[0] = 9
    print(w)
    """, "tensor([9.0000, 0.7000], requires_grad=True)"),
Row("data can be exchanged", """
    w = torch.ones(2, requires_grad=True)
    w.data = torch.zeros(3)
    print(w)
    """, "tensor([0., 0., 0.], requires_grad=True)"),
Row("writing in place to a result is recorded", """
    x = torch.ones(3, requires_grad=True)
    y = x * 2
    y.mul_(3)
    y[0] = 0
    print(y)
    y.sum().backward()
    print(x.grad)
    """, """
    tensor([0., 6., 6.], grad_fn=<CopySlices>)
    tensor([0., 6., 6.])
    """),
Row("assigning a tensor that requires grad into another records it", """
    x = torch.tensor(2.0, requires_grad=True)
    y = torch.zeros(3)
    y[1] = x * 5
    print(y)
    y.sum().backward()
    print(x.grad)
    """, """
    tensor([ 0., 10.,  0.], grad_fn=<CopySlices>)
    tensor(5.)
    """),
Row("gradients go through a write to a view", """
    x = torch.ones(4, requires_grad=True)
    y = x * 1
    y.view(2, 2)[0].mul_(10)
    print(y)
    y.sum().backward()
    print(x.grad)
    """, """
    tensor([10., 10.,  1.,  1.], grad_fn=<CopySlices>)
    tensor([10., 10.,  1.,  1.])
    """),
Row("writing over what backward needs is an error", """
    x = torch.ones(2, requires_grad=True)
    y = x.exp()
    y.add_(1)
    y.sum().backward()
    """, """
    RuntimeError: one of the variables needed for gradient computation has been modified by an inplace operation: [torch.FloatTensor [2]], which is output 0 of Exp, is at version 1; expected version 0 instead. Hint: enable anomaly detection to find the operation that failed to compute its gradient, with torch.autograd.set_detect_anomaly(True, check_nan=False).
    """),
Row("writing over an input that backward needs is an error", """
    w, x = torch.ones(2, requires_grad=True), torch.ones(2)
    y = w * x
    x.add_(1)
    y.sum().backward()
    """, """
    RuntimeError: one of the variables needed for gradient computation has been modified by an inplace operation: [torch.FloatTensor [2]] is at version 1; expected version 0 instead. Hint: enable anomaly detection to find the operation that failed to compute its gradient, with torch.autograd.set_detect_anomaly(True, check_nan=False).
    """),
Row("writing over what backward does not need is fine", """
    x = torch.ones(2, requires_grad=True)
    y = x + 1
    y.mul_(3)
    y.sum().backward()
    print(x.grad, y._version)
    """, "tensor([3., 3.]) 1"),
Row("an in-place activation is fine where only its result is needed", """
    x = torch.tensor([-1.0, 2.0], requires_grad=True)
    y = F.relu(x * 2, inplace=True)
    z = torch.sigmoid_(y * 1)
    z.sum().backward()
    print(x.grad)
    """, "tensor([0.0000, 0.0353])"),
Row("versions count writes", """
    x = torch.ones(2)
    y = x.view(2, 1)
    x.add_(1)
    y[0] = 3
    print(x._version, y._version, x.clone()._version, x.detach()._version)
    """, "2 2 0 2"),
Row("a hook sees a gradient", """
    x = torch.ones(2, requires_grad=True)
    y = x * 3
    handle = y.register_hook(lambda grad: print("hook", grad))
    y.sum().backward()
    print(x.grad)
    """, """
    hook tensor([1., 1.])
    tensor([3., 3.])
    """),
Row("a hook changes a gradient and can be removed", """
    x = torch.ones(2, requires_grad=True)
    handle = x.register_hook(lambda grad: grad * 10)
    x.sum().backward()
    print(x.grad)
    handle.remove()
    x.sum().backward()
    print(x.grad)
    """, """
    tensor([10., 10.])
    tensor([11., 11.])
    """),
Row("a hook of a tensor that does not require grad is an error", """
    torch.ones(2).register_hook(print)
    """, "RuntimeError: cannot register a hook on a tensor that doesn't require gradient"),
Row("retain_grad keeps the gradient of a result", """
    x = torch.ones(2, requires_grad=True)
    y = x * 3
    y.retain_grad()
    (y * y).sum().backward()
    print(y.grad, x.grad, y.retains_grad)
    """, "tensor([6., 6.]) tensor([18., 18.]) True"),
Row("grad of a result warns", """
    x = torch.ones(2, requires_grad=True)
    y = x * 3
    y.sum().backward()
    print(y.grad)
    """, """
    UserWarning: The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information.
    None
    """),
Row("grad must have the shape of its tensor", """
    x = torch.ones(2, requires_grad=True)
    x.grad = torch.ones(3)
    """, """
    RuntimeError: attempting to assign a gradient of size '[3]' to a tensor of size '[2]'. Please ensure that the gradient and the tensor are the same size
    """),
Row("a Function of one's own", """
    class Cube(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x ** 3
        @staticmethod
        def backward(ctx, grad_output):
            x, = ctx.saved_tensors
            print("backward", grad_output)
            return 3 * x ** 2 * grad_output
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y = Cube.apply(x)
    print(y, y.grad_fn.name())
    y.sum().backward()
    print(x.grad)
    """, """
    tensor([1., 8.], grad_fn=<CubeBackward>) CubeBackward
    backward tensor([1., 1.])
    tensor([ 3., 12.])
    """),
Row("a Function of two inputs, one of them a number", """
    class Scale(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, factor):
            ctx.factor = factor
            return x * factor
        @staticmethod
        def backward(ctx, grad_output):
            print(ctx.needs_input_grad)
            return grad_output * ctx.factor, None
    x = torch.ones(2, requires_grad=True)
    Scale.apply(x, 5).sum().backward()
    print(x.grad)
    """, """
    (True, False)
    tensor([5., 5.])
    """),
Row("a Function whose backward gives too few gradients is an error", """
    class Bad(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, y):
            return x + y
        @staticmethod
        def backward(ctx, grad_output):
            return grad_output
    x = torch.ones(2, requires_grad=True)
    Bad.apply(x, x).sum().backward()
    """, "RuntimeError: function BadBackward returned an incorrect number of gradients (expected 2, got 1)"),
Row("a jacobian and a hessian", """
    x = torch.tensor([1.0, 2.0])
    print(torch.autograd.functional.jacobian(lambda t: t ** 2, x))
    print(torch.autograd.functional.hessian(lambda t: (t ** 3).sum(), x))
    """, """
    tensor([[2., 0.],
            [0., 4.]])
    tensor([[ 6.,  0.],
            [ 0., 12.]])
    """),
Row("grad and jacrev of pure functions", """
    x = torch.tensor([1.0, 2.0, 3.0])
    print(torch.func.grad(lambda t: (t ** 2).sum())(x))
    print(torch.func.jacrev(lambda t: t * t.sum())(x))
    """, """
    tensor([2., 4., 6.])
    tensor([[7., 1., 1.],
            [2., 8., 2.],
            [3., 3., 9.]])
    """),
Row("vmap of a derivative", """
    print(torch.func.vmap(torch.func.grad(torch.sin))(torch.tensor([1.0, 2.0, 3.0])))
    """, "tensor([ 0.5403, -0.4161, -0.9900])"),
Row("gradcheck compares with differences", """
    x = torch.tensor([0.3, -0.5], dtype=torch.float64, requires_grad=True)
    print(torch.autograd.gradcheck(lambda t: (t.sin() * t).sum(), (x,)))
    """, "True"),
Row("gradients reach float64, not integers", """
    x = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
    (x.float() * 2).backward()
    print(x.grad, (x * torch.tensor([2])).dtype)
    """, "tensor([2.], dtype=torch.float64) torch.float64"),
Row("a deep copy of a result is an error", """
    import copy
    x = torch.ones(1, requires_grad=True)
    copy.deepcopy(x * 2)
    """, """
    RuntimeError: Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  If you were attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, see https://github.com/pytorch/pytorch/pull/103001
    """),
Row("a deep copy of a leaf is a leaf of its own", """
    import copy
    x = torch.ones(2, requires_grad=True)
    y = copy.deepcopy(x)
    with torch.no_grad():
        y[0] = 5
    print(x, y, y.is_leaf)
    """, "tensor([1., 1.], requires_grad=True) tensor([5., 1.], requires_grad=True) True"),
Row("int and float of a tensor that requires grad", """
    x = torch.tensor(2.5, requires_grad=True)
    print(int(x), x.item(), x.tolist(), f"{x.item():.1f}")
    """, "2 2.5 2.5 2.5"),
Row("a tensor that requires grad prints so", """
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    print(x, x * 2, (x * 2).sum(), x.double(), x[0], x.detach())
    print(torch.ones(3, 30, requires_grad=True)[:1])
    """, """
    tensor([1., 2.], requires_grad=True) tensor([2., 4.], grad_fn=<MulBackward0>) tensor(6., grad_fn=<SumBackward0>) tensor([1., 2.], dtype=torch.float64, grad_fn=<ToCopyBackward0>) tensor(1., grad_fn=<SelectBackward0>) tensor([1., 2.])
    tensor([[1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1.,
             1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1., 1.]],
           grad_fn=<SliceBackward0>)
    """),
Row("descent by hand on (w - 3)^2", """
    w = torch.tensor(0.0, requires_grad=True)
    for step in range(5):
        loss = (w - 3) ** 2
        loss.backward()
        with torch.no_grad():
            w -= 0.1 * w.grad
        print(step, f"{loss.item():.4f} {w.item():.4f} {w.grad.item():.4f}")
        w.grad.zero_()
    """, """
    0 9.0000 0.6000 -6.0000
    1 5.7600 1.0800 -4.8000
    2 3.6864 1.4640 -3.8400
    3 2.3593 1.7712 -3.0720
    4 1.5099 2.0170 -2.4576
    """),
Row("the graph is made anew in each pass", """
    w = torch.tensor(1.0, requires_grad=True)
    for n in (1, 3):
        y = w
        for _ in range(n):
            y = y * w if y < 10 else y
        print(torch.autograd.grad(y, w))
    """, """
    (tensor(2.),)
    (tensor(4.),)
    """),
]
