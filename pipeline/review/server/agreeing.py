"""How far coders agree, for the page: the figures of ``glossator agree``, and what lies behind."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from pipeline.core.corpus import Corpus
from pipeline.core.details import undecided
from pipeline.core.errors import ReviewError
from pipeline.core.records import Decision
from pipeline.core.spans import Span
from pipeline.review.desk import CODER
from pipeline.review.disputes import unfinished
from pipeline.review.facts import Place, segment_id
from pipeline.review.log.fold import DONE, UNSURE, YES, fold, independent
from pipeline.review.log.reader import Reader
from pipeline.review.server.bench import Bench
from pipeline.review.server.child import Child, Ended

PATIENCE_S = 5.0  # an answer that says "not yet" comes before a browser gives up
MEASURES = ("percent", "kappa", "alpha")
MOST_BEHIND = 50  # segments listed behind one code

Words = Mapping[str, frozenset[str]]  # yes and unsure: the codes of which a coder says so
Blind = Mapping[Place, Mapping[str, Words]]


class Agreement:
    """Asks ``glossator agree`` in a process of its own; one answer for one state of the log."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self._task: asyncio.Task[Ended] | None = None
        self._state: object = None

    async def figures(self, state: object) -> dict[str, Any] | None:
        """Return the figures, None while they are worked out.

        Raises
        ------
        ReviewError
            If there is nothing to compare yet; the message says what is missing.
        """
        if self._task is None or self._state != state:
            self._state = state
            self._task = asyncio.create_task(self._ask())
        with contextlib.suppress(TimeoutError):
            ended = await asyncio.wait_for(asyncio.shield(self._task), PATIENCE_S)
            if ended.is_done:
                return figures_of(json.loads(ended.output))
            self._task = None
            words = ended.last_words or f"it ended with code {ended.code}"
            raise ReviewError(words, code="E_AGREEMENT")
        return None

    async def _ask(self) -> Ended:
        child = await Child.start(("agree", str(self.corpus.folder), "--json"), self.corpus.root)
        return await child.wait(lambda *_: None)


def figures_of(found: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the page shows of the command's answer."""
    names = ("coders", "n_segments", "n_shared", "n_interviews", "method")
    return {name: found[name] for name in names} | {
        "codes": [
            {
                "code": row["code"],
                "advice": row["advice"],
                "band": row["band"],
                "n": row["segments"]["n_pairable"],
                "n_applied": row["segments"]["n_applied"],
                "prevalence": row["segments"]["prevalence"],
                **{name: row["segments"][name] for name in MEASURES},
            }
            for row in found["codes"]
        ]
    }


def check_ready(bench: Bench) -> None:
    """Raise `ReviewError` while the coder has work of their own that others share."""
    coder, seat = bench.work.coder, bench.work.seat
    shared = {place for place, names in seat.coders_at.items() if len(names) > 1 and coder in names}
    left = sum(segment_id(place) not in bench.done() for place in shared)
    if left:
        raise ReviewError(
            f"You and others share segments, and {left:,} of yours are not done. How far you agree "
            "is shown once they are, so that it does not sway you.",
            code="E_BLIND",
        )


def behind(bench: Bench) -> dict[str, list[dict[str, Any]]]:
    """Return by code the segments on which coders' first blind words differ, without names.

    Left out is what somebody still works on, and for a coder what they have not signed off.
    """
    log, coder = bench.log, bench.work.coder
    waiting = unfinished(log, coder)
    own = bench.done() if log.coders()[coder].role == CODER else None
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for place, words in sorted(blind_words(log).items()):
        span = Span(*place[1:])
        is_held = any(other.overlaps(span) for other in waiting.get(place[0], ()))
        is_unseen = own is not None and segment_id(place) not in own
        if len(words) < 2 or is_held or is_unseen or segment_id(place) not in bench.facts.segments:  # noqa: PLR2004  # nobody disagrees alone
            continue
        for code in differing(words):
            if len(found[code]) < MOST_BEHIND:
                found[code].append(told(bench, place, words, code))
    return found


def told(bench: Bench, place: Place, words: Mapping[str, Words], code: str) -> dict[str, Any]:
    """Return one segment on which a code is seen differently."""
    n_yes = sum(code in said[YES] for said in words.values())
    return {
        "transcript_id": place[0],
        "number": bench.number_of(place),
        "text": bench.segment(place).text,
        "n_yes": n_yes,
        "n_no": sum(code not in said[UNSURE] for said in words.values()) - n_yes,
    }


def differing(words: Mapping[str, Words]) -> list[str]:
    """Return the codes to which some say yes and others no."""
    codes = frozenset().union(*(said[YES] for said in words.values()))
    return sorted(
        code
        for code in codes
        if any(code not in said[YES] and code not in said[UNSURE] for said in words.values())
    )


def blind_words(log: Reader) -> Blind:
    """Return what coders said at their first blind completion, by place and coder."""
    rows = log.decisions()
    scripts = [name for name, coder in log.coders().items() if coder.kind != "person"]
    alone = independent(rows, scripts)
    by_coder: dict[tuple[str, str], list[Decision]] = defaultdict(list)
    for row in rows:
        if row.code is not None:
            by_coder[row.coder, row.transcript_id].append(row)
    found: dict[Place, dict[str, Words]] = defaultdict(dict)
    for row in rows:
        if row.act == DONE and row.decision_id in alone:
            place = (row.transcript_id, row.start, row.end)
            found[place][row.coder] = words_at(row, by_coder[row.coder, row.transcript_id])
    return found


def words_at(done: Decision, rows: Sequence[Decision]) -> Words:
    """Return the codes that a coder gave, or was unsure of, within a span when they finished it."""
    before = [row for row in rows if row.seq < done.seq and is_within(row, done)]
    verdicts: Iterable[tuple[str | None, str | None]] = (
        (thread[-1], item.verdict) for thread, item in fold(before).items()
    )
    said: dict[str, set[str]] = defaultdict(set)
    for code, verdict in verdicts:
        said[str(verdict)].add(str(code))
    doubted: Collection[str] = undecided(done)
    return {YES: frozenset(said[YES]), UNSURE: frozenset(said[UNSURE]) | frozenset(doubted)}


def is_within(row: Decision, done: Decision) -> bool:
    """Whether a decision stands on the span of a completion, or on a part of it."""
    return done.start <= row.start and row.end <= done.end
