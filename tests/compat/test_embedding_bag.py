"""Bags of rows of a table, and tables whose rows keep within a norm: values, gradients and errors of PyTorch's."""

import pytest
from compat.compare import check, rows

import jnet.torch as jt

PREPARED = """
nn, F = torch.nn, torch.nn.functional
torch.manual_seed(1)
w = torch.randn(5, 3).requires_grad_()
flat, offsets, pairs = torch.tensor([0, 1, 3, 3, 4]), torch.tensor([0, 2, 2]), torch.tensor([[0, 1], [3, 3], [4, 0]])
factors = torch.linspace(-1, 2, 5).requires_grad_()
def used(layer, *given, **named):
    out = layer(*given, **named)
    (out.double() ** 2).sum().backward()
    return [repr(layer), out, [p.grad for p in layer.parameters()],
    [p.detach() for p in layer.parameters()], factors.grad]
"""
PROGRAMS = """
used(nn.EmbeddingBag(5, 3), flat, offsets)
used(nn.EmbeddingBag(5, 3, mode="sum", padding_idx=3), pairs)
used(nn.EmbeddingBag(5, 3, mode="max", padding_idx=-1), flat, offsets)
used(nn.EmbeddingBag(5, 3, mode="sum", include_last_offset=True), flat, torch.tensor([0, 2, 5]), factors)
used(nn.EmbeddingBag(5, 3, mode="sum"), pairs, per_sample_weights=torch.ones(3, 2))
used(nn.EmbeddingBag(5, 3, scale_grad_by_freq=True, dtype=torch.float64), pairs.int())
used(nn.EmbeddingBag(5, 3, max_norm=1.0), flat, offsets)
used(nn.Embedding(5, 3, max_norm=1.5, norm_type=1.0), pairs)
used(nn.EmbeddingBag.from_pretrained(w.detach(), freeze=False, mode="max"), pairs)
nn.EmbeddingBag.from_pretrained(w.detach())(pairs)
nn.EmbeddingBag(5, 3, max_norm=1.0, norm_type=1.0, scale_grad_by_freq=True, mode="sum", padding_idx=-1)
nn.EmbeddingBag(5, 3, include_last_offset=True).state_dict()
nn.EmbeddingBag(5, 3, mode="max", sparse=True)(pairs)
F.embedding_bag(flat, w, offsets, mode="max"), F.embedding_bag(flat[:0], w, offsets[:1], mode="max")
F.embedding_bag(w, flat, offsets)
t = w.detach().clone(); [F.embedding(flat, t, max_norm=0.5), t]
t = w.detach().clone(); [F.embedding_bag(pairs, t, max_norm=0.5, norm_type=3.0), t]
# mistakes
nn.EmbeddingBag(5, 3, padding_idx=5)
nn.EmbeddingBag(5, 3, _weight=w[:2])
nn.EmbeddingBag.from_pretrained(w[0])
nn.EmbeddingBag(5, 3)(flat)
nn.EmbeddingBag(5, 3)(flat, offsets[None])
nn.EmbeddingBag(5, 3)(pairs, offsets)
nn.EmbeddingBag(5, 3)(flat.float(), offsets)
nn.EmbeddingBag(5, 3, mode="min")(pairs)
F.embedding_bag(flat, w, offsets, per_sample_weights=torch.ones(4), mode="sum")
F.embedding_bag(flat, w, offsets, per_sample_weights=torch.ones(5))
F.embedding_bag(flat, w, offsets, padding_idx=9)
F.embedding_bag(flat - 1, w, offsets)
F.embedding_bag(flat + 1, w, offsets, mode="max")
F.embedding_bag(flat, w, torch.tensor([1, 2]))
F.embedding_bag(flat, w, torch.tensor([0, 9]))
"""


@pytest.mark.parametrize("program", rows(PROGRAMS))
def test_bags_equal_pytorchs(program, torch):
    check(f"{PREPARED}\n{program}", torch, rtol=2e-5)


@pytest.mark.parametrize("name", ["Embedding", "EmbeddingBag"])
def test_gradients_that_should_be_sparse_are_dense_and_a_warning_says_so(name):
    layer = getattr(jt.nn, name)(5, 3, sparse=True)
    with pytest.warns(UserWarning, match="gradients are dense in jnet") as caught:
        layer(jt.tensor([[0, 1], [3, 3]])).sum().backward()
    assert caught[0].filename == __file__
    assert layer.weight.grad.abs().sum(1).ne(0).tolist() == [True, True, False, True, False]
