"""Chapter 1. Tensors and NumPy: sharing memory, the same mathematics, sizes, three ways to add."""

# ruff: noqa: E501 - messages are as long as they are
# A row is its program and its text, one below the other.
# fmt: off

from ledger.row import Row

ROWS = [
Row("an array becomes a tensor and an array again", r"""
    np_data = np.arange(6).reshape((2, 3))
    torch_data = torch.from_numpy(np_data)
    tensor2array = torch_data.numpy()
    print("\nnumpy array:", np_data, "\ntorch tensor:", torch_data, "\ntensor to array:", tensor2array)
    """, """
    numpy array: [[0 1 2]
     [3 4 5]]
    torch tensor: tensor([[0, 1, 2],
            [3, 4, 5]])
    tensor to array: [[0 1 2]
     [3 4 5]]
    """),
Row("from_numpy keeps the array's dtype", """
    for dtype in ("float32", "float64", "int32", "int64", "uint8", "int8", "int16", "bool", "float16", "complex64"):
        print(torch.from_numpy(np.zeros(2, dtype)).dtype)
    """, """
    torch.float32
    torch.float64
    torch.int32
    torch.int64
    torch.uint8
    torch.int8
    torch.int16
    torch.bool
    torch.float16
    torch.complex64
    """),
Row("adding in place to a tensor changes the array that it came from", """
    a = np.ones(5)
    b = torch.from_numpy(a)
    print(a)
    print(b)
    b.add_(1)
    print(a)
    print(b)
    """, """
    [1. 1. 1. 1. 1.]
    tensor([1., 1., 1., 1., 1.], dtype=torch.float64)
    [2. 2. 2. 2. 2.]
    tensor([2., 2., 2., 2., 2.], dtype=torch.float64)
    """),
Row("writing to an array changes the tensor made from it", """
    a = np.ones(5)
    b = torch.from_numpy(a)
    a[2] = 7
    print(b)
    a *= 2
    print(b, b.sum())
    """, """
    tensor([1., 1., 7., 1., 1.], dtype=torch.float64)
    tensor([ 2.,  2., 14.,  2.,  2.], dtype=torch.float64) tensor(22., dtype=torch.float64)
    """),
Row("numpy() of a tensor is the same memory, both ways", """
    a = torch.ones(5)
    b = a.numpy()
    print(b, b.dtype)
    a.add_(1)
    print(b)
    b[0] = 10
    print(a)
    """, """
    [1. 1. 1. 1. 1.] float32
    [2. 2. 2. 2. 2.]
    tensor([10.,  2.,  2.,  2.,  2.])
    """),
Row("numpy() of a view of a tensor shares its memory", """
    a = torch.zeros(3, 4)
    b = a[:, 1].numpy()
    b[:] = 5
    print(a)
    a.t()[1] = 6
    print(b)
    """, """
    tensor([[0., 5., 0., 0.],
            [0., 5., 0., 0.],
            [0., 5., 0., 0.]])
    [6. 6. 6.]
    """),
Row("from_numpy of a slice with a step shares the array's memory", """
    a = np.arange(10)
    b = torch.from_numpy(a[1::3])
    b.zero_()
    print(a, b.stride())
    """, "[0 0 2 3 0 5 6 0 8 9] (3,)"),
Row("torch.tensor copies the array", """
    a = np.ones(3)
    b = torch.tensor(a)
    a[0] = 5
    print(b)
    """, "tensor([1., 1., 1.], dtype=torch.float64)"),
Row("as_tensor shares the array, torch.tensor does not", """
    a = np.ones(3, np.float32)
    shared, copied = torch.as_tensor(a), torch.tensor(a)
    a[0] = 5
    print(shared, copied)
    """, "tensor([5., 1., 1.]) tensor([1., 1., 1.])"),
Row("from_numpy takes arrays only", """
    torch.from_numpy([1, 2])
    """, "TypeError: expected np.ndarray (got list)"),
Row("from_numpy refuses negative strides", """
    torch.from_numpy(np.arange(3)[::-1])
    """, """
    ValueError: At least one stride in the given numpy array is negative, and tensors with negative strides are not currently supported. (You can probably work around this by making a copy of your array  with array.copy().)
    """),
Row("from_numpy refuses arrays of text", """
    torch.from_numpy(np.array(["a"]))
    """, """
    TypeError: can't convert np.ndarray of type numpy.str_. The only supported types are: float64, float32, float16, complex64, complex128, int64, int32, int16, int8, uint64, uint32, uint16, uint8, and bool.
    """),
Row("FloatTensor makes float32 of a list of integers", """
    data = [-1, -2, 1, 2]
    tensor = torch.FloatTensor(data)
    print(tensor, tensor.dtype)
    """, "tensor([-1., -2.,  1.,  2.]) torch.float32"),
Row("abs agrees with NumPy's", r"""
    data = [-1, -2, 1, 2]
    tensor = torch.FloatTensor(data)
    print("\nabs", "\nnumpy: ", np.abs(data), "\ntorch: ", torch.abs(tensor))
    """, """
    abs
    numpy:  [1 2 1 2]
    torch:  tensor([1., 2., 1., 2.])
    """),
Row("sin agrees with NumPy's", r"""
    data = [-1, -2, 1, 2]
    tensor = torch.FloatTensor(data)
    print("\nsin", "\nnumpy: ", np.sin(data), "\ntorch: ", torch.sin(tensor))
    """, """
    sin
    numpy:  [-0.84147098 -0.90929743  0.84147098  0.90929743]
    torch:  tensor([-0.8415, -0.9093,  0.8415,  0.9093])
    """),
Row("mean agrees with NumPy's", r"""
    data = [-1, -2, 1, 2]
    tensor = torch.FloatTensor(data)
    print("\nmean", "\nnumpy: ", np.mean(data), "\ntorch: ", torch.mean(tensor))
    """, """
    mean
    numpy:  0.0
    torch:  tensor(0.)
    """),
Row("the mean of integers is an error", """
    torch.tensor([1, 2]).mean()
    """, """
    RuntimeError: mean(): could not infer output dtype. Input dtype must be either a floating point or complex dtype. Got: Long
    """),
Row("mm agrees with NumPy's matmul", """
    data = [[1, 2], [3, 4]]
    tensor = torch.FloatTensor(data)
    print("numpy: ", np.matmul(data, data))
    print("torch: ", torch.mm(tensor, tensor))
    print("torch: ", torch.matmul(tensor, tensor), tensor @ tensor)
    """, """
    numpy:  [[ 7 10]
     [15 22]]
    torch:  tensor([[ 7., 10.],
            [15., 22.]])
    torch:  tensor([[ 7., 10.],
            [15., 22.]]) tensor([[ 7., 10.],
            [15., 22.]])
    """),
Row("NumPy's dot multiplies matrices", """
    data = np.array([[1, 2], [3, 4]])
    print(data.dot(data))
    """, """
    [[ 7 10]
     [15 22]]
    """),
Row("dot takes vectors only", """
    tensor = torch.FloatTensor([[1, 2], [3, 4]])
    tensor.dot(tensor)
    """, "RuntimeError: 1D tensors expected, but got 2D and 2D tensors"),
Row("dot of vectors is a number", """
    print(torch.FloatTensor([1, 2, 3, 4]).dot(torch.FloatTensor([1, 2, 3, 4])))
    """, "tensor(30.)"),
Row("dot of vectors of different lengths is an error", """
    torch.ones(2).dot(torch.ones(3))
    """, """
    RuntimeError: inconsistent tensor size, expected tensor [2] and src [3] to have the same number of elements, but got 2 and 3 elements respectively
    """),
Row("dot of different dtypes is an error", """
    torch.ones(2).dot(torch.ones(2, dtype=torch.float64))
    """, "RuntimeError: dot : expected both vectors to have same dtype, but found Float and Double"),
Row("mm of sizes that do not fit is an error", """
    torch.mm(torch.ones(2, 3), torch.ones(2, 3))
    """, "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"),
Row("mm takes matrices only", """
    torch.mm(torch.ones(3), torch.ones(3, 2))
    """, "RuntimeError: self must be a matrix"),
Row("mm of different dtypes is an error", """
    torch.mm(torch.ones(2, 2), torch.ones(2, 2, dtype=torch.int64))
    """, "RuntimeError: expected m1 and m2 to have the same dtype, but got: float != long int"),
Row("mv multiplies a matrix by a vector", """
    print(torch.mv(torch.FloatTensor([[1, 2], [3, 4]]), torch.FloatTensor([1, 10])))
    """, "tensor([21., 43.])"),
Row("mm of integers stays exact", """
    a = torch.tensor([[2**40, 1], [3, 4]])
    print(torch.mm(a, a.t()), a @ a)
    """, """
    tensor([[            1, 3298534883332],
            [3298534883332,            25]]) tensor([[            3, 1099511627780],
            [3298534883340,            19]])
    """),
Row("Tensor(5, 3) makes an uninitialised float32 matrix", """
    x = torch.Tensor(5, 3)
    print(x.shape, x.dtype)
    """, "torch.Size([5, 3]) torch.float32"),
Row("size() and shape are the same torch.Size", """
    x = torch.rand(5, 3)
    print(x.size(), x.shape, x.size() == x.shape, x.size() == (5, 3), type(x.size()).__name__)
    print(x.size(0), x.size(-1), x.shape[0], len(x.shape), x.ndim, x.dim(), x.numel(), x.nelement())
    """, """
    torch.Size([5, 3]) torch.Size([5, 3]) True True Size
    5 3 5 2 2 2 15 15
    """),
Row("a torch.Size is a tuple", """
    size = torch.zeros(2, 3).size()
    rows, columns = size
    print(isinstance(size, tuple), rows, columns, size.numel(), size[-1], size[1:], size + (4,), list(size))
    """, "True 2 3 6 3 torch.Size([3]) torch.Size([2, 3, 4]) [2, 3]"),
Row("size of a dimension that is not there is an error", """
    torch.zeros(2, 3).size(2)
    """, "IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 2)"),
Row("the three ways to add agree", """
    torch.manual_seed(0)
    x, y = torch.rand(5, 3), torch.rand(5, 3)
    result = torch.Tensor(5, 3)
    torch.add(x, y, out=result)
    print(result)
    print(torch.equal(result, x + y), torch.equal(result, torch.add(x, y)), torch.equal(result, x.add(y)))
    """, """
    tensor([[1.0148, 1.4659, 0.8885],
            [0.2931, 0.5897, 1.3157],
            [1.4053, 1.2935, 1.3298],
            [1.0517, 0.9018, 1.3545],
            [0.0585, 0.3541, 0.6673]])
    True True True
    """),
Row("out= returns the very tensor that was given", """
    result = torch.zeros(2)
    print(torch.add(torch.ones(2), 2, out=result) is result, result)
    """, "True tensor([3., 3.])"),
Row("out= resizes an empty tensor", """
    result = torch.empty(0)
    torch.mul(torch.ones(2, 3), 4, out=result)
    print(result)
    """, """
    tensor([[4., 4., 4.],
            [4., 4., 4.]])
    """),
Row("out= refuses a dtype that cannot hold the result", """
    torch.add(torch.ones(2), torch.ones(2), out=torch.zeros(2, dtype=torch.int64))
    """, "RuntimeError: result type Float can't be cast to the desired output type Long"),
Row("a name with an underscore changes the tensor itself", """
    x, y = torch.ones(2, 3), torch.full((2, 3), 2.0)
    x.add(y)
    x.t()
    print(x)
    x.add_(y)
    print(x)
    x.t_()
    print(x, x.shape, x.stride())
    """, """
    tensor([[1., 1., 1.],
            [1., 1., 1.]])
    tensor([[3., 3., 3.],
            [3., 3., 3.]])
    tensor([[3., 3.],
            [3., 3.],
            [3., 3.]]) torch.Size([3, 2]) (1, 3)
    """),
Row("in-place methods return the tensor itself", """
    x = torch.zeros(2)
    print(x.add_(1) is x, x.mul_(3) is x, x)
    """, "True True tensor([3., 3.])"),
Row("arrays take tensors, and tensors arrays", """
    x = torch.tensor([1.0, 4.0, 9.0])
    print(np.sqrt(x), np.asarray(x), np.array(x.tolist()).sum())
    print(x * torch.from_numpy(np.float32([1, 2, 3])))
    """, """
    tensor([1., 2., 3.]) [1. 4. 9.] 14.0
    tensor([ 1.,  8., 27.])
    """),
Row("numpy() keeps the dtype", """
    for dtype in (torch.float32, torch.float64, torch.int32, torch.int64, torch.uint8, torch.bool, torch.float16):
        print(torch.zeros(1, dtype=dtype).numpy().dtype)
    """, """
    float32
    float64
    int32
    int64
    uint8
    bool
    float16
    """),
Row("numpy() of a tensor that requires grad is an error", """
    torch.ones(2, requires_grad=True).numpy()
    """, "RuntimeError: Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."),
Row("detach().numpy() of a tensor that requires grad shares its memory", """
    x = torch.ones(2, requires_grad=True)
    a = x.detach().numpy()
    a[0] = 3
    print(x, x.data.numpy())
    """, "tensor([3., 1.], requires_grad=True) [3. 1.]"),
Row("numpy() of bfloat16 is an error", """
    torch.ones(2, dtype=torch.bfloat16).numpy()
    """, "TypeError: Got unsupported ScalarType BFloat16"),
Row("tolist gives Python's numbers", """
    print(torch.tensor([[1, 2], [3, 4]]).tolist(), torch.tensor(1.5).tolist(), torch.tensor([True]).tolist())
    print(torch.tensor([0.1]).tolist(), torch.tensor([0.1], dtype=torch.float64).tolist(), torch.zeros(2, 0).tolist())
    """, """
    [[1, 2], [3, 4]] 1.5 [True]
    [0.10000000149011612] [0.1] [[], []]
    """),
Row("item gives Python's number of one element", """
    print(torch.tensor([[3]]).item(), torch.tensor(0.1).item(), torch.tensor(True).item())
    print(type(torch.tensor(3).item()).__name__, type(torch.tensor(3.0).item()).__name__)
    """, """
    3 0.10000000149011612 True
    int float
    """),
Row("item of several elements is an error", """
    torch.ones(2).item()
    """, "RuntimeError: a Tensor with 2 elements cannot be converted to Scalar"),
Row("a NumPy scalar in a tensor keeps its dtype", """
    print(torch.tensor(np.float32(1.5)), torch.tensor(np.float64(1.5)).dtype, torch.tensor([np.float64(1.5)]).dtype)
    print(torch.tensor(np.int32(3)).dtype, torch.tensor(np.bool_(True)).dtype)
    """, """
    tensor(1.5000) torch.float64 torch.float64
    torch.int32 torch.bool
    """),
Row("a tensor plus an array is a tensor", """
    x = torch.ones(2) + np.ones(2, np.float32)
    print(x, type(x).__name__)
    """, "tensor([2., 2.]) Tensor"),
]
