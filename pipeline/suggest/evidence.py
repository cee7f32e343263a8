"""From what a model says of segments to suggestions that a reviewer can check in the text."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.core.records import Suggestion
from pipeline.core.streams import runs_of
from pipeline.core.tables import EVIDENCE, schema_of
from pipeline.suggest.frame import frame_of
from pipeline.suggest.scores import scores_of

if TYPE_CHECKING:  # scikit-learn costs a second: it is loaded when there is something to suggest
    from pipeline.learn.classifier import CodebookClassifier
    from pipeline.learn.explain import Explanation, NearSegment

TOP_WORDS = 5
SCORE_DIGITS = 6
Array = npt.NDArray[Any]
Piece = tuple[int, int, float, str]


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
        notes = self.model.accepted_.notes
        return {(name.removeprefix(self.prefix), int(turn)) for name, turn, _ in notes}

    def reason_of(self, near: NearSegment) -> str:
        """Return where an accepted segment stands, who spoke, and how it begins."""
        name = near.transcript_id.removeprefix(self.prefix)
        speaker = self.speakers.get((name, near.turn), "")
        words = f"{speaker}: {near.text}" if speaker else near.text
        return f'near accepted: {name} turn {near.turn} "{words}"'


@dataclass(frozen=True)
class Said:
    """What was said of one transcript, in short; ``digest`` is that of its suggestions."""

    n_abstained: int
    digest: str


@dataclass(frozen=True)
class Answer:
    """What a model says of some transcripts: the rows of both tables, and ``said`` of each.

    Tables of single transcripts, cut from these, would each be sent with the rows of all.
    """

    suggestions: pa.Table
    scores: pa.Table
    said: dict[str, Said]


@contextlib.contextmanager
def collector_at_rest() -> Iterator[None]:
    """Put off Python's search for cyclic garbage, which looks at all that libraries hold.

    A batch makes many small things and hardly a cycle: the search took a quarter of its time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@collector_at_rest()
def suggest_batch(segments: pa.Table, *, voice: Voice) -> Answer:
    """Return what is said of the transcripts of ``segments``, in reading order, best first."""
    X = frame_of(segments, voice.prefix)
    reading = voice.model.read(X)
    proba = voice.model.probabilities(reading)
    shown = voice.model.lists(proba)
    reasons = voice.model.explanations(reading, TOP_WORDS, shown)
    suggested = suggestions_of(segments, proba, shown, reasons, voice)
    said, start = {}, 0
    for name, part in runs_of(segments):
        stop = start + part.num_rows
        n_abstained = int((~shown[start:stop].any(axis=1)).sum())
        said[name] = Said(n_abstained, suggested.digest(start, stop))
        start = stop
    return Answer(suggested.table(), scores_of(segments, proba, voice.model.codes_), said)


PLACE = ("segment_id", "start", "end")


@dataclass(frozen=True)
class Suggested:
    """Suggestions, column by column, for which rows would be too slow.

    ``rows`` has the number of each one's segment; its pieces of evidence are those from its number
    in ``offsets`` on, before the next one.
    """

    rows: Array
    segments: list[str]
    codes: list[str]
    scores: Array
    ranks: Array
    offsets: Array
    starts: Array
    ends: Array
    weights: Array
    reasons: list[str]
    voice: Voice

    def table(self) -> pa.Table:
        """Return the rows of the stage file."""
        pieces = pa.StructArray.from_arrays(
            [pa.array(self.starts), pa.array(self.ends), pa.array(self.weights),
             pa.array(self.reasons, pa.string())],
            fields=list(EVIDENCE.value_type),
        )  # fmt: skip
        n = len(self.rows)
        return pa.Table.from_arrays(
            [
                pa.array(self.segments, pa.string()),
                pa.array(self.codes, pa.string()),
                pa.array(self.scores),
                pa.array(self.ranks),
                pa.ListArray.from_arrays(pa.array(self.offsets, pa.int32()), pieces, EVIDENCE),
                pa.repeat(self.voice.model_id, n),
                pa.repeat(self.voice.codebook_version, n),
            ],
            schema=schema_of(Suggestion.COLUMNS),
        )

    def digest(self, start: int, stop: int) -> str:
        """Return one hash for all that was said of the segments from ``start`` on, before ``stop``.

        Numbers go in as their bytes: to write them out took longer than to find them.
        """
        first, last = np.searchsorted(self.rows, (start, stop)).tolist()
        offsets = self.offsets[first : last + 1]
        low, high = offsets[0], offsets[-1]
        digest = hashlib.sha256()
        for texts in (
            (self.voice.model_id, self.voice.codebook_version),
            self.segments[first:last],
            self.codes[first:last],
            self.reasons[low:high],
        ):
            digest.update(json.dumps(texts).encode())
        for numbers in (
            self.scores[first:last],
            self.ranks[first:last],
            offsets - low,
            self.starts[low:high],
            self.ends[low:high],
            self.weights[low:high],
        ):
            digest.update(numbers.tobytes())
        return digest.hexdigest()[:32]


def suggestions_of(
    segments: pa.Table,
    proba: Array,
    shown: Array,
    reasons: Sequence[Mapping[str, Explanation]],
    voice: Voice,
) -> Suggested:
    """Return what is ``shown`` of ``segments``, with the evidence that ``reasons`` hold."""
    rows, numbers, ranks = ranked(proba, shown)
    ids, starts, ends = (segments.column(name).to_pylist() for name in PLACE)
    codes = [voice.model.codes_[number] for number in numbers.tolist()]
    evidence: list[Piece] = []
    offsets = [0]
    for row, code in zip(rows.tolist(), codes, strict=True):
        evidence += evidence_of(starts[row], ends[row], reasons[row][code], voice)
        offsets.append(len(evidence))
    fields = zip(*evidence, strict=True) if evidence else [()] * 4
    piece_starts, piece_ends, weights, words = fields
    return Suggested(
        rows,
        [ids[row] for row in rows.tolist()],
        codes,
        np.round(proba[rows, numbers], SCORE_DIGITS),
        ranks,
        np.array(offsets),
        np.array(piece_starts, dtype=np.int64),
        np.array(piece_ends, dtype=np.int64),
        np.array(weights, dtype=np.float64),
        list(words),
        voice,
    )


def ranked(proba: Array, shown: Array) -> tuple[Array, Array, Array]:
    """Return row, code and rank of what is ``shown``, row by row, the likeliest first.

    Of equals the earlier code comes first; the first rank is 1.
    """
    rows, codes = np.nonzero(shown)
    order = np.lexsort((codes, -proba[rows, codes], rows))
    ranks = 1 + np.arange(len(rows)) - np.searchsorted(rows, rows)
    return rows, codes[order], ranks


def evidence_of(start: int, end: int, explanation: Explanation, voice: Voice) -> list[Piece]:
    """Return words, then likenesses of the whole segment; offsets are the transcript's."""
    found: list[Piece] = [
        (start + word.start, start + word.end, word.weight, "word") for word in explanation.words
    ]
    if explanation.seed is not None:
        near = explanation.seed
        found.append((start, end, near.likeness, f'near {near.kind}: "{near.text}"'))
    found += [(start, end, near.likeness, voice.reason_of(near)) for near in explanation.accepted]
    return found
