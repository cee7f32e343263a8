"""Files of a report: exact texts, the same bytes, whole or not at all, nobody else's touched."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from pipeline.core.errors import InputError, StorageError
from pipeline.report import folder
from pipeline.report.files import CUT, EXCEL_CELL, csv_of, workbook_of
from pipeline.report.folder import RECEIPT, write_folder
from pipeline.report.page import Sheet

SHEET = Sheet("codes_by_a", ("code", "n", "flag"), [{"code": "=1+1 é\n", "n": 2, "flag": None}])
OURS = b'{"stage": "report", "details": {"files": ["report.html"]}}'


def test_texts_are_exact_and_null_is_empty() -> None:
    """A text that begins with = stays a text in both formats."""
    [row] = csv.DictReader(io.StringIO(csv_of(SHEET).decode(), newline=""))
    page = openpyxl.load_workbook(io.BytesIO(workbook_of([SHEET]))).worksheets[0]

    assert {"code": "=1+1 é\n", "n": "2", "flag": ""} == row
    assert ["=1+1 é\n", 2, None] == [cell.value for cell in page[2]]
    assert "s" == page[2][0].data_type


def test_the_same_tables_give_the_same_workbook() -> None:
    """No clock in a workbook."""
    assert workbook_of([SHEET]) == workbook_of([SHEET])


def test_excel_gets_names_that_it_takes() -> None:
    """Thirty-one characters, no forbidden one, no two the same; a long text says it is cut."""
    long = "shares_by_a_very_long_attribute/name"
    sheets = [Sheet(f"{long}_{n}", ("a",), [{"a": "x" * 40_000}]) for n in range(3)]

    book = openpyxl.load_workbook(io.BytesIO(workbook_of(sheets)))

    assert 3 == len({name.lower() for name in book.sheetnames})
    assert all(len(name) <= 31 and "/" not in name for name in book.sheetnames)
    text = str(book.worksheets[0]["A2"].value)
    assert len(text) == EXCEL_CELL
    assert text.endswith(CUT)


def test_an_empty_table_has_its_head() -> None:
    """No row is a table, too."""
    empty = Sheet("empty", ("a", "b"), [])

    assert b"a,b\r\n" == csv_of(empty)
    assert workbook_of([empty])


def test_a_report_replaces_the_one_before(tmp_path: Path) -> None:
    """Files of the old report that the new one lacks are gone; hidden files are nobody's."""
    out = tmp_path / "out"
    write_folder(out, {"report.html": b"1", "tables/a.csv": b"2", RECEIPT: receipt("tables/a.csv")})
    (out / ".DS_Store").write_bytes(b"")

    write_folder(out, {"report.html": b"3", RECEIPT: receipt()})

    assert {"report.html", RECEIPT} == {path.name for path in out.rglob("*")}
    assert b"3" == (out / "report.html").read_bytes()
    assert [out] == list(tmp_path.iterdir())


def receipt(*further: str) -> bytes:
    """Return the receipt of a report with a page and ``further`` files."""
    names = ", ".join(f'"{name}"' for name in ("report.html", *further))
    return f'{{"stage": "report", "details": {{"files": [{names}]}}}}'.encode()


@pytest.mark.parametrize("name", ["notes.txt", "tables/mine.csv"])
def test_what_no_report_wrote_is_never_touched(tmp_path: Path, name: str) -> None:
    """A folder with anybody's file is refused, with or without a report in it."""
    out = tmp_path / "out"
    write_folder(out, {"report.html": b"1", RECEIPT: OURS})
    mine = out / name
    mine.parent.mkdir(exist_ok=True)
    mine.write_text("mine")

    with pytest.raises(InputError, match=name) as caught:
        write_folder(out, {"report.html": b"2", RECEIPT: OURS})

    assert "E_FOLDER_TAKEN" == caught.value.code
    assert ("mine", b"1") == (mine.read_text(), (out / "report.html").read_bytes())


@pytest.mark.parametrize("text", ["[]", "{", '{"stage": "export"}'])
def test_another_receipt_is_no_report(tmp_path: Path, text: str) -> None:
    """Only our own receipt gives a folder up."""
    (tmp_path / RECEIPT).write_text(text)

    with pytest.raises(InputError, match="which no report wrote"):
        write_folder(tmp_path, {"report.html": b""})


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """``--out`` may not name a file."""
    out = tmp_path / "out"
    out.write_text("mine")

    with pytest.raises(InputError, match="a file of this name"):
        write_folder(out, {"report.html": b""})


def test_a_disk_that_refuses_leaves_the_old_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole or not at all: nothing is half-replaced, nothing half-written stays behind."""
    out = tmp_path / "out"
    write_folder(out, {"report.html": b"1", RECEIPT: OURS})

    def refuse(place: Path, files: object) -> None:
        del files
        (place / "report.html").write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder, "fill", refuse)
    with pytest.raises(StorageError, match="the disk is full"):
        write_folder(out, {"report.html": b"2"})

    assert b"1" == (out / "report.html").read_bytes()
    assert [out] == list(tmp_path.iterdir())
