"""What is remembered of a call's arguments: which tensor has which place."""

import itertools

import pytest

import jnet.torch as jt
from jnet.torch.dispatch import CALLERS

SEVERAL = [name for name, caller in CALLERS.items() if len(caller.op.arrays) > 1 and not caller.op.sequence]


def given(caller, tensors):
    """Return arguments by name: the tensors, and 1 for everything else that has to be said."""
    rest = [name for name in caller.parameters if name not in caller.op.arrays and name not in caller.defaults]
    return dict(zip(caller.op.arrays, tensors, strict=True)) | dict.fromkeys(rest, 1)


@pytest.mark.parametrize("name", SEVERAL)
def test_tensors_keep_their_places_whatever_was_given_before(name):
    """Equal tensors first, then others; by position and by name, in any order."""
    caller = CALLERS[name]
    count = len(caller.op.arrays)
    one, others = jt.ones(2), [jt.ones(2) for _ in range(count)]
    for tensors in ([one] * count, others, [one, *[others[0]] * (count - 1)], others[::-1]):
        words = given(caller, tensors)
        for order in itertools.islice(itertools.permutations(words), 6):
            flat = caller.prepared((), {key: words[key] for key in order})[1]
            assert [id(each) for each in flat if isinstance(each, jt.Tensor)] == [*map(id, tensors)]
        if caller.positional[: len(words)] == [*words]:
            flat = caller.prepared(tuple(words.values()), {})[1]
            assert [id(each) for each in flat if isinstance(each, jt.Tensor)] == [*map(id, tensors)]


@pytest.mark.smoke
def test_a_loss_of_a_tensor_and_itself_does_not_decide_later_ones():
    a, b = jt.tensor([1.0, 2.0]), jt.tensor([3.0, 5.0])
    loss = jt.nn.functional.mse_loss
    assert [loss(a, a, reduction="sum").item(), loss(a, b, reduction="sum").item()] == [0.0, 13.0]
