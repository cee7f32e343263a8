"""All that became of one transcript, masked: text, turns, labels, what the report will say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.core.receipts import key_of
from pipeline.core.records import Turn
from pipeline.core.settings import SpeakerSettings
from pipeline.ingest.account import Made
from pipeline.ingest.blocks import Notice
from pipeline.ingest.labels import fold
from pipeline.ingest.pseudonyms.mask import Masker, mask_layout
from pipeline.ingest.pseudonyms.table import holds_name
from pipeline.ingest.speakers import Finding

IN_FILE_NAME = (
    "the file's name holds a name that is replaced in the text; it becomes the transcript's id and "
    "stands in every export. Rename the file."
)


def mask_made(
    made: Made, speakers: Mapping[str, SpeakerSettings], masker: Masker
) -> tuple[Made, list[list[int | str]]]:
    """Return ``made`` with names and contacts replaced, and a row for each replacement.

    Parameters
    ----------
    made
        One transcript; speakers were found in the words as they came.
    speakers
        Of the settings; they may name a speaker as the masked transcript does, too.
    masker
        For this transcript; it remembers what has no number yet.
    """
    masked = mask_layout(made.layout, made.turns, masker)
    notices = masked_notices(made.reading.notices, masker)
    if holds_name(masker.masks.seeker, made.source):
        notices = (*notices, Notice("W_NAME_IN_FILE_NAME", IN_FILE_NAME))
    fresh = replace(
        made,
        reading=replace(made.reading, notices=notices),
        finding=masked_finding(made.finding, masker),
        layout=masked.layout,
        turns=with_told_roles(made.turns, masked.turns, speakers),
    )
    return fresh, masked.rows


def sealed(key: str, rows: Sequence[Sequence[object]]) -> str:
    """Return the part key of a transcript with what was put for names: other words, other key."""
    return key_of(key, [list(row) for row in rows])


def masked_finding(finding: Finding, masker: Masker) -> Finding:
    """Return what the detector found, its labels masked."""
    return replace(
        finding,
        declared={masker.label(name): masker.text(what) for name, what in finding.declared.items()},
        suspects=tuple(
            replace(one, place=masker.place(one.place), text=masker.label(one.text))
            for one in finding.suspects
        ),
        notices=masked_notices(finding.notices, masker),
    )


def masked_notices(notices: Sequence[Notice], masker: Masker) -> tuple[Notice, ...]:
    """Return ``notices``, their sentences masked."""
    return tuple(replace(one, sentence=masker.text(one.sentence)) for one in notices)


def with_told_roles(
    before: Sequence[Turn], after: Sequence[Turn], speakers: Mapping[str, SpeakerSettings]
) -> tuple[Turn, ...]:
    """Return the turns ``after`` masking with roles of speakers told by what stands for them."""
    told = {fold(label): one for label, one in speakers.items()}
    found = []
    for old, new in zip(before, after, strict=True):
        one = told.get(fold(new.speaker or ""))
        if one is None or old.speaker == new.speaker or old.participant_id is not None:
            found.append(new)
            continue
        found.append(
            replace(new, role=one.role or new.role, participant_id=one.participant_id or None)
        )
    return tuple(found)
