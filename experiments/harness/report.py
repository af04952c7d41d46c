"""The page of results: one self-contained HTML file from whatever metrics.json files there are."""

import base64
import hashlib
import json
import re
import struct
from pathlib import Path

import markupsafe
import pygments
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from experiments import NAMES
from experiments.harness import faces, locks
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

    The page needs nothing beside it: styles and the script are inline, figures are data URIs. Its policy lets that
    one script run, by its hash, and nothing be fetched.
    """
    root = Path(root)
    with locks.held(root, quiet=True):  # a page of what was there earlier must not take the place of a later one
        return write_atomic(root / "index.html", _page(root))


def _page(root: Path) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"short": short, "duration": duration, "words": words}
    experiments = collect(root)
    parts = [(experiment, part) for experiment in experiments for part in experiment["parts"]]
    rows = [row for _, part in parts for row in part.get("rows", ()) if row["jax"] is not None]  # told in both faces
    script = _template("surface.js") if any(part["kind"] == "surface" for _, part in parts) else ""
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return environment.get_template("report.html").render(
        experiments=experiments,
        failed=sum(experiment["status"] != "ok" for experiment in experiments),
        seconds=sum(experiment["seconds"] for experiment in experiments),
        told=len(rows),
        agreed=sum(row["passed"] for row in rows),
        noted=[(experiment, part["title"], rows) for experiment, part in parts if (rows := _noted(part))],
        style=_template("report.css"),
        script=script,
        policy=f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{digest}'",
    )


def _noted(part: dict) -> list[dict]:
    return [row for row in part.get("rows", ()) if row["notes"] is not None]


def _template(name: str) -> markupsafe.Markup:
    return markupsafe.Markup((TEMPLATES / name).read_text(encoding="utf-8"))


def collect(root: Path) -> list[dict]:
    """Return the record of each experiment below `root`, figures included, in the notes' order."""
    folders = [path.parent for path in Path(root).glob("*/metrics.json")]
    order = {name: index for index, name in enumerate(NAMES)}
    folders.sort(key=lambda folder: (order.get(folder.name, len(order)), folder.name))
    return [_record(folder) for folder in folders]


def _record(folder: Path) -> dict:
    """Return what metrics.json says; a file that cannot be read is a failed experiment, not a failed page."""
    empty = {
        "name": folder.name, "chapter": None, "title": folder.name, "title_zh": "", "question": "", "question_zh": "",
        "found": "", "status": "failed", "error": None, "fast": False, "command": "", "settings": {},
        "settings_help": {}, "numbers": [], "parts": [], "history": [], "seconds": 0.0, "device": "", "versions": {},
    }  # fmt: skip
    try:
        record = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return empty | {"error": f"{folder.name}/metrics.json cannot be read: {error}. Run the experiment again."}
    if not isinstance(record, dict):
        return empty | {"error": f"{folder.name}/metrics.json does not hold a record. Run the experiment again."}
    record: dict = empty | record | {"name": folder.name}
    parts = [_PARTS[part["kind"]](folder, part) for part in record["parts"]]
    return record | {"parts": [part | {"id": f"{folder.name}-{index}"} for index, part in enumerate(parts, start=1)]}


def _faces(folder: Path, part: dict) -> dict:
    codes = {face: markupsafe.Markup(_highlighted(code)) for face, code in part["codes"].items()}
    return part | {"codes": codes}


def _highlighted(code: str) -> str:
    """Return Python as HTML, an element a line that knows its indent, so that long lines wrap behind it."""
    lines = pygments.highlight(code, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)).rstrip("\n").split("\n")
    indents = [len(line) - len(line.lstrip()) for line in code.split("\n")]
    rows = zip(lines, indents, strict=True)
    return "".join(f'<span class="line" style="--in: {indent + 4}ch">{line}\n</span>' for line, indent in rows)


def _figure(folder: Path, row: dict) -> dict:
    path = folder / Path(row["file"]).name  # never a file outside the folder
    if not path.is_file():
        return row | {"uri": None, "width": 0}
    data = path.read_bytes()
    width, _ = struct.unpack(">II", data[16:24]) if data[:4] == b"\x89PNG" and len(data) >= 24 else (960, 0)
    uri = "data:image/png;base64," + base64.b64encode(data).decode()
    return row | {"uri": uri, "width": round(width / 1.5)}  # saved at 144 dots an inch, shown at 96


def _surface(folder: Path, part: dict) -> dict:
    """Return the part with its data as JSON that may stand in a script element: no "</script>" in it."""
    data = {key: part[key] for key in ("x", "y", "z", "paths", "labels", "colors")}
    text = json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")
    return _figure(folder, part) | {"data": markupsafe.Markup(text)}


_PARTS = {"figure": _figure, "faces": _faces, "surface": _surface}
MOST = 12  # numbers of one value that are shown


def short(value) -> str:
    """Return a number in at most five digits; a list of them, or the first of many and its shape; text in full."""
    if not isinstance(value, list):
        return "" if value is None else f"{value:.5g}" if isinstance(value, float) else str(value)
    found = list(faces.leaves(value))
    if len(found) <= MOST:
        return f"[{', '.join(map(short, value))}]"
    return f"[{', '.join(map(short, found[: MOST // 2]))}, …] ({_shape(value)})"


def _shape(value) -> str:
    sizes = []
    while isinstance(value, list) and value:
        sizes.append(str(len(value)))
        value = value[0]
    return " × ".join(sizes) if len(sizes) > 1 else f"{sizes[0]} in all"


def words(text: str) -> markupsafe.Markup:
    """Return text as HTML, with what stands between backticks as code."""
    return markupsafe.Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(markupsafe.escape(text))))


def duration(seconds: float) -> str:
    """Return seconds in words: "0.8 s", "2 min 5 s"."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s"
