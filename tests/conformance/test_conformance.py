"""A part of `make conformance`: float32, the first samples of every module and optimizer of PyTorch's tables."""

import importlib
import warnings

import pytest

PARTS = 8  # of the table of modules; names would need PyTorch where tests are collected


@pytest.fixture(scope="module")
def report(torch):
    """What runs and counts entries."""
    pytest.importorskip("expecttest", reason="PyTorch's tables need it")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = importlib.import_module("conformance.report")
        made.modules.table()
    torch.backends.__allow_nonbracketed_mutation_flag = True  # the tables forbid the flags to change
    return made


def quick(report, torch, kind, names):
    return [report.run(kind, name, [torch.float32], limit=2, thorough=False) for name in names]


@pytest.mark.parametrize("part", range(PARTS))
def test_modules(part, report, torch):
    names = [entry.name for entry in report.modules.table()][part::PARTS]
    new = [name for name in names if name not in report.known.MODULES]
    assert report.unexpected(quick(report, torch, "modules", new), {}) == []


def test_optimizers(report, torch):
    names = [report.optimizers.name_of(entry) for entry in report.optimizers.table()]
    new = [name for name in names if name not in report.known.OPTIMIZERS]
    assert report.unexpected(quick(report, torch, "optimizers", new), {}) == []


@pytest.mark.parametrize("kind", ["modules", "optimizers", "ops"])
def test_the_lists_of_what_does_not_conform_are_exact(kind, report):
    names = {report.TABLES[kind].name_of(entry) for entry in report.TABLES[kind].table()}
    assert set(report.KNOWN[kind]) <= names
    rows = [report.run(kind, name, None, report.MOST.get(kind)) for name in report.KNOWN[kind]]
    assert report.unexpected(rows, report.KNOWN[kind]) == []


def test_a_difference_is_found(report, torch):
    """The comparison can fail: values, dtypes, shapes, keys, texts."""
    from conformance.translate import difference, plain

    one = {"a": [torch.ones(2, 3)]}
    assert difference(plain(one), plain(one), "it") is None
    for other in (
        {"a": [torch.full((2, 3), 1.001)]},
        {"a": [torch.ones(2, 3).double()]},
        {"a": [torch.ones(3, 2)]},
        {"a": [torch.ones(2, 3, requires_grad=True)]},
        {"b": [torch.ones(2, 3)]},
        {"a": (torch.ones(2, 3),)},
        {"a": ["text"]},
        {"a": [None]},
    ):
        assert "it" in (difference(plain(other), plain(one), "it") or ""), other
