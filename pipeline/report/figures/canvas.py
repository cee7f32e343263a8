"""How every figure is drawn and written: one type, one set of marks, no clock, text as text."""

from __future__ import annotations

import re
import textwrap
import unicodedata
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

INK, FAINT, RULE, PAPER = "#1b1b1b", "#6b6b6b", "#c9c9c9", "#ffffff"
LIGHT = "#fffffe"  # text on dark fields: white, but not the paper that follows the reader's theme
# Okabe & Ito (2008), without yellow, which is lost on white; never the only sign of anything
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#4d4d4d", "#7f3c8d")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")
HATCHES = ("", "////", "\\\\\\\\", "xxxx", "----", "||||", "++++", "//")  # dots would weigh much
LINES = ("-", "--", ":", "-.")
WIDTH = 7.0  # inches: a page less its margins
REM_A_POINT = 0.099  # a figure as wide as a printed page fills the text of the screen
ROW = 0.2  # inches of a row with one line of text
RC: Any = {  # keys as matplotlib names them
    "svg.fonttype": "none",
    "svg.hashsalt": "glossator",
    "pdf.fonttype": 42,
    "pdf.compression": 6,
    "font.family": "DejaVu Sans",  # one face: each further one is a further font in every PDF
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.labelsize": 8,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "legend.fontsize": 7.5,
    "legend.frameon": False,
    "text.parse_math": False,  # a dollar in a name is a dollar
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "figure.facecolor": PAPER,
    "axes.facecolor": "none",
    "hatch.linewidth": 0.5,
    "hatch.color": FAINT,
}
VARIABLES = {INK: "var(--ink)", FAINT: "var(--faint)", RULE: "var(--rule)", PAPER: "var(--paper)"}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished figure: ``alt`` says in words what it shows; ``svg`` and ``pdf`` are files."""

    name: str
    title: str
    alt: str
    svg: str
    pdf: bytes

    @property
    def inline(self) -> str:
        """The SVG as it stands in a page: ids of its own, colours of the page, no metadata."""
        body = self.svg[self.svg.index("<svg") :]
        body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
        body = re.sub(r'(\sid="|href="#|url\(#)', rf"\g<1>{self.name}-", body)
        body = re.sub(r"\s*\n\s*", "\n", body)
        for colour, variable in VARIABLES.items():
            body = body.replace(colour, variable)
        head = f'<svg role="img" aria-labelledby="{self.name}-title"'
        title = f'<title id="{self.name}-title">{escaped(self.alt)}</title>'
        body = re.sub(r"<svg([^>]*)>", lambda found: f"{head}{found[1]}>{title}", body, count=1)
        return re.sub(r'width="([\d.]+)pt" height="[\d.]+pt"', sized, body, count=1)


def sized(found: re.Match[str]) -> str:
    """Return the width of a figure in the page's own letters, so that it grows with them."""
    return f'style="width: {float(found[1]) * REM_A_POINT:.1f}rem"'


def draw(
    name: str, words: tuple[str, str], size: tuple[float, float], paint: Callable[[Figure], None]
) -> Drawing:
    """Return a figure as SVG and PDF.

    Parameters
    ----------
    name
        Of the files, and the beginning of the ids in a page: letters, digits, hyphens.
    words
        Its title, and what it shows in words.
    size
        Width and height in inches.
    paint
        Draws on the empty figure.
    """
    with rc_context(RC), warnings.catch_warnings():
        # letters that the font lacks are text all the same; a viewer has another font for them
        warnings.filterwarnings("ignore", message="Glyph", category=UserWarning)
        warnings.filterwarnings("ignore", message="Matplotlib currently does not support")
        figure = Figure(figsize=size, layout="constrained")
        paint(figure)
        svg, pdf = BytesIO(), BytesIO()
        figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None})
        figure.set_layout_engine("none")  # both files have the places that the first was given
        facts = {
            "CreationDate": None,
            "Creator": "Glossator",
            "Producer": None,
            "Title": plain(words[0]),
        }
        figure.savefig(pdf, format="pdf", metadata=facts)
    return Drawing(name, *words, svg.getvalue().decode(), pdf.getvalue())


def plain(text: str) -> str:
    """Return ``text`` without control characters, which no figure can hold."""
    return "".join(" " if unicodedata.category(c) in {"Cc", "Cs"} else c for c in text)


def label(text: str, width: int = 40) -> str:
    """Return ``text`` for an axis: plain, and cut with an ellipsis if it is too long."""
    words = " ".join(plain(text).split())
    return words if len(words) <= width else words[: width - 1].rstrip() + "…"


def wrapped(text: str, width: int = 14, lines: int = 3) -> str:
    """Return ``text`` in lines of at most ``width`` characters, cut after ``lines``."""
    found = textwrap.wrap(plain(text), width, break_long_words=True) or [""]
    return "\n".join(
        found if len(found) <= lines else [*found[: lines - 1], found[lines - 1] + "…"]
    )


def bare(axes: Axes) -> None:
    """Take the frame and the ticks off."""
    axes.set_axis_off()


def open_axes(axes: Axes) -> None:
    """Leave only the lines below and to the left."""
    axes.spines[["top", "right"]].set_visible(False)


def escaped(text: str) -> str:
    """Return ``text`` for XML."""
    return plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
