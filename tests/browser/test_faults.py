"""Faults and hard use: random keys and kills, slow and failing servers, a disk that is full."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from pipeline.core.corpus import Corpus
from tests.browser.acts import assisted, press, saved, screen
from tests.browser.conftest import ROOT, Served, Visitor
from tests.permissions import give_up_overrides, permissions_counting

KEYS = (
    *("j", "k", "1", "2", "3", "Shift+Digit1", "Shift+Digit2", "x", "q", "s", "n", "Enter"),
    *("u", "Shift+U", "Control+z", "w", "Shift+ArrowRight", "ArrowRight", "Escape", "e", "r"),
    *("c", "m", "d", "h", "/", "g", "Tab", *["Escape"] * 6),
)
N_KEYS = 220
KILLS = (70, 150)


LISTEN = """() => {
  window.heard = [];
  const status = document.getElementById("status");
  const hear = () => heard.push(status.textContent);
  new MutationObserver(hear).observe(status, { childList: true });
}"""


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_reload_shows_what_the_screen_showed(page: Page, served: Served, seed: int) -> None:
    """After random keys and two kills of the server."""
    chance = random.Random(seed)  # noqa: S311  # a test's dice
    for number in range(N_KEYS):
        page.keyboard.press(chance.choice(KEYS))
        if number in KILLS:
            served.end(signal.SIGKILL)
        if number - 15 in KILLS:
            served.start()
    press(page, "Escape", "Escape", "Escape")
    expect(page.locator("#status")).to_have_attribute("data-kind", "saved", timeout=30_000)
    before = screen(page)

    page.reload()
    page.locator(".segment[aria-current]").wait_for()

    assert before == screen(page)
    assert len(served.rows()) > 8


def test_a_slow_server_is_waited_for(page: Page, served: Served) -> None:
    """The page says what is unsent, goes on, and sends nothing twice."""
    assisted(page)

    def slowly(route: Route) -> None:
        page.wait_for_timeout(700)
        route.continue_()

    page.route("**/api/decisions", slowly)
    press(page, "1")
    expect(page.locator("#status")).to_contain_text("unsent")
    saved(page)

    assert 1 == len(served.rows("accept"))


@pytest.mark.parametrize("status", [500, 503])
def test_a_failing_server_is_told_and_tried_again(page: Page, served: Served, status: int) -> None:
    """Nothing claims to be saved before it is."""
    assisted(page)

    def fail(route: Route) -> None:
        route.fulfill(status=status, json={"message": "Something went wrong."})

    page.route("**/api/decisions", fail)
    press(page, "1")
    expect(page.locator("#status")).to_contain_text("Not saved: Something went wrong")
    expect(page.locator("#status")).to_contain_text("1 unsent, kept in this browser")
    assert not served.rows("accept")
    page.unroute("**/api/decisions", fail)
    saved(page)

    assert 1 == len(served.rows("accept"))


def test_a_server_that_hangs_is_said(page: Page, served: Served) -> None:
    """It accepts and never answers: the page says so, claims nothing, and sends it when it does."""
    assisted(page)
    saved(page)
    page.evaluate(LISTEN)
    served.process.send_signal(signal.SIGSTOP)
    try:
        press(page, "1")
        expect(page.locator("#status")).to_contain_text("1 unsent, kept in this browser")
        expect(page.locator("#status")).to_contain_text(
            "Not saved: the program does not answer", timeout=15_000
        )
        heard: list[str] = page.evaluate("heard")
        kept = page.evaluate("Object.keys(localStorage).filter((key) => key.includes(':out:'))")
        taken = len(served.rows("accept"))
    finally:
        served.process.send_signal(signal.SIGCONT)
    saved(page)

    assert not [words for words in heard if words == "Saved"]
    assert (1, 0) == (len(kept), taken)
    assert 1 == len(served.rows("accept"))


def test_a_log_that_may_not_be_written_is_said(page: Page, served: Served) -> None:
    """By its permissions: the page says it, claims nothing, and sends it once it may be written."""
    assisted(page)
    saved(page)
    served.end(signal.SIGTERM)
    served.corpus.log.chmod(0o444)
    with permissions_counting():
        served.start(give_up_overrides)
    before = len(served.rows())
    press(page, "1")
    expect(page.locator("#status")).to_contain_text("Not saved", timeout=15_000)
    expect(page.locator("#status")).to_contain_text("cannot be opened or written")
    expect(page.locator("#status")).to_contain_text("1 unsent, kept in this browser")
    page.reload()
    expect(page.locator("#status")).to_contain_text("Not saved", timeout=15_000)
    after = len(served.rows())
    served.end(signal.SIGTERM)
    served.corpus.log.chmod(0o600)
    served.start()
    saved(page)

    assert before == after
    assert 1 == len(served.rows("accept"))


def test_a_page_is_not_begun_on_a_log_that_may_not_be_written(laid: Corpus, tmp_path: Path) -> None:
    """Where nothing of a round is written yet, the command ends with a sentence: exit code 3."""
    shutil.copytree(laid.root, tmp_path / "project")
    made = Corpus(tmp_path / "project", laid.name)
    made.log.chmod(0o444)
    command = [sys.executable, "-m", "pipeline", "review", made.name]
    with permissions_counting():
        refused = subprocess.run(
            [*command, "--coder", "ana", "--no-browser"],
            cwd=made.root,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
            preexec_fn=give_up_overrides,
        )

    assert (3, "") == (refused.returncode, refused.stdout)
    assert "cannot be opened or written" in refused.stderr
    assert "nothing was written" in refused.stderr


def test_a_disk_that_takes_nothing_is_said(page: Page, served: Served) -> None:
    """A log that cannot grow: a clear line, nothing claimed; once it can, all arrives."""
    assisted(page)
    saved(page)
    with_limit(served.process.pid, 0)
    press(page, "1")
    expect(page.locator("#status")).to_contain_text("Not saved", timeout=15_000)
    expect(page.locator("#status")).to_contain_text("unsent, kept in this browser")
    taken = len(served.rows("accept"))
    with_limit(served.process.pid, -1)
    saved(page)

    assert 0 == taken
    assert 1 == len(served.rows("accept"))


def with_limit(pid: int, size: int) -> None:
    """Let a process write files of at most this size; -1: as large as it likes."""
    import resource

    hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size if size >= 0 else hard, hard))


def test_two_tabs_on_different_segments_do_not_meet(visitor: Visitor, page: Page) -> None:
    """Each saves its own; a look at the other shows both."""
    other = visitor.page("review?t=int-1")
    press(page, "c", *"sun", "Enter")
    press(other, "j", "c", *"work", "Enter")
    saved(page)
    saved(other)
    page.reload()
    other.reload()
    other.locator(".segment[aria-current]").wait_for()

    assert screen(page) == screen(other)
    assert 2 == page.locator(".chip").count()


def test_blocked_storage_does_not_stop_work(chromium: Browser, served: Served) -> None:
    """Where the browser keeps nothing, decisions are saved all the same."""
    guest = Visitor(chromium, served)
    guest.context.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('blocked'); } });"
    )
    page = guest.page("review?t=int-1")
    press(page, "c", *"sun", "Enter")
    saved(page)
    guest.close()

    assert 1 == len(served.rows("add"))


def test_a_second_server_of_the_same_corpus_works_beside_the_first(
    chromium: Browser, page: Page, served: Served
) -> None:
    """It has a port of its own; what the one saved, the other refuses to overwrite."""
    second = Served(served.corpus)
    guest = Visitor(chromium, second)
    other = guest.page("review?t=int-1")
    other.route("**/api/states*", lambda route: route.abort())
    press(page, "c", *"sun", "Enter")
    saved(page)
    press(other, "c", *"sun", "Enter")
    expect(other.get_by_role("group", name="Refused decision")).to_contain_text("meanwhile")
    guest.close()
    second.close()

    assert second.base != served.base
    assert 1 == len(served.rows("add"))


@pytest.fixture
def hostile(tmp_path: Path, study: Callable[..., Corpus]) -> Iterator[Served]:
    """Yield a server on a corpus in a folder whose name is hostile, too."""
    made = study(tmp_path / "<img src=x onerror=alert(5)> &amp; 'q'", ["Rain fell."])
    served = Served(made)
    yield served
    served.close()


def test_names_of_folders_do_no_harm(chromium: Browser, hostile: Served) -> None:
    """The page opens, and nothing in it became markup."""
    guest = Visitor(chromium, hostile)
    page = guest.page()
    images = page.locator("img").count()
    guest.close()

    assert 0 == images
