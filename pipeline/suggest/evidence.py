"""From what a model says of segments to suggestions that a reviewer can check in the text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from pipeline.core.receipts import digest_of
from pipeline.core.records import Suggestion
from pipeline.core.tables import schema_of
from pipeline.suggest.frame import frame_of
from pipeline.suggest.scores import scores_of
from pipeline.suggest.talks import runs_of

if TYPE_CHECKING:  # scikit-learn costs a second: it is loaded when there is something to suggest
    from pipeline.learn.classifier import CodebookClassifier
    from pipeline.learn.explain import Explanation, NearSegment

TOP_WORDS = 5
SCORE_DIGITS = 6
Row = dict[str, Any]


@dataclass(frozen=True)
class Voice:
    """A model in use in a corpus, as it speaks in suggestions.

    ``prefix`` stands before the corpus's transcript ids in the model's memory, where that is of
    several corpora; ``speakers`` has who spoke in the remembered turns, by transcript and turn.
    """

    model: CodebookClassifier
    model_id: str
    codebook_version: str
    prefix: str = ""
    speakers: Mapping[tuple[str, int], str] = field(default_factory=dict)

    @property
    def remembered(self) -> set[tuple[str, int]]:
        """The turns of this corpus that the model can point at."""
        notes = self.model.accepted_.notes_
        return {(name.removeprefix(self.prefix), int(turn)) for name, turn, _ in notes}

    def reason_of(self, near: NearSegment) -> str:
        """Return where an accepted segment stands, who spoke, and how it begins."""
        name = near.transcript_id.removeprefix(self.prefix)
        speaker = self.speakers.get((name, near.turn), "")
        words = f"{speaker}: {near.text}" if speaker else near.text
        return f'near accepted: {name} turn {near.turn} "{words}"'


@dataclass(frozen=True)
class Said:
    """What was said of one transcript; ``digest`` is that of its suggestions."""

    suggestions: pa.Table
    scores: pa.Table
    n_abstained: int
    digest: str


def suggest_batch(segments: pa.Table, *, voice: Voice) -> dict[str, Said]:
    """Return what is said of each transcript of ``segments``, in reading order, best first."""
    X = frame_of(segments, voice.prefix)
    proba = voice.model.predict_proba(X)
    shown = voice.model.lists(proba)
    reasons = voice.model.explain(X, top=TOP_WORDS, shown=shown)
    places = list(zip(*(segments.column(n).to_pylist() for n in PLACE), strict=True))
    scores = scores_of(segments, proba, voice.model.codes_)
    found, start = {}, 0
    for name, part in runs_of(segments):
        stop = start + part.num_rows
        rows = [
            row
            for n in range(start, stop)
            for row in rows_of(places[n], proba[n], shown[n], reasons[n], voice)
        ]
        found[name] = Said(
            pa.Table.from_pylist(rows, schema=schema_of(Suggestion.COLUMNS)),
            scores.slice(start, part.num_rows),
            int((~shown[start:stop].any(axis=1)).sum()),
            digest_of(rows),
        )
        start = stop
    return found


PLACE = ("segment_id", "start", "end")
Place = tuple[str, int, int]


def rows_of(
    place: Place, proba: Any, shown: Any, reasons: Mapping[str, Explanation], voice: Voice
) -> Iterator[Row]:
    """Yield the suggestions for one segment, the likeliest first."""
    segment_id, start, end = place
    for rank, column in enumerate(ranked(proba, shown), 1):
        code = voice.model.codes_[column]
        yield {
            "segment_id": segment_id,
            "code": code,
            "score": round(float(proba[column]), SCORE_DIGITS),
            "rank": rank,
            "evidence": evidence_of(start, end, reasons[code], voice),
            "model_id": voice.model_id,
            "codebook_version": voice.codebook_version,
        }


def ranked(proba: Any, shown: Any) -> list[int]:
    """Return the codes shown in a row, the likeliest first; of equals the earlier code."""
    return sorted(shown.nonzero()[0].tolist(), key=lambda code: -float(proba[code]))


def evidence_of(start: int, end: int, explanation: Explanation, voice: Voice) -> Sequence[Row]:
    """Return words, then likenesses of the whole segment; offsets are the transcript's."""
    found = [
        piece(start + word.start, start + word.end, word.weight, "word")
        for word in explanation.words
    ]
    if explanation.seed is not None:
        near = explanation.seed
        found.append(piece(start, end, near.likeness, f'near {near.kind}: "{near.text}"'))
    found += [
        piece(start, end, other.likeness, voice.reason_of(other)) for other in explanation.accepted
    ]
    return found


def piece(start: int, end: int, weight: float, reason: str) -> Row:
    """Return one piece of evidence as a row."""
    return {"start": start, "end": end, "weight": weight, "reason": reason}
