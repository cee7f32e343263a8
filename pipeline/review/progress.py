"""How far review has come, for ``glossator status``."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.corpus import Corpus
from pipeline.core.records import Decision, Segment
from pipeline.core.spans import Span
from pipeline.core.tables import read_rows
from pipeline.review.consensus import ballots_of
from pipeline.review.facts import read_texts
from pipeline.review.log.fold import CONFLICT, DONE, SHOWN, fold
from pipeline.review.log.rows import Coder
from pipeline.review.log.store import open_log
from pipeline.review.projection import NOWHERE, covers
from pipeline.review.queue import rule_of
from pipeline.review.votes import DISPUTED


@dataclass(frozen=True, slots=True)
class CoderProgress:
    """How far one coder has come; ``n_done`` counts today's segments that they signed off."""

    coder: Coder
    n_decisions: int
    n_done: int


@dataclass(frozen=True, slots=True)
class Progress:
    """How far review has come.

    ``n_done`` counts segments that somebody signed off, ``n_double_coded`` those that two persons
    or more did; ``n_disputed`` codes on a span that coders see differently (on
    ``n_disputed_spans`` spans, which wait for an adjudicator), ``n_stale`` decisions whose words
    have changed, ``n_conflicts`` threads where one coder contradicts themselves.
    """

    coders: tuple[CoderProgress, ...] = ()
    n_decisions: int = 0
    n_segments: int = 0
    n_done: int = 0
    n_double_coded: int = 0
    n_disputed: int = 0
    n_disputed_spans: int = 0
    n_stale: int = 0
    n_conflicts: int = 0


def progress(corpus: Corpus) -> Progress:
    """Return how far review of ``corpus`` has come; without a log, nowhere.

    Raises
    ------
    GlossatorError
        If the log or a table is damaged.
    """
    path = corpus.table("segments")
    segments = read_rows(path, Segment) if path.exists() else []
    if not corpus.log.exists():
        return Progress(n_segments=len(segments))
    with open_log(corpus.log) as log:
        rows = [row for row in log.decisions() if row.act != SHOWN]
        coders = log.coders()
        rules = {name: rule_of(found) for name, found in log.rounds().items()}
    texts = read_texts(corpus) if corpus.table("transcripts").exists() else None
    ballots, skipped = ballots_of(rows, texts)
    done = segments_done(rows, segments)
    disputed = [
        (ballot.transcript_id, result.span)
        for ballot in ballots
        for result in ballot.results(rules=rules)
        if result.status == DISPUTED
    ]
    persons = {name for name, coder in coders.items() if coder.kind == "person"}
    times = Counter(name for coder, found in done.items() if coder in persons for name in found)
    return Progress(
        coders=tuple(
            CoderProgress(
                coders[name], sum(row.coder == name for row in rows), len(done.get(name, ()))
            )
            for name in sorted(coders)
        ),
        n_decisions=len(rows),
        n_segments=len(segments),
        n_done=len(set().union(*done.values())),
        n_double_coded=sum(count > 1 for count in times.values()),
        n_disputed=len(disputed),
        n_disputed_spans=len(set(disputed)),
        n_stale=len(skipped),
        n_conflicts=sum(item.verdict == CONFLICT for item in fold(rows).values()),
    )


def segments_done(
    rows: Iterable[Decision], segments: Sequence[Segment]
) -> dict[str, Collection[str]]:
    """Return the segments that each coder has signed off, as they are or in a larger span."""
    done: dict[str, dict[str, list[Span]]] = defaultdict(lambda: defaultdict(list))
    for item in fold(rows).values():
        if item.verdict == DONE:
            coder, transcript_id, start, end, _ = item.thread
            done[coder][transcript_id].append(Span(start, end))
    found = {coder: segments_within(spans, segments) for coder, spans in done.items()}
    return {coder: names for coder, names in found.items() if names}


def segments_within(
    done: Mapping[str, Iterable[Span]], segments: Iterable[Segment]
) -> frozenset[str]:
    """Return the segments that are, or lie in, a span that was signed off in their transcript."""
    held = covers(done)
    return frozenset(
        row.segment_id
        for row in segments
        if held.get(row.transcript_id, NOWHERE).holds(Span(row.start, row.end))
    )
