"""Functions of torch beyond the usual ones: pieces, windows, spectra, factors, special functions, torch's own layers."""

# ruff: noqa: E501 - a line of a table is a program

import numpy as np
import pytest
from compare import cells, check, rows

import jnet.torch as jt

PIECES = rows(
    """
torch.stack([x[0]] * 8 + [x[1]], dim=1), torch.cat(list(x) * 4), torch.vstack([r for r in x] * 3), torch.hstack([x.T] * 8)
torch.cat([x.to(torch.int64)] * 8 + [x.float()]), torch.cat([x[0].bool()] * 9), torch.stack([x[0].bfloat16()] * 9).float()
torch.stack([x[0]] * 8 + [x[0, :1]])
torch.cat([x] * 8 + [x[0]])
torch.cat([x] * 9, dim=2)
torch.cat([x] * 9 + [3])
x.requires_grad_(); b = torch.cat([x] * 9); b.sum().backward(); b.requires_grad, x.grad
x.requires_grad_(); torch.cat([x.detach()] * 9).requires_grad, torch.cat([x.detach()] * 9 + [x]).requires_grad
with torch.no_grad(): torch.cat([x.requires_grad_()] * 9).requires_grad
b = torch.zeros(72).double(); torch.cat([x[0]] * 8, out=b[:8 * len(x[0])]); b
b = [torch.view_as_complex(x[:2, :2].contiguous()).conj()] * 8; torch.stack(b), torch.cat([c.imag for c in b])
torch.nn.utils.rnn.pad_sequence([x[0, :i % 3 + 1] for i in range(9)], batch_first=True, padding_value=-1)
torch.atleast_1d(torch.tensor(2.0)), torch.atleast_2d(x[0]), torch.atleast_3d(x[0], x, y)
torch.atleast_2d((torch.tensor(1.0), x[0]))
torch.hsplit(x, 2), torch.vsplit(x, [1, 2]), y.dsplit(2), x[0].hsplit([1])
torch.hsplit(x, 3)
torch.vsplit(x[0], 1)
torch.hsplit(torch.tensor(1.0), 1)
a = torch.hsplit(x, 2)[1]; a[0, 0] = 99.0; x
torch.combinations(x[0]), torch.combinations(x[0], 3), torch.combinations(x[0][:2], with_replacement=True)
torch.combinations(x[0], 0), torch.combinations(x[0], 9)
torch.combinations(x)
torch.combinations(x[0], -1)
torch.gradient(x[0] ** 2), torch.gradient(x, dim=1), torch.gradient(x, spacing=2.0), torch.gradient(x, edge_order=2)
torch.gradient(x ** 2, spacing=(torch.tensor([0.0, 1.0, 3.0]).double(),), dim=0)
c = torch.tensor([0.0, 1.0, 3.0, 4.5]).double(); torch.gradient(x ** 2, spacing=(c,), dim=1, edge_order=2)
torch.gradient(x, spacing=(1.0,))
torch.gradient(x, edge_order=3)
torch.gradient(x[:1])
torch.gradient(x, dim=5)
torch.histogram(x, 4), torch.histogram(x, 3, range=(0.0, 6.0), density=True)
torch.histogram(x, torch.tensor([0.0, 2.0, 9.0]).double(), weight=x)
torch.histogram(x, 3, range=(2, 1))
torch.histogram(x, 0)
torch.histogram(x, 3, weight=x[0])
torch.histogramdd(y, (2, 1, 2, 3)), torch.histogramdd(y, 2, range=(0, 9, 0, 9, 0, 9, 0, 9), density=True)
torch.histogramdd(y, (2, 2))
torch.unravel_index(torch.tensor([3, 5]), (2, 3)), torch.unravel_index(torch.tensor(4), torch.Size([2, 3]))
torch.isin(x, torch.tensor([3.0, 4.0])), torch.isin(x, 3), torch.isin(3.0, x), torch.isin(elements=x, test_elements=x[0], invert=True)
x.view_as(x).requires_grad_().frexp()
torch.nonzero_static(x - 3, size=13), (x > 9).nonzero_static(size=2)
x.requires_grad_().select_scatter(x[0] * 2, 0, 1), x.slice_scatter(x[:1], 0, 0, 1), x.diagonal_scatter(x[0, :3])
x.as_strided_scatter(x[0], (4,), (2,))
x.renorm(2, 0, 5.0), torch.renorm(x, 1, 1, 3.0)
x.renorm_(2, 0, 5.0); x
x.index_reduce(0, torch.tensor([0, 0]), x[:2] * 3, "amax"), x.clone().index_reduce_(0, torch.tensor([0]), x[:1], "mean")
x.fill_diagonal_(7.0)
torch.zeros(7, 3).fill_diagonal_(5, wrap=True), torch.zeros(7, 3).fill_diagonal_(5), torch.zeros(3, 3, 3).fill_diagonal_(2)
torch.zeros(3).fill_diagonal_(1)
y.fill_diagonal_(1)
(x.requires_grad_() * 1).fill_diagonal_(0)
torch.segment_reduce(x, "max", lengths=torch.tensor([1, 2]))
x.narrow_copy(1, 1, 2), torch.unsafe_split(x, 2), x.unsafe_chunk(2), x.unsafe_split_with_sizes([1, 2])
x.requires_grad_(); torch.t_copy(x), torch.view_copy(x, (12,)), torch.select_copy(x, 0, 1), torch.alias_copy(x)
x.requires_grad_(); torch.permute_copy(x, (1, 0)), torch.squeeze_copy(x), torch.slice_copy(x, 0, 1, 2), torch.diagonal_copy(x)
torch.split_copy(x, 2), torch.unbind_copy(x), torch.expand_copy(x[0], (2, 4)), torch.unfold_copy(x, 0, 2, 1)
a = torch.transpose_copy(x, 0, 1); a.zero_(); x
o = torch.empty(0).double(); torch.t_copy(x, out=o); o
torch.as_strided_copy(x, (2,), (3,)), torch.unsqueeze_copy(x, 0), torch.split_with_sizes_copy(x, [1, 2])
x.as_strided_((2, 2), (1, 1))
torch.get_device(x), torch.is_inference(x), torch.is_same_size(x, y), torch.is_signed(x), torch.is_conj(x), torch.is_neg(x)
torch.resolve_conj(x), x.resolve_neg(), torch.detach_(x * 2), torch.resize_as_(x.clone(), x[0])
(x * 1j).conj_physical_(), x.conj_physical_()
torch.typename(x), torch.typename(3), torch.typename(torch.nn.Linear), torch.typename(None), torch.typename(torch.nn.ReLU())
torch.frombuffer(bytearray(b"abcdefgh"), dtype=torch.int16, count=2, offset=2)
torch.frombuffer(bytearray(b"abcd"), dtype=torch.int32, offset=1)
torch.frombuffer(bytearray(b"abcd"), dtype=torch.uint8, count=9)
torch.frombuffer(bytearray(b""), dtype=torch.uint8)
torch.frombuffer(3, dtype=torch.uint8)
torch.frombuffer(b"abcd")
b = bytearray(b"abcd"); t = torch.frombuffer(b, dtype=torch.uint8); t[0] = 0; b[1] = 1; t, bytes(b)
torch.empty_permuted((2, 3), (1, 0)).stride()
torch.empty_permuted((2, 3), (0, 0))
x.new_empty_strided((2, 3), (1, 2)).stride()
torch.set_warn_always("a")
torch.set_flush_denormal(2)
torch.functional.atleast_1d(torch.tensor(1.0))
"""
)

SPECTRA = rows(
    """
[getattr(torch, f"{n}_window")(5) for n in ("hann", "hamming", "blackman", "bartlett", "kaiser")]
[getattr(torch, f"{n}_window")(6, False) for n in ("hann", "hamming", "blackman", "bartlett", "kaiser")]
[getattr(torch, f"{n}_window")(1) for n in ("hann", "hamming", "blackman", "bartlett", "kaiser")]
torch.hamming_window(5, False, 0.4, 0.3), torch.hamming_window(5, periodic=True, alpha=0.3), torch.kaiser_window(4, True, 2.0)
torch.hann_window(0), torch.hann_window(4, dtype=torch.float64), torch.hann_window(2, dtype=torch.half)
torch.hann_window(4, requires_grad=True)
torch.hann_window(-1)
torch.hann_window(3, dtype=torch.int64)
torch.hann_window(4.0)
w = torch.signal.windows; [getattr(w, n)(5) for n in ("hann", "hamming", "blackman", "bartlett", "kaiser", "nuttall", "cosine")]
w = torch.signal.windows; [getattr(w, n)(4, sym=False) for n in ("hann", "hamming", "blackman", "bartlett", "kaiser", "cosine")]
w = torch.signal.windows; [getattr(w, n)(4, sym=False, dtype=torch.float64) for n in ("gaussian", "exponential", "nuttall")]
w = torch.signal.windows; w.gaussian(4, std=2.0), w.exponential(5, tau=3.0), w.exponential(4, center=1.0, sym=False)
w = torch.signal.windows; w.general_cosine(4, a=[0.4, 0.3, 0.3]), w.general_hamming(4, alpha=0.6), w.kaiser(4, beta=2.0)
w = torch.signal.windows; [getattr(w, n)(k) for n in ("hann", "cosine", "gaussian", "exponential", "kaiser") for k in (0, 1, 2)]
torch.signal.windows.hann(-1)
torch.signal.windows.hann(3, dtype=torch.int64)
torch.signal.windows.exponential(4, center=1)
torch.signal.windows.exponential(4, tau=-1)
torch.signal.windows.gaussian(4, std=0)
torch.signal.windows.general_cosine(4, a=[])
torch.signal.windows.general_cosine(4, a=1)
torch.stft(x.reshape(-1), 4, window=torch.ones(4).double(), return_complex=True)
torch.stft(x.reshape(-1), 4, return_complex=True)
torch.stft(x.reshape(-1), 4, return_complex=False)
x.reshape(-1).stft(4, 2, window=torch.hann_window(4).double(), center=False, return_complex=True)
s = torch.stft(x.reshape(-1), 4, window=torch.ones(4).double(), return_complex=True); torch.istft(s, 4)
s = torch.stft(x.reshape(-1), 4, window=torch.ones(4).double(), return_complex=True); s.istft(4, window=torch.zeros(4).double())
s = torch.stft(x, 4, window=torch.ones(4).double(), return_complex=True); torch.istft(s, 4, window=torch.ones(4).double(), length=9)
"""
)

FACTORS = rows(
    """
torch.linalg.lu(M), torch.linalg.lu_factor(M), torch.linalg.lu_factor_ex(M)
torch.linalg.lu_factor(torch.zeros(2, 2))
torch.linalg.lu_factor(torch.stack([torch.eye(2), torch.zeros(2, 2)]))
torch.lu(M)
torch.lu(M, get_infos=True)
torch.lu_unpack(*torch.linalg.lu_factor(M))
M.requires_grad_(); [each.requires_grad for each in (*torch.linalg.lu(M), *torch.lu_unpack(*torch.linalg.lu_factor(M)), *torch.linalg.lstsq(M, M))]
torch.lu_solve(M, *torch.linalg.lu_factor(M))
E = torch.zeros(0, 0, requires_grad=True); torch.linalg.inv(E), torch.linalg.cholesky(E), torch.linalg.cholesky_ex(E), torch.linalg.eig(E), torch.linalg.solve(E, E)
E = torch.zeros(0, 0, requires_grad=True); (torch.linalg.inv(E).sum() + torch.linalg.eig(E)[0].abs().sum() + torch.linalg.cholesky(E).sum()).backward(); E.grad
torch.linalg.slogdet(P), torch.slogdet(P), P.slogdet()
torch.linalg.vander(torch.tensor(2.0), N=3), torch.linalg.vander(torch.tensor(2.0))
torch.linalg.pinv(M, rtol=torch.tensor(0.1)), torch.linalg.pinv(torch.stack([M, P]), atol=torch.tensor([0.1, 3.0])), torch.linalg.pinv(M, atol=0.1)
torch.linalg.lu_solve(*torch.linalg.lu_factor(M), M[:, :1], adjoint=True)
torch.cholesky(P), torch.cholesky(P, upper=True)
torch.cholesky(-P)
torch.cholesky(x)
torch.cholesky_solve(M, torch.linalg.cholesky(P)), torch.cholesky_inverse(torch.linalg.cholesky(P))
torch.linalg.cholesky_ex(P), torch.linalg.cholesky_ex(-P).info
torch.linalg.cholesky_ex(torch.stack([P, -P]), check_errors=True)
torch.linalg.inv_ex(M), torch.linalg.inv_ex(torch.zeros(2, 2)).info
torch.linalg.inv_ex(torch.zeros(2, 2), check_errors=True)
torch.linalg.solve_ex(M, M), torch.linalg.solve_ex(torch.ones(2, 2), torch.ones(2, 2)).info
torch.linalg.solve_ex(torch.zeros(2, 2), torch.zeros(2, 2), check_errors=True)
torch.qr(M)
[each.abs() for each in torch.svd(M)]
[each.abs() for each in torch.svd(x)], torch.svd(x, compute_uv=False)
torch.triangular_solve(M, P, upper=False)
torch.pinverse(M), M.pinverse()
torch.linalg.tensorinv(torch.eye(6).reshape(2, 3, 6)), torch.linalg.tensorinv(M, ind=1)
torch.linalg.tensorinv(M, ind=0)
torch.linalg.tensorinv(x, ind=1)
torch.linalg.tensorsolve(torch.eye(12).double().reshape(3, 4, 12), x), torch.linalg.tensorsolve(M, M[0])
torch.linalg.tensorsolve(x, x)
torch.linalg.vander(x[0]), torch.linalg.vander(x, N=2), torch.linalg.diagonal(y), torch.linalg.diagonal(x, offset=1)
torch.linalg.eigvals(P).real.sort().values, torch.linalg.eigvals(torch.tensor([[0.0, 1.0], [-1.0, 0.0]])).imag.sort().values
w, V = torch.linalg.eig(M); (V * w @ torch.linalg.inv(V)).real, V.abs().square().sum(0)
torch.linalg.eig(x)
a, tau = torch.geqrf(M); torch.ormqr(a, tau, M), torch.ormqr(a, tau, M, left=False, transpose=True)
[each.abs() for each in torch.svd_lowrank(x, 2)]
[each.abs() for each in torch.svd_lowrank(x.T, 2, M=x.T * 0.1)]
[each.abs() for each in torch.pca_lowrank(x ** 2, 2)]
torch.pca_lowrank(x, 9)
torch.pca_lowrank(x, niter=-1)
torch.eig(x)
torch.solve(x, x)
torch.matrix_rank(x)
M.requires_grad_(); L = torch.linalg.lu_factor(M).LU; L.sum().backward(); M.grad
M.requires_grad_(); w, V = torch.linalg.eig(M); (w.abs().sum() + V.abs().sum()).backward(); M.grad
M.requires_grad_(); torch.linalg.eigvals(M).abs().sum().backward(); M.grad
M.requires_grad_(); torch.linalg.tensorsolve(M, M[0]).sum().backward(); M.grad
P.requires_grad_(); torch.cholesky_inverse(torch.linalg.cholesky(P)).sum().backward(); P.grad
"""
)

LAYERS = rows(
    """
torch.dropout(x, 0.5, True), torch.dropout(x, 0.5, False), torch.feature_dropout(y, 0.5, True), torch.alpha_dropout(x, 0.5, True)
torch.dropout_(x, 0.5, True); x
torch.feature_alpha_dropout(y, 0.5, True), torch.rand(2)
torch.dropout(x, 2.0, True)
torch.dropout(x, 0.5)
torch.feature_dropout(x[0], 0.5, True)
torch.native_dropout(x, 0.5, True), torch.native_dropout(x, 0.5, False)
torch.celu(x - 5, 2.0), torch.celu(x - 5, alpha=0.5), torch.threshold(x, 5, 0.5), torch.hardshrink(x - 5), (x - 5).hardshrink(1)
a = x - 5; torch.celu_(a); torch.threshold_(a, 1, 2); a
torch.prelu(x - 5, torch.tensor([0.1]).double()), (x - 5).prelu(torch.tensor([0.1, 0.2, 0.3, 0.4]).double())
torch.rrelu(x - 5), torch.rrelu(x - 5, training=True)
torch.embedding(x, torch.tensor([[0, 2]])), torch.embedding(x, torch.tensor([1]), padding_idx=1)
torch.kl_div(x.log(), x), torch.kl_div(x.log(), x, 2), torch.kl_div(x, x, 0, log_target=True)
torch.kl_div(x, x, 5)
torch.binary_cross_entropy_with_logits(x, x / 12), torch.binary_cross_entropy_with_logits(x, x / 12, reduction=0)
torch.cosine_embedding_loss(x, x.flip(1), torch.ones(3)), torch.hinge_embedding_loss(x, torch.ones(3, 4).double())
torch.margin_ranking_loss(x[0], x[1], torch.ones(4)), torch.triplet_margin_loss(x, x + 1, x.flip(1), reduction=2)
torch.poisson_nll_loss(x, x, False, True, 1e-8, 2)
torch.ctc_loss(y.transpose(0, 1).log_softmax(2), torch.tensor([[1], [2]]), (3, 3), (1, 1))
torch.constant_pad_nd(x, (1, 2)), torch.constant_pad_nd(x, (1, 0, 0, 1), 7.0)
torch.native_layer_norm(x, (4,), None, None, 1e-5), torch.native_group_norm(y, None, None, 2, 3, 4, 3, 1e-5)
torch.native_batch_norm(x, None, None, None, None, True, 0.1, 1e-5)
torch.frobenius_norm(x, (0, 1)), torch.nuclear_norm(x), torch.nuclear_norm(y, (1, 2))
g = torch.full((2, 2, 2, 2), 0.3).double(); torch.grid_sampler_2d(y[:, None], g, 0, 0, False), torch.grid_sampler_2d(y[:, None], g, 1, 1, True)
torch.convolution(y, torch.ones(2, 3, 2).double(), None, (1,), (0,), (1,), False, (0,), 1)
torch.binomial(torch.full((9,), 20.0), torch.linspace(0, 1, 9)), torch.binomial(x * 100, torch.tensor(0.7).double()), torch.rand(1)
torch.binomial(torch.tensor([3]), torch.tensor([0.5]))
"""
)

SPECIAL = cells(
    """
    special.gammainc(x, x)  special.gammaincc(x, x)  special.multigammaln(x + 2, 2)  igamma(x, x)  mvlgamma(x + 2, 3)
    special.zeta(x + 1, x)  special.zeta(2, x)  special.zeta(x + 1, 2.0)  special.entr(x)  special.ndtr(x)  special.log_ndtr(-x)
    special.ndtri(x / 13)  special.erfcx(x)  special.xlog1py(x, x)  special.xlog1py(x, 2)  special.xlog1py(2.0, x)
    special.i0e(x)  special.i1(x)  special.i1e(x)  special.bessel_j0(x)  special.bessel_y1(x)  special.airy_ai(x)
    special.modified_bessel_k0(x)  special.scaled_modified_bessel_k1(x)  special.spherical_bessel_j0(x)
    special.chebyshev_polynomial_t(x, 3)  special.hermite_polynomial_he(2.0, x)  special.legendre_polynomial_p(x, x)
    special.psi(x)  special.expit(x)  special.logit(x / 13)  special.polygamma(1, x)  special.softmax(x, 1)  special.exp2(x)
    """
)


def run(program, torch, rtol=1e-6):
    check(program, torch, rtol=rtol)


@pytest.mark.parametrize("program", PIECES + LAYERS)
def test_programs_come_to_the_same(program, torch):
    run(program, torch, 1e-9)


@pytest.mark.parametrize("program", SPECTRA)
def test_windows_and_spectra_come_to_the_same(program, torch):
    run(program, torch, 1e-6)


@pytest.mark.parametrize("program", FACTORS)
def test_factors_come_to_the_same(program, torch):
    matrices = (
        "M = torch.tensor([[2.0, 1.0], [0.5, 3.0]]).double(); P = torch.tensor([[2.0, 1.0], [1.0, 2.0]]).double()\n"
    )
    run(matrices + program, torch, 1e-6)


@pytest.mark.parametrize("expression", SPECIAL)
def test_special_functions_come_to_the_same(expression, torch):
    run(f"x.requires_grad_()\ntorch.{expression}", torch, 2e-6)


def test_what_is_not_built_says_so():
    for module, name in ((jt, "float8_e4m3fn"), (jt, "uint4"), (jt, "embedding_renorm_"), (jt.linalg, "ldl_factor")):
        with pytest.raises(NotImplementedError, match=name):
            getattr(module, name)


def test_windows_of_a_buffer_share_its_memory():
    memory = bytearray(8)
    tensor = jt.frombuffer(memory, dtype=jt.float64)
    tensor.fill_(1.0)
    assert np.frombuffer(memory)[0] == 1.0
