"""Chapter 7. Losses: squares, cross entropies, by hand and by class, and entropy."""

# ruff: noqa: E501 - messages are as long as they are
# A row is its program and its text, one below the other.
# fmt: off

from ledger.row import Row

ROWS = [
Row("MSELoss means, sums or leaves the squares", """
    torch.manual_seed(420)
    yhat = torch.randn(size=(50,), dtype=torch.float32)
    y = torch.randn(size=(50,), dtype=torch.float32)
    mse = nn.MSELoss()(yhat, y)
    sse = nn.MSELoss(reduction="sum")(yhat, y)
    print(mse, sse, nn.MSELoss(reduction="none")(yhat, y)[:4])
    print(torch.allclose(sse, mse * 50), torch.allclose(sse, ((yhat - y) ** 2).sum()))
    print(torch.allclose(F.mse_loss(yhat, y), mse))
    """, """
    tensor(2.4869) tensor(124.3458) tensor([0.3692, 0.0280, 1.0305, 2.6364])
    True True
    True
    """),
Row("the sum of squared errors by Python's sum", """
    zhat, z = torch.tensor([1.0, 2.0, 4.0]), torch.tensor([1.5, 2.0, 3.0])
    print(sum((zhat - z) ** 2))
    """, "tensor(1.2500)"),
Row("an unknown reduction is an error", """
    nn.MSELoss(reduction="median")(torch.ones(2), torch.ones(2))
    """, "ValueError: median is not a valid value for reduction"),
Row("binary cross entropy by hand, seed 420", """
    m = 3 * pow(10, 3)
    torch.random.manual_seed(420)
    X = torch.rand((m, 4), dtype=torch.float32)
    w = torch.rand((4, 1), dtype=torch.float32)
    y = torch.randint(low=0, high=2, size=(m, 1), dtype=torch.float32)
    zhat = torch.mm(X, w)
    sigma = torch.sigmoid(zhat)
    print(sigma.shape)
    loss = -(1 / m) * sum(y * torch.log(sigma) + (1 - y) * torch.log(1 - sigma))
    print(loss)
    """, """
    torch.Size([3000, 1])
    tensor([0.7962])
    """),
Row("binary cross entropy by both classes, seed 420", """
    m = 3 * pow(10, 3)
    torch.random.manual_seed(420)
    X = torch.rand((m, 4), dtype=torch.float32)
    w = torch.rand((4, 1), dtype=torch.float32)
    y = torch.randint(low=0, high=2, size=(m, 1), dtype=torch.float32)
    zhat = torch.mm(X, w)
    sigma = torch.sigmoid(zhat)
    print((nn.BCELoss()(sigma, y), nn.BCEWithLogitsLoss()(zhat, y)))
    print(nn.BCELoss(reduction="sum")(sigma, y) / m, nn.BCELoss(reduction="none")(sigma, y).shape)
    """, """
    (tensor(0.7962), tensor(0.7962))
    tensor(0.7962) torch.Size([3000, 1])
    """),
Row("binary cross entropy of three million rows, seed 420", """
    m = 3 * pow(10, 6)
    torch.random.manual_seed(420)
    X = torch.rand((m, 4), dtype=torch.float32)
    w = torch.rand((4, 1), dtype=torch.float32)
    y = torch.randint(low=0, high=2, size=(m, 1), dtype=torch.float32)
    zhat = torch.mm(X, w)
    sigma = torch.sigmoid(zhat)
    print(-(1 / m) * torch.sum(y * torch.log(sigma) + (1 - y) * torch.log(1 - sigma)))
    print((nn.BCELoss()(sigma, y), nn.BCEWithLogitsLoss()(zhat, y)))
    """, """
    tensor(0.8685)
    (tensor(0.8685), tensor(0.8685))
    """, slow=True),
Row("Python's sum over rows agrees with torch.sum", """
    torch.manual_seed(420)
    x = torch.rand(100, 1)
    print(sum(x), torch.sum(x), sum(x).shape, torch.sum(x).shape)
    """, "tensor([46.5204]) tensor(46.5204) torch.Size([1]) torch.Size([])"),
Row("BCELoss of targets of another shape is an error", """
    nn.BCELoss()(torch.full((2, 1), 0.5), torch.ones(2))
    """, """
    ValueError: Using a target size (torch.Size([2])) that is different to the input size (torch.Size([2, 1])) is deprecated. Please ensure they have the same size.
    """),
Row("BCEWithLogitsLoss of targets of another shape is an error", """
    nn.BCEWithLogitsLoss()(torch.zeros(2, 1), torch.ones(2))
    """, "ValueError: Target size (torch.Size([2])) must be the same as input size (torch.Size([2, 1]))"),
Row("BCELoss of integer targets is an error", """
    nn.BCELoss()(torch.full((2,), 0.5), torch.tensor([0, 1]))
    """, "RuntimeError: Found dtype Long but expected Float"),
Row("BCELoss of probabilities beyond one is an error", """
    nn.BCELoss()(torch.tensor([1.5]), torch.tensor([1.0]))
    """, "RuntimeError: all elements of input should be between 0 and 1"),
Row("BCELoss bounds the logarithm, BCEWithLogitsLoss needs no bound", """
    print(nn.BCELoss()(torch.tensor([0.0]), torch.tensor([1.0])))
    print(nn.BCEWithLogitsLoss()(torch.tensor([-200.0]), torch.tensor([1.0])))
    """, """
    tensor(100.)
    tensor(200.)
    """),
Row("log-softmax and negative log likelihood, seed 420", """
    m = 3 * pow(10, 3)
    torch.random.manual_seed(420)
    X = torch.rand((m, 4), dtype=torch.float32)
    w = torch.rand((4, 3), dtype=torch.float32)
    y = torch.randint(low=0, high=3, size=(m,), dtype=torch.float32)
    zhat = torch.mm(X, w)
    logsigma = nn.LogSoftmax(dim=1)(zhat)
    print(logsigma)
    print(nn.NLLLoss()(logsigma, y.long()))
    print(nn.CrossEntropyLoss()(zhat, y.long()))
    """, """
    tensor([[-1.1139, -0.8802, -1.3585],
            [-1.0558, -0.8982, -1.4075],
            [-1.0920, -1.0626, -1.1430],
            ...,
            [-1.0519, -0.9180, -1.3805],
            [-1.0945, -1.1219, -1.0798],
            [-1.0276, -0.8891, -1.4649]])
    tensor(1.1147)
    tensor(1.1147)
    """),
Row("NLLLoss of float targets is an error", """
    nn.NLLLoss()(torch.zeros(2, 3), torch.tensor([0.0, 1.0]))
    """, "RuntimeError: expected target dtype to be Long or Byte, but got Float"),
Row("CrossEntropyLoss of float targets of classes is an error", """
    nn.CrossEntropyLoss()(torch.zeros(2, 3), torch.tensor([0.0, 1.0]))
    """, "RuntimeError: expected target dtype to be Long or Byte, but got Float"),
Row("a class beyond the range is an error", """
    F.nll_loss(torch.zeros(2, 3), torch.tensor([0, 3]))
    """, "IndexError: Target 3 is out of bounds."),
Row("numbers of rows that differ are an error", """
    F.cross_entropy(torch.zeros(2, 3), torch.tensor([0, 1, 2]))
    """, "ValueError: Expected input batch_size (2) to match target batch_size (3)."),
Row("cross_entropy is nll_loss of the logarithm of softmax", """
    torch.manual_seed(420)
    x, w = torch.randn(1, 784), torch.randn(10, 784)
    logits = x @ w.t()
    pred = F.softmax(logits, dim=1)
    pred_log = torch.log(pred)
    print(F.cross_entropy(logits, torch.tensor([3])))
    print(F.nll_loss(F.log_softmax(logits, dim=1), torch.tensor([3])))
    """, """
    tensor(69.4003)
    tensor(69.4003)
    """),
Row("cross_entropy of logits that saturate stays finite", """
    logits = torch.tensor([[200.0, 0.0]])
    print(F.cross_entropy(logits, torch.tensor([1])))
    print(F.nll_loss(torch.log(F.softmax(logits, dim=1)), torch.tensor([1])))
    """, """
    tensor(200.)
    tensor(inf)
    """),
Row("cross_entropy takes weights, an index to ignore and smoothing", """
    z = torch.tensor([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])
    y = torch.tensor([2, 1])
    print(F.cross_entropy(z, y, reduction="none"), F.cross_entropy(z, y, weight=torch.tensor([1.0, 2.0, 3.0])))
    print(F.cross_entropy(z, y, ignore_index=1), F.cross_entropy(z, y, label_smoothing=0.1))
    print(F.cross_entropy(z, y, reduction="sum"))
    """, """
    tensor([0.4076, 1.4076]) tensor(0.8076)
    tensor(0.4076) tensor(0.9576)
    tensor(1.8152)
    """),
Row("cross_entropy takes probabilities", """
    z = torch.tensor([[1.0, 2.0, 3.0]])
    print(F.cross_entropy(z, torch.tensor([[0.2, 0.3, 0.5]])), F.cross_entropy(z[0], torch.tensor(2)))
    """, "tensor(1.1076) tensor(0.4076)"),
Row("the gradient of cross entropy is softmax less one-hot", """
    z = torch.tensor([[1.0, 2.0, 3.0]], requires_grad=True)
    loss = nn.CrossEntropyLoss()(z, torch.tensor([0]))
    print(loss)
    loss.backward()
    print(z.grad, F.softmax(z, dim=1) - F.one_hot(torch.tensor([0]), 3))
    """, """
    tensor(2.4076, grad_fn=<NllLossBackward0>)
    tensor([[-0.9100,  0.2447,  0.6652]]) tensor([[-0.9100,  0.2447,  0.6652]], grad_fn=<SubBackward0>)
    """),
Row("the gradient of the mean squared error", """
    yhat = torch.tensor([1.0, 2.0], requires_grad=True)
    loss = nn.MSELoss()(yhat, torch.tensor([0.0, 4.0]))
    loss.backward()
    print(loss, yhat.grad)
    """, "tensor(2.5000, grad_fn=<MseLossBackward0>) tensor([ 1., -2.])"),
Row("the gradient of both binary cross entropies", """
    p = torch.tensor([0.2, 0.7], requires_grad=True)
    y = torch.tensor([0.0, 1.0])
    nn.BCELoss()(p, y).backward()
    z = torch.tensor([-1.0, 2.0], requires_grad=True)
    nn.BCEWithLogitsLoss()(z, y).backward()
    print(p.grad, z.grad)
    """, "tensor([ 0.6250, -0.7143]) tensor([ 0.1345, -0.0596])"),
Row("losses keep the graph in their print", """
    x = torch.zeros(2, 3, requires_grad=True)
    print(F.cross_entropy(x, torch.tensor([0, 1])), F.mse_loss(x, torch.ones(2, 3)))
    print(F.binary_cross_entropy_with_logits(x, torch.ones(2, 3)))
    print(F.l1_loss(x, torch.ones(2, 3)), F.smooth_l1_loss(x, torch.ones(2, 3)))
    print(F.binary_cross_entropy(torch.sigmoid(x), torch.ones(2, 3)))
    """, """
    tensor(1.0986, grad_fn=<NllLossBackward0>) tensor(1., grad_fn=<MseLossBackward0>)
    tensor(0.6931, grad_fn=<BinaryCrossEntropyWithLogitsBackward0>)
    tensor(1., grad_fn=<MeanBackward0>) tensor(0.5000, grad_fn=<SmoothL1LossBackward0>)
    tensor(0.6931, grad_fn=<BinaryCrossEntropyBackward0>)
    """),
Row("the gradient of sigmoid with squares is far smaller than with cross entropy", """
    z = torch.tensor([-6.0], requires_grad=True)
    print(torch.autograd.grad(F.mse_loss(torch.sigmoid(z), torch.ones(1)), z))
    print(torch.autograd.grad(F.binary_cross_entropy_with_logits(z, torch.ones(1)), z))
    """, """
    (tensor([-0.0049]),)
    (tensor([-0.9975]),)
    """),
Row("mse_loss of shapes that differ warns and broadcasts", """
    print(F.mse_loss(torch.ones(1, 3), torch.arange(3)))
    """, """
    UserWarning: Using a target size (torch.Size([3])) that is different to the input size (torch.Size([1, 3])). This will likely lead to incorrect results due to broadcasting. Please ensure they have the same size.
    tensor(0.6667)
    """),
Row("the entropy of four equal chances is two bits", """
    a = torch.full([4], 1/4.)
    print(a, -(a * torch.log2(a)).sum())
    """, "tensor([0.2500, 0.2500, 0.2500, 0.2500]) tensor(2.)"),
Row("the entropy of an uneven choice is less", """
    a = torch.tensor([0.1, 0.1, 0.1, 0.7])
    print(-(a * torch.log2(a)).sum())
    """, "tensor(1.3568)"),
Row("the entropy of a near certainty is near zero", """
    a = torch.tensor([0.001, 0.001, 0.001, 0.999])
    print(-(a * torch.log2(a)).sum())
    """, "tensor(0.0313)"),
Row("losses print their names", """
    print(nn.MSELoss(), nn.BCELoss(), nn.BCEWithLogitsLoss(), nn.NLLLoss(), nn.CrossEntropyLoss(), nn.L1Loss())
    """, "MSELoss() BCELoss() BCEWithLogitsLoss() NLLLoss() CrossEntropyLoss() L1Loss()"),
Row("absolute, Huber and divergence losses", """
    a, b = torch.tensor([0.5, 2.0]), torch.tensor([1.0, 4.0])
    print(F.l1_loss(a, b), F.smooth_l1_loss(a, b), F.huber_loss(a, b), F.kl_div(a.log(), b, reduction="sum"))
    """, "tensor(1.2500) tensor(0.8125) tensor(0.8125) tensor(3.4657)"),
Row("hinge losses and the cosine of an angle", """
    a, b = torch.tensor([0.5, 2.0]), torch.tensor([1.0, 4.0])
    print(F.hinge_embedding_loss(a, torch.tensor([1.0, -1.0])), F.cosine_similarity(a, b, dim=0))
    """, "tensor(0.2500) tensor(1.0000)"),
Row("predictions that match count as accuracy", """
    logits_argmax = torch.tensor([1, 9, 5, 1])
    correct = torch.eq(logits_argmax, torch.tensor([1, 9, 2, 3]))
    print(correct, correct.sum().float().item() / 4)
    """, "tensor([ True,  True, False, False]) 0.5"),
]
