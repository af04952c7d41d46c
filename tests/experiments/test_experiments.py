"""Each experiment runs with --fast, in this process, and leaves complete results; twice the same."""

import importlib
import json

import pytest

from experiments import NAMES
from experiments.harness import flags, runner

FIGURES = {
    "tensors": {"sharing", "products"},
    "creation": {"constructors", "spacings", "chances"},
    "shapes": {"scrambled", "strides", "broadcasting", "joining"},
    "arithmetic": {"rounding", "norms", "adding", "orders", "gaps"},
    "gradients": {"chain", "graph", "derivatives"},
    "activations": {"curves", "dimensions", "overflow", "jacobian"},
    "losses": {"entropy", "margins", "sums"},
    "logic_gates": {"gates", "xor_hidden", "xor_learned", "xor_learning", "training"},
    "regression": {"linear", "logistic", "softmax"},
    "modules": {"net", "training"},
    "digits_mlp": {"digits", "curves", "confusion", "mistakes", "templates", "faces"},
    "overfitting": {"wrong", "widths", "remedies"},
    "convolution": {"match", "maps", "windows", "kept", "likeness"},
    "digits_lenet": {"curves", "confusion", "mistakes", "journey", "filters", "maps", "matters", "faces"},
    "landscape": {
        *("bowl_surface", "bowl_turning", "bowl_descent", "rates", "flow", "optimizers", "basins"),
        *("himmelblau", "himmelblau_surface", "himmelblau_turning", "himmelblau_values"),
    },
    "surroundings": {"words", "scatter", "timing"},
}


@pytest.mark.parametrize("name", NAMES)
def test_fast(name, fast_run, fast_record):
    folder, record = fast_run(name), fast_record(name)
    assert (folder / "status").read_text() == "0"
    assert record["status"] == "ok"
    assert record["fast"] is True
    assert record["found"]
    assert all(part["alt"] for part in record["parts"] if part["kind"] == "figure")
    assert {path.stem for path in folder.glob("*.png")} == FIGURES[name]
    assert any(row["expected"] for row in record["numbers"])
    assert any(row["key"] for row in record["numbers"])
    if name.startswith("digits"):
        rows = (folder / "train.jsonl").read_text().splitlines()
        assert [json.loads(row)["epoch"] for row in rows] == [1]
    assert len((folder / "out").read_text().splitlines()) > 3


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_commented_and_has_a_flag(name):
    module = importlib.import_module(f"experiments.{name}")
    settings = module.Settings()
    assert flags.comments(module.Settings).keys() == vars(settings).keys()
    assert flags.parse(module, name, []) == (settings, flags.Options())
    assert "seed" in vars(settings)


def test_runs_repeat_bit_for_bit(tmp_path):
    module = importlib.import_module("experiments.modules")
    records = []
    for part in ("a", "b"):
        runner.main(module, ["--fast", "--seed", "5", "--out", str(tmp_path / part)])
        records.append(json.loads((tmp_path / part / "modules" / "metrics.json").read_text())["numbers"])
    assert records[0] == records[1]
