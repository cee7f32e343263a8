"""Plain text and Markdown: a block a line."""

from __future__ import annotations

from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Block, Reading
from pipeline.ingest.decode import decode


def parse_text(data: bytes, settings: IngestSettings) -> Reading:
    """Return the lines of a text, blank ones too, so that the canonical text is the file's own."""
    decoded = decode(data, settings.encoding)
    lines = enumerate(decoded.text.split("\n"), 1)
    blocks = tuple(Block(line, place=f"line {number}") for number, line in lines)
    return Reading(blocks, encoding=decoded.encoding, notices=decoded.notices)
