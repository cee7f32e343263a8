"""SALT: the first line names the speakers; a line begins with the first letter of one."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Block, Reading
from pipeline.ingest.decode import decode
from pipeline.ingest.readers.rows import no_content
from pipeline.ingest.readers.tally import Tally
from pipeline.ingest.readers.times import seconds_of

SPEAKERS = re.compile(r"\$\s*([^\n]{1,200})")
KINDS = {"+": "header", "=": "remark", ":": "pause", ";": "pause", "$": "header"}


def parse_salt(data: bytes, settings: IngestSettings) -> Reading:
    """Return the utterances of a SALT file as blocks of kind ``event``, codes as written.

    Raises
    ------
    TranscriptError
        ``E_NO_CONTENT`` if nobody who is named says a word.
    """
    decoded = decode(data, settings.encoding)
    names = names_in(decoded.text)
    tally = Tally()
    blocks: list[Block] = []
    start_s: float | None = None
    for number, line in enumerate(decoded.text.split("\n"), 1):
        mark, _, words = line.strip().partition(" ")
        if mark == "-":
            start_s = seconds_of(words)
        elif mark in names and words.strip():
            place = f"line {number}"
            blocks.append(Block(words.strip(), names[mark], start_s, kind="event", place=place))
            start_s = None
        elif line.strip():
            tally.add(KINDS.get(line.strip()[0], "line of nobody"), line)
    if not blocks:
        raise no_content("utterance")
    return Reading(
        tuple(blocks),
        is_structured=True,
        encoding=decoded.encoding,
        removed=tally.removed(),
        notices=decoded.notices,
        declared=dict.fromkeys(names.values(), ""),
    )


def names_in(text: str) -> Mapping[str, str]:
    """Return the speakers of the first line by their first letters."""
    found = SPEAKERS.match(text.lstrip())
    names = [name.strip() for name in found[1].split(",")] if found else []
    return {name[0]: name for name in reversed(names) if name}
