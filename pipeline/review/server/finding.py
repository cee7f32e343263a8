"""Finds segments across transcripts by their words, the coder's own codes, speaker and state."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pipeline.core.records import Segment
from pipeline.review.log.fold import DONE, SKIPPED, UNSURE, YES
from pipeline.review.server.bench import Bench

MOST_FOUND = 200
AROUND = 90  # characters shown before and after what was found


Hit = tuple[Segment, int, re.Match[str], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for; empty fields ask for nothing."""

    words: str = ""
    code: str = ""
    speaker: str = ""
    state: str = ""
    transcript: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked."""
        return not (self.words or self.code or self.speaker or self.state or self.transcript)


@dataclass(frozen=True, slots=True)
class Finds:
    """The first segments found, each as the page shows it, and how many there are in all."""

    rows: list[dict[str, Any]]
    n: int


def find(bench: Bench, query: Query) -> Finds:
    """Return the segments that keep every condition, as they are read."""
    found = [] if query.is_empty else list(hits(bench, query))
    return Finds([row_of(*hit) for hit in found[:MOST_FOUND]], len(found))


def hits(bench: Bench, query: Query) -> Iterator[Hit]:
    """Yield what keeps every condition."""
    pattern = pattern_of(query.words)
    for name, segments in sorted(bench.by_transcript.items()):
        if query.transcript not in {"", name}:
            continue
        states = bench.states(name)
        for number, segment in enumerate(segments, 1):
            match, state = pattern.search(segment.text), states[segment.segment_id]
            if match and keeps(segment, state, query):
                yield segment, number, match, state


def pattern_of(words: str) -> re.Pattern[str]:
    """Return what finds ``words``, with any white space between them."""
    return re.compile(r"\s+".join(re.escape(word) for word in words.split()), re.IGNORECASE)


def keeps(segment: Segment, state: Mapping[str, Any], query: Query) -> bool:
    """Whether a segment keeps the conditions on speaker, code and state."""
    verdicts = [*state["codes"].items()]
    for part in state["parts"].values():
        verdicts += part["codes"].items()
    standing = {(code, found["verdict"]) for code, found in verdicts}
    if query.speaker and (segment.speaker or "") != query.speaker:
        return False
    if query.code and not any(code == query.code and v != "open" for code, v in standing):
        return False
    span = state["span"]
    conditions: Mapping[str, bool] = {
        "": True,
        "open": span["verdict"] != DONE,
        "done": span["verdict"] == DONE,
        "skipped": span["verdict"] == SKIPPED,
        "coded": any(verdict == YES for _, verdict in standing),
        "unsure": any(verdict == UNSURE for _, verdict in standing),
        "memo": bool(span["memo"]),
    }
    return conditions.get(query.state, True)


def row_of(
    segment: Segment, number: int, hit: re.Match[str], state: Mapping[str, Any]
) -> dict[str, Any]:
    """Return one segment as the page shows it."""
    start, end = hit.span()
    left, right = max(0, start - AROUND), end + AROUND
    codes = {code for code, found in state["codes"].items() if found["verdict"] == YES}
    for part in state["parts"].values():
        codes |= {code for code, found in part["codes"].items() if found["verdict"] == YES}
    return {
        "transcript": segment.transcript_id,
        "number": number,
        "speaker": segment.speaker or "",
        "left": ("… " if left else "") + segment.text[left:start],
        "hit": segment.text[start:end],
        "right": segment.text[end:right] + (" …" if right < len(segment.text) else ""),
        "codes": sorted(codes),
        "verdict": state["span"]["verdict"],
    }
