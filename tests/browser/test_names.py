"""Transcripts with hostile names: on every screen a name is text, and work goes on under it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.core.corpus import Corpus
from pipeline.core.records import Segment, Suggestion, Transcript, Turn
from pipeline.core.tables import read_receipt, read_rows, to_table, write_table
from pipeline.review.corpus_log import add_coder
from pipeline.review.desk import Ask
from pipeline.review.scripted import decide_one
from tests.browser.acts import press, saved
from tests.browser.conftest import Served, Visitor

NAMES = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "\"double\" 'single' `back` &amp; {{ 7 * 7 }} ${x} %s",
    "evil\u202etxt.exe",
    "../../etc/passwd",
    "n" * 245,
    "long words " * 20,
)
TABLES: dict[str, Any] = {
    "transcripts": Transcript,
    "turns": Turn,
    "segments": Segment,
    "suggestions": Suggestion,
}


def under(row: Any, name: str) -> Any:
    """Return a row of the interview as one of a transcript called ``name``."""
    cells = {
        key: name + getattr(row, key).removeprefix("int-1")
        for key in ("transcript_id", "segment_id", "source")
        if hasattr(row, key)
    }
    return replace(row, **cells)


def is_of_interview(row: Any) -> bool:
    """Whether a row belongs to the interview."""
    named = row.segment_id if isinstance(row, Suggestion) else row.transcript_id
    return bool(named.startswith("int-1"))


@pytest.fixture(scope="module")
def named(
    tmp_path_factory: pytest.TempPathFactory, study: Callable[..., Corpus]
) -> Iterator[Served]:
    """Yield a lead's server on interviews of these names, on which two coders differ."""
    passages = ("Rain fell and we worked.", "Then the sun came out.")
    made = study(tmp_path_factory.mktemp("named") / "project", passages, coders=("ana", "ben"))
    for stage, noun in TABLES.items():
        path = made.table(stage)
        rows = read_rows(path, noun)
        mine = [row for row in rows if is_of_interview(row)]
        every = [under(row, name) for name in NAMES for row in mine]
        others = [row for row in rows if not is_of_interview(row)]
        write_table(path, to_table([*every, *others], noun), read_receipt(path))
    add_coder(made, "lea", role="lead")
    firsts = {row.transcript_id: row.segment_id for row in reversed(segments_of(made))}
    for name in NAMES:
        for coder, code in (("ana", "work"), ("ben", "weather.sun")):
            decide_one(made, coder, firsts[name], Ask("add", code))
            decide_one(made, coder, firsts[name], Ask("done"))
    served = Served(made, "lea")
    yield served
    served.close()


def segments_of(corpus: Corpus) -> list[Segment]:
    """Return the segments of a corpus in order."""
    return read_rows(corpus.table("segments"), Segment)


@pytest.fixture(scope="module")
def guest(chromium: Browser, named: Served) -> Iterator[Visitor]:
    """Yield a browser; at its end nothing was run, nothing asked elsewhere, no rule broken."""
    made = Visitor(chromium, named)
    yield made
    made.close()


def harm(page: Page) -> int:
    """Return how much of a page became markup that no page of ours has."""
    return page.locator("img, iframe, body script:not([type='application/json'])").count()


def sideways(page: Page) -> int:
    """Return by how much a page is wider than its window."""
    found: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return found


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_transcript_is_coded_under_its_name(guest: Visitor, named: Served, name: str) -> None:
    """From the queue to its page, coded, signed off, looked up in the history: its name is text."""
    page = guest.page()
    page.get_by_role("link", name=name, exact=True).click()
    expect(page.locator("h1.where")).to_have_text(name)
    page.locator(".segment[aria-current] .panel").wait_for()
    press(page, "j", "c", *"sun", "Enter")
    saved(page)
    press(page, "h")
    expect(page.locator("#history li").first).to_contain_text("Sun shines")
    press(page, "Escape", "f")
    options = page.locator("#filter-transcript option").all_inner_texts()
    found = (harm(page), sideways(page))
    page.close()

    assert (0, 0) == found
    assert name.strip() in [option.strip() for option in options]
    assert name in {row.transcript_id for row in named.rows("add") if row.coder == "lea"}


def test_names_are_text_on_the_screens_beside_it(guest: Visitor) -> None:
    """Queue, search over all transcripts, disputes, agreement, second look."""
    problems: dict[str, Any] = {}
    for path in ("", "find?q=rain", "adjudicate", "agreement", "second-look"):
        page = guest.page(path)
        page.wait_for_load_state("networkidle")
        words = page.locator("body").inner_text()
        missing = [name for name in NAMES if name.strip() not in words]
        if path not in {"", "find?q=rain"}:
            missing = []  # shows some of them, or none
        if harm(page) or sideways(page) > 0 or missing:
            problems[path] = (harm(page), sideways(page), missing)
        page.close()

    assert {} == problems


def test_a_dispute_tells_its_transcript_as_text(guest: Visitor) -> None:
    """One after the other, every one of the names is met."""
    page = guest.page("adjudicate")
    page.locator(".dispute").wait_for()
    met = set()
    for _ in NAMES:
        words = page.locator("main").inner_text()
        met |= {name for name in NAMES if name.strip() in words}
        press(page, "j")
    page.close()

    assert set(NAMES) == met
