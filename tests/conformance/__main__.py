"""Drive PyTorch's own tables: `python -m conformance [NAME ...] [--tables modules ops] [--limit N] [--jobs N]`.

Together they take half an hour of one core, so each entry runs in one of a few processes. A run of everything writes
the page; what fails without being known to makes the command fail.
"""

import argparse
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import torch
from conformance.report import KNOWN, MOST, TABLES, Row, page, run, unexpected

from jnet.files import write_atomic


def main(arguments: list[str] | None = None) -> int:
    """Run the entries, print how each went and write the page; return 1 if the lists of `known` are not exact."""
    parser = argparse.ArgumentParser(prog="python -m conformance", description="Compare jnet with PyTorch.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="entries, like nn.LSTM or optim.SGD (default: all)")
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=list(TABLES), help="which tables (default: all)")
    parser.add_argument("--limit", type=int, help="how many samples of each kind to run (default: all but of a few)")
    parser.add_argument(
        "--jobs", type=int, default=min(os.cpu_count() or 1, 8), help="processes (default: a core each)"
    )
    parser.add_argument("--out", type=Path, default=Path("results"), help="the folder of the page (default: results)")
    given = parser.parse_args(arguments)
    names = {kind: list(map(TABLES[kind].name_of, TABLES[kind].table())) for kind in given.tables}
    wanted = [(kind, name) for kind in names for name in names[kind] if not given.names or name in given.names]
    if unknown := set(given.names) - {name for _, name in wanted}:
        parser.error(f"no entries of these tables: {', '.join(sorted(unknown))}")
    found = {}
    each = 10 * given.jobs
    for start in range(0, len(wanted), each):
        for place, row in in_processes(wanted[start : start + each], given.jobs, given.limit):
            found[place] = row
            print(f"[{len(found)}/{len(wanted)}] {row.name}: {row.passed}/{row.total} {row.says}", flush=True)
    results = {kind: [found[kind, name] for name in names[kind] if (kind, name) in found] for kind in names}
    if not given.names and given.limit is None and len(names) == len(TABLES):
        given.out.mkdir(parents=True, exist_ok=True)
        write_atomic(given.out / "conformance.md", page(results).encode())
        print(f"\nThe page is {given.out / 'conformance.md'}")
    wrong = [line for kind, rows in results.items() for line in unexpected(rows, KNOWN[kind])]
    print("\n".join(wrong))
    return 1 if wrong else 0


def in_processes(entries: list[tuple[str, str]], jobs: int, limit: int | None) -> Iterator[tuple[tuple, Row]]:
    """Yield the entries and how they went, as they end.

    The processes are new ones, lest what one entry leaves behind disturb the next. If one dies, the entries that were
    with it are run again, each alone.
    """
    spawn, died = multiprocessing.get_context("spawn"), []
    with ProcessPoolExecutor(jobs, spawn, torch.set_num_threads, (1,)) as pool:
        tasks = {pool.submit(run, kind, name, None, limit or MOST.get(kind)): (kind, name) for kind, name in entries}
        for task in as_completed(tasks):
            try:
                yield tasks[task], task.result()
            except BrokenProcessPool:
                died.append(tasks[task])
    if len(entries) == 1:
        yield from ((entry, Row(entry[1], [], 0, 1, [("all", "the process died")])) for entry in died)
    else:
        for entry in died:
            yield from in_processes([entry], 1, limit)


if __name__ == "__main__":
    raise SystemExit(main())
