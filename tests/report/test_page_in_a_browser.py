"""The page in Chromium: nothing asked for, nothing refused, readable by a screen reader."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from pipeline.report.stage import run
from tests.chromium import running_chromium

Make = Callable[..., Any]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Yield the system's Chromium."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def address(make: Make, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the page of a small study."""
    made = make(3, 4)
    for name, turn in made.said:
        made.done("ana", name, turn, "idle")
        made.mark(name, turn, "idle")
    made.mark("int-1", 1, "acts.plan")
    folder: Path = tmp_path_factory.mktemp("browser")
    return run(made.write(folder), folder / "out", by=("group",)).page.as_uri()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_is_quiet_and_accessible(chromium: Browser, address: str, scheme: Any) -> None:
    """No request but for itself, no refusal by its own policy, no violation that axe finds."""
    context = chromium.new_context(color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))

    page.goto(address)
    found = Axe().run(page)

    assert [address] == asked
    assert [] == said
    assert 0 == found.violations_count, found.generate_report()
    context.close()


def test_a_number_opens_its_passages_and_closes(chromium: Browser, address: str) -> None:
    """Without any script: a number shows its list, a line of it leads to the quotation."""
    page = chromium.new_page(java_script_enabled=False)
    page.goto(address)

    page.locator("td a[href^='#p']").first.click()
    panel = page.locator(".panel:target")
    assert panel.is_visible()
    panel.get_by_text("Close").click()
    assert 0 == page.locator(".panel:visible").count()

    page.locator("td a[href^='#p']").first.click()
    page.locator(".panel:target li a").first.click()
    assert page.locator("li:target blockquote").is_visible()
    page.close()


def test_nothing_sticks_out_sideways(chromium: Browser, address: str) -> None:
    """On a small screen tables scroll in their own box, not the page."""
    page = chromium.new_page(viewport={"width": 360, "height": 700})
    page.goto(address)

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()
