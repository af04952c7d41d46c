"""Chapter 4. Statistics: norms, extremes, sums, what is largest; comparison, choice, look-up; the precision of floats."""

# ruff: noqa: E501 - messages are as long as they are
# A row is its program and its text, one below the other.
# fmt: off

from ledger.row import Row

ROWS = [
Row("norms of eight ones", """
    a = torch.full([8], 1.)
    b, c = a.view(2, 4), a.view(2, 2, 2)
    print((a, a.dtype), (b, b.dtype), (c, c.dtype))
    print((a.norm(1), b.norm(1), c.norm(1)))
    print((a.norm(2), b.norm(2), c.norm(2)))
    """, """
    (tensor([1., 1., 1., 1., 1., 1., 1., 1.]), torch.float32) (tensor([[1., 1., 1., 1.],
            [1., 1., 1., 1.]]), torch.float32) (tensor([[[1., 1.],
             [1., 1.]],

            [[1., 1.],
             [1., 1.]]]), torch.float32)
    (tensor(8.), tensor(8.), tensor(8.))
    (tensor(2.8284), tensor(2.8284), tensor(2.8284))
    """),
Row("norms along a dimension", """
    b = torch.full([8], 1.).view(2, 4)
    c = b.view(2, 2, 2)
    print(b.norm(1, dim=1), b.norm(2, dim=1))
    print(c.norm(1, dim=0), c.norm(2, dim=0))
    """, """
    tensor([4., 4.]) tensor([2., 2.])
    tensor([[2., 2.],
            [2., 2.]]) tensor([[1.4142, 1.4142],
            [1.4142, 1.4142]])
    """),
Row("other norms", """
    x = torch.tensor([[3.0, -4.0], [0.0, 12.0]])
    print(x.norm(), torch.norm(x, float("inf")), x.norm(0), x.norm(3, dim=1, keepdim=True), torch.linalg.norm(x[0]))
    """, """
    tensor(13.) tensor(12.) tensor(3.) tensor([[ 4.4979],
            [12.0000]]) tensor(5.)
    """),
Row("the norm of integers is an error", """
    torch.tensor([1, 2]).norm(1)
    """, "RuntimeError: linalg.vector_norm: Expected a floating point or complex tensor as input. Got Long"),
Row("min, max, mean, sum and prod", """
    a = torch.arange(8).view(2, 4).float()
    print(a)
    print((a.min(), a.max(), a.mean(), a.sum(), a.prod()))
    print(torch.min(a), torch.max(a), torch.mean(a), torch.sum(a), torch.prod(a + 1))
    """, """
    tensor([[0., 1., 2., 3.],
            [4., 5., 6., 7.]])
    (tensor(0.), tensor(7.), tensor(3.5000), tensor(28.), tensor(0.))
    tensor(0.) tensor(7.) tensor(3.5000) tensor(28.) tensor(40320.)
    """),
Row("argmax and argmin count through all, or along a dimension", """
    a = torch.arange(8).view(2, 4).float()
    print((a.argmax(), a.argmin()))
    print((a.argmax(dim=0), a.argmin(dim=0)))
    print((a.argmax(dim=1), a.argmin(dim=1)))
    print(a.argmax(dim=1, keepdim=True), torch.argmax(a, -1))
    """, """
    (tensor(7), tensor(0))
    (tensor([1, 1, 1, 1]), tensor([0, 0, 0, 0]))
    (tensor([3, 3]), tensor([0, 0]))
    tensor([[3],
            [3]]) tensor([3, 3])
    """),
Row("max along a dimension gives values and indices", """
    a = torch.arange(8).view(2, 4).float()
    print(a.max(dim=1))
    print(a.max(dim=1, keepdim=True))
    print(torch.min(a, 0))
    """, """
    torch.return_types.max(
    values=tensor([3., 7.]),
    indices=tensor([3, 3]))
    torch.return_types.max(
    values=tensor([[3.],
            [7.]]),
    indices=tensor([[3],
            [3]]))
    torch.return_types.min(
    values=tensor([0., 1., 2., 3.]),
    indices=tensor([0, 0, 0, 0]))
    """),
Row("a pair of values and indices unpacks, and has names", """
    values, indices = torch.tensor([[1, 5], [7, 2]]).max(1)
    r = torch.tensor([[1, 5], [7, 2]]).max(1)
    print(values, indices, r.values is r[0], r[1], len(r), isinstance(r, tuple), type(r).__name__)
    """, "tensor([5, 7]) tensor([1, 0]) True tensor([1, 0]) 2 True max"),
Row("ties give the first index", """
    x = torch.tensor([[1, 3, 3], [2, 2, 2]])
    print(x.max(1), x.argmax(1), x.argmin(1), x.min(1).indices)
    """, """
    torch.return_types.max(
    values=tensor([3, 2]),
    indices=tensor([1, 0])) tensor([1, 0]) tensor([0, 0]) tensor([0, 0])
    """),
Row("sums along dimensions", """
    a = torch.arange(8.0).view(2, 4)
    print(a.sum(0), a.sum(dim=1), a.sum(1, keepdim=True), a.sum((0, 1)), a.sum(-1))
    print(torch.sum(a, dim=(0, 1), keepdim=True))
    """, """
    tensor([ 4.,  6.,  8., 10.]) tensor([ 6., 22.]) tensor([[ 6.],
            [22.]]) tensor(28.) tensor([ 6., 22.])
    tensor([[28.]])
    """),
Row("means, products, spreads along dimensions", """
    a = torch.arange(8.0).view(2, 4)
    print(a.mean(0), a.mean(1, keepdim=True), a.prod(1), a.std(), a.var(1), a.std(dim=0), a.var(unbiased=False))
    print(torch.std(a, 1, correction=0), torch.var_mean(a), torch.std_mean(a, 0))
    """, """
    tensor([2., 3., 4., 5.]) tensor([[1.5000],
            [5.5000]]) tensor([  0., 840.]) tensor(2.4495) tensor([1.6667, 1.6667]) tensor([2.8284, 2.8284, 2.8284, 2.8284]) tensor(5.2500)
    tensor([1.1180, 1.1180]) (tensor(6.), tensor(3.5000)) (tensor([2.8284, 2.8284, 2.8284, 2.8284]), tensor([2., 3., 4., 5.]))
    """),
Row("sums of integers and of booleans are int64", """
    print(torch.tensor([1, 2], dtype=torch.int32).sum(), torch.tensor([True, True]).sum())
    print(torch.tensor([200, 100], dtype=torch.uint8).sum())
    print(torch.arange(3).sum(dtype=torch.float32), torch.tensor([2, 3], dtype=torch.int8).prod())
    print(torch.arange(4).cumsum(0))
    """, """
    tensor(3) tensor(2)
    tensor(300)
    tensor(3.) tensor(6)
    tensor([0, 1, 3, 6])
    """),
Row("sums of nothing", """
    x = torch.zeros(0)
    print(x.sum(), x.prod(), x.mean(), torch.zeros(0, 3).sum(0), torch.zeros(2, 0).sum(1))
    """, "tensor(0.) tensor(1.) tensor(nan) tensor([0., 0., 0.]) tensor([0., 0.])"),
Row("the maximum of nothing is an error", """
    torch.zeros(0).max()
    """, """
    RuntimeError: max(): Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with the 'dim' argument.
    """),
Row("a dimension beyond the range is an error", """
    torch.zeros(2, 3).sum(2)
    """, "IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 2)"),
Row("the same dimension twice is an error", """
    torch.zeros(2, 3).sum((0, 0))
    """, "RuntimeError: dim 0 appears multiple times in the list of dims"),
Row("cumulative sums and products", """
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    print(x.cumsum(0), x.cumprod(1), torch.cummax(torch.tensor([1, 3, 2]), 0), torch.diff(torch.tensor([1, 4, 9])))
    """, """
    tensor([[1., 2.],
            [4., 6.]]) tensor([[ 1.,  2.],
            [ 3., 12.]]) torch.return_types.cummax(
    values=tensor([1, 3, 3]),
    indices=tensor([0, 1, 1])) tensor([3, 5])
    """),
Row("topk gives the largest from large to small", """
    a = torch.arange(8).view(2, 4).float()
    print(a.topk(3, dim=1))
    """, """
    torch.return_types.topk(
    values=tensor([[3., 2., 1.],
            [7., 6., 5.]]),
    indices=tensor([[3, 2, 1],
            [3, 2, 1]]))
    """),
Row("topk gives the smallest from small to large", """
    a = torch.arange(8).view(2, 4).float()
    print(a.topk(3, dim=1, largest=False))
    """, """
    torch.return_types.topk(
    values=tensor([[0., 1., 2.],
            [4., 5., 6.]]),
    indices=tensor([[0, 1, 2],
            [0, 1, 2]]))
    """),
Row("topk of more than there are is an error", """
    torch.rand(2, 4).topk(5, dim=1)
    """, "RuntimeError: selected index k out of range"),
Row("kthvalue counts from the smallest", """
    a = torch.arange(8).view(2, 4).float()
    print(a.kthvalue(4, dim=1))
    print(a.kthvalue(3))
    print(a.kthvalue(2, dim=1))
    """, """
    torch.return_types.kthvalue(
    values=tensor([3., 7.]),
    indices=tensor([3, 3]))
    torch.return_types.kthvalue(
    values=tensor([2., 6.]),
    indices=tensor([2, 2]))
    torch.return_types.kthvalue(
    values=tensor([1., 5.]),
    indices=tensor([1, 1]))
    """),
Row("kthvalue beyond the range is an error", """
    torch.rand(2, 4).kthvalue(5)
    """, "RuntimeError: kthvalue(): selected number k out of range for dimension 1"),
Row("the median is the lower one of two", """
    print(torch.tensor([1.0, 4.0, 2.0, 3.0]).median(), torch.tensor([3, 1, 2]).median())
    print(torch.tensor([[1.0, 4.0, 2.0, 3.0], [0.0, 9.0, 8.0, 7.0]]).median(1))
    print(torch.quantile(torch.tensor([1.0, 2.0]), 0.5))
    """, """
    tensor(2.) tensor(2)
    torch.return_types.median(
    values=tensor([2., 7.]),
    indices=tensor([2, 3]))
    tensor(1.5000)
    """),
Row("mode, sort and argsort", """
    x = torch.tensor([[3, 1, 3], [2, 2, 0]])
    print(x.mode(1), x.sort(1), x.sort(descending=True).values, x.argsort(0))
    """, """
    torch.return_types.mode(
    values=tensor([3, 2]),
    indices=tensor([2, 1])) torch.return_types.sort(
    values=tensor([[1, 3, 3],
            [0, 2, 2]]),
    indices=tensor([[1, 0, 2],
            [2, 0, 1]])) tensor([[3, 3, 1],
            [2, 2, 0]]) tensor([[1, 0, 1],
            [0, 1, 0]])
    """),
Row("all and any", """
    x = torch.tensor([[True, False], [True, True]])
    print(x.all(), x.any(), x.all(0), x.any(dim=1, keepdim=True), torch.all(torch.tensor([1.0, 0.0])))
    print(torch.tensor([]).all())
    """, """
    tensor(False) tensor(True) tensor([ True, False]) tensor([[True],
            [True]]) tensor(False)
    tensor(True)
    """),
Row("eq compares elements, equal compares tensors", """
    a = torch.arange(4.0).view(2, 2)
    print(torch.eq(a, a), torch.equal(a, a), a.equal(a + 1), torch.eq(a, 2), torch.equal(a, a[0]))
    print(type(torch.equal(a, a)).__name__)
    """, """
    tensor([[True, True],
            [True, True]]) True False tensor([[False, False],
            [ True, False]]) False
    bool
    """),
Row("torch.eaqul is not there, torch.equal is", """
    print(hasattr(torch, "eaqul"), hasattr(torch, "equal"))
    """, "False True"),
Row("comparing gives booleans", """
    a = torch.arange(8).view(2, 4).float()
    print((a > 0, a.dtype))
    print(torch.gt(a, 0))
    print(a != 0)
    print(a >= 3, a < 3, a <= 3, a == 3, 3 < a)
    """, """
    (tensor([[False,  True,  True,  True],
            [ True,  True,  True,  True]]), torch.float32)
    tensor([[False,  True,  True,  True],
            [ True,  True,  True,  True]])
    tensor([[False,  True,  True,  True],
            [ True,  True,  True,  True]])
    tensor([[False, False, False,  True],
            [ True,  True,  True,  True]]) tensor([[ True,  True,  True, False],
            [False, False, False, False]]) tensor([[ True,  True,  True,  True],
            [False, False, False, False]]) tensor([[False, False, False,  True],
            [False, False, False, False]]) tensor([[False, False, False, False],
            [ True,  True,  True,  True]])
    """),
Row("comparing by name", """
    a, b = torch.tensor([1, 2, 3]), torch.tensor([2, 2, 2])
    print(a.ge(b), a.lt(b), a.le(b), a.ne(b), a.gt(b), torch.greater_equal(a, b), a.gt_(b))
    """, """
    tensor([False,  True,  True]) tensor([ True, False, False]) tensor([ True,  True, False]) tensor([ True, False,  True]) tensor([False, False,  True]) tensor([False,  True,  True]) tensor([0, 0, 1])
    """),
Row("comparing across dtypes promotes", """
    print(torch.tensor([1, 2]) == torch.tensor([1.0, 2.5]), torch.tensor([True]) == torch.tensor([1]))
    print(torch.ones(1) == None)
    """, """
    tensor([ True, False]) tensor([True])
    False
    """),
Row("comparing sizes that do not broadcast is an error", """
    torch.ones(2) == torch.ones(3)
    """, "RuntimeError: The size of tensor a (2) must match the size of tensor b (3) at non-singleton dimension 0"),
Row("b is not a random c, but is itself", """
    torch.manual_seed(420)
    b, c = torch.ones(2, 3), torch.randn(2, 3)
    print((b, c), torch.eq(b, c), torch.equal(b, b))
    """, """
    (tensor([[1., 1., 1.],
            [1., 1., 1.]]), tensor([[-1.6977,  0.6374,  0.0781],
            [-0.4140,  1.5172,  0.0473]])) tensor([[False, False, False],
            [False, False, False]]) True
    """),
Row("a tensor of one element is a condition", """
    print(bool(torch.tensor(1.0)), bool(torch.tensor([[0]])), "yes" if torch.tensor(3) > 2 else "no")
    print(not torch.tensor([False]))
    """, """
    True False yes
    True
    """),
Row("several elements are no condition", """
    bool(torch.tensor([True, False]))
    """, "RuntimeError: Boolean value of Tensor with more than one value is ambiguous"),
Row("no elements are no condition", """
    if torch.tensor([]):
        pass
    """, "RuntimeError: Boolean value of Tensor with no values is ambiguous"),
Row("logical functions", """
    a, b = torch.tensor([1.0, 0.0]), torch.tensor([2.0, 3.0])
    print(torch.logical_and(a, b), torch.logical_or(a, b), torch.logical_not(a), torch.logical_xor(a, b))
    """, "tensor([ True, False]) tensor([True, True]) tensor([False,  True]) tensor([False,  True])"),
Row("where chooses between two tensors", """
    cond = torch.tensor([[0.6769, 0.7271], [0.8884, 0.4163]])
    a, b = torch.full([2, 2], 0.), torch.full([2, 2], 1.)
    print(cond, a, b)
    print(torch.where(cond > 0.5, a, b))
    """, """
    tensor([[0.6769, 0.7271],
            [0.8884, 0.4163]]) tensor([[0., 0.],
            [0., 0.]]) tensor([[1., 1.],
            [1., 1.]])
    tensor([[0., 0.],
            [0., 1.]])
    """),
Row("where takes numbers, promotes and broadcasts", """
    x = torch.tensor([-1, 0, 2])
    print(torch.where(x > 0, x, 0), torch.where(x > 0, 1.5, x), x.where(x > 0, torch.tensor(7)))
    print(torch.where(x > 0, 1.0, 0.0))
    print(torch.where(x > 0))
    """, """
    tensor([0, 0, 2]) tensor([-1.0000,  0.0000,  1.5000]) tensor([7, 7, 2])
    tensor([0., 0., 1.])
    (tensor([2]),)
    """),
Row("gather looks indices up along a dimension", """
    x = torch.tensor([[1, 2], [3, 4]])
    print(torch.gather(x, 1, torch.tensor([[0, 0], [1, 0]])), x.gather(0, torch.tensor([[1, 0]])))
    """, """
    tensor([[1, 1],
            [4, 3]]) tensor([[3, 2]])
    """),
Row("gather turns topk indices into labels", """
    torch.manual_seed(420)
    prob = torch.randn(4, 10)
    idx = prob.topk(dim=1, k=3)
    print(idx)
    idx = idx[1]
    label = torch.arange(10) + 100
    print(label)
    print(torch.gather(label.expand(4, 10), dim=1, index=idx.long()))
    """, """
    torch.return_types.topk(
    values=tensor([[1.8092, 0.7104, 0.6704],
            [2.6453, 2.0182, 1.3498],
            [1.8417, 1.2409, 1.1204],
            [1.2050, 0.6416, 0.3787]]),
    indices=tensor([[8, 7, 2],
            [0, 4, 5],
            [9, 7, 5],
            [6, 1, 5]]))
    tensor([100, 101, 102, 103, 104, 105, 106, 107, 108, 109])
    tensor([[108, 107, 102],
            [100, 104, 105],
            [109, 107, 105],
            [106, 101, 105]])
    """),
Row("gather beyond the range is an error", """
    torch.gather(torch.arange(3), 0, torch.tensor([3]))
    """, "RuntimeError: index 3 is out of bounds for dimension 0 with size 3"),
Row("gather takes indices of int64", """
    torch.gather(torch.arange(3), 0, torch.tensor([1.0]))
    """, "RuntimeError: gather(): Expected dtype int32/int64 for index"),
Row("unique sorts, counts and points back", """
    y = torch.tensor([2.0, 0.0, 2.0, 1.0])
    print(y.unique(), len(y.unique()), torch.unique(y, return_counts=True), torch.unique(y, return_inverse=True))
    print(torch.tensor([1, 1, 2, 1]).unique_consecutive(), torch.bincount(torch.tensor([0, 2, 2])), torch.histc(y, 3))
    """, """
    tensor([0., 1., 2.]) 3 (tensor([0., 1., 2.]), tensor([1, 1, 2])) (tensor([0., 1., 2.]), tensor([2, 0, 2, 1]))
    tensor([1, 2, 1]) tensor([1, 0, 2]) tensor([1., 1., 2.])
    """),
Row("isclose and allclose have tolerances", """
    a = torch.tensor([1.0, 2.0])
    print(torch.allclose(a, a + 1e-7), torch.allclose(a, a + 1e-3), torch.isclose(a, torch.tensor([1.0, 2.1])))
    print(a.allclose(a + 0.1, atol=0.2))
    """, """
    True False tensor([ True, False])
    True
    """),
Row("AND weights do not give the literals exactly", """
    X = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]], dtype=torch.float32)
    w = torch.tensor([-0.2, 0.15, 0.15])
    zhat = torch.mv(X, w)
    z = torch.tensor([-0.2000, -0.0500, -0.0500, 0.1000])
    print(zhat, z.ndim)
    print(zhat == z)
    print(zhat - z)
    SSE = sum((zhat - z) ** 2)
    print(SSE, torch.allclose(zhat, z))
    """, """
    tensor([-0.2000, -0.0500, -0.0500,  0.1000]) 1
    tensor([ True, False, False, False])
    tensor([0.0000e+00, 3.7253e-09, 3.7253e-09, 7.4506e-09])
    tensor(8.3267e-17) True
    """),
Row("thirty digits show what is stored", """
    torch.set_printoptions(precision=30)
    print(torch.tensor([-0.2, -0.05, -0.05, 0.1]))
    print(torch.mv(torch.tensor([[1.0, 0, 0], [1, 1, 0], [1, 0, 1], [1, 1, 1]]), torch.tensor([-0.2, 0.15, 0.15])))
    torch.set_printoptions(precision=4)
    print(torch.tensor([0.1]))
    """, """
    tensor([-0.200000002980232238769531250000, -0.050000000745058059692382812500,
            -0.050000000745058059692382812500,  0.100000001490116119384765625000])
    tensor([-0.200000002980232238769531250000, -0.049999997019767761230468750000,
            -0.049999997019767761230468750000,  0.100000008940696716308593750000])
    tensor([0.1000])
    """),
Row("set_printoptions changes digits, width, length and notation", """
    x = torch.tensor([1234.5678, 0.001])
    torch.set_printoptions(precision=2)
    print(x)
    torch.set_printoptions(sci_mode=False, precision=6)
    print(x)
    torch.set_printoptions(sci_mode=True)
    print(x)
    torch.set_printoptions(profile="default", threshold=5, edgeitems=1)
    print(torch.arange(10), torch.zeros(8, 8))
    torch.set_printoptions(profile="default", linewidth=30)
    print(torch.arange(15))
    """, """
    tensor([1.23e+03, 1.00e-03])
    tensor([1234.567749,    0.001000])
    tensor([1.234568e+03, 1.000000e-03])
    tensor([0,  ..., 9]) tensor([[0.,  ..., 0.],
            ...,
            [0.,  ..., 0.]])
    tensor([ 0,  1,  2,  3,  4,
             5,  6,  7,  8,  9,
            10, 11, 12, 13, 14])
    """),
Row("a sum of 83,558,400 floats loses digits in float32", """
    preds = torch.ones(300, 68, 64, 64)
    print(preds.shape, 300 * 68 * 64 * 64)
    preds = preds * 0.1
    print(preds.sum() * 10 == 83558400, abs((preds.sum() * 10).item() - 83558400) < 200)
    """, """
    torch.Size([300, 68, 64, 64]) 83558400
    tensor(False) True
    """, slow=True),
Row("a sum of 83,558,400 floats keeps its digits in float64", """
    preds = torch.ones(300, 68, 64, 64, dtype=torch.float64).mul_(0.1)
    print(preds.sum() * 10)
    """, "tensor(83558400.0000, dtype=torch.float64)", slow=True),
Row("float32 holds seven digits and float64 sixteen", """
    print(torch.tensor(0.1).item(), torch.tensor(0.1, dtype=torch.float64).item(), torch.tensor(16777217.0))
    print(torch.tensor(16777217.0).item())
    print((torch.tensor(0.1) + torch.tensor(0.2)).item(), (torch.tensor(0.1).double()).item())
    """, """
    0.10000000149011612 0.1 tensor(16777216.)
    16777216.0
    0.30000001192092896 0.10000000149011612
    """),
]
