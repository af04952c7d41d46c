"""Flags from settings, metrics.json, expectations, and the verdict."""

import json
import types
from dataclasses import dataclass
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from experiments.harness import flags, runner
from jnet import plotting


@dataclass(frozen=True)
class Settings:
    epochs: int = 10  # passes over the data
    rate: float = 0.1  # learning rate: 100 % made up
    hidden: tuple[int, ...] = (200, 200)  # widths
    optimizer: str = "sgd"  # its name
    shuffle: bool = True  # draw the batches at random
    seed: int = 0  # of everything


def experiment(run=lambda settings, out: None):
    return types.SimpleNamespace(
        __spec__=types.SimpleNamespace(name="experiments.fake"),
        CHAPTER=1,
        TITLE="A fake",
        TITLE_ZH="假的",
        QUESTION="Does it run?",
        QUESTION_ZH="能跑吗？",
        Settings=Settings,
        FAST={"epochs": 1},
        run=run,
    )


def metrics(root: Path) -> dict:
    return json.loads((root / "fake" / "metrics.json").read_text())


LINES = {
    "": Settings(),
    "--epochs 3 --rate 0": Settings(epochs=3, rate=0.0),
    "--hidden 5 --no-shuffle": Settings(hidden=(5,), shuffle=False),
    "--hidden 5 6 7 --optimizer adam --seed 0": Settings(hidden=(5, 6, 7), optimizer="adam"),
    "--fast": Settings(epochs=1),
    "--fast --epochs 2": Settings(epochs=2),
    "--device cpu --seed 4": Settings(seed=4),
}


@pytest.mark.smoke
@pytest.mark.parametrize("line", LINES)
def test_flags_become_settings_and_back(line):
    settings, options = flags.parse(experiment(), "fake", line.split())
    assert settings == LINES[line]
    again = flags.command(experiment(), "fake", settings, options).split()
    assert again[:3] == ["python", "-m", "experiments.fake"]
    assert flags.parse(experiment(), "fake", again[3:]) == (settings, options)


def test_comments_become_help(capsys):
    assert flags.comments(Settings)["rate"] == "learning rate: 100 % made up"
    with pytest.raises(SystemExit):
        flags.parse(experiment(), "fake", ["--help"])
    assert "100 % made up (default: 0.1)" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("--epcohs 3", "unknown argument --epcohs; did you mean --epochs?"),
        ("3", "unknown argument 3; the flags are"),
        ("--epoch 3", "did you mean --epochs?"),
        ("--epochs three", "--epochs: got 'three', needs a whole number, 1 or more."),
        ("--epochs 0", "--epochs: got 0, needs a whole number, 1 or more."),
        ("--epochs", "--epochs: expected one argument."),
        ("--seed -1", "--seed: got -1, needs a whole number, 0 or more."),
        ("--rate nan", "--rate: got nan, needs a finite number, 0 or more."),
        ("--hidden 3 0", "--hidden: got 0, needs"),
    ],
)
def test_bad_flags_get_one_clear_paragraph(line, message, capsys):
    with pytest.raises(SystemExit) as caught:
        flags.parse(experiment(), "fake", line.split())
    error = capsys.readouterr().err
    assert caught.value.code == 2
    assert message in error
    assert error.startswith("python -m experiments.fake: error: ")
    assert error.count("\n") == 1


def test_results_are_written(tmp_path, capsys):
    def run(settings, out):
        out.number("accuracy", jnp.float32(0.96875), at_least=0.9, key=True)
        out.number("free", np.array([1, 2]))
        out.history([{"epoch": 1, "loss": float("nan")}])
        out.figure("curve", plotting.lines({"a": ([0, 1], [0, 1])}), "A line.")
        out.found("It\n   runs.")

    assert runner.main(experiment(run), ["--epochs", "2", "--out", str(tmp_path)]) == 0
    record = metrics(tmp_path)
    assert record["status"] == "ok"
    assert record["error"] is None
    assert record["fast"] is False
    assert record["settings"] == {
        "epochs": 2, "rate": 0.1, "hidden": [200, 200], "optimizer": "sgd", "shuffle": True, "seed": 0,
    }  # fmt: skip
    assert [(row["value"], row["passed"]) for row in record["numbers"]] == [(0.96875, True), ([1, 2], None)]
    assert record["history"] == [{"epoch": 1, "loss": "nan"}]
    assert record["found"] == "It runs."
    assert record["seconds"] >= 0
    assert record["command"] == f"python -m experiments.fake --epochs 2 --out {tmp_path}"
    assert {"python", "jnet", "jax", "jaxlib", "flax", "optax", "numpy"} <= record["versions"].keys()
    assert record["device"]
    assert (tmp_path / "fake" / "curve.png").exists()
    assert "A line." in (tmp_path / "index.html").read_text()
    assert "accuracy is 0.96875, expected at least 0.9" in capsys.readouterr().out


EXPECTATIONS = [
    (1.0, {"at_least": 1.0}, True),
    (0.99, {"at_least": 1.0}, False),
    (1e-3, {"at_most": 1e-3}, True),
    (np.nan, {"at_least": 0.0}, False),
    (np.nan, {"at_most": 0.0}, False),
    (np.nan, {"equals": 0.0, "within": 1.0}, False),
    (0.5, {"at_least": 0.0, "at_most": 0.4}, False),
    ([0, 1, 1, 0], {"equals": (0, 1, 1, 0)}, True),
    ([0, 1, 1, 1], {"equals": (0, 1, 1, 0)}, False),
    ([1, 1], {"equals": 1}, False),
    (1.1, {"equals": 1, "within": 0.2}, True),
    (7, {}, None),
]


@pytest.mark.parametrize(("value", "expected", "passed"), EXPECTATIONS)
def test_expectations(value, expected, passed, tmp_path):
    out = runner.Output(tmp_path)
    out.number("n", value, **expected)
    assert out.record["numbers"][0]["passed"] is passed


@pytest.mark.parametrize("fast", [False, True])
def test_a_missed_expectation_is_loud_unless_fast(fast, tmp_path, capsys):
    module = experiment(lambda settings, out: out.number("accuracy", 0.5, at_least=0.9))
    status = runner.main(module, ["--out", str(tmp_path)] + ["--fast"] * fast)
    record = metrics(tmp_path)
    assert record["numbers"][0]["passed"] is False
    assert record["fast"] is fast
    if fast:
        assert (status, record["status"], record["error"]) == (0, "ok", None)
    else:
        message = "Expectation not met: accuracy is 0.5, expected at least 0.9."
        assert (status, record["status"], record["error"]) == (1, "failed", message)
        assert message in capsys.readouterr().err


def test_an_exception_is_recorded_with_what_was_found_and_goes_on(tmp_path):
    def run(settings, out):
        out.number("before", 1)
        raise ZeroDivisionError("nothing to divide by")

    with pytest.raises(ZeroDivisionError):
        runner.main(experiment(run), ["--out", str(tmp_path)])
    record = metrics(tmp_path)
    assert record["status"] == "failed"
    assert record["error"] == "ZeroDivisionError: nothing to divide by"
    assert record["numbers"][0]["name"] == "before"
    assert "nothing to divide by" in (tmp_path / "index.html").read_text()


def test_an_unwritable_folder_is_an_error_before_anything_runs(tmp_path):
    (tmp_path / "file").write_text("")
    ran = []
    with pytest.raises(OSError, match="Could not write"):
        runner.main(experiment(lambda settings, out: ran.append(1)), ["--out", str(tmp_path / "file")])
    assert not ran


def test_the_device_is_chosen_or_said_to_be_missing(tmp_path):
    assert runner.main(experiment(), ["--device", "cpu", "--out", str(tmp_path)]) == 0
    assert metrics(tmp_path)["command"] == f"python -m experiments.fake --device cpu --out {tmp_path}"
    if jax.default_backend() == "cpu":
        with pytest.raises(SystemExit, match=r"--device gpu: JAX finds only the cpu; .*jnet\[cuda12\]"):
            runner.choose("gpu")


def test_what_a_killed_run_left_half_written_is_swept_away(tmp_path):
    (tmp_path / "fake").mkdir()
    (tmp_path / "fake" / ".curve.png.abc.tmp").write_text("half")
    assert runner.main(experiment(), ["--out", str(tmp_path)]) == 0
    assert sorted(path.name for path in (tmp_path / "fake").iterdir()) == [".lock", "metrics.json"]
