"""Texts of other tools: no character changes, and their people speak where they are said to."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.errors import TranscriptError
from pipeline.core.records import Transcript, Turn
from pipeline.core.settings import Settings
from pipeline.core.tables import read_rows
from pipeline.engine import Engine
from pipeline.ingest.appending import with_cells
from pipeline.ingest.exact import by_place, fault_of, parse_exact
from pipeline.ingest.participants import csv_rows, parse_people, read_cells
from pipeline.ingest.stage import run

TALK = (
    "I: What?\u2028\nP: The\u200b rain\u0301 \ufeff.\nI: And?\nP: Nothing. 👨\u200d👩\u200d👧\n\n"
)
PEOPLE = parse_people(
    [["participant_id", "role"], ["A", ""], ["B", ""], ["I", "interviewer"]], where=""
)


def turn(start: int, speaker: str | None, role: str, person: str | None = None) -> Turn:
    """Return a turn of ten characters."""
    return Turn("t", 1, speaker, person, role, start, start + 10, None, None, "exact", "x" * 10)


def lay(folder: Path, name: str, text: str, speakers: str = "") -> Path:
    """Write an imported text; return the folder of the raw files."""
    texts = folder / "imported" / "texts"
    texts.mkdir(parents=True, exist_ok=True)
    (texts / f"{name}.txt").write_bytes(text.encode())
    if speakers:
        (folder / "imported" / "speakers.json").write_text(speakers, encoding="utf-8")
    (folder / "participants.csv").write_text("participant_id,label\nP1,\n", encoding="utf-8")
    return folder / "raw"


def ingest(folder: Path) -> None:
    """Run the stage."""
    run(
        folder / "raw",
        folder / "participants.csv",
        folder / "build",
        Settings(codebook="x"),
        engine=Engine(1),
    )


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
@settings(max_examples=50)
def test_lines_are_the_text(text: str) -> None:
    """Joined again they give every character, also those that ingest mends elsewhere."""
    assert text == "\n".join(block.text for block in parse_exact(text.encode()).blocks)


def test_an_imported_text_is_a_transcript_to_the_last_character(tmp_path: Path) -> None:
    """Its id is its name; who speaks is what the other tool said, where nothing else says it."""
    lay(tmp_path, "a.b", TALK, '{"a.b": [[0, 999, "P1"]]}')
    ingest(tmp_path)
    [row] = read_rows(tmp_path / "build" / "transcripts.parquet", Transcript)
    turns = read_rows(tmp_path / "build" / "turns.parquet", Turn)

    assert ("a.b", "imported/a.b.txt", TALK) == (row.transcript_id, row.source, row.text)
    assert {("I", None), ("P", "P1")} == {(one.speaker, one.participant_id) for one in turns}


def test_a_raw_file_cannot_take_its_name(tmp_path: Path) -> None:
    """Decisions stand on the imported one."""
    raw = lay(tmp_path, "one", TALK)
    raw.mkdir()
    (raw / "ONE.txt").write_text("I: Yes.\nP: No.\n", encoding="utf-8")

    with pytest.raises(TranscriptError, match="another name"):
        ingest(tmp_path)


@pytest.mark.parametrize("speakers", ["[]", "{", '{"one": [[1]]}'])
def test_a_damaged_list_of_speakers_is_refused(tmp_path: Path, speakers: str) -> None:
    """In a sentence that says what to do."""
    lay(tmp_path, "one", TALK, speakers)

    with pytest.raises(TranscriptError, match="Import the files beside it again"):
        ingest(tmp_path)


def test_a_text_that_is_no_utf8_any_longer_is_refused() -> None:
    """Somebody changed it."""
    with pytest.raises(TranscriptError, match="UTF-8"):
        parse_exact(b"\xff")


def test_places_give_people_where_there_are_none() -> None:
    """A participant that is there stays; interviewers are nobody's; passages come first."""
    turns = [turn(0, "I", "interviewer"), turn(20, "P", "participant"), turn(40, "Q", "other", "B")]
    found = by_place(turns, [(15, 35, "A"), (0, 99, "B")], PEOPLE)

    assert [None, "A", "B"] == [one.participant_id for one in found]


def test_nobody_has_the_words_of_two_speakers() -> None:
    """Whoever has the whole text has it only if one speaker is open."""
    two = [turn(0, "X", "unknown"), turn(20, "Y", "unknown")]

    assert [None, None] == [one.participant_id for one in by_place(two, [(0, 99, "A")], PEOPLE)]
    assert ["A"] == [one.participant_id for one in by_place(two[:1], [(0, 99, "A")], PEOPLE)]


def test_texts_that_cannot_be_transcripts_say_why() -> None:
    """No words, or too many of them."""
    settings_ = Settings(codebook="x")

    assert "no words" in fault_of(" \n", settings_)
    assert "limit" in fault_of("a" * (settings_.ingest.limits.max_chars + 1), settings_)
    assert not fault_of("a", settings_)


def test_cells_are_added_and_none_is_overwritten(tmp_path: Path) -> None:
    """New people get rows, new columns come behind, what is filled stays."""
    before = "\ufeffparticipant_id;label;Job Title\nP1;Ann;\nP2;;cook\n".encode()
    data = with_cells(
        before, {"P1": {"job_title": "nurse"}, "P2": {"job_title": "x", "age": "007"}, "P3": {}}
    )
    path = tmp_path / "participants.csv"
    path.write_bytes(data)

    assert ["P1", "Ann", "nurse", ""] == csv_rows(data)[1]
    assert {"participant_id": "P2", "job_title": "cook", "age": "007"} == read_cells(path)["P2"]
    assert ["P1", "P2", "P3"] == list(read_cells(path))
    assert b"participant_id,label," in with_cells(None, {"P1": {}})
