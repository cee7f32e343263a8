"""One transcript of the sample corpus, coded from first to last with the keyboard alone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from pipeline.core.corpus import Corpus
from pipeline.review.corpus_log import add_coder
from tests.browser.acts import press, saved
from tests.browser.conftest import ROOT, Served, Visitor

NAME = "field_notes_01_steering_meeting"


@pytest.fixture
def sample(tmp_path: Path) -> Iterator[Served]:
    """Yield a server on the sample corpus, cut and with suggestions."""
    for folder in ("configs", "corpora/demo/raw"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "corpora/demo/participants.csv", tmp_path / "corpora/demo")
    command = [sys.executable, "-m", "pipeline", "--quiet", "run", "demo"]
    done = subprocess.run(command, cwd=tmp_path, env=environment(), check=False)
    assert done.returncode in {0, 4}
    made = Corpus(tmp_path, "demo")
    add_coder(made, "ana")
    served = Served(made)
    yield served
    served.close()


def environment() -> dict[str, str]:
    """Return an environment in which our own code is found."""
    import os

    return {**os.environ, "PYTHONPATH": str(ROOT)}


def test_a_transcript_of_the_sample_by_keyboard_alone(chromium: Browser, sample: Served) -> None:
    """The first suggestion of each segment is accepted, else nothing; two keys a suggestion."""
    guest = Visitor(chromium, sample)
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
    guest.close()
    accepted = len(sample.rows("accept"))

    assert total == len(sample.rows("done"))
    assert accepted > 0
    assert len(keys) == total + accepted  # one to accept, one to go on: two where one is accepted
