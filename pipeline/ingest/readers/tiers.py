"""Tiers of annotation: which hold speech, whose it is, and all of it in order of time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.ingest.blocks import Block, Reading
from pipeline.ingest.decode import canonical_characters
from pipeline.ingest.readers.rows import no_content
from pipeline.ingest.readers.tally import Tally

NO_SPEECH = re.compile(
    r"words?|phones?|phonemes?|segments?|syllables?|syl|pitch|tones?|tobi|breaks?|pos|tags?"
    r"|gloss(?:es)?|ge|morph\w*|lemmas?|translations?|ft|topics?|entit(?:y|ies)|speakers?|gestures?|gaze|comments?"
    r"|notes?|annotations?|misc|noise|silences?",
    re.IGNORECASE,
)
NO_NAME = re.compile(
    r"text|tx|transcripts?|transcriptions?|transcription\d*|default|utterances?|utt|speech|ort\w*"
    r"|sentences?|talk|tier ?\d*|untitled",
    re.IGNORECASE,
)
GAP = re.compile(r"\s+")
MANY = 30
WORDS_EACH = 1.2


@dataclass(frozen=True, slots=True)
class Event:
    """A stretch of a tier; ``order`` puts those of all tiers in line."""

    text: str
    order: float
    start_s: float | None = None
    end_s: float | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier: its name, and the speaker that the format names for it, if it does."""

    name: str
    events: tuple[Event, ...]
    speaker: str = ""

    @property
    def label(self) -> str | None:
        """Whose speech it is: the speaker named, else the tier's name unless it is a common one."""
        name = self.speaker or self.name.rpartition("@")[2]
        return None if not name or NO_NAME.fullmatch(name.strip()) else name.strip()

    @property
    def is_speech(self) -> bool:
        """Whether it holds talk rather than words one by one, sounds or remarks."""
        if NO_SPEECH.fullmatch(self.name.partition("@")[0].strip()):
            return False
        n_words = sum(len(event.text.split()) for event in self.events)
        is_word_by_word = len(self.events) >= MANY and n_words < WORDS_EACH * len(self.events)
        return bool(self.speaker) or not is_word_by_word


def reading_of_tiers(tiers: Sequence[Tier], tally: Tally, encoding: str) -> Reading:
    """Return the events of all tiers of speech in order of time, as blocks of kind ``event``.

    Where no tier holds speech, the one with most words is read, and nobody is named.

    Raises
    ------
    TranscriptError
        ``E_NO_CONTENT`` if no tier has words.
    """
    filled = [tier for tier in tiers if tier.events]
    if not filled:
        raise no_content("event with words")
    speech = [tier for tier in filled if tier.is_speech]
    chosen = speech or [max(filled, key=lambda tier: sum(len(e.text.split()) for e in tier.events))]
    for tier in filled:
        if not any(tier is other for other in chosen):
            tally.add("tier without speech", " ".join(event.text for event in tier.events))
    pairs = [(tier, event) for tier in chosen for event in tier.events]
    pairs.sort(key=lambda pair: pair[1].order)  # those that begin together stay in order of tiers
    blocks = tuple(
        Block(
            event.text,
            tier.label if speech else None,
            event.start_s,
            event.end_s,
            kind="event",
            place=f"{tier.name or 'tier'} event {number}",
        )
        for number, (tier, event) in enumerate(pairs, 1)
    )
    return Reading(
        blocks,
        is_structured=any(block.label is not None for block in blocks),
        encoding=encoding,
        removed=tally.removed(),
        declared={tier.label: "" for tier in speech if tier.label is not None},
    )


def spaced(text: str) -> str:
    """Return ``text`` with white space as single spaces."""
    return GAP.sub(" ", canonical_characters(text)[0]).strip()
