"""The page of results: one self-contained HTML file from whatever metrics.json files there are."""

import base64
import json
import struct
from pathlib import Path

import markupsafe
import pygments
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from experiments import NAMES
from jnet.files import write_atomic

try:
    import jinja2
except ModuleNotFoundError as error:
    if error.name != "jinja2":
        raise
    raise ModuleNotFoundError(
        'The experiments\' report is made with Jinja2, which is not installed; write: pip install "jnet[experiments]"',
        name="jinja2",
    ) from error

TEMPLATES = Path(__file__).parent / "templates"


def write(root: str | Path) -> Path:
    """Write ROOT/index.html from the results in the folders below `root`; return its path.

    The page needs nothing beside it: styles are inline, figures are data URIs, there are no scripts.
    """
    root = Path(root)
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"short": short, "duration": duration}
    experiments = collect(root)
    page = environment.get_template("report.html").render(
        experiments=experiments,
        failed=sum(experiment["status"] != "ok" for experiment in experiments),
        seconds=sum(experiment["seconds"] for experiment in experiments),
    )
    return write_atomic(root / "index.html", page)


def collect(root: Path) -> list[dict]:
    """Return the record of each experiment below `root`, figures included, in the notes' order."""
    folders = [path.parent for path in Path(root).glob("*/metrics.json")]
    order = {name: index for index, name in enumerate(NAMES)}
    folders.sort(key=lambda folder: (order.get(folder.name, len(order)), folder.name))
    return [_record(folder) for folder in folders]


def _record(folder: Path) -> dict:
    """Return what metrics.json says; a file that cannot be read is a failed experiment, not a failed page."""
    empty = {
        "name": folder.name, "title": folder.name, "question": "", "found": "", "status": "failed", "error": None,
        "fast": False, "command": "", "settings": {}, "settings_help": {}, "numbers": [], "parts": [], "history": [],
        "seconds": 0.0, "device": "", "versions": {},
    }  # fmt: skip
    try:
        record = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return empty | {"error": f"{folder.name}/metrics.json cannot be read: {error}. Run the experiment again."}
    if not isinstance(record, dict):
        return empty | {"error": f"{folder.name}/metrics.json does not hold a record. Run the experiment again."}
    record = empty | record
    return record | {"name": folder.name, "parts": [_PARTS[part["kind"]](folder, part) for part in record["parts"]]}


def _faces(folder: Path, part: dict) -> dict:
    codes = {face: markupsafe.Markup(_highlighted(code)) for face, code in part["codes"].items()}
    return part | {"codes": codes}


def _highlighted(code: str) -> str:
    return pygments.highlight(code, PythonLexer(), HtmlFormatter(nowrap=True))


def _figure(folder: Path, row: dict) -> dict:
    path = folder / Path(row["file"]).name  # never a file outside the folder
    if not path.is_file():
        return row | {"uri": None, "width": 0}
    data = path.read_bytes()
    width, _ = struct.unpack(">II", data[16:24]) if data[:4] == b"\x89PNG" and len(data) >= 24 else (960, 0)
    uri = "data:image/png;base64," + base64.b64encode(data).decode()
    return row | {"uri": uri, "width": round(width / 1.5)}  # saved at 144 dots an inch, shown at 96


_PARTS = {"figure": _figure, "faces": _faces}


def short(value) -> str:
    """Return a number, or a list of them, in at most five digits each."""
    if isinstance(value, list):
        return f"[{', '.join(map(short, value))}]"
    return "" if value is None else f"{value:.5g}" if isinstance(value, float) else str(value)


def duration(seconds: float) -> str:
    """Return seconds in words: "0.8 s", "2 min 5 s"."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
