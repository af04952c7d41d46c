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
