"""Each experiment runs with --fast, in this process, and leaves complete results; twice the same."""

import importlib
import json

import jax
import pytest

from experiments import NAMES, flags, runner

FIGURES = {
    "logic_gates": {"gates", "xor_hidden", "xor_learned", "training"},
    "regression": {"linear", "logistic", "softmax"},
    "landscape": {"bowl_surface", "bowl_descent", "himmelblau", "himmelblau_surface", "himmelblau_values"},
    "digits_mlp": {"curves", "confusion", "mistakes"},
    "digits_lenet": {"curves", "confusion", "mistakes", "filters", "maps1", "maps2"},
}


@pytest.fixture(autouse=True)
def promotion_as_users_have_it():
    """Let ranks promote, as JAX does unless told otherwise: the tests' own setting is for jnet's code."""
    with jax.numpy_rank_promotion("allow"):
        yield


@pytest.mark.parametrize("name", NAMES)
def test_fast(name, tmp_path, capsys):
    module = importlib.import_module(f"experiments.{name}")
    assert runner.main(module, ["--fast", "--out", str(tmp_path)]) == 0
    record = json.loads((tmp_path / name / "metrics.json").read_text())
    assert record["status"] == "ok"
    assert record["fast"] is True
    assert record["found"]
    assert all(part["alt"] for part in record["parts"] if part["kind"] == "figure")
    assert {path.stem for path in (tmp_path / name).glob("*.png")} == FIGURES[name]
    assert any(row["expected"] for row in record["numbers"])
    assert any(row["key"] for row in record["numbers"])
    if name.startswith("digits"):
        rows = (tmp_path / name / "train.jsonl").read_text().splitlines()
        assert [json.loads(row)["epoch"] for row in rows] == [1]
    assert len(capsys.readouterr().out.splitlines()) > 3


@pytest.mark.parametrize("name", NAMES)
def test_every_setting_is_commented_and_has_a_flag(name):
    module = importlib.import_module(f"experiments.{name}")
    settings = module.Settings()
    assert flags.comments(module.Settings).keys() == vars(settings).keys()
    assert flags.parse(module, name, []) == (settings, flags.Options())
    assert "seed" in vars(settings)


def test_runs_repeat_bit_for_bit(tmp_path):
    module = importlib.import_module("experiments.landscape")
    records = []
    for part in ("a", "b"):
        runner.main(module, ["--fast", "--seed", "5", "--out", str(tmp_path / part)])
        records.append(json.loads((tmp_path / part / "landscape" / "metrics.json").read_text())["numbers"])
    assert records[0] == records[1]
