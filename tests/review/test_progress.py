"""How far review has come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.core.corpus import Corpus
from pipeline.core.records import Decision, Transcript
from pipeline.core.tables import Noun
from pipeline.review.desk import Ask
from pipeline.review.log.rows import Coder, hash_of
from pipeline.review.log.store import open_log
from pipeline.review.progress import CoderProgress, Progress, progress
from pipeline.review.scripted import decide_one

LATER = "int-1:16-70"


def test_segments_are_counted_by_who_signed_them_off(corpus: Corpus) -> None:
    """Done alone, twice, disputed; a program's done counts, but not as a second coder's."""
    for coder, segment in (
        ("ana", "int-1:0-15"),
        ("ana", LATER),
        ("ben", "int-1:0-15"),
        ("robot", LATER),
    ):
        decide_one(corpus, coder, segment, Ask("done"))
    decide_one(corpus, "ana", "int-1:0-15", Ask("add", "weather.sun"))

    found = progress(corpus)

    assert (4, 2, 1) == (found.n_segments, found.n_done, found.n_double_coded)
    assert [("ana", 3, 2), ("ben", 1, 1), ("robot", 1, 1)] == [
        (item.coder.coder, item.n_decisions, item.n_done) for item in found.coders
    ]
    assert (5, 1, 0, 0) == (
        found.n_decisions, found.n_disputed, found.n_stale, found.n_conflicts
    )  # fmt: skip


def test_a_larger_span_that_was_done_covers_its_segments(
    corpus: Corpus, draft: Callable[..., Decision]
) -> None:
    """Segments cut anew inside a span that was signed off count as done; across its edge not."""
    with open_log(corpus.log) as log:
        log.append([draft("done", start=0, end=69), draft("done", coder="ben", start=2, end=70)])

    assert [1, 1, 0] == [item.n_done for item in progress(corpus).coders]
    assert (2, 0) == (progress(corpus).n_done, progress(corpus).n_double_coded)


def test_what_waits_for_a_person_is_counted(
    corpus: Corpus,
    draft: Callable[..., Decision],
    lay: Callable[[Path, Sequence[Noun]], None],
) -> None:
    """Conflicts of one coder with themselves, and decisions whose words have changed."""
    rows = [draft("add", "rain"), draft("reject", "rain"), draft("add", "sun")]
    with open_log(corpus.log) as log:
        log.adopt([replace(row, hash=hash_of(row)) for row in rows], {})
    lay(corpus.table("transcripts"), [Transcript("int-1", "a", "", "interview", "We rent rooms.")])

    found = progress(corpus)

    assert (1, 1) == (found.n_conflicts, found.n_stale)


def test_before_anything_there_is_nothing(corpus: Corpus) -> None:
    """Without a log, without segments, without texts: numbers, not errors."""
    for stage in ("segments", "transcripts"):
        corpus.table(stage).unlink()
    empty = progress(corpus)
    corpus.log.unlink()

    assert Progress() == progress(corpus)
    assert CoderProgress(Coder("ana", "person", "coder"), 0, 0) == empty.coders[0]
