"""Automatic numbers of Word lists: kept only where they are a speaker's label."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from pipeline.ingest.readers.docx_parts import attribute, child_of, level_of, value_of
from pipeline.ingest.readers.markup import local

PLACE = re.compile(r"%([1-9])")
ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
MAX_NUMBER = 100_000


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a list: its pattern such as ``P%1:``, its form of numbers, its first number."""

    pattern: str
    form: str
    start: int


@dataclass(slots=True)
class Numbers:
    """The lists of a document and how far each has been counted."""

    lists: Mapping[str, str]
    levels: Mapping[tuple[str, int], Level]
    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def next(self, num_id: str, level: int) -> str:
        """Count one more paragraph of a list and return the number that Word shows before it."""
        name = self.lists.get(num_id, num_id)
        counts = self.counts.setdefault(name, {})
        for lower in [at for at in counts if at > level]:
            del counts[lower]
        counts[level] = counts.get(level, self.level(name, level).start - 1) + 1
        return PLACE.sub(
            lambda found: self.number(name, int(found[1]) - 1), self.level(name, level).pattern
        )

    def level(self, name: str, level: int) -> Level:
        """Return one level of a list; a list that is not described shows nothing."""
        return self.levels.get((name, level), Level("", "decimal", 1))

    def number(self, name: str, level: int) -> str:
        """Return how far a level has been counted, as it is shown."""
        described = self.level(name, level)
        return shown(self.counts[name].get(level, described.start), described.form)


def numbers_of(root: etree._Element | None) -> Numbers:
    """Return the lists that a document describes."""
    lists, levels = dict[str, str](), dict[tuple[str, int], Level]()
    for element in () if root is None else root:
        if local(element) == "num":
            lists[attribute(element, "numId")] = value_of(element, "abstractNumId")
        name = attribute(element, "abstractNumId")
        for child in element if local(element) == "abstractNum" else ():
            if local(child) == "lvl":
                levels[name, level_of(attribute(child, "ilvl"))] = level_from(child)
    return Numbers(lists, levels)


def level_from(element: etree._Element) -> Level:
    """Return one level as described."""
    start = value_of(element, "start")
    is_number = start.isascii() and start.isdigit() and len(start) < len(str(MAX_NUMBER))
    pattern = child_of(element, "lvlText")
    return Level(
        "" if pattern is None else attribute(pattern, "val"),
        value_of(element, "numFmt") or "decimal",
        int(start) if is_number else 1,
    )


def shown(number: int, form: str) -> str:
    """Return ``number`` in one of Word's forms; unknown forms as decimals, bullets as nothing."""
    if form in {"bullet", "none"}:
        return ""
    if form in {"lowerLetter", "upperLetter"}:
        repeat, at = divmod(number - 1, 26)
        letters = chr(ord("a") + at) * (min(repeat, 100) + 1)
        return letters if form == "lowerLetter" else letters.upper()
    if form in {"lowerRoman", "upperRoman"}:
        numeral = roman(number)
        return numeral if form == "lowerRoman" else numeral.upper()
    return f"{number:02d}" if form == "decimalZero" else str(number)


def roman(number: int) -> str:
    """Return ``number`` in small Roman numerals."""
    numeral = ""
    for value, letters in ROMAN:
        numeral += letters * (number // value)
        number %= value
    return numeral
