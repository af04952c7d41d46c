"""The command line: `python -m jnet info`."""

import argparse
import importlib.metadata
import os
import platform

import jax

import jnet
from jnet.files import cache_dir


def main(arguments: list[str] | None = None) -> int:
    """Run one command of `python -m jnet`; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m jnet", description="PyTorch's tutorials on JAX.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("info", help="versions, devices, memory and the cache folder")
    parser.parse_args(arguments)
    print(device_report())
    return 0


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
