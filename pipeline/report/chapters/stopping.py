"""Whether reading may stop: what was found of each code, and what it takes to be sure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline.exchange.workbook import Sheet
from pipeline.report.figures.curves import Curve, found_figure
from pipeline.report.page import (
    DASH,
    NUMBER,
    Chapter,
    Entry,
    Figure,
    Line,
    Note,
    Paragraph,
    Table,
    counted,
    number,
)
from pipeline.report.progress import read_so_far
from pipeline.report.study import Study
from pipeline.stats.stopping import USUAL, at_best, indicative

Array = np.ndarray[Any, Any]
MOST_CURVES = 3  # of single codes, beside that of all
HEADS = ("Code", "Found", "Last at", "Indicative p", "Read at best")


@dataclass(frozen=True, slots=True)
class Reading:
    """One code: how often it was ``found``, at which segment ``last``, and what is still wanted.

    ``p`` is the indicative p; ``more`` random segments are read at best before a first formal check
    can promise the target; None where nothing is left to read.
    """

    code: str
    found: int
    last: int
    p: float | None
    more: int | None


def stopping_chapter(study: Study) -> Chapter:
    """Return how far reading has come, code by code, or why nothing can be said."""
    title = "When reading may stop"
    applied = read_so_far(study)
    n, n_read = len(study.segments), applied.shape[1]
    rows = readings(study, applied, n)
    if not rows:
        why = "no segment was finished" if not n_read else "no code was found in what was finished"
        return Chapter("stopping", title, [Note(f"Nothing can be said yet: {why}. Go on coding.")])
    return Chapter(
        "stopping",
        title,
        [Paragraph(words(rows, n_read, n)), figure(study, applied, rows), table(study, rows)],
    )


def readings(study: Study, applied: Array, n: int) -> list[Reading]:
    """Return the codes that were found, those that want most reading first."""
    unread = n - applied.shape[1]
    found = []
    for code, row in zip(study.code_names, applied, strict=True):
        if row.any():
            hits = int(row.sum())
            more = at_best(hits, unread, USUAL.level(1)) if unread else None
            last = int(np.flatnonzero(row)[-1]) + 1
            found.append(Reading(code, hits, last, indicative(row, n), more))
    return sorted(found, key=lambda one: (-(one.more or 0), -(one.p or 0), one.code))


def words(rows: list[Reading], n_read: int, n: int) -> str:
    """Return what the check says and what it does not."""
    read = f"{n_read:,} of {counted(n, 'segment')} were finished."
    if n_read == n:
        return f"{read} There is nothing left to read, and so nothing to stop for."
    met = sum(row.p is not None and row.p < 1 - USUAL.confidence for row in rows)
    return (
        f"{read} Of {counted(len(rows), 'code')} found so far, {met} seem to be found to at least "
        f"{USUAL.target:.0%} (indicative check, after Callaghan & Müller-Hansen 2020): a hint, "
        "because it treats what was read last as a random draw and does not pay for repeated "
        "looks. To be sure, read as many further segments as the table says, drawn at random and "
        "coded blind; if the code is not among them, the promise holds. What coders overlooked is "
        "not covered."
    )


def figure(study: Study, applied: Array, rows: list[Reading]) -> Figure:
    """Return the share of today's finds that had been made after each segment."""
    index = {code: n for n, code in enumerate(study.code_names)}
    curves = [
        Curve("all codes", shares(applied.sum(axis=0))),
        *(
            Curve(study.code_names[row.code], shares(applied[index[row.code]]))
            for row in rows[:MOST_CURVES]
        ),
    ]
    drawn = found_figure(
        "stopping",
        ("Finds over reading", f"{counted(applied.shape[1], 'segment')} read so far."),
        curves,
    )
    return Figure(
        drawn,
        "Share of what has been found so far, by segments read, for all codes together and for "
        "those that want most reading: a curve that still climbs at its end is not done.",
    )


def shares(found: Array) -> list[float]:
    """Return the running share of ``found``."""
    total = np.cumsum(found)
    return [float(value) for value in total / total[-1]]


def table(study: Study, rows: list[Reading]) -> Table:
    """Return the codes with what is still wanted of each."""
    lines = [
        Line(
            Entry(study.code_names[row.code]),
            (
                Entry(f"{row.found:,}", kind=NUMBER),
                Entry(f"{row.last:,}", kind=NUMBER),
                Entry(DASH if row.p is None else number(row.p, 3), kind=NUMBER),
                Entry(DASH if row.more is None else f"{row.more:,}", kind=NUMBER),
            ),
        )
        for row in rows
    ]
    cells = [
        {
            "code": row.code,
            "found": row.found,
            "last_at": row.last,
            "indicative_p": row.p,
            "read_at_best": row.more,
        }
        for row in rows
    ]
    note = (
        f"Target {USUAL.target:.0%}, confidence {USUAL.confidence:.0%}. Read at best: random "
        "segments without the code that the first formal check needs."
    )
    sheet = Sheet("stopping", tuple(cells[0]), cells)
    return Table("stopping-table", "How far each code is found.", HEADS, lines, (note,), sheet)
