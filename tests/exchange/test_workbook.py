"""Tables as files for people: exact texts, the same bytes, names and lengths that Excel takes."""

import csv
import io

import openpyxl

from pipeline.exchange.workbook import EXCEL_CELL, Sheet, csv_of, workbook_of

SHEET = Sheet("codes_by_a", ("code", "n", "flag"), [{"code": "=1+1 é\n", "n": 2, "flag": None}])
CUT = " [continues elsewhere]"


def test_texts_are_exact_and_null_is_empty() -> None:
    """A text that begins with = stays a text in both formats."""
    [row] = csv.DictReader(io.StringIO(csv_of(SHEET).decode(), newline=""))
    page = openpyxl.load_workbook(io.BytesIO(workbook_of([SHEET], CUT))).worksheets[0]

    assert {"code": "=1+1 é\n", "n": "2", "flag": ""} == row
    assert ["=1+1 é\n", 2, None] == [cell.value for cell in page[2]]
    assert "s" == page[2][0].data_type


def test_the_same_tables_give_the_same_workbook() -> None:
    """No clock in a workbook."""
    assert workbook_of([SHEET], CUT) == workbook_of([SHEET], CUT)


def test_excel_gets_names_that_it_takes() -> None:
    """Thirty-one characters, no forbidden one, no two the same; a long text says it is cut."""
    long = "shares_by_a_very_long_attribute/name"
    sheets = [Sheet(f"{long}_{n}", ("a",), [{"a": "x" * 40_000}]) for n in range(3)]

    book = openpyxl.load_workbook(io.BytesIO(workbook_of(sheets, CUT)))

    assert 3 == len({name.lower() for name in book.sheetnames})
    assert all(len(name) <= 31 and "/" not in name for name in book.sheetnames)
    text = str(book.worksheets[0]["A2"].value)
    assert len(text) == EXCEL_CELL
    assert text.endswith(CUT)


def test_an_empty_table_has_its_head() -> None:
    """No row is a table, too."""
    empty = Sheet("empty", ("a", "b"), [])

    assert b"a,b\r\n" == csv_of(empty)
    assert workbook_of([empty], CUT)
