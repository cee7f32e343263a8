"""Stretches of text in one weight, and the block that they come to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.ingest.blocks import Block


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of text in one weight."""

    text: str
    is_bold: bool


def finished(block: Block, stretches: Sequence[Stretch]) -> Block:
    """Return ``block`` with its text and how much of it is bold from the start."""
    text = "".join(stretch.text for stretch in stretches)
    bold = 0
    for stretch in stretches:
        if not stretch.is_bold and stretch.text.strip():
            break
        bold += len(stretch.text)
    has_bold = any(stretch.is_bold and stretch.text.strip() for stretch in stretches)
    return replace(block, text=text, bold=len(text[:bold].rstrip()) if has_bold else 0)
