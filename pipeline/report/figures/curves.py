"""Curves and intervals: saturation, calibration, agreement, shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from pipeline.report.figures.canvas import (
    COLOURS,
    FAINT,
    INK,
    LINES,
    MARKERS,
    ROW,
    RULE,
    WIDTH,
    Drawing,
    draw,
    label,
    open_axes,
)

MOST_TICKS = 25


@dataclass(frozen=True, slots=True)
class Curve:
    """A line of numbers at 1, 2, 3 ...; what it is called."""

    name: str
    values: Sequence[float]


@dataclass(frozen=True, slots=True)
class Interval:
    """A number with its limits, None where there are none; ``series`` numbers its mark."""

    value: float | None
    low: float | None
    high: float | None
    series: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a forest plot: its name, its intervals, and a remark at the right."""

    name: str
    intervals: tuple[Interval, ...]
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Growth:
    """Numbers of codes after 1, 2, 3 ... interviews.

    ``ceiling`` is the estimated number in all, ``stop`` the interview by which codes were
    saturated; None where there is none.
    """

    curves: Sequence[Curve]
    ceiling: float | None = None
    stop: int | None = None


def saturation_figure(name: str, words: tuple[str, str], growth: Growth) -> Drawing:
    """Return how codes accumulate over interviews."""
    return draw(name, words, (WIDTH, 3.2), lambda figure: paint_growth(figure, growth))


def found_figure(name: str, words: tuple[str, str], curves: Sequence[Curve]) -> Drawing:
    """Return the share of finds over segments read."""
    return draw(name, words, (WIDTH, 3.2), lambda figure: paint_found(figure, curves))


def paint_found(figure: Figure, curves: Sequence[Curve]) -> None:
    """Draw the running shares, each in its own stroke."""
    axes = figure.add_subplot()
    open_axes(axes)
    for number, curve in enumerate(curves):
        axes.plot(
            range(1, len(curve.values) + 1),
            curve.values,
            LINES[number],
            color=COLOURS[number],
            lw=2 if number == 0 else 1.2,
            drawstyle="steps-post",
            label=label(curve.name, 60),
        )
    axes.set_ylim(0, 1.02)
    axes.set_xlabel("segments read")
    axes.set_ylabel("share of finds so far")
    axes.legend(loc="lower right")


def paint_growth(figure: Figure, growth: Growth) -> None:
    """Draw the curves, the ceiling and the stop."""
    axes = figure.add_subplot()
    open_axes(axes)
    n = max(len(curve.values) for curve in growth.curves)
    for number, curve in enumerate(growth.curves):
        axes.plot(
            range(1, len(curve.values) + 1),
            curve.values,
            LINES[number],
            marker=MARKERS[number] if number == 0 else None,
            markersize=4,
            color=COLOURS[number],
            label=label(curve.name, 60),
        )
    if growth.ceiling is not None:
        words = f"codes in all, at least (Chao2): {growth.ceiling:.1f}"
        axes.axhline(growth.ceiling, color=FAINT, lw=0.8, ls="-.", label=words)
    if growth.stop is not None:
        words = f"saturated by interview {growth.stop}"
        axes.axvline(growth.stop, color=INK, lw=0.8, ls=":", label=words)
    axes.set_xlim(0.5, n + 0.5)
    axes.set_ylim(0, None)
    axes.set_xticks(range(1, n + 1, max(1, n // MOST_TICKS)))
    axes.set_xlabel("interviews")
    axes.set_ylabel("distinct codes")
    axes.legend(loc="lower right")


def calibration_figure(
    name: str, words: tuple[str, str], bins: Sequence[tuple[float, float]]
) -> Drawing:
    """Return share of segments with the code against mean score; ``bins``: score, share."""

    def paint(figure: Figure) -> None:
        axes = figure.add_subplot()
        open_axes(axes)
        top = min(
            1.0,
            1.15 * max([0.05, *(value for pair in bins for value in pair)]),
        )
        axes.plot(
            [0, top], [0, top], color=FAINT, lw=0.8, ls="--", label="scores that keep their word"
        )
        axes.plot(
            [b[0] for b in bins],
            [b[1] for b in bins],
            "-o",
            color=COLOURS[0],
            ms=4,
            label="this model",
        )
        axes.set_xlim(0, top)
        axes.set_ylim(0, top)
        axes.set_aspect("equal")
        axes.set_xlabel("mean score of the model")
        axes.set_ylabel("share that people coded")
        axes.legend(loc="upper left")

    return draw(name, words, (4.2, 4.2), paint)


@dataclass(frozen=True, slots=True)
class Forest:
    """Lines from top to bottom on one axis.

    ``series`` says what the marks of a line stand for, if there are several; ``bands`` are values
    at which a faint line stands; ``limits`` are those of the axis, None: those of the numbers.
    """

    lines: Sequence[Line]
    axis: str
    series: Sequence[str] = ()
    bands: Sequence[float] = ()
    limits: tuple[float, float] | None = None


def forest_figure(name: str, words: tuple[str, str], forest: Forest) -> Drawing:
    """Return numbers with their intervals, a line each."""
    rows = len(forest.lines) * max(1.0, 0.72 * len(forest.series))
    return draw(name, words, (WIDTH, 1.0 + ROW * rows), lambda figure: paint_forest(figure, forest))


def paint_forest(figure: Figure, forest: Forest) -> None:
    """Draw the lines, the bands and the legend."""
    axes = figure.add_subplot()
    open_axes(axes)
    lines, series = forest.lines, forest.series
    for band in forest.bands:
        axes.axvline(band, color=RULE, lw=0.8, zorder=0)
    spread = 0.56 / max(1, len(series))
    for row, line in enumerate(lines):
        for interval in line.intervals:
            offset = (interval.series - (len(series) - 1) / 2) * spread if series else 0.0
            paint_interval(axes, interval, row + offset)
        place = (1.01, row)
        axes.annotate(
            line.remark,
            place,
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=7,
            color=FAINT,
        )
    if forest.limits is not None:
        axes.set_xlim(*forest.limits)
    axes.set_ylim(len(lines) - 0.4, -0.6)
    axes.set_yticks(range(len(lines)))
    axes.set_yticklabels([label(line.name, 38) for line in lines])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(forest.axis)
    if series:
        legend(axes, series)


def paint_interval(axes: Axes, interval: Interval, y: float) -> None:
    """Draw one number: filled with an interval, hollow without."""
    if interval.value is None:
        return
    colour = COLOURS[interval.series % len(COLOURS)]
    has_limits = interval.low is not None and interval.high is not None
    if interval.low is not None and interval.high is not None:
        axes.plot(
            [interval.low, interval.high],
            [y, y],
            color=colour,
            lw=1.2,
            ls=LINES[interval.series % len(LINES)],
        )
    axes.plot(
        [interval.value],
        [y],
        MARKERS[interval.series % len(MARKERS)],
        color=colour,
        markerfacecolor=colour if has_limits else "none",
        markersize=4.5,
    )


def legend(axes: Axes, series: Sequence[str]) -> None:
    """Say what the marks stand for."""
    for number, name in enumerate(series):
        axes.plot(
            [],
            [],
            marker=MARKERS[number],
            ls=LINES[number % len(LINES)],
            color=COLOURS[number],
            markersize=4.5,
            label=name,
        )
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=len(series))
