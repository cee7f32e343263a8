"""A model's card in the terminal: its Markdown with wrapped lines and tables that fit."""

from __future__ import annotations

import re
import shutil
import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline.cli.console import counted, table

NARROW, WIDE = 60, 120
WITH_INTERVAL = "average precision"
LATER = ("calibration error", "model/coder", "precision", "recall", "interviews", "F1", "gain")
INTERVAL = re.compile(r" \[[^\]]*\]")
PICTURE = re.compile(r"!\[(?P<words>[^\]]*)\]\((?P<file>[^)]*)\)")
Rows = list[list[str]]


def legible(markdown: str, folder: Path, width: int | None = None) -> str:
    """Return a card as people read it in a terminal; pictures are named by their path.

    Parameters
    ----------
    markdown
        The text of ``card.md``.
    folder
        Where the card lies, as it is to be shown.
    width
        Columns to fit into; by default those of the terminal, from 60 to 120.
    """
    if width is None:
        width = min(WIDE, max(NARROW, shutil.get_terminal_size((100, 24)).columns))
    blocks = markdown.strip().split("\n\n")
    return "\n\n".join(line for block in blocks for line in shown_block(block, folder, width))


def shown_block(block: str, folder: Path, width: int) -> Iterator[str]:
    """Yield a heading, a picture's path, a table, a list or a paragraph."""
    picture = PICTURE.fullmatch(block)
    if block.startswith("#"):
        words = block.lstrip("# ")
        yield f"{words}\n{'-' * min(len(words), width)}"
    elif picture:
        yield f"Picture: {folder / picture['file']}"
    elif block.startswith("|"):
        yield fitted(block, width)
    elif block.startswith("- "):
        yield "\n".join(wrapped(line, width, hanging="  ") for line in block.splitlines())
    else:
        yield wrapped(block.replace("**", ""), width)


def wrapped(text: str, width: int, hanging: str = "") -> str:
    """Return ``text`` on lines of at most ``width``."""
    return textwrap.fill(
        text, width, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
    )


def fitted(block: str, width: int) -> str:
    """Return a Markdown table as aligned text; where it is too wide, what matters most of it."""
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in block.splitlines()]
    head, rows = cells[0], cells[2:]
    if is_wider(head, rows, width):
        rows = [without_intervals(head, row) for row in rows]
    n_columns = len(head)
    for name in LATER:
        if name in head and is_wider(head, rows, width):
            place = head.index(name)
            head, *rows = ([*row[:place], *row[place + 1 :]] for row in [head, *rows])
    more = counted(n_columns - len(head), "more column")
    note = f"\n({more} and all intervals: card.md)" if len(head) < n_columns else ""
    return table(rows, head) + note


def is_wider(head: list[str], rows: Rows, width: int) -> bool:
    """Return whether a table does not fit."""
    return max(map(len, table(rows, head).splitlines())) > width


def without_intervals(head: Sequence[str], row: Sequence[str]) -> list[str]:
    """Return a row with intervals in the column that matters most alone."""
    return [
        cell if name == WITH_INTERVAL else INTERVAL.sub("", cell)
        for name, cell in zip(head, row, strict=True)
    ]
