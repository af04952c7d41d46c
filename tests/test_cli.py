"""`python -m jnet`."""

import subprocess
import sys

import jnet
from jnet.cli import main


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
