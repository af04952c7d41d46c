"""The losses of margins, pairs, counts and sequences: values, gradients, nodes and errors of PyTorch's."""

import pytest
from compat.compare import check, rows

import jnet.torch as jt
from jnet.recorder import counters

PREPARED = """
from importlib import import_module
nn, F = torch.nn, torch.nn.functional
def draw(*shape):
    return torch.randn(*shape).requires_grad_()
a, b, c = draw(3, 4), draw(3, 4), draw(3, 4)
sign, signs = torch.tensor([1.0, -1.0, 1.0]), torch.randn(3, 4).sign()
labels, lists = torch.tensor([0, 3, 1]), torch.tensor([[0, 2, -1, 1], [-1, 0, 1, 2], [3, 2, 1, 0]])
counts, bits, var = torch.tensor([0.0, 1.0, 2.0, 5.0]), (torch.randn(3, 4) > 0).float(), torch.rand(3, 4) + 0.5
scores = torch.randn(6, 2, 5).requires_grad_()
logs = scores.log_softmax(-1)
words, times, lengths = torch.tensor([[1, 2, 2], [3, 4, 0]]), torch.tensor([6, 5]), torch.tensor([3, 2])
"""

# A loss and the arguments that it is called with; each also has the reductions.
LOSSES = """
HingeEmbeddingLoss()(a, signs)
HingeEmbeddingLoss(margin=0.3)(a, signs)
MarginRankingLoss()(a, b, signs)
MarginRankingLoss(margin=0.5)(a, b, signs)
CosineEmbeddingLoss()(a, b, sign)
CosineEmbeddingLoss(margin=-0.5)(a, b, -sign)
SoftMarginLoss()(a, signs)
MultiMarginLoss()(a, labels)
MultiMarginLoss(p=2, margin=0.5, weight=counts)(a, labels)
MultiLabelMarginLoss()(a, lists)
MultiLabelSoftMarginLoss()(a, bits)
MultiLabelSoftMarginLoss(weight=counts)(a, bits)
TripletMarginLoss()(a, b, c)
TripletMarginLoss(margin=2.0, p=1, swap=True)(a, b, c)
TripletMarginWithDistanceLoss()(a, b, c)
TripletMarginWithDistanceLoss(distance_function=nn.CosineSimilarity(), margin=0.5, swap=True)(a, b, c)
PoissonNLLLoss()(a, counts)
PoissonNLLLoss(full=True)(a, counts)
PoissonNLLLoss(log_input=False, full=True, eps=0.01)(a.abs(), counts)
GaussianNLLLoss()(a, b, var)
GaussianNLLLoss(full=True, eps=0.7)(a, b, c.abs())
CTCLoss()(logs, words, times, lengths)
CTCLoss(blank=4, zero_infinity=True)(logs, words.clamp(max=3), torch.tensor([2, 5]), lengths)
"""
REDUCTIONS = ("mean", "sum", "none")


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("loss", rows(LOSSES))
def test_losses_and_gradients_equal_pytorchs(loss, reduction, torch):
    name, _, rest = loss.partition("(")
    program = f"""{PREPARED}
loss = nn.{name}(reduction={reduction!r}, {rest}
loss.sum().backward()
[loss, [x.grad for x in (a, b, c, scores)], repr(nn.{name}())]
"""
    check(program, torch, rtol=2e-5)


FUNCTIONS = """
F.hinge_embedding_loss(a, signs, 0.5, reduction="none")
F.hinge_embedding_loss(a, signs, size_average=False)
F.hinge_embedding_loss(torch.tensor([1, 2]), torch.tensor([1, -1]), reduction="sum")
F.margin_ranking_loss(a, b, signs, 0.5)
F.margin_ranking_loss(torch.tensor([1, 2]), torch.tensor([1, 2]), torch.tensor([1, -1]), reduction="none")
F.cosine_embedding_loss(a[0], b[0], sign[0])
F.soft_margin_loss(a.double(), signs, reduce=False)
F.multi_margin_loss(a[0], torch.tensor(2), 2, 0.5, counts)
F.multi_margin_loss(a[0], torch.tensor([2]), reduction="none")
F.multilabel_margin_loss(a[0], lists[0], reduction="none")
F.multilabel_soft_margin_loss(a[0], bits[0])
F.triplet_margin_loss(a, b, c, 1.0, 3, 0.1, True)
F.triplet_margin_loss(a[0], b[0], c[0])
F.triplet_margin_with_distance_loss(a, b, c, distance_function=lambda x, y: (x - y).abs().sum(-1))
F.poisson_nll_loss(a, counts, True, True)
F.poisson_nll_loss(torch.tensor([1, 2]), torch.tensor([0, 3]), reduction="none")
F.gaussian_nll_loss(a, b, 0.5)
F.gaussian_nll_loss(a, b, torch.ones(3))
F.gaussian_nll_loss(a, b, torch.ones(3, 1), full=True, reduction="none")
F.ctc_loss(logs, words, (6, 5), (3, 2))
F.ctc_loss(logs, torch.tensor([1, 2, 2, 3, 4]), (6, 5), (3, 2), reduction="none")
F.ctc_loss(logs, torch.tensor([1, 2, 2, 3, 4]).int(), times.int(), lengths.int())
F.ctc_loss(logs[:, 0], words[0], torch.tensor(6), torch.tensor(3), reduction="none").item()
F.ctc_loss(logs, words, (2, 5), (3, 2), reduction="none")
F.ctc_loss(logs, words, (6, 5), (0, 2))
loss = F.ctc_loss(logs, words, (2, 5), (3, 2), reduction="sum"); loss.backward(); [loss, scores.grad.isnan().sum()]
F.cosine_similarity(a, b), F.pairwise_distance(a, b), F.normalize(a)
# errors
F.hinge_embedding_loss(a, signs, reduction="median")
F.hinge_embedding_loss(a, sign)
F.margin_ranking_loss(a, b, sign)
F.cosine_embedding_loss(a, b, signs)
F.cosine_embedding_loss(a[0], b[0], sign[:1])
F.soft_margin_loss(a, sign)
F.soft_margin_loss(torch.tensor([1, 2]), torch.tensor([1, -1]))
F.multi_margin_loss(a, labels, p=3)
F.multi_margin_loss(a, torch.tensor([0, 1, 7]))
F.multi_margin_loss(a, torch.tensor([0, -1, 2]))
F.multi_margin_loss(a, labels.int())
F.multi_margin_loss(a, labels, weight=sign)
F.multilabel_margin_loss(a, torch.tensor([[0, 1, -1, 9]] * 3))
F.multilabel_margin_loss(a, torch.tensor([[0, -2, -1, 1]] * 3))
F.multilabel_margin_loss(a, lists[:2])
F.multilabel_soft_margin_loss(a, bits, reduction="median")
F.triplet_margin_loss(a, b, c, margin=0)
F.triplet_margin_loss(a, b, c[0])
F.triplet_margin_with_distance_loss(a, b, c[0])
F.triplet_margin_with_distance_loss(a, b, c, margin=-1.0)
F.triplet_margin_with_distance_loss(a, b, c, reduction="median")
F.poisson_nll_loss(a, counts, reduction="median")
F.gaussian_nll_loss(a, b, -1.0)
F.gaussian_nll_loss(a, b, torch.full((3, 4), -1.0))
F.gaussian_nll_loss(a, b, torch.ones(2))
F.gaussian_nll_loss(a, b, var, reduction="median")
F.ctc_loss(logs, words, times, lengths, blank=9)
F.ctc_loss(logs, words, torch.tensor([6, 7]), lengths)
F.ctc_loss(logs, words, times, torch.tensor([4, 2]))
F.ctc_loss(logs, words, times[:1], lengths)
F.ctc_loss(logs, words, times, torch.tensor([3, -2]))
F.ctc_loss(logs, words[:1], times, lengths)
F.ctc_loss(logs, words[0], times, lengths)
F.ctc_loss(logs, words, times.float(), lengths)
nn.MultiMarginLoss(p=3)
nn.MultiMarginLoss(weight=torch.ones(2, 2))
nn.TripletMarginLoss(margin=0)
nn.TripletMarginWithDistanceLoss(margin=-1)
nn.MultiLabelSoftMarginLoss(weight=counts).state_dict()
"""


@pytest.mark.parametrize("program", rows(FUNCTIONS))
def test_functions_and_errors_equal_pytorchs(program, torch):
    check(f"{PREPARED}\n{program}", torch, rtol=2e-5)


def test_a_computed_label_out_of_range_is_found():
    scores, labels = jt.zeros(2, 3, requires_grad=True), jt.arange(2) * 3
    with pytest.raises(RuntimeError, match="target out of range"):
        jt.nn.functional.multi_margin_loss(scores, labels).item()


def test_a_computed_variance_below_zero_is_found_or_makes_the_loss_nan():
    out = jt.ones(3, requires_grad=True)
    with pytest.raises(ValueError, match="var has negative entry/entries"):
        jt.nn.GaussianNLLLoss()(out, jt.zeros(3), out - 2).item()
    assert jt.nn.GaussianNLLLoss()(out, jt.zeros(3), (out - 2)[:]).isnan().item()


@pytest.mark.parametrize("loss", ["TripletMarginLoss", "GaussianNLLLoss", "MultiMarginLoss"])
def test_a_training_loop_compiles_once(loss):
    model = jt.nn.Linear(4, 3)
    optimizer = jt.optim.SGD(model.parameters(), lr=0.1)
    x, y, z = (jt.rand(6, 4) for _ in range(3))
    labels = jt.tensor([0, 1, 2, 0, 1, 2])
    counters.reset()
    for _ in range(10):
        optimizer.zero_grad()
        if loss == "TripletMarginLoss":
            value = jt.nn.TripletMarginLoss()(model(x), model(y), model(z))
        elif loss == "GaussianNLLLoss":
            value = jt.nn.GaussianNLLLoss()(model(x), y[:, :3], model(z).exp())
        else:
            value = jt.nn.MultiMarginLoss()(model(x), labels)
        value.backward()
        optimizer.step()
    assert counters.compiled <= 2
