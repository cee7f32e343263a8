"""Opens the bench of a coder: who they are, what there is to review, and the round they work in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from pipeline.core.corpus import Corpus
from pipeline.core.errors import InputError, ReviewError
from pipeline.core.records import Segment, Turn
from pipeline.core.spans import Span
from pipeline.core.tables import read_rows
from pipeline.review.facts import read_facts
from pipeline.review.log.fold import SHOWN
from pipeline.review.log.rows import utc_now
from pipeline.review.log.store import Log, open_log, unknown_coder
from pipeline.review.queue import Plan, default_round
from pipeline.review.server.bench import Bench, Work


def open_bench(corpus: Corpus, coder: str, mode: str) -> Bench:
    """Return the bench of a coder, with the default round written down.

    Raises
    ------
    ReviewError
        If nobody added the coder, or it is a program.
    InputError
        If there are no segments yet.
    """
    check_corpus(corpus)
    facts = read_facts(corpus)
    turns = read_rows(corpus.table("turns"), Turn)
    if not corpus.log.exists():
        raise unknown_coder(coder, ())
    log = open_log(corpus.log)
    try:
        check_coder(log, coder)
        return Bench(log, default_work(log, Work(corpus, facts, turns, coder, mode, "", ())))
    except BaseException:
        log.close()
        raise


def default_work(log: Log, work: Work) -> Work:
    """Return ``work`` in its default round, which is written down."""
    facts, seed = work.facts, work.corpus.settings().seed
    plan = Plan(work.coder, work.mode, seed, facts.model_id, facts.codebook.version_id)
    segments = list(facts.segments.values())
    with log.writing():
        seen = shown_to(log, work.coder, segments)
        found = default_round(segments, plan, log.rounds(), seen, utc_now())
        return replace(work, round_id=log.add_round(found), assignments=found.assignments)


def check_corpus(corpus: Corpus) -> None:
    """Raise `InputError` unless the corpus is cut into segments."""
    if not corpus.table("segments").exists():
        raise InputError(
            f"{corpus.name}: there is nothing to review yet. Type 'glossator run {corpus.name}'.",
            code="E_NO_SEGMENTS",
        )


def check_coder(log: Log, coder: str) -> None:
    """Raise `ReviewError` unless ``coder`` is a person who may decide."""
    found = log.coders().get(coder)
    if found is None:
        raise unknown_coder(coder, log.coders())
    if found.kind != "person":
        raise ReviewError(
            f"{coder}: is a program; the page is for people. Use 'glossator decide --from FILE'.",
            code="E_CODER",
        )


def shown_to(log: Log, coder: str, segments: Sequence[Segment]) -> frozenset[str]:
    """Return the ids of segments of whose words any suggestion was ever delivered to the coder."""
    spans: dict[str, list[Span]] = defaultdict(list)
    seen = log.select(
        'WHERE "coder" = ? AND ("act" = ? OR "suggestion_visible" = 1)', (coder, SHOWN)
    )
    for row in seen:
        spans[row.transcript_id].append(Span(row.start, row.end))
    return frozenset(
        segment.segment_id
        for segment in segments
        if any(
            span.overlaps(Span(segment.start, segment.end)) for span in spans[segment.transcript_id]
        )
    )
