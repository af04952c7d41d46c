"""Chapter 2. Creation by chance: PyTorch's numbers for PyTorch's seeds."""

# ruff: noqa: E501 - messages are as long as they are
# A row is its program and its text, one below the other.
# fmt: off

from ledger.row import Row

ROWS = [
Row("rand of a seed", """
    torch.manual_seed(420)
    print(torch.rand(2, 3), torch.rand(2), torch.rand(()))
    """, """
    tensor([[0.8054, 0.1990, 0.9759],
            [0.1028, 0.3475, 0.1554]]) tensor([0.8856, 0.6876]) tensor(0.2506)
    """),
Row("random.manual_seed is manual_seed", """
    torch.random.manual_seed(420)
    a = torch.rand(3)
    torch.manual_seed(420)
    print(torch.equal(a, torch.rand(3)), a)
    """, "True tensor([0.8054, 0.1990, 0.9759])"),
Row("rand of float64 draws twice", """
    torch.manual_seed(420)
    print(torch.rand(3, dtype=torch.float64), torch.rand(1))
    """, "tensor([0.4428, 0.8068, 0.7797], dtype=torch.float64) tensor([0.8856])"),
Row("rand_like takes the shape and the dtype", """
    torch.manual_seed(420)
    print(torch.rand_like(torch.zeros(2, 2)), torch.rand_like(torch.zeros(2, dtype=torch.float64)))
    """, """
    tensor([[0.8054, 0.1990],
            [0.9759, 0.1028]]) tensor([0.7797, 0.0849], dtype=torch.float64)
    """),
Row("rand takes sizes as a tuple and requires_grad", """
    torch.manual_seed(1)
    print(torch.rand((2, 2), requires_grad=True), torch.rand(size=(1,)))
    """, """
    tensor([[0.7576, 0.2793],
            [0.4031, 0.7347]], requires_grad=True) tensor([0.0293])
    """),
Row("randn of few values", """
    torch.manual_seed(420)
    print(torch.randn(3), torch.randn(2, 2))
    """, """
    tensor([-1.6977,  0.6374,  0.0781]) tensor([[-0.4140,  1.5172],
            [ 0.0473,  0.8435]])
    """),
Row("randn of sixteen values and more", """
    torch.manual_seed(420)
    print(torch.randn(16))
    print(torch.randn(20))
    """, """
    tensor([-0.0070,  0.5044,  0.6704, -0.3829,  0.0302,  0.3826, -0.5131,  0.7104,
             1.8092,  0.4352,  2.6453,  0.2654,  0.9235, -0.4376,  2.0182,  1.3498])
    tensor([-0.2523, -0.0355, -0.0646, -0.5918, -0.6336,  0.7566,  0.3524,  0.6126,
            -0.1976,  1.1204,  0.4033,  1.2409, -0.9933, -1.6647, -0.0118,  1.4460,
            -0.3285, -0.6949, -1.8402,  0.3787])
    """),
Row("randn of float64", """
    torch.manual_seed(420)
    print(torch.randn(3, dtype=torch.float64), torch.randn(17, dtype=torch.float64)[-3:])
    """, """
    tensor([-1.6977,  0.6374,  0.0781], dtype=torch.float64) tensor([-0.1495,  0.0179, -0.3960], dtype=torch.float64)
    """),
Row("randn_like and randn(size=(50,))", """
    torch.manual_seed(420)
    print(torch.randn_like(torch.zeros(2, 3)))
    x = torch.randn(size=(50,), dtype=torch.float32)
    print(x.shape, x[:3], x[-3:])
    """, """
    tensor([[-1.6977,  0.6374,  0.0781],
            [-0.4140,  1.5172,  0.0473]])
    torch.Size([50]) tensor([-0.5845,  1.6647, -0.7799]) tensor([-2.4358, -0.1385,  0.0612])
    """),
Row("normal of a scalar mean and a scalar std needs a size", """
    torch.manual_seed(420)
    print(torch.normal(0.0, 1.0, size=(4,)), torch.normal(2.0, 3.0, (2, 2)))
    """, """
    tensor([-1.6977,  0.6374,  0.0781, -0.4140]) tensor([[6.5515, 2.1418],
            [4.5304, 1.3218]])
    """),
Row("normal of a tensor mean and a tensor std", """
    torch.manual_seed(420)
    print(torch.normal(torch.arange(1.0, 5.0), torch.arange(1.0, 5.0)))
    """, "tensor([-0.6977,  3.2749,  3.2343,  2.3440])"),
Row("normal of a tensor mean and a scalar std", """
    torch.manual_seed(420)
    print(torch.normal(torch.arange(1.0, 5.0), 0.5), torch.normal(mean=torch.zeros(2)))
    """, "tensor([0.1512, 2.3187, 3.0391, 3.7930]) tensor([1.5172, 0.0473])"),
Row("normal of a scalar mean and a tensor std", """
    torch.manual_seed(420)
    print(torch.normal(1.0, torch.arange(1.0, 5.0)))
    """, "tensor([-0.6977,  2.2749,  1.2343, -0.6560])"),
Row("normal with a negative std is an error", """
    torch.normal(0.0, -1.0, (2,))
    """, "RuntimeError: normal expects std >= 0.0, but found std -1"),
Row("randint takes low, high, size", """
    torch.manual_seed(420)
    print(torch.randint(10, (5,)), torch.randint(3, 10, (2, 3)), torch.randint(low=0, high=2, size=(4,)))
    """, """
    tensor([1, 6, 2, 7, 5]) tensor([[3, 9, 9],
            [9, 3, 4]]) tensor([0, 1, 0, 0])
    """),
Row("randint can be float32", """
    torch.manual_seed(420)
    y = torch.randint(low=0, high=2, size=(4, 1), dtype=torch.float32)
    print(y, y.dtype)
    """, """
    tensor([[1.],
            [0.],
            [0.],
            [1.]]) torch.float32
    """),
Row("randint_like takes the shape and the dtype", """
    torch.manual_seed(420)
    print(torch.randint_like(torch.zeros(3), 10), torch.randint_like(torch.arange(3), 5, 8))
    """, "tensor([1., 6., 2.]) tensor([7, 6, 6])"),
Row("randint without a range is an error", """
    torch.randint(5, 5, (2,))
    """, "RuntimeError: random_ expects 'from' to be less than 'to', but got from=5 >= to=5"),
Row("randperm is a permutation", """
    torch.manual_seed(420)
    p = torch.randperm(10)
    print(p, p.sort().values, torch.randperm(0))
    """, """
    tensor([1, 8, 0, 4, 5, 3, 2, 9, 6, 7]) tensor([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]) tensor([], dtype=torch.int64)
    """),
Row("bernoulli draws zeros and ones", """
    torch.manual_seed(420)
    print(torch.bernoulli(torch.full((8,), 0.5)), torch.bernoulli(torch.tensor([0.0, 1.0])))
    """, "tensor([0., 1., 0., 1., 1., 1., 0., 0.]) tensor([0., 1.])"),
Row("bernoulli of a probability beyond one is an error", """
    try:
        torch.bernoulli(torch.tensor([1.5]))
    except RuntimeError as error:
        print(type(error).__name__)
    """, "RuntimeError"),
Row("in-place filling by chance", """
    torch.manual_seed(420)
    x = torch.empty(4)
    print(x.uniform_())
    print(x.uniform_(-1, 1))
    print(x.normal_())
    print(x.normal_(10, 0.1))
    print(x.bernoulli_(0.5))
    print(x.random_(0, 10))
    print(x.exponential_())
    """, """
    tensor([0.8054, 0.1990, 0.9759, 0.1028])
    tensor([-0.3051, -0.6891,  0.7712,  0.3751])
    tensor([ 1.5172,  0.0473,  0.8435, -0.2261])
    tensor([10.0035,  9.9658, 10.0683,  9.9184])
    tensor([0., 1., 0., 1.])
    tensor([9., 8., 5., 3.])
    tensor([0.0037, 0.6579, 0.8364, 1.0315])
    """),
Row("one stream feeds all draws", """
    torch.manual_seed(3)
    a = [torch.rand(2), torch.randn(2), torch.randint(0, 100, (2,)), torch.randperm(4), torch.rand(1)]
    print(a)
    """, """
    [tensor([0.0043, 0.1056]), tensor([-0.3940,  1.6762]), tensor([40, 25]), tensor([1, 2, 0, 3]), tensor([0.7995])]
    """),
Row("the state of the stream can be kept and restored", """
    torch.manual_seed(7)
    state = torch.get_rng_state()
    a = torch.rand(2)
    torch.set_rng_state(state)
    print(torch.equal(a, torch.rand(2)), torch.initial_seed())
    """, "True 7"),
Row("a generator of its own leaves the global stream alone", """
    g = torch.Generator().manual_seed(420)
    torch.manual_seed(0)
    a = torch.rand(2, generator=g)
    b = torch.rand(2)
    torch.manual_seed(0)
    print(a, torch.equal(b, torch.rand(2)))
    """, "tensor([0.8054, 0.1990]) True"),
Row("multinomial draws indices", """
    torch.manual_seed(420)
    print(torch.multinomial(torch.tensor([0.1, 0.2, 0.7]), 5, replacement=True))
    """, "tensor([2, 2, 2, 0, 0])"),
Row("rand of an image batch, seed 420", """
    torch.manual_seed(420)
    a = torch.rand(4, 3, 28, 28)
    print(a[0, 0, 2, 4], a.mean(), a[3, 2, 27, 27])
    """, "tensor(0.9057) tensor(0.4971) tensor(0.4842)"),
Row("Tensor always makes float32, tensor infers", """
    print(torch.Tensor([1, 2]), torch.tensor([1, 2]), torch.Tensor([[1, 0, 0], [1, 1, 0]]))
    print(torch.Tensor(2, 3).shape, torch.Tensor().shape, torch.Tensor((2, 3)), torch.Tensor(np.array([1, 2])))
    """, """
    tensor([1., 2.]) tensor([1, 2]) tensor([[1., 0., 0.],
            [1., 1., 0.]])
    torch.Size([2, 3]) torch.Size([0]) tensor([2., 3.]) tensor([1., 2.])
    """),
Row("the legacy constructors name their dtype", """
    for name in "Float Double Half Int Long Short Char Byte Bool BFloat16".split():
        kind = getattr(torch, name + "Tensor")
        print(name, kind([1, 0]).dtype, kind(2, 3).shape)
    """, """
    Float torch.float32 torch.Size([2, 3])
    Double torch.float64 torch.Size([2, 3])
    Half torch.float16 torch.Size([2, 3])
    Int torch.int32 torch.Size([2, 3])
    Long torch.int64 torch.Size([2, 3])
    Short torch.int16 torch.Size([2, 3])
    Char torch.int8 torch.Size([2, 3])
    Byte torch.uint8 torch.Size([2, 3])
    Bool torch.bool torch.Size([2, 3])
    BFloat16 torch.bfloat16 torch.Size([2, 3])
    """),
Row("type names the legacy constructor", """
    print(torch.ones(1).type(), torch.arange(2).type(), torch.tensor([True]).type(), torch.ones(1).double().type())
    """, "torch.FloatTensor torch.LongTensor torch.BoolTensor torch.DoubleTensor"),
Row("type converts", """
    x = torch.tensor([1.7, -1.7])
    print(x.type(torch.LongTensor), x.type(torch.int32), x.type("torch.DoubleTensor"))
    """, "tensor([ 1, -1]) tensor([ 1, -1], dtype=torch.int32) tensor([ 1.7000, -1.7000], dtype=torch.float64)"),
Row("the conversion methods", """
    x = torch.tensor([0.0, 1.7, -1.7])
    print(x.double(), x.half(), x.int(), x.long(), x.short(), x.char(), x.bool(), x.bfloat16())
    print(torch.tensor([1, 2]).float(), torch.tensor([300]).byte(), torch.tensor([1]).to(torch.float64))
    """, """
    tensor([ 0.0000,  1.7000, -1.7000], dtype=torch.float64) tensor([ 0.0000,  1.7002, -1.7002], dtype=torch.float16) tensor([ 0,  1, -1], dtype=torch.int32) tensor([ 0,  1, -1]) tensor([ 0,  1, -1], dtype=torch.int16) tensor([ 0,  1, -1], dtype=torch.int8) tensor([False,  True,  True]) tensor([ 0.0000,  1.7031, -1.7031], dtype=torch.bfloat16)
    tensor([1., 2.]) tensor([44], dtype=torch.uint8) tensor([1.], dtype=torch.float64)
    """),
Row("to without a change is the same tensor", """
    x = torch.ones(2)
    print(x.to(torch.float32) is x, x.float() is x, x.to("cpu") is x, x.cpu() is x, x.to(x) is x, x.clone() is x)
    print(x.to(torch.float32, copy=True) is x, x.to(torch.ones(1, dtype=torch.int64)).dtype)
    """, """
    True True True True True False
    False torch.int64
    """),
Row("isinstance knows the legacy types", """
    print(isinstance(torch.ones(1), torch.FloatTensor), isinstance(torch.arange(2), torch.FloatTensor))
    """, "True False"),
Row("a legacy constructor refuses tensors of another dtype", """
    try:
        torch.LongTensor(torch.ones(2))
    except TypeError as error:
        print(type(error).__name__)
    """, "TypeError"),
]
