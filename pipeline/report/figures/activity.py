"""Activities from left to right: who speaks in each, and which codes show themselves there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch, Polygon, Rectangle

from pipeline.report.figures.canvas import (
    FAINT,
    INK,
    PAPER,
    RULE,
    WIDTH,
    Drawing,
    bare,
    draw,
    label,
    wrapped,
)

LINE = 0.17  # inches of a line of text
HEAD = 0.55  # inches of an arrow with an activity's name
FILL = "#cfe0ee"  # of a bar: light enough to read on


@dataclass(frozen=True, slots=True)
class Box:
    """What stands in one activity of one kind: names with their numbers, the largest first."""

    entries: Sequence[tuple[str, int]]
    n_more: int = 0


@dataclass(frozen=True, slots=True)
class Column:
    """One activity: its name, how many segments, and its boxes in the order of the rows."""

    name: str
    n: int
    boxes: Sequence[Box]


def activity_figure(
    name: str, words: tuple[str, str], rows: Sequence[str], columns: Sequence[Column]
) -> Drawing:
    """Return activities as arrows, with a box below each for stakeholders and each dimension.

    Parameters
    ----------
    name, words
        See `draw`.
    rows
        What the boxes of a row hold.
    columns
        The activities in order.
    """
    depths = [
        max(
            (len(column.boxes[row].entries) + (column.boxes[row].n_more > 0) for column in columns),
            default=0,
        )
        for row in range(len(rows))
    ]
    heights = [LINE * max(1, depth) + 0.38 for depth in depths]
    size = (WIDTH, HEAD + sum(heights) + 0.2)

    def paint(figure: Figure) -> None:
        axes = figure.add_subplot()
        bare(axes)
        axes.set_xlim(0, WIDTH)
        axes.set_ylim(size[1], 0)
        width = WIDTH / max(1, len(columns))
        for number, column in enumerate(columns):
            arrow(axes, number * width, width, column)
            y = HEAD + 0.08
            for row, box, height in zip(rows, column.boxes, heights, strict=True):
                panel(axes, (number * width + 0.06, y), (width - 0.22, height - 0.08), (row, box))
                y += height

    return draw(name, words, size, paint)


def arrow(axes: Axes, x: float, width: float, column: Column) -> None:
    """Draw one activity as an arrow that points to the next."""
    tip, low, high = 0.16, 0.04, HEAD - 0.04
    points = [
        (x + 0.02, low),
        (x + width - tip, low),
        (x + width - 0.02, HEAD / 2),
        (x + width - tip, high),
        (x + 0.02, high),
        (x + 0.02 + tip * 0.85, HEAD / 2),
    ]
    axes.add_patch(Polygon(points, closed=True, facecolor=PAPER, edgecolor=INK, linewidth=1.0))
    words = f"{wrapped(column.name, int(width * 9), 2)}\n(n = {column.n})"
    axes.text(
        x + width / 2 + 0.02,
        HEAD / 2,
        words,
        ha="center",
        va="center",
        fontsize=7.5,
    )


def panel(
    axes: Axes, corner: tuple[float, float], size: tuple[float, float], held: tuple[str, Box]
) -> None:
    """Draw one box: its head, and a line with a bar for each entry."""
    (x, y), (width, height), (head, box) = corner, size, held
    style = "round,pad=0,rounding_size=0.05"
    axes.add_patch(
        FancyBboxPatch(
            (x, y), width, height, boxstyle=style, facecolor="none", edgecolor=RULE, linewidth=0.8
        )
    )
    axes.text(x + 0.07, y + 0.13, label(head, 30), fontsize=6.5, color=FAINT, va="center")
    top = max((n for _, n in box.entries), default=1)
    for number, (name, n) in enumerate(box.entries):
        middle = y + 0.3 + LINE * number
        full = width - 0.14
        axes.add_patch(
            Rectangle(
                (x + 0.07, middle - 0.068),
                full * n / top,
                0.136,
                facecolor=FILL,
                edgecolor=FAINT,
                linewidth=0.3,
            )
        )
        axes.text(
            x + 0.1,
            middle,
            label(name, int(full * 13)),
            fontsize=7,
            va="center",
            color="#1b1b1a" if n == top else INK,
        )
        axes.text(x + width - 0.1, middle, str(n), fontsize=7, va="center", ha="right")
    rest = y + 0.3 + LINE * len(box.entries)
    if box.n_more:
        axes.text(x + 0.1, rest, f"and {box.n_more} more", fontsize=6.5, va="center", color=FAINT)
    elif not box.entries:
        axes.text(x + 0.1, rest, "none found", fontsize=6.5, va="center", color=FAINT)
