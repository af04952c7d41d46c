"""Chapter 5. Automatic differentiation: variables, gradients, accumulation, the graph and its nodes."""

# ruff: noqa: E501 - messages are as long as they are
# A row is its program and its text, one below the other.
# fmt: off

from ledger.row import Row

ROWS = [
Row("a Variable is a tensor that requires grad", """
    tensor = torch.FloatTensor([[1, 2], [3, 4]])
    variable = torch.autograd.Variable(tensor, requires_grad=True)
    print(tensor)
    print(variable)
    print(variable.data)
    print(variable.data.numpy())
    print(type(variable).__name__, variable.grad, variable.grad_fn, variable.is_leaf)
    """, """
    tensor([[1., 2.],
            [3., 4.]])
    tensor([[1., 2.],
            [3., 4.]], requires_grad=True)
    tensor([[1., 2.],
            [3., 4.]])
    [[1. 2.]
     [3. 4.]]
    Tensor None None True
    """),
Row("a Variable without requires_grad is a tensor", """
    x = torch.autograd.Variable(torch.linspace(-5, 5, 3))
    print(x, x.requires_grad, isinstance(x, torch.autograd.Variable))
    print(isinstance(torch.ones(1), torch.autograd.Variable))
    """, """
    tensor([-5.,  0.,  5.]) False True
    True
    """),
Row("a Variable shares the tensor's memory", """
    tensor = torch.zeros(2)
    variable = torch.autograd.Variable(tensor, requires_grad=True)
    tensor[0] = 5
    print(variable, variable.data.data_ptr() == tensor.data_ptr(), tensor.requires_grad)
    """, "tensor([5., 0.], requires_grad=True) True False"),
Row("the gradient of mean(v * v) is v / 2", """
    tensor = torch.FloatTensor([[1, 2], [3, 4]])
    variable = torch.autograd.Variable(tensor, requires_grad=True)
    t_out = torch.mean(tensor * tensor)
    v_out = torch.mean(variable * variable)
    print(t_out, v_out)
    v_out.backward()
    print(variable.grad)
    print(variable)
    """, """
    tensor(7.5000) tensor(7.5000, grad_fn=<MeanBackward0>)
    tensor([[0.5000, 1.0000],
            [1.5000, 2.0000]])
    tensor([[1., 2.],
            [3., 4.]], requires_grad=True)
    """),
Row("the gradient of a sum is one", """
    x = torch.autograd.Variable(torch.ones(2, 2), requires_grad=True)
    print(x)
    y = x.sum()
    print(y)
    print(y.grad_fn.name(), y.grad_fn is not None)
    y.backward()
    print(x.grad)
    """, """
    tensor([[1., 1.],
            [1., 1.]], requires_grad=True)
    tensor(4., grad_fn=<SumBackward0>)
    SumBackward0 True
    tensor([[1., 1.],
            [1., 1.]])
    """),
Row("gradients accumulate until they are zeroed", """
    x = torch.autograd.Variable(torch.ones(2, 2), requires_grad=True)
    for step in range(3):
        x.sum().backward()
        print(x.grad)
    x.grad.data.zero_()
    x.sum().backward()
    print(x.grad)
    x.grad = None
    (2 * x).sum().backward()
    print(x.grad)
    """, """
    tensor([[1., 1.],
            [1., 1.]])
    tensor([[2., 2.],
            [2., 2.]])
    tensor([[3., 3.],
            [3., 3.]])
    tensor([[1., 1.],
            [1., 1.]])
    tensor([[2., 2.],
            [2., 2.]])
    """),
Row("a fresh leaf has no gradient", """
    x = torch.ones(2, requires_grad=True)
    print(x.grad, x.is_leaf, x.grad_fn, x.requires_grad, torch.ones(2).requires_grad)
    """, "None True None True False"),
Row("what depends on a leaf that requires grad requires grad", """
    a, b = torch.ones(1, requires_grad=True), torch.ones(1)
    print((a + b).requires_grad, (b + b).requires_grad, (a > b).requires_grad, a.argmax().requires_grad)
    print((a + b).is_leaf, b.is_leaf)
    print(a + b, (a * 2).sum(), a.view(1, 1))
    """, """
    True False False False
    False True
    tensor([2.], grad_fn=<AddBackward0>) tensor(2., grad_fn=<SumBackward0>) tensor([[1.]], grad_fn=<ViewBackward0>)
    """),
Row("requires_grad_ switches a tensor on", """
    w = torch.full([1], 2.)
    print(w.requires_grad_())
    print(w.requires_grad_(False), w.requires_grad)
    w.requires_grad = True
    print(w)
    """, """
    tensor([2.], requires_grad=True)
    tensor([2.]) False
    tensor([2.], requires_grad=True)
    """),
Row("only floats can require grad", """
    torch.ones(2, dtype=torch.int64).requires_grad_()
    """, "RuntimeError: only Tensors of floating point dtype can require gradients"),
Row("requires_grad of a result cannot be switched off", """
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    y.requires_grad = False
    """, """
    RuntimeError: you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach().
    """),
Row("grad of a loss whose weight does not require grad is an error", """
    x, w = torch.ones(1), torch.full([1], 2.)
    mse = F.mse_loss(torch.ones(1), x * w)
    print((x, w, mse))
    torch.autograd.grad(mse, [w])
    """, """
    (tensor([1.]), tensor([2.]), tensor(1.))
    RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn
    """),
Row("the graph is the old one until it is computed again", """
    x, w = torch.ones(1), torch.full([1], 2.)
    mse = F.mse_loss(torch.ones(1), x * w)
    w.requires_grad_()
    torch.autograd.grad(mse, [w])
    """, "RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn"),
Row("grad gives a tuple", """
    x, w = torch.ones(1), torch.full([1], 2.)
    w.requires_grad_()
    mse = F.mse_loss(torch.ones(1), x * w)
    print(torch.autograd.grad(mse, [w]), w.grad)
    """, "(tensor([2.]),) None"),
Row("backward fills grad", """
    x, w = torch.ones(1), torch.full([1], 2., requires_grad=True)
    mse = F.mse_loss(torch.ones(1), x * w)
    mse.backward()
    print(w.grad)
    """, "tensor([2.])"),
Row("backward without anything that requires grad is an error", """
    torch.ones(1).sum().backward()
    """, "RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn"),
Row("backward of a vector is an error", """
    torch.manual_seed(0)
    a = torch.rand(3)
    a.requires_grad_()
    p = F.softmax(a, dim=0)
    print(p)
    p.backward()
    """, """
    tensor([0.3358, 0.4408, 0.2234], grad_fn=<SoftmaxBackward0>)
    RuntimeError: grad can be implicitly created only for scalar outputs
    """),
Row("backward of a vector takes a gradient", """
    x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * x
    y.backward(torch.tensor([1.0, 0.1, 0.01]))
    print(x.grad)
    y = x * x
    x.grad = None
    y.backward(gradient=torch.ones_like(y))
    print(x.grad)
    """, """
    tensor([2.0000, 0.4000, 0.0600])
    tensor([2., 4., 6.])
    """),
Row("a gradient of another shape is an error", """
    x = torch.ones(3, requires_grad=True)
    (x * 2).backward(torch.ones(2))
    """, """
    RuntimeError: Mismatch in shape: grad_output[0] has a shape of torch.Size([2]) and output[0] has a shape of torch.Size([3]).
    """),
Row("a second backward is an error", """
    x = torch.ones(2, requires_grad=True)
    y = (x * x).sum()
    y.backward()
    y.backward()
    """, """
    RuntimeError: Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors after calling backward.
    """),
Row("a second grad is an error", """
    torch.manual_seed(0)
    a = torch.rand(3, requires_grad=True)
    p = F.softmax(a, dim=0)
    torch.autograd.grad(p[1], [a])
    torch.autograd.grad(p[2], [a])
    """, """
    RuntimeError: Trying to backward through the graph a second time (or directly access saved tensors after they have already been freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors after calling backward.
    """),
Row("a second backward of what saved nothing works", """
    x = torch.ones(2, requires_grad=True)
    y = (x + 1).sum()
    y.backward()
    y.backward()
    print(x.grad)
    """, "tensor([2., 2.])"),
Row("retain_graph keeps the graph", """
    x = torch.ones(2, requires_grad=True)
    y = (x * x).sum()
    y.backward(retain_graph=True)
    y.backward()
    print(x.grad)
    """, "tensor([4., 4.])"),
Row("autograd.backward takes tensors and their gradients", """
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    y, z = x * 2, (x ** 2).sum()
    torch.autograd.backward([y, z], grad_tensors=[torch.ones(2), torch.tensor(10.0)])
    print(x.grad)
    torch.autograd.backward((x ** 3).sum(), retain_graph=False, create_graph=False)
    print(x.grad)
    """, """
    tensor([22., 42.])
    tensor([25., 54.])
    """),
Row("the chain rule: dy2/dy1 * dy1/dw1 is dy2/dw1", """
    x = torch.tensor(1.)
    w1, b1 = torch.tensor(2., requires_grad=True), torch.tensor(1.)
    w2, b2 = torch.tensor(2., requires_grad=True), torch.tensor(1.)
    y1 = x * w1 + b1
    y2 = y1 * w2 + b2
    dy2_dy1 = torch.autograd.grad(y2, [y1], retain_graph=True)[0]
    dy1_dw1 = torch.autograd.grad(y1, [w1], retain_graph=True)[0]
    dy2_dw1 = torch.autograd.grad(y2, [w1], retain_graph=True)[0]
    print(dy2_dy1 * dy1_dw1, dy2_dw1)
    """, "tensor(2.) tensor(2.)"),
Row("create_graph gives derivatives of derivatives", """
    x = torch.tensor(2.0, requires_grad=True)
    y = x ** 4
    first, = torch.autograd.grad(y, x, create_graph=True)
    second, = torch.autograd.grad(first, x, create_graph=True)
    third, = torch.autograd.grad(second, x)
    print(first.item(), second.item(), third, second.requires_grad)
    """, "32.0 48.0 tensor(48.) True"),
Row("a gradient through a gradient", """
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    g, = torch.autograd.grad((x ** 3).sum(), x, create_graph=True)
    (g ** 2).sum().backward()
    print(x.grad)
    """, "tensor([ 36., 288.])"),
Row("grad takes several inputs and grad_outputs", """
    a, b = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor(3.0, requires_grad=True)
    print(torch.autograd.grad(a * b, [a, b], grad_outputs=torch.tensor([1.0, 10.0])))
    print(torch.autograd.grad([(a * b).sum(), b * b], (a, b)))
    """, """
    (tensor([ 3., 30.]), tensor(21.))
    (tensor([3., 3.]), tensor(9.))
    """),
Row("grad of an input that is not in the graph is an error", """
    a, b = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    torch.autograd.grad(a.sum(), [a, b])
    """, """
    RuntimeError: The differentiated Tensor at index 1 appears to not have been used in the graph. Set allow_unused=True if this is the desired behavior.
    """),
Row("allow_unused gives None", """
    a, b = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    print(torch.autograd.grad(a.sum(), [a, b], allow_unused=True))
    """, "(tensor([1.]), None)"),
Row("grad takes one input without a list", """
    x = torch.tensor(3.0, requires_grad=True)
    print(torch.autograd.grad(x * x, x)[0], x.grad)
    """, "tensor(6.) None"),
Row("two uses of a leaf add up", """
    x = torch.tensor(3.0, requires_grad=True)
    y = x * x + 2 * x + torch.sin(x) * 0
    y.backward()
    print(x.grad)
    """, "tensor(8.)"),
Row("gradients go back through broadcasting, views, indexing and joining", """
    x, b = torch.ones(2, 3, requires_grad=True), torch.zeros(3, requires_grad=True)
    ((x + b) * torch.arange(6.0).view(2, 3)).sum().backward()
    print(x.grad, b.grad)
    x = torch.arange(4.0, requires_grad=True)
    torch.cat([x[1:], x[[0, 0]], x.view(2, 2).t()[1]]).sum().backward()
    print(x.grad)
    """, """
    tensor([[0., 1., 2.],
            [3., 4., 5.]]) tensor([3., 5., 7.])
    tensor([2., 2., 1., 2.])
    """),
Row("gradients of a product of matrices", """
    torch.manual_seed(420)
    x = torch.randn(1, 10)
    w = torch.randn(2, 10, requires_grad=True)
    o = torch.sigmoid(x @ w.t())
    loss = F.mse_loss(torch.ones(1, 2), o)
    print(o.shape, loss)
    loss.backward()
    print(w.grad, w.grad.shape)
    """, """
    torch.Size([1, 2]) tensor(0.5353, grad_fn=<MseLossBackward0>)
    tensor([[ 0.1657, -0.0622, -0.0076,  0.0404, -0.1481, -0.0046, -0.0823,  0.0221,
             -0.0034,  0.0334],
            [ 0.2336, -0.0877, -0.0107,  0.0570, -0.2087, -0.0065, -0.1161,  0.0311,
             -0.0048,  0.0471]]) torch.Size([2, 10])
    """),
Row("a perceptron of one output", """
    torch.manual_seed(420)
    x = torch.randn(1, 10)
    w = torch.randn(1, 10, requires_grad=True)
    o = torch.sigmoid(x @ w.t())
    loss = F.mse_loss(torch.ones(1, 1), o)
    print(o.shape, loss.shape)
    loss.backward()
    print(w.grad)
    """, """
    torch.Size([1, 1]) torch.Size([])
    tensor([[ 0.2730, -0.1025, -0.0126,  0.0666, -0.2440, -0.0076, -0.1356,  0.0363,
             -0.0056,  0.0550]])
    """),
Row("derivatives at kinks", """
    x = torch.tensor([-1.0, 0.0, 1.0], requires_grad=True)
    for f in (torch.abs, torch.relu, torch.sign, lambda t: t.clamp(0, 1), F.leaky_relu, lambda t: t.clamp(min=0)):
        print(torch.autograd.grad(f(x).sum(), x)[0])
    """, """
    tensor([-1.,  0.,  1.])
    tensor([0., 0., 1.])
    tensor([0., 0., 0.])
    tensor([0., 1., 1.])
    tensor([0.0100, 0.0100, 1.0000])
    tensor([0., 1., 1.])
    """),
Row("the gradient of a maximum with ties is shared, along a dimension it goes to one", """
    x = torch.tensor([[2.0, 2.0, 1.0]], requires_grad=True)
    print(torch.autograd.grad(x.max(), x), torch.autograd.grad(x.max(1).values.sum(), x))
    print(torch.autograd.grad(x.amax(1).sum(), x))
    """, """
    (tensor([[0.5000, 0.5000, 0.0000]]),) (tensor([[1., 0., 0.]]),)
    (tensor([[0.5000, 0.5000, 0.0000]]),)
    """),
Row("nodes are named as they print", """
    x = torch.ones(2, 2, requires_grad=True)
    for y in (
        x + 1, x - 1, x * 2, x / 2, -x, x ** 2, x.exp(), x.log(), x.sqrt(), x.sin(), x.abs(), x.sigmoid(),
        x.tanh(), x.relu(),
    ):
        print(y.grad_fn.name(), end=" ")
    """, """
    AddBackward0 SubBackward0 MulBackward0 DivBackward0 NegBackward0 PowBackward0 ExpBackward0 LogBackward0 SqrtBackward0 SinBackward0 AbsBackward0 SigmoidBackward0 TanhBackward0 ReluBackward0
    """),
Row("nodes of reductions and products are named as they print", """
    x = torch.ones(2, 2, requires_grad=True)
    for y in (
        x.sum(), x.sum(0), x.mean(), x.mean(1), x.prod(), x.max(), x.max(1)[0], x.min(), x.norm(), x.var(),
        x.std(0), x @ x, x.mm(x), x @ x[0], x[0] @ x[0],
    ):
        print(y.grad_fn.name(), end=" ")
    """, """
    SumBackward0 SumBackward1 MeanBackward0 MeanBackward1 ProdBackward0 MaxBackward1 MaxBackward0 MinBackward1 LinalgVectorNormBackward0 VarBackward0 StdBackward0 MmBackward0 MmBackward0 MvBackward0 DotBackward0
    """),
Row("nodes of views and joins are named as they print", """
    x = torch.ones(2, 2, requires_grad=True)
    for y in (
        x.view(4), x.reshape(4), x.t(), x.transpose(0, 1), x[0], x[:, 1:], x[[0]], x[x > 0], x.unsqueeze(0),
        x.squeeze(), x.expand(2, 2), x.clone(), torch.cat([x, x]), torch.stack([x, x]), x.permute(1, 0),
        x.double(),
    ):
        print(y.grad_fn.name(), end=" ")
    """, """
    ViewBackward0 ViewBackward0 TBackward0 TransposeBackward0 SelectBackward0 SliceBackward0 IndexBackward0 IndexBackward0 UnsqueezeBackward0 SqueezeBackward0 ExpandBackward0 CloneBackward0 CatBackward0 StackBackward0 PermuteBackward0 ToCopyBackward0
    """),
Row("a node prints its class", """
    x = torch.ones(1, requires_grad=True)
    print(str((x + 1).grad_fn).split(" at ")[0], type((x * 2).grad_fn).__name__)
    """, "<AddBackward0 object MulBackward0"),
Row("nodes point to the nodes before them", """
    x = torch.ones(2, requires_grad=True)
    y = (x * 3).sum()
    node = y.grad_fn
    while node is not None:
        print(node.name(), len(node.next_functions))
        node = node.next_functions[0][0] if node.next_functions else None
    """, """
    SumBackward0 1
    MulBackward0 2
    torch::autograd::AccumulateGrad 0
    """),
Row("the end of the graph knows its variable", """
    x = torch.ones(2, requires_grad=True)
    accumulate = (x * 3).grad_fn.next_functions[0][0]
    print(accumulate.name(), accumulate.variable is x, (x * 3).grad_fn.next_functions[1])
    """, "torch::autograd::AccumulateGrad True (None, 0)"),
]
