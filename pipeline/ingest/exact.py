"""Texts that came from other tools: taken as they are, for codings stand on their characters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pipeline.core.errors import TranscriptError
from pipeline.core.records import INTERVIEWER, Participant, Turn
from pipeline.core.settings import Settings
from pipeline.ingest.blocks import Block, Reading
from pipeline.ingest.participants import People, with_person
from pipeline.ingest.size import check_characters, check_parts

KIND = "imported"


def parse_exact(data: bytes) -> Reading:
    """Return the lines of an imported text, blank ones too; no character is changed.

    Raises
    ------
    TranscriptError
        If somebody changed the file so that it is no UTF-8.
    """
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise TranscriptError(
            "this imported text is not UTF-8 any longer. Import its project again.",
            code="E_IMPORTED",
        ) from error
    check_parts(text.count("\n") + 1)
    lines = enumerate(text.split("\n"), 1)
    blocks = tuple(Block(line, place=f"line {number}") for number, line in lines)
    return Reading(blocks, encoding="utf-8")


def fault_of(text: str, settings: Settings) -> str:
    """Return why a text can be no transcript here, empty if it can."""
    if not text.strip():
        return "there are no words in it"
    try:
        check_characters(len(text), settings.ingest.limits)
        check_parts(text.count("\n") + 1)
    except TranscriptError as error:
        return str(error)
    return ""


def by_place(
    turns: Sequence[Turn], said: Sequence[tuple[int, int, str]], people: People
) -> tuple[Turn, ...]:
    """Return ``turns`` with a participant where they have none and another tool named one.

    Parameters
    ----------
    turns
        Of one transcript.
    said
        Who speaks from where to where; the first that holds a turn's beginning counts. Whoever has
        the whole text has it only if a single speaker, besides interviewers, has no name yet.
    people
        The participants table.
    """
    if not said:
        return tuple(turns)
    rows = {row.participant.participant_id: row.participant for row in people.rows}
    end = max((turn.end for turn in turns), default=0)
    open_ones = {
        turn.speaker for turn in turns if turn.participant_id is None and turn.role != INTERVIEWER
    }
    if len(open_ones) > 1:
        said = [place for place in said if place[0] > 0 or place[1] < end]
    return tuple(at_place(turn, said, rows) for turn in turns)


def at_place(
    turn: Turn, said: Sequence[tuple[int, int, str]], rows: Mapping[str, Participant]
) -> Turn:
    """Return one turn with its participant."""
    if turn.participant_id is not None:
        return turn
    found = next((p for start, end, p in said if start <= turn.start < end and p in rows), None)
    if found is None or (turn.role == INTERVIEWER and rows[found].role != INTERVIEWER):
        return turn
    return with_person(turn, rows[found])
