"""What the tests of the review page do and look at again and again."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def saved(page: Page) -> None:
    """Wait until the page says that everything is on disk."""
    expect(page.locator("#status")).to_have_text("Saved", timeout=15_000)


def shown(page: Page, number: int = 2) -> None:
    """Wait for the suggestions of the segment in hand."""
    expect(page.locator(".suggestion")).to_have_count(number)


def assisted(page: Page) -> None:
    """Go to the next segment that is not in the audit sample."""
    for _ in range(12):
        if not page.locator(".segment[aria-current] .badge", has_text="audit").count():
            return shown(page)
        page.keyboard.press("j")
    raise AssertionError("every segment is in the audit sample")


def screen(page: Page) -> list[str]:
    """Return what stands beside each segment, and the counter."""
    return [*page.locator(".chips").all_inner_texts(), page.locator("#count").inner_text()]


def go(page: Page, number: int) -> None:
    """Go to a segment by its number."""
    page.keyboard.press("g")
    page.keyboard.type(str(number))
    page.keyboard.press("Enter")
    expect(page.locator(f"#segment-{number}[aria-current]")).to_be_visible()


def press(page: Page, *keys: str) -> None:
    """Press keys one after the other."""
    for key in keys:
        page.keyboard.press(key)


def width(page: Page) -> int:
    """Return how wide the page wants to be."""
    found: int = page.evaluate("document.documentElement.scrollWidth")
    return found
