"""What a reader hands on: blocks of words, what the format says of each, what it left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from pipeline.core.records import Columns


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, wrapped line, cue, row or event, in reading order.

    ``label`` is set only where the format itself names the speaker (a voice tag, a column, a
    field); ``start_s`` and ``end_s`` are seconds. ``bold`` is how many characters at the start are
    bold, ``level`` the heading or list level, ``place`` where the block stood in the source
    ("paragraph 12", "cue 3", "Sheet1 row 4"), ``group`` the transcript it belongs to where one file
    holds many.
    """

    text: str
    label: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    kind: str = "paragraph"
    bold: int = 0
    style: str = ""
    level: int = 0
    place: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Removed:
    """Matter that is not in the text: its kind, how often, how many words."""

    kind: str
    count: int
    words: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the user should know: a stable code such as ``W_MOJIBAKE`` and a sentence."""

    code: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of one file.

    ``is_structured`` says that the format names the speakers, so nobody has to guess; ``declared``
    maps labels that the format declares to what it says of them (a name or a role).
    """

    blocks: tuple[Block, ...]
    is_structured: bool = False
    encoding: str = ""
    removed: tuple[Removed, ...] = ()
    notices: tuple[Notice, ...] = ()
    declared: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Aside:
    """Words of the text that are no speech, or not only.

    ``kind`` is note, unattributed, legend, front-matter, heading, event or time; only notes and
    times may lie inside a turn. ``transcript.text[start:end] == text``.
    """

    transcript_id: str
    kind: str
    start: int
    end: int
    text: str

    COLUMNS: ClassVar[Columns] = {
        "transcript_id": "str",
        "kind": "str",
        "start": "int",
        "end": "int",
        "text": "str",
    }
