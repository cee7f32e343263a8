"""Which codes stand where in a transcript."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure

from pipeline.report.figures.canvas import (
    COLOURS,
    FAINT,
    HATCHES,
    INK,
    ROW,
    RULE,
    WIDTH,
    Drawing,
    draw,
    label,
    open_axes,
)


@dataclass(frozen=True, slots=True)
class Row:
    """One code: its name, its group's number, and where it stands, as spans of characters."""

    name: str
    group: int
    spans: Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Course:
    """One transcript: its length, its codes, what nobody finished, and where turns begin."""

    length: int
    rows: Sequence[Row]
    unfinished: Sequence[tuple[int, int]]
    turns: Sequence[tuple[int, int]]


def timeline_figure(name: str, words: tuple[str, str], course: Course) -> Drawing:
    """Return codes as rows and the text from left to right."""

    def paint(figure: Figure) -> None:
        axes = figure.add_subplot()
        open_axes(axes)
        thin = course.length / 250  # a passage of one word must be seen, too
        for y, row in enumerate(course.rows):
            axes.axhline(y, color=RULE, lw=0.4, zorder=0)
            axes.broken_barh(
                [(start, max(end - start, thin)) for start, end in row.spans],
                (y - 0.34, 0.68),
                facecolor=COLOURS[row.group % 8],
                hatch=HATCHES[row.group % 8],
                edgecolor=INK,
                linewidth=0.4,
            )
        bottom = len(course.rows) - 0.4
        axes.broken_barh(
            [(start, end - start) for start, end in course.unfinished],
            (-0.6, bottom + 0.6),
            facecolor="none",
            edgecolor=RULE,
            hatch="\\\\",
            linewidth=0,
        )
        axes.set_xlim(0, course.length)
        axes.set_ylim(bottom, -0.6)
        axes.set_yticks(range(len(course.rows)))
        axes.set_yticklabels([label(row.name, 34) for row in course.rows])
        axes.tick_params(axis="y", length=0)
        axes.set_xticks([start for start, _ in course.turns])
        axes.set_xticklabels([str(turn) for _, turn in course.turns])
        axes.set_xlabel("turn", color=FAINT)

    return draw(name, words, (WIDTH, 0.7 + ROW * max(2, len(course.rows))), paint)
