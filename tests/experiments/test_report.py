"""The page: self-contained, escaped, and made from whatever results there are."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser

import pytest

from experiments.harness import report, runner
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
    for template in report.TEMPLATES.iterdir():
        source = template.read_text(encoding="utf-8")
        assert not any(word in source for word in ("http:", "https:", "@import", "url(", "fetch(", "eval("))


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
    links = [attrs["href"] for attrs in page.all("a") if attrs["href"] != "#contents"]
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


ROW = {"name": "loss", "notes": "0.7962", "pytorch": 0.796178, "torch": 0.796178, "jax": 0.796178, "passed": True}
CODE = "def face(torch):\n    x = torch.ones(3)  # three\n    return {'x': x}"
FACES = {"kind": "faces", "title": "A lesson", "codes": {"torch": CODE, "jax": CODE}, "rows": [ROW]}


def test_a_lesson_has_both_codes_and_the_values_of_four_ways(make):
    page = make(RECORD | {"chapter": 7, "parts": [FACES]})
    assert page.text.count("    x = torch.ones(3)  # three\n    return") == 2
    assert [attrs["class"] for tag, attrs in page.tags if tag == "span" and "c1" in attrs.get("class", "")] == [
        "c1"
    ] * 2
    text = " ".join(page.text.split())
    assert text.count("loss 0.7962 0.79618 0.79618 0.79618 ✓") == 2  # beside the lesson, and in the table of all
    assert "7 · Digits: A lesson" in text
    assert "1 of 1 values agree" in text


def test_a_lesson_that_jax_does_not_have_says_why_and_is_not_counted(make):
    alone = FACES | {"codes": {"torch": CODE}, "why": "There is nothing to write down."}
    text = "RuntimeError: in so many words"
    row = ROW | {"notes": None, "pytorch": text, "torch": text, "jax": None}
    page = make(RECORD | {"parts": [alone | {"rows": [row]}, FACES]})
    assert page.text.count("There is nothing to write down.") == 1
    assert page.text.count("return {'x': x}") == 3
    assert page.text.count(text) == 1
    assert "1 of 1 values agree" in " ".join(page.text.split())


def test_a_text_that_all_share_is_told_once(make):
    row = ROW | dict.fromkeys(("pytorch", "torch", "jax"), "RuntimeError: in so many words") | {"notes": None}
    assert make(RECORD | {"parts": [FACES | {"rows": [row]}]}).text.count("RuntimeError: in so many words") == 1
    differing = row | {"jax": "something else", "passed": False}
    page = make(RECORD | {"parts": [FACES | {"rows": [differing]}]})
    assert page.text.count("RuntimeError: in so many words") == 2
    assert "✗ differs" in page.text


def test_backticks_are_code():
    assert report.words("`x < 1` and `y`, but a ` alone") == ("<code>x &lt; 1</code> and <code>y</code>, but a ` alone")


def test_a_chapter_of_many_lessons_begins_with_links_to_them(make):
    page = make(RECORD | {"parts": [FACES, FACES | {"title": "Another"}]})
    links = [attrs["href"].removeprefix("#") for attrs in page.all("a")]
    assert {"digits_mlp-1", "digits_mlp-2"} <= set(links)
    identities = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(identities) == len(set(identities))
    assert set(links) <= set(identities)


def test_values_are_shortened_but_for_text():
    assert report.short(list(range(12))) == "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]"
    assert report.short([0.5] * 13) == "[0.5, 0.5, 0.5, 0.5, 0.5, 0.5, …] (13 in all)"
    assert report.short([[0.123456] * 10] * 30) == "[" + "0.12346, " * 6 + "…] (30 × 10)"
    assert report.short("word " * 100) == "word " * 100
    assert (report.short(None), report.short([]), report.short("")) == ("", "[]", "")


def test_the_page_runs_one_script_by_its_hash_and_only_for_surfaces(make, tmp_path):
    out = runner.Output(tmp_path / "hills")
    out.surface("hill", lambda x, y: x * y, (-1, 1), (-1, 1), paths={"</script>": [(0, 0), (1, 1)]}, alt=HOSTILE)
    assert not make(RECORD | {"name": "hills"}).all("script")  # that record has no parts
    out.write()
    page = make()
    source = (tmp_path / "index.html").read_text(encoding="utf-8")
    data, script = re.findall(r"<script[^>]*>(.*?)</script>", source, re.DOTALL)
    assert json.loads(data)["colors"] == {"</script>": plotting.PALETTE[0]}
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    (policy,) = [attrs["content"] for attrs in page.all("meta") if "http-equiv" in attrs]
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert f"script-src 'sha256-{digest}'" in policy
    assert page.all("canvas")[0]["aria-label"] == HOSTILE


def luminance(color: str) -> float:
    digits = color.removeprefix("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colors_contrast_enough(scheme):
    """WCAG's level AA: 4.5 to 1 for text."""
    blocks = re.findall(r":root \{(.*?)\}", (report.TEMPLATES / "report.css").read_text(encoding="utf-8"), re.DOTALL)
    colors = dict(re.findall(r"--(\w[\w-]*): (#\w+);", blocks[scheme]))
    pairs = [("bad", "bad-paper")]
    pairs += [(text, paper) for text in ("ink", "soft", "accent", "good", "bad") for paper in ("paper", "card")]
    pairs += [(text, "code") for text in ("ink", "word", "string", "number", "name", "remark")]
    for text, paper in pairs:
        low, high = sorted((luminance(colors[text]), luminance(colors[paper])))
        assert (high + 0.05) / (low + 0.05) >= 4.5, (text, paper)


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
