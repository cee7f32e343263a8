"""Turns to segments: only the transcripts whose turns or settings changed."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pyarrow as pa

from pipeline.core.atomic import touch
from pipeline.core.batches import Batches
from pipeline.core.pieces import Made, Pieces, Target, renew
from pipeline.core.receipts import Outcome, Receipt, digest_of, key_of, sha256_of
from pipeline.core.records import Segment, Turn
from pipeline.core.settings import SegmentSettings
from pipeline.core.spans import Span
from pipeline.core.streams import runs_of
from pipeline.core.tables import from_table, plan_update, read_receipt, schema_of, to_table
from pipeline.engine import Engine
from pipeline.segment import SPLITTERS
from pipeline.segment.splitters import Cut

STAGE = "segment"
TABLE = "segments"
VERSION = "segment-2"  # raise it when the same turns would be cut otherwise


def segment_turns(
    turns: Iterable[Turn], *, settings: SegmentSettings, language: str
) -> list[Segment]:
    """Return the segments of one transcript's turns, in order of the text."""
    split = SPLITTERS[settings.unit]  # the settings have been checked
    cut = Cut(language, settings.max_words)
    return [
        segment_of(turn, span)
        for turn in turns
        if turn.role not in settings.context_roles
        for span in split(turn.text, cut)
    ]


def segment_batch(turns: pa.Table, *, settings: SegmentSettings, language: str) -> Made:
    """Return the segments of several transcripts' turns."""
    found = {
        name: segment_turns(from_table(rows, Turn), settings=settings, language=language)
        for name, rows in runs_of(turns)
    }
    return Made(
        {TABLE: to_table([row for rows in found.values() for row in rows], Segment)},
        {name: {TABLE: digest_of(rows)} for name, rows in found.items()},
    )


def segment_of(turn: Turn, span: Span) -> Segment:
    """Return the words of ``turn`` that lie in ``span``, which counts from the turn's start."""
    start, end = turn.start + span.start, turn.start + span.end
    return Segment(
        segment_id=f"{turn.transcript_id}:{start}-{end}",
        transcript_id=turn.transcript_id,
        turn=turn.turn,
        speaker=turn.speaker,
        participant_id=turn.participant_id,
        role=turn.role,
        start=start,
        end=end,
        text=turn.text[span.start : span.end],
        question=turn.question,
    )


def run(
    turns: Path, out: Path, settings: SegmentSettings, *, language: str, engine: Engine
) -> Outcome:
    """Bring the segments in ``out`` up to date with ``turns``.

    Parameters
    ----------
    turns
        The table of turns.
    out
        The table of segments to write, whole or not at all.
    settings
        How to cut, and which roles are context.
    language
        Two-letter code of the transcripts' language.
    engine
        Who does the work.
    """
    source = read_receipt(turns)
    wanted = {
        name: key_of(VERSION, settings, language, part.digest)
        for name, part in source.parts.items()
    }
    update = plan_update(out, wanted)
    if update.is_nothing:
        touch(out)
        return Outcome(update, read_receipt(out))
    pieces = Pieces.beside(out, STAGE, [TABLE])
    pieces.hold(wanted)
    batches = Batches(turns, pieces.missing(update.make), Turn.COLUMNS)
    work = partial(segment_batch, settings=settings, language=language)
    for made in engine.map(work, batches, sizes=batches.sizes):
        pieces.keep(made, wanted)
    receipt = Receipt(
        stage=STAGE,
        inputs={turns.name: sha256_of(turns)},
        settings=key_of(settings, language),
        rows_in=source.rows_out,
        details={"context_roles": list(settings.context_roles), "unit": settings.unit},
    )
    target = Target(out, TABLE, schema_of(Segment.COLUMNS))
    receipt = renew(target, wanted, update.keep, pieces, receipt)
    pieces.clear()
    return Outcome(update, receipt)
