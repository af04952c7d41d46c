"""An experiment that is killed at any moment ends, when it is run again, with the numbers that it would have had."""

import contextlib
import json
import signal
import subprocess
import sys
import time

from experiments import digits_mlp, overfitting
from experiments.harness import runner
from experiments.parts.digits import unfinished
from jnet import live

SETTINGS = ("--epochs", "4", "--lesson-digits", "64")


def found(folder):
    """Return what a run of digits_mlp found, times aside."""
    record = json.loads((folder / "digits_mlp" / "metrics.json").read_text())
    history = [{key: value for key, value in row.items() if key != "seconds"} for row in record["history"]]
    numbers = {row["name"]: row["value"] for row in record["numbers"] if "seconds" not in row["name"]}
    values = [row for part in record["parts"] if part["kind"] == "faces" for row in part["rows"]]
    return history, numbers, values, record["found"]


def command(folder):
    return [sys.executable, "-m", "experiments.digits_mlp", "--fast", *SETTINGS, "--out", str(folder)]


def run(folder):
    """Run digits_mlp in a process of its own, which has compiled nothing yet; return what it prints."""
    return subprocess.run(command(folder), capture_output=True, text=True, check=True).stdout


def killed_after(epochs, folder):
    """Run digits_mlp likewise, and kill it when its log has so many epochs."""
    log = folder / "digits_mlp" / "train.jsonl"
    with subprocess.Popen(command(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            if log.exists() and len(log.read_text().splitlines()) >= epochs:
                process.kill()
            time.sleep(0.002)
    return process.returncode


def test_digits_mlp_goes_on_where_it_was_killed(tmp_path):
    assert killed_after(2, tmp_path / "killed") == -signal.SIGKILL
    assert json.loads((tmp_path / "killed" / "digits_mlp" / "metrics.json").read_text())["status"] == "running"
    assert "epoch 1/4" not in run(tmp_path / "killed")  # it did go on
    assert "epoch 1/4" in run(tmp_path / "whole")
    assert found(tmp_path / "killed") == found(tmp_path / "whole")
    assert not list(tmp_path.glob("*/digits_mlp/unfinished-*"))


def test_other_settings_start_anew(tmp_path):
    """What a run with another seed left behind is not taken up, but goes."""
    out = runner.Output(tmp_path, {"device": "a device", "versions": {"jax": "1"}})
    with contextlib.suppress(KeyboardInterrupt), unfinished(out, digits_mlp.Settings(seed=1)) as first:
        first.write_bytes(b"half")
        raise KeyboardInterrupt
    with unfinished(out, digits_mlp.Settings(seed=1)) as again:
        assert again.read_bytes() == b"half"
        with unfinished(out, digits_mlp.Settings(seed=2)) as other:
            assert other != first
            assert not first.exists()
    out.record["versions"] = {"jax": "2"}
    with unfinished(out, digits_mlp.Settings(seed=1)) as newer:
        assert newer != first


def test_overfitting_keeps_the_networks_that_it_has_trained(tmp_path, capsys):
    settings = overfitting.Settings(digits=100, epochs=2)
    whole = overfitting.train_all(settings, tmp_path / "whole.ckpt", live.Live())
    part = dict(list(json.loads((tmp_path / "whole.ckpt").read_text()).items())[:5])
    part["plain"]["training loss"][-1] = 7.0  # a mark: it is not trained again
    (tmp_path / "part.ckpt").write_text(json.dumps(part))
    again = overfitting.train_all(settings, tmp_path / "part.ckpt", live.Live())
    assert again["plain"]["training loss"][-1] == 7.0
    assert {name: again[name] for name in again if name != "plain"} == {n: whole[n] for n in whole if n != "plain"}
    assert len(capsys.readouterr().out.splitlines()) == 2 * len(whole)
