"""What the tests of ingest share: reading bytes as a file would be, and the law of coverage."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from pipeline.core.config import overlay
from pipeline.core.settings import IngestSettings
from pipeline.ingest.account import outside
from pipeline.ingest.files import RawFile
from pipeline.ingest.participants import People
from pipeline.ingest.reading import Result, results_of

Read = Callable[..., list[Result]]
Law = Callable[[Result], None]


def read_bytes(
    data: bytes | str,
    name: str = "interview.txt",
    settings: Mapping[str, Any] | None = None,
    people: People | None = None,
) -> list[Result]:
    """Return what ingest makes of ``data`` under ``name``."""
    own = overlay(IngestSettings(), settings or {})
    raw = data.encode() if isinstance(data, str) else data
    file = RawFile(Path(name), name, Path(name).stem, "sha", "key", own)
    return list(results_of(file, raw, people or People()))


def check_law(result: Result) -> None:
    """Fail unless turns, labels and asides cover every character but white space once."""
    text = result.transcript.text
    covered = [0] * len(text)
    spans = [(aside.start, aside.end) for aside in outside(result.asides, result.turns)]
    last = 0
    for turn in result.turns:
        assert last <= turn.start < turn.end
        assert turn.text == text[turn.start : turn.end] == turn.text.strip()
        last = turn.end
        spans.append((turn.start, turn.end))
        if turn.label_start is not None and turn.label_end is not None:
            spans.append((turn.label_start, turn.label_end))
    for start, end in spans:
        for at in range(start, end):
            covered[at] += 1
    wrong = [at for at, char in enumerate(text) if not char.isspace() and covered[at] != 1]
    assert wrong == []
    for aside in result.asides:
        assert aside.text == text[aside.start : aside.end]
        around = [t for t in result.turns if t.start < aside.end and aside.start < t.end]
        if around:
            assert aside.kind in {"note", "time"}
            assert around[0].start <= aside.start < aside.end <= around[0].end


@pytest.fixture(scope="session")
def read() -> Read:
    """Return what reads bytes or a text as a file."""
    return read_bytes


@pytest.fixture(scope="session")
def law() -> Law:
    """Return what checks the law of coverage."""
    return check_law
