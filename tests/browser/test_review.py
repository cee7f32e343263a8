"""The review page in a real browser, from first to last key."""

from __future__ import annotations

import signal
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect

from pipeline.review.log.fold import fold
from tests.browser.acts import assisted, saved, screen, shown


def verdicts(served: Any) -> dict[Any, str | None]:
    """Return what stands by place and code."""
    return {thread[1:]: item.verdict for thread, item in fold(served.rows()).items()}


def test_a_transcript_is_coded_without_a_mouse(page: Page, served: Any) -> None:
    """Accept, reject, own code, memo and done by keys alone; the log holds all of it."""
    n_keys = 0
    for _ in range(12):
        if page.locator(".panel .badge", has_text="audit").count():
            page.keyboard.press("c")
            page.keyboard.type("sun")
            page.keyboard.press("Enter")
        else:
            shown(page)
            page.keyboard.press("1")
            page.keyboard.press("Shift+Digit2")
            n_keys += 2
        page.keyboard.press("m")
        page.keyboard.type("A thought.")
        page.keyboard.press("Escape")
        page.keyboard.press("Enter")
    saved(page)

    expect(page.locator("#end")).to_contain_text("Everything here is done")
    expect(page.locator("#count")).to_have_text("12 of 12 done")
    expect(page.locator("#onward")).to_be_focused()
    done = served.rows("done")
    assert 12 == len(done) == len(served.rows("memo"))
    assert n_keys == 2 * len(served.rows("accept")) == 2 * len(served.rows("reject")) > 0
    assert {row.lane for row in served.rows("accept")} == {"order"}
    assert {row.code for row in served.rows("add")} == {"weather.sun"}
    assert all(row.surface == "page" and row.active_ms is not None for row in done)


@pytest.mark.parametrize(
    ("key", "button"),
    [
        ("1", "Accept Rain falls"),
        ("Shift+Digit2", "Reject Work"),
        ("x", "Reject all open"),
        ("s", "Skip"),
        ("q", "Unsure"),
        ("Enter", "Done and next"),
    ],
)
def test_a_key_and_its_button_do_the_same(page: Page, served: Any, key: str, button: str) -> None:
    """The same acts on the same codes, once by key, taken back, and once by mouse."""
    assisted(page)
    at = page.locator(".segment[aria-current]").get_attribute("id")
    before = len(served.rows())
    page.keyboard.press(key)
    saved(page)
    by_key = [(row.act, row.code) for row in served.rows()[before:] if row.act != "shown"]
    page.keyboard.press("u")
    saved(page)
    expect(page.locator(f"#{at}[aria-current]")).to_be_visible()
    middle = len(served.rows())
    page.get_by_role("button", name=button).click()
    saved(page)

    by_button = [(row.act, row.code) for row in served.rows()[middle:] if row.act != "shown"]
    assert by_key == by_button
    assert by_key


def test_undo_and_redo_by_key(page: Page, served: Any) -> None:
    """A bulk act is one gesture; undo takes it back whole, redo brings it back whole."""
    assisted(page)
    page.keyboard.press("x")
    saved(page)
    rejected = verdicts(served)
    page.keyboard.press("Control+z")
    saved(page)
    taken_back = verdicts(served)
    page.keyboard.press("Shift+U")
    saved(page)

    assert ["no", "no"] == list(rejected.values())
    assert ["open", "open"] == list(taken_back.values())
    assert rejected == verdicts(served)


def test_a_reload_shows_what_the_screen_showed(page: Page) -> None:
    """Chips and counters come from the log alone; undo still works after it."""
    assisted(page)
    for key in ("1", "q", "Enter", "c"):
        page.keyboard.press(key)
    page.keyboard.type("sun")
    for key in ("Enter", "s", "Enter", "u"):
        page.keyboard.press(key)
    saved(page)
    before = screen(page)

    page.reload()
    saved(page)
    after = screen(page)
    page.keyboard.press("u")
    saved(page)

    assert before == after
    assert after != screen(page)


def test_a_killed_server_loses_nothing(page: Page, served: Any) -> None:
    """Acknowledged is on disk; decisions made meanwhile arrive when it is back, after a reload."""
    assisted(page)
    page.keyboard.press("1")
    saved(page)
    served.end(signal.SIGKILL)
    page.keyboard.press("Shift+Digit2")
    expect(page.locator("#status")).to_contain_text("Not saved: the program cannot be reached")
    expect(page.locator("#status")).to_contain_text("1 unsent, kept in this browser")
    page.keyboard.press("m")
    page.keyboard.type("Written while it was down")
    page.keyboard.press("Escape")

    served.start()
    page.reload()
    saved(page)

    assert ["accept", "reject", "memo"] == [row.act for row in served.rows() if row.act != "shown"]


def test_an_answer_that_got_lost_is_asked_for_again(page: Page, served: Any) -> None:
    """Committed but never answered: the retry gets the same row, and nothing twice."""
    assisted(page)
    lost: list[int] = []

    def lose(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.append(route.fetch().status)
        return route.abort()

    page.route("**/api/decisions", lose)
    page.keyboard.press("1")
    expect(page.locator("#status")).to_contain_text("Not saved")
    saved(page)

    assert [200] == lost
    assert 1 == len(served.rows("accept"))


def test_two_tabs_do_not_overwrite_each_other(
    context: BrowserContext, page: Page, served: Any
) -> None:
    """The later one is refused beside its segment, with what stands, and may apply it again."""
    assisted(page)
    other = context.new_page()
    other.goto(page.url)
    assisted(other)
    other.route("**/api/states*", lambda route: route.abort())
    page.keyboard.press("1")
    saved(page)

    other.keyboard.press("Shift+Digit1")
    refused = other.get_by_role("group", name="Refused decision")
    expect(refused).to_contain_text("You chose “reject” for Rain falls")
    expect(refused).to_contain_text("now stands yes")
    assert "yes" in verdicts(served).values()
    other.get_by_role("button", name="Apply again").click()
    saved(other)

    assert ["no"] == list(verdicts(served).values())


def test_full_or_blocked_storage_is_said(page: Page, served: Any) -> None:
    """Nothing claims to be saved while the server is away and the browser keeps nothing."""
    assisted(page)
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); }; }")
    served.end(signal.SIGKILL)
    page.keyboard.press("1")

    expect(page.locator("#status")).to_contain_text("storage is full or blocked")
    served.start()
    saved(page)
    assert 1 == len(served.rows("accept"))


def test_hostile_words_are_shown_as_words(page: Page) -> None:
    """Text, speaker, code and memo never become markup, in the page or in a dialog."""
    assert "</script><script>alert(1)</script>" in page.locator("#talk").inner_text()
    assert page.locator(".who", has_text="<b>Ana</b>").count()
    page.keyboard.press("m")
    page.keyboard.type("<img src=x onerror=alert(3)>")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.keyboard.type("onerror")
    page.keyboard.press("Enter")
    saved(page)
    page.keyboard.press("h")
    expect(page.locator("#history")).to_contain_text("onerror=alert(3)")
    page.keyboard.press("Escape")
    page.keyboard.press("d")

    expect(page.locator("#codebook")).to_contain_text("</script><b>bold</b>")
    assert not page.locator("main img, dialog img, .code b, .who b").count()


def test_evidence_is_marked_where_it_stands(page: Page) -> None:
    """Also behind signs that a browser counts double."""
    page.keyboard.press("g")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    if not page.locator(".panel .badge", has_text="audit").count():
        shown(page)
        assert ["🌧🌧"] == page.locator("mark").all_inner_texts()
    else:
        assert not page.locator("mark").count()
    assert "🌧🌧 Sun after that." == page.locator("#segment-3 .text").inner_text()


def test_keys_in_a_field_are_letters(page: Page, served: Any) -> None:
    """No single key acts while a field has the focus, or once they are switched off."""
    assisted(page)
    page.keyboard.press("m")
    page.keyboard.type("x1sq")
    expect(page.locator("#memo")).to_have_value("x1sq")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("1")
    saved(page)

    assert ["memo"] == [row.act for row in served.rows() if row.act != "shown"]


def test_a_held_enter_finishes_one_segment(page: Page, served: Any) -> None:
    """Key repeat never writes."""
    assisted(page)
    for _ in range(5):
        page.keyboard.down("Enter")
    page.keyboard.up("Enter")
    saved(page)

    assert 1 == len(served.rows("done"))


def test_the_audit_is_coded_from_the_queue(page: Page, served: Any) -> None:
    """The queue leads to audit segments only, in which nothing is suggested."""
    page.goto(served.base)
    page.get_by_role("link", name="Code the audit sample").click()
    expect(page.locator(".segment[aria-current]")).to_be_visible()
    page.keyboard.press("r")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    saved(page)

    assert ["done"] == [row.act for row in served.rows()]
    assert {("audit", "blind-first", False)} == {
        (row.lane, row.mode, row.suggestion_visible) for row in served.rows()
    }


def test_it_ends_when_told_to(page: Page, served: Any) -> None:
    """At once, though a page is open, and with nothing left in the write-ahead log.

    The goal is three seconds; a crowded machine is given three times as many.
    """
    assisted(page)

    assert 0 == served.end(signal.SIGTERM, patience_s=9)
    assert not served.corpus.log.with_name("review.sqlite-wal").exists()
