"""What is marked where: coded passages laid on transcripts or on their segments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.core.records import Segment, Transcript
from pipeline.exchange.marked import Mark, MarkedText
from pipeline.export.loss import Loss

SEGMENT, TRANSCRIPT = "segment", "transcript"
UNITS = (SEGMENT, TRANSCRIPT)
CLIPPED = "they reach beyond a segment and were cut at its edges"
OUTSIDE = "they lie in no segment; take --unit transcript"
Marks = Mapping[str, Sequence[Mark]]


@dataclass(frozen=True, slots=True)
class Frame:
    """The texts that go out: transcripts in which somebody worked, and their segments."""

    transcripts: Sequence[Transcript]
    segments: Mapping[str, Sequence[Segment]]

    def texts(self, unit: str) -> Iterator[MarkedText]:
        """Yield each text, still without marks, in order."""
        for one in self.transcripts:
            if unit == TRANSCRIPT:
                yield MarkedText(one.transcript_id, None, 0, one.text)
                continue
            for row in self.segments.get(one.transcript_id, ()):
                yield MarkedText(row.transcript_id, row.segment_id, row.start, row.text)


def marked_texts(
    frame: Frame, unit: str, coded: Marks, suggested: Marks, loss: Loss
) -> list[MarkedText]:
    """Return the texts with what was coded on them.

    Parameters
    ----------
    frame
        Which texts.
    unit
        One of `UNITS`.
    coded
        What people coded, by transcript, in code points of it.
    suggested
        What the machine suggests, likewise.
    loss
        Learns which codings had to be cut, and which lie in no text.
    """
    texts = list(frame.texts(unit))
    pieces: dict[tuple[str, Mark], int] = {}
    for text in texts:
        for mark in coded.get(text.transcript_id, ()):
            place = (text.transcript_id, mark)
            pieces[place] = pieces.get(place, 0) + shared(text, mark)
    n_cut = sum(0 < found < mark.end - mark.start for (_, mark), found in pieces.items())
    n_whole = sum(found == mark.end - mark.start for (_, mark), found in pieces.items())
    loss.out("codings", n_cut + n_whole)
    loss.changed("codings", CLIPPED, n_cut)
    loss.left("codings", OUTSIDE, sum(map(len, coded.values())) - n_cut - n_whole)
    return [
        replace(
            text,
            marks=laid_on(text, coded.get(text.transcript_id, ())),
            suggestions=laid_on(text, suggested.get(text.transcript_id, ())),
        )
        for text in texts
    ]


def shared(text: MarkedText, mark: Mark) -> int:
    """Return how many characters of a mark lie in a text."""
    return max(0, min(mark.end, text.start + len(text.text)) - max(mark.start, text.start))


def laid_on(text: MarkedText, marks: Sequence[Mark]) -> tuple[Mark, ...]:
    """Return those marks that touch a text, in its own code points, cut at its edges."""
    found = [
        replace(
            mark,
            start=max(mark.start, text.start) - text.start,
            end=min(mark.end, text.start + len(text.text)) - text.start,
        )
        for mark in marks
        if shared(text, mark)
    ]
    return tuple(sorted(found, key=lambda mark: (mark.start, mark.end, mark.code, mark.coder)))
