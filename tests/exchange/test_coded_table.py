"""Tables of coded passages: words found once are placed, all else is listed by its row."""

from __future__ import annotations

import contextlib
import csv
import io
import zipfile
from collections.abc import Sequence

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import InputError
from pipeline.exchange.cells import read_csv
from pipeline.exchange.coded_table import read_coded_csv, read_coded_xlsx
from pipeline.exchange.columns import columns_in, parse_columns
from pipeline.exchange.given import Given
from pipeline.exchange.refi.model import walk
from pipeline.exchange.refi.read import Found

TEXT = "Ann: I like\nthe rain.\nBen: the sun, the sun.\n=SUM(A1) banana\n"
TEXTS = {"int_1": TEXT, "two": "Another text.", "Two": "A third."}
GIVEN = Given(corpus="c", texts=TEXTS)
HEAD = ("Document", "Text", "Code", "Coder", "Memo")
Rows = Sequence[Sequence[object]]


def table(rows: Rows, head: Sequence[str] = HEAD, delimiter: str = ",") -> bytes:
    """Return a CSV table."""
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows([head, *rows])
    return text.getvalue().encode()


def workbook(*sheets: Rows) -> bytes:
    """Return a workbook with the sheets."""
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"in_memory": True}) as book:
        for rows in sheets:
            page = book.add_worksheet()
            for number, row in enumerate(rows):
                page.write_row(number, 0, row)
    return data.getvalue()


def said(found: Found) -> list[tuple[str, int, str, str]]:
    """Return words, start, path of the code and coder of each coding."""
    names = {path[-1].guid: ".".join(c.name for c in path) for path in walk(found.project.codes)}
    users = {user.guid: user.name for user in found.project.users}
    return [
        (source.text[item.start : item.end], item.start, names[coding.code], users[coding.user])
        for source in found.project.sources
        for item in source.selections
        for coding in item.codings
    ]


def why(found: Found) -> list[str]:
    """Return what is listed."""
    return [str(problem) for problem in found.problems]


def test_words_that_stand_once_are_placed() -> None:
    """Whatever else the columns are called and however cells are parted; memos come along."""
    row = ("INT 1.docx", "the rain", "Weather", "ann", "wet")
    for delimiter in ",;\t|":
        found = read_coded_csv(table([row], delimiter=delimiter), GIVEN)

        assert [("the rain", 12, "Weather", "ann")] == said(found)
        assert ["wet"] == [note.text for note in found.project.notes]
        assert ([], 1) == (why(found), found.n_codings)


def test_white_space_may_differ() -> None:
    """As cells and other tools change it; the words come in as they stand in the transcript."""
    found = read_coded_csv(table([("int_1", " I like  the\n\nrain. ", "Weather")]), GIVEN)

    assert [("I like\nthe rain.", 5, "Weather", "unknown")] == said(found)


def test_what_is_not_clear_is_listed_with_its_row() -> None:
    """Twice, nowhere, no transcript, two transcripts, no words, several codes perhaps."""
    rows = [
        ("int_1", "the sun", "a"),
        ("int_1", "ana", "a"),
        ("int_1", "snow", "a"),
        ("nine", "the rain", "a"),
        ("TWO.txt", "Another", "a"),
        ("two", " ", "a"),
        ("", "Another", "a"),
        (),
        ("two", "Another", "a; b"),
        ("two", "text", "a\nb"),
        ("two", "Another", "a", "ann", "m", "more", "cells"),
        ("two",),
    ]
    found = read_coded_csv(table(rows), GIVEN)

    assert [f"row {n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 11, 13)] == [
        line.partition(":")[0] for line in why(found)
    ]
    assert [("Another", 0, "a", "ann")] == said(found)
    assert "more than once" in why(found)[0]
    assert "--separator" in why(found)[7]
    assert 10 == found.n_codings


@pytest.mark.parametrize(
    ("separator", "codes"),
    [
        (";", ["a", "b / c"]),
        ("/", ["a; b", "c"]),
        ("newline", ["a; b / c"]),
        ("none", ["a; b / c"]),
    ],
)
def test_codes_are_parted_as_the_user_says(separator: str, codes: list[str]) -> None:
    """A cell with a semicolon is several codes only if somebody says so."""
    given_so = Given(corpus="c", texts=TEXTS, separator=separator)
    found = read_coded_csv(table([("two", "text", "a; b / c")]), given_so)

    assert codes == [code for _, _, code, _ in said(found)]


def test_offsets_count_only_with_the_words() -> None:
    """They tell which of several places is meant; wrong ones leave it to the words."""
    head = ("Document", "Text", "Code", "Start", "End")
    second = TEXT.rindex("the sun")
    rows = [
        ("int_1", "the sun", "a", second, second + 7),
        ("int_1", "the rain", "b", 0, 8),
        ("int_1", "the sun", "c", second, second + 6),
        ("two", "text", "d", "9" * 40, "-1"),
        ("two", "Another", "e", "x", "²"),
    ]
    found = read_coded_csv(table(rows, head), GIVEN)

    assert {(second, "a"), (12, "b"), (8, "d"), (0, "e")} == {one[1:3] for one in said(found)}
    assert ["row 4"] == [line.partition(":")[0] for line in why(found)]


def test_an_apostrophe_before_a_formula_is_none() -> None:
    """It was put there to keep a spreadsheet from running it; nothing here runs anything."""
    rows = [("int_1", "'=SUM(A1)", "a"), ("int_1", "=SUM(A1) banana", '=HYPERLINK("x")')]
    found = read_coded_csv(table(rows), GIVEN)

    assert {"=SUM(A1)", "=SUM(A1) banana"} == {one[0] for one in said(found)}


def test_the_tables_of_other_tools_are_known() -> None:
    """By their own column names; of Taguette's nobody is said to have coded."""
    taguette = table(
        [(1, "int_1", "Work", "the rain"), (2, "two", "", "text")],
        ("id", "document", "tag", "content"),
    )
    atlas = table(
        [("1:1", "int_1", "the rain", "Work", "well", "Kim", "x")],
        ("ID", "Document", "Quotation Content", "Codes", "Comment", "Created by", "Text"),
    )
    dedoose = table(
        [("int_1.docx", "the rain", "Work", "lee", "2026-01-02")],
        (
            "Media Title",
            "Excerpt Copy",
            "Codes Applied Combined",
            "Excerpt Creator",
            "Excerpt Date",
        ),
    )

    assert [("the rain", 12, "Work", "taguette")] == said(read_coded_csv(taguette, GIVEN))
    assert [("the rain", 12, "Work", "Kim")] == said(read_coded_csv(atlas, GIVEN))
    found = read_coded_csv(dedoose, GIVEN)
    assert [("the rain", 12, "Work", "lee")] == said(found)
    assert "2026-01-02T00:00:00" == found.project.sources[0].selections[0].created


def test_our_own_table_has_paths_and_several_coders() -> None:
    """A code is nested as its path says; each coder of a row has a coding."""
    head = (
        "transcript_id",
        "start",
        "end",
        "quote",
        "code",
        "code_name",
        "coders",
        "memo",
        "label",
    )
    found = read_coded_csv(
        table([("two", 8, 12, "text", "a-b.c", "C", "ann;ben", "", "x")], head), GIVEN
    )

    assert [("text", 8, "a-b.c", "ann"), ("text", 8, "a-b.c", "ben")] == said(found)
    assert [False, True] == [path[-1].is_codable for path in walk(found.project.codes)]


def test_columns_are_named_or_unmistakable() -> None:
    """By role; a name with a comma in quotation marks; else usual names, each once."""
    asked = parse_columns('transcript=Where, "quote=What, all", code=Why')

    assert {"transcript": "Where", "quote": "What, all", "code": "Why"} == asked
    assert {"transcript": 2, "quote": 0, "code": 1} == columns_in(
        ["what,  ALL", "Why", "where"], asked
    )
    assert {"transcript": 0, "quote": 1, "code": 2} == columns_in(["File", "Segment", "tags"], {})
    wrong: list[tuple[Sequence[str], str]] = [
        (("File", "Segment", "Text", "Code"), ""),
        (("File", "Segment"), ""),
        (("Where", "What", "Why"), "transcript=Where,quote=Words,code=Why"),
        (("A", "A", "B"), "transcript=A,quote=A,code=B"),
        (("A", "B"), "transcript=A,quote=B"),
    ]
    for head, words in wrong:
        with pytest.raises(InputError) as error:
            columns_in(head, parse_columns(words))
        assert "E_COLUMNS" == error.value.code
    for words in ("code", "colour=x", "code=a,code=b", "code="):
        with pytest.raises(InputError, match="--columns"):
            parse_columns(words)


def test_a_workbook_is_read_where_its_columns_are() -> None:
    """The first sheet that has them; a text that looks like a formula stays one."""
    rows = [HEAD, ("int_1", "=SUM(A1) banana", "a", "ann", ""), ("two", "text", 7.0, "ann", "")]
    data = io.BytesIO()
    with xlsxwriter.Workbook(data, {"strings_to_formulas": False}) as book:
        book.add_worksheet().write_row(0, 0, ("Read", "me"))
        page = book.add_worksheet()
        for number, row in enumerate([*rows, ("two", "", "b")]):
            page.write_row(number, 0, row)
        page.write_formula(3, 1, '=CONCATENATE("An", "other")', None, "Another")
    found = read_coded_xlsx(data.getvalue(), GIVEN)

    assert {("=SUM(A1) banana", "a"), ("text", "7"), ("Another", "b")} == {
        (words, code) for words, _, code, _ in said(found)
    }


def test_what_is_no_table_is_refused_in_a_sentence() -> None:
    """Nothing, no workbook, half of one, a bomb, no columns; a corpus without transcripts."""
    book = workbook([HEAD, ("two", "text", "a")])
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", bytes(10**7))
    cases = {
        b"": "E_CORRUPT",
        book[: len(book) // 2]: "E_CORRUPT",
        bomb.getvalue(): "E_TOO_LARGE",
        workbook([("a", "b")]): "E_COLUMNS",
        workbook([]): "E_EMPTY",
    }
    for data, code in cases.items():
        with pytest.raises(InputError) as error:
            read_coded_xlsx(data, GIVEN)
        assert code == error.value.code
    with pytest.raises(InputError, match="has no transcripts"):
        read_coded_csv(table([]), Given(corpus="c"))
    with pytest.raises(InputError, match="its columns are none"):
        read_coded_csv(b"\n\n", GIVEN)


@given(st.binary(max_size=200))
def test_no_bytes_break_it(data: bytes) -> None:
    """Whatever a file holds, it is read or refused."""
    for read in (read_coded_csv, read_coded_xlsx):
        with contextlib.suppress(InputError):
            assert read(b"Document,Text,Code\n" + data, GIVEN).project.n_codings >= 0


def test_a_whole_interview_may_stand_in_a_cell() -> None:
    """And the limit of cells is put back as it was; Excel's first line names a separator."""
    limit = csv.field_size_limit()
    long = "word " * 40_000
    sheet = read_csv(f'sep=;\nDocument;Text;Code\nx;"{long}";a\n'.encode("utf-16"))

    assert (("Document", "Text", "Code"), 3) == (sheet.head, sheet.rows[0][0])
    assert long == sheet.rows[0][1][1]
    assert limit == csv.field_size_limit()


def test_ten_thousand_rows() -> None:
    """Of which each finds its words; the time is that of the rows, not of rows times texts."""
    text = "\n".join(f"word{number} and more of it" for number in range(2_000))
    rows = [
        ("t", f"word{n % 2_000} and  more", f"code{n % 7}", f"c{n // 2_000}") for n in range(10_000)
    ]
    found = read_coded_csv(table(rows), Given(corpus="c", texts={"t": text}))

    assert (10_000, 10_000) == (found.n_codings, found.project.n_codings)
    assert not found.problems
