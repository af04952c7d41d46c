"""The command line: `python -m jnet info`, `python -m jnet run script.py` and `python -m jnet experiments`."""

import argparse
import functools
import importlib
import importlib.metadata
import os
import platform
import runpy
import sys
from pathlib import Path

import jax

import jnet
from jnet.files import cache_dir

ROOT = Path(__file__).resolve().parents[1]
NO_EXPERIMENTS = (
    "they are not part of the installed package but of jnet's repository; clone it, and in its folder write: "
    'pip install -e ".[experiments]"'
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command of `python -m jnet`; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m jnet", description="PyTorch's tutorials on JAX.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("info", help="versions, devices, memory and the cache folder")
    run = commands.add_parser("run", help="run a PyTorch script on jnet: its `import torch` gives jnet.torch")
    run.add_argument("--report", action="store_true", help="print what was compiled, at the end")
    run.add_argument("script", help="the file to run")
    run.add_argument("arguments", nargs=argparse.REMAINDER, help="what the script finds in sys.argv")
    about = "list, run, resume and compare the experiments"
    experiments = commands.add_parser("experiments", help=about, add_help=False)
    words = sys.argv[1:] if arguments is None else arguments
    if words[:1] == ["experiments"]:  # REMAINDER would not take a flag that comes first
        if not (ROOT / "experiments" / "harness" / "commands.py").is_file():
            experiments.error(NO_EXPERIMENTS)
        return importlib.import_module("experiments.harness.commands").main(words[1:])
    chosen = parser.parse_args(words)
    if chosen.command == "run":
        if not Path(chosen.script).is_file():
            run.error(f"there is no file {chosen.script}")
        run_script(chosen.script, chosen.arguments, chosen.report)
    else:
        print(device_report())
    return 0


def run_script(script: str, arguments: list[str], report: bool = False) -> None:
    """Run a script as `python script` would, with `jnet.torch` under the name of torch.

    What an error that nothing caught prints begins at the script's line, as if Python had been given the script.
    """
    from jnet.torch import substitute

    substitute.install()
    sys.excepthook = functools.partial(_print_error, script)
    sys.argv = [script, *arguments]
    sys.path[0] = str(Path(script).resolve().parent)
    runpy.run_path(script, run_name="__main__")
    if report:
        print(importlib.import_module("jnet.torch").report(), file=sys.stderr)


def _print_error(script: str, kind: type[BaseException], error: BaseException, frames) -> None:
    inner = frames
    while inner is not None and inner.tb_frame.f_code.co_filename != script:
        inner = inner.tb_next
    sys.__excepthook__(kind, error.with_traceback(inner or frames), inner or frames)


def device_report() -> str:
    """Return what jnet runs on, a line a fact: versions, devices with their memory, and the cache folder."""
    rows = [("jnet", jnet.__version__), ("Python", f"{platform.python_version()} on {platform.platform()}")]
    rows += [(name, importlib.metadata.version(name)) for name in ("jax", "jaxlib", "flax", "optax", "numpy")]
    rows += [("backend", jax.default_backend()), ("CPU cores", str(os.cpu_count()))]
    for device in jax.devices():
        rows.append((f"device {device.id}", f"{device.device_kind}{_memory(device)}"))
    rows.append(("cache", str(cache_dir("."))))
    return "\n".join(f"{name:<10} {value}" for name, value in rows)


def _memory(device) -> str:
    stats = device.memory_stats() or {}  # None on a CPU
    if "bytes_limit" not in stats:
        return ""
    gib = 1 << 30
    return f", {stats.get('bytes_in_use', 0) / gib:.2f} of {stats['bytes_limit'] / gib:.2f} GiB in use"
