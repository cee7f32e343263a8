"""Tables: columns by their headers, rows as turns, and nothing lost that is not counted."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import ColumnSettings, IngestSettings
from pipeline.ingest.blocks import Reading
from pipeline.ingest.readers.tables import parse_csv, parse_xlsx

DEFAULT = IngestSettings()
TALK = "speaker,text\nI:,How was it?\nP1:,Good.\n"


def talk_of(reading: Reading) -> list[tuple[str | None, str]]:
    """Return label and text of each block."""
    return [(block.label, block.text) for block in reading.blocks]


def read(text: str, **settings: Any) -> Reading:
    """Return what a CSV file of ``text`` holds."""
    return parse_csv(text.encode(), IngestSettings(**settings))


def removed(reading: Reading) -> dict[str, tuple[int, int]]:
    """Return count and words of removed matter by kind."""
    return {part.kind: (part.count, part.words) for part in reading.removed}


def workbook(**sheets: list[list[object]]) -> bytes:
    """Return a workbook with these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_row_is_a_turn_and_the_column_names_the_speaker() -> None:
    """Nobody has to guess; a colon in a speaker cell is no part of the name."""
    reading = read(TALK)

    assert reading.is_structured
    assert talk_of(reading) == [("I", "How was it?"), ("P1", "Good.")]
    assert [block.place for block in reading.blocks] == ["row 2", "row 3"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(delimiter: str) -> None:
    """Commas in the words do not mislead: the header decides."""
    out = io.StringIO()
    rows = [["Speaker", "Text"], ["I", "So, well, how; was it?"], ["P", "Good, good"]]
    csv.writer(out, delimiter=delimiter).writerows(rows)

    assert talk_of(read(out.getvalue())) == [tuple(rows[1]), tuple(rows[2])]


@pytest.mark.parametrize(
    "header",
    [
        "Sprecher;Inhalt",
        "locuteur;Texte",
        "Hablante;Transcripción",
        "talare;Text",
        "发言人;内容",
        "Speaker Name;TRANSCRIPT",
        "speaker_label;utterance_text",
    ],
)
def test_headers_of_many_tools_and_languages_are_known(header: str) -> None:
    """Case, underscores and language make no difference."""
    assert talk_of(read(f"{header}\nI;Well\nP;Yes\n")) == [("I", "Well"), ("P", "Yes")]


def test_named_columns_win() -> None:
    """The settings say which column is which, whatever they are called."""
    columns = ColumnSettings(speaker="Wer", text="Was")

    reading = read("text,wer,was\nx,I,Well\ny,P,Yes\n", columns=columns)

    assert talk_of(reading) == [("I", "Well"), ("P", "Yes")]
    assert removed(reading)["other column"] == (2, 2)


@pytest.mark.parametrize("text", ["day,steps\n1,200\n", "speaker,age\nI,40\nP,41\n"])
def test_a_table_without_talk_is_refused(text: str) -> None:
    """The columns found and the names known are both in the sentence."""
    with pytest.raises(TranscriptError, match=r"known are speaker, text") as caught:
        read(text)

    assert caught.value.code == "E_UNKNOWN_SCHEMA"


@pytest.mark.parametrize("text", ["speaker,text\n", "speaker,text\nI,\n", "", "\n\n"])
def test_a_header_without_rows_holds_nothing(text: str) -> None:
    """A frame without words is no transcript."""
    with pytest.raises(TranscriptError) as caught:
        read(text)

    assert caught.value.code == "E_NO_CONTENT"


def test_a_blank_speaker_is_unknown_until_the_user_says_otherwise() -> None:
    """It may mean the same speaker or an unknown one: the notice names the remedy."""
    text = "speaker,text\nI,One\n,two\nP,Three\n"

    unknown = read(text)
    continued = read(text, blank_speaker_cell="continue")

    assert talk_of(unknown) == [("I", "One"), (None, "two"), ("P", "Three")]
    assert [notice.code for notice in unknown.notices] == ["W_BLANK_SPEAKERS"]
    assert "blank_speaker_cell" in unknown.notices[0].sentence
    assert talk_of(continued) == [("I", "One\ntwo"), ("P", "Three")]
    assert continued.notices == ()


def test_a_turn_number_joins_its_rows() -> None:
    """Sentence rows of one turn are one block; the same speaker's next turn is another."""
    reading = read("turn,speaker,sentence\n1,I,One.\n1,I,Two.\n2,I,Three.\n2,P,Four.\n")

    assert talk_of(reading) == [("I", "One. Two."), ("I", "Three."), ("P", "Four.")]


def test_one_table_may_hold_many_transcripts() -> None:
    """The column of transcripts puts each row in its group; a new group starts a new turn."""
    reading = read("file,speaker,text\na,I,One\na,P,Two\nb,,Three\n", blank_speaker_cell="continue")

    assert [block.group for block in reading.blocks] == ["a", "a", "b"]
    assert talk_of(reading)[2] == (None, "Three")


@pytest.mark.parametrize(
    ("header", "cell", "expected"),
    [
        ("start", "00:00:20,000", 20),
        ("start", "[00:01:00]", 60),
        ("start", "12.5", 12.5),
        ("start (ms)", "1500", 1.5),
        ("start_ms", "1500", 1.5),
        ("start", "90000000", 90_000),
    ],
)
def test_times_are_seconds_whatever_their_unit(header: str, cell: str, expected: float) -> None:
    """Milliseconds by header, or because no recording lasts a thousand days."""
    reading = read(f'{header};speaker;text\n"{cell}";I;Well\n')

    assert reading.blocks[0].start_s == expected


def test_words_in_a_time_cell_are_kept_as_a_note() -> None:
    """They are no time, no speech, and not to be lost."""
    blocks = read("time,speaker,text\n00:01,I,Well\n(phone rings),P,Yes\n").blocks

    assert [(block.kind, block.text) for block in blocks] == [
        ("row", "Well"),
        ("note", "(phone rings)"),
        ("row", "Yes"),
    ]


def test_entities_are_characters_again() -> None:
    """Tools leave web escapes in cells; a bare ampersand is a bare ampersand."""
    reading = read("speaker,text\nR&amp;D,it&#x27;s R&copy of it\n")

    assert talk_of(reading) == [("R&D", "it's R&copy of it")]


def test_rows_above_the_header_are_counted() -> None:
    """A title over the table is no speech and does not vanish without a line."""
    reading = read("Interview 3,\nspeaker,text\nI,Well\n")

    assert removed(reading) == {"row above the header": (1, 2), "table header": (1, 2)}


def test_quotation_marks_in_tabbed_text_are_speech() -> None:
    """Where marks open cells that they do not close, they belong to the words."""
    assert talk_of(read('speaker\ttext\nI\t"Yes", she said, so\nP\tNo\n')) == [
        ("I", '"Yes", she said, so'),
        ("P", "No"),
    ]


def test_a_quotation_mark_that_never_closes_is_reported() -> None:
    """The rest of the file may have gone into one cell."""
    reading = read('speaker,text\nI,Well\nP,"Yes\nI,No\n')

    assert [notice.code for notice in reading.notices] == ["W_TRUNCATED"]


def test_a_table_of_text_alone_leaves_the_speakers_open() -> None:
    """Without a column of speakers the labels may stand in the words."""
    reading = read("start,text\n1,I: Well\n2,P: Yes\n")

    assert not reading.is_structured
    assert [block.label for block in reading.blocks] == [None, None]


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8), st.sampled_from(",;\t|"))
def test_what_is_written_is_read_back(rows: list[tuple[str, str]], delimiter: str) -> None:
    """Any speaker and words, quoted as CSV asks, come back as they were."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([("speaker", "text"), *((f"x{who}x", f"x{text}x") for who, text in rows)])

    reading = parse_csv(out.getvalue().encode(), DEFAULT)

    found = [(block.label, block.text) for block in reading.blocks]
    assert [(f"x{who}x", f"x{text}x") for who, text in rows if "&" not in who + text] == [
        pair for pair, (who, text) in zip(found, rows, strict=True) if "&" not in who + text
    ]


def test_a_workbook_is_read_like_any_table() -> None:
    """Numbers that are labels stay labels; times of every kind become seconds."""
    data = workbook(
        Talk=[
            ["start", "stop", "speaker", "text"],
            [0, 7.5, "D", "How?"],
            [time(0, 0, 8), timedelta(seconds=9), 2, "So."],
        ]
    )

    reading = parse_xlsx(data, DEFAULT)

    assert talk_of(reading) == [("D", "How?"), ("2", "So.")]
    assert [(b.start_s, b.end_s) for b in reading.blocks] == [(0, 7.5), (8, 9)]
    assert reading.blocks[1].place == "Talk row 3"


def test_several_sheets_of_talk_are_several_transcripts() -> None:
    """Each sheet is a group; a sheet without talk is counted."""
    rows: list[list[object]] = [["speaker", "text"], ["I", "Well"]]
    data = workbook(A=rows, Notes=[["to do"], ["call"]], B=rows)

    reading = parse_xlsx(data, DEFAULT)

    assert [block.group for block in reading.blocks] == ["A", "B"]
    assert removed(reading)["sheet without talk"] == (1, 3)


def test_the_settings_choose_the_sheet() -> None:
    """A named sheet alone is read; one that is not there is an error that lists the others."""
    rows: list[list[object]] = [["speaker", "text"], ["I", "Well"]]
    data = workbook(A=rows, B=rows)

    reading = parse_xlsx(data, IngestSettings(columns=ColumnSettings(sheet="B")))

    assert [(block.group, block.place) for block in reading.blocks] == [("", "B row 2")]
    with pytest.raises(TranscriptError, match="there are A, B"):
        parse_xlsx(data, IngestSettings(columns=ColumnSettings(sheet="C")))


@pytest.mark.parametrize(("rows", "code"), [([], "E_NO_CONTENT"), ([["a"]], "E_UNKNOWN_SCHEMA")])
def test_a_workbook_without_talk_is_refused(rows: list[list[object]], code: str) -> None:
    """Blank sheets hold nothing; other tables are of no known shape."""
    with pytest.raises(TranscriptError) as caught:
        parse_xlsx(workbook(A=rows), DEFAULT)

    assert code == caught.value.code


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'<row r="2"', b'<row r="1000000000"', "E_TOO_LARGE"),
        (b"<worksheet", b"<!DOCTYPE a [<!ENTITY b 'c'>]><worksheet", "E_UNSAFE_XML"),
        (b"<worksheet", b"<?xml version='1.0' encoding='no-such'?><worksheet", "E_CORRUPT"),
        (b'r="A1"', b'r="1A"', "E_CORRUPT"),
        (b"</sheetData>", b"", "E_CORRUPT"),
    ],
    ids=["blank rows", "entity", "encoding", "cell", "cut"],
)
def test_a_damaged_sheet_is_refused(old: bytes, new: bytes, code: str) -> None:
    """Among others: a row number of a thousand million would make as many blank rows."""
    data = workbook(A=[["speaker", "text"], ["I", "Well"]])

    with pytest.raises(TranscriptError) as caught:
        parse_xlsx(replaced(data, old, new), DEFAULT)

    assert code == caught.value.code


def replaced(data: bytes, old: bytes, new: bytes) -> bytes:
    """Return a workbook with ``new`` for ``old`` in its sheets."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            target.writestr(name, text.replace(old, new) if "worksheets" in name else text)
    return out.getvalue()


def test_damage_is_refused_in_our_words(withstands: Callable[..., None]) -> None:
    """Cut or changed bytes give a reading or an error that we raise, never another."""
    withstands(parse_csv, TALK.encode() * 5)
    withstands(parse_xlsx, workbook(A=[["speaker", "text"], ["I", "Well"], ["P", "Yes"]]))


@pytest.mark.parametrize(
    ("name", "parse"),
    [
        ("derived/many_transcripts_pdpilot.csv", parse_csv),
        ("derived/table_columns_pdpilot_P4.csv", parse_csv),
        ("derived/table_filldown_pdpilot_P4.csv", parse_csv),
        ("derived/table_columns_pdpilot_P4.xlsx", parse_xlsx),
        ("xlsx/talkmoves_borko.xlsx", parse_xlsx),
    ],
)
def test_samples_agree_with_gold(
    name: str, parse: Any, samples: Any, heads_of: Callable[[Reading], Any]
) -> None:
    """Speakers and first words of real tables are those that people found."""
    assert samples.gold(name) == heads_of(samples.read(name, parse))
