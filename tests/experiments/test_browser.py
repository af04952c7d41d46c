"""The page in a real browser: two widths, light and dark, no network, surfaces that turn.

Needs Chromium (its path in CHROMIUM, or on the PATH) and `pip install "jnet[browser]"`; skipped without.
"""

import os
import shutil

import numpy as np
import pytest

from experiments.harness import report, runner
from jnet import plotting

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
VIEWS = [(width, scheme) for width in (400, 1280) for scheme in ("light", "dark")]


def lesson_torch(torch):
    x = torch.linspace(-100, 100, 10)  # a comment that is long enough to be wrapped on a telephone, and then some
    return {"sigmoid of ten numbers, which is a long name": torch.sigmoid(x), "text": "Error: " + "in many words " * 12}


def lesson_jax():
    import jax
    import jax.numpy as jnp

    return {
        "sigmoid of ten numbers, which is a long name": jax.nn.sigmoid(jnp.linspace(-100, 100, 10)),
        "text": "Error: " + "in many words " * 12,
    }


def saddle(x, y):
    return x**2 - y**2


@pytest.fixture(scope="module")
def page_file(tmp_path_factory):
    """A page with every kind of part, from two small experiments."""
    root = tmp_path_factory.mktemp("results")
    for chapter, name in enumerate(("one", "two"), start=1):
        record = {
            "chapter": chapter, "title": f"Chapter {name}", "title_zh": "第一章", "question": "Does it fit?",
            "question_zh": "放得下吗？", "status": "ok", "error": None, "fast": False, "settings": {"rate": 0.1},
            "command": "python -m experiments.one " + "--a-long-flag 1 " * 12, "settings_help": {"rate": "of learning"},
            "device": "CPU", "versions": {"jax": "0.10"},
        }  # fmt: skip
        out = runner.Output(root / name, record)
        notes = {"text": "Error: " + "in many words " * 12}
        out.faces("A lesson", lesson_torch, lesson_jax, notes=notes)
        out.figure("wide", plotting.panels(4)[0], "Four empty panels.")
        out.figure("narrow", plotting.lines({"a": ([0, 1], [0, 1])}), "A line.")
        walk = np.stack([np.linspace(0, 1, 50), np.linspace(0, 0.9, 50)], axis=1)
        out.surface("saddle", saddle, (-1, 1), (-1, 1), paths={"down": walk}, alt="A saddle and a way down.")
        out.number("a number", 0.5, at_least=0.4)
        out.number("many", np.arange(100.0))
        out.history([{"epoch": 1, "train_loss": 0.5, "test_accuracy": 0.123456}])
        out.found("It does.")
        out.write()
    return report.write(root)


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)  # with a fresh profile
        yield browser
        browser.close()


@pytest.fixture
def visit(browser, page_file):
    """Return a function that opens the page; at the end there was no error and no request for another file."""
    pages, complaints, requests = [], [], []

    def visit(width, scheme="light", **options):
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        pages.append(page)
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(page_file.as_uri())
        return page

    yield visit
    for page in pages:
        page.close()
    assert complaints == []
    assert [url for url in requests if not url.startswith("data:")] == [page_file.as_uri()] * len(pages)


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_the_page_fits_and_is_complete(width, scheme, visit):
    page = visit(width, scheme)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    outside = """[...document.querySelectorAll("h1, h2, h3, p, table, pre, figure, canvas")].filter(
        element => element.getBoundingClientRect().right > innerWidth + 1).map(element => element.outerHTML)"""
    assert page.evaluate(outside) == []
    images = page.evaluate("[...document.images].map(image => image.naturalWidth)")
    assert len(images) == 6
    assert min(images) > 0
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, paper.removeprefix("rgb(").removesuffix(")").split(","))) > 600) == (scheme == "light")
    abreast = "new Set([...document.querySelectorAll('.faces > div')].map(div => div.offsetLeft)).size"
    assert page.evaluate(abreast) == (2 if width > 1000 else 1)


def pixels(page) -> str:
    """Return the first surface as the browser has drawn it."""
    page.wait_for_timeout(100)
    return page.evaluate("document.querySelector('canvas').toDataURL()")


def colors(page) -> int:
    """Return how many colours the first surface has."""
    return page.evaluate("""() => {
        const canvas = document.querySelector("canvas");
        const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        return new Set(new Uint32Array(data.buffer)).size;
    }""")


@pytest.mark.parametrize(("width", "scheme"), VIEWS)
def test_a_surface_is_drawn_and_turns_when_dragged(width, scheme, visit):
    page = visit(width, scheme)
    canvas = page.locator("canvas").first
    canvas.scroll_into_view_if_needed()
    first = pixels(page)
    assert colors(page) > 200
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 60, box["y"] + box["height"] / 2 + 30, steps=3)
    page.mouse.up()
    turned = pixels(page)
    assert turned != first
    page.mouse.move(box["x"] + 10, box["y"] + 10)
    assert pixels(page) == turned  # let go
    canvas.dblclick()
    assert pixels(page) == first


def test_keys_and_wheel(visit):
    page = visit(1280, device_scale_factor=2)
    canvas = page.locator("canvas").first
    canvas.scroll_into_view_if_needed()
    assert page.evaluate("(canvas => canvas.width / canvas.clientWidth)(document.querySelector('canvas'))") == 2
    seen = [pixels(page)]
    canvas.focus()
    for key in ("ArrowLeft", "ArrowUp", "+"):
        page.keyboard.press(key)
        seen.append(pixels(page))
    canvas.hover()
    page.mouse.wheel(0, -200)
    seen.append(pixels(page))
    assert len(set(seen)) == len(seen)
    page.keyboard.press("Home")
    assert pixels(page) == seen[0]


def test_the_wheel_scrolls_the_page_until_the_surface_is_chosen(visit):
    page = visit(1280)
    canvas = page.locator("canvas").first
    canvas.scroll_into_view_if_needed()
    first, before = pixels(page), page.evaluate("scrollY")
    canvas.hover()
    page.mouse.wheel(0, 200)
    assert pixels(page) == first
    assert page.evaluate("scrollY") > before


def test_paper_and_readers_without_scripts_get_the_picture(visit):
    page = visit(1280)
    shown = "[...document.querySelectorAll('canvas, figure img')].filter(e => e.offsetParent).map(e => e.tagName)"
    assert page.evaluate(shown) == ["IMG", "IMG", "CANVAS"] * 2
    page.emulate_media(media="print")
    assert page.evaluate(shown) == ["IMG"] * 6
    assert page.pdf().startswith(b"%PDF")
    bare = visit(400, java_script_enabled=False)
    assert bare.locator("figure img:visible").count() == 6
    assert bare.locator("canvas:visible").count() == 0


def test_contents_lead_to_chapters(visit):
    page = visit(400)
    page.emulate_media(reduced_motion="reduce")
    page.click("nav a[href='#two']")
    assert page.evaluate("document.querySelector('#two').getBoundingClientRect().top") < 50
    page.click("a.up")
    assert page.evaluate("scrollY") < 400
