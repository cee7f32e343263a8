"""One raw file to its transcripts, turns, asides and reports; nothing is written."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from pipeline.core.errors import GlossatorError, TranscriptError
from pipeline.core.records import UNKNOWN, Transcript, Turn
from pipeline.core.settings import IngestSettings, SpeakerSettings
from pipeline.ingest.account import Made, joint_labels, make_report
from pipeline.ingest.blocks import Aside, Block, Reading, Removed
from pipeline.ingest.canonical import lay_out
from pipeline.ingest.decode import canonical_characters
from pipeline.ingest.exact import KIND, by_place, parse_exact
from pipeline.ingest.files import RawFile, numbered, safe
from pipeline.ingest.guide import with_questions
from pipeline.ingest.joining import join_turns, needs_joining
from pipeline.ingest.labels import fold, role_of
from pipeline.ingest.participants import People, join
from pipeline.ingest.pseudonyms.mask import Masker, Masks
from pipeline.ingest.pseudonyms.seek import Find
from pipeline.ingest.pseudonyms.table import people_here
from pipeline.ingest.pseudonyms.transcript import mask_made, sealed
from pipeline.ingest.readers import reader_for
from pipeline.ingest.report import TranscriptReport
from pipeline.ingest.size import check_characters, check_parts
from pipeline.ingest.sniff import sniff
from pipeline.ingest.speakers import find_speakers


@dataclass(frozen=True, slots=True)
class Result:
    """What one transcript came to; ``unnumbered`` are names that the key has no number for yet."""

    transcript: Transcript
    turns: tuple[Turn, ...]
    asides: tuple[Aside, ...]
    report: TranscriptReport
    unnumbered: tuple[Find, ...] = ()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a file could not be read: the error's code and its sentence."""

    code: str
    sentence: str


Outcomes = tuple[Result, ...] | Failure


def read_file(file: RawFile, *, people: People, masks: Masks | None = None) -> Outcomes:
    """Return the transcripts of ``file``, or why there are none; one bad file hides no other.

    With ``masks``, names and contacts are replaced in all that is returned.
    """
    try:
        return tuple(results_of(file, file.path.read_bytes(), people, masks))
    except GlossatorError as error:
        sentence = masks.masker().text(str(error)) if masks else str(error)
        return Failure(error.code, sentence)
    except OSError as error:
        return Failure(
            "E_TRANSCRIPT", f"it cannot be read ({error.strerror}). See its permissions."
        )


def results_of(
    file: RawFile, data: bytes, people: People, masks: Masks | None = None
) -> Iterator[Result]:
    """Yield what each transcript in ``data`` came to."""
    kind, reading = read_data(file, data)
    check(reading, file.settings)
    groups = split(reading)
    check_parts(max(len(group.blocks) for group in groups.values()))
    ids = numbered(
        [f"{file.transcript_id}.{safe(name)}" if name else file.transcript_id for name in groups]
    )
    for transcript_id, group in zip(ids, groups.values(), strict=True):
        made = made_of(transcript_id, file, kind, group, people)
        if masks is None:
            yield result_of(made, file)
        else:
            masker = masks.masker(people_here(masks.seeker, people, file.source, transcript_id))
            yield masked_result(made, file, masker)


def read_data(file: RawFile, data: bytes) -> tuple[str, Reading]:
    """Return which reader read ``data``, and its reading; an imported text is left as it is."""
    if file.said is not None:
        return KIND, parse_exact(data)
    kind, notices = sniff(data, file.source, file.settings)
    reading = clean(reader_for(kind)(data, file.settings))
    return kind, replace(reading, notices=notices + reading.notices)


def made_of(transcript_id: str, file: RawFile, kind: str, reading: Reading, people: People) -> Made:
    """Return what became of one transcript: who speaks, and where."""
    settings = file.settings
    finding = find_speakers(reading, settings, people.labels_for(file.source, transcript_id))
    blocks, pieces = list(reading.blocks), list(finding.pieces)
    removed: tuple[Removed, ...] = ()
    if file.said is None and needs_joining(reading):
        blocks, pieces, removed = join_turns(blocks, pieces, settings.join)
    layout = lay_out(transcript_id, blocks, pieces)
    turns = with_roles(layout.turns, settings.speakers, finding.declared)
    turns = by_place(join(turns, people, file.source), file.said or (), people)
    return Made(
        transcript_id, file.source, file.key, kind, reading, finding, layout, turns, removed
    )


def result_of(made: Made, file: RawFile) -> Result:
    """Return the records of one transcript, with the questions that its turns ask and answer."""
    turns, coverage = with_questions(made.turns, file.questions)
    text, source_type = made.layout.text, file.settings.source_type
    return Result(
        Transcript(made.transcript_id, file.source, file.sha256, source_type, text),
        turns,
        made.layout.asides,
        make_report(replace(made, turns=turns, coverage=coverage)),
    )


def masked_result(made: Made, file: RawFile, masker: Masker) -> Result:
    """Return the records of one transcript with names and contacts replaced."""
    masked, rows = mask_made(made, file.settings.speakers, masker)
    result = result_of(masked, file)
    joint = [masker.label(label) for label in joint_labels(made.turns)]
    key = sealed(made.key, rows)
    report = replace(result.report, key=key, replaced=rows, joint=joint)
    return replace(result, report=report, unnumbered=tuple(masker.fresh))


def clean(reading: Reading) -> Reading:
    """Return ``reading`` in canonical characters, whatever its reader did."""
    blocks = tuple(
        replace(block, text=text)
        if (text := canonical_characters(block.text)[0]) != block.text
        else block
        for block in reading.blocks
    )
    return replace(reading, blocks=blocks)


def check(reading: Reading, settings: IngestSettings) -> None:
    """Raise if there are no words, or too many."""
    check_characters(sum(len(block.text) for block in reading.blocks), settings.limits)
    if not any(block.text.strip() for block in reading.blocks):
        raise TranscriptError(
            "no words were found in it; a transcript needs words. Export it again.",
            code="E_NO_CONTENT",
        )


def split(reading: Reading) -> Mapping[str, Reading]:
    """Return ``reading`` by the transcripts that its blocks name, in order of first appearance."""
    groups: dict[str, list[Block]] = {}
    for block in reading.blocks:
        groups.setdefault(block.group, []).append(block)
    if len(groups) == 1:
        return {next(iter(groups)): reading}
    return {name: replace(reading, blocks=tuple(blocks)) for name, blocks in groups.items()}


def with_roles(
    turns: tuple[Turn, ...], speakers: Mapping[str, SpeakerSettings], declared: Mapping[str, str]
) -> tuple[Turn, ...]:
    """Return ``turns`` with roles: of the settings, else of a legend, else of the label's words."""
    explicit = {fold(label): one for label, one in speakers.items()}
    explicit |= {fold(one.name): one for one in speakers.values() if one.name}
    legend = {fold(label): role_of(what) for label, what in declared.items()}
    people = {}
    for speaker in {turn.speaker for turn in turns}:
        key = fold(speaker or "")
        own, told = explicit.get(key, SpeakerSettings()), legend.get(key, UNKNOWN)
        role = own.role or (told if told != UNKNOWN else role_of(speaker))
        people[speaker] = (role, own.participant_id or None)
    return tuple(
        turn
        if (turn.role, turn.participant_id) == people[turn.speaker]
        else in_role(turn, *people[turn.speaker])
        for turn in turns
    )


def in_role(turn: Turn, role: str, participant_id: str | None) -> Turn:
    """Return ``turn`` in a role; written out, since a transcript has thousands."""
    return Turn(
        transcript_id=turn.transcript_id,
        turn=turn.turn,
        speaker=turn.speaker,
        participant_id=participant_id,
        role=role,
        start=turn.start,
        end=turn.end,
        start_s=turn.start_s,
        end_s=turn.end_s,
        attribution=turn.attribution,
        text=turn.text,
        label_start=turn.label_start,
        label_end=turn.label_end,
        question=turn.question,
    )
