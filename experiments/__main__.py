"""Run all experiments, or those named: `python -m experiments [NAME ...] [--fast] [--seed N] [--out FOLDER] ...`.

Each runs in a process of its own, so that one that fails, or is killed, neither stops the others nor takes their
results with it.
"""

import argparse
import collections
import dataclasses
import difflib
import importlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from experiments import NAMES
from experiments.harness import flags, locks, report
from jnet.files import write_atomic

ROOT = Path(__file__).resolve().parents[1]
EXTRA = "any experiment's own flags (--seed 1, --epochs 2, ...) go to those that have them"


def main(arguments: list[str] | None = None) -> int:
    """Run the experiments, write the report and print a table; return 1 if any failed, 2 for bad arguments."""
    parser = flags.Parser(
        prog="python -m experiments", description="Run experiments.", epilog=EXTRA, allow_abbrev=False
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(NAMES)} (default: all)")
    parser.add_argument("--resume", action="store_true", help="only those without a finished result for these settings")
    flags.add_options(parser)
    given, extra = _split(parser, sys.argv[1:] if arguments is None else arguments)
    for name in given.names:
        if name not in NAMES:
            close = difflib.get_close_matches(name, NAMES, n=1)
            hint = f"Did you mean {close[0]}? " if close else ""
            parser.error(f"unknown experiment {name!r}. {hint}The experiments are {', '.join(NAMES)}")
    names = dict.fromkeys(given.names or NAMES)
    common = ["--fast"] * given.fast + ["--pytorch"] * given.pytorch
    common += ["--device", given.device] if given.device else []
    common += ["--live", given.live] if given.live else []
    own = distribute(parser, list(names), common, extra) if extra else {}
    lines = {name: common + own.get(name, []) for name in names}
    if given.resume:
        lines = {name: words for name, words in lines.items() if not finished(name, given.out, words)}
    outcomes = {name: run(name, given.out, words) for name, words in lines.items()}
    page = report.write(given.out)
    print(table(outcomes) if outcomes else "Every one of them has a finished result for these settings.")
    print(f"\nThe report is {page}")
    return 0 if all(record["status"] == "ok" for record in outcomes.values()) else 1


def _split(parser: argparse.ArgumentParser, words: list[str]) -> tuple[argparse.Namespace, list[list[str]]]:
    """Return what `parser` makes of its own flags and the names, and the other flags, each with its values."""
    own = {flag for action in parser._actions for flag in action.option_strings}
    kept, extra, value = [], [], False
    for word in words:
        if word.startswith("--"):
            value = word.partition("=")[0] not in own
            (extra.append([word]) if value else kept.append(word))
        elif value and word not in NAMES:
            extra[-1].append(word)
        else:
            kept.append(word)
    return parser.parse_args(kept), extra


def distribute(
    parser: flags.Parser, names: list[str], common: list[str], extra: list[list[str]]
) -> dict[str, list[str]]:
    """Return the words that each experiment is given of the flags that only some have, all checked.

    Where several are run, a flag that one of them lacks is skipped there, and a line says so.
    """
    modules = {name: importlib.import_module(f"experiments.{name}") for name in names}
    known = {name: set(flags.parser(module, name)._option_string_actions) for name, module in modules.items()}
    for flag in (words[0].partition("=")[0] for words in extra):
        if not any(flag in each for each in known.values()):
            everywhere = flags.Parser(prog=parser.prog, add_help=False)
            everywhere.add_argument(*sorted(option for option in set.union(*known.values()) if option != "-h"))
            everywhere.error(f"unrecognized arguments: {flag}")
    lines = {}
    for name, module in modules.items():
        has = [words for words in extra if words[0].partition("=")[0] in known[name]]
        for words in extra:
            if words not in has:
                print(f"{name} has no {words[0]}; it runs without.", flush=True)
        lines[name] = [word for words in has for word in words]
        flags.parse(module, name, common + lines[name])  # a value that does not fit ends it all before anything runs
    return lines


def finished(name: str, root: Path, words: list[str]) -> bool:
    """Return whether there is a complete result of the experiment for just these flags."""
    settings, options = flags.parse(importlib.import_module(f"experiments.{name}"), name, words)
    record = read(root / name) or {}
    same = record.get("settings") == json.loads(json.dumps(dataclasses.asdict(settings)))
    return same and record.get("status") == "ok" and record.get("fast") is options.fast


def read(folder: Path) -> dict | None:
    """Return the record in a folder of results, None where there is none that can be read."""
    try:
        record = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return record if isinstance(record, dict) else None


def run(name: str, root: Path, words: list[str]) -> dict:
    """Run one experiment in its own process, pass its output on, and return its record.

    A process that ends without having said how it went (killed, out of memory, broken on import) gets a record that
    says so, with the last lines of its output. The folder is held all the while, so that the record is this run's.
    """
    folder = root / name
    line = ["-m", f"experiments.{name}", *words, *(["--out", str(root)] if root != Path("results") else [])]
    print(f"\n── python {' '.join(line)}", flush=True)
    with locks.held(folder) as lock:
        (folder / "metrics.json").unlink(missing_ok=True)  # an old success must not stand for this run
        started = time.perf_counter()
        status, tail = _process([sys.executable, "-u", *line], folder, lock)
        record = read(folder) or {
            "name": name,
            "title": name,
            "status": "running",
            "command": f"python {' '.join(line)}",
        }
        if status == 0 and record["status"] == "ok":
            return record
        if record["status"] != "failed":
            error = f"The process {_ending(status)}. Its last output:\n{tail.rstrip()}"
            record |= {"status": "failed", "error": error, "seconds": round(time.perf_counter() - started, 2)}
            write_atomic(folder / "metrics.json", json.dumps(record, indent=1) + "\n")
            print(f"FAILED {name}: the process {_ending(status)}.", flush=True)
    return record


def _process(command: list[str], folder: Path, lock: int | None) -> tuple[int, str]:
    """Run `command`, printing what it prints; return its exit status and its last lines.

    The child holds the folder as well: if this process is killed, no other starts there before the child has ended.
    """
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = os.environ | {"PYTHONPATH": path, locks.HELD: str(folder.resolve())}
    tail = collections.deque(maxlen=12)
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        pass_fds=() if lock is None else (lock,),
    ) as process:  # fmt: skip
        for line in process.stdout or ():
            tail.append(line)
            print(line, end="", flush=True)
    return process.returncode, "".join(tail)


def _ending(status: int) -> str:
    if status >= 0:
        return f"ended with exit status {status}"
    hint = "; out of memory, perhaps" if -status == signal.SIGKILL else ""
    return f"was ended by signal {-status} ({signal.strsignal(-status)}{hint})"


def table(outcomes: dict[str, dict]) -> str:
    """Return the final table: name, verdict, seconds, key numbers."""
    room = max(60, shutil.get_terminal_size((120, 24)).columns - 40)
    lines = [f"\n{'experiment':<14} {'verdict':<8} {'time':>7}  key numbers"]
    for name, record in outcomes.items():
        numbers = [row for row in record.get("numbers", ()) if row["key"]]
        found = "; ".join(f"{row['name']}: {report.short(row['value'])}" for row in numbers)
        if record["status"] != "ok":
            found = (record["error"] or "").partition("\n")[0]
        found = found if len(found) <= room else found[: room - 1] + "…"
        lines.append(f"{name:<14} {record['status']:<8} {record.get('seconds', 0):>5.1f} s  {found}")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
