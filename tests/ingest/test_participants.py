"""The participants table: read, checked, joined to labels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import TranscriptError
from pipeline.ingest.participants import People, csv_rows, parse_people, people_table, read_people
from pipeline.ingest.reading import Result

Read = Callable[..., list[Result]]

TALK = "I: Who?\nP1: We.\nI: When?\nP1: Then.\nI: Why?\nP1: Because.\n"


def people(table: str) -> People:
    """Return the table written as CSV."""
    return parse_people(csv_rows(table.encode()), where="participants.csv")


def found(result: Result) -> list[tuple[str | None, str | None, str]]:
    """Return label, participant and role of the first two turns."""
    return [(turn.speaker, turn.participant_id, turn.role) for turn in result.turns[:2]]


def test_a_label_is_joined_and_its_role_wins(read: Read) -> None:
    """A row gives its labels the participant and the role, whatever the label's words say."""
    table = people("participant_id,label,role\nR1,I;INT,other\nA7,p1,Participant\n")

    (result,) = read(TALK, people=table)

    assert [("I", "R1", "other"), ("P1", "A7", "participant")] == found(result)


def test_the_row_of_the_transcript_comes_first(read: Read) -> None:
    """A row that names the file wins over one for every file; a row of another file is nobody's."""
    table = people(
        "participant_id,label,transcript\nA,I,*\nB,I,intervi*.txt\nC,P1,elsewhere.docx\n"
    )

    (result,) = read(TALK, people=table)

    assert [("I", "B"), ("P1", None)] == [entry[:2] for entry in found(result)]


def test_a_pseudonym_is_a_label_too(read: Read) -> None:
    """A transcript that writes the pseudonym joins on it."""
    (result,) = read(TALK, people=people("participant_id,label,pseudonym\nA7,x,P1\n"))

    assert "A7" == result.turns[1].participant_id


def test_labels_of_the_table_are_known_labels(read: Read) -> None:
    """A label of the table counts though it is used once."""
    table = people("participant_id,label\nA,Ana\nB,Ben\n")

    (result,) = read("Ana: Here.\nBen: There.\n", people=table)

    assert ["A", "B"] == [turn.participant_id for turn in result.turns]


def test_two_rows_for_one_label_are_refused(read: Read) -> None:
    """A label that two rows claim in one file is an error that names both rows."""
    table = people("participant_id,label\nA,P1\nB,P1\n")

    with pytest.raises(TranscriptError, match="rows 2 and 3") as caught:
        read(TALK, people=table)

    assert "E_PARTICIPANT_AMBIGUOUS" == caught.value.code


def test_further_columns_are_typed_attributes() -> None:
    """A column of numbers is numeric, blank cells are null, other columns are text."""
    table = people("ID;Label;Age;Site;Seen\n1;I;;north;2024-01-02\n2;P;41.5;;\n\n")

    assert [
        {"age": None, "site": "north", "seen": "2024-01-02"},
        {"age": 41.5, "site": None, "seen": None},
    ] == [dict(row.participant.attributes) for row in table.rows]
    assert "double" == str(people_table(table).schema.field("age").type)


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ("label,role\nI,other\n", "there is no column participant_id"),
        ("participant_id,label\nA,I\nA,P\n", "A stands in rows 2 and 3"),
        ("participant_id,label\n,I\n", "row 2 has no participant_id"),
        ("participant_id,label,label\nA,I,P\n", "the column label stands there twice"),
    ],
)
def test_a_table_that_breaks_a_rule_is_refused(table: str, problem: str) -> None:
    """The error says which row or column is wrong."""
    with pytest.raises(TranscriptError, match=problem):
        people(table)


def test_a_workbook_is_read_like_a_csv(tmp_path: Path) -> None:
    """The same rows in XLSX are the same people; whole numbers stay as they were typed."""
    book = openpyxl.Workbook()
    for row in (["participant_id", "label", "age"], ["A", "P1", 41], [7, "I", None]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "participants.xlsx")

    table = read_people(tmp_path / "participants.xlsx")

    assert people("participant_id,label,age\nA,P1,41\n7,I,\n") == table


def test_no_table_is_no_problem(tmp_path: Path) -> None:
    """A corpus without a participants table has nobody in it."""
    assert People() == read_people(tmp_path / "participants.csv")


def test_a_broken_workbook_is_refused(tmp_path: Path) -> None:
    """A file that only calls itself a workbook is an error with a sentence."""
    path = tmp_path / "participants.xlsx"
    path.write_bytes(b"PK\x03\x04 and no more")

    with pytest.raises(TranscriptError, match="no workbook"):
        read_people(path)


NAMES = st.sampled_from(["a", "b.txt", "x/b.txt", "B", "c"])
PATTERNS = st.sampled_from(["a", "b.txt", "b*", "*", "?", "x/b.txt", "[ab]", "c"])
ROWS = st.lists(
    st.tuples(st.lists(PATTERNS, max_size=2), st.sampled_from(["I", "P", "I;P"])), max_size=6
)


@given(ROWS, NAMES, st.sampled_from(["i", "p", "p3"]))
def test_rows_looked_up_by_file_are_those_that_fit(
    rows: list[tuple[list[str], str]], name: str, label: str
) -> None:
    """However many rows there are, a transcript meets those whose cell fits it, and no others."""
    cells = [[f"P{n}", labels, ";".join(cell)] for n, (cell, labels) in enumerate(rows)]
    people = parse_people([["participant_id", "label", "transcript"], *cells], where="p.csv")

    here = [row for row in people.rows if row.covers(name, name) and not row.is_general]
    general = [row for row in people.rows if row.is_general]

    assert here == people.of(name, name)
    assert {part for row in (*here, *general) for part in row.labels} == people.labels_for(
        name, name
    )
    claims = [row for row in here if label in row.labels] or [
        row for row in general if label in row.labels
    ]
    if len(claims) < 2:
        assert next(iter(claims), None) == people.find(label, name, name)
