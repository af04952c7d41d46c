"""The page: self-contained, escaped, and made from whatever results there are."""

import json
from html.parser import HTMLParser

import pytest

from experiments import report
from jnet import plotting

HOSTILE = "<script>alert('x')</script> & \"quotes\" <img src=http://example.invalid/a.png>"
RECORD = {
    "name": "digits_mlp", "title": "Digits", "question": "How well?", "found": "Well.", "status": "ok", "error": None,
    "fast": False, "command": "python -m experiments.digits_mlp", "settings": {"rate": 0.1, "hidden": [200, 200]},
    "settings_help": {"rate": "learning rate"}, "parts": [], "history": [{"epoch": 1, "loss": 0.123456789}],
    "numbers": [{"name": "test accuracy", "value": 0.95, "expected": "at least 0.93", "text": "", "passed": True,
                 "key": True}],
    "seconds": 75.2, "device": "CPU, 2 cores", "versions": {"jax": "0.10.2"},
}  # fmt: skip


class Page(HTMLParser):
    """The tags of a page, and its text."""

    VOID = frozenset({"meta", "link", "img", "br", "hr"})

    def __init__(self, source: str):
        super().__init__()
        self.tags, self.text, self.open = [], "", []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture
def make(tmp_path):
    """Return a function that writes records and figures and gives the parsed page."""

    def make(*records, figures=()):
        for record in records:
            folder = tmp_path / record["name"]
            folder.mkdir(exist_ok=True)
            (folder / "metrics.json").write_text(json.dumps(record))
        for path in figures:
            plotting.save(plotting.lines({"a": ([0, 1], [0, 1])}), tmp_path / path)
        return Page(report.write(tmp_path).read_text(encoding="utf-8"))

    return make


@pytest.mark.smoke
def test_the_page_is_self_contained(make):
    parts = [{"kind": "figure", "file": "curves.png", "alt": "Loss by epoch."}]
    page = make(RECORD | {"parts": parts}, figures=["digits_mlp/curves.png"])
    assert not page.open
    assert not page.all("script")
    assert [image["alt"] for image in page.all("img")] == ["Loss by epoch."]
    for _, attrs in page.tags:
        for name in ("src", "href"):
            if name in attrs:
                assert attrs[name].startswith(("data:", "#"))
    source = report.write.__globals__["TEMPLATES"].joinpath("report.html").read_text()
    assert "http" not in source
    assert "@import" not in source
    assert "url(" not in source


def test_the_page_tells_everything(make):
    text = " ".join(make(RECORD).text.split())
    parts = (
        "Digits", "How well?", "Well.", "learning rate", "[200, 200]", "test accuracy", "0.95", "at least 0.93",
        "✓ met", "0.12346", "1 min 15 s", "CPU, 2 cores", "jax 0.10.2", "python -m experiments.digits_mlp",
    )  # fmt: skip
    for part in parts:
        assert part in text
    assert "all did what was expected" in text


def test_contents_link_to_sections_in_the_order_of_the_notes(make):
    records = [RECORD | {"name": name, "title": name} for name in ("zebra", "digits_lenet", "logic_gates")]
    page = make(*records)
    links = [attrs["href"] for attrs in page.all("a")]
    assert links == ["#logic_gates", "#digits_lenet", "#zebra"]
    assert [f"#{attrs['id']}" for attrs in page.all("section")] == links


def test_hostile_text_is_escaped(make):
    texts = dict.fromkeys(("title", "question", "found", "error", "command", "device"), HOSTILE)
    numbers = [{"name": HOSTILE, "value": HOSTILE, "expected": HOSTILE, "text": HOSTILE, "passed": False, "key": True}]
    codes, row = (
        {"torch": HOSTILE, "jax": HOSTILE},
        dict.fromkeys(("name", "notes", "pytorch", "torch", "jax"), HOSTILE),
    )
    faces = {"kind": "faces", "title": HOSTILE, "codes": codes, "rows": [row | {"passed": False}]}
    parts = [{"kind": "figure", "file": "a.png", "alt": HOSTILE}, faces]
    settings = {"settings": {HOSTILE: HOSTILE}, "settings_help": {HOSTILE: HOSTILE}, "history": [{HOSTILE: HOSTILE}]}
    record = RECORD | texts | settings | {"numbers": numbers, "parts": parts, "status": "failed"}
    page = make(record, figures=["digits_mlp/a.png"])
    assert not page.all("script")
    assert [image["alt"] for image in page.all("img")] == [HOSTILE]
    assert page.text.count(HOSTILE) >= 17


def test_failures_are_shown_beside_successes(make):
    failed = RECORD | {"name": "regression", "status": "failed", "error": "MemoryError: no more"}
    stopped = RECORD | {"name": "landscape", "status": "running"}
    text = make(RECORD, failed, stopped).text
    for part in (
        "2 did not do what was expected",
        "MemoryError: no more",
        "✗ failed",
        "✗ did not finish",
        "✓ as expected",
    ):
        assert part in text


@pytest.mark.parametrize("content", ["{", "[1, 2]", "\udcff"])
def test_a_broken_file_is_a_failed_experiment(content, make, tmp_path):
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "metrics.json").write_bytes(content.encode(errors="surrogateescape"))
    text = make(RECORD).text
    assert "broken/metrics.json" in text
    assert "Run the experiment again." in text
    assert "✓ as expected" in text


def test_a_record_with_little_in_it_and_a_missing_figure(make):
    text = make({"name": "bare"}, RECORD | {"parts": [{"kind": "figure", "file": "gone.png", "alt": "Gone."}]}).text
    assert "bare" in text
    assert "The file of this figure is missing." in text


def test_figures_outside_the_folder_are_not_read(make, tmp_path):
    plotting.save(plotting.lines({"a": ([0, 1], [0, 1])}), tmp_path / "secret.png")
    assert not make(RECORD | {"parts": [{"kind": "figure", "file": "../secret.png", "alt": "No."}]}).all("img")


def test_no_results_yet(make):
    assert "There are no results yet" in make().text
