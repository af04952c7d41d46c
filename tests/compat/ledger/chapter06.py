"""Chapter 6. Activations: functions, modules, derivatives, softmax and its Jacobian."""

# ruff: noqa: E501 - messages are as long as they are
# A row is its program and its text, one below the other.
# fmt: off

from ledger.row import Row

ROWS = [
Row("sigmoid reaches 1.6655e-34", """
    z = torch.linspace(-100, 100, 10)
    print(z)
    print(torch.sigmoid(z))
    """, """
    tensor([-100.0000,  -77.7778,  -55.5556,  -33.3333,  -11.1111,   11.1111,
              33.3333,   55.5556,   77.7778,  100.0000])
    tensor([0.0000e+00, 1.6655e-34, 7.4564e-25, 3.3382e-15, 1.4945e-05, 9.9999e-01,
            1.0000e+00, 1.0000e+00, 1.0000e+00, 1.0000e+00])
    """),
Row("tanh stays within -1 and 1", """
    a = torch.linspace(-1, 1, 10)
    print(a)
    print(torch.tanh(a))
    """, """
    tensor([-1.0000, -0.7778, -0.5556, -0.3333, -0.1111,  0.1111,  0.3333,  0.5556,
             0.7778,  1.0000])
    tensor([-0.7616, -0.6514, -0.5047, -0.3215, -0.1107,  0.1107,  0.3215,  0.5047,
             0.6514,  0.7616])
    """),
Row("relu cuts negative values", """
    a = torch.linspace(-1, 1, 10)
    print(torch.relu(a))
    """, """
    tensor([0.0000, 0.0000, 0.0000, 0.0000, 0.0000, 0.1111, 0.3333, 0.5556, 0.7778,
            1.0000])
    """),
Row("the four curves of the notes", """
    x = torch.autograd.Variable(torch.linspace(-5, 5, 200))
    for f in (F.relu, F.sigmoid, F.tanh, F.softplus):
        y = f(x).data.numpy()
        print(f"{y[0]:.6f} {y[70]:.6f} {y[99]:.6f} {y[100]:.6f} {y[-1]:.6f}")
    """, """
    0.000000 0.000000 0.000000 0.025126 5.000000
    0.006693 0.185063 0.493719 0.506281 0.993307
    -0.999909 -0.901919 -0.025120 0.025120 0.999909
    0.006715 0.204645 0.680663 0.705789 5.006715
    """),
Row("the other activations as functions", """
    x = torch.tensor([-2.0, -0.5, 0.0, 0.5, 2.0])
    print(F.leaky_relu(x), F.leaky_relu(x, 0.2), F.selu(x), torch.selu(x), torch.sign(x), F.elu(x), F.gelu(x))
    print(F.silu(x))
    """, """
    tensor([-0.0200, -0.0050,  0.0000,  0.5000,  2.0000]) tensor([-0.4000, -0.1000,  0.0000,  0.5000,  2.0000]) tensor([-1.5202, -0.6918,  0.0000,  0.5254,  2.1014]) tensor([-1.5202, -0.6918,  0.0000,  0.5254,  2.1014]) tensor([-1., -1.,  0.,  1.,  1.]) tensor([-0.8647, -0.3935,  0.0000,  0.5000,  2.0000]) tensor([-0.0455, -0.1543,  0.0000,  0.3457,  1.9545])
    tensor([-0.2384, -0.1888,  0.0000,  0.3112,  1.7616])
    """),
Row("softplus smooths relu", """
    x = torch.tensor([-30.0, -1.0, 0.0, 1.0, 30.0])
    print(F.softplus(x), F.softplus(x, beta=2), F.logsigmoid(x))
    """, """
    tensor([9.3576e-14, 3.1326e-01, 6.9315e-01, 1.3133e+00, 3.0000e+01]) tensor([4.3783e-27, 6.3464e-02, 3.4657e-01, 1.0635e+00, 3.0000e+01]) tensor([-3.0000e+01, -1.3133e+00, -6.9315e-01, -3.1326e-01, -9.3576e-14])
    """),
Row("hard and bounded activations", """
    x = torch.tensor([-4.0, -1.0, 0.5, 7.0])
    print(F.hardtanh(x), F.relu6(x), F.hardsigmoid(x), F.softsign(x), F.mish(x), F.hardswish(x))
    """, """
    tensor([-1.0000, -1.0000,  0.5000,  1.0000]) tensor([0.0000, 0.0000, 0.5000, 6.0000]) tensor([0.0000, 0.3333, 0.5833, 1.0000]) tensor([-0.8000, -0.5000,  0.3333,  0.8750]) tensor([-0.0726, -0.3034,  0.3752,  7.0000]) tensor([-0.0000, -0.3333,  0.2917,  7.0000])
    """),
Row("modules agree with functions", """
    x = torch.linspace(-2, 2, 7)
    pairs = [(nn.ReLU(), F.relu), (nn.Sigmoid(), torch.sigmoid), (nn.Tanh(), torch.tanh), (nn.Softplus(), F.softplus)]
    pairs += [(nn.LeakyReLU(), F.leaky_relu), (nn.SELU(), F.selu), (nn.ELU(), F.elu), (nn.GELU(), F.gelu)]
    print([torch.equal(module(x), function(x)) for module, function in pairs])
    """, "[True, True, True, True, True, True, True, True]"),
Row("modules of activations print their settings", """
    for m in (
        nn.ReLU(), nn.LeakyReLU(inplace=True), nn.LeakyReLU(0.2), nn.Softmax(dim=1), nn.Softplus(), nn.SELU(),
        nn.ELU(), nn.Tanh(),
    ):
        print(m)
    """, """
    ReLU()
    LeakyReLU(negative_slope=0.01, inplace=True)
    LeakyReLU(negative_slope=0.2)
    Softmax(dim=1)
    Softplus(beta=1.0, threshold=20.0)
    SELU()
    ELU(alpha=1.0)
    Tanh()
    """),
Row("methods and in-place forms", """
    x = torch.tensor([-1.0, 2.0])
    print(x.relu(), x.sigmoid(), x.tanh(), x.softmax(0), torch.relu_(x.clone()), x.clone().sigmoid_(), F.relu_(x), x)
    """, """
    tensor([0., 2.]) tensor([0.2689, 0.8808]) tensor([-0.7616,  0.9640]) tensor([0.0474, 0.9526]) tensor([0., 2.]) tensor([0.2689, 0.8808]) tensor([0., 2.]) tensor([0., 2.])
    """),
Row("the derivative of sigmoid is s(1 - s)", """
    x = torch.linspace(-3, 3, 7, requires_grad=True)
    s = torch.sigmoid(x)
    s.sum().backward()
    print(x.grad)
    print(torch.allclose(x.grad, s * (1 - s)))
    """, """
    tensor([0.0452, 0.1050, 0.1966, 0.2500, 0.1966, 0.1050, 0.0452])
    True
    """),
Row("the derivative of sigmoid is largest at 0 and vanishes far out", """
    x = torch.tensor([-20.0, 0.0, 20.0], requires_grad=True)
    torch.sigmoid(x).sum().backward()
    print(x.grad)
    """, "tensor([2.0612e-09, 2.5000e-01, 0.0000e+00])"),
Row("tanh(x) is 2 sigmoid(2x) - 1", """
    x = torch.linspace(-3, 3, 7)
    print(torch.allclose(torch.tanh(x), 2 * torch.sigmoid(2 * x) - 1, atol=1e-6))
    """, "True"),
Row("derivatives of the activations", """
    x = torch.tensor([-2.0, -0.5, 0.0, 0.5, 2.0], requires_grad=True)
    for f in (torch.relu, torch.tanh, F.softplus, F.leaky_relu, F.selu, torch.sign, F.elu, F.gelu, F.silu):
        print(torch.autograd.grad(f(x).sum(), x)[0])
    """, """
    tensor([0., 0., 0., 1., 1.])
    tensor([0.0707, 0.7864, 1.0000, 0.7864, 0.0707])
    tensor([0.1192, 0.3775, 0.5000, 0.6225, 0.8808])
    tensor([0.0100, 0.0100, 0.0100, 1.0000, 1.0000])
    tensor([0.2379, 1.0663, 1.7581, 1.0507, 1.0507])
    tensor([0., 0., 0., 0., 0.])
    tensor([0.1353, 0.6065, 1.0000, 1.0000, 1.0000])
    tensor([-0.0852,  0.1325,  0.5000,  0.8675,  1.0852])
    tensor([-0.0908,  0.2600,  0.5000,  0.7400,  1.0908])
    """),
Row("nodes of the activations", """
    x = torch.ones(2, requires_grad=True)
    for f in (
        torch.relu, torch.tanh, torch.sigmoid, F.softplus, F.leaky_relu, F.selu, torch.sign, F.elu, F.gelu,
        F.silu,
    ):
        print(f(x).grad_fn.name(), end=" ")
    """, """
    ReluBackward0 TanhBackward0 SigmoidBackward0 SoftplusBackward0 LeakyReluBackward0 EluBackward0 SignBackward0 EluBackward0 GeluBackward0 SiluBackward0
    """),
Row("a naive softmax overflows", """
    z = torch.tensor([1010, 100, 999], dtype=torch.float32)
    print(torch.exp(z) / torch.sum(torch.exp(z)))
    print(torch.softmax(z, 0))
    """, """
    tensor([nan, nan, nan])
    tensor([9.9998e-01, 0.0000e+00, 1.6701e-05])
    """),
Row("a naive softmax of small numbers agrees", """
    z = torch.tensor([10, 9, 5], dtype=torch.float32)
    print(torch.exp(z) / torch.sum(torch.exp(z)))
    print(torch.softmax(z, 0), torch.softmax(z, 0).sum())
    """, """
    tensor([0.7275, 0.2676, 0.0049])
    tensor([0.7275, 0.2676, 0.0049]) tensor(1.)
    """),
Row("softmax enlarges what is large", """
    print(F.softmax(torch.tensor([2.0, 1.0, 0.1]), dim=0))
    """, "tensor([0.6590, 0.2424, 0.0986])"),
Row("sizes of a 2x3x4 tensor, from both ends", """
    s = torch.tensor([
        [[1, 2, 4, 5], [3, 4, 4, 5], [5, 6, 4, 5]],
        [[5, 6, 4, 5], [7, 8, 4, 5], [9, 10, 4, 5]],
    ], dtype=torch.float32)
    print((s, s.shape))
    print((s.shape[0], s.shape[1], s.shape[2]), (s.shape[-3], s.shape[-2], s.shape[-1]))
    """, """
    (tensor([[[ 1.,  2.,  4.,  5.],
             [ 3.,  4.,  4.,  5.],
             [ 5.,  6.,  4.,  5.]],

            [[ 5.,  6.,  4.,  5.],
             [ 7.,  8.,  4.,  5.],
             [ 9., 10.,  4.,  5.]]]), torch.Size([2, 3, 4]))
    (2, 3, 4) (2, 3, 4)
    """),
Row("softmax over the first dimension", """
    s = torch.tensor([
        [[1, 2, 4, 5], [3, 4, 4, 5], [5, 6, 4, 5]],
        [[5, 6, 4, 5], [7, 8, 4, 5], [9, 10, 4, 5]],
    ], dtype=torch.float32)
    print(torch.softmax(s, dim=0))
    """, """
    tensor([[[0.0180, 0.0180, 0.5000, 0.5000],
             [0.0180, 0.0180, 0.5000, 0.5000],
             [0.0180, 0.0180, 0.5000, 0.5000]],

            [[0.9820, 0.9820, 0.5000, 0.5000],
             [0.9820, 0.9820, 0.5000, 0.5000],
             [0.9820, 0.9820, 0.5000, 0.5000]]])
    """),
Row("softmax over the second dimension", """
    s = torch.tensor([
        [[1, 2, 4, 5], [3, 4, 4, 5], [5, 6, 4, 5]],
        [[5, 6, 4, 5], [7, 8, 4, 5], [9, 10, 4, 5]],
    ], dtype=torch.float32)
    print(torch.softmax(s, dim=1))
    """, """
    tensor([[[0.0159, 0.0159, 0.3333, 0.3333],
             [0.1173, 0.1173, 0.3333, 0.3333],
             [0.8668, 0.8668, 0.3333, 0.3333]],

            [[0.0159, 0.0159, 0.3333, 0.3333],
             [0.1173, 0.1173, 0.3333, 0.3333],
             [0.8668, 0.8668, 0.3333, 0.3333]]])
    """),
Row("softmax over the last dimension", """
    s = torch.tensor([
        [[1, 2, 4, 5], [3, 4, 4, 5], [5, 6, 4, 5]],
        [[5, 6, 4, 5], [7, 8, 4, 5], [9, 10, 4, 5]],
    ], dtype=torch.float32)
    print(torch.softmax(s, dim=2))
    """, """
    tensor([[[0.0128, 0.0347, 0.2562, 0.6964],
             [0.0723, 0.1966, 0.1966, 0.5344],
             [0.1966, 0.5344, 0.0723, 0.1966]],

            [[0.1966, 0.5344, 0.0723, 0.1966],
             [0.2562, 0.6964, 0.0128, 0.0347],
             [0.2671, 0.7262, 0.0018, 0.0049]]])
    """),
Row("softmax without a dimension warns", """
    print(F.softmax(torch.tensor([1.0, 2.0])))
    """, """
    UserWarning: Implicit dimension choice for softmax has been deprecated. Change the call to include dim=X as an argument.
    tensor([0.2689, 0.7311])
    """),
Row("softmax of integers is an error", """
    torch.softmax(torch.tensor([1, 2]), 0)
    """, """
    NotImplementedError: "softmax_lastdim_kernel_impl" not implemented for 'Long'
    """),
Row("softmax of integers in a dtype", """
    print(torch.softmax(torch.tensor([1, 2]), 0, dtype=torch.float32))
    print(F.softmax(torch.tensor([1, 2]), dim=0, dtype=torch.float64))
    """, """
    tensor([0.2689, 0.7311])
    tensor([0.2689, 0.7311], dtype=torch.float64)
    """),
Row("log_softmax is the logarithm of softmax, without overflow", """
    z = torch.tensor([[1.0, 2.0, 3.0], [1000.0, 0.0, -1000.0]])
    print(F.log_softmax(z, dim=1), torch.log(torch.softmax(z, 1)))
    print(nn.LogSoftmax(dim=1)(z).equal(torch.log_softmax(z, 1)))
    """, """
    tensor([[-2.4076e+00, -1.4076e+00, -4.0761e-01],
            [ 0.0000e+00, -1.0000e+03, -2.0000e+03]]) tensor([[-2.4076, -1.4076, -0.4076],
            [ 0.0000,    -inf,    -inf]])
    True
    """),
Row("the Jacobian of softmax by grad of each output", """
    a = torch.tensor([0.0983, 0.3098, 0.4726])
    print(a.requires_grad_())
    p = F.softmax(a, dim=0)
    print(p)
    print(torch.autograd.grad(p[1], [a], retain_graph=True))
    print(torch.autograd.grad(p[2], [a]))
    """, """
    tensor([0.0983, 0.3098, 0.4726], requires_grad=True)
    tensor([0.2710, 0.3349, 0.3941], grad_fn=<SoftmaxBackward0>)
    (tensor([-0.0908,  0.2227, -0.1320]),)
    (tensor([-0.1068, -0.1320,  0.2388]),)
    """),
Row("a row of softmax's Jacobian sums to zero", """
    a = torch.tensor([0.0983, 0.3098, 0.4726], requires_grad=True)
    J = torch.autograd.functional.jacobian(lambda t: F.softmax(t, dim=0), a)
    print(J, J.sum(1).abs().max() < 1e-6, (J.diag() > 0).all())
    """, """
    tensor([[ 0.1976, -0.0908, -0.1068],
            [-0.0908,  0.2227, -0.1320],
            [-0.1068, -0.1320,  0.2388]]) tensor(True) tensor(True)
    """),
Row("sign is 1, 0 or -1", """
    print(torch.sign(torch.tensor([-3.5, 0.0, 2.0])), torch.sign(torch.tensor([-3, 0, 2])))
    print(torch.heaviside(torch.tensor([-1.0, 0.0, 1.0]), torch.tensor([0.5])))
    """, """
    tensor([-1.,  0.,  1.]) tensor([-1,  0,  1])
    tensor([0.0000, 0.5000, 1.0000])
    """),
Row("argmax of softmax is argmax of the logits", """
    torch.manual_seed(420)
    logits = torch.rand(4, 10)
    print(F.softmax(logits, dim=1).argmax(dim=1), logits.argmax(dim=1))
    """, "tensor([2, 3, 1, 0]) tensor([2, 3, 1, 0])"),
Row("prelu has a weight that is learned", """
    m = nn.PReLU()
    print(m, m.weight, m(torch.tensor([-2.0, 2.0])))
    """, """
    PReLU(num_parameters=1) Parameter containing:
    tensor([0.2500], requires_grad=True) tensor([-0.5000,  2.0000], grad_fn=<PreluKernelBackward0>)
    """),
Row("an in-place module changes its input", """
    x = torch.tensor([-1.0, 1.0])
    y = nn.LeakyReLU(inplace=True)(x)
    print(x, y is x)
    """, "tensor([-0.0100,  1.0000]) True"),
Row("dropout scales what it keeps, and rests in evaluation", """
    torch.manual_seed(420)
    m = nn.Dropout(0.5)
    print(m(torch.ones(10)))
    print(m.eval()(torch.ones(4)), F.dropout(torch.ones(3), training=False))
    """, """
    tensor([2., 0., 0., 2., 2., 0., 0., 2., 0., 2.])
    tensor([1., 1., 1., 1.]) tensor([1., 1., 1.])
    """),
]
