"""Several coders, each with a page of their own: blindness, disputes, agreement, second look."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.core.corpus import Corpus
from pipeline.core.settings import RoundSettings
from pipeline.review.corpus_log import add_coder
from pipeline.review.seating import new_round
from tests.browser.acts import press, saved
from tests.browser.conftest import Served, Visitor

PASSAGES = tuple(f"Rain fell on day {n} and we worked." for n in range(1, 7))
MEMO = "Between us and the sea"


@pytest.fixture(scope="module")
def team(
    tmp_path_factory: pytest.TempPathFactory, study: Callable[..., Corpus]
) -> Iterator[dict[str, Served]]:
    """Yield a server for each of two coders and a lead, in a round in which two share all."""
    folder = tmp_path_factory.mktemp("team") / "project"
    corpus = study(folder, PASSAGES, coders=("ana", "ben"))
    add_coder(corpus, "lea", role="lead")
    new_round(corpus, RoundSettings("first", ("ana", "ben"), overlap=1.0, audit=0.01), "lea")
    servers = {name: Served(corpus, name) for name in ("ana", "ben", "lea")}
    yield servers
    for made in servers.values():
        made.close()


@pytest.fixture(scope="module")
def guests(chromium: Browser, team: dict[str, Served]) -> Iterator[dict[str, Visitor]]:
    """Yield a browser for each of them."""
    made = {name: Visitor(chromium, served) for name, served in team.items()}
    yield made
    for guest in made.values():
        guest.close()


def code_all(page: Page, *codes: str) -> None:
    """Give each segment of a transcript a code, a memo to the first, and sign all off."""
    for number, code in enumerate(codes):
        if code:
            press(page, "c")
            page.keyboard.type(code)
            press(page, "Enter")
        if not number:
            press(page, "m")
            page.keyboard.type(MEMO)
            press(page, "Escape")
        press(page, "Enter")
    saved(page)


def heard(page: Page) -> list[str]:
    """Keep the text of every answer that the page gets."""
    found: list[str] = []

    def keep(response: object) -> None:
        if "/api/" in response.url:  # type: ignore[attr-defined]  # a response of the browser
            found.append(response.text())  # type: ignore[attr-defined]  # the same

    page.on("response", keep)
    return found


def test_a_second_coder_finds_no_trace_of_the_first(
    guests: dict[str, Visitor], team: dict[str, Served]
) -> None:
    """Not in a page's source, not in a table, not while both pages are open; nor suggestions."""
    other = guests["ben"].page("review?t=int-1")
    answers = heard(other)
    first = guests["ana"].page("review?t=int-1")
    assert not first.locator(".suggestion").count()
    code_all(first, "sun", "sun", "sun", "work", "", "")
    press(other, "j", "k", "h")
    expect(other.locator("#history")).to_contain_text("Nothing was decided here yet.")
    press(other, "Escape", "/", "Escape")
    other.evaluate("() => dispatchEvent(new Event('focus'))")
    other.wait_for_timeout(300)
    sources = [
        other.request.get(f"{team['ben'].base}{path}").text()
        for path in ("", "review?t=int-1", "find?q=rain", "api/states?t=int-1", "adjudicate")
    ]

    for text in [*answers, *sources]:
        assert MEMO not in text
        assert '"ana"' not in text
        assert "m-1" not in text
        assert "0.8125" not in text
    states = json.loads(sources[3])
    assert all(not state["codes"] and not state["parts"] for state in states.values())
    assert not other.locator(".suggestion, .chip").count()
    assert not any(row.act == "shown" for row in team["ben"].rows())


def test_agreement_waits_until_the_coder_is_done(guests: dict[str, Visitor]) -> None:
    """A sentence instead of numbers, as long as they could sway somebody."""
    page = guests["ben"].page("agreement")

    expect(page.locator("#base")).to_contain_text("not done. How far you agree is shown once")
    expect(page.locator("table.figures")).to_have_count(0)


def test_disputes_are_settled_by_keys_and_by_buttons(
    guests: dict[str, Visitor], team: dict[str, Served]
) -> None:
    """Voices without names; a verdict and a reason each; both readings may stand; undo."""
    code_all(guests["ben"].page("review?t=int-1"), "work", "sun", "", "", "", "")
    page = guests["lea"].page("adjudicate")
    expect(page.locator("#count")).to_have_text("3 of 3 spans open")
    source = page.request.get(f"{team['lea'].base}adjudicate").text()
    expect(page.locator("#voices")).to_contain_text(MEMO)
    press(page, "n", "2")
    saved(page)
    press(page, "b")
    saved(page)
    expect(page.locator("#count")).to_have_text("2 of 3 spans open")
    press(page, "j")
    page.get_by_role("button", name="Yes to Sun shines").click()
    page.get_by_role("button", name="A slip").click()
    saved(page)
    expect(page.locator("#count")).to_have_text("1 of 3 spans open")
    press(page, "u")
    saved(page)
    expect(page.locator("#count")).to_have_text("2 of 3 spans open")
    settled = [json.loads(row.detail or "") for row in team["lea"].rows("settle")]

    assert '"ana"' not in source
    assert '"ben"' not in source
    assert [("no", "codebook-gap"), ("both", "different-readings"), ("yes", "slip")] == [
        (found["verdict"], found["reason"]) for found in settled
    ]
    assert {("lea", "adjudicate", "page")} == {
        (row.coder, row.mode, row.surface) for row in team["lea"].rows("settle")
    }
    assert 1 == len(team["lea"].rows("undo"))


def test_a_coder_cannot_settle(guests: dict[str, Visitor]) -> None:
    """The page says who can, and shows nothing."""
    page = guests["ana"].page("adjudicate")

    expect(page.locator("main .banner")).to_contain_text("a coder cannot settle")
    expect(page.locator("#dispute")).to_be_hidden()


def test_agreement_is_told_code_by_code(guests: dict[str, Visitor]) -> None:
    """With the segments behind each disagreement, and words where a number is not defined."""
    page = guests["lea"].page("agreement")
    expect(page.locator("#base")).to_contain_text("finished blind by two coders", timeout=30_000)
    row = page.locator("tbody", has_text="Sun shines")
    expect(row).to_contain_text("No interval")
    row.locator("summary").click()
    expect(row.locator("details")).to_contain_text("1 yes, 1 no")
    text = page.locator("main").inner_text()

    assert "ana" not in text
    assert "nan" not in text.lower()


def test_suggestions_come_once_the_coder_is_done(
    guests: dict[str, Visitor], team: dict[str, Served]
) -> None:
    """Where two coders met; and a model that is sure is then asked about once more."""
    page = guests["ana"].page("review?t=int-1")
    for _ in range(6):
        if page.locator(".suggestion").count() == 2:
            break
        press(page, "j")
        page.wait_for_timeout(150)
    expect(page.locator(".suggestion")).to_have_count(2)
    look = guests["ana"].page("second-look")
    expect(look.locator("#ask")).to_contain_text("Might “Rain falls” hold here? You said no.")
    before = int(look.locator("#count").inner_text().split()[0])
    press(look, "y")
    saved(look)
    expect(look.locator("#count")).to_contain_text(f"{before - 1} question")
    press(look, "u")
    saved(look)
    rows = [row for row in team["ana"].rows() if row.mode == "second-look"]

    assert ["accept", "undo"] == [row.act for row in rows if row.act != "shown"]
    assert not any(row.independent for row in rows)


def test_retraining_tells_the_verdict_and_can_be_cancelled(guests: dict[str, Visitor]) -> None:
    """It goes on in a process of its own; the gate's word is told as it says it."""
    page = guests["lea"].page()
    press(page, "t")
    expect(page.locator("#retrain-start")).to_be_focused()
    press(page, "Enter")
    expect(page.locator("#retrain-cancel")).to_be_visible()
    expect(page.locator("#retrain-verdict")).to_contain_text(
        "Not promoted, because it could not be judged", timeout=60_000
    )
    expect(page.locator("#retrain-start")).to_be_visible()
    press(page, "Enter")
    expect(page.locator("#retrain-cancel")).to_be_visible()
    page.locator("#retrain-cancel").click()
    expect(page.locator("#retrain-state")).to_contain_text("Cancelled", timeout=10_000)


def test_each_has_an_address_of_their_own(team: dict[str, Served]) -> None:
    """Three servers on one log, each with its own port, end when told to."""
    ports = {served.base for served in team.values()}
    codes = [served.end(patience_s=9) for served in team.values()]

    assert 3 == len(ports)
    assert [0, 0, 0] == codes
