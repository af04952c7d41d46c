"""Chapter 10. Training: optimizers on small nets, loss by loss."""

# ruff: noqa: E501 - messages are as long as they are
# A row is its program and its text, one below the other.
# fmt: off

from ledger.row import Row

ROWS = [
Row("the 20-13-8-3 net trains by SGD", """
    torch.random.manual_seed(420)
    x = torch.rand((500, 20), dtype=torch.float32)
    y = torch.randint(low=0, high=3, size=(500,))
    class Model(nn.Module):
        def __init__(self, in_features=20, out_features=3):
            super().__init__()
            self.Linear1 = nn.Linear(in_features, 13)
            self.Linear2 = nn.Linear(13, 8)
            self.output = nn.Linear(8, out_features)
        def forward(self, x):
            return self.output(torch.sigmoid(self.Linear2(torch.relu(self.Linear1(x)))))
    net = Model()
    optimizer = optim.SGD(net.parameters(), lr=0.5)
    criterion = nn.CrossEntropyLoss()
    for step in range(10):
        loss = criterion(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{loss.item():.5f}")
    """, """
    1.10499
    1.10093
    1.09977
    1.09941
    1.09930
    1.09926
    1.09924
    1.09922
    1.09921
    1.09920
    """),
Row("the 20-13-8-3 net trains by Adam", """
    torch.random.manual_seed(420)
    x = torch.rand((500, 20), dtype=torch.float32)
    y = torch.randint(low=0, high=3, size=(500,))
    net = nn.Sequential(nn.Linear(20, 13), nn.ReLU(), nn.Linear(13, 8), nn.Sigmoid(), nn.Linear(8, 3))
    optimizer = optim.Adam(net.parameters(), lr=0.01)
    criterion = nn.CrossEntropyLoss()
    for step in range(10):
        optimizer.zero_grad()
        loss = criterion(net(x), y)
        loss.backward()
        optimizer.step()
        print(f"{loss.item():.5f}")
    """, """
    1.10499
    1.10071
    1.09889
    1.09884
    1.09940
    1.09955
    1.09909
    1.09828
    1.09746
    1.09686
    """),
Row("SGD with momentum remembers steps", """
    w = torch.tensor([1.0, -2.0], requires_grad=True)
    optimizer = optim.SGD([w], lr=0.1, momentum=0.9)
    for step in range(5):
        optimizer.zero_grad()
        loss = (w ** 2).sum()
        loss.backward()
        optimizer.step()
        print(f"{loss.item():.4f}", w.data)
    """, """
    5.0000 tensor([ 0.8000, -1.6000])
    3.2000 tensor([ 0.4600, -0.9200])
    1.0580 tensor([ 0.0620, -0.1240])
    0.0192 tensor([-0.3086,  0.6172])
    0.4762 tensor([-0.5804,  1.1608])
    """),
Row("Nesterov's momentum looks ahead", """
    w = torch.tensor([1.0, -2.0], requires_grad=True)
    optimizer = optim.SGD([w], lr=0.1, momentum=0.9, nesterov=True)
    for step in range(3):
        optimizer.zero_grad()
        (w ** 2).sum().backward()
        optimizer.step()
        print(w.data)
    """, """
    tensor([ 0.6200, -1.2400])
    tensor([ 0.2224, -0.4448])
    tensor([-0.1084,  0.2167])
    """),
Row("Adam and AdamW take their first steps", """
    for kind in (optim.Adam, optim.AdamW):
        w = torch.tensor([1.0, -2.0], requires_grad=True)
        optimizer = kind([w], lr=0.05)
        for step in range(3):
            optimizer.zero_grad()
            (w ** 2).sum().backward()
            optimizer.step()
        print(kind.__name__, w.data)
    """, """
    Adam tensor([ 0.8503, -1.8501])
    AdamW tensor([ 0.8489, -1.8472])
    """),
Row("four other optimizers take their first steps", """
    for kind in (optim.RMSprop, optim.Adagrad, optim.Adadelta, optim.Adamax):
        w = torch.tensor([1.0, -2.0], requires_grad=True)
        optimizer = kind([w], lr=0.05)
        for step in range(3):
            optimizer.zero_grad()
            (w ** 2).sum().backward()
            optimizer.step()
        print(kind.__name__, w.data)
    """, """
    RMSprop tensor([ 0.1548, -0.9814])
    Adagrad tensor([ 0.8879, -1.8868])
    Adadelta tensor([ 0.9995, -1.9995])
    Adamax tensor([ 0.8538, -1.8518])
    """),
Row("Himmelblau's surface, first steps of Adam", """
    def himmelblau(x):
        return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2
    x = torch.tensor([0., 0.], requires_grad=True)
    optimizer = torch.optim.Adam([x], lr=1e-3)
    for step in range(5):
        pred = himmelblau(x)
        optimizer.zero_grad()
        pred.backward()
        optimizer.step()
        print("step{}:x = {},f(x) = {:.4f}".format(step, [round(v, 6) for v in x.tolist()], pred.item()))
    """, """
    step0:x = [0.001, 0.001],f(x) = 170.0000
    step1:x = [0.002, 0.002],f(x) = 169.9640
    step2:x = [0.003, 0.003],f(x) = 169.9279
    step3:x = [0.004001, 0.004],f(x) = 169.8917
    step4:x = [0.005001, 0.005001],f(x) = 169.8554
    """),
Row("Himmelblau's surface after 2,000 steps of Adam", """
    def himmelblau(x):
        return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2
    x = torch.tensor([0., 0.], requires_grad=True)
    optimizer = torch.optim.Adam([x], lr=1e-3)
    for step in range(2001):
        pred = himmelblau(x)
        optimizer.zero_grad()
        pred.backward()
        optimizer.step()
        if step % 2000 == 0:
            print("step{}:x = {},f(x) = {:.3f}".format(step, x.data, pred.item()))
    """, """
    step0:x = tensor([0.0010, 0.0010]),f(x) = 170.000
    step2000:x = tensor([2.3332, 1.9541]),f(x) = 13.731
    """),
Row("zero_grad of an optimizer forgets gradients", """
    w = torch.ones(1, requires_grad=True)
    optimizer = optim.SGD([w], lr=1.0)
    w.sum().backward()
    optimizer.zero_grad()
    print(w.grad)
    w.sum().backward()
    optimizer.zero_grad(set_to_none=False)
    print(w.grad)
    """, """
    None
    tensor([0.])
    """),
Row("a step without gradients changes nothing", """
    w = torch.ones(1, requires_grad=True)
    optim.Adam([w]).step()
    print(w)
    """, "tensor([1.], requires_grad=True)"),
Row("gradients that are not zeroed add up", """
    w = torch.ones(1, requires_grad=True)
    optimizer = optim.SGD([w], lr=1.0)
    for step in range(3):
        w.sum().backward()
        optimizer.step()
        print(w.data, w.grad)
    """, """
    tensor([0.]) tensor([1.])
    tensor([-2.]) tensor([2.])
    tensor([-5.]) tensor([3.])
    """),
Row("an optimizer prints its settings", """
    print(optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1))
    """, """
    SGD (
    Parameter Group 0
        dampening: 0
        differentiable: False
        foreach: None
        fused: None
        lr: 0.1
        maximize: False
        momentum: 0
        nesterov: False
        weight_decay: 0
    )
    """),
Row("parameters in groups have their own learning rates", """
    a, b = torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)
    optimizer = optim.SGD([{"params": [a]}, {"params": [b], "lr": 1.0}], lr=0.1)
    (a + b).sum().backward()
    optimizer.step()
    print(a.data, b.data, [group["lr"] for group in optimizer.param_groups])
    """, "tensor([0.9000]) tensor([0.]) [0.1, 1.0]"),
Row("a learning rate can be changed between steps", """
    w = torch.zeros(1, requires_grad=True)
    optimizer = optim.SGD([w], lr=1.0)
    for step in range(3):
        w.grad = torch.ones(1)
        optimizer.step()
        optimizer.param_groups[0]["lr"] *= 0.5
        print(w.data)
    """, """
    tensor([-1.])
    tensor([-1.5000])
    tensor([-1.7500])
    """),
Row("schedules set the learning rate", """
    w = torch.zeros(1, requires_grad=True)
    optimizer = optim.SGD([w], lr=1.0)
    schedule = optim.lr_scheduler.StepLR(optimizer, step_size=2, gamma=0.1)
    for step in range(5):
        optimizer.step()
        schedule.step()
        print(f"{optimizer.param_groups[0]['lr']:.4f}", schedule.get_last_lr() == [optimizer.param_groups[0]["lr"]])
    """, """
    1.0000 True
    0.1000 True
    0.1000 True
    0.0100 True
    0.0100 True
    """),
Row("an optimizer of nothing is an error", """
    optim.SGD([], lr=0.1)
    """, "ValueError: optimizer got an empty parameter list"),
Row("an optimizer of one tensor is an error", """
    optim.SGD(torch.ones(1, requires_grad=True), lr=0.1)
    """, """
    TypeError: params argument given to the optimizer should be an iterable of Tensors or dicts, but got torch.FloatTensor
    """),
Row("an optimizer of a result is an error", """
    optim.SGD([torch.ones(1, requires_grad=True) * 2], lr=0.1)
    """, "ValueError: can't optimize a non-leaf Tensor"),
Row("a negative learning rate is an error", """
    optim.SGD([torch.ones(1, requires_grad=True)], lr=-1.0)
    """, "ValueError: Invalid learning rate: -1.0"),
Row("the raw-tensor net of 784-200-200-10 runs forward and back", """
    torch.manual_seed(420)
    w1, b1 = torch.randn(200, 784, requires_grad=True), torch.zeros(200, requires_grad=True)
    w2, b2 = torch.randn(200, 200, requires_grad=True), torch.zeros(200, requires_grad=True)
    w3, b3 = torch.randn(10, 200, requires_grad=True), torch.zeros(10, requires_grad=True)
    def forward(x):
        x = F.relu(x @ w1.t() + b1)
        x = F.relu(x @ w2.t() + b2)
        return F.relu(x @ w3.t() + b3)
    logits = forward(torch.rand(4, 1, 28, 28).view(-1, 28 * 28))
    loss = nn.CrossEntropyLoss()(logits, torch.tensor([1, 2, 3, 4]))
    loss.backward()
    print(logits.shape, logits.dtype, w1.grad.shape, b3.grad.shape, bool(loss > 0))
    """, "torch.Size([4, 10]) torch.float32 torch.Size([200, 784]) torch.Size([10]) True"),
Row("batches of a DataLoader feed an epoch", """
    torch.manual_seed(420)
    data = torch.utils.data.TensorDataset(torch.rand(10, 2), torch.arange(10))
    loader = torch.utils.data.DataLoader(data, batch_size=4, shuffle=True)
    print(len(loader), len(data))
    for batch_idx, (x, y) in enumerate(loader):
        print(batch_idx, x.shape, y)
    """, """
    3 10
    0 torch.Size([4, 2]) tensor([4, 2, 7, 9])
    1 torch.Size([4, 2]) tensor([3, 0, 1, 8])
    2 torch.Size([2, 2]) tensor([5, 6])
    """),
]
