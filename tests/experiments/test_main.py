"""All experiments at once: one that breaks, however it breaks, takes nothing from the others."""

import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from experiments import NAMES
from experiments import __main__ as everything
from experiments.harness import locks, report
from jnet.files import write_atomic

ROOT = Path(__file__).resolve().parents[2]
KILLED = "import os, signal\nprint('half way', flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
FAKE = """
import os, sys, time
from dataclasses import dataclass
from experiments.harness import runner

CHAPTER, TITLE, QUESTION, FAST = 1, "A fake", "Does it run?", {}
TITLE_ZH, QUESTION_ZH = "假的", "能跑吗？"

@dataclass(frozen=True)
class Settings:
    epochs: int = 1  # unused
    seed: int = 0  # unused

def log(event, out):
    with open(out.folder.parent / "log", "a") as file:
        file.write(f"{event} {os.getpid()}\\n")

def run(settings, out):
    BODY

if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))
"""
SLOW = "log('start', out); time.sleep(1); out.number('n', settings.seed, at_least=0); log('end', out)"


def build(folder: Path, sources: dict[str, str]) -> Path:
    """Copy the experiments into `folder` with other sources for some, so that nothing there takes long."""
    shutil.copytree(ROOT / "experiments", folder / "experiments", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "jnet").symlink_to(ROOT / "jnet")
    for name, source in sources.items():
        (folder / "experiments" / f"{name}.py").write_text(source)
    names = f"NAMES = {tuple(sources)}\n"
    (folder / "experiments" / "__init__.py").write_text(names)
    return folder


def start(folder: Path, *words: str) -> subprocess.Popen:
    command = [sys.executable, "-m", *words]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def read(folder: Path, name: str) -> dict:
    return json.loads((folder / "results" / name / "metrics.json").read_text())


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A copy of the experiments in which the first is killed, the second raises, and the third is well."""
    broken = {
        "logic_gates": KILLED,
        "regression": FAKE.replace("BODY", "raise RuntimeError('out of luck')"),
        "landscape": FAKE.replace("BODY", "out.number('gates', 4, equals=4, key=True)"),
    }
    folder = build(tmp_path_factory.mktemp("house"), broken)
    (folder / "results" / "logic_gates").mkdir(parents=True)
    old = {"name": "logic_gates", "status": "ok", "title": "Old"}
    (folder / "results" / "logic_gates" / "metrics.json").write_text(json.dumps(old))
    words = [sys.executable, "-m", "experiments", *broken]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return folder / "results", done


def test_failures_do_not_stop_the_others(house):
    root, done = house
    assert done.returncode == 1
    records = {name: read(root.parent, name) for name in ("logic_gates", "regression", "landscape")}
    assert [record["status"] for record in records.values()] == ["failed", "failed", "ok"]
    assert "ended by signal 9" in records["logic_gates"]["error"]  # not the old success
    assert "half way" in records["logic_gates"]["error"]
    assert records["regression"]["error"] == "RuntimeError: out of luck"


def test_output_is_passed_on_and_a_table_ends_it(house):
    root, done = house
    assert "half way" in done.stdout
    assert "RuntimeError: out of luck" in done.stdout
    rows = [line.split()[:2] for line in done.stdout.splitlines() if line.startswith(NAMES)]
    assert rows[-3:] == [["logic_gates", "failed"], ["regression", "failed"], ["landscape", "ok"]]
    assert "gates: 4" in done.stdout
    page = (root / "index.html").read_text()
    assert "out of luck" in page
    assert "ended by signal 9" in page


@pytest.mark.smoke
@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("digits_mpl", "unknown experiment 'digits_mpl'. Did you mean digits_mlp? The experiments are"),
        ("zzz", "unknown experiment 'zzz'. The experiments are"),
        ("--fsat", "unknown argument --fsat; did you mean --fast?"),
    ],
)
def test_unknown_names_and_flags(line, message, capsys):
    with pytest.raises(SystemExit) as caught:
        everything.main(line.split())
    assert caught.value.code == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_names_are_run_once_and_in_the_order_given(monkeypatch, tmp_path, capsys):
    runs = []

    def run(name, root, flags):
        runs.append((name, root, flags))
        return {"name": name, "status": "ok", "numbers": [], "seconds": 1.0}

    monkeypatch.setattr(everything, "run", run)
    assert everything.main(["landscape", "digits_mlp", "landscape", "--fast", "--out", str(tmp_path)]) == 0
    assert runs == [("landscape", tmp_path, ["--fast"]), ("digits_mlp", tmp_path, ["--fast"])]
    assert everything.main(["--out", str(tmp_path)]) == 0
    assert [name for name, _, _ in runs[2:]] == list(NAMES)
    assert str(tmp_path / "index.html") in capsys.readouterr().out


def test_flags_go_to_the_experiments_that_have_them(monkeypatch, tmp_path, capsys):
    runs = {}
    monkeypatch.setattr(everything, "run", lambda name, root, words: runs.update({name: words}) or {"status": "ok"})
    monkeypatch.setattr(everything, "table", lambda outcomes: "")
    line = "--epochs 3 landscape digits_mlp --fast --seed 7 --device cpu"
    assert everything.main([*line.split(), "--out", str(tmp_path)]) == 0
    assert runs == {
        "landscape": ["--fast", "--device", "cpu", "--seed", "7"],
        "digits_mlp": ["--fast", "--device", "cpu", "--epochs", "3", "--seed", "7"],
    }
    assert "landscape has no --epochs; it runs without." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("landscape --epochs 3", "unknown argument --epochs"),  # the only one named lacks it
        ("landscape digits_mlp --epcohs 3", "unknown argument --epcohs; did you mean --epochs?"),
        ("landscape digits_mlp --seed -3", "--seed: got -3, needs a whole number, 0 or more."),
        ("landscape --device tpu", "argument --device: invalid choice: 'tpu'"),
    ],
)
def test_flags_that_do_not_fit_end_it_before_anything_runs(line, message, tmp_path, capsys):
    with pytest.raises(SystemExit) as caught:
        everything.main([*line.split(), "--out", str(tmp_path)])
    assert caught.value.code == 2
    assert message in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_two_at_once_in_one_folder_lose_nothing(tmp_path):
    folder = build(tmp_path, {"one": FAKE.replace("BODY", SLOW), "two": FAKE.replace("BODY", SLOW)})
    both = [start(folder, "experiments"), start(folder, "experiments", "two", "one", "--seed", "3")]
    outputs = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    for name in ("one", "two"):
        record = read(folder, name)
        assert record["status"] == "ok"
        assert record["numbers"][0]["value"] == record["settings"]["seed"]
    page = (folder / "results" / "index.html").read_text()
    assert page.count("✓ as expected") == 4  # both in the contents and at their heads
    assert not any((folder / "results").rglob("*.tmp"))


def test_the_second_in_a_folder_waits_and_says_so(tmp_path):
    folder = build(tmp_path, {"one": FAKE.replace("BODY", SLOW)})
    both = [start(folder, "experiments.one"), start(folder, "experiments.one", "--seed", "3")]
    outputs = [process.communicate(timeout=120)[0] for process in both]
    assert [process.returncode for process in both] == [0, 0], outputs
    assert sum("Another run is writing to results/one; waiting" in output for output in outputs) == 1
    events = [line.split() for line in (folder / "results" / "log").read_text().splitlines()]
    assert [event for event, _ in events] == ["start", "end"] * 2  # one after the other


def test_a_child_holds_the_folder_when_its_parent_is_gone(tmp_path, capfd):
    with locks.held(tmp_path) as lock:
        child = subprocess.Popen(["sleep", "1"], pass_fds=(lock,))
    assert child.poll() is None
    with locks.held(tmp_path):
        assert child.wait(timeout=0.5) == 0  # it has ended
    assert "waiting until it has ended" in capfd.readouterr().out


def test_what_is_killed_is_complete_when_run_again(tmp_path):
    folder = build(tmp_path, {"one": FAKE.replace("BODY", SLOW), "two": FAKE.replace("BODY", SLOW)})
    log = folder / "results" / "log"
    first = start(folder, "experiments")
    while not (log.exists() and log.read_text()):
        assert first.poll() is None, first.communicate()
        time.sleep(0.02)
    first.kill()
    os.kill(int(log.read_text().split()[1]), signal.SIGKILL)
    first.communicate()
    assert read(folder, "one")["status"] == "running"
    (folder / "results" / "one" / ".metrics.json.abc.tmp").write_text("what a kill may leave")
    again = start(folder, "jnet", "experiments", "resume")
    output = again.communicate(timeout=120)[0]
    assert again.returncode == 0, output
    assert [read(folder, name)["status"] for name in ("one", "two")] == ["ok", "ok"]
    assert log.read_text().splitlines()[-1].startswith("end")
    assert not any((folder / "results").rglob("*.tmp"))


def test_only_a_complete_result_for_the_same_settings_is_finished(tmp_path):
    settings = json.loads(json.dumps(vars(importlib.import_module("experiments.landscape").Settings())))

    def finished(words="", **record):
        record = {"status": "ok", "fast": False, "settings": settings} | record
        write_atomic(tmp_path / "landscape" / "metrics.json", json.dumps(record))
        return everything.finished("landscape", tmp_path, words.split())

    assert not everything.finished("landscape", tmp_path, [])
    assert finished()
    assert not finished("--seed 1")
    assert not finished("--fast")
    assert not finished(status="failed")
    assert not finished(settings=settings | {"steps": 7})
    assert finished("--steps 7", settings=settings | {"steps": 7})
    assert not finished(settings=None)


def test_durations_and_numbers_in_words():
    assert report.duration(0.84) == "0.8 s"
    assert report.duration(125) == "2 min 5 s"
    assert report.short([0.123456, 1]) == "[0.12346, 1]"
