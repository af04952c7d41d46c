"""Run all experiments, or those named: `python -m experiments [NAME ...] [--fast] [--out FOLDER]`.

Each runs in a process of its own, so that one that fails, or is killed, neither stops the others nor takes their
results with it.
"""

import collections
import difflib
import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from experiments import NAMES, report
from experiments.flags import Parser
from jnet.files import write_atomic


def main(arguments: list[str] | None = None) -> int:
    """Run the experiments, write the report and print a table; return 1 if any failed, 2 for bad arguments."""
    parser = Parser(prog="python -m experiments", description="Run experiments.", allow_abbrev=False)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(NAMES)} (default: all)")
    parser.add_argument("--fast", action="store_true", help="runs of seconds that only prove that they work")
    parser.add_argument("--out", type=Path, default=Path("results"), help="the results' folder (default: results)")
    given = parser.parse_args(arguments)
    for name in given.names:
        if name not in NAMES:
            close = difflib.get_close_matches(name, NAMES, n=1)
            hint = f"Did you mean {close[0]}? " if close else ""
            parser.error(f"unknown experiment {name!r}. {hint}The experiments are {', '.join(NAMES)}")
    names = dict.fromkeys(given.names or NAMES)
    outcomes = {name: run(name, given.out, ["--fast"] * given.fast) for name in names}
    page = report.write(given.out)
    print(table(outcomes))
    print(f"\nThe report is {page}")
    return 0 if all(record["status"] == "ok" for record in outcomes.values()) else 1


def run(name: str, root: Path, flags: list[str]) -> dict:
    """Run one experiment in its own process, pass its output on, and return its record.

    A process that ends without having said how it went (killed, out of memory, broken on import) gets a record that
    says so, with the last lines of its output.
    """
    metrics = root / name / "metrics.json"
    metrics.unlink(missing_ok=True)  # an old success must not stand for this run
    words = ["-m", f"experiments.{name}", *flags, *(["--out", str(root)] if root != Path("results") else [])]
    print(f"\n── python {' '.join(words)}", flush=True)
    started, tail = time.perf_counter(), collections.deque(maxlen=12)
    with subprocess.Popen(
        [sys.executable, "-u", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    ) as process:
        for line in process.stdout or ():
            tail.append(line)
            print(line, end="", flush=True)
    try:
        record = json.loads(metrics.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        record = {"name": name, "title": name, "status": "running", "command": f"python {' '.join(words)}"}
    if process.returncode == 0 and record["status"] == "ok":
        return record
    if record["status"] != "failed":
        error = f"The process {_ending(process.returncode)}. Its last output:\n{''.join(tail).rstrip()}"
        record |= {"status": "failed", "error": error, "seconds": round(time.perf_counter() - started, 2)}
        write_atomic(metrics, json.dumps(record, indent=1) + "\n")
        print(f"FAILED {name}: the process {_ending(process.returncode)}.", flush=True)
    return record


def _ending(status: int) -> str:
    if status >= 0:
        return f"ended with exit status {status}"
    hint = "; out of memory, perhaps" if -status == signal.SIGKILL else ""
    return f"was ended by signal {-status} ({signal.strsignal(-status)}{hint})"


def table(outcomes: dict[str, dict]) -> str:
    """Return the final table: name, verdict, seconds, key numbers."""
    width = max(60, shutil.get_terminal_size((120, 24)).columns - 40)
    lines = [f"\n{'experiment':<14} {'verdict':<8} {'time':>7}  key numbers"]
    for name, record in outcomes.items():
        numbers = [row for row in record.get("numbers", ()) if row["key"]]
        found = "; ".join(f"{row['name']}: {report.short(row['value'])}" for row in numbers)
        if record["status"] != "ok":
            found = (record["error"] or "").partition("\n")[0]
        found = found if len(found) <= width else found[: width - 1] + "…"
        lines.append(f"{name:<14} {record['status']:<8} {record.get('seconds', 0):>5.1f} s  {found}")
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
