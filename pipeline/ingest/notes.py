"""Notes and times among spoken words: ``[laughs]``, ``(inaudible 00:12)``, ``((...))``."""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_NOTE = 160  # characters; longer brackets are speech that someone bracketed
CLOCK = r"(?:\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?|\d{1,2}\.\d{2}\.\d{2})"
TIME = re.compile(
    rf"\\?[\[({{<#]\s*{CLOCK}(?:-\d{{1,2}})?(?:\s*(?:-->|[-\u2013\u2014])\s*{CLOCK})?\s*\\?[\])}}>#]"
)
OPENING = re.compile(r"[\[(#<{]")
SQUARE = re.compile(rf"\\?\[[^\[\]\n]{{1,{MAX_NOTE}}}\]|\(\([^()\n]{{1,{MAX_NOTE}}}\)\)")
ROUND = re.compile(rf"\([^()\n]{{1,{MAX_NOTE}}}\)")
PAUSE = re.compile(r"[\s.…\d,\-\u2013?]+(?:s|sec|seconds?|sek|min)?\.?")
ROUND_WORDS = re.compile(
    r"\b(?:inaudible|unintelligible|indistinct|unclear|crosstalk|cross-talk|overlap\w*|laugh\w*|"
    r"chuckl\w*|sigh\w*|cough\w*|pause\w*|silence|applause|music|phone|whisper\w*|sniff\w*|cr(?:y|ies|ying)|"
    r"nods?|nodding|gestur\w*|points?|pointing|interrupt\w*|background|lach\w*|pause|unverständlich\w*|seufz\w*|"
    r"griner|ler|pause|uhørligt|uforståelig\w*|skratt\w*|ohörbart|paus|rire\w*|inaudible|silence|"
    r"ríe\w*|risas?|pausa|inaudible|ininteligible|risos?|inaudível|lacht|onverstaanbaar)\b",
    re.IGNORECASE,
)


def notes_in(text: str, start: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Yield (kind, start, end) for each note and time in ``text[start:end]``, in any order."""
    if OPENING.search(text, start, end) is None:
        return
    for found in TIME.finditer(text, start, end):
        yield "time", found.start(), found.end()
    for found in SQUARE.finditer(text, start, end):
        if not TIME.fullmatch(found.group()):
            yield "note", found.start(), found.end()
    for found in ROUND.finditer(text, start, end):
        inner = found.group()[1:-1]
        if PAUSE.fullmatch(inner) or ROUND_WORDS.search(inner):
            yield "note", found.start(), found.end()


def is_note(text: str) -> bool:
    """Whether all of ``text`` is one or more notes, as in ``[recording starts]``."""
    if "[" not in text and "(" not in text:
        return False
    left = SQUARE.sub("", text)
    left = ROUND.sub(lambda m: "" if ROUND_WORDS.search(m.group()) else m.group(), left)
    return (
        bool(text.strip()) and not left.strip(" \t\n\xa0*_.") and not TIME.fullmatch(text.strip())
    )
