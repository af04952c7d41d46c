"""Chapter 2. Creation: from data, from values, from ranges; dtypes, shapes and printing."""

# ruff: noqa: E501 - messages are as long as they are
# A row is its program and its text, one below the other.
# fmt: off

from ledger.row import Row

ROWS = [
Row("tensor infers the dtype of its data", """
    print(torch.tensor([1, 2]), torch.tensor([1, 2]).dtype)
    print(torch.tensor([1.0, 2]), torch.tensor([1.0, 2]).dtype)
    print(torch.tensor([True, False]), torch.tensor([True, False]).dtype)
    print(torch.tensor([True, 2]), torch.tensor([True, 2.5]), torch.tensor(1 + 2j).dtype)
    """, """
    tensor([1, 2]) torch.int64
    tensor([1., 2.]) torch.float32
    tensor([ True, False]) torch.bool
    tensor([1, 2]) tensor([1.0000, 2.5000]) torch.complex64
    """),
Row("tensor of a number has no dimensions", """
    x = torch.tensor(3.14)
    print(x, x.shape, x.ndim, x.numel(), torch.tensor(3), torch.tensor(False))
    """, "tensor(3.1400) torch.Size([]) 0 1 tensor(3) tensor(False)"),
Row("tensor takes dtype, device, requires_grad", """
    print(torch.tensor([1, 2], dtype=torch.float64, device="cpu", requires_grad=True, pin_memory=False))
    print(torch.tensor([1.9, -1.9], dtype=torch.int64), torch.tensor([0, 2], dtype=torch.bool))
    print(torch.tensor([1, 2], dtype=torch.float).device, torch.tensor([1], device=torch.device("cpu")).device.type)
    """, """
    tensor([1., 2.], dtype=torch.float64, requires_grad=True)
    tensor([ 1, -1]) tensor([False,  True])
    cpu cpu
    """),
Row("tensor of NumPy arrays keeps their dtype", """
    print(torch.tensor(np.array([1, 2], np.int32)), torch.tensor(np.ones((1, 2))))
    """, "tensor([1, 2], dtype=torch.int32) tensor([[1., 1.]], dtype=torch.float64)"),
Row("tensor of tuples and of tensors", """
    print(torch.tensor(((1, 2), (3, 4))), torch.tensor([torch.tensor(1), torch.tensor(2)]), torch.tensor(range(3)))
    """, """
    tensor([[1, 2],
            [3, 4]]) tensor([1, 2]) tensor([0, 1, 2])
    """),
Row("tensor of an empty list is float32", """
    print(torch.tensor([]), torch.tensor([]).dtype, torch.tensor([[]]).shape, torch.tensor([], dtype=torch.int64))
    """, "tensor([]) torch.float32 torch.Size([1, 0]) tensor([], dtype=torch.int64)"),
Row("lists of unequal lengths are an error", """
    torch.tensor([[1, 2], [3]])
    """, "ValueError: expected sequence of length 2 at dim 1 (got 1)"),
Row("text is no tensor", """
    torch.tensor("1")
    """, "TypeError: new(): invalid data type 'str'"),
Row("a tensor of integers cannot require grad", """
    torch.tensor([1, 2], requires_grad=True)
    """, "RuntimeError: Only Tensors of floating point and complex dtype can require gradients"),
Row("a tensor of a tensor copies it and warns", """
    x = torch.ones(2)
    y = torch.tensor(x)
    y[0] = 5
    print(x, y)
    """, """
    UserWarning: To copy construct from a tensor, it is recommended to use sourceTensor.detach().clone() or sourceTensor.detach().clone().requires_grad_(True), rather than torch.tensor(sourceTensor).
    tensor([1., 1.]) tensor([5., 1.])
    """),
Row("an integer beyond int64 is an error", """
    torch.tensor(2**63)
    """, "ValueError: Overflow when unpacking long long"),
Row("zeros and ones take sizes, lists and tuples", """
    print(torch.zeros(2, 3))
    print(torch.zeros((2, 3)).shape, torch.zeros([2, 3]).shape, torch.zeros(size=(2,)).shape, torch.zeros(()).shape)
    print(torch.ones(2, 3), torch.ones(3, dtype=torch.int32), torch.ones(2, dtype=torch.bool))
    print(torch.zeros(torch.Size([2, 1])), torch.zeros(0, 3), torch.zeros(0))
    """, """
    tensor([[0., 0., 0.],
            [0., 0., 0.]])
    torch.Size([2, 3]) torch.Size([2, 3]) torch.Size([2]) torch.Size([])
    tensor([[1., 1., 1.],
            [1., 1., 1.]]) tensor([1, 1, 1], dtype=torch.int32) tensor([True, True])
    tensor([[0.],
            [0.]]) tensor([], size=(0, 3)) tensor([])
    """),
Row("zeros takes out, dtype, layout, device, requires_grad", """
    result = torch.ones(3)
    print(torch.zeros((3,), out=result) is result, result)
    print(torch.zeros(2, dtype=torch.float64, layout=torch.strided, device="cpu", requires_grad=True))
    print(torch.zeros(2).layout, torch.strided, torch.zeros(2).is_sparse)
    """, """
    True tensor([0., 0., 0.])
    tensor([0., 0.], dtype=torch.float64, requires_grad=True)
    torch.strided torch.strided False
    """),
Row("a negative size is an error", """
    torch.zeros(2, -1)
    """, "RuntimeError: zeros: Dimension size must be non-negative."),
Row("zeros_like and ones_like take the shape and dtype of another", """
    x = torch.arange(6).view(2, 3)
    print(torch.zeros_like(x), torch.ones_like(x), torch.zeros_like(x, dtype=torch.float32))
    print(torch.ones_like(torch.rand(2, requires_grad=True)), torch.ones_like(torch.rand(2), requires_grad=True))
    """, """
    tensor([[0, 0, 0],
            [0, 0, 0]]) tensor([[1, 1, 1],
            [1, 1, 1]]) tensor([[0., 0., 0.],
            [0., 0., 0.]])
    tensor([1., 1.]) tensor([1., 1.], requires_grad=True)
    """),
Row("full fills with a value and takes its dtype", """
    print(torch.full([2, 2], 3.), torch.full([4], 1/4.), torch.full((2,), 7), torch.full([8], 1.).dtype)
    print(torch.full([2], True), torch.full([2], 3, dtype=torch.float32), torch.full((), 2.5), torch.full([0], 1))
    """, """
    tensor([[3., 3.],
            [3., 3.]]) tensor([0.2500, 0.2500, 0.2500, 0.2500]) tensor([7, 7]) torch.float32
    tensor([True, True]) tensor([3., 3.]) tensor(2.5000) tensor([], dtype=torch.int64)
    """),
Row("full_like fills in the dtype of the other", """
    print(torch.full_like(torch.arange(3), 2.9), torch.full_like(torch.rand(2, 2), 5))
    """, """
    tensor([2, 2, 2]) tensor([[5., 5.],
            [5., 5.]])
    """),
Row("empty and empty_like promise a shape and a dtype", """
    print(torch.empty(2, 3).shape, torch.empty(2, dtype=torch.int64).dtype, torch.empty_like(torch.ones(2, 1)).shape)
    """, "torch.Size([2, 3]) torch.int64 torch.Size([2, 1])"),
Row("arange leaves out its end", """
    print(torch.arange(5), torch.arange(2, 5), torch.arange(1, 10, 3), torch.arange(5, 0, -2))
    print(torch.arange(0, 1, 0.25), torch.arange(3.), torch.arange(1, 2.5, 0.5), torch.arange(-1, 3, 0.5))
    print(torch.arange(3, dtype=torch.float64), torch.arange(0), torch.arange(start=1, end=4, step=2))
    """, """
    tensor([0, 1, 2, 3, 4]) tensor([2, 3, 4]) tensor([1, 4, 7]) tensor([5, 3, 1])
    tensor([0.0000, 0.2500, 0.5000, 0.7500]) tensor([0., 1., 2.]) tensor([1.0000, 1.5000, 2.0000]) tensor([-1.0000, -0.5000,  0.0000,  0.5000,  1.0000,  1.5000,  2.0000,  2.5000])
    tensor([0., 1., 2.], dtype=torch.float64) tensor([], dtype=torch.int64) tensor([1, 3])
    """),
Row("arange(8).view(2, 4).float() is a float matrix", """
    a = torch.arange(8).view(2, 4).float()
    print(a, a.dtype)
    """, """
    tensor([[0., 1., 2., 3.],
            [4., 5., 6., 7.]]) torch.float32
    """),
Row("arange without a way from start to end is an error", """
    torch.arange(3, 1)
    """, "RuntimeError: upper bound and lower bound inconsistent with step sign"),
Row("arange with a step of zero is an error", """
    torch.arange(0, 3, 0)
    """, "RuntimeError: step must be nonzero"),
Row("linspace includes its end", """
    print(torch.linspace(0, 1, 5), torch.linspace(-100, 100, 10))
    print(torch.linspace(0, 10, 3), torch.linspace(3, 3, 2), torch.linspace(0, 1, 1), torch.linspace(0, 1, 0))
    print(torch.linspace(0, 1, steps=3, dtype=torch.float64), torch.linspace(start=5, end=-5, steps=3))
    """, """
    tensor([0.0000, 0.2500, 0.5000, 0.7500, 1.0000]) tensor([-100.0000,  -77.7778,  -55.5556,  -33.3333,  -11.1111,   11.1111,
              33.3333,   55.5556,   77.7778,  100.0000])
    tensor([ 0.,  5., 10.]) tensor([3., 3.]) tensor([0.]) tensor([])
    tensor([0.0000, 0.5000, 1.0000], dtype=torch.float64) tensor([ 5.,  0., -5.])
    """),
Row("linspace of 200 points from -5 to 5", """
    x = torch.linspace(-5, 5, 200)
    print(x[:4], x[-2:], x.shape, x[99] + x[100])
    """, "tensor([-5.0000, -4.9497, -4.8995, -4.8492]) tensor([4.9497, 5.0000]) torch.Size([200]) tensor(0.)"),
Row("linspace needs the number of steps", """
    torch.linspace(0, 1)
    """, "TypeError: linspace() received an invalid combination of arguments - got (int, int), but expected one of:"),
Row("linspace with a negative number of steps is an error", """
    torch.linspace(0, 1, -1)
    """, "RuntimeError: number of steps must be non-negative"),
Row("logspace takes powers of its base", """
    print(torch.logspace(0, 2, 3), torch.logspace(0, 4, 5, base=2), torch.logspace(start=-1, end=1, steps=3, base=10))
    """, "tensor([  1.,  10., 100.]) tensor([ 1.,  2.,  4.,  8., 16.]) tensor([ 0.1000,  1.0000, 10.0000])"),
Row("eye is square unless told otherwise", """
    print(torch.eye(3), torch.eye(2, 3), torch.eye(2, dtype=torch.int64))
    """, """
    tensor([[1., 0., 0.],
            [0., 1., 0.],
            [0., 0., 1.]]) tensor([[1., 0., 0.],
            [0., 1., 0.]]) tensor([[1, 0],
            [0, 1]])
    """),
Row("device names", """
    print(torch.device("cpu"), repr(torch.device("cpu")), torch.device("cuda:0"), torch.device("cuda", 1).index)
    print(torch.device("cpu") == torch.device("cpu"), torch.device("cuda:0").type)
    """, """
    cpu device(type='cpu') cuda:0 1
    True cuda
    """),
Row("a device of an unknown name is an error", """
    torch.device("abacus")
    """, """
    RuntimeError: Expected one of cpu, cuda, ipu, xpu, mkldnn, opengl, opencl, ideep, hip, ve, fpga, maia, xla, lazy, vulkan, mps, meta, hpu, mtia, privateuseone device type at start of device string: abacus
    """),
Row("new_ methods take the dtype of a tensor", """
    x = torch.ones(2, dtype=torch.float64)
    print(x.new_zeros(2), x.new_ones((1, 2)), x.new_full((2,), 3), x.new_tensor([1, 2]), x.new_empty(3).shape)
    """, """
    tensor([0., 0.], dtype=torch.float64) tensor([[1., 1.]], dtype=torch.float64) tensor([3., 3.], dtype=torch.float64) tensor([1., 2.], dtype=torch.float64) torch.Size([3])
    """),
Row("triangles and diagonals", """
    x = torch.arange(1, 10).view(3, 3)
    print(torch.tril(x), torch.triu(x, 1), torch.diag(x), torch.diag(torch.tensor([1, 2])))
    """, """
    tensor([[1, 0, 0],
            [4, 5, 0],
            [7, 8, 9]]) tensor([[0, 2, 3],
            [0, 0, 6],
            [0, 0, 0]]) tensor([1, 5, 9]) tensor([[1, 0],
            [0, 2]])
    """),
Row("a sparse tensor prints its indices and values", """
    x = torch.sparse_coo_tensor(torch.tensor([[0, 1], [2, 0]]), torch.tensor([3.0, 4.0]), (2, 3), check_invariants=True)
    print(x)
    print(x.to_dense(), x.layout, torch.sparse_coo)
    """, """
    tensor(indices=tensor([[0, 1],
                           [2, 0]]),
           values=tensor([3., 4.]),
           size=(2, 3), nnz=2, layout=torch.sparse_coo)
    tensor([[0., 0., 3.],
            [4., 0., 0.]]) torch.sparse_coo torch.sparse_coo
    """),
Row("zeros with the sparse layout", """
    print(torch.zeros(2, 3, layout=torch.sparse_coo))
    """, """
    tensor(indices=tensor([], size=(2, 0)),
           values=tensor([], size=(0,)),
           size=(2, 3), nnz=0, layout=torch.sparse_coo)
    """),
Row("printing keeps columns aligned", """
    print(torch.tensor([[1.5, -10.25], [100, 0]]), torch.tensor([1, -10, 100]), torch.tensor([[True, False]]))
    """, """
    tensor([[  1.5000, -10.2500],
            [100.0000,   0.0000]]) tensor([  1, -10, 100]) tensor([[ True, False]])
    """),
Row("printing whole floats leaves out the digits", """
    print(torch.tensor([1.0, 2.0, 30.0]), torch.tensor(8.0), torch.tensor([1e5, 1.0]), torch.tensor([-0.0]))
    """, "tensor([ 1.,  2., 30.]) tensor(8.) tensor([1.0000e+05, 1.0000e+00]) tensor([-0.])"),
Row("printing turns to scientific notation when magnitudes differ", """
    print(torch.tensor([1e-5, 1.0]), torch.tensor([1e8, 1.5]), torch.tensor([1e-8]), torch.tensor(1e10))
    print(torch.tensor([0.0, 1e-4]), torch.tensor([9999.5, 0.5]), torch.tensor([100000.5]))
    """, """
    tensor([1.0000e-05, 1.0000e+00]) tensor([1.0000e+08, 1.5000e+00]) tensor([1.0000e-08]) tensor(1.0000e+10)
    tensor([0.0000e+00, 1.0000e-04]) tensor([9.9995e+03, 5.0000e-01]) tensor([100000.5000])
    """),
Row("printing shows nan and inf", """
    print(torch.tensor([float("nan"), float("inf"), -float("inf")]), torch.tensor([1.5, float("nan")]))
    """, "tensor([nan, inf, -inf]) tensor([1.5000,    nan])"),
Row("printing shortens large tensors", """
    print(torch.arange(2000).view(20, 100))
    """, """
    tensor([[   0,    1,    2,  ...,   97,   98,   99],
            [ 100,  101,  102,  ...,  197,  198,  199],
            [ 200,  201,  202,  ...,  297,  298,  299],
            ...,
            [1700, 1701, 1702,  ..., 1797, 1798, 1799],
            [1800, 1801, 1802,  ..., 1897, 1898, 1899],
            [1900, 1901, 1902,  ..., 1997, 1998, 1999]])
    """),
Row("printing long vectors breaks lines", """
    print(torch.arange(60))
    """, """
    tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,
            18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35,
            36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53,
            54, 55, 56, 57, 58, 59])
    """),
Row("printing three dimensions", """
    print(torch.arange(12.0).view(2, 2, 3))
    """, """
    tensor([[[ 0.,  1.,  2.],
             [ 3.,  4.,  5.]],

            [[ 6.,  7.,  8.],
             [ 9., 10., 11.]]])
    """),
Row("printing names dtypes that are not the defaults", """
    print(torch.zeros(1, dtype=torch.float64), torch.zeros(1, dtype=torch.int32), torch.zeros(1, dtype=torch.uint8))
    print(torch.zeros(1, dtype=torch.float16), torch.zeros(1, dtype=torch.bfloat16), torch.zeros(1, dtype=torch.bool))
    print(torch.zeros(1, dtype=torch.complex64), repr(torch.float32), str(torch.int64), torch.long)
    """, """
    tensor([0.], dtype=torch.float64) tensor([0], dtype=torch.int32) tensor([0], dtype=torch.uint8)
    tensor([0.], dtype=torch.float16) tensor([0.], dtype=torch.bfloat16) tensor([False])
    tensor([0.+0.j]) torch.float32 torch.int64 torch.int64
    """),
Row("printing empty tensors names their size", """
    print(torch.zeros(2, 0), torch.zeros(0), torch.zeros(0, dtype=torch.int64), torch.tensor([]))
    """, "tensor([], size=(2, 0)) tensor([]) tensor([], dtype=torch.int64) tensor([])"),
Row("repr and str are one", """
    x = torch.tensor([1.5])
    print(repr(x) == str(x), f"{x}", "{}".format(x), "%s" % x)
    """, "True tensor([1.5000]) tensor([1.5000]) tensor([1.5000])"),
Row("format of a number without dimensions takes a format specification", """
    x = torch.tensor(3.14159)
    print(f"{x:.2f}", "{:8.3f}".format(x), f"{torch.tensor(5):03d}", f"{x}", "%.1f" % x)
    """, "3.14    3.142 005 3.141590118408203 3.1"),
Row("format of a vector takes no format specification", """
    print(f"{torch.ones(2):.2f}")
    """, "TypeError: unsupported format string passed to Tensor.__format__"),
Row("the default dtype is float32 and can be changed", """
    print(torch.get_default_dtype())
    torch.set_default_dtype(torch.float64)
    print(torch.tensor([1.5]), torch.zeros(1).dtype, torch.tensor([1.5], dtype=torch.float32), torch.arange(2.0))
    """, """
    torch.float32
    tensor([1.5000]) torch.float64 tensor([1.5000], dtype=torch.float32) tensor([0., 1.])
    """),
Row("is_tensor and isinstance", """
    print(torch.is_tensor(torch.ones(1)), torch.is_tensor([1]), isinstance(torch.ones(1), torch.Tensor))
    print(type(torch.ones(1)).__name__, torch.ones(1).__class__ is torch.Tensor)
    """, """
    True False True
    Tensor True
    """),
Row("finfo and iinfo describe dtypes", """
    print(torch.finfo(torch.float32).eps, torch.finfo(torch.float64).max, torch.iinfo(torch.int64).max)
    print(torch.float32.is_floating_point, torch.int64.is_floating_point, torch.float32.itemsize)
    """, """
    1.1920928955078125e-07 1.7976931348623157e+308 9223372036854775807
    True False 4
    """),
]
