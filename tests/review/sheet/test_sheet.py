"""The Excel sheet: out, filled in, back; whatever is done to it, nothing is lost or overwritten."""

import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from pipeline.core.corpus import Corpus
from pipeline.core.errors import GlossatorError, InputError
from pipeline.core.records import Decision
from pipeline.review.corpus_log import add_coder
from pipeline.review.desk import Ask
from pipeline.review.facts import read_facts
from pipeline.review.log.fold import SHOWN
from pipeline.review.log.rows import Round, canonical
from pipeline.review.log.store import open_log
from pipeline.review.queue import ORDER
from pipeline.review.rounds import DRAWN
from pipeline.review.scripted import decide_one, undo
from pipeline.review.seating import Choice, take_seat
from pipeline.review.sheet.layout import KEY, META, REVIEW, TEXT
from pipeline.review.sheet.stage import SheetIn, export_sheet, import_sheet
from tests.review.conftest import TEXTS, lay_tables

FIRST, SECOND, THIRD = 2, 3, 4  # rows of Excel
LISTED = b"PK\x01\x02"  # before each member's version, and the version that it needs
Fill = Callable[..., Path]


@pytest.fixture
def assisted(corpus: Corpus) -> Corpus:
    """Return a corpus with a round in which nothing of ana's is blind."""
    with open_log(corpus.log) as log:
        seat = take_seat(log, read_facts(corpus), "ana", Choice())
        found = log.rounds()[seat.round_id]
        settings = json.loads(found.settings) | {"kind": DRAWN, "name": "r", "coders": ["ana"]}
        plain = [replace(a, lane=ORDER, inclusion_probability=None) for a in found.assignments]
        plain.sort(key=lambda item: (item.transcript_id, item.start))
        numbered = tuple(replace(item, position=n) for n, item in enumerate(plain))
        log.add_round(Round(canonical(settings), "2026-02-01T00:00:00.000Z", "ana", numbered))
    return corpus


@pytest.fixture
def sheet(assisted: Corpus, tmp_path: Path) -> Path:
    """Return ana's sheet as it went out."""
    return export_sheet(assisted, "ana", tmp_path / "sheet.xlsx").path


def heads_of(book: Workbook) -> dict[str, int]:
    """Return the number of each column of the review page."""
    return {str(cell.value): cell.column for cell in book[REVIEW][1] if cell.column is not None}


def fill(path: Path, cells: Mapping[tuple[int, str], Any]) -> Path:
    """Write into cells, given by row and head, and save the workbook."""
    book = load_workbook(path)
    heads = heads_of(book)
    for (row, head), value in cells.items():
        book[REVIEW].cell(row, heads[head]).value = value
    book.save(path)
    return path


def standing(corpus: Corpus) -> dict[tuple[str, int, str | None], str | None]:
    """Return what stands for ana, by transcript, start and code."""
    with open_log(corpus.log) as log:
        found = [item for item in log.all_current() if item.coder == "ana"]
    return {(item.transcript_id, item.start, item.code): item.verdict for item in found}


def acts(found: SheetIn) -> list[tuple[str, str | None]]:
    """Return what was decided."""
    return [(row.act, row.code) for row in found.decisions]


def test_a_sheet_shows_what_there_is_to_do(assisted: Corpus, sheet: Path) -> None:
    """A row a segment, in order, with its words, its suggestions by name, and empty cells."""
    book = load_workbook(sheet)
    heads = heads_of(book)
    rows = [[cell.value for cell in row] for row in book[REVIEW].iter_rows(min_row=2)]

    assert [REVIEW, "Codes", "Read me", META] == book.sheetnames
    assert ["We share rooms.", 4] == [rows[0][heads[TEXT] - 1], len(rows)]
    assert "Rain falls\nweather.rain" == rows[0][heads["Suggestion 1"] - 1]
    assert [None] * 4 == [
        rows[0][heads[name] - 1] for name in ("Decision 1", "Memo", "Done", "Add code 1")
    ]
    assert "hidden" == book[META].sheet_state
    assert read_facts(assisted).segments.keys() == {
        str(row[0])[1:].rpartition("#")[0] for row in rows
    }


def test_what_a_sheet_shows_counts_as_shown(assisted: Corpus, sheet: Path) -> None:
    """Suggestions that went out by sheet were seen; decisions there are not independent."""
    with open_log(assisted.log) as log:
        rows = log.decisions()

    assert sheet.exists()
    assert {("int-1", 0), ("int-2", 0)} == {(row.transcript_id, row.start) for row in rows}
    assert {SHOWN} == {row.act for row in rows}
    assert {"sheet"} == {row.surface for row in rows}


def test_exporting_twice_gives_the_same_bytes(assisted: Corpus, sheet: Path) -> None:
    """Nothing was decided between, so nothing differs; and nothing is shown twice."""
    before = sheet.read_bytes()

    again = export_sheet(assisted, "ana", sheet).path.read_bytes()

    assert before == again


def test_a_blind_sheet_holds_no_trace_of_a_suggestion(corpus: Corpus, tmp_path: Path) -> None:
    """No column, no code, no score and no model of what was suggested anywhere in its parts."""
    out = export_sheet(corpus, "ana", tmp_path / "blind.xlsx", is_blind=True)

    with zipfile.ZipFile(out.path) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    heads = heads_of(load_workbook(out.path))
    assert 0 == out.n_assisted
    assert not [name for name in heads if name.startswith(("Suggestion", "Decision"))]
    assert "Suggestion 1" not in "".join(parts.values())
    with open_log(corpus.log) as log:
        assert not log.decisions()


def test_an_audit_segment_goes_out_blind_in_any_sheet(corpus: Corpus, tmp_path: Path) -> None:
    """The default round of a small corpus is all audit: nothing is suggested."""
    out = export_sheet(corpus, "ana", tmp_path / "sheet.xlsx")

    assert (4, 0) == (out.n_rows, out.n_assisted)


def test_what_people_wrote_comes_back(assisted: Corpus, sheet: Path) -> None:
    """Accept, reject, add, memo and done become decisions; the errand is the round's."""
    fill(
        sheet,
        {
            (FIRST, "Decision 1"): "accept",
            (FIRST, "Decision 2"): " Reject ",
            (FIRST, "Add code 1"): "sun shines",
            (FIRST, "Memo"): "Ask again",
            (FIRST, "Done"): "yes",
            (SECOND, "Add code 2"): "weather.rain; work",
        },
    )

    done = import_sheet(assisted, sheet)

    assert (0, 2, 2) == (done.exit_code, done.n_taken, done.n_unchanged)
    assert [
        ("accept", "weather.rain"),
        ("add", "weather.sun"),
        ("reject", "work"),
        ("memo", None),
        ("done", None),
        ("add", "weather.rain"),
        ("add", "work"),
    ] == acts(done)
    row = done.decisions[0]
    assert ("sheet", "assisted", ORDER, True) == (
        row.surface,
        row.mode,
        row.lane,
        row.suggestion_visible,
    )
    assert {row.group_id for row in done.decisions} == {done.group_id}


def test_importing_twice_changes_nothing(assisted: Corpus, sheet: Path) -> None:
    """The second time every cell is what the sheet said before."""
    fill(sheet, {(FIRST, "Decision 1"): "accept", (FIRST, "Done"): "yes", (FIRST, "Memo"): "m"})
    import_sheet(assisted, sheet)
    before = standing(assisted)

    again = import_sheet(assisted, sheet)

    assert (0, 4, []) == (again.n_taken, again.n_unchanged, acts(again))
    assert before == standing(assisted)


def test_a_dry_run_tells_and_writes_nothing(assisted: Corpus, sheet: Path) -> None:
    """It counts what would come in."""
    fill(sheet, {(FIRST, "Decision 1"): "accept"})
    before = standing(assisted)

    found = import_sheet(assisted, sheet, is_dry=True)

    assert [("accept", "weather.rain")] == acts(found)
    assert not found.is_written
    assert before == standing(assisted)


def test_correcting_back_and_forth_works(assisted: Corpus, sheet: Path) -> None:
    """Accept, reject, accept from one sheet: three decisions; ids by value alone would lose one."""
    found = []
    for said in ("accept", "reject", "accept", None):
        fill(sheet, {(FIRST, "Decision 1"): said})
        found += acts(import_sheet(assisted, sheet))

    assert ["accept", "reject", "accept", "clear"] == [act for act, _ in found]
    assert "open" == standing(assisted)["int-1", 0, "weather.rain"]


def test_codes_and_signatures_can_be_taken_away(assisted: Corpus, sheet: Path) -> None:
    """An emptied cell takes its code back; an emptied Done opens the passage again."""
    import_sheet(assisted, fill(sheet, {(SECOND, "Add code 1"): "work", (SECOND, "Done"): "yes"}))

    done = import_sheet(
        assisted, fill(sheet, {(SECOND, "Add code 1"): None, (SECOND, "Done"): None})
    )

    assert [("clear", "work"), ("reopen", None)] == acts(done)


def test_what_was_decided_since_stands(assisted: Corpus, sheet: Path) -> None:
    """A later decision is never overwritten: the row is named, the rest is taken."""
    decide_one(assisted, "ana", "int-1:0-15", Ask("reject", "weather.rain"))
    fill(sheet, {(FIRST, "Decision 1"): "accept", (SECOND, "Add code 1"): "work"})

    done = import_sheet(assisted, sheet)

    assert [("add", "work")] == acts(done)
    assert 4 == done.exit_code
    assert [f"row {FIRST}: weather.rain: the sheet says 'accept', but 'reject' was decided"] == [
        found.split(" since ")[0] for found in done.conflicts
    ]
    assert "no" == standing(assisted)["int-1", 0, "weather.rain"]


def test_an_old_sheet_takes_nothing_back(assisted: Corpus, sheet: Path) -> None:
    """Cells that are as they went out say nothing about what was decided on the page since."""
    decide_one(assisted, "ana", "int-1:0-15", Ask("add", "weather.sun"))
    decide_one(assisted, "ana", "int-1:0-15", Ask("done"))
    before = standing(assisted)

    done = import_sheet(assisted, sheet)

    assert [] == acts(done)
    assert before == standing(assisted)


def test_a_new_sheet_shows_what_stands(assisted: Corpus, sheet: Path) -> None:
    """What was decided anywhere is in the cells of the next export."""
    import_sheet(assisted, fill(sheet, {(FIRST, "Decision 1"): "accept", (FIRST, "Memo"): "m"}))
    decide_one(assisted, "ana", "int-1:0-15", Ask("add", "weather.sun"))

    book = load_workbook(export_sheet(assisted, "ana", sheet).path)

    heads = heads_of(book)
    line = [
        book[REVIEW].cell(FIRST, heads[name]).value for name in ("Decision 1", "Add code 1", "Memo")
    ]
    assert ["accept", "weather.sun", "m"] == line


def test_one_undo_takes_a_whole_import_back(assisted: Corpus, sheet: Path) -> None:
    """One import is one group."""
    fill(sheet, {(FIRST, "Decision 1"): "accept", (SECOND, "Add code 1"): "work"})
    done = import_sheet(assisted, sheet)

    undo(assisted, "ana", done.group_id)

    assert {"open"} == {verdict for place, verdict in standing(assisted).items() if place[2]}


def test_rows_may_be_sorted_left_out_and_inserted(assisted: Corpus, sheet: Path) -> None:
    """Rows are found by key and columns by head; what has no key is reported, the rest is taken."""
    book = load_workbook(fill(sheet, {(THIRD, "Add code 1"): "weather.sun"}))
    page = book[REVIEW]
    page.delete_rows(FIRST)
    page.insert_rows(FIRST)
    page.cell(FIRST, heads_of(book)["Memo"]).value = "mine"
    page.title = "Renamed"
    book[META].sheet_state = "visible"
    book[META].title = "_meta (2)"
    book.save(sheet)

    done = import_sheet(assisted, sheet)

    assert [("add", "weather.sun")] == acts(done)
    assert ["row 2: it has no key"] == [error.split(",")[0] for error in done.errors]


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({(FIRST, "Decision 1"): "maybe"}, "row 2: the cell 'Decision 1' says 'maybe'; known are"),
        ({(FIRST, "Decision 1"): "=1+1"}, "row 2: the cell 'Decision 1' holds a formula"),
        (
            {(FIRST, "Add code 1"): "weather.rian"},
            "row 2: the cell 'Add code 1' says 'weather.rian'",
        ),
        (
            {(FIRST, "Add code 1"): "weather"},
            "row 2: the cell 'Add code 1' says 'weather', which is",
        ),
        ({(FIRST, TEXT): "We share a room."}, "row 2: its text is not the one that was exported"),
        ({(FIRST, KEY): "nonsense"}, "row 2: 'nonsense' is no key of this sheet"),
        ({(SECOND, "Decision 1"): "accept"}, "row 3: the cell 'Decision 1' is filled, but nothing"),
        ({(FIRST, "Done"): "perhaps"}, "row 2: the cell 'Done' says 'perhaps'; known are"),
        (
            {(FIRST, "Decision 1"): "reject", (FIRST, "Add code 1"): "weather.rain"},
            "row 2: weather.rain is added and, as a suggestion, not accepted",
        ),
    ],
)
def test_a_damaged_row_is_named_and_the_rest_is_taken(
    assisted: Corpus, sheet: Path, cells: Mapping[tuple[int, str], str], sentence: str
) -> None:
    """Every row ends in the report; nothing of a doubtful one is written."""
    fill(sheet, {**cells, (THIRD, "Add code 1"): "weather.sun"})

    done = import_sheet(assisted, sheet)

    assert [("add", "weather.sun")] == acts(done)
    assert 1 == len(done.errors)
    assert done.errors[0].startswith(sentence)
    assert 4 == done.exit_code


def test_a_passage_that_stands_there_twice_is_taken_from_neither(
    assisted: Corpus, sheet: Path
) -> None:
    """Two rows of one key contradict each other."""
    key = load_workbook(sheet)[REVIEW].cell(FIRST, 1).value
    text = "We share rooms."
    fill(sheet, {(SECOND, KEY): key, (SECOND, TEXT): text, (SECOND, "Add code 1"): "work"})

    done = import_sheet(assisted, sheet)

    assert [] == acts(done)
    assert ["rows 2, 3: the same passage stands there twice; leave one row"] == list(done.errors)


def test_a_memo_cannot_be_emptied_by_a_sheet(assisted: Corpus, sheet: Path) -> None:
    """A memo wants words; taking one back is an undo."""
    import_sheet(assisted, fill(sheet, {(FIRST, "Memo"): "m"}))

    done = import_sheet(assisted, fill(sheet, {(FIRST, "Memo"): None}))

    assert [] == acts(done)
    assert "a memo wants words" in done.errors[0]


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (lambda _: b"key,Text\ns1,We\n", "E_SHEET_FORMAT"),
        (lambda data: data[:200], "E_SHEET_FORMAT"),
        (lambda _: b"", "E_SHEET_FORMAT"),
        (lambda data: data.replace(LISTED, LISTED + b"\x14\x00\x8a"), "E_SHEET_FORMAT"),
        (lambda _: archive({"hello.txt": b"hello"}), "E_CORRUPT"),
        (lambda _: archive({"bomb.xml": bytes(210 * 2**20)}), "E_TOO_LARGE"),
    ],
    ids=["csv", "cut", "empty", "later", "zip", "bomb"],
)
def test_what_is_no_sheet_is_refused(
    assisted: Corpus, sheet: Path, damage: Callable[[bytes], bytes], code: str
) -> None:
    """One sentence that says what to send instead."""
    sheet.write_bytes(damage(sheet.read_bytes()))

    with pytest.raises(InputError) as caught:
        import_sheet(assisted, sheet)

    assert code == caught.value.code


def archive(members: Mapping[str, bytes]) -> bytes:
    """Return a zip archive."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in members.items():
            opened.writestr(name, data)
    return target.getvalue()


def test_a_workbook_of_somebody_else_is_refused(assisted: Corpus, sheet: Path) -> None:
    """It says how to make one."""
    book = Workbook()
    book.save(sheet)

    with pytest.raises(InputError, match="no sheet of glossator"):
        import_sheet(assisted, sheet)


def test_the_sheet_of_another_log_is_refused(
    assisted: Corpus, sheet: Path, template: Corpus, tmp_path: Path
) -> None:
    """Decisions go where they were asked for."""
    shutil.copytree(template.root, tmp_path / "other")
    other = Corpus(tmp_path / "other", template.name)
    other.log.unlink()
    assisted.log.rename(assisted.log.with_name("kept"))
    add_coder(other, "ana")

    with pytest.raises(InputError, match="of another log"):
        import_sheet(other, sheet)


def test_a_transcript_that_was_changed_since_is_named(assisted: Corpus, sheet: Path) -> None:
    """Words that are no longer where the sheet says are decided on by nobody."""
    lay_tables(assisted, TEXTS | {"int-1": "Changed. " + TEXTS["int-1"]})
    fill(sheet, {(FIRST, "Decision 1"): "accept", (THIRD, "Add code 1"): "weather.sun"})

    done = import_sheet(assisted, sheet)

    assert [("add", "weather.sun")] == acts(done)
    assert "the transcript was changed since" in done.errors[0]


def test_a_program_gets_no_sheet(assisted: Corpus, tmp_path: Path) -> None:
    """Sheets are for people; nothing is written for anybody else."""
    with pytest.raises(GlossatorError, match="robot: is a program"):
        export_sheet(assisted, "robot", tmp_path / "sheet.xlsx")

    assert not (tmp_path / "sheet.xlsx").exists()


def test_texts_stay_texts(assisted: Corpus, tmp_path: Path) -> None:
    """What looks like a formula, an escape or a number is neither run nor changed."""
    memo = "=SUM(1) _x0041_ 00123\nsecond line"
    decide_one(assisted, "ana", "int-1:0-15", Ask("memo", memo=memo))
    path = export_sheet(assisted, "ana", tmp_path / "sheet.xlsx").path

    found = import_sheet(assisted, path)

    assert ([], ()) == (acts(found), found.errors)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_a_sheet_survives_libreoffice(assisted: Corpus, sheet: Path, tmp_path: Path) -> None:
    """Opened and saved there, every decision comes back."""
    fill(
        sheet,
        {
            (FIRST, "Decision 1"): "accept",
            (FIRST, "Memo"): "what a day",
            (FIRST, "Done"): "yes",
            (SECOND, "Add code 1"): "work",
        },
    )
    home = f"-env:UserInstallation=file://{tmp_path}/office"
    command = [
        "soffice",
        home,
        "--headless",
        "--convert-to",
        "xlsx",
        "--outdir",
        str(tmp_path / "o"),
    ]
    subprocess.run([*command, str(sheet)], check=True, capture_output=True, timeout=180)

    done = import_sheet(assisted, tmp_path / "o" / "sheet.xlsx")

    assert ((), 2) == (done.errors, done.n_taken)
    assert ["accept", "memo", "done", "add"] == [row.act for row in done.decisions]


def test_decisions_know_their_sheet(assisted: Corpus, sheet: Path) -> None:
    """A decision by sheet says so, with round and model; a person's word is a person's."""
    done = import_sheet(assisted, fill(sheet, {(FIRST, "Decision 2"): "accept"}))

    row: Decision = done.decisions[0]
    assert ("work", "m-1", 2) == (row.code, row.model_id, row.rank)
    assert row.round_id is not None
