"""The calibration plot of a model's card, drawn by hand as an SVG picture."""

from __future__ import annotations

import math
from xml.etree import ElementTree as ET

from pipeline.train.trust import Trust, TrustBin

SIDE = 360.0  # of the square of scores and shares, in units of the picture
LEFT, TOP = 64.0, 56.0
WIDTH, HEIGHT = LEFT + SIDE + 24, TOP + SIDE + 60
TICKS = (0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0)
INK, PALE, LINE, DOT = "#1f2933", "#d5dae0", "#7b8794", "#1d5fa8"
FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"


def calibration_svg(trust: Trust, title: str) -> str:
    """Return the picture: share with the code over mean score, a point a bin of equal mass.

    Both axes are stretched by the square root, so that rare codes can be seen and the diagonal
    stays straight. Bars are 95 % intervals by interview.
    """
    root = ET.Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}",
        width=f"{WIDTH:g}",
        height=f"{HEIGHT:g}",
        role="img",
    )
    root.set("font-family", FONT)
    ET.SubElement(root, "title").text = title
    ET.SubElement(root, "desc").text = "; ".join(words_of(item) for item in trust.bins)
    ET.SubElement(root, "rect", width="100%", height="100%", fill="white")
    write(root, title, LEFT, 22, size=14)
    write(
        root, "Dashed: perfect. Bars: 95 %, by interview. Numbers: judgements.", LEFT, 40, size=10
    )
    draw_axes(root)
    for item in trust.bins:
        draw_bin(root, item)
    return ET.tostring(root, encoding="unicode") + "\n"


def words_of(item: TrustBin) -> str:
    """Return a bin in words, for those who do not see the picture."""
    return f"mean score {item.score:.3f}: share {item.share.value or 0:.3f} of {item.n}"


def across(value: float) -> float:
    """Return where a score stands."""
    return LEFT + SIDE * math.sqrt(value)


def up(value: float) -> float:
    """Return where a share stands."""
    return TOP + SIDE * (1 - math.sqrt(value))


def draw_axes(root: ET.Element) -> None:
    """Draw the grid with its numbers, the diagonal and the names of the axes."""
    for tick in TICKS:
        draw_line(root, (across(tick), up(0)), (across(tick), up(1)), PALE)
        draw_line(root, (across(0), up(tick)), (across(1), up(tick)), PALE)
        write(root, f"{tick:g}", across(tick), up(0) + 16, size=10, anchor="middle")
        write(root, f"{tick:g}", across(0) - 6, up(tick) + 3.5, size=10, anchor="end")
    draw_line(root, (across(0), up(0)), (across(1), up(1)), LINE, dash="5 4")
    write(root, "mean score of unseen interviews", across(0.25), up(0) + 38, anchor="middle")
    name = write(root, "share with the code, as people decided", 0, 0, anchor="middle")
    name.set("transform", f"translate(18 {up(0.25):g}) rotate(-90)")


def draw_bin(root: ET.Element, item: TrustBin) -> None:
    """Draw one point, its interval and its number."""
    x, share = across(item.score), item.share
    value = share.value or 0.0
    if share.low is not None and share.high is not None:
        draw_line(root, (x, up(share.low)), (x, up(share.high)), DOT, width=1.5)
    ET.SubElement(root, "circle", cx=f"{x:.1f}", cy=f"{up(value):.1f}", r="4", fill=DOT)
    top = up(value if share.high is None else share.high)
    number = write(root, f"{item.n:,}", 0, 0, size=9)
    number.set("transform", f"translate({x + 3:.1f} {top - 7:.1f}) rotate(-90)")


def draw_line(  # noqa: PLR0913  # a line is its ends and its looks
    root: ET.Element,
    start: tuple[float, float],
    end: tuple[float, float],
    colour: str,
    *,
    width: float = 1.0,
    dash: str = "",
) -> None:
    """Draw a straight line."""
    (x1, y1), (x2, y2) = start, end
    line = ET.SubElement(
        root, "line", x1=f"{x1:.1f}", y1=f"{y1:.1f}", x2=f"{x2:.1f}", y2=f"{y2:.1f}", stroke=colour
    )
    line.set("stroke-width", f"{width:g}")
    if dash:
        line.set("stroke-dasharray", dash)


def write(  # noqa: PLR0913  # a text is its words, its place and its looks
    root: ET.Element,
    words: str,
    x: float,
    y: float,
    *,
    size: float = 11,
    anchor: str = "start",
    fill: str = INK,
) -> ET.Element:
    """Write some words."""
    text = ET.SubElement(root, "text", x=f"{x:.1f}", y=f"{y:.1f}", fill=fill)
    text.set("font-size", f"{size:g}")
    text.set("text-anchor", anchor)
    text.text = words
    return text
