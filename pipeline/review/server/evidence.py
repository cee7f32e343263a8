"""Why the model suggests a code: for and against in the text, and passages like it, on demand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from pipeline.core.errors import ReviewError
from pipeline.core.records import Evidence, Suggestion
from pipeline.review.facts import Place, segment_id
from pipeline.review.log.fold import YES
from pipeline.review.server.bench import Bench, words_of

LIKE_CODEBOOK = re.compile(r'near (?!accepted:)(?P<kind>[^:]+): "(?P<text>.*)"', re.DOTALL)
LIKE_ACCEPTED = re.compile(
    r'near accepted: (?P<name>.+?) turn (?P<turn>\d+) "(?P<text>.*)"', re.DOTALL
)


def evidence(bench: Bench, place: Place) -> dict[str, dict[str, Any]]:
    """Return what speaks for and against each suggestion that the coder has before them, by code.

    Of passages like this one that were accepted, only those are told that the coder accepted: what
    others decided is not theirs to see.

    Raises
    ------
    ReviewError
        If suggestions are withheld here, or were not told yet.
    """
    segment = bench.segment(place)
    if bench.is_withheld(place) or place not in bench.pinned:
        raise ReviewError("evidence: no suggestion is on view here.", code="E_BLIND")
    items = bench.work_at(place).facts.suggested(place)
    return {
        item.code: {
            "for": words_of(item, segment, sign=1),
            "against": words_of(item, segment, sign=-1),
            "like": likenesses(item.evidence),
            "accepted": own_passages(bench, item, segment_id(place)),
        }
        for item in items
    }


def likenesses(found: Iterable[Evidence]) -> list[dict[str, str]]:
    """Return the texts of the codebook that the segment is like."""
    matches = (LIKE_CODEBOOK.fullmatch(item.reason) for item in found)
    return [{"kind": match["kind"], "text": match["text"]} for match in matches if match]


def own_passages(bench: Bench, item: Suggestion, own: str) -> list[dict[str, str]]:
    """Return the passages like this one to which the coder said yes for the same code."""
    found = []
    for match in (LIKE_ACCEPTED.fullmatch(piece.reason) for piece in item.evidence):
        place = match and accepted_at(bench, match["name"], int(match["turn"]), item.code)
        if match and place and segment_id(place) != own:
            query = urlencode({"t": place[0]})
            number = bench.number_of(place)
            found.append(
                {
                    "text": match["text"],
                    "where": f"{place[0]}, segment {number}",
                    "url": f"/review?{query}#segment-{number}",
                }
            )
    return found


def accepted_at(bench: Bench, transcript_id: str, turn: int, code: str) -> Place | None:
    """Return the segment of a turn to which the coder's own yes stands, None if there is none."""
    for segment in bench.by_transcript.get(transcript_id, ()):
        if segment.turn != turn:
            continue
        place = (segment.transcript_id, segment.start, segment.end)
        standing = bench.log.current(bench.work.coder, *place)
        if any(item.code == code and item.verdict == YES for item in standing):
            return place
    return None
