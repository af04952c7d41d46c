"""Chapter 10. Modules: classes of one's own, their parameters, their prints, their states."""

# A row is its program and its text, one below the other.
# fmt: off

from ledger.row import Row

ROWS = [
Row("the 20-13-8-3 net has these shapes", """
    torch.random.manual_seed(420)
    x = torch.rand((500, 20), dtype=torch.float32)
    y = torch.randint(low=0, high=3, size=(500, 1), dtype=torch.float32)
    class Model(nn.Module):
        def __init__(self, in_features=10, out_features=2):
            super(Model, self).__init__()
            self.Linear1 = nn.Linear(in_features, 13, bias=True)
            self.Linear2 = nn.Linear(13, 8, bias=True)
            self.output = nn.Linear(8, out_features, bias=True)
        def forward(self, x):
            sigma1 = torch.relu(self.Linear1(x))
            sigma2 = torch.sigmoid(self.Linear2(sigma1))
            return F.softmax(self.output(sigma2), dim=1)
    print(x.shape, (x.shape[1], y.unique()))
    input_, output_ = x.shape[1], len(y.unique())
    print((input_, output_))
    torch.random.manual_seed(420)
    net = Model(in_features=input_, out_features=output_)
    print(net.forward(x).shape, net(x).shape)
    print(net.Linear1.weight.shape, net.Linear2.weight.shape, net.output.weight.shape, net.Linear1.bias.shape)
    """, """
    torch.Size([500, 20]) (20, tensor([0., 1., 2.]))
    (20, 3)
    torch.Size([500, 3]) torch.Size([500, 3])
    torch.Size([13, 20]) torch.Size([8, 13]) torch.Size([3, 8]) torch.Size([13])
    """),
Row("the 20-13-8-3 net has these numbers", """
    torch.random.manual_seed(420)
    x = torch.rand((500, 20), dtype=torch.float32)
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.Linear1 = nn.Linear(20, 13)
            self.Linear2 = nn.Linear(13, 8)
            self.output = nn.Linear(8, 3)
        def forward(self, x):
            return F.softmax(self.output(torch.sigmoid(self.Linear2(torch.relu(self.Linear1(x))))), dim=1)
    torch.random.manual_seed(420)
    net = Model()
    print(net(x))
    print(net.Linear1.bias)
    print(net.Linear2.bias)
    print(net.output.bias)
    """, """
    tensor([[0.4140, 0.3496, 0.2365],
            [0.4210, 0.3454, 0.2336],
            [0.4011, 0.3635, 0.2355],
            ...,
            [0.4196, 0.3452, 0.2352],
            [0.4153, 0.3455, 0.2392],
            [0.4153, 0.3442, 0.2405]], grad_fn=<SoftmaxBackward0>)
    Parameter containing:
    tensor([ 1.3508e-01,  1.5439e-01, -1.9350e-01, -6.8777e-02,  1.3787e-01,
            -1.8474e-01,  1.2763e-01,  1.8031e-01,  9.5152e-02, -1.2660e-01,
             1.4317e-01, -1.4945e-01,  3.4253e-05], requires_grad=True)
    Parameter containing:
    tensor([ 0.0900, -0.0597,  0.0268, -0.0173,  0.0065,  0.0228, -0.1408,  0.1188],
           requires_grad=True)
    Parameter containing:
    tensor([-0.0156, -0.0730, -0.2637], requires_grad=True)
    """),
Row("a net prints its layers", """
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.Linear1 = nn.Linear(20, 13)
            self.Linear2 = nn.Linear(13, 8)
            self.output = nn.Linear(8, 3)
    print(Model())
    """, """
    Model(
      (Linear1): Linear(in_features=20, out_features=13, bias=True)
      (Linear2): Linear(in_features=13, out_features=8, bias=True)
      (output): Linear(in_features=8, out_features=3, bias=True)
    )
    """),
Row("apply reaches every module", """
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.Linear1 = nn.Linear(3, 2)
            self.output = nn.Linear(2, 1)
    def initial_0(m):
        print(m)
        if type(m) == nn.Linear:
            m.weight.data.fill_(0)
            print(m.weight)
    print(Model().apply(initial_0))
    """, """
    Linear(in_features=3, out_features=2, bias=True)
    Parameter containing:
    tensor([[0., 0., 0.],
            [0., 0., 0.]], requires_grad=True)
    Linear(in_features=2, out_features=1, bias=True)
    Parameter containing:
    tensor([[0., 0.]], requires_grad=True)
    Model(
      (Linear1): Linear(in_features=3, out_features=2, bias=True)
      (output): Linear(in_features=2, out_features=1, bias=True)
    )
    Model(
      (Linear1): Linear(in_features=3, out_features=2, bias=True)
      (output): Linear(in_features=2, out_features=1, bias=True)
    )
    """),
Row("parameters is a generator", """
    net = nn.Linear(2, 1)
    print(repr(net.parameters()).split(" at ")[0], len(list(net.parameters())))
    """, "<generator object Module.parameters 2"),
Row("parameters come with names", """
    torch.manual_seed(420)
    net = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1))
    for name, parameters in net.named_parameters():
        print(name, ":", parameters.size())
    for param in net.parameters():
        print(param)
    """, """
    0.weight : torch.Size([2, 3])
    0.bias : torch.Size([2])
    2.weight : torch.Size([1, 2])
    2.bias : torch.Size([1])
    Parameter containing:
    tensor([[ 0.3526, -0.3475,  0.5495],
            [-0.4586, -0.1761, -0.3979]], requires_grad=True)
    Parameter containing:
    tensor([0.4453, 0.2166], requires_grad=True)
    Parameter containing:
    tensor([[-0.3527, -0.5469]], requires_grad=True)
    Parameter containing:
    tensor([-0.4094], requires_grad=True)
    """),
Row("parameters print as Parameter containing", """
    print(nn.Parameter(torch.ones(2)), nn.Parameter(torch.zeros(1), requires_grad=False))
    p = nn.Parameter(torch.ones(2))
    print(isinstance(p, torch.Tensor), p.requires_grad, type(p).__name__, p.is_leaf, type(p * 2).__name__)
    """, """
    Parameter containing:
    tensor([1., 1.], requires_grad=True) Parameter containing:
    tensor([0.])
    True True Parameter True Tensor
    """),
Row("a Parameter set as an attribute is registered, a tensor is not", """
    class Line(nn.Module):
        def __init__(self):
            super().__init__()
            self.w = nn.Parameter(torch.ones(2))
            self.x = torch.ones(3)
            self.register_buffer("seen", torch.zeros(1))
            self.b = None
    net = Line()
    print([name for name, _ in net.named_parameters()], [name for name, _ in net.named_buffers()])
    print(list(net.state_dict()))
    """, """
    ['w'] ['seen']
    ['w', 'seen']
    """),
Row("forgetting super().__init__() is an error when a layer is set", """
    class Model(nn.Module):
        def __init__(self):
            self.linear = nn.Linear(2, 1)
    Model()
    """, "AttributeError: cannot assign module before Module.__init__() call"),
Row("forgetting super().__init__() is an error when a parameter is set", """
    class Model(nn.Module):
        def __init__(self):
            self.w = nn.Parameter(torch.ones(2))
    Model()
    """, "AttributeError: cannot assign parameters before Module.__init__() call"),
Row("forgetting super().__init__() is an error when the module is called", """
    class Model(nn.Module):
        def __init__(self):
            self.size = 3
        def forward(self, x):
            return x
    Model()(torch.ones(1))
    """, "AttributeError: 'Model' object has no attribute '_backward_hooks'"),
Row("super().__init__() inherits what the parent sets", """
    class FooParent(object):
        def __init__(self):
            self.parent = "PARENT!!"
            print("Running __init__,I am parent")
        def bar(self, message):
            print("%s from Parent" % message)
    class FooChild(FooParent):
        def __init__(self):
            super(FooChild, self).__init__()
            print("I am running __init__,I am child")
    FooChild().bar("HAHAHA")
    print(FooChild().parent)
    """, """
    Running __init__,I am parent
    I am running __init__,I am child
    HAHAHA from Parent
    Running __init__,I am parent
    I am running __init__,I am child
    PARENT!!
    """),
Row("without super().__init__() a child lacks what the parent sets", """
    class FooParent(object):
        def __init__(self):
            self.parent = "PARENT!!"
    class FooChild(FooParent):
        def __init__(self):
            print("Running __init__,I am child")
    FooChild().parent
    """, """
    Running __init__,I am child
    AttributeError: 'FooChild' object has no attribute 'parent'
    """),
Row("a module without forward cannot be called", """
    class Model(nn.Module):
        pass
    Model()(torch.ones(1))
    """, 'NotImplementedError: Module [Model] is missing the required "forward" function'),
Row("an attribute that is not there is an error", """
    nn.Linear(2, 1).wieght
    """, "AttributeError: 'Linear' object has no attribute 'wieght'"),
Row("a parameter cannot be replaced by a tensor", """
    net = nn.Linear(2, 1)
    net.weight = torch.ones(1, 2)
    """, "TypeError: cannot assign 'torch.FloatTensor' as parameter 'weight' (torch.nn.Parameter or None expected)"),
Row("training is true until eval", """
    net = nn.Sequential(nn.Linear(2, 2), nn.Dropout())
    print(net.training, net.eval().training, net[1].training, net.train().training, net[1].training)
    """, "True False False True True"),
Row("cpu and to return the net itself", """
    net = nn.Linear(2, 1)
    print(net.cpu() is net, net.to("cpu") is net, net.to(torch.device("cpu")) is net, net.weight.device)
    print(net.weight.is_cuda)
    """, """
    True True True cpu
    False
    """),
Row("double and float change the parameters in place", """
    net = nn.Linear(2, 1)
    w = net.weight
    print(net.double().weight.dtype, net.float().weight.dtype, net.half().weight.dtype, net.weight is w)
    print(net.to(torch.float64).bias.dtype)
    """, """
    torch.float64 torch.float32 torch.float16 True
    torch.float64
    """),
Row("Sequential runs its layers in order", """
    torch.manual_seed(420)
    model = nn.Sequential(
        nn.Linear(784, 200), nn.LeakyReLU(inplace=True), nn.Linear(200, 200), nn.LeakyReLU(inplace=True),
        nn.Linear(200, 10), nn.LeakyReLU(inplace=True))
    print(model)
    print(model(torch.rand(2, 784)).shape)
    """, """
    Sequential(
      (0): Linear(in_features=784, out_features=200, bias=True)
      (1): LeakyReLU(negative_slope=0.01, inplace=True)
      (2): Linear(in_features=200, out_features=200, bias=True)
      (3): LeakyReLU(negative_slope=0.01, inplace=True)
      (4): Linear(in_features=200, out_features=10, bias=True)
      (5): LeakyReLU(negative_slope=0.01, inplace=True)
    )
    torch.Size([2, 10])
    """),
Row("Sequential has indices, slices, a length and names", """
    net = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    print(len(net), net[0], net[-1], net[1:], [type(m).__name__ for m in net])
    net.append(nn.Sigmoid())
    print(net)
    """, """
    3 Linear(in_features=2, out_features=3, bias=True) Linear(in_features=3, out_features=1, bias=True) Sequential(
      (1): ReLU()
      (2): Linear(in_features=3, out_features=1, bias=True)
    ) ['Linear', 'ReLU', 'Linear']
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
      (2): Linear(in_features=3, out_features=1, bias=True)
      (3): Sigmoid()
    )
    """),
Row("Sequential takes an OrderedDict", """
    from collections import OrderedDict
    net = nn.Sequential(OrderedDict([("fc1", nn.Linear(2, 3)), ("act", nn.Tanh()), ("fc2", nn.Linear(3, 1))]))
    print(net, net.fc1, [name for name, _ in net.named_parameters()])
    """, """
    Sequential(
      (fc1): Linear(in_features=2, out_features=3, bias=True)
      (act): Tanh()
      (fc2): Linear(in_features=3, out_features=1, bias=True)
    ) Linear(in_features=2, out_features=3, bias=True) ['fc1.weight', 'fc1.bias', 'fc2.weight', 'fc2.bias']
    """),
Row("ModuleList and ModuleDict register what they hold", """
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(2, 2) for _ in range(2)])
            self.heads = nn.ModuleDict({"a": nn.Linear(2, 1)})
    net = Net()
    print(net, len(list(net.parameters())), len(net.layers))
    """, """
    Net(
      (layers): ModuleList(
        (0-1): 2 x Linear(in_features=2, out_features=2, bias=True)
      )
      (heads): ModuleDict(
        (a): Linear(in_features=2, out_features=1, bias=True)
      )
    ) 6 2
    """),
Row("children, modules and named_modules", """
    net = nn.Sequential(nn.Linear(2, 2), nn.Sequential(nn.ReLU()))
    print(len(list(net.children())), len(list(net.modules())), [name for name, _ in net.named_modules()])
    print([n for n, _ in net.named_children()])
    """, """
    2 4 ['', '0', '1', '1.0']
    ['0', '1']
    """),
Row("state_dict holds the numbers and load_state_dict sets them", """
    torch.manual_seed(420)
    a, b = nn.Linear(2, 1), nn.Linear(2, 1)
    print(a.state_dict())
    print(b.load_state_dict(a.state_dict()), torch.equal(a.weight, b.weight), a.weight is b.weight)
    """, """
    OrderedDict([('weight', tensor([[ 0.4318, -0.4256]])), ('bias', tensor([0.6730]))])
    <All keys matched successfully> True False
    """),
Row("load_state_dict names what does not fit", """
    nn.Linear(2, 1).load_state_dict({"weight": torch.ones(1, 2)})
    """, "RuntimeError: Error(s) in loading state_dict for Linear:"),
Row("zero_grad forgets gradients", """
    net = nn.Linear(2, 1)
    net(torch.ones(1, 2)).sum().backward()
    print(net.weight.grad, net.bias.grad)
    net.zero_grad()
    print(net.weight.grad, net.bias.grad)
    """, """
    tensor([[1., 1.]]) tensor([1.])
    None None
    """),
Row("requires_grad_ freezes a layer", """
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 1))
    net[0].requires_grad_(False)
    net(torch.ones(1, 2)).sum().backward()
    print(net[0].weight.grad is None, net[1].weight.grad is None)
    print(sum(p.numel() for p in net.parameters() if p.requires_grad))
    """, """
    True False
    3
    """),
Row("hooks of modules see inputs and outputs", """
    net = nn.Linear(2, 1, bias=False)
    net.weight.data.fill_(2)
    handle = net.register_forward_hook(lambda module, inputs, output: print("hook", inputs, output))
    net(torch.ones(1, 2))
    handle.remove()
    print(net(torch.ones(1, 2)))
    """, """
    hook (tensor([[1., 1.]]),) tensor([[4.]], grad_fn=<MmBackward0>)
    tensor([[4.]], grad_fn=<MmBackward0>)
    """),
Row("init fills parameters", """
    w = torch.empty(2, 3)
    nn.init.constant_(w, 0.5)
    print(w)
    print(nn.init.zeros_(w), nn.init.eye_(torch.empty(2, 2)))
    torch.manual_seed(420)
    print(nn.init.xavier_uniform_(torch.empty(2, 3)), nn.init.kaiming_normal_(torch.empty(2, 3)))
    print(nn.init.normal_(torch.empty(2), std=0.1))
    """, """
    tensor([[0.5000, 0.5000, 0.5000],
            [0.5000, 0.5000, 0.5000]])
    tensor([[0., 0., 0.],
            [0., 0., 0.]]) tensor([[1., 0.],
            [0., 1.]])
    tensor([[ 0.6690, -0.6594,  1.0425],
            [-0.8702, -0.3342, -0.7549]]) tensor([[ 0.0701,  0.0414, -0.8294],
            [-1.8839, -0.5687,  1.2701]])
    tensor([0.1858, 0.0701])
    """),
Row("clip_grad_norm_ bounds gradients", """
    w = torch.ones(4, requires_grad=True)
    (w * 5).sum().backward()
    print(nn.utils.clip_grad_norm_([w], 1.0), w.grad)
    w.grad.fill_(7)
    nn.utils.clip_grad_value_([w], 2)
    print(w.grad)
    """, """
    tensor(10.) tensor([0.5000, 0.5000, 0.5000, 0.5000])
    tensor([2., 2., 2., 2.])
    """),
Row("extra_repr adds to the print", """
    class Scale(nn.Module):
        def __init__(self, factor):
            super().__init__()
            self.factor = factor
        def extra_repr(self):
            return f"factor={self.factor}"
    print(Scale(3), nn.Sequential(Scale(2)))
    """, """
    Scale(factor=3) Sequential(
      (0): Scale(factor=2)
    )
    """),
Row("a deep copy of a net is a net of its own", """
    import copy
    torch.manual_seed(420)
    net = nn.Linear(2, 1)
    other = copy.deepcopy(net)
    other.weight.data.zero_()
    print(net.weight, other.weight)
    """, """
    Parameter containing:
    tensor([[ 0.4318, -0.4256]], requires_grad=True) Parameter containing:
    tensor([[0., 0.]], requires_grad=True)
    """),
Row("tensors and states go through pickle", """
    import pickle
    torch.manual_seed(420)
    x = pickle.loads(pickle.dumps({"x": torch.rand(2), "p": nn.Parameter(torch.ones(1)), "y": torch.arange(2)}))
    print(x)
    """, """
    {'x': tensor([0.8054, 0.1990]), 'p': Parameter containing:
    tensor([1.], requires_grad=True), 'y': tensor([0, 1])}
    """),
Row("save and load give the numbers back", """
    import io
    torch.manual_seed(420)
    net = nn.Linear(2, 1)
    file = io.BytesIO()
    torch.save(net.state_dict(), file)
    file.seek(0)
    print(torch.load(file))
    """, "OrderedDict([('weight', tensor([[ 0.4318, -0.4256]])), ('bias', tensor([0.6730]))])"),
]
