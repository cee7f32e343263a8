"""From what a model says of a segment to suggestions that a reviewer can check in the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pipeline.core.records import Evidence, Segment, Suggestion
from pipeline.suggest.frame import frame_of

if TYPE_CHECKING:  # scikit-learn costs a second: it is loaded when there is something to suggest
    from pipeline.learn.classifier import CodebookClassifier
    from pipeline.learn.explain import Explanation

TOP_WORDS = 5
SCORE_DIGITS = 6


def suggest_transcript(
    segments: Sequence[Segment], *, model: CodebookClassifier, model_id: str, codebook_version: str
) -> list[Suggestion]:
    """Return the suggestions for one transcript's segments, in reading order, best first."""
    if not segments:
        return []
    X = frame_of(segments)
    proba = model.predict_proba(X)
    shown = model.lists(proba)
    reasons = model.explain(X, top=TOP_WORDS, shown=shown)
    return [
        Suggestion(
            segment_id=segments[row].segment_id,
            code=model.codes_[code],
            score=round(float(proba[row, code]), SCORE_DIGITS),
            rank=rank,
            evidence=tuple(evidence_of(segments[row], reasons[row][model.codes_[code]])),
            model_id=model_id,
            codebook_version=codebook_version,
        )
        for row in range(len(segments))
        for rank, code in enumerate(ranked(proba[row], shown[row]), 1)
    ]


def ranked(proba: Any, shown: Any) -> list[int]:
    """Return the codes shown in a row, the likeliest first; of equals the earlier code."""
    return sorted(shown.nonzero()[0].tolist(), key=lambda code: -float(proba[code]))


def evidence_of(segment: Segment, explanation: Explanation) -> Iterator[Evidence]:
    """Yield words, then likenesses of the whole segment; offsets are the transcript's."""
    for word in explanation.words:
        yield Evidence(segment.start + word.start, segment.start + word.end, word.weight, "word")
    if explanation.seed is not None:
        near = explanation.seed
        reason = f'near {near.kind}: "{near.text}"'
        yield Evidence(segment.start, segment.end, near.likeness, reason)
    for other in explanation.accepted:
        reason = f'near accepted: {other.transcript_id} turn {other.turn} "{other.text}"'
        yield Evidence(segment.start, segment.end, other.likeness, reason)
