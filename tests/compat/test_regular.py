"""Errors that follow from values: singular matrices, masks, quantiles; at once, or when they have been computed."""

import pickle

import pytest
from compare import check, rows

import jnet.torch as jt

PROGRAMS = rows("""
torch.linalg.inv(torch.zeros(2, 2))
torch.inverse(torch.tensor([[1.0, 2.0], [2.0, 4.0]]))
torch.linalg.inv(torch.stack([torch.eye(2), torch.zeros(2, 2)]))
torch.linalg.inv(torch.full((2, 2), nan))
torch.linalg.inv(torch.tensor([[2.0, 0.0], [0.0, 4.0]]))
torch.linalg.solve(torch.zeros(2, 2), torch.ones(2))
torch.linalg.solve(torch.stack([torch.eye(2), torch.zeros(2, 2)]), torch.ones(2, 2, 1))
torch.linalg.cholesky(-torch.eye(2))
torch.linalg.cholesky(torch.stack([torch.eye(2), torch.tensor([[1.0, 2.0], [2.0, 1.0]])]))
try:
        torch.linalg.inv(torch.zeros(1, 1))
    except torch.linalg.LinAlgError as error:
        r = type(error).__name__, isinstance(error, RuntimeError)
    r
torch.zeros(3).masked_scatter(torch.tensor([True, True, False]), torch.ones(1))
torch.zeros(2, 3).masked_scatter_(torch.tensor([True, True, False]), torch.ones(3))
torch.zeros(2, 3).masked_scatter(torch.tensor([True, True, False]), torch.arange(5.0))
torch.quantile(torch.ones(3), 1.5)
torch.nanquantile(torch.ones(3), -0.5)
torch.quantile(torch.ones(3), torch.tensor([0.5, 1.5]))
torch.quantile(torch.arange(3.0), torch.tensor([0.5, 1.0]))
torch.linalg.svd(torch.eye(2)), torch.linalg.qr(torch.eye(2)), torch.linalg.eigh(torch.eye(2))
torch.pow(torch.tensor([2.0]), 1j), torch.tensor([1 + 1j]) ** 0.5j
torch.tensor([True, True]).cumsum(0, dtype=torch.bool)
torch.chain_matmul(torch.ones(2, 3), torch.ones(3, 4), torch.ones(4, 1))
torch.nn.functional.one_hot(input=torch.tensor([1]))
""")


@pytest.mark.parametrize("program", PROGRAMS)
def test_equals_pytorch(program, torch):
    check(program, torch, rtol=1e-6)


def test_a_matrix_that_is_not_known_yet_raises_when_it_is():
    x = jt.linalg.inv(jt.zeros(2, 2) * 1)
    with pytest.raises(jt.linalg.LinAlgError, match="singular"):
        x.tolist()


def test_the_error_can_be_pickled():
    error = pickle.loads(pickle.dumps(jt.linalg.LinAlgError("singular")))
    assert isinstance(error, RuntimeError)
