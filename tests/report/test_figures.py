"""Figures: text as text, the same bytes each time, no clock, no sign lost without colour."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from pipeline.report.figures.activity import Box, Column, activity_figure
from pipeline.report.figures.canvas import Drawing, label, plain, wrapped
from pipeline.report.figures.curves import (
    Curve,
    Forest,
    Growth,
    Interval,
    Line,
    calibration_figure,
    forest_figure,
    found_figure,
    saturation_figure,
)
from pipeline.report.figures.heat import Grid, heat_map, triangle
from pipeline.report.figures.network import Node, Web, network_figure
from pipeline.report.figures.timeline import Course, Row, timeline_figure

HOSTILE = "</text><script>alert(1)</script> $x_1$ & \x00 漢 \u05d0"
WORDS = HOSTILE, HOSTILE


def heat() -> Drawing:
    """Return a heat map with an empty and an unseen column."""
    counts = np.array([[3, 0, 0], [1, 0, 0]])
    shades = np.array([[0.3, 0.0, np.nan], [0.1, 0.0, np.nan]])
    return heat_map(
        "heat", WORDS, Grid([HOSTILE, "b"], ["x", "y", "z"], ["g", "h"], counts, shades, "s")
    )


def network() -> Drawing:
    """Return a network of two kinds."""
    nodes = [Node("a", HOSTILE, "k", 3), Node("b", "b", "l", 1), Node("c", "c", "l", 0)]
    web = Web(nodes, {("a", "b"): 2, ("b", "c"): 1}, is_directed=True, numbered=2)
    return network_figure("net", WORDS, web)


def activity() -> Drawing:
    """Return two activities, one of them empty."""
    boxes = [Box([(HOSTILE, 3), ("b", 1)], 2), Box([])]
    columns = [Column(HOSTILE, 4, boxes), Column("none", 0, [Box([]), Box([])])]
    return activity_figure("acts", WORDS, ["who", HOSTILE], columns)


def forest() -> Drawing:
    """Return intervals of two series, one of them without limits, one without a value."""
    intervals = Interval(0.3, 0.1, 0.5), Interval(0.2, None, None, 1), Interval(None, None, None)
    lines = [Line(HOSTILE, intervals, "n=3")]
    return forest_figure("forest", WORDS, Forest(lines, "alpha", ("one", "two"), (0.8,), (0, 1)))


def timeline() -> Drawing:
    """Return the course of a transcript."""
    course = Course(100, [Row(HOSTILE, 1, [(0, 10), (50, 51)])], [(60, 80)], [(0, 1), (50, 2)])
    return timeline_figure("time", WORDS, course)


def saturation() -> Drawing:
    """Return curves with a ceiling and a stop."""
    curves = [Curve(HOSTILE, [1, 2, 2]), Curve("mean", [1, 1.5, 2])]
    return saturation_figure("sat", WORDS, Growth(curves, 2.5, 2))


def found() -> Drawing:
    """Return running shares of finds."""
    return found_figure("found", WORDS, [Curve(HOSTILE, [0, 0.5, 1]), Curve("one", [0, 0, 1])])


def calibration() -> Drawing:
    """Return three bins."""
    return calibration_figure("cal", WORDS, [(0.1, 0.05), (0.2, 0.3), (0.6, 0.5)])


KINDS = [heat, network, activity, forest, timeline, saturation, found, calibration]


@pytest.fixture(scope="module")
def drawings() -> dict[str, Drawing]:
    """Return one drawing of each kind, made once."""
    return {kind.__name__: kind() for kind in KINDS}


@pytest.mark.parametrize("kind", [kind.__name__ for kind in KINDS])
def test_a_figure_is_sound_and_holds_its_words_as_text(
    drawings: dict[str, Drawing], kind: str
) -> None:
    """Hostile words are words: XML stays whole, no script, no formula, nothing from elsewhere."""
    drawing = drawings[kind]

    tree = ET.fromstring(drawing.svg)  # noqa: S314  # our own bytes
    texts = " ".join("".join(node.itertext()) for node in tree.iter() if node.tag.endswith("}text"))
    assert "<script" not in drawing.svg
    assert "alert(1)" in texts or kind == "calibration"
    assert not re.search(r"href=\"(?!#)|url\((?!#)", drawing.svg)
    assert drawing.pdf.startswith(b"%PDF")


@pytest.mark.parametrize("kind", [kind.__name__ for kind in KINDS])
def test_a_page_can_hold_many_figures(drawings: dict[str, Drawing], kind: str) -> None:
    """Inline, ids carry the figure's name, references follow, and it says what it shows."""
    inline = drawings[kind].inline

    ids = re.findall(r'\sid="([^"]*)"', inline)
    used = re.findall(r'(?:href="#|url\(#)([^")]*)', inline)
    assert ids
    assert all(name.startswith(drawings[kind].name) for name in (*ids, *used))
    assert set(used) <= set(ids)
    assert 'role="img"' in inline
    assert "&lt;script&gt;" in inline
    assert "metadata" not in inline
    ET.fromstring(inline.replace("xlink:href", "href"))  # noqa: S314  # our own bytes


@pytest.mark.parametrize("kind", [heat, forest])
def test_the_same_numbers_give_the_same_bytes(drawings: dict[str, Drawing], kind: type) -> None:
    """No clock and no chance in a figure."""
    again = kind()

    assert drawings[kind.__name__] == again
    assert b"CreationDate" not in again.pdf
    assert "dc:date" not in again.svg


def test_a_figure_is_legible_without_colour(drawings: dict[str, Drawing]) -> None:
    """Numbers stand in cells, series differ by mark and line, an unseen column is hatched."""
    assert re.search(r">\s*3\s*<", drawings["heat"].svg)
    assert "pattern" in drawings["heat"].svg
    assert "stroke-dasharray" in drawings["saturation"].svg


def test_a_triangle_holds_each_pair_once() -> None:
    """A pair stands below the diagonal, whichever way round it is given."""
    counts, shades = triangle(["a", "b", "c"], {("b", "a"): (2, 0.5)})

    assert [[0, 0, 0], [2, 0, 0], [0, 0, 0]] == counts.tolist()
    assert 0.5 == shades[1, 0]
    assert np.isnan(shades[0, 1])


def test_words_fit_where_they_stand() -> None:
    """Control characters go, long words are cut with an ellipsis, lines are few."""
    assert "a b" == plain("a\x00b")
    assert "abcdefghi…" == label("abcdefghijklmnop", 10)
    assert 3 == len(wrapped("one two three four five six seven", 6).splitlines())
