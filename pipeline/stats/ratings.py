"""Spans that coders finished and coded -> who said 1, 0 or nothing of each segment and code.

Everything is numbered from 0: transcripts, coders, codes, participants. Offsets are half-open.
A segment that a coder finished without a code is a 0; one not finished is missing (nan).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

DONE = -1  # in place of a code: the coder finished this span
NOBODY = -1  # in place of a participant


@dataclass(frozen=True, slots=True)
class Spans:
    """Passages: three integer arrays of one length, in characters of each transcript."""

    transcript: Array
    start: Array
    end: Array

    def __len__(self) -> int:
        return len(self.start)

    def __getitem__(self, which: Array) -> Spans:
        return Spans(self.transcript[which], self.start[which], self.end[which])

    @property
    def length(self) -> Array:
        """Number of characters of each."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Marks:
    """What coders did on spans.

    ``code`` is the code's number, or `DONE`; ``value`` is 1 applied, 0 refused, nan unsure (not
    read where ``code`` is `DONE`). All of the length of ``spans``.
    """

    spans: Spans
    coder: Array
    code: Array
    value: Array


def rate(segments: Spans, marks: Marks, n_coders: int, n_codes: int) -> Array:
    """Return the ratings (n_codes, n_coders, n_segments): 1 applied, 0 not, nan missing.

    A coder has finished a segment if their finished spans cover more than half of it: a finished
    sentence does not finish the paragraph around it. A code speaks for a finished segment if they
    share more than half of the shorter of the two; yes goes before unsure, unsure before no.

    Parameters
    ----------
    segments
        Passages that do not overlap one another, in any order.
    marks
        What the coders did; only what is independent of the machine and of each other.
    n_coders, n_codes
        How many there are, used or not.
    """
    is_done = marks.code == DONE
    ratings = np.full((n_codes, n_coders, len(segments)), np.nan)
    for coder in range(n_coders):
        done = merged(marks.spans[is_done & (marks.coder == coder)])
        number, _, shared = overlaps(segments, done)
        covered = np.bincount(number, shared, minlength=len(segments))
        ratings[:, coder, 2 * covered > segments.length] = 0
    is_told = ~is_done & (marks.value != 0)
    told = np.flatnonzero(is_told)
    segment, mark, shared = overlaps(segments, marks.spans[is_told])
    shorter = np.minimum(segments.length[segment], marks.spans.length[told[mark]])
    speaks = 2 * shared > shorter
    segment, mark = segment[speaks], told[mark[speaks]]
    place = marks.code[mark], marks.coder[mark], segment
    is_finished = ~np.isnan(ratings[place])
    for is_yes, value in ((False, np.nan), (True, 1.0)):
        use = is_finished & ((marks.value[mark] == 1) == is_yes)
        ratings[tuple(axis[use] for axis in place)] = value
    return ratings


def overlaps(segments: Spans, spans: Spans) -> tuple[Array, Array, Array]:
    """Return each meeting of a segment and a span: their numbers, and the characters they share.

    ``segments`` must not overlap one another; ``spans`` may.
    """
    step = step_of(segments, spans)
    start, end = segments.transcript * step + segments.start, segments.transcript * step
    end = end + segments.end
    order = np.argsort(start, kind="stable")
    start, end = start[order], end[order]
    left, right = spans.transcript * step + spans.start, spans.transcript * step + spans.end
    first = np.searchsorted(end, left, side="right")
    n_met = np.maximum(np.searchsorted(start, right, side="left") - first, 0)
    span = np.repeat(np.arange(len(spans)), n_met)
    nth = np.arange(len(span)) - np.repeat(np.cumsum(n_met) - n_met, n_met)
    place = first[span] + nth
    shared = np.minimum(end[place], right[span]) - np.maximum(start[place], left[span])
    return order[place], span, shared


def merged(spans: Spans) -> Spans:
    """Return the same characters as spans that neither overlap nor touch."""
    step = step_of(spans)
    start, end = spans.transcript * step + spans.start, spans.transcript * step + spans.end
    order = np.argsort(start, kind="stable")
    start, reach = start[order], np.maximum.accumulate(end[order])
    is_first = np.ones(len(start), dtype=bool)
    is_first[1:] = start[1:] > reach[:-1]
    firsts = np.flatnonzero(is_first)
    lasts = np.append(firsts[1:], len(start))[: len(firsts)] - 1
    return Spans(start[firsts] // step, start[firsts] % step, reach[lasts] % step)


def pieces(segments: Spans, marks: Marks) -> Spans:
    """Return ``segments`` cut wherever a mark begins or ends: what lies within is all alike.

    Rated by `rate` and weighted by their length they are the view by characters.
    """
    step = step_of(segments, marks.spans)
    both = (segments, marks.spans)
    edges = [part.transcript * step + side for part in both for side in (part.start, part.end)]
    points = np.unique(np.concatenate(edges))
    start = np.sort(edges[0])
    end = np.sort(edges[1])
    place = np.searchsorted(start, points, side="right") - 1
    inside = place >= 0
    inside[inside] &= points[inside] < end[place[inside]]
    numbers = np.flatnonzero(inside)
    left, right = points[numbers], points[numbers + 1] if len(numbers) else points[:0]
    return Spans(left // step, left % step, right - left // step * step)


def step_of(*parts: Spans) -> int:
    """Return a distance wider than any transcript, which lays them all on one line."""
    return 1 + max((int(part.end.max()) for part in parts if len(part)), default=0)


def clusters(transcript: Array, participant: Array, n_transcripts: int) -> Array:
    """Return the interview (cluster) of each transcript, numbered from 0.

    Transcripts in which the same participant speaks are one interview: the connected parts of the
    graph of transcripts and participants.

    Parameters
    ----------
    transcript, participant
        Who speaks where: of one length; `NOBODY` where no participant is known. Leave interviewers
        out, or they tie everything together.
    n_transcripts
        How many transcripts there are.
    """
    known = participant >= 0
    transcript, participant = transcript[known], participant[known]
    label = np.arange(n_transcripts)
    before = np.full(n_transcripts, -1)
    while not np.array_equal(label, before):
        before = label.copy()
        least = np.full(participant.max(initial=NOBODY) + 1, n_transcripts)
        np.minimum.at(least, participant, label[transcript])
        np.minimum.at(label, transcript, least[participant])
    return np.unique(label, return_inverse=True)[1].reshape(-1)
