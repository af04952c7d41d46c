"""Chapter 3. Joining and splitting; the shape of a tensor, and views that share its memory."""

# ruff: noqa: E501 - messages are as long as they are
# A row is its program and its text, one below the other.
# fmt: off

from ledger.row import Row

ROWS = [
Row("cat joins along a dimension", """
    a, b = torch.rand(4, 32, 8), torch.rand(5, 32, 8)
    print(torch.cat([a, b], dim=0).shape)
    x = torch.arange(4).view(2, 2)
    print(torch.cat((x, x + 10)), torch.cat([x, x + 10], dim=1), torch.cat([x, x], -1).shape)
    """, """
    torch.Size([9, 32, 8])
    tensor([[ 0,  1],
            [ 2,  3],
            [10, 11],
            [12, 13]]) tensor([[ 0,  1, 10, 11],
            [ 2,  3, 12, 13]]) torch.Size([2, 4])
    """),
Row("cat of different dtypes promotes", """
    print(torch.cat([torch.tensor([1]), torch.tensor([1.5])]), torch.cat([torch.tensor([1.5]), torch.tensor([True])]))
    """, "tensor([1.0000, 1.5000]) tensor([1.5000, 1.0000])"),
Row("cat skips an empty vector", """
    print(torch.cat([torch.tensor([]), torch.ones(2, 2)]))
    """, """
    tensor([[1., 1.],
            [1., 1.]])
    """),
Row("cat of sizes that differ elsewhere is an error", """
    torch.cat([torch.rand(4, 32, 8), torch.rand(5, 31, 8)], dim=0)
    """, """
    RuntimeError: Sizes of tensors must match except in dimension 0. Expected size 32 but got size 31 for tensor number 1 in the list.
    """),
Row("cat of numbers of dimensions that differ is an error", """
    torch.cat([torch.rand(2, 2), torch.rand(2)])
    """, "RuntimeError: Tensors must have same number of dimensions: got 2 and 1"),
Row("cat of tensors without dimensions is an error", """
    torch.cat([torch.tensor(1), torch.tensor(2)])
    """, "RuntimeError: zero-dimensional tensor (at position 0) cannot be concatenated"),
Row("cat of nothing is an error", """
    torch.cat([])
    """, "ValueError: torch.cat(): expected a non-empty list of Tensors"),
Row("concat, hstack and vstack", """
    a, b = torch.tensor([1, 2]), torch.tensor([3, 4])
    print(torch.concat([a, b]), torch.hstack([a, b]), torch.vstack([a, b]))
    """, """
    tensor([1, 2, 3, 4]) tensor([1, 2, 3, 4]) tensor([[1, 2],
            [3, 4]])
    """),
Row("stack makes a new dimension", """
    a1, b1 = torch.rand(32, 8), torch.rand(32, 8)
    print(torch.stack([a1, b1], dim=0).shape, torch.stack([a1, b1], 2).shape, torch.stack((a1, b1), dim=-2).shape)
    print(torch.stack([torch.tensor([1, 2]), torch.tensor([3, 4])], dim=1))
    print(torch.stack([torch.tensor(1.0), torch.tensor(2)]))
    """, """
    torch.Size([2, 32, 8]) torch.Size([32, 8, 2]) torch.Size([32, 2, 8])
    tensor([[1, 3],
            [2, 4]])
    tensor([1., 2.])
    """),
Row("stack of unequal sizes is an error", """
    a, b = torch.rand(4, 32, 8), torch.rand(5, 32, 8)
    torch.stack([a, b], dim=0).shape
    """, """
    RuntimeError: stack expects each tensor to be equal size, but got [4, 32, 8] at entry 0 and [5, 32, 8] at entry 1
    """),
Row("split by lengths", """
    c = torch.arange(16).view(2, 4, 2)
    aa, bb = c.split([1, 1], dim=0)
    print(aa.shape, bb.shape)
    aa, bb = c.split(1, dim=0)
    print(aa.shape, bb.shape, type(c.split(1)).__name__)
    print([tuple(p.shape) for p in torch.split(c, [1, 3], dim=1)], [tuple(p.shape) for p in c.split(3, 1)])
    """, """
    torch.Size([1, 4, 2]) torch.Size([1, 4, 2])
    torch.Size([1, 4, 2]) torch.Size([1, 4, 2]) tuple
    [(2, 1, 2), (2, 3, 2)] [(2, 3, 2), (2, 1, 2)]
    """),
Row("split into one piece cannot be unpacked into two", """
    c = torch.rand(2, 32, 8)
    aa, bb = c.split(2, dim=0)
    """, "ValueError: not enough values to unpack (expected 2, got 1)"),
Row("split by lengths that do not add up is an error", """
    torch.rand(2, 32, 8).split([1, 2], dim=0)
    """, """
    RuntimeError: split_with_sizes expects split_sizes to sum exactly to 2 (input tensor's size at dimension 0), but got split_sizes=[1, 2]
    """),
Row("chunk by number, the last one smaller", """
    c = torch.rand(2, 32, 8)
    m, n = c.chunk(2, dim=0)
    print(m.shape, n.shape, c.shape)
    print(torch.arange(7).chunk(3), torch.chunk(torch.arange(5), 4), torch.arange(2).chunk(5))
    """, """
    torch.Size([1, 32, 8]) torch.Size([1, 32, 8]) torch.Size([2, 32, 8])
    (tensor([0, 1, 2]), tensor([3, 4, 5]), tensor([6])) (tensor([0, 1]), tensor([2, 3]), tensor([4])) (tensor([0]), tensor([1]))
    """),
Row("chunk into no piece is an error", """
    torch.arange(3).chunk(0)
    """, "RuntimeError: chunk expects `chunks` to be greater than 0, got: 0"),
Row("unbind takes a dimension apart", """
    print(torch.arange(6).view(2, 3).unbind(), torch.unbind(torch.arange(4).view(2, 2), 1))
    """, "(tensor([0, 1, 2]), tensor([3, 4, 5])) (tensor([0, 2]), tensor([1, 3]))"),
Row("view and reshape change the shape only", """
    a = torch.rand(4, 1, 28, 28)
    print(a.view(4, 28 * 28).shape, a.view(4 * 1 * 28, 28).shape, a.view(4 * 1, 28, 28).shape, a.view(4, -1).shape)
    b = a.view(4, 784)
    print(b.view(4, 28, 28, 1).shape, a.reshape(-1).shape, torch.reshape(a, (2, -1)).shape, a.view((4, 784)).shape)
    print(a.view(a.size()[0], -1).shape, a.view(-1, 28 * 28).shape, a.view_as(b).shape)
    print(a.view(torch.Size([112, 28])).shape)
    """, """
    torch.Size([4, 784]) torch.Size([112, 28]) torch.Size([4, 28, 28]) torch.Size([4, 784])
    torch.Size([4, 28, 28, 1]) torch.Size([3136]) torch.Size([2, 1568]) torch.Size([4, 784])
    torch.Size([4, 784]) torch.Size([4, 784]) torch.Size([4, 784])
    torch.Size([112, 28])
    """),
Row("view of a number of elements that does not fit is an error", """
    torch.rand(4, 1, 28, 28).view(4, 783)
    """, "RuntimeError: shape '[4, 783]' is invalid for input of size 3136"),
Row("view with two unknown sizes is an error", """
    torch.rand(4, 4).view(-1, -1)
    """, "RuntimeError: only one dimension can be inferred"),
Row("view with an unknown size that does not divide is an error", """
    torch.rand(4, 4).view(3, -1)
    """, "RuntimeError: shape '[3, -1]' is invalid for input of size 16"),
Row("view of what is not contiguous is an error", """
    torch.rand(4, 3).t().view(12)
    """, """
    RuntimeError: view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.
    """),
Row("reshape of what is contiguous shares memory, of other things copies", """
    x = torch.zeros(2, 3)
    x.reshape(6)[0] = 1
    x.t().reshape(6)[1] = 2
    print(x)
    """, """
    tensor([[1., 0., 0.],
            [0., 0., 0.]])
    """),
Row("t exchanges rows and columns", """
    a = torch.arange(6).view(2, 3)
    print(a.t(), a.t().shape, a.T, torch.t(a).stride(), torch.arange(3).t())
    """, """
    tensor([[0, 3],
            [1, 4],
            [2, 5]]) torch.Size([3, 2]) tensor([[0, 3],
            [1, 4],
            [2, 5]]) (1, 3) tensor([0, 1, 2])
    """),
Row("t takes at most two dimensions", """
    torch.rand(2, 3, 4).t()
    """, "RuntimeError: t() expects a tensor with <= 2 dimensions, but self is 3D"),
Row("transpose exchanges two dimensions", """
    a, b = torch.rand(4, 3, 28, 28), torch.rand(4, 3, 28, 32)
    print(a.transpose(1, 3).shape, b.transpose(1, 3).shape, b.transpose(1, 3).transpose(1, 2).shape)
    print(torch.transpose(b, 0, -1).shape, b.mT.shape, b.transpose(1, 3).stride())
    """, """
    torch.Size([4, 28, 28, 3]) torch.Size([4, 32, 28, 3]) torch.Size([4, 28, 32, 3])
    torch.Size([32, 3, 28, 4]) torch.Size([4, 3, 32, 28]) (2688, 1, 32, 896)
    """),
Row("permute orders all dimensions", """
    b = torch.rand(4, 3, 28, 32)
    print(b.permute(0, 2, 3, 1).shape, b.permute((3, 2, 1, 0)).shape, torch.permute(b, (0, -1, 1, 2)).shape)
    print(torch.equal(b.permute(0, 2, 3, 1), b.transpose(1, 3).transpose(1, 2)), b.permute(0, 2, 3, 1).stride())
    """, """
    torch.Size([4, 28, 32, 3]) torch.Size([32, 28, 3, 4]) torch.Size([4, 32, 3, 28])
    True (2688, 32, 1, 896)
    """),
Row("permute that repeats a dimension is an error", """
    torch.rand(2, 3).permute(0, 0)
    """, "RuntimeError: permute(): duplicate dims are not allowed."),
Row("permute that leaves out a dimension is an error", """
    torch.rand(2, 3, 4).permute(0, 1)
    """, """
    RuntimeError: permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired ordering of dimensions i.e. input.dim() = 3 is not equal to len(dims) = 2
    """),
Row("a wrong view scrambles an image and the right one restores it", """
    torch.manual_seed(420)
    a = torch.rand(4, 3, 32, 32)
    a1 = a.transpose(1, 3).contiguous().view(4, 3 * 32 * 32).view(4, 3, 32, 32)
    a2 = a.transpose(1, 3).contiguous().view(4, 3 * 32 * 32).view(4, 32, 32, 3).transpose(1, 3)
    print((a1.shape, a2.shape))
    print(torch.all(torch.eq(a, a1)), torch.all(torch.eq(a, a2)))
    """, """
    (torch.Size([4, 3, 32, 32]), torch.Size([4, 3, 32, 32]))
    tensor(False) tensor(True)
    """),
Row("view after transpose without contiguous is an error", """
    a = torch.rand(4, 3, 32, 32)
    a.transpose(1, 3).view(4, 3 * 32 * 32)
    """, """
    RuntimeError: view size is not compatible with input tensor's size and stride (at least one dimension spans across two contiguous subspaces). Use .reshape(...) instead.
    """),
Row("contiguous copies only where needed", """
    a = torch.rand(2, 3)
    print(a.is_contiguous(), a.t().is_contiguous(), a.t().contiguous().is_contiguous(), a.contiguous() is a)
    print(a.t().contiguous().stride(), a[:, 1:].is_contiguous(), a[1:].is_contiguous(), a[:, :1].is_contiguous())
    """, """
    True False True True
    (2, 1) False True False
    """),
Row("unsqueeze puts in a dimension", """
    a = torch.rand(4, 1, 28, 28)
    for dim in (0, -1, 4, -4, -5):
        print(a.unsqueeze(dim).shape)
    a = torch.tensor([1.2, 2.3])
    print(a.unsqueeze(-1), a.unsqueeze(0), torch.unsqueeze(a, 1).shape)
    """, """
    torch.Size([1, 4, 1, 28, 28])
    torch.Size([4, 1, 28, 28, 1])
    torch.Size([4, 1, 28, 28, 1])
    torch.Size([4, 1, 1, 28, 28])
    torch.Size([1, 4, 1, 28, 28])
    tensor([[1.2000],
            [2.3000]]) tensor([[1.2000, 2.3000]]) torch.Size([2, 1])
    """),
Row("unsqueeze beyond the range is an error", """
    torch.rand(4, 1, 28, 28).unsqueeze(5)
    """, "IndexError: Dimension out of range (expected to be in range of [-5, 4], but got 5)"),
Row("squeeze takes out dimensions of size one", """
    b = torch.rand(32).unsqueeze(1).unsqueeze(2).unsqueeze(0)
    print(b.shape, b.squeeze().shape, b.squeeze(0).shape, b.squeeze(-1).shape, b.squeeze(1).shape)
    print(b.squeeze(-4).shape)
    print(b.unsqueeze(1).unsqueeze(2).unsqueeze(0).shape, torch.squeeze(b, (0, 2)).shape)
    """, """
    torch.Size([1, 32, 1, 1]) torch.Size([32]) torch.Size([32, 1, 1]) torch.Size([1, 32, 1]) torch.Size([1, 32, 1, 1])
    torch.Size([32, 1, 1])
    torch.Size([1, 1, 1, 1, 32, 1, 1]) torch.Size([32, 1])
    """),
Row("squeeze beyond the range is an error", """
    torch.rand(1, 2).squeeze(2)
    """, "IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 2)"),
Row("expand repeats without copying", """
    b = torch.rand(1, 32, 1, 1)
    print(b.expand(4, 32, 14, 14).shape, b.expand(-1, 32, -1, -1).shape, b.expand(4, 32, 14, 14).stride())
    print(torch.tensor([1, 2]).expand(3, 2), torch.tensor([[1], [2]]).expand(-1, 3))
    print(torch.ones(2, 1).expand_as(torch.ones(2, 4)).shape)
    """, """
    torch.Size([4, 32, 14, 14]) torch.Size([1, 32, 1, 1]) (0, 1, 0, 0)
    tensor([[1, 2],
            [1, 2],
            [1, 2]]) tensor([[1, 1, 1],
            [2, 2, 2]])
    torch.Size([2, 4])
    """),
Row("expand by a negative size other than -1 is an error", """
    torch.rand(1, 32, 1, 1).expand(-1, 32, -1, -4)
    """, "RuntimeError: numel: integer multiplication overflow"),
Row("expand of a size other than one is an error", """
    torch.rand(2, 3).expand(4, 3)
    """, """
    RuntimeError: The expanded size of the tensor (4) must match the existing size (2) at non-singleton dimension 0.  Target sizes: [4, 3].  Tensor sizes: [2, 3]
    """),
Row("expand to fewer dimensions is an error", """
    torch.rand(2, 3).expand(3)
    """, """
    RuntimeError: expand(torch.FloatTensor{[2, 3]}, size=[3]): the number of sizes provided (1) must be greater or equal to the number of dimensions in the tensor (2)
    """),
Row("writing to an expanded tensor is an error", """
    torch.zeros(3, 1).expand(3, 4).add_(1)
    """, """
    RuntimeError: unsupported operation: more than one element of the written-to tensor refers to a single memory location. Please clone() the tensor before performing the operation.
    """),
Row("repeat copies", """
    b = torch.rand(1, 32, 1, 1)
    print(b.repeat(4, 32, 1, 1).shape, b.repeat(4, 1, 1, 1).shape, b.repeat(4, 1, 32, 32).shape)
    print(torch.tensor([1, 2]).repeat(2), torch.tensor([1, 2]).repeat(2, 2))
    print(torch.tensor([1, 2]).repeat_interleave(2))
    """, """
    torch.Size([4, 1024, 1, 1]) torch.Size([4, 32, 1, 1]) torch.Size([4, 32, 32, 32])
    tensor([1, 2, 1, 2]) tensor([[1, 2, 1, 2],
            [1, 2, 1, 2]])
    tensor([1, 1, 2, 2])
    """),
Row("repeat of fewer dimensions is an error", """
    torch.rand(2, 3).repeat(2)
    """, "RuntimeError: Number of dimensions of repeat dims can not be smaller than number of dimensions of tensor"),
Row("flatten and unflatten", """
    x = torch.rand(2, 3, 4)
    print(x.flatten().shape, x.flatten(1).shape, torch.flatten(x, 0, 1).shape, x.ravel().shape)
    print(x.unflatten(2, (2, 2)).shape)
    """, """
    torch.Size([24]) torch.Size([2, 12]) torch.Size([6, 4]) torch.Size([24])
    torch.Size([2, 3, 2, 2])
    """),
Row("broadcasting matches from the last dimension", """
    a = torch.rand(4, 32, 14, 14)
    print((a + torch.rand(1, 32, 1, 1)).shape, (a + torch.rand(14, 14)).shape, (a + torch.rand(32, 1, 1)).shape)
    print((torch.rand(4, 32, 8) + 5).shape, (torch.rand(4, 32, 8) + torch.rand(1)).shape)
    print((torch.rand(4, 32, 8) + torch.tensor([0.0, 0, 5, 0, 0, 0, 0, 0])).shape)
    print((torch.ones(3, 1) + torch.ones(2)).shape)
    """, """
    torch.Size([4, 32, 14, 14]) torch.Size([4, 32, 14, 14]) torch.Size([4, 32, 14, 14])
    torch.Size([4, 32, 8]) torch.Size([4, 32, 8])
    torch.Size([4, 32, 8])
    torch.Size([3, 2])
    """),
Row("broadcasting of sizes that differ is an error", """
    torch.rand(4, 32, 14, 14) + torch.rand(2, 32, 14, 14)
    """, "RuntimeError: The size of tensor a (4) must match the size of tensor b (2) at non-singleton dimension 0"),
Row("broadcast_to, broadcast_tensors and broadcast_shapes", """
    x, y = torch.broadcast_tensors(torch.ones(2, 1), torch.zeros(3))
    print(x.shape, y, torch.broadcast_to(torch.tensor([1, 2]), (2, 2)), torch.broadcast_shapes((2, 1), (3,)))
    """, """
    torch.Size([2, 3]) tensor([[0., 0., 0.],
            [0., 0., 0.]]) tensor([[1, 2],
            [1, 2]]) torch.Size([2, 3])
    """),
Row("movedim, flip, roll and rot90", """
    x = torch.arange(6).view(2, 3)
    print(torch.movedim(x, 0, 1).shape, x.flip(0), torch.flip(x, [0, 1]), x.roll(1, 1), torch.rot90(x))
    """, """
    torch.Size([3, 2]) tensor([[3, 4, 5],
            [0, 1, 2]]) tensor([[5, 4, 3],
            [2, 1, 0]]) tensor([[2, 0, 1],
            [5, 3, 4]]) tensor([[2, 5],
            [1, 4],
            [0, 3]])
    """),
Row("meshgrid makes coordinates", """
    x, y = torch.meshgrid(torch.arange(2), torch.arange(3), indexing="ij")
    print(x, y)
    """, """
    tensor([[0, 0, 0],
            [1, 1, 1]]) tensor([[0, 1, 2],
            [0, 1, 2]])
    """),
]
