"""Every example in the docstrings of jnet's modules runs and prints what it says."""

import doctest
import importlib
import pkgutil

import pytest

import jnet


def modules():
    """All modules of jnet; `__main__` runs a command when imported and holds no examples."""
    found = pkgutil.walk_packages(jnet.__path__, "jnet.")
    return ["jnet", *(module.name for module in found if not module.name.endswith("__main__"))]


def pytest_generate_tests(metafunc):
    metafunc.parametrize("name", modules())


def test_examples(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        if str(error.name).startswith("jnet") or "pip install" not in str(error):
            raise
        pytest.skip(f"{error.name} is not installed")  # a part of an extra, which says so
    assert doctest.testmod(module, optionflags=doctest.ELLIPSIS).failed == 0
