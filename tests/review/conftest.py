"""What the review room's tests share: texts, and decisions made from a few words."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from pipeline.core.corpus import Corpus
from pipeline.core.receipts import Part, Receipt, digest_of
from pipeline.core.records import Decision, Segment, Suggestion, Transcript, Turn
from pipeline.core.tables import Noun, to_table, transcript_of, write_table
from pipeline.review.corpus_log import add_coder
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


CODEBOOK = """
codebook: mini
version: "1"
codes:
  - id: weather
    codable: false
    codes:
      - {id: rain, name: Rain falls, definition: Water from above.}
      - {id: sun, name: Sun shines, definition: Light from above.}
  - {id: work, name: Work, definition: What people do for a living.}
"""


@pytest.fixture(scope="session")
def lay() -> Callable[[Path, Sequence[Noun]], None]:
    """Return `lay_table`."""
    return lay_table


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Return a corpus of two transcripts, four segments, some suggestions and three coders."""
    made = Corpus(tmp_path_factory.mktemp("template") / "project", "pilot")
    made.build.mkdir(parents=True)
    made.config.parent.mkdir()
    made.config.write_text('codebook = "mini"\n')
    (made.root / "configs" / "codebooks").mkdir()
    (made.root / "configs" / "codebooks" / "mini.yaml").write_text(CODEBOOK)
    lay_tables(made, TEXTS)
    for name, kind in (("ana", "person"), ("ben", "person"), ("robot", "script")):
        add_coder(made, name, kind)
    return made


@pytest.fixture
def corpus(tmp_path: Path, template: Corpus) -> Corpus:
    """Return a corpus in which ana, ben and a program may decide."""
    shutil.copytree(template.root, tmp_path / "project")
    return Corpus(tmp_path / "project", template.name)


def lay_tables(made: Corpus, texts: Mapping[str, str]) -> None:
    """Write the tables of the stages before review, for the given texts."""
    transcripts = [Transcript(name, f"{name}.txt", "", "interview", texts[name]) for name in texts]
    turns, segments = [], []
    for name, text in texts.items():
        middle = text.index(". ") + 2
        for number, (start, end) in enumerate(((0, middle - 1), (middle, len(text))), 1):
            who = ("Ana", f"P-{name}", "participant")
            words = text[start:end]
            turns.append(Turn(name, number, *who, start, end, None, None, "exact", words))
            segments.append(Segment(f"{name}:{start}-{end}", name, number, *who, start, end, words))
    first = segments[0]
    suggestions = [
        Suggestion(first.segment_id, "weather.rain", 0.75, 1, (), "m-1", "1+0"),
        Suggestion(first.segment_id, "work", 0.5, 2, (), "m-1", "1+0"),
        Suggestion(segments[2].segment_id, "work", 0.25, 1, (), "m-1", "1+0"),
    ]
    for stage, rows in (
        ("transcripts", transcripts),
        ("turns", turns),
        ("segments", segments),
        ("suggestions", suggestions),
    ):
        lay_table(made.table(stage), rows)


def lay_table(path: Path, rows: Sequence[Noun]) -> None:
    """Write one table with a receipt that knows its transcripts."""
    names = sorted({transcript_of(row) for row in rows})
    parts = {
        name: Part("key", digest_of(row for row in rows if transcript_of(row) == name))
        for name in names
    }
    receipt = Receipt(path.stem, model_id="m-1", parts=parts)
    write_table(path, to_table(rows, type(rows[0])), receipt)
