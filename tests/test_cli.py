"""`python -m jnet`."""

import json
import subprocess
import sys

import pytest

import jnet
from jnet import cli
from jnet.cli import main
from jnet.files import write_atomic


def test_info(capsys):
    assert main(["info"]) == 0
    out = capsys.readouterr().out
    assert f"jnet       {jnet.__version__}\n" in out
    assert "device 0" in out


def test_as_a_module():
    done = subprocess.run([sys.executable, "-m", "jnet"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "usage: python -m jnet" in done.stderr


SCRIPT = """
import sys
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim
from torch.autograd import Variable

torch.manual_seed(420)
net = nn.Linear(2, 1)
x = Variable(torch.ones(4, 2))
optimizer = optim.SGD(net.parameters(), lr=0.1)
for _ in range(20):
    loss = F.mse_loss(net(x), torch.zeros(4, 1))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(torch.__name__, torch.nn is nn, sys.argv[1:], __name__)
print(f"{loss.item():.6f}")
print(repr(net))
"""


def test_run_gives_a_script_jnet_as_torch(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable, "-m", "jnet", "run", "--report", str(script), "a", "--b"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[0] == "jnet.torch True ['a', '--b'] __main__"
    assert float(done.stdout.splitlines()[1]) < 0.1
    assert done.stdout.splitlines()[2] == "Linear(in_features=2, out_features=1, bias=True)"
    assert "traces run: 1 compiled" in done.stderr


def test_run_prints_errors_from_the_scripts_line_on(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("import torch\ntorch.ones(2) @ torch.ones(3)\n")
    command = [sys.executable, "-m", "jnet", "run", str(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines()[:2] == [
        "Traceback (most recent call last):",
        f'  File "{script}", line 2, in <module>',
    ]
    missing = subprocess.run([*command[:-1], "nowhere.py"], capture_output=True, text=True, check=False)
    assert missing.returncode == 2
    assert "there is no file nowhere.py" in missing.stderr


def test_run_names_what_torch_lacks(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("import torch.distributed\n")
    done = subprocess.run(
        [sys.executable, "-m", "jnet", "run", str(script)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "No module named 'torch.distributed'" in done.stderr
    assert f'{script}", line 1' in done.stderr


def record(folder, name, **other):
    row = {"name": "loss", "notes": None, "pytorch": None, "torch": [1.0, 2.0], "jax": [1.0, 2.0], "passed": True}
    parts = [{"kind": "faces", "title": "Lesson", "rows": [row]}]
    numbers = [{"name": "accuracy", "value": 0.5}, {"name": "steps", "value": 3}]
    record = {"status": "ok", "fast": False, "seconds": 1.25, "numbers": numbers, "parts": parts}
    write_atomic(folder / name / "metrics.json", json.dumps(record | other))


def test_experiments_are_listed_with_their_last_results(tmp_path, capsys):
    record(tmp_path, "landscape")
    record(tmp_path, "digits_lenet", fast=True)
    record(tmp_path, "digits_mlp", status="running")
    assert main(["experiments", "list", "--out", str(tmp_path)]) == 0
    lines = {line.split()[1]: " ".join(line.split()) for line in capsys.readouterr().out.splitlines()}
    assert lines["landscape"].startswith("13 landscape as expected, 1.2 s Optimisation as a landscape 优化")
    assert "fast run, 1.2 s" in lines["digits_lenet"]
    assert "did not finish, 1.2 s" in lines["digits_mlp"]
    assert "not run" in lines["regression"]


def test_two_folders_of_results_are_compared(tmp_path, capsys):
    first, second = tmp_path / "a", tmp_path / "b"
    record(first, "landscape")
    record(second, "landscape", numbers=[{"name": "accuracy", "value": 0.75}], seconds=2.0)
    record(first, "zebra")
    assert main(["experiments", "compare", str(first), str(second)]) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == "landscape: 1 of 3 values are the same; 1.2 s and 2.0 s"
    assert lines[2:4] == ["accuracy 0.5 0.75 +0.25", "steps 3 only in one"]
    assert lines[-1] == f"zebra: only in {first}"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("experiments ruin", "invalid choice: 'ruin'"),
        ("experiments compare nowhere elsewhere", "there are no results in nowhere"),
        ("experiments run landscpae", "Did you mean landscape?"),
        ("experiments resume --fsat", "did you mean --fast?"),
    ],
)
def test_bad_words_about_experiments(line, message, capsys):
    with pytest.raises(SystemExit) as caught:
        main(line.split())
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_where_there_are_no_experiments_it_says_how_to_get_them(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(cli, "ROOT", tmp_path)
    with pytest.raises(SystemExit):
        main(["experiments"])
    assert 'pip install -e ".[experiments]"' in capsys.readouterr().err


def test_the_experiments_are_not_imported_unless_asked_for():
    lines = "import sys, jnet.cli; print([name for name in sys.modules if name.startswith('experiments')])"
    assert subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=True).stdout == "[]\n"
