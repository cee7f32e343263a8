"""Every screen, looked at by a machine: accessibility, width, pictures; hard texts and large books.

The pictures are kept in ``build/screens`` beside the tests' project, for people to look at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from pipeline.core.corpus import Corpus
from pipeline.core.records import Segment, Suggestion
from pipeline.core.tables import read_receipt, read_rows, to_table, write_table
from pipeline.review.corpus_log import add_coder
from pipeline.review.desk import Ask
from pipeline.review.scripted import decide_one
from tests.browser.acts import go, press, saved, width
from tests.browser.conftest import HOSTILE, ROOT, Served, Visitor

KEPT = ROOT / "build" / "screens"
LONG = " ".join(f"word{n}" for n in range(5_000))
PASSAGES = (
    "We share rooms, and nobody pays for them; that is how it began in the first year.",
    HOSTILE,
    "ירד גשם ועבדנו הלאה עד הערב",
    "雨が降っても働きました。誰も文句を言いませんでした。",
    "🌧👩‍👩‍👧 " * 12,
    LONG,
    "A_very_long_word_" * 30,
    "Rain fell and we worked on, as we do.",
)
N_CODES = 300
MANY, NONE = 1, 4  # numbers of the segments with many suggestions and with none


@pytest.fixture(scope="module")
def hard(
    tmp_path_factory: pytest.TempPathFactory, study: Callable[..., Corpus]
) -> Iterator[Served]:
    """Yield a server for a lead, on hard texts, 300 codes, and two coders who differ."""
    made = study(tmp_path_factory.mktemp("hard") / "project", PASSAGES, coders=("ana", "ben"))
    book = made.root / "configs/codebooks/mini.yaml"
    codes = "".join(
        f"  - {{id: c{n}, name: 'Code number {n} {'<i>&amp;' if n % 50 == 0 else ''}', "
        f"definition: 'What people say of the {n}th thing.'}}\n"
        for n in range(N_CODES)
    )
    book.write_text(book.read_text() + codes)
    suggest_many(made)
    add_coder(made, "lea", role="lead")
    segment = segments_of(made)[NONE - 1]
    for coder, code in (("ana", "c101"), ("ben", "c102")):
        for ask in (Ask("add", code), Ask("memo", memo=HOSTILE), Ask("done")):
            decide_one(made, coder, segment, ask)
    served = Served(made, "lea")
    yield served
    served.close()


def segments_of(corpus: Corpus) -> list[str]:
    """Return the ids of the interview's segments in order."""
    rows = read_rows(corpus.table("segments"), Segment)
    return [row.segment_id for row in rows if row.transcript_id == "int-1"]


def suggest_many(corpus: Corpus) -> None:
    """Give one segment twelve suggestions and another none."""
    path = corpus.table("suggestions")
    names = segments_of(corpus)
    first = names[MANY - 1]
    rows = [r for r in read_rows(path, Suggestion) if r.segment_id not in {first, names[NONE - 1]}]
    rows += [Suggestion(first, f"c{n}", 0.9 - n / 20, n, (), "m-1", "1+0") for n in range(1, 13)]
    write_table(path, to_table(rows, Suggestion), read_receipt(path))


def counted(page: Page) -> None:
    """Wait until the page says how far coders agree, or why it cannot."""
    expect(page.locator("#base")).not_to_have_text("Working it out …", timeout=30_000)


def asked(page: Page) -> None:
    """Wait until the page says whether there is a question."""
    page.locator("#none:visible, #look:visible").wait_for()


def choosing(page: Page) -> None:
    """Choose two words."""
    go(page, 8)
    press(page, "w", "Shift+ArrowRight")


REVIEW = "review?t=int-1"
SCREENS: dict[str, tuple[str, Callable[[Page], Any]]] = {
    "queue": ("", lambda page: page.locator("table").wait_for()),
    "review": (REVIEW, lambda page: go(page, 8)),
    "words": (REVIEW, choosing),
    "finder": (REVIEW, lambda page: press(page, "/", *"rain")),
    "codebook": (REVIEW, lambda page: press(page, "d")),
    "history": (REVIEW, lambda page: press(page, "h")),
    "keys": (REVIEW, lambda page: press(page, "?")),
    "go-to": (REVIEW, lambda page: press(page, "g")),
    "retrain": (REVIEW, lambda page: press(page, "t")),
    "picker": (REVIEW, lambda page: press(page, "c", *"num")),
    "adjudicate": ("adjudicate", lambda page: press(page, "y")),
    "agreement": ("agreement", counted),
    "second-look": ("second-look", asked),
    "find": ("find?q=rain", lambda page: page.locator(".finds").wait_for()),
}
LOOKS: dict[str, Any] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced": {"color_scheme": "light", "forced_colors": "active"},
}


@pytest.fixture(scope="module")
def looking(chromium: Browser, hard: Served) -> Iterator[Visitor]:
    """Yield a browser; axe needs a way round our own rules."""
    made = Visitor(chromium, hard, bypass_csp=True, reduced_motion="reduce")
    yield made
    made.close()


@pytest.mark.parametrize("name", SCREENS)
def test_no_screen_shuts_anybody_out(looking: Visitor, name: str) -> None:
    """Axe finds nothing on any screen, in light, dark and forced colours; pictures are kept."""
    path, prepare = SCREENS[name]
    page = looking.page(path)
    prepare(page)
    KEPT.mkdir(parents=True, exist_ok=True)
    problems = []
    for look, media in LOOKS.items():
        page.emulate_media(**media)
        page.screenshot(path=KEPT / f"{name}-{look}.png")
        rules = {} if look == "light" else {"runOnly": ["color-contrast"]}
        found = Axe().run(page, options={"resultTypes": ["violations"], **rules})
        problems += [f"{look}: {found.generate_report()}"] * bool(found.violations_count)
    page.close()

    assert [] == problems


def test_nothing_scrolls_sideways(looking: Visitor) -> None:
    """At 360 pixels, and at twice the size on a small screen; a picture of each is kept."""
    wide = {}
    for name, (path, prepare) in SCREENS.items():
        page = looking.page(path)
        page.set_viewport_size({"width": 360, "height": 740})
        prepare(page)
        page.screenshot(path=KEPT / f"{name}-360.png")
        wide[name] = width(page) - 360
        page.close()

    assert dict.fromkeys(SCREENS, 0) == wide


CUT = """() => {
  const seen = { contentVisibilityAuto: true, opacityProperty: true, visibilityProperty: true };
  const cut = (node) => {
    const box = node.getBoundingClientRect();
    const holder = node.closest("dialog, .panel-body, .passage") ?? document.documentElement;
    const { left, right } = holder.getBoundingClientRect();
    return box.width > 0 && (box.left < left - 1 || box.right > Math.min(right, innerWidth) + 1);
  };
  const named = "button, a, input, select, textarea, label, h1, h2, h3, p, li, td, th, kbd";
  return [...document.querySelectorAll(named)]
    .filter((node) => node.checkVisibility(seen))
    .filter((node) => !node.closest(".visually-hidden, .skip-link, .scroller"))
    .filter(cut).map((node) => node.outerHTML.slice(0, 120));
}"""


@pytest.mark.parametrize("zoom", [2, 4])
def test_zoomed_nothing_is_cut_off(
    chromium: Browser, hard: Served, looking: Visitor, zoom: int
) -> None:
    """A window of 1280 by 1024 at 200 and 400 %: all is within it; a picture of each is kept."""
    size = {"width": 1280 // zoom, "height": 1024 // zoom}
    cookies = looking.context.storage_state()
    guest = Visitor(chromium, hard, viewport=size, device_scale_factor=zoom, storage_state=cookies)
    found = {}
    for name, (path, prepare) in SCREENS.items():
        page = guest.page(path)
        prepare(page)
        page.screenshot(path=KEPT / f"{name}-zoom-{zoom}.png")
        found[name] = (width(page) - size["width"], page.evaluate(CUT))
        page.close()
    guest.close()

    assert dict.fromkeys(SCREENS, (0, [])) == found


def test_hard_texts_are_whole(looking: Visitor, hard: Served) -> None:
    """5,000 words, no suggestion and twelve, 300 codes, signs of every kind: all is there."""
    page = looking.page(REVIEW)
    for number, passage in enumerate(PASSAGES, 1):
        words = page.locator(f"#segment-{number} .text").evaluate("node => node.textContent")
        assert passage == words
    go(page, MANY)
    if not page.locator(".panel .badge", has_text="audit").count():
        expect(page.locator(".suggestion")).to_have_count(12)
    go(page, NONE)
    if not page.locator(".panel .badge", has_text="audit").count():
        expect(page.locator(".suggestions")).to_contain_text("None for this segment.")
    press(page, "c", *"code number 299", "Enter")
    saved(page)
    read = "node => getComputedStyle(node).direction"
    direction = page.locator("#segment-3 .text").evaluate(read)
    markup = page.locator("main img, dialog img, .code b, .code i, .who b, .chips i").count()
    page.close()

    assert "rtl" == direction
    assert 0 == markup
    assert ["c299"] == [row.code for row in hard.rows("add") if row.coder == "lea"]
