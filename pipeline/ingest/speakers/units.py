"""The units in which labels are looked for: paragraphs, cut at soft breaks, and cues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.ingest.blocks import Block


@dataclass(frozen=True, slots=True)
class Unit:
    """A line of a block: ``block`` counts blocks, ``start`` is where in its text the line begins.

    ``is_paragraph`` says that a paragraph begins here rather than a line of one that was wrapped.
    """

    block: int
    start: int
    text: str
    is_paragraph: bool
    is_blank: bool
    kind: str
    bold: int = 0
    level: int = 0
    style: str = ""

    @property
    def is_heading(self) -> bool:
        """Whether the format's style makes it a heading."""
        return self.style.casefold().startswith(("heading", "title"))

    @property
    def is_cue(self) -> bool:
        """Whether it is a cue, a word or an event: an accident of the tool, not a paragraph."""
        return self.kind in {"cue", "word", "event"}


def units_of(blocks: Sequence[Block]) -> list[Unit]:
    """Return the units of ``blocks`` in reading order; blank ones stand among them."""
    units = []
    is_apart = True
    for number, block in enumerate(blocks):
        at = 0
        for line in block.text.split("\n"):
            is_blank = not line or line.isspace()
            is_first = at == 0 and block.kind != "line"
            units.append(
                Unit(
                    number,
                    at,
                    line,
                    is_first or is_apart,
                    is_blank,
                    block.kind,
                    block.bold if at == 0 else 0,
                    block.level,
                    block.style,
                )
            )
            is_apart = is_blank
            at += len(line) + 1
    return units
