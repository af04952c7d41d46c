"""Chapter 3. Writing: assignment to every kind of index, and writes through views that the tensor sees."""

# ruff: noqa: E501 - messages are as long as they are
# A row is its program and its text, one below the other.
# fmt: off

from ledger.row import Row

ROWS = [
Row("assigning to an integer", """
    x = torch.zeros(2, 3)
    x[0] = 1
    x[1, 2] = 5
    x[-1, 0] = torch.tensor(7)
    print(x)
    """, """
    tensor([[1., 1., 1.],
            [7., 0., 5.]])
    """),
Row("assigning to slices", """
    x = torch.zeros(3, 4)
    x[:, 1:3] = 2
    x[::2, 0] = torch.tensor([8.0, 9.0])
    x[1] = torch.arange(4)
    print(x)
    """, """
    tensor([[8., 2., 2., 0.],
            [0., 1., 2., 3.],
            [9., 2., 2., 0.]])
    """),
Row("assigning to the ellipsis and to None", """
    x = torch.zeros(2, 2, 2)
    x[..., 0] = 1
    x[None, 1, ..., 1] = 3
    x[0, ...] += 10
    print(x)
    """, """
    tensor([[[11., 10.],
             [11., 10.]],

            [[ 1.,  3.],
             [ 1.,  3.]]])
    """),
Row("assigning to a mask", """
    x = torch.arange(6.0)
    x[x > 3] = -1
    x[x == 0] = torch.tensor(9.0)
    x[torch.tensor([False, True, True, False, False, False])] = torch.tensor([10.0, 20.0])
    print(x)
    """, "tensor([ 9., 10., 20.,  3., -1., -1.])"),
Row("assigning to a mask over rows", """
    x = torch.zeros(3, 2)
    x[torch.tensor([True, False, True])] = torch.tensor([1.0, 2.0])
    print(x)
    """, """
    tensor([[1., 2.],
            [0., 0.],
            [1., 2.]])
    """),
Row("assigning to a list and to a tensor of integers", """
    x = torch.zeros(5)
    x[[0, 2]] = 1
    x[torch.tensor([3, 4])] = torch.tensor([5.0, 6.0])
    print(x)
    """, "tensor([1., 0., 1., 5., 6.])"),
Row("assigning to pairs of indices", """
    x = torch.zeros(3, 3)
    x[[0, 1, 2], [2, 1, 0]] = torch.tensor([1.0, 2.0, 3.0])
    x[torch.arange(3), 0] = 9
    x[1:, [1]] = 4
    print(x)
    """, """
    tensor([[9., 0., 1.],
            [9., 4., 0.],
            [9., 4., 0.]])
    """),
Row("assigning to the same index twice keeps one value", """
    x = torch.zeros(3)
    x[[0, 0]] = 5
    x[[1, 1]] += 1
    print(x)
    """, "tensor([5., 1., 0.])"),
Row("assigning converts to the tensor's dtype", """
    x = torch.zeros(2, dtype=torch.int64)
    x[0] = 2.9
    x[1] = True
    print(x)
    """, "tensor([2, 1])"),
Row("assigning broadcasts", """
    x = torch.zeros(2, 3)
    x[:] = torch.tensor([1.0, 2.0, 3.0])
    print(x)
    x[:, :2] = torch.tensor([[7.0], [8.0]])
    print(x)
    """, """
    tensor([[1., 2., 3.],
            [1., 2., 3.]])
    tensor([[7., 7., 3.],
            [8., 8., 3.]])
    """),
Row("assigning a shape that does not fit is an error", """
    x = torch.zeros(2, 3)
    x[0] = torch.ones(2)
    """, """
    RuntimeError: The expanded size of the tensor (3) must match the existing size (2) at non-singleton dimension 0.  Target sizes: [3].  Tensor sizes: [2]
    """),
Row("assigning too many values to a mask is an error", """
    x = torch.zeros(3)
    x[torch.tensor([True, True, False])] = torch.ones(3)
    """, """
    RuntimeError: shape mismatch: value tensor of shape [3] cannot be broadcast to indexing result of shape [2]
    """),
Row("assigning a list is an error", """
    x = torch.zeros(3)
    x[:2] = [1.0, 2.0]
    """, "TypeError: can't assign a list to a torch.FloatTensor"),
Row("assigning beyond the range is an error", """
    x = torch.zeros(3)
    x[3] = 1
    """, "IndexError: index 3 is out of bounds for dimension 0 with size 3"),
Row("operators with = write to parts", """
    x = torch.ones(2, 3)
    x[0] += 1
    x[:, 1] *= 10
    x[1, 2] -= 5
    x[x > 9] /= 4
    print(x)
    """, """
    tensor([[ 2.0000,  5.0000,  2.0000],
            [ 1.0000,  2.5000, -4.0000]])
    """),
Row("deleting an element is an error", """
    x = torch.zeros(3)
    del x[0]
    """, "TypeError: Tensor does not support deleting items"),
Row("a write through view is seen", """
    x = torch.zeros(2, 3)
    x.view(6)[4] = 1
    x.view(3, 2).add_(1)
    print(x)
    """, """
    tensor([[1., 1., 1.],
            [1., 2., 1.]])
    """),
Row("a write through reshape is seen", """
    x = torch.zeros(2, 3)
    x.reshape(3, 2)[2, 0] = 1
    print(x)
    """, """
    tensor([[0., 0., 0.],
            [0., 1., 0.]])
    """),
Row("a write through t and transpose is seen", """
    x = torch.zeros(2, 3)
    x.t()[2, 0] = 1
    x.transpose(0, 1)[0] = torch.tensor([5.0, 6.0])
    print(x)
    """, """
    tensor([[5., 0., 1.],
            [6., 0., 0.]])
    """),
Row("a write through permute is seen", """
    x = torch.zeros(2, 2, 2)
    x.permute(2, 0, 1)[1] = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    print(x)
    """, """
    tensor([[[0., 1.],
             [0., 2.]],

            [[0., 3.],
             [0., 4.]]])
    """),
Row("a write through narrow and select is seen", """
    x = torch.zeros(3, 4)
    x.narrow(1, 1, 2).fill_(1)
    x.select(0, 2).mul_(5)
    print(x)
    """, """
    tensor([[0., 1., 1., 0.],
            [0., 1., 1., 0.],
            [0., 5., 5., 0.]])
    """),
Row("a write through a diagonal is seen", """
    x = torch.zeros(3, 3)
    x.diagonal().add_(1)
    x.diagonal(1)[1] = 5
    torch.diagonal(x, -2).fill_(7)
    print(x)
    """, """
    tensor([[1., 0., 0.],
            [0., 1., 5.],
            [7., 0., 1.]])
    """),
Row("a write through unsqueeze and squeeze is seen", """
    x = torch.zeros(2, 1)
    x.unsqueeze(0)[0, 1, 0] = 3
    x.squeeze()[0] = 4
    print(x)
    """, """
    tensor([[4.],
            [3.]])
    """),
Row("a write through chunk and split is seen", """
    x = torch.zeros(6)
    x.chunk(3)[1].fill_(1)
    x.split([5, 1])[1].fill_(2)
    x.split(2)[0][1] = 3
    print(x)
    """, "tensor([0., 3., 1., 1., 0., 2.])"),
Row("a write through unbind and iteration is seen", """
    x = torch.zeros(2, 3)
    x.unbind(1)[2].fill_(1)
    for row in x:
        row[0] = 8
    print(x)
    """, """
    tensor([[8., 0., 1.],
            [8., 0., 1.]])
    """),
Row("a write through detach and data is seen", """
    x = torch.zeros(3)
    x.detach()[0] = 1
    x.data[1] = 2
    print(x)
    """, "tensor([1., 2., 0.])"),
Row("a write through a slice of a slice is seen", """
    x = torch.zeros(10)
    y = x[2:8][::2]
    y[1:] = 1
    print(x)
    y += 1
    print(x, y)
    """, """
    tensor([0., 0., 0., 0., 1., 0., 1., 0., 0., 0.])
    tensor([0., 0., 1., 0., 2., 0., 2., 0., 0., 0.]) tensor([1., 2., 2.])
    """),
Row("a write through a chain of views is seen", """
    x = torch.zeros(2, 3, 4)
    x.permute(2, 0, 1)[1:3].select(1, 1)[:, ::2].add_(1)
    print(x)
    """, """
    tensor([[[0., 0., 0., 0.],
             [0., 0., 0., 0.],
             [0., 0., 0., 0.]],

            [[0., 1., 1., 0.],
             [0., 0., 0., 0.],
             [0., 1., 1., 0.]]])
    """),
Row("a view sees a write to its base", """
    x = torch.zeros(2, 3)
    views = [x.view(6), x.t(), x[1], x[:, ::2], x.diagonal(), x.detach(), x.unsqueeze(0), x.expand(2, 2, 3)]
    x.copy_(torch.arange(6.0).view(2, 3))
    for view in views:
        print(view.tolist())
    """, """
    [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
    [[0.0, 3.0], [1.0, 4.0], [2.0, 5.0]]
    [3.0, 4.0, 5.0]
    [[0.0, 2.0], [3.0, 5.0]]
    [0.0, 4.0]
    [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]
    [[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]]
    [[[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]], [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]]
    """),
Row("indexing by a list or a mask copies", """
    x = torch.zeros(3)
    x[[0, 1]].add_(1)
    x[x == 0].fill_(5)
    print(x)
    """, "tensor([0., 0., 0.])"),
Row("clone copies", """
    x = torch.zeros(2)
    y = x.clone()
    y[0] = 1
    print(x, y)
    """, "tensor([0., 0.]) tensor([1., 0.])"),
Row("fill_, zero_ and copy_", """
    x = torch.ones(2, 2)
    print(x.fill_(3))
    print(x.zero_())
    print(x.copy_(torch.tensor([1, 2])))
    """, """
    tensor([[3., 3.],
            [3., 3.]])
    tensor([[0., 0.],
            [0., 0.]])
    tensor([[1., 2.],
            [1., 2.]])
    """),
Row("index_fill_, index_copy_, index_add_ and masked_fill_", """
    x = torch.zeros(4)
    i = torch.tensor([0, 2])
    x.index_fill_(0, i, 5).index_add_(0, i, torch.tensor([1.0, 2.0]))
    x.index_copy_(0, torch.tensor([3]), torch.tensor([9.0]))
    print(x)
    print(x.masked_fill_(x > 5, -1), x.masked_fill(x < 0, 100))
    """, """
    tensor([6., 0., 7., 9.])
    tensor([-1.,  0., -1., -1.]) tensor([100.,   0., 100., 100.])
    """),
Row("scatter_ writes along a dimension", """
    x = torch.zeros(2, 4).scatter_(1, torch.tensor([[0], [2]]), 1.0)
    print(x, torch.zeros(3).scatter_add_(0, torch.tensor([0, 0, 2]), torch.ones(3)))
    """, """
    tensor([[1., 0., 0., 0.],
            [0., 0., 1., 0.]]) tensor([2., 0., 1.])
    """),
Row("one-hot rows by scatter", """
    y = torch.tensor([2, 0, 1])
    print(torch.zeros(3, 3).scatter_(1, y.unsqueeze(1), 1), F.one_hot(y))
    """, """
    tensor([[0., 0., 1.],
            [1., 0., 0.],
            [0., 1., 0.]]) tensor([[0, 0, 1],
            [1, 0, 0],
            [0, 1, 0]])
    """),
Row("put_ writes through the flattened tensor", """
    print(torch.zeros(2, 2).put_(torch.tensor([1, 2]), torch.tensor([5.0, 6.0])))
    print(torch.zeros(3).index_put_((torch.tensor([1]),), torch.tensor(4.0)))
    """, """
    tensor([[0., 5.],
            [6., 0.]])
    tensor([0., 4., 0.])
    """),
Row("strides tell how memory is walked", """
    x = torch.zeros(2, 3, 4)
    print(x.stride(), x.stride(1), x.transpose(0, 2).stride(), x[:, ::2].stride(), x[1].storage_offset())
    print(x.unsqueeze(1).stride(), x[None, :, 1:].stride(), x.diagonal().stride(), x.expand(5, 2, 3, 4).stride())
    """, """
    (12, 4, 1) 4 (1, 4, 12) (12, 8, 1) 12
    (12, 12, 4, 1) (24, 12, 4, 1) (1, 16) (0, 12, 4, 1)
    """),
Row("views have their base's address", """
    x = torch.zeros(2, 3)
    print(x.data_ptr() == x.view(6).data_ptr(), x.data_ptr() == x.t().data_ptr())
    print(x.data_ptr() == x.clone().data_ptr())
    print(x[1].data_ptr() - x.data_ptr(), x.data_ptr() == x.detach().data_ptr())
    print(x.data_ptr() == x.reshape(3, 2).data_ptr())
    """, """
    True True
    False
    12 True
    True
    """),
Row("is_contiguous, storage_offset and element_size", """
    x = torch.zeros(3, 4)
    print(x[1:, 1:].is_contiguous(), x[1:, 1:].storage_offset(), x.element_size())
    print(torch.zeros(1).double().element_size())
    """, """
    False 5 4
    8
    """),
Row("as_strided and unfold walk memory freely", """
    x = torch.arange(9.0)
    print(x.as_strided((2, 3), (4, 1)), x.unfold(0, 3, 2))
    """, """
    tensor([[0., 1., 2.],
            [4., 5., 6.]]) tensor([[0., 1., 2.],
            [2., 3., 4.],
            [4., 5., 6.],
            [6., 7., 8.]])
    """),
]
