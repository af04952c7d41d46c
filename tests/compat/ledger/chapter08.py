"""Chapter 8. Perceptrons and logic gates: steps, sigmoids, XOR of two layers, and gates that are trained."""

# ruff: noqa: E501 - messages are as long as they are
# A row is its program and its text, one below the other.
# fmt: off

from ledger.row import Row

ROWS = [
Row("AND by a step", """
    X = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], dtype=torch.float32)
    w = torch.tensor([-0.2, 0.15, 0.15], dtype=torch.float32)
    def LinearRwithsign(X, w):
        zhat = torch.mv(X, w)
        andhat = torch.tensor([int(x) for x in zhat >= 0], dtype=torch.float32)
        return zhat, andhat
    print(LinearRwithsign(X, w))
    """, "(tensor([-0.2000, -0.0500, -0.0500,  0.1000]), tensor([0., 0., 0., 1.]))"),
Row("AND by a sigmoid and a threshold", """
    X = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], dtype=torch.float32)
    def LogisticR(X):
        w = torch.tensor([-0.2, 0.15, 0.15], dtype=torch.float32)
        zhat = torch.mv(X, w)
        sigma = 1 / (1 + torch.exp(-zhat))
        andhat = torch.tensor([int(x) for x in sigma >= 0.5], dtype=torch.float32)
        return sigma, andhat
    print(LogisticR(X))
    """, "(tensor([0.4502, 0.4875, 0.4875, 0.5250]), tensor([0., 0., 0., 1.]))"),
Row("the table of inputs has a column of ones", """
    X = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], dtype=torch.float32)
    print((X, torch.tensor([-0.2, 0.15, 0.15])))
    print(X[:, 1], X[:, 2], torch.Tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]]).equal(X))
    """, """
    (tensor([[1., 0., 0.],
            [1., 1., 0.],
            [1., 0., 1.],
            [1., 1., 1.]]), tensor([-0.2000,  0.1500,  0.1500]))
    tensor([0., 1., 0., 1.]) tensor([0., 0., 1., 1.]) True
    """),
Row("integers become floats by float()", """
    X = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]])
    print(torch.mv(X.float(), torch.tensor([-0.2, 0.15, 0.15])))
    """, "tensor([-0.2000, -0.0500, -0.0500,  0.1000])"),
Row("mv of integers by floats is an error", """
    X = torch.tensor([[1, 0, 0], [1, 1, 0]])
    torch.mv(X, torch.tensor([-0.2, 0.15, 0.15]))
    """, "RuntimeError: addmv input tensors must have the same dtype, but got Float, Long, and Float"),
Row("OR by a step", """
    X = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], dtype=torch.float32)
    w = torch.torch.tensor([-0.08, 0.15, 0.15], dtype=torch.float32)
    zhat = torch.mv(X, w)
    print(zhat, torch.tensor([int(x) for x in zhat >= 0], dtype=torch.float32))
    """, "tensor([-0.0800,  0.0700,  0.0700,  0.2200]) tensor([0., 1., 1., 1.])"),
Row("NAND by a step", """
    X = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], dtype=torch.float32)
    w = torch.torch.tensor([0.23, -0.15, -0.15], dtype=torch.float32)
    zhat = torch.mv(X, w)
    print(zhat, torch.tensor([int(x) for x in zhat >= 0], dtype=torch.float32))
    """, "tensor([ 0.2300,  0.0800,  0.0800, -0.0700]) tensor([1., 1., 1., 0.])"),
Row("the sigmoid of OR and of NAND", """
    X = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], dtype=torch.float32)
    print(torch.sigmoid(X @ torch.tensor([-0.08, 0.15, 0.15])), torch.sigmoid(X @ torch.tensor([0.23, -0.15, -0.15])))
    """, "tensor([0.4800, 0.5175, 0.5175, 0.5548]) tensor([0.5572, 0.5200, 0.5200, 0.4825])"),
Row("columns of gates join into the input of the next layer", """
    x0 = torch.tensor([1, 1, 1, 1], dtype=torch.float32)
    sigma_nand, sigma_or = torch.tensor([1.0, 1, 1, 0]), torch.tensor([0.0, 1, 1, 1])
    print(sigma_nand, sigma_or, x0)
    print(torch.cat((x0.view(4, 1), sigma_nand.view(4, 1), sigma_or.view(4, 1)), dim=1))
    print(torch.cat((x0, sigma_nand, sigma_or), dim=0))
    """, """
    tensor([1., 1., 1., 0.]) tensor([0., 1., 1., 1.]) tensor([1., 1., 1., 1.])
    tensor([[1., 1., 0.],
            [1., 1., 1.],
            [1., 1., 1.],
            [1., 0., 1.]])
    tensor([1., 1., 1., 1., 1., 1., 1., 0., 0., 1., 1., 1.])
    """),
Row("vectors have no second dimension to join in", """
    x0 = torch.ones(4)
    torch.cat((x0, x0, x0), dim=1)
    """, "IndexError: Dimension out of range (expected to be in range of [-1, 0], but got 1)"),
Row("XOR is NAND and OR into AND", """
    X = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], dtype=torch.float32)
    def gate(X, w):
        return torch.tensor([int(x) for x in torch.mv(X, torch.tensor(w)) >= 0], dtype=torch.float32)
    columns = torch.ones(4), gate(X, [0.23, -0.15, -0.15]), gate(X, [-0.08, 0.15, 0.15])
    print(gate(torch.cat([c.view(4, 1) for c in columns], dim=1), [-0.2, 0.15, 0.15]))
    """, "tensor([0., 1., 1., 0.])"),
Row("XOR without the step in the hidden layer fails", """
    X = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], dtype=torch.float32)
    nand, either = X @ torch.tensor([0.23, -0.15, -0.15]), X @ torch.tensor([-0.08, 0.15, 0.15])
    zhat = torch.stack([torch.ones(4), nand, either], dim=1) @ torch.tensor([-0.2, 0.15, 0.15])
    print((zhat >= 0).float())
    """, "tensor([0., 0., 0., 0.])"),
Row("XOR by sigmoids with larger weights", """
    X = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], dtype=torch.float32)
    hidden = torch.sigmoid(X @ torch.tensor([[30.0, -10.0], [-20.0, 20.0], [-20.0, 20.0]]))
    out = torch.sigmoid(torch.cat([torch.ones(4, 1), hidden], 1) @ torch.tensor([-30.0, 20.0, 20.0]))
    print(hidden, out, (out > 0.5).int())
    """, """
    tensor([[1.0000e+00, 4.5398e-05],
            [9.9995e-01, 9.9995e-01],
            [9.9995e-01, 9.9995e-01],
            [4.5398e-05, 1.0000e+00]]) tensor([4.5439e-05, 9.9995e-01, 9.9995e-01, 4.5439e-05]) tensor([0, 1, 1, 0], dtype=torch.int32)
    """),
Row("a mask of booleans becomes integers and floats", """
    x = torch.tensor([-1.0, 0.0, 2.0]) >= 0
    print([int(b) for b in x], x.int(), x.float(), x.long(), x.type(torch.float32))
    """, """
    [0, 1, 1] tensor([0, 1, 1], dtype=torch.int32) tensor([0., 1., 1.]) tensor([0, 1, 1]) tensor([0., 1., 1.])
    """),
Row("the decision line of AND", """
    x = torch.arange(-1, 3, 0.5)
    print((0.23 - 0.15 * x) / 0.15)
    print((0.23 - 0.15 * np.arange(-1, 3, 0.5)) / 0.15)
    """, """
    tensor([ 2.5333,  2.0333,  1.5333,  1.0333,  0.5333,  0.0333, -0.4667, -0.9667])
    [ 2.53333333  2.03333333  1.53333333  1.03333333  0.53333333  0.03333333
     -0.46666667 -0.96666667]
    """),
Row("AND is learned from random weights", """
    torch.manual_seed(420)
    X = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], dtype=torch.float32)
    y = torch.tensor([0, 0, 0, 1], dtype=torch.float32)
    w = torch.randn(3, requires_grad=True)
    for step in range(200):
        loss = F.binary_cross_entropy_with_logits(X @ w, y)
        loss.backward()
        with torch.no_grad():
            w -= 2.0 * w.grad
            w.grad.zero_()
        if step % 50 == 0:
            print(step, f"{loss.item():.4f}")
    print((torch.sigmoid(X @ w) >= 0.5).float(), w.detach())
    """, """
    0 0.4866
    50 0.1311
    100 0.0772
    150 0.0543
    tensor([0., 0., 0., 1.]) tensor([-8.6310,  5.6345,  5.6345])
    """),
Row("AND by the perceptron's rule", """
    X = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], dtype=torch.float32)
    w = torch.zeros(3)
    for epoch in range(6):
        wrong = 0
        for row, label in zip(X, torch.tensor([0, 0, 0, 1])):
            error = label - int(row.dot(w) >= 0)
            w += 0.5 * error * row
            wrong += int(error != 0)
        print(epoch, wrong, w)
    """, """
    0 2 tensor([0.0000, 0.5000, 0.5000])
    1 3 tensor([-0.5000,  0.5000,  1.0000])
    2 3 tensor([-1.0000,  0.5000,  1.0000])
    3 2 tensor([-1.,  1.,  1.])
    4 1 tensor([-1.5000,  0.5000,  1.0000])
    5 0 tensor([-1.5000,  0.5000,  1.0000])
    """),
Row("one layer cannot learn XOR", """
    torch.manual_seed(420)
    X = torch.tensor([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=torch.float32)
    y = torch.tensor([[0], [1], [1], [0]], dtype=torch.float32)
    net = nn.Linear(2, 1)
    optimizer = optim.SGD(net.parameters(), lr=1.0)
    for step in range(300):
        optimizer.zero_grad()
        loss = nn.BCEWithLogitsLoss()(net(X), y)
        loss.backward()
        optimizer.step()
    print(f"{loss.item():.4f}", f"{torch.sigmoid(net(X)).min().item():.2f}")
    """, "0.6931 0.50"),
Row("two layers learn XOR", """
    torch.manual_seed(1)
    X = torch.tensor([[0, 0], [1, 0], [0, 1], [1, 1]], dtype=torch.float32)
    y = torch.tensor([[0], [1], [1], [0]], dtype=torch.float32)
    net = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1), nn.Sigmoid())
    optimizer = optim.Adam(net.parameters(), lr=0.1)
    for step in range(100):
        optimizer.zero_grad()
        loss = nn.BCELoss()(net(X), y)
        loss.backward()
        optimizer.step()
    print((net(X) > 0.5).int().view(-1), loss.item() < 0.05)
    """, "tensor([0, 1, 1, 0], dtype=torch.int32) True"),
]
