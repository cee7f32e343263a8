"""Praat's TextGrids, long and short: interval tiers of speech."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from math import isfinite

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Notice, Reading
from pipeline.ingest.decode import Decoded, decode
from pipeline.ingest.readers.tally import Tally
from pipeline.ingest.readers.tiers import Event, Tier, reading_of_tiers, spaced

# Praat itself reads only what stands free: strings, numbers and flags; all else explains.
FREE = re.compile(
    r"\"(?P<text>(?:[^\"]|\"\")*)\""
    r"|(?<!\S)(?P<number>-?\d[\d.eE+-]{0,30})(?!\S)"
    r"|<(?P<flag>\w+)>"
)
INTERVALS = "IntervalTier"
GUESSED = "W_ENCODING_GUESSED"


def parse_textgrid(data: bytes, settings: IngestSettings) -> Reading:
    """Return the intervals of a TextGrid as blocks of kind ``event``; a tier is a speaker.

    Raises
    ------
    TranscriptError
        ``E_CORRUPT`` if it ends or breaks, ``E_NO_CONTENT`` if no tier has words.
    """
    decoded = decode_praat(data, settings)
    tally = Tally()
    try:
        tiers = tiers_of(FREE.finditer(decoded.text), tally)
    except ValueError as error:
        raise TranscriptError(
            "the TextGrid ends or breaks before its last interval. Copy or export it again.",
            code="E_CORRUPT",
        ) from error
    reading = reading_of_tiers(tiers, tally, decoded.encoding)
    return replace(reading, notices=decoded.notices)


def decode_praat(data: bytes, settings: IngestSettings) -> Decoded:
    """Return the text; what is neither UTF-8 nor UTF-16 is Latin-1, as Praat has it."""
    decoded = decode(data, settings.encoding)
    if not any(notice.code == GUESSED for notice in decoded.notices):
        return decoded
    sentence = (
        "it is not UTF-8 and was read as Latin-1, as Praat does. If words are wrong, name the "
        'encoding: encoding = "..." under [[ingest.files]].'
    )
    latin = decode(data, "cp1252")
    return replace(latin, notices=(Notice(GUESSED, sentence), *latin.notices))


def tiers_of(tokens: Iterator[re.Match[str]], tally: Tally) -> list[Tier]:
    """Return the interval tiers; tiers of points hold no speech and are counted.

    Raises
    ------
    ValueError
        If a token is missing or of another kind than the format asks for.
    """
    for kind in ("text", "text", "number", "number", "flag"):
        take(tokens, kind)
    tiers = []
    for _ in range(count(tokens)):
        is_speech, name = take(tokens, "text") == INTERVALS, take(tokens, "text")
        take(tokens, "number")
        take(tokens, "number")
        events = [event_of(tokens, is_interval=is_speech) for _ in range(count(tokens))]
        filled = tuple(event for event in events if event.text)
        if is_speech:
            tiers.append(Tier(spaced(name), filled))
        elif filled:
            tally.add("tier of points", " ".join(event.text for event in filled))
    return tiers


def event_of(tokens: Iterator[re.Match[str]], *, is_interval: bool) -> Event:
    """Return the next interval or point."""
    start = moment(tokens)
    end = moment(tokens) if is_interval else start
    return Event(spaced(take(tokens, "text").replace('""', '"')), start, start, end)


def moment(tokens: Iterator[re.Match[str]]) -> float:
    """Return a time in seconds.

    Raises
    ------
    ValueError
        If it is beyond what a float can hold.
    """
    seconds = float(take(tokens, "number"))
    if not isfinite(seconds):
        raise ValueError("a time without end")
    return seconds


def count(tokens: Iterator[re.Match[str]]) -> int:
    """Return the number of things that follow."""
    return int(take(tokens, "number"))


def take(tokens: Iterator[re.Match[str]], kind: str) -> str:
    """Return the next token.

    Raises
    ------
    ValueError
        If there is none, or it is of another kind.
    """
    found = next(tokens, None)
    if found is None or found[kind] is None:
        raise ValueError(f"no {kind}")
    return str(found[kind])
