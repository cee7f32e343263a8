"""What the review room's tests share: texts, and decisions made from a few words."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.core.records import Decision
from pipeline.review.log.rows import Coder, sha256_of_text
from pipeline.review.log.store import Log, create_log

Drafter = Callable[..., Decision]

TEXTS = {
    "int-1": "We share rooms. Nobody pays for them. 🌧 It rains, and still they come.",
    "int-2": "I was laid off in May. They kept my desk for a year.",
}


def make_draft(
    act: str, code: str | None = None, *, parent: str | None = None, **cells: object
) -> Decision:
    """Return a decision that the log has not taken yet; ``cells`` replace any column."""
    transcript_id = str(cells.get("transcript_id", "int-1"))
    start, end = int(str(cells.get("start", 0))), int(str(cells.get("end", 15)))
    values = {
        **dict.fromkeys(name for name, kind in Decision.COLUMNS.items() if kind.endswith("?")),
        "seq": 0,
        "decision_id": str(uuid.uuid4()),
        "parent_id": parent,
        "coder": "ana",
        "role": "coder",
        "act": act,
        "transcript_id": transcript_id,
        "start": start,
        "end": end,
        "quote": TEXTS[transcript_id][start:end],
        "text_sha256": sha256_of_text(TEXTS[transcript_id]),
        "code": code,
        "codebook_version": "1+00000000",
        "mode": "blind-first",
        "suggestion_visible": False,
        "surface": "command",
        "decided_at": "2026-01-02T03:04:05.000Z",
        **dict.fromkeys(("recorded_at", "package_version", "prev_hash", "hash"), ""),
        "independent": False,
        **cells,
    }
    return Decision(**values)  # type: ignore[arg-type]  # a table of columns


@pytest.fixture(scope="session")
def draft() -> Drafter:
    """Return `make_draft`."""
    return make_draft


@pytest.fixture(scope="session")
def texts() -> dict[str, str]:
    """Return today's texts."""
    return dict(TEXTS)


@pytest.fixture(scope="session")
def new_log() -> Callable[[Path], Log]:
    """Return a way to make a log in which ana, ben and a program may decide."""

    def make(path: Path) -> Log:
        log = create_log(path, "pilot")
        for coder in (Coder("ana", "person", "coder"), Coder("ben", "person", "coder")):
            log.add_coder(coder)
        log.add_coder(Coder("robot", "script", "coder"))
        return log

    return make


@pytest.fixture
def log(tmp_path: Path, new_log: Callable[[Path], Log]) -> Iterator[Log]:
    """Yield an open, empty log."""
    with new_log(tmp_path / "review.sqlite") as found:
        yield found


@pytest.fixture
def other(tmp_path: Path, new_log: Callable[[Path], Log]) -> Iterator[Log]:
    """Yield the open, empty log of another machine."""
    with new_log(tmp_path / "other" / "review.sqlite") as found:
        yield found
