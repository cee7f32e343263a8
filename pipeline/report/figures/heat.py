"""Heat maps: code x attribute and code x code, with the number in every cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from pipeline.report.figures.canvas import (
    FAINT,
    LIGHT,
    ROW,
    RULE,
    WIDTH,
    Drawing,
    draw,
    label,
    wrapped,
)

DARK_INK = "#1b1b1a"  # in a cell, whatever the theme of the reader
DARK = 0.55  # of the scale: from here text is light
NONE_SEEN = "//////"
STEPS = 40  # of the scale: few enough to be drawn as fields and not as a picture
MOST_LEVEL = 9  # columns whose names find room side by side


@dataclass(frozen=True, slots=True)
class Grid:
    """Numbers to be shown as a heat map.

    ``counts`` and ``shades`` are rows x columns, ``shades`` in [0, 1] or nan where nothing could
    be seen; ``groups`` gives the name of each row's group; of a triangle only the cells below the
    diagonal are drawn.
    """

    rows: Sequence[str]
    columns: Sequence[str]
    groups: Sequence[str]
    counts: np.ndarray[Any, Any]
    shades: np.ndarray[Any, Any]
    scale: str
    is_triangle: bool = False


def heat_map(name: str, words: tuple[str, str], grid: Grid) -> Drawing:
    """Return a heat map; a dot is none, hatching is a column in which nothing was finished."""
    height = 1.5 + ROW * (len(grid.rows) + len(set(grid.groups)) * 0.5)
    return draw(name, words, (WIDTH, height), lambda figure: paint(figure, grid))


def paint(figure: Figure, grid: Grid) -> None:
    """Draw the cells, the groups and the scale."""
    axes = figure.add_subplot()
    top = float(np.nanmax(grid.shades, initial=0.0)) or 1.0
    heights = places_of(grid.groups)
    colours = figure_colours()
    for row, y in enumerate(heights):
        for column in range(row if grid.is_triangle else len(grid.columns)):
            paint_cell(axes, (column, y), grid, (row, column), (top, colours))
    if not grid.is_triangle:
        hatch(axes, grid, heights)
    frame(axes, grid, heights)
    scale(figure, axes, top, grid.scale, colours)


def figure_colours() -> Any:
    """Return the scale from light to dark; it keeps its order in grey."""
    from matplotlib import colormaps

    return colormaps["Blues"]


def places_of(groups: Sequence[str]) -> list[float]:
    """Return the height of each row, with a gap before each group."""
    heights, y = [], 0.0
    for number, group in enumerate(groups):
        if number and group != groups[number - 1]:
            y += 0.5
        heights.append(y)
        y += 1.0
    return heights


def paint_cell(
    axes: Axes,
    corner: tuple[float, float],
    grid: Grid,
    index: tuple[int, int],
    scale: tuple[float, Any],
) -> None:
    """Draw one cell and its number."""
    (x, y), (top, colours) = corner, scale
    shade, count = grid.shades[index], int(grid.counts[index])
    is_unseen = bool(np.isnan(shade))
    fill = LIGHT if is_unseen or count == 0 else colours(0.08 + 0.87 * shade / top)
    axes.add_patch(
        Rectangle(
            (x, y),
            1,
            1,
            facecolor=fill,
            edgecolor=RULE,
            linewidth=0.4,
        )
    )
    if count or not is_unseen:
        is_dark = not is_unseen and shade / top > DARK
        colour = LIGHT if is_dark and count else DARK_INK
        axes.text(
            x + 0.5, y + 0.52, str(count) if count else "·", ha="center", va="center", color=colour
        )


def hatch(axes: Axes, grid: Grid, heights: Sequence[float]) -> None:
    """Mark the columns in which nothing could be seen: one field a group, for hatching weighs."""
    for column in np.flatnonzero(
        np.isnan(grid.shades).all(axis=0) & (grid.counts.sum(axis=0) == 0)
    ):
        for group in dict.fromkeys(grid.groups):
            mine = [y for y, name in zip(heights, grid.groups, strict=True) if name == group]
            corner, height = (float(column), mine[0]), mine[-1] - mine[0] + 1
            field = Rectangle(corner, 1, height, facecolor=LIGHT, edgecolor=RULE, hatch=NONE_SEEN)
            field.set_linewidth(0.4)
            axes.add_patch(field)


def frame(axes: Axes, grid: Grid, heights: Sequence[float]) -> None:
    """Name rows, columns and groups."""
    n = len(grid.columns)
    axes.set_xlim(0, n)
    axes.set_ylim((heights[-1] + 1 if heights else 1), 0)
    axes.set_xticks([column + 0.5 for column in range(n)])
    room = max(7, 72 // max(n, 1))
    longest = max((len(word) for name in grid.columns for word in name.split()), default=0)
    is_wide = (n > MOST_LEVEL or longest > room) and not grid.is_triangle
    axes.set_xticklabels(
        [label(c, 26) if is_wide else wrapped(c, room) for c in grid.columns],
        rotation=55 if is_wide else 0,
        ha="left" if is_wide else "center",
        rotation_mode="anchor" if is_wide else "default",
    )
    axes.xaxis.tick_top()
    axes.set_yticks([y + 0.5 for y in heights])
    axes.set_yticklabels([label(row, 34) for row in grid.rows])
    axes.tick_params(length=0, pad=3)
    if grid.is_triangle:
        axes.tick_params(axis="x", labelsize=5)
    axes.spines[:].set_visible(False)
    for group in dict.fromkeys(grid.groups):
        mine = [y for y, name in zip(heights, grid.groups, strict=True) if name == group]
        ends = [mine[0] + 0.1, mine[-1] + 0.9]
        axes.plot([n * 1.012] * 2, ends, color=FAINT, lw=0.8, clip_on=False)
        axes.text(
            n * 1.025,
            sum(ends) / 2,
            wrapped(group, 13, max(1, len(mine))),
            va="center",
            ha="left",
            fontsize=7.5,
        )


def scale(figure: Figure, axes: Axes, top: float, words: str, colours: Any) -> None:
    """Draw the scale below."""
    from matplotlib.cm import ScalarMappable
    from matplotlib.colors import LinearSegmentedColormap, Normalize

    shown = LinearSegmentedColormap.from_list(
        "shown", colours(np.linspace(0.08, 0.95, 64)), N=STEPS
    )
    bar = figure.colorbar(
        ScalarMappable(Normalize(0, top), shown),
        ax=axes,
        orientation="horizontal",
        fraction=0.03,
        aspect=50,
        pad=0.015,
    )
    bar.solids.set_edgecolor("face")  # type: ignore[union-attr]  # drawn above, so it is there
    bar.ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
    bar.set_label(words)
    bar.outline.set_visible(False)


def triangle(
    names: Sequence[str], met: Mapping[tuple[str, str], tuple[int, float]]
) -> tuple[Any, Any]:
    """Return counts and shades of pairs below the diagonal; the rest is nan and zero."""
    n = len(names)
    counts, shades = np.zeros((n, n), int), np.full((n, n), np.nan)
    for row in range(n):
        for column in range(row):
            pair = names[column], names[row]
            counts[row, column], shades[row, column] = met.get(pair) or met.get(
                pair[::-1], (0, 0.0)
            )
    return counts, shades
