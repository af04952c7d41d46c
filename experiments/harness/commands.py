"""`python -m jnet experiments`: list, run, resume and compare them."""

import importlib
import unicodedata
from pathlib import Path

import numpy as np

from experiments import NAMES
from experiments import __main__ as everything
from experiments.harness import report
from experiments.harness.flags import Parser

USAGE = """%(prog)s [list]
       %(prog)s run [NAME ...] [--fast] [--seed N] [--epochs N] [--device cpu|gpu] [--out FOLDER]
       %(prog)s resume [NAME ...] [the same flags]
       %(prog)s compare FOLDER FOLDER"""


def main(arguments: list[str]) -> int:
    """Run one command on the experiments; return the exit status."""
    what, rest = (arguments[0], arguments[1:]) if arguments else ("list", [])
    if what == "run":
        return everything.main(rest)
    if what == "resume":
        return everything.main(["--resume", *rest])
    parser = Parser(
        prog="python -m jnet experiments",
        usage=USAGE,
        description="List, run, resume and compare the experiments.",
        epilog=everything.EXTRA,
    )
    commands = parser.add_subparsers(dest="command", required=True, prog=parser.prog, parser_class=Parser)
    listing = commands.add_parser("list", help="chapter, name, last result and title of each")
    listing.add_argument("--out", type=Path, default=Path("results"), help="the results' folder (default: results)")
    for name, help in {"run": "run those named, or all", "resume": "run what has no finished result yet"}.items():
        commands.add_parser(name, help=help)
    comparing = commands.add_parser("compare", help="the numbers of two folders of results, side by side")
    comparing.add_argument("folders", nargs=2, type=Path, metavar="FOLDER")
    given = parser.parse_args([what, *rest])
    if given.command == "list":
        print(listed(given.out))
        return 0
    for folder in given.folders:
        if not any(folder.glob("*/metrics.json")):
            comparing.error(f"there are no results in {folder}")
    print(compared(*given.folders))
    return 0


def listed(root: Path) -> str:
    """Return a table of the experiments with their last results below `root`."""
    rows = [("chapter", "name", "last result", "title", "")]
    for name in NAMES:
        module, record = importlib.import_module(f"experiments.{name}"), everything.read(root / name)
        rows.append((str(module.CHAPTER), name, _verdict(record), module.TITLE, module.TITLE_ZH))
    return table(rows)


def _verdict(record: dict | None) -> str:
    if record is None:
        return "not run"
    words = {"ok": "fast run" if record.get("fast") else "as expected", "failed": "failed"}
    return f"{words.get(record.get('status', ''), 'did not finish')}, {report.duration(record.get('seconds', 0.0))}"


def compared(first: Path, second: Path) -> str:
    """Return the numbers of two folders of results with their differences."""
    records = [{path.parent.name: everything.read(path.parent) or {} for path in root.glob("*/metrics.json")}
               for root in (first, second)]  # fmt: skip
    lines = []
    for name in sorted(records[0].keys() | records[1].keys(), key=lambda name: (*NAMES, name).index(name)):
        if not all(name in each for each in records):
            lines.append(f"\n{name}: only in {first if name in records[0] else second}")
            continue
        one, other = (values(each[name]) for each in records)
        pairs = {key: (one.get(key), other.get(key)) for key in one | other}
        rows = [(key, *map(_clipped, pair), difference(*pair)) for key, pair in pairs.items() if pair[0] != pair[1]]
        times = " and ".join(report.duration(each[name].get("seconds", 0.0)) for each in records)
        lines.append(f"\n{name}: {len(pairs) - len(rows)} of {len(pairs)} values are the same; {times}")
        if rows:
            lines.append(table([("", str(first), str(second), "difference"), *rows]))
    return "\n".join(lines).lstrip("\n")


def values(record: dict) -> dict:
    """Return every value of a record by name: its numbers, and what its lessons found on jnet.torch."""
    found = {row["name"]: row["value"] for row in record.get("numbers", ())}
    for part in record.get("parts", ()):
        found |= {f"{part['title']}: {row['name']}": row["torch"] for row in part.get("rows", ())}
    return found


def difference(one, other) -> str:
    """Return how far two different values are apart, in words."""
    if one is None or other is None:
        return "only in one"
    try:
        one, other = np.asarray(one, np.float64), np.asarray(other, np.float64)
    except (TypeError, ValueError):
        return "differs"
    if one.shape != other.shape:
        return "another shape"
    return f"{other - one:+.3g}" if one.ndim == 0 else f"up to {np.abs(other - one).max():.3g}"


def _clipped(value, most: int = 34) -> str:
    text = " ".join(report.short(value).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def table(rows: list[tuple[str, ...]]) -> str:
    """Return rows as lines of aligned columns; Chinese characters count for two."""
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(text + " " * (width - _width(text)) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
