"""Chapter 9. Regression: linear layers of a seed, logistic output, normal equations and descent."""

# A row is its program and its text, one below the other.
# fmt: off

from ledger.row import Row

ROWS = [
Row("Linear(2, 1) of seed 420", """
    torch.random.manual_seed(420)
    output = torch.nn.Linear(2, 1)
    print((output.weight, output.bias))
    """, """
    (Parameter containing:
    tensor([[ 0.4318, -0.4256]], requires_grad=True), Parameter containing:
    tensor([0.6730], requires_grad=True))
    """),
Row("the output of Linear(2, 1) of seed 420", """
    X = torch.tensor([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=torch.float32)
    print(X)
    torch.random.manual_seed(420)
    output = torch.nn.Linear(2, 1)
    zhat = output(X)
    print((zhat, zhat.shape))
    """, """
    tensor([[0., 0.],
            [1., 0.],
            [0., 1.],
            [1., 1.]])
    (tensor([[0.6730],
            [1.1048],
            [0.2473],
            [0.6792]], grad_fn=<AddmmBackward0>), torch.Size([4, 1]))
    """),
Row("thirty digits of Linear(2, 1)'s output", """
    torch.set_printoptions(precision=30)
    torch.random.manual_seed(420)
    output = torch.nn.Linear(2, 1)
    print(output.bias)
    print(output.weight)
    """, """
    Parameter containing:
    tensor([0.672958195209503173828125000000], requires_grad=True)
    Parameter containing:
    tensor([[ 0.431836009025573730468750000000, -0.425621807575225830078125000000]],
           requires_grad=True)
    """),
Row("the output is X @ weight.t() + bias", """
    torch.manual_seed(420)
    X = torch.rand(5, 2)
    m = nn.Linear(2, 3)
    print(torch.allclose(m(X), X @ m.weight.t() + m.bias), m.weight.shape, m.bias.shape)
    print(F.linear(X, m.weight, m.bias).equal(m(X)))
    """, """
    True torch.Size([3, 2]) torch.Size([3])
    True
    """),
Row("bias=False has no bias", """
    torch.manual_seed(420)
    output = nn.Linear(2, 1, bias=False)
    print(output, output.weight, output.bias, output(torch.ones(1, 2)))
    """, """
    Linear(in_features=2, out_features=1, bias=False) Parameter containing:
    tensor([[ 0.4318, -0.4256]], requires_grad=True) None tensor([[0.0062]], grad_fn=<MmBackward0>)
    """),
Row("a linear layer prints its sizes", """
    print(nn.Linear(20, 13), nn.Linear(in_features=13, out_features=8, bias=True), nn.Linear(2, 1).in_features)
    """, "Linear(in_features=20, out_features=13, bias=True) Linear(in_features=13, out_features=8, bias=True) 2"),
Row("an input of the wrong width is an error", """
    nn.Linear(2, 1)(torch.ones(4, 3))
    """, "RuntimeError: mat1 and mat2 shapes cannot be multiplied (4x3 and 2x1)"),
Row("an input of another dtype is an error", """
    nn.Linear(2, 1)(torch.ones(4, 2, dtype=torch.float64))
    """, "RuntimeError: mat1 and mat2 must have the same dtype, but got Double and Float"),
Row("integers are no input", """
    nn.Linear(2, 1)(torch.ones(4, 2, dtype=torch.int64))
    """, "RuntimeError: mat1 and mat2 must have the same dtype, but got Long and Float"),
Row("a vector and a batch of batches are inputs", """
    torch.manual_seed(420)
    m = nn.Linear(2, 1)
    print(m(torch.ones(2)), m(torch.ones(3, 4, 2)).shape, m(torch.ones(0, 2)).shape)
    """, "tensor([0.6792], grad_fn=<ViewBackward0>) torch.Size([3, 4, 1]) torch.Size([0, 1])"),
Row("logistic regression is a sigmoid on top", """
    X = torch.tensor([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=torch.float32)
    torch.random.manual_seed(420)
    dense = torch.nn.Linear(2, 1)
    zhat = dense(X)
    sigma = F.sigmoid(zhat)
    print(sigma, [int(x) for x in sigma >= 0.5])
    """, """
    tensor([[0.6622],
            [0.7512],
            [0.5615],
            [0.6636]], grad_fn=<SigmoidBackward0>) [1, 1, 1, 1]
    """),
Row("other activations on top", """
    X = torch.tensor([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=torch.float32)
    torch.random.manual_seed(420)
    zhat = torch.nn.Linear(2, 1)(X)
    print((zhat, torch.sign(zhat)))
    print(F.relu(zhat), torch.tanh(zhat))
    """, """
    (tensor([[0.6730],
            [1.1048],
            [0.2473],
            [0.6792]], grad_fn=<AddmmBackward0>), tensor([[1.],
            [1.],
            [1.],
            [1.]], grad_fn=<SignBackward0>))
    tensor([[0.6730],
            [1.1048],
            [0.2473],
            [0.6792]], grad_fn=<ReluBackward0>) tensor([[0.5869],
            [0.8022],
            [0.2424],
            [0.5910]], grad_fn=<TanhBackward0>)
    """),
Row("the log of the odds is linear", """
    X = torch.tensor([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=torch.float32)
    torch.random.manual_seed(420)
    zhat = torch.nn.Linear(2, 1)(X)
    sigma = torch.sigmoid(zhat)
    print(torch.log(sigma / (1 - sigma)), torch.logit(sigma).detach())
    """, """
    tensor([[0.6730],
            [1.1048],
            [0.2473],
            [0.6792]], grad_fn=<LogBackward0>) tensor([[0.6730],
            [1.1048],
            [0.2473],
            [0.6792]])
    """),
Row("normal equations give the weights exactly", """
    torch.manual_seed(420)
    X = torch.cat([torch.ones(50, 1), torch.rand(50, 2)], dim=1).double()
    y = X @ torch.tensor([1.0, 2.0, -3.0], dtype=torch.float64)
    w = torch.inverse(X.t() @ X) @ X.t() @ y
    print(w, torch.linalg.lstsq(X, y.view(-1, 1)).solution.view(-1))
    """, """
    tensor([ 1.0000,  2.0000, -3.0000], dtype=torch.float64) tensor([ 1.0000,  2.0000, -3.0000], dtype=torch.float64)
    """),
Row("descent on a line, loss by loss", """
    torch.manual_seed(420)
    x = torch.rand(50, 1)
    y = 3 * x + 1 + 0.1 * torch.randn(50, 1)
    net = nn.Linear(1, 1)
    optimizer = optim.SGD(net.parameters(), lr=0.5)
    criterion = nn.MSELoss()
    for step in range(10):
        loss = criterion(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(step, f"{loss.item():.5f}")
    print(net.weight, net.bias)
    """, """
    0 7.16073
    1 0.71919
    2 0.31336
    3 0.25493
    4 0.22094
    5 0.19245
    6 0.16783
    7 0.14652
    8 0.12807
    9 0.11209
    Parameter containing:
    tensor([[2.0132]], requires_grad=True) Parameter containing:
    tensor([1.4950], requires_grad=True)
    """),
Row("descent by hand, loss by loss", """
    torch.manual_seed(420)
    x = torch.rand(20)
    y = 2 * x - 1
    w, b = torch.zeros(1, requires_grad=True), torch.zeros(1, requires_grad=True)
    for step in range(6):
        loss = ((w * x + b - y) ** 2).mean()
        w.grad = b.grad = None
        loss.backward()
        with torch.no_grad():
            w -= 0.5 * w.grad
            b -= 0.5 * b.grad
        print(f"{loss.item():.5f} {w.item():.5f} {b.item():.5f}")
    """, """
    0.38869 0.07188 -0.24493
    0.30623 0.22007 -0.27207
    0.26347 0.34522 -0.32802
    0.22725 0.46336 -0.37526
    0.19602 0.57279 -0.41987
    0.16909 0.67447 -0.46118
    """),
Row("descent to the answer", """
    torch.manual_seed(420)
    x = torch.rand(20, 2)
    y = x @ torch.tensor([[2.0], [-1.0]]) + 0.5
    net = nn.Linear(2, 1)
    optimizer = optim.SGD(net.parameters(), lr=0.5, momentum=0.9)
    for step in range(400):
        optimizer.zero_grad()
        loss = F.mse_loss(net(x), y)
        loss.backward()
        optimizer.step()
    print(net.weight.data.round(decimals=3), net.bias.data.round(decimals=3), loss.item() < 1e-6)
    """, "tensor([[ 2., -1.]]) tensor([0.5000]) True"),
Row("Adam on a curve, loss by loss", """
    torch.manual_seed(420)
    x = torch.linspace(-1, 1, 100).view(-1, 1)
    y = x ** 2
    net = nn.Sequential(nn.Linear(1, 10), nn.ReLU(), nn.Linear(10, 1))
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    for step in range(8):
        loss = F.mse_loss(net(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(step, f"{loss.item():.5f}")
    """, """
    0 0.13301
    1 0.12045
    2 0.10918
    3 0.09910
    4 0.09021
    5 0.08248
    6 0.07591
    7 0.07044
    """),
Row("logistic regression, loss by loss", """
    torch.manual_seed(420)
    X = torch.rand(100, 2)
    y = (X.sum(1, keepdim=True) > 1).float()
    net = nn.Linear(2, 1)
    optimizer = optim.SGD(net.parameters(), lr=1.0)
    for step in range(5):
        loss = nn.BCEWithLogitsLoss()(net(X), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(f"{loss.item():.5f}", ((net(X) > 0).float() == y).float().mean())
    """, """
    0.61904 tensor(0.8900)
    0.61005 tensor(0.8800)
    0.60180 tensor(0.8900)
    0.59399 tensor(0.9100)
    0.58647 tensor(0.9100)
    """),
Row("weight decay pulls to zero", """
    net = nn.Linear(2, 1)
    net.weight.data.fill_(1.0)
    net.bias.data.fill_(1.0)
    optimizer = optim.SGD(net.parameters(), lr=0.1, weight_decay=0.5)
    for step in range(3):
        optimizer.zero_grad()
        (net(torch.zeros(1, 2)) * 0).sum().backward()
        optimizer.step()
        print(net.weight.data, net.bias.data)
    """, """
    tensor([[0.9500, 0.9500]]) tensor([0.9500])
    tensor([[0.9025, 0.9025]]) tensor([0.9025])
    tensor([[0.8574, 0.8574]]) tensor([0.8574])
    """),
]
