"""A key costs what it touches, however long the transcript is; seconds are for the benchmarks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.core.corpus import Corpus
from tests.browser.acts import go, press, saved
from tests.browser.conftest import Served, Visitor

PASSAGES = tuple(f"Rain fell on day {n} and we worked." for n in range(20))
COUNT = """() => {
  window.touched = 0;
  const add = (list) => list.forEach((one) => {
    touched += 1 + one.addedNodes.length + one.removedNodes.length;
  });
  const all = { subtree: true, childList: true, attributes: true, characterData: true };
  new MutationObserver(add).observe(document, all);
}"""


@pytest.fixture(scope="module")
def guest(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory, study: Callable[..., Corpus]
) -> Iterator[Visitor]:
    """Yield a browser before a short interview and a document forty times as long."""
    served = Served(study(tmp_path_factory.mktemp("large") / "project", PASSAGES))
    made = Visitor(chromium, served)
    yield made
    made.close()
    served.close()


def at_rest(page: Page) -> int:
    """Return how much was touched, once nothing is any more."""
    found = -1
    while found != (now := page.evaluate("touched")):
        found = now
        page.wait_for_timeout(400)
    return found


def touched(page: Page) -> int:
    """Return how much of the page eight keys touch: a code, a done, there and back."""
    page.evaluate(COUNT)
    before = at_rest(page)
    press(page, "c", *"sun", "Enter", "Enter", "j", "k")
    saved(page)
    return at_rest(page) - before


def test_a_key_touches_no_more_of_a_long_page(guest: Visitor) -> None:
    """Nodes that are made, moved or changed are as many in 800 segments as in 20."""
    found = {}
    for name in ("int-1", "long"):
        page = guest.page(f"review?t={name}")
        go(page, 12)
        found[name] = touched(page)
        n_segments = page.locator(".segment").count()
        page.close()

    assert n_segments == 40 * len(PASSAGES)
    assert 0 < found["long"] < 2 * found["int-1"]


@pytest.mark.parametrize("number", [800, 400, 3])
def test_a_far_segment_is_brought_below_the_bar(guest: Visitor, number: int) -> None:
    """Though what lies between was not laid out before, and its height was only guessed."""
    page = guest.page("review?t=long")
    go(page, number)
    page.wait_for_timeout(200)
    top = page.locator(f"#segment-{number}").bounding_box()
    expect(page.locator(f"#segment-{number} .panel")).to_be_visible()
    page.close()

    assert top is not None
    assert 40 < top["y"] < 250


def test_a_far_hit_is_shown(guest: Visitor) -> None:
    """A search leads to words that were never laid out, and they are in the window then."""
    page = guest.page("review?t=long")
    press(page, "/", *"line 790", "Enter")
    expect(page.locator("#find-count")).to_have_text("1 of 1 found")
    page.wait_for_timeout(200)
    box = page.locator("#segment-791 .text").bounding_box()
    page.close()

    assert box is not None
    assert 40 < box["y"] < 800
