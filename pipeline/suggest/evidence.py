"""From what a model says of segments to suggestions that a reviewer can check in the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipeline.core.receipts import key_of
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


def suggest_batch(segments: pa.Table, *, voice: Voice) -> Answer:
    """Return what is said of the transcripts of ``segments``, in reading order, best first."""
    X = frame_of(segments, voice.prefix)
    reading = voice.model.read(X)
    proba = voice.model.probabilities(reading)
    shown = voice.model.lists(proba)
    reasons = voice.model.explanations(reading, TOP_WORDS, shown)
    places = list(zip(*(segments.column(n).to_pylist() for n in PLACE), strict=True))
    rows, codes, ranks = ranked(proba, shown)
    columns = Columns(voice)
    lists = (column.tolist() for column in (rows, codes, ranks, proba[rows, codes]))
    for row, number, rank, score in zip(*lists, strict=True):
        code = voice.model.codes_[number]
        columns.add(places[row], code, rank, score, reasons[row][code])
    said, start = {}, 0
    for name, part in runs_of(segments):
        stop = start + part.num_rows
        n_abstained = int((~shown[start:stop].any(axis=1)).sum())
        said[name] = Said(n_abstained, columns.digest(*np.searchsorted(rows, (start, stop))))
        start = stop
    return Answer(columns.table(), scores_of(segments, proba, voice.model.codes_), said)


PLACE = ("segment_id", "start", "end")
Place = tuple[str, int, int]


class Columns:
    """Suggestions, column by column, for which rows would be too slow."""

    def __init__(self, voice: Voice) -> None:
        self.voice = voice
        self.segments: list[str] = []
        self.codes: list[str] = []
        self.scores: list[float] = []
        self.ranks: list[int] = []
        self.offsets = [0]
        self.evidence: list[Piece] = []

    def add(self, place: Place, code: str, rank: int, score: float, reason: Explanation) -> None:
        """Add a suggestion."""
        segment_id, start, end = place
        self.segments.append(segment_id)
        self.codes.append(code)
        self.scores.append(round(score, SCORE_DIGITS))
        self.ranks.append(rank)
        self.evidence += evidence_of(start, end, reason, self.voice)
        self.offsets.append(len(self.evidence))

    def table(self) -> pa.Table:
        """Return the rows of the stage file."""
        kind = EVIDENCE.value_type
        fields = zip(*self.evidence, strict=True) if self.evidence else [()] * kind.num_fields
        pieces = pa.StructArray.from_arrays(
            [pa.array(list(v), f.type) for v, f in zip(fields, kind, strict=True)],
            fields=list(kind),
        )
        n = len(self.segments)
        return pa.Table.from_arrays(
            [
                pa.array(self.segments, pa.string()),
                pa.array(self.codes, pa.string()),
                pa.array(self.scores, pa.float64()),
                pa.array(self.ranks, pa.int64()),
                pa.ListArray.from_arrays(pa.array(self.offsets, pa.int32()), pieces, EVIDENCE),
                pa.repeat(self.voice.model_id, n),
                pa.repeat(self.voice.codebook_version, n),
            ],
            schema=schema_of(Suggestion.COLUMNS),
        )

    def digest(self, start: int, stop: int) -> str:
        """Return one hash for all that was said from suggestion ``start`` on, before ``stop``."""
        columns = (self.segments, self.codes, self.scores, self.ranks)
        offsets = self.offsets[start : stop + 1]
        said = [
            *(column[start:stop] for column in columns),
            [offset - offsets[0] for offset in offsets],
            self.evidence[offsets[0] : offsets[-1]],
        ]
        return key_of(self.voice.model_id, self.voice.codebook_version, *said)


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
