"""All experiments at once: one that breaks, however it breaks, takes nothing from the others."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from experiments import NAMES, report
from experiments import __main__ as everything

ROOT = Path(__file__).resolve().parents[2]
KILLED = "import os, signal\nprint('half way', flush=True)\nos.kill(os.getpid(), signal.SIGKILL)\n"
RAISES = """
import sys
from dataclasses import dataclass
from experiments import runner

CHAPTER, TITLE, QUESTION, FAST = 1, "It breaks", "Does it?", {}
TITLE_ZH, QUESTION_ZH = "会坏", "会吗？"

@dataclass(frozen=True)
class Settings:
    seed: int = 0  # unused

def run(settings, out):
    BODY

if __name__ == "__main__":
    raise SystemExit(runner.main(sys.modules[__name__]))
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A copy of the experiments in which the first is killed, the second raises, and the third is well."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "experiments", folder / "experiments", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "jnet").symlink_to(ROOT / "jnet")
    broken = {
        "logic_gates": KILLED,
        "regression": RAISES.replace("BODY", "raise RuntimeError('out of luck')"),
        "landscape": RAISES.replace("BODY", "out.number('gates', 4, equals=4, key=True)"),
    }
    for name, source in broken.items():
        (folder / "experiments" / f"{name}.py").write_text(source)
    (folder / "results" / "logic_gates").mkdir(parents=True)
    old = {"name": "logic_gates", "status": "ok", "title": "Old"}
    (folder / "results" / "logic_gates" / "metrics.json").write_text(json.dumps(old))
    words = [sys.executable, "-m", "experiments", *broken]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return folder / "results", done


def test_failures_do_not_stop_the_others(house):
    root, done = house
    assert done.returncode == 1
    records = {name: json.loads((root / name / "metrics.json").read_text()) for name in NAMES[:3]}
    assert [records[name]["status"] for name in NAMES[:3]] == ["failed", "failed", "ok"]
    assert "ended by signal 9" in records["logic_gates"]["error"]  # not the old success
    assert "half way" in records["logic_gates"]["error"]
    assert records["regression"]["error"] == "RuntimeError: out of luck"


def test_output_is_passed_on_and_a_table_ends_it(house):
    root, done = house
    assert "half way" in done.stdout
    assert "RuntimeError: out of luck" in done.stdout
    rows = [line.split() for line in done.stdout.splitlines() if line.startswith(NAMES)]
    assert [row[:2] for row in rows[-3:]] == [["logic_gates", "failed"], ["regression", "failed"], ["landscape", "ok"]]
    assert "gates: 4" in done.stdout
    page = (root / "index.html").read_text()
    assert "out of luck" in page
    assert "ended by signal 9" in page


@pytest.mark.smoke
@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("digits_mpl", "unknown experiment 'digits_mpl'. Did you mean digits_mlp? The experiments are logic_gates,"),
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


def test_durations_and_numbers_in_words():
    assert report.duration(0.84) == "0.8 s"
    assert report.duration(125) == "2 min 5 s"
    assert report.short([0.123456, 1]) == "[0.12346, 1]"
