"""First blind decisions of people -> ratings: who said what of each segment and code.

A coder's word on a segment is their state when they first finished it with nothing of the
machine's or of other coders' in view; the log has marked these acts. Later changes never count.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from pipeline.core.details import detail_of, undecided
from pipeline.core.records import Decision, Segment
from pipeline.stats.ratings import DONE, NOBODY, Marks, Spans, clusters, overlaps, pieces, rate

Array = np.ndarray[Any, Any]
Place = tuple[str, str, int, int]  # coder, transcript, start, end
Said = tuple[str, int, int, str, str | None, float]  # transcript, start, end, coder, code, value

VALUES: Mapping[str, float | None] = {
    "accept": 1.0,
    "add": 1.0,
    "reject": 0.0,
    "unsure": np.nan,
    "clear": None,
}
SIGHTED_MODES = frozenset({"adjudicate", "second-look"})


@dataclass(frozen=True)
class Rated:
    """Segments in scope and the blind marks of people on them, numbered.

    Attributes
    ----------
    segments
        In order of the text; interviewers' turns are not among them unless the settings say so.
    codes, coders
        Names of the numbers in ``marks``; every codable code, used or not.
    transcripts
        Names of the numbers in ``spans`` and ``marks``.
    spans
        Where the segments lie.
    marks
        What people did on spans, finished spans among it.
    interview
        (segments,) the interview of each: transcripts that share a participant are one.
    codebook_versions
        Of the decisions that are used.
    n_stale
        Blind decisions left out, since their words have changed or their transcript is gone.
    """

    segments: tuple[Segment, ...]
    codes: tuple[str, ...]
    coders: tuple[str, ...]
    transcripts: tuple[str, ...]
    spans: Spans
    marks: Marks
    interview: Array
    codebook_versions: tuple[str, ...]
    n_stale: int

    @cached_property
    def ratings(self) -> Array:
        """(codes, coders, segments): 1, 0 or nan."""
        return rate(self.spans, self.marks, len(self.coders), len(self.codes))

    @cached_property
    def by_characters(self) -> tuple[Array, Array, Array]:
        """Ratings of runs of characters, the interview of each run, and its length."""
        met, _, _ = overlaps(self.spans, self.marks.spans)  # the rest says nothing, and is much
        parts = pieces(self.spans[np.unique(met)], self.marks)
        of_transcript = np.zeros(len(self.transcripts), dtype=int)
        of_transcript[self.spans.transcript] = self.interview
        ratings = rate(parts, self.marks, len(self.coders), len(self.codes))
        return ratings, of_transcript[parts.transcript], parts.length

    @property
    def is_by_segment(self) -> bool:
        """Whether every finished or coded span is a whole segment."""
        known = {(row.transcript_id, row.start, row.end) for row in self.segments}
        spans = self.marks.spans
        rows = zip(spans.transcript, spans.start, spans.end, strict=True)
        return all((self.transcripts[t], int(start), int(end)) in known for t, start, end in rows)


def rated(
    segments: Iterable[Segment],
    decisions: Sequence[Decision],
    texts: Mapping[str, str],
    codes: Sequence[str],
) -> Rated:
    """Return what people said of segments and codes before anything could sway them.

    Parameters
    ----------
    segments
        Those in scope.
    decisions
        All rows of the table of decisions.
    texts
        Today's texts by transcript id: a decision whose words have changed is left out.
    codes
        Paths of the codable codes; codes that only decisions name are put behind them.
    """
    segments = tuple(sorted(segments, key=lambda row: (row.transcript_id, row.start)))
    blind = [row for row in decisions if row.independent and row.act == "done"]
    fresh = [row for row in blind if stands(row, texts)]
    said = list(words_of(fresh, decisions, texts))
    names = sorted({row.transcript_id for row in segments} | {one[0] for one in said})
    strangers = sorted({one[4] for one in said if one[4] is not None} - set(codes))
    coders = tuple(sorted({one[3] for one in said}))
    number = {name: n for n, name in enumerate(names)}
    return Rated(
        segments,
        (*codes, *strangers),
        coders,
        tuple(names),
        spans_of(((row.transcript_id, row.start, row.end) for row in segments), number),
        marks_of(said, number, coders, (*codes, *strangers)),
        interviews(segments, number),
        tuple(sorted({row.codebook_version for row in fresh})),
        len(blind) - len(fresh),
    )


def stands(row: Decision, texts: Mapping[str, str]) -> bool:
    """Whether the words that ``row`` was decided on are still there."""
    text = texts.get(row.transcript_id)
    if text is None:
        return False
    if row.quote is not None:
        return text[row.start : row.end] == row.quote
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() == row.text_sha256


def words_of(
    dones: Iterable[Decision], decisions: Iterable[Decision], texts: Mapping[str, str]
) -> Iterable[Said]:
    """Yield each blind completion and what the coder then said of codes on and within its span.

    A code on a part of a segment counts for the completion of the segment, unless that part was
    finished by itself; where it was coded in view of suggestions, the coder's word is missing.
    """
    rows = [row for row in sorted(decisions, key=lambda row: row.seq) if stands(row, texts)]
    finished = {place_of(row) for row in rows if row.act == "done"}
    threads: dict[tuple[Place, str], list[Decision]] = defaultdict(list)
    for row in rows:
        if row.code is not None:
            threads[place_of(row), row.code].append(row)
    whole: dict[Place, list[Sequence[Decision]]] = defaultdict(list)
    parts: dict[tuple[str, str], list[Sequence[Decision]]] = defaultdict(list)
    for (place, _), thread in threads.items():
        (whole[place] if place in finished else parts[place[:2]]).append(thread)
    for done in dones:
        yield said_of(done, done, None, np.nan)
        yield from (said_of(done, done, code, np.nan) for code in undecided(done))
        near = [one for one in parts[place_of(done)[:2]] if meets(one[0], done)]
        for rows_of_code in (*whole[place_of(done)], *near):
            value = state_of(row for row in rows_of_code if row.seq < done.seq)
            if value is not None:
                yield said_of(done, rows_of_code[0], rows_of_code[0].code, value)


def meets(one: Decision, other: Decision) -> bool:
    """Whether two spans of one transcript share a character."""
    return one.start < other.end and other.start < one.end


def state_of(rows: Iterable[Decision]) -> float | None:
    """Return what stands after ``rows`` of one coder on one span and code, None if nothing.

    An undo brings back what stood before the act that it names. Any act in view of suggestions or
    of others makes the word a missing one (nan).
    """
    before: dict[str, float | None] = {}
    value: float | None = None
    is_sighted = False
    for row in rows:
        before[row.decision_id] = value
        is_sighted |= row.suggestion_visible or row.mode in SIGHTED_MODES
        if row.act == "undo":
            value = before.get(str(detail_of(row).get("undoes", row.parent_id)), value)
        elif row.act in VALUES:
            value = VALUES[row.act]
    return np.nan if is_sighted and value is not None else value


def place_of(row: Decision) -> Place:
    """Return who decided and where."""
    return row.coder, row.transcript_id, row.start, row.end


def said_of(done: Decision, row: Decision, code: str | None, value: float) -> Said:
    """Return one word of a coder; ``code`` is None for a finished span."""
    return row.transcript_id, row.start, row.end, done.coder, code, value


def spans_of(places: Iterable[tuple[str, int, int]], number: Mapping[str, int]) -> Spans:
    """Return passages as arrays."""
    rows = [(number[name], start, end) for name, start, end in places]
    return Spans(*np.array(rows, dtype=int).reshape(-1, 3).T)


def marks_of(
    said: Sequence[Said], number: Mapping[str, int], coders: Sequence[str], codes: Sequence[str]
) -> Marks:
    """Return what was said as arrays; the same word twice is one."""
    who = {name: n for n, name in enumerate(coders)}
    what: dict[str | None, int] = {None: DONE, **{name: n for n, name in enumerate(codes)}}
    return Marks(
        spans_of((one[:3] for one in said), number),
        np.array([who[one[3]] for one in said], dtype=int),
        np.array([what[one[4]] for one in said], dtype=int),
        np.array([one[5] for one in said], dtype=float),
    )


def interviews(segments: Sequence[Segment], number: Mapping[str, int]) -> Array:
    """Return the interview of each segment: its transcript, and all that share a participant."""
    people = {
        name: n for n, name in enumerate(sorted({row.participant_id or "" for row in segments}))
    }
    people[""] = NOBODY
    transcript = np.array([number[row.transcript_id] for row in segments], dtype=int)
    person = np.array([people[row.participant_id or ""] for row in segments], dtype=int)
    found: Array = clusters(transcript, person, len(number))[transcript]
    return found
