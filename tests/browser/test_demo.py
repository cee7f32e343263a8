"""The sample corpus with the keyboard alone, and with a new model while its page is open."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.core.corpus import Corpus
from pipeline.core.records import Suggestion
from pipeline.core.tables import read_rows
from pipeline.review.corpus_log import add_coder
from tests.browser.acts import go, press, saved
from tests.browser.conftest import ROOT, Served, Visitor

NAME = "field_notes_01_steering_meeting"
OTHER = "interview_03_steering_hearing-bridge"
LEARNING_MS = 240_000


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """Yield a server on the sample corpus, cut and with suggestions, for a third coder."""
    root = tmp_path_factory.mktemp("sample")
    for folder in ("configs", "corpora/demo/raw", "corpora/demo/decisions"):
        shutil.copytree(ROOT / folder, root / folder)
    shutil.copy(ROOT / "corpora/demo/participants.csv", root / "corpora/demo")
    run(root, "run", "demo")
    for path in sorted((root / "corpora/demo/decisions").glob("*.jsonl")):
        run(root, "log", "import", "demo", str(path))
    made = Corpus(root, "demo")
    add_coder(made, "ana")
    served = Served(made)
    yield served
    served.close()


def run(root: Path, *words: str) -> None:
    """Run one of our commands, which may leave things to confirm."""
    command = [sys.executable, "-m", "pipeline", "--quiet", *words]
    done = subprocess.run(command, cwd=root, env=environment(), check=False)
    assert done.returncode in {0, 4}


def environment() -> dict[str, str]:
    """Return an environment in which our own code is found."""
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def guest(chromium: Browser, sample: Served) -> Iterator[Visitor]:
    """Yield a browser that was let in."""
    made = Visitor(chromium, sample)
    yield made
    made.close()


def told(page: Page, number: int) -> list[str | None]:
    """Return the codes that are suggested for a segment."""
    go(page, number)
    expect(page.locator(".panel .suggestions")).not_to_contain_text("on their way")
    return [item.get_attribute("data-code") for item in page.locator(".suggestion").all()]


def in_table(sample: Served, page: Page, numbers: Sequence[int]) -> dict[int, list[str]]:
    """Return the codes that the table of suggestions has for some segments, in order of rank."""
    names: list[str] = page.locator(".segment").evaluate_all("all => all.map(n => n.dataset.id)")
    rows = read_rows(sample.corpus.table("suggestions"), Suggestion)
    ranked = sorted(rows, key=lambda row: row.rank)
    return {
        number: [row.code for row in ranked if row.segment_id == names[number - 1]]
        for number in numbers
    }


def free(page: Page) -> list[int]:
    """Return the numbers of the segments that are not coded blind."""
    found: list[int] = page.evaluate(
        """() => JSON.parse(document.getElementById("data").textContent).segments
          .flatMap((segment, at) => (segment.target && !segment.audit ? [at + 1] : []))"""
    )
    return found


def test_a_new_model_moves_nothing_that_was_seen(guest: Visitor, sample: Served) -> None:
    """Until the coder asks; then only segments that they have not opened get the new model's."""
    page = guest.page(f"review?t={OTHER}")
    numbers = free(page)
    seen, unseen = numbers[:4], numbers[8:14]
    old = in_table(sample, page, numbers)
    before = {number: told(page, number) for number in seen}
    press(page, "t", "Enter")
    verdict = page.locator("#retrain-verdict")
    expect(verdict).to_contain_text("what you saw stays as it was", timeout=LEARNING_MS)
    expect(verdict).to_contain_text("Promoted")
    press(page, "Escape")
    still = {number: told(page, number) for number in seen}
    page.reload()
    reloaded = {number: told(page, number) for number in seen}
    found = {number: told(page, number) for number in unseen}
    new = in_table(sample, page, numbers)
    page.close()

    assert {number: old[number] for number in seen} == before == still == reloaded
    assert {number: new[number] for number in unseen} == found
    assert any(new[number] != old[number] for number in seen)
    assert any(new[number] != old[number] for number in unseen)


def test_a_transcript_of_the_sample_by_keyboard_alone(guest: Visitor, sample: Served) -> None:
    """The first suggestion of each segment is accepted, else nothing; two keys a suggestion."""
    page = guest.page(f"review?t={NAME}")
    keys: list[str] = []

    def type_key(key: str) -> None:
        keys.append(key)
        press(page, key)

    total = page.locator(".segment").count()
    for _ in range(total):
        state: Any = page.locator(".panel .suggestions")
        expect(state).not_to_contain_text("on their way")
        if page.locator(".suggestion").count():
            type_key("1")
        type_key("Enter")
    saved(page)
    expect(page.locator("#end")).to_contain_text("Everything here is done")
    page.close()
    mine = [row for row in sample.rows("accept", "done") if row.coder == "ana"]
    accepted = sum(row.act == "accept" for row in mine)

    assert total == len(mine) - accepted
    assert accepted > 0
    assert len(keys) == total + accepted  # one to accept, one to go on: two where one is accepted
