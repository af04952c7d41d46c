"""Curves while training: what is drawn on a terminal, and what real servers of TensorBoard and visdom were given."""

import importlib.util
import io
import json
import os
import subprocess
import sys
import textwrap
import time
import types
import urllib.request
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console
from servers import free_port, serving

import jnet.torch as torch
from jnet import data, live, losses, models, optim, train
from jnet.live.base import images_of
from jnet.live.terminal import Terminal, chart

ROOT = Path(__file__).resolve().parent.parent


class Notes(live.Live):
    """Remembers the points that it was given."""

    def __init__(self):
        self.points = []

    def scalar(self, name, value, step):
        self.points.append((name, round(float(value), 4), step))


# -- the calls --------------------------------------------------------------------------------------------------------


def test_unknown_kinds():
    with pytest.raises(ValueError, match=r"got 'tensorbord', needs one of terminal, .*did you mean tensorboard\?"):
        live.open("tensorbord")
    with pytest.raises(ValueError, match=r"got 'terminal:x'"):
        live.open("terminal:x")


def test_nothing_is_shown_where_there_is_no_terminal(capsys):
    with live.open(None) as show:
        assert type(show) is live.Live
        show.scalar("loss", 1.0, 0)
        show.line("f", [1.0, 2.0])
        show.images("x", np.zeros((1, 2, 2)))
        show.text("pred", "7")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("shape", "channels"),
    [((5, 8, 6), 1), ((5, 8, 6, 1), 1), ((5, 1, 8, 6), 1), ((5, 8, 6, 3), 3), ((5, 3, 8, 6), 3)],
)
def test_forms_of_images(shape, channels):
    batch = images_of(np.arange(np.prod(shape)).reshape(shape))
    assert batch.shape == (5, channels, 8, 6)
    assert (batch.min(), batch.max()) == (0, 1)


def test_images_of_another_form():
    with pytest.raises(ValueError, match=r"images needs .*got \(28, 28\)"):
        images_of(np.zeros((28, 28)))


def run(show, **settings):
    points = data.Dataset(np.eye(4, dtype=np.float32), np.arange(4, dtype=np.int32) % 2)
    loader = data.Loader(points, 2)
    return train.fit(
        models.SoftmaxRegression(classes=2), losses.cross_entropy, optim.sgd(0.5), loader, loader, progress=False,
        callbacks=[live.callback(show, "wide")], **settings,
    )  # fmt: skip


ROWS = [{"epoch": n, "loss": 1 / n, "test_loss": 2 / n, "learning_rate": 0.5, "seconds": 0.1} for n in (1, 2, 3)]


def feed(show):
    """Give what `fit` would give its callback."""
    shown = live.callback(show, "wide")
    for row in ROWS:
        shown(None, row)


def test_callback_names_curves():
    notes = Notes()
    result = run(notes, epochs=2)
    rows = result.history
    expected = [
        point
        for row in rows
        for point in (
            ("loss/wide training", round(row["loss"], 4), row["epoch"]),
            ("loss/wide test", round(row["test_loss"], 4), row["epoch"]),
            ("learning_rate/wide", 0.5, row["epoch"]),
        )
    ]
    assert notes.points == expected


def test_a_resumed_run_shows_its_first_epochs_again(tmp_path):
    whole, first, second = Notes(), Notes(), Notes()
    run(whole, epochs=3)
    run(first, epochs=2, checkpoint=tmp_path / "run.ckpt")
    run(second, epochs=3, checkpoint=tmp_path / "run.ckpt")
    assert second.points == whole.points
    assert first.points == whole.points[: len(first.points)]


# -- the terminal -----------------------------------------------------------------------------------------------------


def drawn(text: str) -> np.ndarray:
    """Return the dots of a chart, as booleans."""
    rows = [line.partition("⢸")[2] for line in text.splitlines() if "⢸" in line]
    bits = np.array([[ord(letter) - 0x2800 for letter in row] for row in rows])
    places = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
    dots = [[bits & places[row][column] > 0 for column in range(2)] for row in range(4)]
    return np.stack([np.stack(pair, axis=-1) for pair in dots], axis=1).reshape(4 * len(rows), -1)


def test_chart_draws_a_rising_line_through_all_columns():
    dots = drawn(chart("f", {"": [(x, x) for x in range(10)]}, width=20, height=5).plain)
    assert dots.shape == (20, 40)
    assert dots.any(axis=0).all()
    heights = dots.argmax(axis=0)  # of the uppermost dot in each column
    assert (np.diff(heights) <= 0).all()
    assert dots[-1, 0]
    assert dots[0, -1]


def test_chart_of_odd_values():
    assert "(nothing yet)" in chart("f", {"": []}).plain
    assert "(nothing yet)" in chart("f", {"": [(0, float("nan"))]}).plain
    text = chart("f", {"a": [(0, 1.0), (1, float("inf")), (2, 3.0)], "b": [(0, 2.0)]}).plain
    assert "━━ a  ━━ b" in text
    assert "3" in text
    flat = chart("f", {"": [(0, 0.5), (1, 0.5)]}).plain
    assert "0.5000 ⢸" in flat
    assert drawn(flat).any(axis=1).sum() == 1


def console(terminal: bool, width: int = 100) -> Console:
    return Console(file=io.StringIO(), force_terminal=terminal, width=width, height=40, color_system=None)


def test_terminal_shows_charts_side_by_side_and_leaves_the_last():
    screen = console(terminal=True)
    with Terminal("Digits", screen) as show:
        for step in range(4):
            show.scalar("loss/training", torch.tensor(1.0 / (step + 1), requires_grad=True), step)
            show.scalar("accuracy", step / 4, step)
            show.scalar("rate", 0.1, step)
        show.text("pred", "[7]")
    text = screen.file.getvalue()
    assert "pred: [7]" in text
    last = text.rpartition("Digits")[2]
    assert "loss  ━━ training" in last
    assert "accuracy" in last
    assert "rate" not in last  # a line that stays the same is not worth its room
    assert last.count("1.0000 ⢸") == 0
    assert "1 ⢸" in last


def test_elsewhere_charts_are_printed_once_at_the_end():
    screen = console(terminal=False)
    with Terminal("", screen) as show:
        show.line("f", np.stack([np.arange(5.0), np.arange(5.0) ** 2], 1), series=("x", "x²"))
        show.line("g", [3.0, 1.0, 2.0], [0, 1, 4])
        assert screen.file.getvalue() == ""
    assert screen.file.getvalue().count("f  ━━ x  ━━ x²") == 1
    show.close()  # a second time: nothing more
    assert screen.file.getvalue().count("━━ x²") == 1


def test_lines_whose_shapes_do_not_fit():
    with Terminal("", console(terminal=False)) as show, pytest.raises(ValueError, match=r"line needs .* \(3, 1\) and"):
        show.line("f", [1.0, 2.0, 3.0], [1.0, 2.0])


# -- the flag of the experiments --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Settings:
    seed: int = 0  # of nothing


def experiment(body):
    words = {"CHAPTER": 1, "TITLE": "A walk", "TITLE_ZH": "x", "QUESTION": "Why?", "QUESTION_ZH": "x", "FAST": {}}
    return types.SimpleNamespace(
        **words, __spec__=types.SimpleNamespace(name="experiments.walk"), Settings=Settings, run=body
    )


def test_flag_opens_and_closes(tmp_path, capsys):
    from experiments.harness import runner

    def walk(settings, out):
        for step in range(3):
            out.live.scalar("height", step * step, step)

    assert runner.main(experiment(walk), ["--live", "terminal", "--out", str(tmp_path)]) == 0
    assert "4 ⢸" in capsys.readouterr().out
    assert runner.main(experiment(walk), ["--out", str(tmp_path)]) == 0
    assert "⢸" not in capsys.readouterr().out


def test_flag_says_what_is_wrong(tmp_path, capsys):
    from experiments.harness import runner

    with pytest.raises(SystemExit):
        runner.main(experiment(None), ["--live", "visdon", "--out", str(tmp_path)])
    assert "did you mean visdom?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "module", "missing"),
    [("visdom", "visdom_windows", "visdom"), ("tensorboard", "tensorboard_files", "tensorboardX")],
)
def test_what_is_not_installed_is_named(monkeypatch, name, module, missing):
    monkeypatch.delitem(sys.modules, f"jnet.live.{module}", raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(ModuleNotFoundError, match=f"{missing}, which is not installed.*pip install"):
        live.open(name)


# -- TensorBoard ------------------------------------------------------------------------------------------------------


def fetch(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/data/plugin/{path}", timeout=10) as answer:
        return answer.read()


def get(port: int, path: str):
    return json.loads(fetch(port, path))


def test_tensorboard_shows_what_was_written(tmp_path, capsys):
    pytest.importorskip("tensorboardX")
    if importlib.util.find_spec("tensorboard") is None:
        pytest.skip("TensorBoard itself is not installed")
    with live.open("tensorboard", tmp_path / "runs") as show:
        feed(show)
        show.line("f", [[1.0, 2.0], [3.0, 4.0]], series=("a", "b"))
        show.images("digits", torch.rand(4, 1, 28, 28))
        show.text("pred", "7 & 8")
    assert f"tensorboard --logdir {tmp_path / 'runs'}" in capsys.readouterr().out
    port = free_port()
    words = ["-m", "tensorboard.main", "--logdir", str(tmp_path / "runs"), "--host", "127.0.0.1", "--port", str(port)]
    with serving([*words, "--load_fast", "false", "--reload_interval", "1"], port):
        end = time.monotonic() + 30
        while not (tags := get(port, "scalars/tags")) and time.monotonic() < end:
            time.sleep(0.2)
        ((name, curves),) = tags.items()
        names = {
            "loss/wide_training",
            "loss/wide_test",
            "learning_rate/wide",
            "f/a",
            "f/b",
        }  # TensorBoard has no spaces
        assert set(curves) == names
        points = get(port, f"scalars/scalars?run={name}&tag=f%2Fb")
        assert [(step, value) for _, step, value in points] == [(0, 2.0), (1, 4.0)]
        assert [step for _, step, _ in get(port, f"scalars/scalars?run={name}&tag=loss%2Fwide_test")] == [1, 2, 3]
        (shown,) = get(port, f"images/images?run={name}&tag=digits&sample=0")
        picture = fetch(port, f"images/individualImage?{shown['query']}")
        assert picture.startswith(b"\x89PNG")
        (said,) = get(port, f"text/text?run={name}&tag=pred%2Ftext_summary")
        assert "7 &amp; 8" in said["text"]


# -- visdom -----------------------------------------------------------------------------------------------------------

# Its own start would first download the page's scripts, which no test needs.
LAUNCH = "from visdom.server.run_server import main; main()"


@pytest.fixture(scope="module")
def visdom_server(tmp_path_factory):
    pytest.importorskip("visdom")
    port, folder = free_port(), tmp_path_factory.mktemp("visdom")
    words = ["-c", LAUNCH, "-port", str(port), "-bind_local", "-env_path", str(folder), "-logging_level", "ERROR"]
    with serving(words, port) as server:
        yield types.SimpleNamespace(port=port, address=f"http://localhost:{port}", words=words, process=server)


def window(port: int, name: str) -> dict:
    """Return what the server holds of a window."""
    query = json.dumps({"win": name, "eid": "main"}).encode()
    with urllib.request.urlopen(f"http://localhost:{port}/win_data", query, timeout=10) as answer:
        return json.loads(answer.read())


def curves(port: int, name: str) -> dict[str, tuple[list, list]]:
    """Return the curves that the server draws in a window."""
    return {each["name"]: (each["x"], each["y"]) for each in window(port, name)["content"]["data"]}


def test_visdom_draws_what_it_was_given(visdom_server):
    port = visdom_server.port
    for _ in range(2):  # the second run takes the first one's windows
        with live.open(f"visdom:{visdom_server.address}", title="Digits") as show:
            feed(show)
            show.line("f", [[1.0, 2.0], [3.0, 4.0]], [0, 10], series=("a", "b"))
            show.line("g", torch.tensor([1.0, 3.0], requires_grad=True))
            show.images("x", torch.rand(4, 1, 28, 28))
            show.text("pred", "[7 2 1] <b>")
    losses = {
        "wide training": ([1, 2, 3], [1, 1 / 2, 1 / 3]),
        "wide test": ([1, 2, 3], [2, 1, 2 / 3]),
    }
    assert curves(port, "Digits: loss") == losses
    assert window(port, "Digits: loss")["title"] == "Digits: loss"
    assert curves(port, "Digits: f") == {"a": ([0, 10], [1, 3]), "b": ([0, 10], [2, 4])}
    assert curves(port, "Digits: g") == {"1": ([0, 1], [1, 3])}
    assert window(port, "Digits: x")["content"]["src"].startswith("data:image/png;base64,")
    assert window(port, "Digits: pred")["content"] == "[7 2 1] &lt;b&gt;"


# The calls of the notes, and the same with tensors in their place.
SCRIPT = """
    import {module} as torch
    from visdom import Visdom

    viz = Visdom(port={port}, use_incoming_socket=False)
    torch.manual_seed(1)
    data, global_step = torch.rand(4, 784), 1
    net = torch.nn.Linear(784, 10)
    loss, pred = net(data).square().mean(), net(data).argmax(dim=1)
    viz.line([0.], [0.], win="train_loss", opts=dict(title="train loss"))
    viz.line([loss.item()], [global_step], win="train_loss", update="append")
    viz.line([[0.0, 0.0]], [0.], win="test", opts=dict(title="test loss&acc.", legend=["loss", "acc."]))
    viz.line([[loss.item(), 0.5]], [global_step], win="test", update="append")
    viz.images(data.view(-1, 1, 28, 28), win="x")
    viz.text(str(pred.detach().cpu().numpy()), win="pred", opts=dict(title="pred"))
    viz.line(loss.reshape(1), torch.tensor([2.0]), win="train_loss", update="append")
    viz.line(torch.arange(6.0).view(3, 2), torch.arange(3), win="both", opts=dict(legend=["a", "b"]))
    viz.image(net.weight.view(10, 28, 28)[0], win="weight")
    viz.bar(pred.bincount(minlength=10), win="counts")
    viz.scatter(data[:, :2], pred + 1, win="points")
    print(loss.item(), pred.tolist())
"""


@pytest.mark.parametrize("run_by", ["import", "jnet run"])
def test_a_script_gives_tensors_to_visdom_itself(visdom_server, tmp_path, run_by):
    port, script = visdom_server.port, tmp_path / "script.py"
    module = "torch" if run_by == "jnet run" else "jnet.torch"
    script.write_text(textwrap.dedent(SCRIPT).format(module=module, port=port))
    words = ["-m", "jnet", "run", str(script)] if run_by == "jnet run" else [str(script)]
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    assert done.returncode == 0, done.stderr
    loss, _, pred = done.stdout.strip().partition(" ")
    loss = float(loss)
    assert curves(port, "train_loss") == {"1": ([0, 1, 2], pytest.approx([0, loss, loss]))}
    assert window(port, "train_loss")["title"] == "train loss"
    assert curves(port, "test") == {
        "loss": ([0, 1], pytest.approx([0, loss])),
        "acc.": ([0, 1], [0, 0.5]),
    }
    assert curves(port, "both") == {"a": ([0, 1, 2], [0, 2, 4]), "b": ([0, 1, 2], [1, 3, 5])}
    assert window(port, "x")["content"]["src"].startswith("data:image/png;base64,")
    assert window(port, "weight")["type"] == "image"
    assert window(port, "pred")["content"].strip("[]").split() == pred.strip("[]").split(", ")


def test_no_server_of_visdoms():
    pytest.importorskip("visdom")
    port = free_port()
    with pytest.raises(ConnectionError, match=rf"No visdom server answers.*python -m visdom.server -port {port}"):
        live.open(f"visdom:http://localhost:{port}")


def test_a_server_that_goes_away_does_not_end_the_run(tmp_path):
    pytest.importorskip("visdom")
    port = free_port()
    words = ["-c", LAUNCH, "-port", str(port), "-bind_local", "-env_path", str(tmp_path), "-logging_level", "ERROR"]
    with serving(words, port) as server, live.open(f"visdom:http://localhost:{port}") as show:
        show.scalar("loss", 1.0, 0)
        server.kill()
        server.wait()
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            feed(show)
    (warning,) = [each for each in seen if "visdom" in str(each.message)]
    assert "does not answer any more" in str(warning.message)
