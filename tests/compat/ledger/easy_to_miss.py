"""What is easy to miss: odd forms that the notes use, and mistakes that they make."""

# ruff: noqa: E501 - messages are as long as they are
# A row is its program and its text, one below the other.
# fmt: off

from ledger.row import Row

ROWS = [
Row("torch.torch is torch", """
    print(torch.torch.tensor([0.5]), torch.torch is torch)
    """, "tensor([0.5000]) True"),
Row("repr of the generator of parameters", """
    print(repr(nn.Linear(2, 1).parameters()).startswith("<generator object Module.parameters at 0x"))
    """, "True"),
Row("type(m) == nn.Linear", """
    print(type(nn.Linear(2, 1)) == nn.Linear, isinstance(nn.Linear(2, 1), nn.Module), nn.Linear.__name__)
    """, "True True Linear"),
Row("the same parameter twice warns and steps twice", """
    torch.manual_seed(420)
    w1, w2, b1 = (torch.ones(1, requires_grad=True) for _ in range(3))
    optimizer = optim.SGD([w1, b1, w1], lr=0.1)
    (w1 + w2 + b1).sum().backward()
    optimizer.step()
    print(w1.data, w2.data, b1.data)
    """, """
    UserWarning: optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; see github.com/pytorch/pytorch/issues/40967 for more information
    tensor([0.8000]) tensor([1.]) tensor([0.9000])
    """),
Row("a list around net.parameters() is an error", """
    net = nn.Linear(2, 1)
    optim.SGD([net.parameters()], lr=0.1)
    """, "TypeError: optimizer can only optimize Tensors, but one of the params is Module.parameters"),
Row("MSELoss of (1, 10) against integers (10,) warns and works", """
    output = torch.autograd.Variable(torch.zeros(1, 10), requires_grad=True)
    target = torch.autograd.Variable(torch.arange(0, 10))
    loss = nn.MSELoss()(output, target)
    print(loss)
    loss.backward()
    print(output.grad)
    """, """
    UserWarning: Using a target size (torch.Size([10])) that is different to the input size (torch.Size([1, 10])). This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.
    tensor(28.5000, grad_fn=<MseLossBackward0>)
    tensor([[ 0.0000, -0.2000, -0.4000, -0.6000, -0.8000, -1.0000, -1.2000, -1.4000,
             -1.6000, -1.8000]])
    """),
Row("a Variable does not start with a gradient of zero", """
    print(torch.autograd.Variable(torch.ones(2), requires_grad=True).grad)
    """, "None"),
Row("expand(-1, 32, -1, -4) is an error", """
    torch.rand(1, 32, 1, 1).expand(-1, 32, -1, -4)
    """, "RuntimeError: numel: integer multiplication overflow"),
Row("randint of float32 has float labels, and long() makes classes of them", """
    torch.manual_seed(420)
    y = torch.randint(low=0, high=3, size=(5,), dtype=torch.float32)
    print(y, y.long(), y.unique())
    """, "tensor([2., 1., 2., 2., 1.]) tensor([2, 1, 2, 2, 1]) tensor([1., 2.])"),
Row("the median of six is the third", """
    print(torch.tensor([14.19, 14.6534, 6.0197, 7.3536, 5.4166, 11.4699]).median())
    """, "tensor(7.3536)"),
Row("results with names print torch.return_types", """
    x = torch.tensor([[1.0, 3.0, 2.0]])
    print(x.min(1), x.sort(1), x.mode(1), x.median(1), x.cummax(1), torch.aminmax(x))
    """, """
    torch.return_types.min(
    values=tensor([1.]),
    indices=tensor([0])) torch.return_types.sort(
    values=tensor([[1., 2., 3.]]),
    indices=tensor([[0, 2, 1]])) torch.return_types.mode(
    values=tensor([1.]),
    indices=tensor([0])) torch.return_types.median(
    values=tensor([2.]),
    indices=tensor([2])) torch.return_types.cummax(
    values=tensor([[1., 3., 3.]]),
    indices=tensor([[0, 1, 1]])) torch.return_types.aminmax(
    min=tensor(1.),
    max=tensor(3.))
    """),
Row("a tuple of tensors prints its items", """
    print((torch.ones(1), torch.Size([2]), torch.float32), [torch.zeros(1)], {"a": torch.tensor(1)})
    """, "(tensor([1.]), torch.Size([2]), torch.float32) [tensor([0.])] {'a': tensor(1)}"),
Row("Python's sum starts from zero and adds rows", """
    x = torch.arange(6.0).view(2, 3)
    print(sum(x), sum(torch.arange(3)), max(torch.tensor([1, 5, 2])), min(torch.tensor([4.0, 2.0])))
    print(sorted(torch.tensor([2, 1])))
    """, """
    tensor([3., 5., 7.]) tensor(3) tensor(5) tensor(2.)
    [tensor(1), tensor(2)]
    """),
Row("Python's sum over many rows equals torch.sum to some digits", """
    x = torch.ones(300000, 1)
    print(sum(x), torch.sum(x))
    """, "tensor([300000.]) tensor(300000.)", slow=True),
Row("integers of tensors are Python's indices", """
    print(list(range(torch.tensor(3))), "ab"[torch.tensor(1)], [0] * torch.tensor(2), int(torch.tensor(2.7)))
    print(float(torch.tensor(2)))
    """, """
    [0, 1, 2] b [0, 0] 2
    2.0
    """),
Row("math takes tensors of one element", """
    import math
    print(math.sqrt(torch.tensor(4.0)), round(torch.tensor(2.5).item()), complex(torch.tensor(1.0)))
    print(round(torch.tensor(2.567), 2))
    """, """
    2.0 2 (1+0j)
    TypeError: type Tensor doesn't define __round__ method
    """),
Row("a float tensor is no index", """
    range(torch.tensor(3.0))
    """, "TypeError: only integer tensors of a single element can be converted to an index"),
Row("int of several elements is an error", """
    int(torch.ones(2))
    """, "ValueError: only one element tensors can be converted to Python scalars"),
Row("tensors hash by identity", """
    a = torch.ones(1)
    print(hash(a) == id(a), len({a, a, torch.ones(1)}), {a: 1}[a])
    """, "True 2 1"),
Row("a function of the wrong type is an error", """
    torch.sin([1.0])
    """, "TypeError: sin(): argument 'input' (position 1) must be Tensor, not list"),
Row("an operator of text is an error", """
    torch.ones(1) + "a"
    """, "TypeError: unsupported operand type(s) for +: 'Tensor' and 'str'"),
Row("a function without its argument is an error", """
    torch.add(torch.ones(1))
    """, """
    TypeError: add() received an invalid combination of arguments - got (Tensor), but expected (Tensor input, Tensor other, *, Number alpha = 1, Tensor out = None)
    """),
Row("dimensions count from both ends", """
    x = torch.arange(6).view(2, 3)
    print(x.sum(-1), x.sum(-2), x.argmax(-1), x.unsqueeze(-3).shape, x.transpose(-1, -2).shape)
    """, "tensor([ 3, 12]) tensor([3, 5, 7]) tensor([2, 2]) torch.Size([1, 2, 3]) torch.Size([3, 2])"),
Row("axis is dim, and keepdims is keepdim", """
    x = torch.arange(6.0).view(2, 3)
    print(x.sum(axis=1), x.mean(axis=0, keepdims=True), torch.max(x, axis=1).indices)
    """, "tensor([ 3., 12.]) tensor([[1.5000, 2.5000, 3.5000]]) tensor([2, 2])"),
Row("None compares unequal to a tensor", """
    x = torch.ones(2)
    print(x is None, x == None, x != None)
    """, "False False True"),
Row("a tensor of booleans indexes and counts", """
    x = torch.tensor([0.2, 0.8, 0.5])
    print((x >= 0.5).sum(), (x >= 0.5).float().mean(), x[x >= 0.5].tolist(), (x > 0.1).all().item())
    """, "tensor(2) tensor(0.6667) [0.800000011920929, 0.5] True"),
Row("accuracy by argmax and eq", """
    torch.manual_seed(420)
    logits = torch.rand(4, 10)
    pred = logits.argmax(1)
    print(pred, torch.eq(pred, pred).sum().item(), pred.eq(torch.tensor([1, 9, 2, 3])).sum().float().item() / 4)
    """, "tensor([2, 3, 1, 0]) 4 0.0"),
Row("str(pred.detach().cpu().numpy()) is text for a window", """
    pred = torch.tensor([1, 9, 5, 1])
    print(str(pred.detach().cpu().numpy()))
    """, "[1 9 5 1]"),
Row("the short names of dtypes are the dtypes", """
    print(torch.float is torch.float32, torch.double is torch.float64, torch.half is torch.float16)
    print(torch.long is torch.int64, torch.int is torch.int32)
    """, """
    True True True
    True True
    """),
Row("a scatter plot takes tensors", """
    import matplotlib.pyplot as plt
    X = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], dtype=torch.float32)
    andgate = torch.tensor([[0], [0], [0], [1]], dtype=torch.float32)
    figure = plt.figure(figsize=(5, 3))
    points = plt.scatter(X[:, 1], X[:, 2], c=andgate, cmap="rainbow")
    print(points.get_offsets().tolist(), points.get_array().tolist())
    plt.close(figure)
    """, "[[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]] [0.0, 0.0, 0.0, 1.0]"),
Row("a line of tensors is plotted as arrays", """
    import matplotlib.pyplot as plt
    x = torch.linspace(-1, 1, 3)
    figure = plt.figure()
    line, = plt.plot(x, torch.relu(x), color="k", linestyle="--")
    print(line.get_xydata().tolist())
    plt.close(figure)
    """, "[[-1.0, 0.0], [0.0, 0.0], [1.0, 1.0]]"),
]
