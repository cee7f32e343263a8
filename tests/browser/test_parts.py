"""Coding a part of a segment by its words, searching, filtering and asking why, in a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.core.corpus import Corpus
from tests.browser.acts import assisted, go, press, saved, shown
from tests.browser.conftest import Served, Visitor

PASSAGES = (
    "Plain words stand here, one after the other. And a second sentence.",
    "🌧👩‍👩‍👧 rain 🌧 and sun",
    "ירד גשם ועבדנו הלאה",
    "雨が降っても働きました",
    *(f"Answer {n} about rain." for n in range(5, 9)),
)


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, study: Callable[..., Corpus]
) -> Iterator[Served]:
    """Yield one server for all tests of this file: each codes a segment of its own."""
    made = Served(study(tmp_path_factory.mktemp("parts") / "project", PASSAGES))
    yield made
    made.close()


@pytest.fixture(scope="module")
def guest(chromium: Browser, place: Served) -> Iterator[Visitor]:
    """Yield a browser that was let in."""
    made = Visitor(chromium, place)
    yield made
    made.close()


@pytest.fixture
def reading(guest: Visitor) -> Iterator[Page]:
    """Yield the interview's page."""
    made = guest.page("review?t=int-1")
    yield made
    made.close()


def quotes(place: Served, number: int) -> list[str]:
    """Return the words of all codes that were added in a segment."""
    words = [row.quote or "" for row in place.rows("add")]
    return [quote for quote in words if quote in PASSAGES[number - 1]]


def drag(page: Page, number: int, start: int, end: int) -> None:
    """Select with the mouse, as a browser counts (UTF-16)."""
    box = page.evaluate(
        """([number, start, end]) => {
          const text = document.querySelector(`#segment-${number} .text`);
          const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
          const range = document.createRange();
          let seen = 0;
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            if (seen <= start && start <= seen + node.length) range.setStart(node, start - seen);
            if (seen < end && end <= seen + node.length) range.setEnd(node, end - seen);
            seen += node.length;
          }
          const [first, last] = [range.getClientRects()[0], [...range.getClientRects()].pop()];
          return [first.left, first.top + first.height / 2, last.right, last.top + last.height / 2];
        }""",
        [number, start, end],
    )
    page.mouse.move(box[0] + 0.5, box[1])
    page.mouse.down()
    page.mouse.move(box[2] - 0.5, box[3], steps=4)
    page.mouse.up()


def test_words_are_chosen_and_coded_by_keyboard(reading: Page, place: Served) -> None:
    """Arrows move, Shift extends, Enter asks for the code; undo takes it back, redo brings it."""
    go(reading, 1)
    press(reading, "w", "ArrowRight", "Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowLeft")
    expect(reading.locator(".chosen-box q")).to_have_text("words stand")
    press(reading, "Enter")
    reading.keyboard.type("sun")
    press(reading, "Enter")
    saved(reading)
    expect(reading.locator("#segment-1 .chips .on-part")).to_contain_text("Sun shines")
    expect(reading.locator("#segment-1 .text .part")).to_have_text("words stand")
    press(reading, "u")
    saved(reading)
    expect(reading.locator("#segment-1 .chips .on-part")).to_have_count(0)
    press(reading, "Shift+U")
    saved(reading)
    expect(reading.locator("#segment-1 .chips .on-part")).to_have_count(1)

    assert ["words stand"] == quotes(place, 1)


def test_overlapping_parts_are_shown_and_taken_away(reading: Page, place: Served) -> None:
    """Each has its own line and letter; the button takes one away and leaves the other."""
    go(reading, 1)
    press(reading, "w", "Home", "Shift+ArrowRight", "Shift+ArrowRight", "Enter")
    reading.keyboard.type("work")
    press(reading, "Enter")
    saved(reading)
    before = reading.locator("#segment-1 .chips .on-part").all_inner_texts()
    lanes = reading.locator("#segment-1 .part").evaluate_all("all => all.map(n => n.className)")
    reading.get_by_role("button", name="Take Work away from “Plain words stand”").click()
    saved(reading)

    assert ["a Work", "b Sun shines"] == [text.replace("\n", " ") for text in before]
    assert {"part lane-0", "part lane-1"} == set(lanes)
    expect(reading.locator("#segment-1 .chips .on-part")).to_have_count(1)
    assert ["words stand", "Plain words stand"] == quotes(place, 1)


def test_the_mouse_chooses_exactly_what_it_passed(reading: Page, place: Served) -> None:
    """Signs outside the first plane before and inside the selection shift nothing."""
    text = PASSAGES[1]
    start = len(text[: text.index("rain")].encode("utf-16-le")) // 2
    go(reading, 2)
    drag(reading, 2, start, start + len("rain 🌧".encode("utf-16-le")) // 2)
    expect(reading.locator(".chosen-box q")).to_have_text("rain 🌧")
    reading.get_by_role("button", name="Choose code").click()
    reading.keyboard.type("sun")
    press(reading, "Enter")
    saved(reading)
    [row] = [row for row in place.rows("add") if row.quote == "rain 🌧"]

    assert text[row.start - start_of(2) :].startswith("rain 🌧")


def start_of(number: int) -> int:
    """Return where a segment begins in the transcript."""
    return sum(len("Go on?\n") + len(text) + 1 for text in PASSAGES[: number - 1]) + len("Go on?\n")


@pytest.mark.parametrize(("number", "forward"), [(3, "ArrowLeft"), (4, "ArrowRight")])
def test_words_of_other_scripts(reading: Page, place: Served, number: int, forward: str) -> None:
    """Right to left the arrows follow the eye; a script without spaces has words, too."""
    go(reading, number)
    press(reading, "w", f"Shift+{forward}", "Enter")
    reading.keyboard.type("sun")
    press(reading, "Enter")
    saved(reading)
    [quote] = quotes(place, number)

    assert PASSAGES[number - 1].startswith(quote)
    assert 0 < len(quote) < len(PASSAGES[number - 1])


def test_a_number_gives_a_suggested_code_to_the_words(reading: Page, place: Served) -> None:
    """The suggestion itself stays open: the code went to a part."""
    assisted(reading)
    at = reading.locator(".segment[aria-current]").get_attribute("id")
    before = len(place.rows("add"))
    press(reading, "w", "1")
    saved(reading)
    [row] = place.rows("add")[before:]

    assert "weather.rain" == row.code
    assert row.suggestion_visible
    assert row.model_id == "m-1"
    expect(reading.locator(f"#{at} .panel")).to_contain_text("You gave this code to a part.")


def test_leaving_chooses_nothing(reading: Page, place: Served) -> None:
    """Escape drops the words; Enter then means done again, and moving on drops them, too."""
    before = len(place.rows())
    go(reading, 1)
    press(reading, "w", "Shift+ArrowRight", "Escape")
    expect(reading.locator(".chosen-box")).to_be_hidden()
    press(reading, "w", "j")
    expect(reading.locator(".chosen-box")).to_be_hidden()

    assert [row.act for row in place.rows()[before:]] in ([], ["shown"])


def test_searching_goes_from_hit_to_hit(reading: Page) -> None:
    """Also through what is only read; Escape leads back to the segment."""
    press(reading, "/")
    reading.keyboard.type("answer")
    expect(reading.locator("#find-count")).to_have_text("4 found")
    press(reading, "Enter", "Enter")
    expect(reading.locator("#find-count")).to_have_text("2 of 4 found")
    expect(reading.locator("#segment-6[aria-current]")).to_be_visible()
    press(reading, "Escape")
    expect(reading.locator("#finder")).to_be_hidden()
    expect(reading.locator("#segment-6 .words")).to_be_focused()


def test_filters_are_stepped_through(reading: Page) -> None:
    """What does not pass stays readable, and J leaves it out."""
    go(reading, 7)
    press(reading, "s")
    saved(reading)
    press(reading, "f")
    reading.locator("#filter-state").select_option("skipped")
    expect(reading.locator("#filter-count")).to_have_text("1 of 8 segments")
    expect(reading.locator("#segment-7[aria-current]")).to_be_visible()
    expect(reading.locator(".segment.aside")).to_have_count(7)
    press(reading, "Escape")
    expect(reading.locator(".segment.aside")).to_have_count(0)


def test_segments_are_found_in_all_transcripts(guest: Visitor) -> None:
    """A plain form: by words and by the coder's own code, and a link that leads there."""
    found = guest.page("find")
    found.locator("#q").fill("a   second sentence")
    press(found, "Enter")
    expect(found.locator(".finds > li")).to_have_count(1)
    found.get_by_role("link", name="int-1, segment 1").click()
    expect(found.locator("#segment-1[aria-current]")).to_be_visible()


def test_evidence_comes_when_asked_for(reading: Page) -> None:
    """E shows it, E hides it; what others decided is not among it."""
    assisted(reading)
    expect(reading.locator(".reasons")).to_have_count(0)
    press(reading, "e")
    expect(reading.locator(".reasons")).to_have_count(2)
    assert "Somebody else" not in reading.locator(".panel").inner_text()
    press(reading, "e")
    expect(reading.locator(".reasons")).to_have_count(0)
    shown(reading)
