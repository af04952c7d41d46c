"""Every statement of the tutorial notes, on `jnet.torch` and on PyTorch, against the text that is written down.

`pytest tests/compat/test_ledger.py -k "on_jnet and not slow"` leaves out PyTorch and what takes a second or more.
"""

import importlib

import pytest
from ledger import CHAPTERS, run
from ledger.differences import DIFFERENT

ROWS = [
    pytest.param(row, id=f"{chapter}: {row.title}{' (slow)' if row.slow else ''}")
    for chapter, rows in CHAPTERS.items()
    for row in rows
]


@pytest.fixture(scope="module")
def jnet_torch():
    """The compatibility layer."""
    return importlib.import_module("jnet.torch")


@pytest.fixture(scope="module")
def pytorch(torch):
    """PyTorch, made to repeat the warnings that it gives once a process."""
    torch.set_warn_always(True)
    yield torch
    torch.set_warn_always(False)


@pytest.mark.parametrize("row", ROWS)
def test_on_jnet(row, jnet_torch):
    printed = run(row.program, jnet_torch)
    if row.title in DIFFERENT:
        assert printed != row.text, "take it out of DIFFERENT"
        pytest.xfail(DIFFERENT[row.title])
    assert printed == row.text


def test_differences_name_rows():
    assert set(DIFFERENT) <= {row.title for rows in CHAPTERS.values() for row in rows}


@pytest.mark.parametrize("row", ROWS)
def test_on_pytorch(row, pytorch):
    assert run(row.program, pytorch) == row.text


def test_titles_name_one_row_each():
    for chapter, rows in CHAPTERS.items():
        titles = [row.title for row in rows]
        assert sorted(set(titles)) == sorted(titles), chapter
