"""The notebooks run from top to bottom without a warning; and what notebooks show of tensors, modules and histories."""

import html.parser
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

import jnet.torch as torch
from jnet import html as pieces
from jnet import losses, models, optim, train

ROOT = Path(__file__).resolve().parent.parent

NOTEBOOKS = ("notebook_torch.ipynb", "notebook_jax.ipynb")
EXECUTE = """
import sys, nbclient, nbformat
from traitlets.config import Config
notebook = nbformat.read(sys.argv[1], 4)
settings = Config({"KernelManager": {"transport": "ipc"}})  # sockets in the file system, that nobody else can reach
nbclient.NotebookClient(notebook, timeout=240, kernel_name="python3", config=settings).execute()
nbformat.write(notebook, sys.argv[2])
"""


def cells(path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebooks_are_kept_without_outputs(name):
    code = [cell for cell in cells(ROOT / "experiments" / name) if cell["cell_type"] == "code"]
    assert len(code) >= 12
    assert all(cell["outputs"] == [] and cell["execution_count"] is None for cell in code)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebooks_run(name, tmp_path):
    for needed in ("nbclient", "ipykernel"):
        if importlib.util.find_spec(needed) is None:
            pytest.skip(f"{needed} is not installed")
    (tmp_path / "sockets").mkdir()
    environment = os.environ | {
        "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default", "JUPYTER_PLATFORM_DIRS": "1",
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "sockets"), "IPYTHONDIR": str(tmp_path),
    }  # fmt: skip
    words = [sys.executable, "-c", EXECUTE, str(ROOT / "experiments" / name), str(tmp_path / name)]
    done = subprocess.run(words, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    outputs = [output for cell in cells(tmp_path / name) for output in cell.get("outputs", ())]
    told = ["".join(output["text"]) for output in outputs if output.get("name") == "stderr"]
    assert told == []
    shown = [set(output["data"]) for output in outputs if "data" in output]
    assert sum("image/png" in kinds for kinds in shown) >= 4
    assert sum("text/html" in kinds for kinds in shown) >= 2


# -- what is shown ----------------------------------------------------------------------------------------------------


class Reader(html.parser.HTMLParser):
    """Checks that all that opens closes, and keeps the text and the tags."""

    def __init__(self, source: str):
        super().__init__()
        self.open, self.tags, self.text = [], [], ""
        self.feed(source)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        self.tags.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


TENSORS = {
    "a matrix": (lambda: torch.rand(3, 4), "shape (3, 4) · torch.float32 · cpu", 12),
    "a vector with a past": (lambda: torch.ones(5, requires_grad=True) * 2, "· grad_fn MulBackward0", 5),
    "a leaf": (lambda: torch.ones(2, requires_grad=True), "· requires grad", 2),
    "a number": (lambda: torch.tensor(3.5), "shape () ·", 0),
    "a cube": (lambda: torch.rand(2, 3, 4), "shape (2, 3, 4) ·", 0),
    "nothing": (lambda: torch.zeros(0, 3), "shape (0, 3) ·", 0),
    "a large one": (lambda: torch.randn(500, 40), "shape (500, 40) ·", 49),
    "integers": (lambda: torch.arange(2000), "torch.int64", 7),
    "truths": (lambda: torch.tensor([True, False]), "torch.bool", 2),
    "complex numbers": (lambda: torch.tensor([1 + 2j]), "torch.complex64", 1),
    "half a float": (lambda: torch.rand(2, 2).bfloat16(), "torch.bfloat16", 4),
    "odd numbers": (lambda: torch.tensor([float("nan"), float("inf"), -1.0]), "shape (3,)", 3),
    "a parameter": (lambda: torch.nn.Parameter(torch.rand(2, 2)), "· requires grad", 4),
    "a transposed view": (lambda: torch.rand(3, 2).t(), "shape (2, 3) ·", 6),
}


@pytest.mark.parametrize("name", TENSORS)
def test_tensors(name):
    make, fact, count = TENSORS[name]
    tensor = make()
    page = Reader(tensor._repr_html_())
    assert repr(tensor) in page.text  # PyTorch's text, to the letter
    assert fact in page.text
    assert page.tags.count("td") == count


def test_a_table_tells_signs_and_sizes():
    page = torch.tensor([[1.0, -2.0], [0.0, 0.5]])._repr_html_()
    assert page.count("rgba(217,112,31,") == 2
    assert "rgba(47,143,208,0.45)" in page


def test_what_has_no_values_is_left_to_its_text():
    seen = []

    def look(x):
        seen.append(x._repr_html_())
        return x * 2

    torch.func.vmap(look)(torch.ones(3, 2))
    assert seen[0] is None


class Odd(torch.nn.Module):
    """A network with something of everything."""

    def __init__(self):
        super().__init__()
        self.block = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Dropout(0.5))
        self.lazy = torch.nn.LazyLinear(2)
        self.scale = torch.nn.Parameter(torch.tensor(2.0))
        self.none = None
        self.block[0].bias.requires_grad = False

    def extra_repr(self):
        return "<b>&"


def test_modules():
    page = Reader(Odd().eval()._repr_html_())
    assert page.tags.count("details") == 2
    assert page.tags.count("b") == 0  # what the module says of itself is escaped
    assert "Odd(<b>&) scale scalar" in page.text
    assert "(0): Linear(in_features=4, out_features=3, bias=True) 15 parameters: weight 3×4, bias 3" in page.text
    assert "weight ?, bias ?" in page.text
    assert "16 parameters · 3 of them frozen · 64 bytes · in evaluation mode" in page.text
    assert "details" not in Reader(torch.nn.ReLU()._repr_html_()).tags


def test_a_module_that_contains_itself_or_is_half_built():
    net = torch.nn.Sequential(torch.nn.Linear(1, 1))
    net[0].add_module("above", net)
    assert "2 parameters" in Reader(net._repr_html_()).text

    class Half(torch.nn.Module):
        def __init__(self):
            self.width = 3

    assert Half()._repr_html_() is None


ROWS = [{"epoch": n, "loss": 1 / n, "test_loss": 2 / n, "learning_rate": 0.1, "seconds": 0.5} for n in (1, 2, 3)]


def test_histories():
    page = Reader(train.History(ROWS)._repr_html_())
    assert page.tags.count("svg") == 1
    assert page.tags.count("polyline") == 2
    assert page.tags.count("td") == 4 * 3
    assert "3 epochs" in page.text
    assert train.History(ROWS) == ROWS
    assert json.loads(json.dumps(train.History(ROWS))) == ROWS
    Reader(train.History()._repr_html_())
    Reader(train.History([{"epoch": 1, "loss": float("nan")}])._repr_html_())


def test_results_and_states():
    model, tx = models.MLP((3, 2)), optim.sgd(0.1)
    state = train.init_state(model, tx, jnp.ones((4, 3)))
    page = Reader(train.Result(state, train.History(ROWS), 2)._repr_html_())
    assert "best epoch: 2" in page.text
    assert "TrainState step 0 · 20 parameters · 80 bytes" in page.text
    assert "3×2" in page.text
    step = train.make_train_step(model, losses.cross_entropy, tx)
    step(state, (jnp.ones((4, 3)), jnp.zeros(4, jnp.int32)))
    assert "given to a later step" in Reader(state._repr_html_()).text


def test_pieces():
    assert "&lt;script&gt;" in pieces.table([["<script>", "1"]])
    assert pieces.curves("f", {"": ([1], [2.0])}).count("circle") == 1
    assert pieces.curves("f", {"": ([], [])}) == ""
    assert [pieces.size_of(size) for size in (3, 4096, 5 << 20, 7 << 30)] == [
        "3 bytes",
        "4.0 KiB",
        "5.0 MiB",
        "7.0 GiB",
    ]
    assert pieces.number(np.float32(0.5).item()) == "0.5000"
