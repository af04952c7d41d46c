"""Chapter 3. Indexing: integers, slices, steps, None, ..., masks, tensors of integers, lists; and selecting by name."""

# ruff: noqa: E501 - messages are as long as they are
# A row is its program and its text, one below the other.
# fmt: off

from ledger.row import Row

ROWS = [
Row("integers take dimensions away", """
    a = torch.rand(4, 3, 28, 28)
    print(a[0].shape, a[0, 0].shape, a[0, 0, 2, 4].shape, a[-1, -1].shape)
    """, "torch.Size([3, 28, 28]) torch.Size([28, 28]) torch.Size([]) torch.Size([28, 28])"),
Row("slices keep dimensions", """
    a = torch.rand(4, 3, 28, 28)
    print(a[:2].shape, a[:2, :1, :, :].shape, a[:2, 1:, :, :].shape, a[:2, -1:, :, :].shape, a[5:].shape)
    print(a[2:1].shape)
    """, """
    torch.Size([2, 3, 28, 28]) torch.Size([2, 1, 28, 28]) torch.Size([2, 2, 28, 28]) torch.Size([2, 1, 28, 28]) torch.Size([0, 3, 28, 28])
    torch.Size([0, 3, 28, 28])
    """),
Row("slices take steps", """
    a = torch.rand(4, 3, 28, 28)
    print(a[:, :, 0:28:2, 0:28:2].shape, a[:, :, ::2, ::2].shape)
    x = torch.arange(10)
    print(x[::3], x[1:8:2], x[-3:], x[:-3], x[-100:2])
    """, """
    torch.Size([4, 3, 14, 14]) torch.Size([4, 3, 14, 14])
    tensor([0, 3, 6, 9]) tensor([1, 3, 5, 7]) tensor([7, 8, 9]) tensor([0, 1, 2, 3, 4, 5, 6]) tensor([0, 1])
    """),
Row("a negative step is an error", """
    torch.arange(3)[::-1]
    """, "ValueError: step must be greater than zero"),
Row("a step of zero is an error", """
    torch.arange(3)[::0]
    """, "ValueError: slice step cannot be zero"),
Row("the ellipsis stands for the dimensions that are not named", """
    a = torch.rand(4, 3, 28, 28)
    print(a[...].shape, a[0, ...].shape, a[:, 0, ...].shape, a[..., :2].shape, a[0, ..., ::2].shape)
    print(a[0, ..., 0].shape)
    """, """
    torch.Size([4, 3, 28, 28]) torch.Size([3, 28, 28]) torch.Size([4, 28, 28]) torch.Size([4, 3, 28, 2]) torch.Size([3, 28, 14])
    torch.Size([3, 28])
    """),
Row("None puts in a dimension", """
    x = torch.arange(6).view(2, 3)
    print(x[None].shape, x[:, None].shape, x[..., None].shape, x[None, 0, None].shape, x[:, None, 1].shape)
    """, """
    torch.Size([1, 2, 3]) torch.Size([2, 1, 3]) torch.Size([2, 3, 1]) torch.Size([1, 1, 3]) torch.Size([2, 1])
    """),
Row("an index beyond the range is an error", """
    torch.rand(4, 3)[4]
    """, "IndexError: index 4 is out of bounds for dimension 0 with size 4"),
Row("a negative index beyond the range is an error", """
    torch.rand(4, 3)[0, -4]
    """, "IndexError: index -4 is out of bounds for dimension 1 with size 3"),
Row("more indices than dimensions are an error", """
    torch.rand(4, 3)[0, 0, 0]
    """, "IndexError: too many indices for tensor of dimension 2"),
Row("an index into a number is an error", """
    torch.tensor(3.0)[0]
    """, """
    IndexError: invalid index of a 0-dim tensor. Use `tensor.item()` in Python or `tensor.item<T>()` in C++ to convert a 0-dim tensor to a number
    """),
Row("a float is no index", """
    torch.arange(3)[1.0]
    """, """
    IndexError: only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are valid indices (got float)
    """),
Row("a tensor without dimensions is an index like an integer", """
    x = torch.arange(6).view(2, 3)
    i = torch.tensor(1)
    print(x[i], x[0, i], x[i:], [10, 20, 30][i])
    """, "tensor([3, 4, 5]) tensor(1) tensor([[3, 4, 5]]) 20"),
Row("a list of integers selects rows", """
    x = torch.arange(12).view(4, 3)
    print(x[[0, 2]], x[[-1]], x[[0, 0, 1]].shape, x[[]].shape)
    """, """
    tensor([[0, 1, 2],
            [6, 7, 8]]) tensor([[ 9, 10, 11]]) torch.Size([3, 3]) torch.Size([0, 3])
    """),
Row("a tensor of integers selects rows, in its shape", """
    x = torch.arange(12).view(4, 3)
    print(x[torch.tensor([3, 0])], x[torch.tensor([[0, 1], [2, 3]])].shape)
    print(x[torch.tensor([], dtype=torch.int64)].shape)
    """, """
    tensor([[ 9, 10, 11],
            [ 0,  1,  2]]) torch.Size([2, 2, 3])
    torch.Size([0, 3])
    """),
Row("two tensors of integers select elements", """
    x = torch.arange(12).view(4, 3)
    print(x[torch.tensor([0, 1, 2]), torch.tensor([2, 1, 0])], x[[0, 1], [2, -1]], x[[[0], [3]], [0, 2]])
    """, """
    tensor([2, 4, 6]) tensor([2, 5]) tensor([[ 0,  2],
            [ 9, 11]])
    """),
Row("integers and lists mix", """
    x = torch.arange(24).view(2, 3, 4)
    print(x[1, [0, 2]], x[:, [0, 2], 1], x[0, :, [1, 3]].shape, x[[0, 1], :, [1, 3]].shape, x[..., [0, 3]].shape)
    """, """
    tensor([[12, 13, 14, 15],
            [20, 21, 22, 23]]) tensor([[ 1,  9],
            [13, 21]]) torch.Size([3, 2]) torch.Size([2, 3]) torch.Size([2, 3, 2])
    """),
Row("slices and lists mix", """
    x = torch.arange(24).view(2, 3, 4)
    print(x[1:, [0, 2], ::2], x[:, [True, False, True]].shape, x[None, [1], 1:].shape)
    print(x[:, :, torch.tensor([0])].shape)
    """, """
    tensor([[[12, 14],
             [20, 22]]]) torch.Size([2, 2, 4]) torch.Size([1, 1, 2, 4])
    torch.Size([2, 3, 1])
    """),
Row("index tensors that do not broadcast are an error", """
    torch.rand(4, 3)[[0, 1], [0, 1, 2]]
    """, "IndexError: shape mismatch: indexing tensors could not be broadcast together with shapes [2], [3]"),
Row("an index tensor beyond the range is an error", """
    torch.rand(4, 3)[torch.tensor([0, 4])]
    """, "IndexError: index 4 is out of bounds for dimension 0 with size 4"),
Row("an index tensor of floats is an error", """
    torch.rand(4, 3)[torch.tensor([0.0])]
    """, "IndexError: tensors used as indices must be long, int, byte or bool tensors"),
Row("a mask selects elements into a vector", """
    x = torch.arange(6).view(2, 3)
    print(x[x > 2], x[x > 9], x[torch.tensor([True, False])], x[:, torch.tensor([True, False, True])])
    """, """
    tensor([3, 4, 5]) tensor([], dtype=torch.int64) tensor([[0, 1, 2]]) tensor([[0, 2],
            [3, 5]])
    """),
Row("a mask over the first dimensions selects the rest", """
    x = torch.arange(12).view(2, 2, 3)
    print(x[torch.tensor([[True, False], [False, True]])], x[[True, False]].shape)
    """, """
    tensor([[ 0,  1,  2],
            [ 9, 10, 11]]) torch.Size([1, 2, 3])
    """),
Row("a mask of another size is an error", """
    torch.arange(3)[torch.tensor([True, False])]
    """, """
    IndexError: The shape of the mask [2] at index 0 does not match the shape of the indexed tensor [3] at index 0
    """),
Row("True and False add a dimension", """
    x = torch.arange(3)
    print(x[True], x[False], x[torch.tensor(True)].shape)
    """, "tensor([[0, 1, 2]]) tensor([], size=(0, 3), dtype=torch.int64) torch.Size([1, 3])"),
Row("uint8 masks still work and warn", """
    print(torch.arange(3)[torch.tensor([1, 0, 1], dtype=torch.uint8)])
    """, """
    UserWarning: indexing with dtype torch.uint8 is now deprecated, please use a dtype torch.bool instead.
    tensor([0, 2])
    """),
Row("arrays are indices", """
    x = torch.arange(5)
    print(x[np.array([1, 3])], x[np.int64(2)], x[np.array([True, False, False, False, True])])
    """, "tensor([1, 3]) tensor(2) tensor([0, 4])"),
Row("a tuple is several indices", """
    x = torch.arange(6).view(2, 3)
    index = (1, slice(0, 2))
    print(x[index], x[(0,)], x[()].shape)
    """, "tensor([3, 4]) tensor([0, 1, 2]) torch.Size([2, 3])"),
Row("index_select takes indices along one dimension", """
    a = torch.rand(4, 3, 28, 28)
    print(a.index_select(0, torch.tensor([0, 2])).shape, a.index_select(1, torch.tensor([1, 2])).shape)
    print(a.index_select(2, torch.arange(8)).shape, a.index_select(3, torch.arange(12)).shape)
    x = torch.arange(6).view(2, 3)
    print(torch.index_select(x, 1, torch.tensor([2, 0])), torch.index_select(x, dim=0, index=torch.tensor([1, 1])))
    """, """
    torch.Size([2, 3, 28, 28]) torch.Size([4, 2, 28, 28])
    torch.Size([4, 3, 8, 28]) torch.Size([4, 3, 28, 12])
    tensor([[2, 0],
            [5, 3]]) tensor([[3, 4, 5],
            [3, 4, 5]])
    """),
Row("index_select beyond the range is an error", """
    torch.arange(3).index_select(0, torch.tensor([3]))
    """, "IndexError: index out of range in self"),
Row("index_select takes a tensor of indices", """
    torch.arange(3).index_select(0, [1])
    """, "TypeError: index_select(): argument 'index' (position 2) must be Tensor, not list"),
Row("masked_select takes where a mask is true", """
    torch.manual_seed(420)
    x = torch.randn(3, 4)
    mask = x.ge(0.5)
    print(x, mask)
    print(torch.masked_select(x, mask), torch.masked_select(x, mask).shape, x.masked_select(mask[:1]))
    """, """
    tensor([[-1.6977,  0.6374,  0.0781, -0.4140],
            [ 1.5172,  0.0473,  0.8435, -0.2261],
            [ 0.0345, -0.3422,  0.6827, -0.8155]]) tensor([[False,  True, False, False],
            [ True, False,  True, False],
            [False, False,  True, False]])
    tensor([0.6374, 1.5172, 0.8435, 0.6827]) torch.Size([4]) tensor([ 0.6374,  0.0473, -0.3422])
    """),
Row("masked_select takes a mask of booleans", """
    torch.masked_select(torch.arange(3), torch.tensor([1, 0, 1]))
    """, "RuntimeError: masked_select: expected BoolTensor for mask"),
Row("take counts through the flattened tensor", """
    src = torch.tensor([[4, 3, 5], [6, 7, 8]])
    print(src, torch.take(src, torch.tensor([0, 2, 5])), src.take(torch.tensor([[-1]])))
    """, """
    tensor([[4, 3, 5],
            [6, 7, 8]]) tensor([4, 5, 8]) tensor([[8]])
    """),
Row("take beyond the range is an error", """
    torch.take(torch.arange(3), torch.tensor([3]))
    """, "IndexError: out of range: tried to access index 3 on a tensor of 3 elements."),
Row("select and narrow are views", """
    x = torch.arange(12).view(3, 4)
    print(x.select(1, 2), x.narrow(1, 1, 2), x.select(0, -1), torch.narrow(x, 0, 2, 1))
    """, """
    tensor([ 2,  6, 10]) tensor([[ 1,  2],
            [ 5,  6],
            [ 9, 10]]) tensor([ 8,  9, 10, 11]) tensor([[ 8,  9, 10, 11]])
    """),
Row("narrow beyond the range is an error", """
    torch.arange(4).narrow(0, 3, 2)
    """, "RuntimeError: start (3) + length (2) exceeds dimension size (4)."),
Row("nonzero finds where", """
    x = torch.tensor([[0, 1], [2, 0]])
    print(x.nonzero(), torch.nonzero(x, as_tuple=True), torch.nonzero(x > 1), torch.argwhere(x))
    print(torch.tensor([0]).nonzero())
    """, """
    tensor([[0, 1],
            [1, 0]]) (tensor([0, 1]), tensor([1, 0])) tensor([[1, 0]]) tensor([[0, 1],
            [1, 0]])
    tensor([], size=(0, 1), dtype=torch.int64)
    """),
Row("take_along_dim follows argsort", """
    x = torch.tensor([[3, 1, 2], [9, 8, 7]])
    print(torch.take_along_dim(x, x.argsort(1), 1))
    """, """
    tensor([[1, 2, 3],
            [7, 8, 9]])
    """),
Row("len and iteration go over the first dimension", """
    x = torch.arange(6).view(2, 3)
    print(len(x), [row.tolist() for row in x], list(torch.arange(3)), [int(v) for v in torch.tensor([True, False])])
    for i, row in enumerate(x):
        print(i, row)
    """, """
    2 [[0, 1, 2], [3, 4, 5]] [tensor(0), tensor(1), tensor(2)] [1, 0]
    0 tensor([0, 1, 2])
    1 tensor([3, 4, 5])
    """),
Row("a number has no length", """
    len(torch.tensor(3))
    """, "TypeError: len() of a 0-d tensor"),
Row("a number cannot be iterated", """
    for x in torch.tensor(3):
        print(x)
    """, "TypeError: iteration over a 0-d tensor"),
Row("in looks for an element", """
    print(3 in torch.arange(5), 9 in torch.arange(5), torch.tensor(2) in [torch.tensor(1), torch.tensor(2)])
    """, "True False True"),
Row("unpacking goes over the first dimension", """
    a, (b, c) = torch.tensor([[1, 2], [3, 4]])
    print(a, b, c)
    """, "tensor([1, 2]) tensor(3) tensor(4)"),
]
