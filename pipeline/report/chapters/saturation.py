"""Whether further interviews would still bring new codes."""

from __future__ import annotations

import numpy as np

from pipeline.exchange.workbook import Sheet
from pipeline.report.figures.curves import Curve, Growth, saturation_figure
from pipeline.report.incidence import incidence, order_of
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
    interval,
    number,
    percent,
)
from pipeline.report.study import Study
from pipeline.stats.saturation import (
    Guest,
    Unseen,
    accumulation,
    chao2,
    guest,
    guest_table,
    reached_by_then,
)

LEAST = 2  # transcripts: with one there is no further one
LEVELS = {"codes": "code", "dimensions": "dimension"}


def saturation_chapter(study: Study) -> Chapter:
    """Return how codes accumulated over the coded transcripts, or why nothing can be said."""
    title = "Saturation"
    order = order_of(study)
    if len(order) < LEAST:
        return Chapter("saturation", title, [Note(too_few(order))])
    found = incidence(study, order, {code: code for code in study.code_names})
    settings = study.settings.report
    told = guest(found, settings.base, settings.run, settings.threshold)
    unseen = chao2(found)
    early = reached_by_then(found, told, seed=study.settings.seed)
    sentences = [order_words(study, order), guest_words(told, early), unseen_words(unseen)]
    return Chapter(
        "saturation",
        title,
        [Paragraph(" ".join(sentences)), figure(found, told, unseen), table(study, order)],
    )


def too_few(order: tuple[str, ...]) -> str:
    """Return why nothing can be said."""
    return (
        f"{counted(len(order), 'transcript')} carry a code or were finished; saturation compares "
        "further ones with the first. Code more transcripts."
    )


def order_words(study: Study, order: tuple[str, ...]) -> str:
    """Return which transcripts count, in which order, and what the codebook means for it."""
    given = "as the settings give it" if study.settings.report.order else "by name"
    return (
        f"{counted(len(order), 'transcript')} were coded; their order is {given}. Codes that were "
        "fixed before say when each was first used; codes that grew from the data, when the last "
        "one was found."
    )


def guest_words(found: Guest, early: float | None) -> str:
    """Return whether saturation was reached, after Guest, Namey & Chen."""
    if found.reason:
        return f"Base, run and threshold (Guest, Namey & Chen 2020) say nothing: {found.reason}"
    rule = (
        f"with a base of {found.base}, a run of {found.run} and a threshold of "
        f"{percent(found.threshold)} (Guest, Namey & Chen 2020)"
    )
    if found.before is None:
        return f"Saturation was not reached {rule}."
    share = (
        f"; in {percent(early)} of 1,000 random orders it came by then" if early is not None else ""
    )
    return f"Saturation was reached at {found.label} interviews {rule}{share}."


def unseen_words(found: Unseen) -> str:
    """Return how many codes there may be in all."""
    if found.value is None:
        return found.reason or ""
    limits = interval(found.low, found.high, 1)
    words = (
        f"At least {number(found.value, 1)} codes are suggested in all (Chao2"
        f"{', ' if limits else ''}{limits}), of which {found.n_seen} were seen."
    )
    return f"{words} {found.reason or ''}".strip()


def figure(
    found: np.ndarray[tuple[int, int], np.dtype[np.bool_]], told: Guest, unseen: Unseen
) -> Figure:
    """Return the curves of accumulation."""
    seen = np.maximum.accumulate(found, axis=0).sum(axis=1)
    curves = [
        Curve("in the order given", [float(n) for n in seen]),
        Curve("mean of all orders (rarefaction)", [float(n) for n in accumulation(found)]),
    ]
    stop = None if told.before is None else told.before + told.run
    words = "Codes seen by interview", f"{int(seen[-1])} codes after {len(seen)} interviews."
    caption = (
        "Distinct codes after each interview: in the order given, and in the mean of all orders."
    )
    return Figure(
        saturation_figure("saturation", words, Growth(curves, unseen.value, stop)), caption
    )


def table(study: Study, order: tuple[str, ...]) -> Table:
    """Return base, run and threshold for all usual bases and runs, by code and by dimension."""
    lines, rows = [], []
    for name, noun in LEVELS.items():
        level = {c: c if name == "codes" else c.partition(".")[0] for c in study.code_names}
        for one in guest_table(incidence(study, order, level), study.settings.report.threshold):
            label = one.label or ("not reached" if one.reason is None else DASH)
            new = ", ".join(
                f"{n} ({percent(r)})" for n, r in zip(one.n_new, one.ratio, strict=True)
            )
            lines.append(
                Line(
                    Entry(f"by {noun}"),
                    (
                        Entry(str(one.base), kind=NUMBER),
                        Entry(str(one.run), kind=NUMBER),
                        Entry(DASH if one.reason else f"{one.n_base}", kind=NUMBER),
                        Entry(new or (one.reason or "")),
                        Entry(label),
                    ),
                )
            )
            rows.append(
                {
                    "level": noun,
                    "base": one.base,
                    "run": one.run,
                    "threshold": one.threshold,
                    "n_base": one.n_base,
                    "n_new": "; ".join(map(str, one.n_new)),
                    "reached": one.label,
                    "reason": one.reason,
                }
            )
    heads = ("Level", "Base", "Run", "In the base", "New in each run", "Reached")
    note = f"Threshold: {percent(study.settings.report.threshold)} new of what the base had."
    sheet = Sheet("saturation", tuple(rows[0]), rows)
    return Table("saturation-table", "Saturation by base and run.", heads, lines, (note,), sheet)
