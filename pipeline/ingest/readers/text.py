"""Plain text and Markdown: a block a line."""

from __future__ import annotations

from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Block, Reading
from pipeline.ingest.decode import decode
from pipeline.ingest.size import check_characters, check_parts

MAX_WIDTH = 4  # bytes of a character in any encoding that is read


def parse_text(data: bytes, settings: IngestSettings) -> Reading:
    """Return the lines of a text, blank ones too, so that the canonical text is the file's own.

    Raises
    ------
    TranscriptError
        ``E_TOO_LARGE`` before any line is looked at; ``E_BINARY`` if it is no text.
    """
    check_characters(len(data) // MAX_WIDTH, settings.limits)
    decoded = decode(data, settings.encoding)
    check_characters(len(decoded.text), settings.limits)
    check_parts(decoded.text.count("\n") + 1)
    lines = enumerate(decoded.text.split("\n"), 1)
    blocks = tuple(Block(line, place=f"line {number}") for number, line in lines)
    return Reading(blocks, encoding=decoded.encoding, notices=decoded.notices)
