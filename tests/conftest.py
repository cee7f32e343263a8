"""Settings for all tests, and a small study that several rooms' tests code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from pipeline.core.corpus import Corpus

# no deadline: the first example loads spaCy or Arrow. The same draws in every run, so that a test
# fails by what was changed; `pytest --hypothesis-profile explore` draws others
settings.register_profile("glossator", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None)
settings.load_profile("glossator")

Study = Callable[..., "Corpus"]
FILLERS = 800  # so many passages that the audit sample is a share, not everything
BOOK = """
codebook: mini
version: "1"
codes:
  - id: weather
    codable: false
    codes:
      - {id: rain, name: Rain falls, definition: Water from above., include: [Use for showers.]}
      - {id: sun, name: Sun shines, definition: Light from above., color: "#b8860b"}
  - {id: work, name: Work, definition: What people do for a living.}
  - {id: hostile, name: "<img src=x onerror=alert(1)>", definition: "</script><b>bold</b>"}
"""


@pytest.fixture(scope="session")
def study() -> Study:
    """Return a way to make a corpus of one interview, and a long document to draw samples from."""

    def make(folder: Path, passages: Sequence[str], *, coders: Sequence[str] = ("ana",)) -> Corpus:
        return make_study(folder, passages, coders)

    return make


def make_study(folder: Path, passages: Sequence[str], coders: Sequence[str]) -> Corpus:
    """Lay out the corpus; each passage is an answer, before which somebody asks something."""
    from pipeline.core.corpus import Corpus
    from pipeline.core.records import Transcript
    from pipeline.review.corpus_log import add_coder

    made = Corpus(folder, "pilot")
    made.build.mkdir(parents=True)
    made.config.parent.mkdir()
    made.config.write_text('codebook = "mini"\n')
    (folder / "configs/codebooks").mkdir()
    (folder / "configs/codebooks/mini.yaml").write_text(BOOK)
    talk = [line for passage in passages for line in ("Go on?", passage)]
    rows: list[Any] = []
    for name, lines in (("int-1", talk), ("long", [f"Line {n}." for n in range(FILLERS)])):
        text = "\n".join(lines)
        starts = [0, *(sum(len(line) + 1 for line in lines[: n + 1]) for n in range(len(lines)))]
        spans = [(start, after - 1) for start, after in pairwise(starts)]
        rows.append((Transcript(name, f"{name}.txt", "", "interview", text), spans))
    lay_study(made, rows)
    for coder in coders:
        add_coder(made, coder)
    return made


def lay_study(made: Corpus, rows: Sequence[Any]) -> None:
    """Write the tables of the stages before review."""
    from pipeline.core.records import Evidence, Segment, Suggestion, Turn

    turns, segments, suggestions = [], [], []
    for transcript, spans in rows:
        for number, (start, end) in enumerate(spans, 1):
            words = transcript.text[start:end]
            is_asked = words == "Go on?"
            who = (
                "I" if is_asked else "<b>Ana</b>",
                None if is_asked else "P1",
                "interviewer" if is_asked else "person",
                start,
                end,
            )
            name = transcript.transcript_id
            turns.append(Turn(name, number, *who, None, None, "exact", words))
            if is_asked:
                continue
            row = Segment(f"{name}:{start}-{end}", name, number, *who, words)
            segments.append(row)
            first = Evidence(start, start + len(words.split()[0]), 1.0, "word")
            other = Evidence(start, end, 0.5, 'near accepted: secret turn 3 "Somebody else"')
            suggestions += [
                Suggestion(row.segment_id, code, score, rank, (first, other), "m-1", "1+0")
                for rank, (code, score) in enumerate(
                    (("weather.rain", 0.8125), ("work", 0.4375)), 1
                )
            ]
    lay_tables(made, [row for row, _ in rows], turns, segments, suggestions)


def lay_tables(made: Corpus, *tables: Sequence[Any]) -> None:
    """Write one table each, in the order of the stages."""
    from pipeline.core.receipts import Receipt
    from pipeline.core.tables import to_table, write_table

    for stage, rows in zip(
        ("transcripts", "turns", "segments", "suggestions"), tables, strict=True
    ):
        receipt = Receipt(stage, model_id="m-1")
        write_table(made.table(stage), to_table(rows, type(rows[0])), receipt)
