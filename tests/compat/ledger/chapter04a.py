"""Chapter 4. Arithmetic: operators and functions, in place, dtypes, products of matrices, rounding, powers."""

# ruff: noqa: E501 - messages are as long as they are
# A row is its program and its text, one below the other.
# fmt: off

from ledger.row import Row

ROWS = [
Row("operators and functions agree", """
    torch.manual_seed(420)
    a, b = torch.rand(3, 4), torch.rand(4)
    print(a + b)
    print(torch.all(torch.eq(a + b, torch.add(a, b))))
    print(torch.all(torch.eq(a - b, torch.sub(a, b))))
    print(torch.all(torch.eq(a * b, torch.mul(a, b))))
    print(torch.all(torch.eq(a / b, torch.div(a, b))))
    """, """
    tensor([[1.0501, 1.0634, 1.2655, 0.2757],
            [0.5923, 1.0198, 1.1752, 0.8605],
            [0.4954, 0.9777, 0.5001, 0.5764]])
    tensor(True)
    tensor(True)
    tensor(True)
    tensor(True)
    """),
Row("the longer names are the same functions", """
    a, b = torch.tensor([7.0, -7.0]), torch.tensor([2.0, 2.0])
    print(torch.subtract(a, b), torch.multiply(a, b), torch.divide(a, b), torch.true_divide(a, b), torch.negative(a))
    """, """
    tensor([ 5., -9.]) tensor([ 14., -14.]) tensor([ 3.5000, -3.5000]) tensor([ 3.5000, -3.5000]) tensor([-7.,  7.])
    """),
Row("operators take numbers on both sides", """
    x = torch.tensor([1.0, 2.0, 4.0])
    print(x + 1, 1 + x, x - 1, 1 - x, x * 2, 2 * x, x / 2, 2 / x, -x, +x, abs(-x))
    print(x ** 2, 2 ** x, x // 3, 9 // x, x % 3, 9 % x)
    """, """
    tensor([2., 3., 5.]) tensor([2., 3., 5.]) tensor([0., 1., 3.]) tensor([ 0., -1., -3.]) tensor([2., 4., 8.]) tensor([2., 4., 8.]) tensor([0.5000, 1.0000, 2.0000]) tensor([2.0000, 1.0000, 0.5000]) tensor([-1., -2., -4.]) tensor([1., 2., 4.]) tensor([1., 2., 4.])
    tensor([ 1.,  4., 16.]) tensor([ 2.,  4., 16.]) tensor([0., 0., 1.]) tensor([9., 4., 2.]) tensor([1., 2., 1.]) tensor([0., 1., 1.])
    """),
Row("operators on integers keep integers but for division", """
    x = torch.tensor([1, 2, 4])
    print(x + 1, x * 2, x ** 2, 2 ** x, x // 3, x % 3, x / 2, 2 / x, -x)
    """, """
    tensor([2, 3, 5]) tensor([2, 4, 8]) tensor([ 1,  4, 16]) tensor([ 2,  4, 16]) tensor([0, 0, 1]) tensor([1, 2, 1]) tensor([0.5000, 1.0000, 2.0000]) tensor([2.0000, 1.0000, 0.5000]) tensor([-1, -2, -4])
    """),
Row("floor division and remainder follow the floor", """
    x = torch.tensor([-7, 7])
    print(x // 2, x % 3, x // -2, x % -3, torch.fmod(x, 3), torch.remainder(x, 3))
    print(torch.div(x, 2, rounding_mode="trunc"), torch.div(x, 2, rounding_mode="floor"), torch.floor_divide(x, 2))
    """, """
    tensor([-4,  3]) tensor([2, 1]) tensor([ 3, -4]) tensor([-1, -2]) tensor([-1,  1]) tensor([2, 1])
    tensor([-3,  3]) tensor([-4,  3]) tensor([-4,  3])
    """),
Row("dividing integers by zero is an error", """
    torch.tensor([1]) // 0
    """, "RuntimeError: ZeroDivisionError"),
Row("dividing floats by zero is inf or nan", """
    x = torch.tensor([1.0, -1.0, 0.0])
    print(x / 0, x // 0, x % 0)
    """, "tensor([inf, -inf, nan]) tensor([inf, -inf, nan]) tensor([nan, nan, nan])"),
Row("add and sub take alpha", """
    a, b = torch.tensor([1.0, 2.0]), torch.tensor([10.0, 20.0])
    print(torch.add(a, b, alpha=2), a.sub(b, alpha=0.5), torch.rsub(a, 3), a.add_(b, alpha=-1))
    """, "tensor([21., 42.]) tensor([-4., -8.]) tensor([2., 1.]) tensor([ -9., -18.])"),
Row("alpha must fit the dtype", """
    torch.add(torch.tensor([1]), torch.tensor([2]), alpha=0.5)
    """, "RuntimeError: For integral input tensors, argument alpha must not be a floating point number."),
Row("addcmul and addcdiv", """
    x = torch.zeros(2)
    print(torch.addcmul(x, torch.ones(2), torch.full((2,), 3.0), value=2))
    print(x.addcdiv_(torch.ones(2), torch.tensor([2.0, 4.0])))
    """, """
    tensor([6., 6.])
    tensor([0.5000, 0.2500])
    """),
Row("in-place forms of arithmetic", """
    x = torch.tensor([1.0, 4.0])
    print(x.add_(1).tolist(), x.sub_(3).tolist(), x.mul_(4).tolist(), x.div_(2).tolist(), x.pow_(2).tolist())
    print(x.sqrt_().tolist(), x.neg_().tolist(), x.abs_().tolist(), x.floor_().tolist(), x.fill_(7).tolist())
    print(x.zero_().exp_().tolist(), x.remainder_(2).tolist(), x.reciprocal_().tolist(), x.clamp_(max=0.5).tolist())
    """, """
    [2.0, 5.0] [-1.0, 2.0] [-4.0, 8.0] [-2.0, 4.0] [4.0, 16.0]
    [2.0, 4.0] [-2.0, -4.0] [2.0, 4.0] [2.0, 4.0] [7.0, 7.0]
    [1.0, 1.0] [1.0, 1.0] [1.0, 1.0] [0.5, 0.5]
    """),
Row("operators with = work in place", """
    x = torch.tensor([1.0, 2.0])
    y = x
    x += 1
    x *= 2
    x -= 1
    x /= 2
    x **= 2
    print(y, y is x)
    """, "tensor([2.2500, 6.2500]) True"),
Row("in place keeps the dtype, or is an error", """
    x = torch.tensor([1, 2])
    x += 1
    print(x)
    x += 0.5
    """, """
    tensor([2, 3])
    RuntimeError: result type Float can't be cast to the desired output type Long
    """),
Row("in place keeps the shape, or is an error", """
    torch.ones(3).add_(torch.ones(2, 3))
    """, "RuntimeError: output with shape [3] doesn't match the broadcast shape [2, 3]"),
Row("a Python number does not widen a tensor", """
    print((torch.ones(1, dtype=torch.float16) + 1.5).dtype, (torch.ones(1, dtype=torch.int32) + 1).dtype)
    print((torch.ones(1, dtype=torch.int32) + 1.5).dtype, (torch.tensor([True]) + 1).dtype)
    print((torch.arange(1) * True).dtype)
    """, """
    torch.float16 torch.int32
    torch.float32 torch.int64
    torch.int64
    """),
Row("tensors promote each other", """
    f32, f64 = torch.ones(1), torch.ones(1, dtype=torch.float64)
    i32, i64, u8, b = (torch.ones(1, dtype=d) for d in (torch.int32, torch.int64, torch.uint8, torch.bool))
    print((f32 + f64).dtype, (i64 + f32).dtype, (i32 + i64).dtype, (u8 + i32).dtype, (b + u8).dtype, (b * b).dtype)
    print((u8 + torch.ones(1, dtype=torch.int8)).dtype, (torch.ones(1).half() + torch.ones(1).bfloat16()).dtype)
    """, """
    torch.float64 torch.float32 torch.int64 torch.int32 torch.uint8 torch.bool
    torch.int16 torch.float32
    """),
Row("a tensor without dimensions widens only across kinds", """
    print((torch.ones(1) + torch.tensor(1.0, dtype=torch.float64)).dtype, (torch.arange(1) + torch.tensor(1.5)).dtype)
    print((torch.ones(1, dtype=torch.int8) + torch.tensor(1)).dtype, torch.tensor(1) + torch.tensor(1.5))
    """, """
    torch.float32 torch.float32
    torch.int8 tensor(2.5000)
    """),
Row("result_type, promote_types and can_cast", """
    print(torch.result_type(torch.ones(1, dtype=torch.int32), 1.0), torch.promote_types(torch.int32, torch.float32))
    print(torch.can_cast(torch.float32, torch.int32), torch.can_cast(torch.int64, torch.float32))
    """, """
    torch.float32 torch.float32
    False True
    """),
Row("uint8 wraps around", """
    x = torch.tensor([250], dtype=torch.uint8)
    print(x + 10, x * 2, -x, torch.tensor([127], dtype=torch.int8) + 1)
    """, """
    tensor([4], dtype=torch.uint8) tensor([244], dtype=torch.uint8) tensor([6], dtype=torch.uint8) tensor([-128], dtype=torch.int8)
    """),
Row("subtracting booleans is an error", """
    torch.tensor([True]) - torch.tensor([False])
    """, """
    RuntimeError: Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or `logical_xor()` operator instead.
    """),
Row("booleans add as or, multiply as and", """
    a, b = torch.tensor([True, True, False]), torch.tensor([True, False, False])
    print(a + b, a * b, a & b, a | b, a ^ b, ~a, a.sum(), a.int() - b.int())
    """, """
    tensor([ True,  True, False]) tensor([ True, False, False]) tensor([ True, False, False]) tensor([ True,  True, False]) tensor([False,  True, False]) tensor([False, False,  True]) tensor(2) tensor([0, 1, 0], dtype=torch.int32)
    """),
Row("bits of integers", """
    x = torch.tensor([5, 6])
    print(x & 3, x | 8, x ^ 1, ~x, x << 1, x >> 1)
    """, "tensor([1, 2]) tensor([13, 14]) tensor([4, 7]) tensor([-6, -7]) tensor([10, 12]) tensor([2, 3])"),
Row("mm, matmul and @ agree", """
    a, b = torch.tensor([[3.0, 3.0], [3.0, 3.0]]), torch.ones(2, 2)
    print(torch.mm(a, b), torch.matmul(a, b), a @ b, a.mm(b).equal(a.matmul(b)))
    """, """
    tensor([[6., 6.],
            [6., 6.]]) tensor([[6., 6.],
            [6., 6.]]) tensor([[6., 6.],
            [6., 6.]]) True
    """),
Row("a product takes 784 features to 512", """
    a, x, w = torch.rand(4, 784), torch.rand(4, 784), torch.rand(512, 784)
    print((x @ w.t()).shape)
    """, "torch.Size([4, 512])"),
Row("matmul of batches multiplies the last two dimensions", """
    a, b = torch.rand(4, 3, 28, 64), torch.rand(4, 3, 64, 32)
    print((a.shape, b.shape, torch.matmul(a, b).shape))
    """, "(torch.Size([4, 3, 28, 64]), torch.Size([4, 3, 64, 32]), torch.Size([4, 3, 28, 32]))"),
Row("matmul broadcasts batch dimensions", """
    a, b1 = torch.rand(4, 3, 28, 64), torch.rand(4, 1, 64, 32)
    print((a.shape, b1.shape, torch.matmul(a, b1).shape), torch.matmul(a, torch.rand(64, 32)).shape)
    """, """
    (torch.Size([4, 3, 28, 64]), torch.Size([4, 1, 64, 32]), torch.Size([4, 3, 28, 32])) torch.Size([4, 3, 28, 32])
    """),
Row("matmul of batches that do not broadcast is an error", """
    torch.matmul(torch.rand(4, 3, 28, 64), torch.rand(4, 64, 32))
    """, "RuntimeError: The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1"),
Row("matmul with vectors", """
    a, v = torch.arange(6.0).view(2, 3), torch.tensor([1.0, 10.0, 100.0])
    print(a @ v, v @ a.t(), v @ v, torch.rand(4, 2, 3).matmul(v).shape)
    """, "tensor([210., 543.]) tensor([210., 543.]) tensor(10101.) torch.Size([4, 2])"),
Row("matmul of sizes that do not fit is an error", """
    torch.ones(2, 3) @ torch.ones(2, 3)
    """, "RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x3 and 2x3)"),
Row("matmul of a number is an error", """
    torch.ones(2) @ torch.tensor(2.0)
    """, "RuntimeError: both arguments to matmul need to be at least 1D, but they are 1D and 0D"),
Row("bmm, addmm, outer and einsum", """
    a = torch.arange(4.0).view(2, 2)
    print(torch.bmm(a.view(1, 2, 2), a.view(1, 2, 2)), torch.addmm(torch.ones(2), a, a), torch.outer(a[0], a[1]))
    print(torch.einsum("ij,jk->ik", a, a), torch.einsum("ii", a), torch.einsum("i,j->ij", a[0], a[1]))
    """, """
    tensor([[[ 2.,  3.],
             [ 6., 11.]]]) tensor([[ 3.,  4.],
            [ 7., 12.]]) tensor([[0., 0.],
            [2., 3.]])
    tensor([[ 2.,  3.],
            [ 6., 11.]]) tensor(3.) tensor([[0., 0.],
            [2., 3.]])
    """),
Row("inverse, determinant and solution", """
    a = torch.tensor([[2.0, 1.0], [1.0, 3.0]])
    print(torch.inverse(a), torch.det(a), torch.linalg.solve(a, torch.tensor([3.0, 5.0])), torch.trace(a))
    """, """
    tensor([[ 0.6000, -0.2000],
            [-0.2000,  0.4000]]) tensor(5.) tensor([0.8000, 1.4000]) tensor(5.)
    """),
Row("full([2, 2], 3.) squared", """
    a = torch.full([2, 2], 3.)
    aa = a ** 2
    print(a.pow(2), aa, torch.pow(a, 2), aa.sqrt(), aa.rsqrt(), aa ** (0.5))
    """, """
    tensor([[9., 9.],
            [9., 9.]]) tensor([[9., 9.],
            [9., 9.]]) tensor([[9., 9.],
            [9., 9.]]) tensor([[3., 3.],
            [3., 3.]]) tensor([[0.3333, 0.3333],
            [0.3333, 0.3333]]) tensor([[3., 3.],
            [3., 3.]])
    """),
Row("powers of integers", """
    x = torch.tensor([2, 3])
    print(x.pow(3), x ** torch.tensor([1, 2]), x ** 0.5, torch.pow(2, x), x.float() ** -1)
    """, "tensor([ 8, 27]) tensor([2, 9]) tensor([1.4142, 1.7321]) tensor([4, 8]) tensor([0.5000, 0.3333])"),
Row("integers to negative powers are an error", """
    torch.tensor([2, 3]) ** -1
    """, "RuntimeError: Integers to negative integer powers are not allowed."),
Row("roots and logarithms of negative numbers are nan", """
    x = torch.tensor([-1.0, 0.0])
    print(x.sqrt(), x.log(), x.rsqrt(), x ** 0.5)
    """, "tensor([nan, 0.]) tensor([nan, -inf]) tensor([nan, inf]) tensor([nan, 0.])"),
Row("exp and log undo each other", """
    a = torch.exp(torch.ones(2, 2))
    print(a, torch.log(a))
    """, """
    tensor([[2.7183, 2.7183],
            [2.7183, 2.7183]]) tensor([[1., 1.],
            [1., 1.]])
    """),
Row("log2, log10, log1p and expm1", """
    x = torch.tensor([1.0, 8.0, 100.0])
    print(torch.log2(x), torch.log10(x), torch.log1p(x), torch.expm1(x / 100), torch.exp2(torch.tensor([3.0])))
    """, """
    tensor([0.0000, 3.0000, 6.6439]) tensor([0.0000, 0.9031, 2.0000]) tensor([0.6931, 2.1972, 4.6151]) tensor([0.0101, 0.0833, 1.7183]) tensor([8.])
    """),
Row("functions of integers give floats", """
    x = torch.tensor([1, 4])
    print(x.sqrt(), x.exp(), torch.sin(x), x.log(), torch.sigmoid(x), x.rsqrt())
    """, """
    tensor([1., 2.]) tensor([ 2.7183, 54.5981]) tensor([ 0.8415, -0.7568]) tensor([0.0000, 1.3863]) tensor([0.7311, 0.9820]) tensor([1.0000, 0.5000])
    """),
Row("trigonometric functions", """
    x = torch.tensor([0.0, 0.5, 1.0])
    print(torch.sin(x), torch.cos(x), torch.tan(x), torch.asin(x), torch.acos(x), torch.atan(x))
    print(torch.sinh(x), torch.cosh(x), torch.tanh(x), torch.atan2(x, x + 1))
    """, """
    tensor([0.0000, 0.4794, 0.8415]) tensor([1.0000, 0.8776, 0.5403]) tensor([0.0000, 0.5463, 1.5574]) tensor([0.0000, 0.5236, 1.5708]) tensor([1.5708, 1.0472, 0.0000]) tensor([0.0000, 0.4636, 0.7854])
    tensor([0.0000, 0.5211, 1.1752]) tensor([1.0000, 1.1276, 1.5431]) tensor([0.0000, 0.4621, 0.7616]) tensor([0.0000, 0.3218, 0.4636])
    """),
Row("3.14 rounded down, up, to zero, and its fraction", """
    a = torch.tensor(3.14)
    print(a)
    print((a.floor(), a.ceil(), a.trunc(), a.frac()))
    """, """
    tensor(3.1400)
    (tensor(3.), tensor(4.), tensor(3.), tensor(0.1400))
    """),
Row("3.499 rounds to 3, 3.5 to 4", """
    print(torch.tensor(3.499).round(), torch.tensor(3.5).round())
    """, "tensor(3.) tensor(4.)"),
Row("halves round to even", """
    print(torch.tensor([0.5, 1.5, 2.5, -0.5, -2.5]).round())
    """, "tensor([ 0.,  2.,  2., -0., -2.])"),
Row("rounding negative numbers", """
    x = torch.tensor([-3.14, -3.5, 2.7])
    print(x.floor(), x.ceil(), x.trunc(), x.frac(), x.round(), torch.fix(x))
    """, """
    tensor([-4., -4.,  2.]) tensor([-3., -3.,  3.]) tensor([-3., -3.,  2.]) tensor([-0.1400, -0.5000,  0.7000]) tensor([-3., -4.,  3.]) tensor([-3., -3.,  2.])
    """),
Row("round takes decimals", """
    print(torch.round(torch.tensor([3.14159, 1234.5]), decimals=2), torch.tensor([1250.0]).round(decimals=-2))
    """, "tensor([   3.1400, 1234.5000]) tensor([1200.])"),
Row("rounding integers leaves them", """
    x = torch.tensor([-3, 4])
    print(x.floor(), x.round(), x.ceil(), x.trunc())
    """, "tensor([-3,  4]) tensor([-3,  4]) tensor([-3,  4]) tensor([-3,  4])"),
Row("clamp with a lower bound", """
    torch.manual_seed(420)
    grad = torch.rand(2, 3) * 15
    print(grad, grad.max(), grad.median())
    print(grad.clamp(10), grad)
    """, """
    tensor([[12.0803,  2.9856, 14.6378],
            [ 1.5423,  5.2119,  2.3315]]) tensor(14.6378) tensor(2.9856)
    tensor([[12.0803, 10.0000, 14.6378],
            [10.0000, 10.0000, 10.0000]]) tensor([[12.0803,  2.9856, 14.6378],
            [ 1.5423,  5.2119,  2.3315]])
    """),
Row("clamp with both bounds", """
    torch.manual_seed(420)
    grad = torch.rand(2, 3) * 15
    print(grad.clamp(0, 10), torch.clamp(grad, max=5), grad.clamp(min=12), torch.clip(grad, 3, 4))
    """, """
    tensor([[10.0000,  2.9856, 10.0000],
            [ 1.5423,  5.2119,  2.3315]]) tensor([[5.0000, 2.9856, 5.0000],
            [1.5423, 5.0000, 2.3315]]) tensor([[12.0803, 12.0000, 14.6378],
            [12.0000, 12.0000, 12.0000]]) tensor([[4., 3., 4.],
            [3., 4., 3.]])
    """),
Row("clamp with tensors, in place, of integers", """
    x = torch.tensor([1.0, 5.0, 9.0])
    print(x.clamp(torch.tensor([2.0, 2.0, 2.0]), torch.tensor([3.0, 6.0, 7.0])), x.clamp_(2, 8), x)
    print(torch.tensor([1, 5]).clamp(2, 3), torch.tensor([1, 5]).clamp(min=1.5))
    print(torch.tensor([1.0, float("nan")]).clamp(0, 0.5))
    """, """
    tensor([2., 5., 7.]) tensor([2., 5., 8.]) tensor([2., 5., 8.])
    tensor([2, 3]) tensor([1.5000, 5.0000])
    tensor([0.5000,    nan])
    """),
Row("clamp without bounds is an error", """
    torch.ones(2).clamp()
    """, "RuntimeError: torch.clamp: At least one of 'min' or 'max' must not be None"),
Row("abs, sign, neg and reciprocal", """
    x = torch.tensor([-2.0, 0.0, 4.0])
    print(x.abs(), x.sign(), x.neg(), x.reciprocal(), torch.square(x), torch.absolute(torch.tensor([-3])))
    """, """
    tensor([2., 0., 4.]) tensor([-1.,  0.,  1.]) tensor([ 2., -0., -4.]) tensor([-0.5000,     inf,  0.2500]) tensor([ 4.,  0., 16.]) tensor([3])
    """),
Row("lerp, maximum and minimum", """
    a, b = torch.tensor([1.0, 5.0]), torch.tensor([3.0, 1.0])
    print(torch.lerp(a, b, 0.5), torch.maximum(a, b), torch.minimum(a, b), torch.max(a, b), torch.min(a, b))
    """, "tensor([2., 3.]) tensor([3., 5.]) tensor([1., 1.]) tensor([3., 5.]) tensor([1., 1.])"),
Row("nan_to_num, isnan, isinf and isfinite", """
    x = torch.tensor([float("nan"), float("inf"), -float("inf"), 1.0])
    print(torch.isnan(x), torch.isinf(x), torch.isfinite(x), torch.nan_to_num(x, nan=0.0, posinf=9.0, neginf=-9.0))
    """, """
    tensor([ True, False, False, False]) tensor([False,  True,  True, False]) tensor([False, False, False,  True]) tensor([ 0.,  9., -9.,  1.])
    """),
]
