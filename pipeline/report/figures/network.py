"""Networks on a circle: codes that meet, and actors who speak of one another."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from pipeline.report.figures.canvas import (
    COLOURS,
    FAINT,
    INK,
    MARKERS,
    PAPER,
    WIDTH,
    Drawing,
    bare,
    draw,
    label,
)

FULL = 2 * math.pi
THICKEST = 4.0  # points, of the strongest tie


@dataclass(frozen=True, slots=True)
class Node:
    """One thing on the circle; ``kind`` gives its mark, ``n`` its size."""

    key: str
    name: str
    kind: str
    n: int


@dataclass(frozen=True, slots=True)
class Web:
    """Nodes in order, and ties with their strength.

    ``is_directed``: a tie is an arrow from its first to its second; ``numbered`` is the strength
    from which a tie carries its number.
    """

    nodes: Sequence[Node]
    ties: Mapping[tuple[str, str], int]
    is_directed: bool
    numbered: int


def network_figure(name: str, words: tuple[str, str], web: Web) -> Drawing:
    """Return the nodes on a circle, kind by kind, with their ties inside."""
    return draw(name, words, (WIDTH, 7.0), lambda figure: paint(figure, web))


def paint(figure: Figure, web: Web) -> None:
    """Draw ties below nodes below names."""
    axes = figure.add_subplot()
    bare(axes)
    axes.set_aspect("equal")
    axes.set_xlim(-2.1, 2.1)
    axes.set_ylim(-1.98, 1.98)
    angles = angles_of(web.nodes)
    strongest = max(web.ties.values(), default=1)
    for (first, second), n in sorted(web.ties.items(), key=lambda item: (item[1], item[0])):
        tie(axes, (angles[first], angles[second]), n / strongest, web)
    for (first, second), n in sorted(web.ties.items()):
        if n >= web.numbered:
            number(axes, angles[first], angles[second], n, is_directed=web.is_directed)
    largest = max((node.n for node in web.nodes), default=1) or 1
    kinds = list(dict.fromkeys(node.kind for node in web.nodes))
    for node in web.nodes:
        spot(axes, node, angles[node.key], kinds.index(node.kind), node.n / largest)
    for place, kind in enumerate(kinds):
        axes.plot(
            [],
            [],
            MARKERS[place % 8],
            color=COLOURS[place % 8],
            ms=5,
            label=label(kind, 30) or "(none)",
        )
    if kinds:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, 0.0), ncols=min(4, len(kinds)))


def angles_of(nodes: Sequence[Node]) -> dict[str, float]:
    """Return the angle of each node: the first on top, then clockwise, a gap between kinds."""
    gaps = [0.6 if n and node.kind != nodes[n - 1].kind else 0.0 for n, node in enumerate(nodes)]
    whole = len(nodes) + sum(gaps) + 0.6
    angles, place = {}, 0.0
    for node, gap in zip(nodes, gaps, strict=True):
        place += gap
        angles[node.key] = math.pi / 2 - FULL * place / whole
        place += 1
    return angles


def tie(axes: Axes, angles: tuple[float, float], strength: float, web: Web) -> None:
    """Draw one tie, bent towards the middle."""
    ends = [(math.cos(angle), math.sin(angle)) for angle in angles]
    axes.add_patch(
        FancyArrowPatch(
            *ends,
            connectionstyle="arc3,rad=0.18",
            arrowstyle="-|>" if web.is_directed else "-",
            mutation_scale=5 + 5 * strength,
            shrinkA=7,
            shrinkB=8,
            linewidth=0.5 + (THICKEST - 0.5) * strength,
            color=FAINT,
            alpha=0.35 + 0.55 * strength,
        )
    )


def number(axes: Axes, one: float, two: float, n: int, *, is_directed: bool) -> None:
    """Write how strong a tie is where it bends; of an arrow nearer to where it begins."""
    first, second = (math.cos(one), math.sin(one)), (math.cos(two), math.sin(two))
    dx, dy = second[0] - first[0], second[1] - first[1]
    bend = first[0] + dx / 2 + 0.18 * dy, first[1] + dy / 2 - 0.18 * dx
    t = 0.4 if is_directed else 0.5
    x, y = ((1 - t) ** 2 * first[k] + 2 * t * (1 - t) * bend[k] + t**2 * second[k] for k in (0, 1))
    box = {"boxstyle": "round,pad=0.12", "facecolor": PAPER, "edgecolor": "none"}
    axes.text(x, y, str(n), fontsize=6.5, ha="center", va="center", color=INK, bbox=box)


def spot(axes: Axes, node: Node, angle: float, kind: int, size: float) -> None:
    """Draw one node and its name outside the circle."""
    x, y = math.cos(angle), math.sin(angle)
    axes.plot(
        [x],
        [y],
        MARKERS[kind % 8],
        color=COLOURS[kind % 8],
        markeredgecolor=INK,
        markeredgewidth=0.5,
        markersize=4 + 7 * math.sqrt(size),
        zorder=3,
    )
    turn = math.degrees(angle) % 360
    is_left = 90 < turn < 270  # noqa: PLR2004  # degrees of the left half
    axes.text(
        1.1 * x,
        1.1 * y,
        f"{label(node.name, 30)} ({node.n})",
        rotation=turn - 180 if is_left else turn,
        rotation_mode="anchor",
        ha="right" if is_left else "left",
        va="center",
        fontsize=7.5,
    )
