"""Talk in tables of their own: CSV and its kin, and workbooks."""

from __future__ import annotations

import contextlib
import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from pipeline.core.broken import BROKEN_SHEET
from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Notice, Reading
from pipeline.ingest.decode import canonical_characters, decode
from pipeline.ingest.readers.archive import open_archive, read_member
from pipeline.ingest.readers.markup import declares_entities, unsafe
from pipeline.ingest.readers.rows import (
    Row,
    Talk,
    blank_notices,
    find_header,
    no_content,
    read_talk,
    unknown_schema,
)
from pipeline.ingest.readers.tally import Tally

DELIMITERS = ",;\t|"
SAMPLE = 65_536
MAX_ROWS = 1_048_576
MAX_COLUMNS = 256
EXCEL_RETURN = re.compile(r"_x000D_\n?")


def parse_csv(data: bytes, settings: IngestSettings) -> Reading:
    """Return the talk of a table whose cells are parted by a comma, semicolon, tab or bar.

    Raises
    ------
    TranscriptError
        ``E_NO_CONTENT`` if no row has words, ``E_UNKNOWN_SCHEMA`` if no column of text is named.
    """
    decoded = decode(data, settings.encoding)
    text = decoded.text.lstrip("\n")
    rows = rows_of_csv(text, best_delimiter(text[:SAMPLE], settings))
    if not rows:
        raise no_content("row")
    tally = Tally()
    header = find_header(rows, settings, wants_speaker=False)
    if header is None:
        raise unknown_schema(rows[0].cells)
    talk = read_talk(rows, header, settings, tally)
    if not talk.blocks:
        raise no_content("row")
    return Reading(
        talk.blocks,
        is_structured=talk.has_speakers,
        encoding=decoded.encoding,
        removed=tally.removed(),
        notices=decoded.notices + blank_notices(talk.n_blank, settings) + open_quote(text, rows),
    )


def best_delimiter(sample: str, settings: IngestSettings) -> str:
    """Return the delimiter under which a header is known and most rows are as long as it."""

    def merit(delimiter: str) -> tuple[bool, bool, float]:
        rows = rows_of_csv(sample, delimiter)
        header = find_header(rows, settings, wants_speaker=False)
        if header is None:
            return False, False, share_of_width(rows)
        has_speaker = header.columns.speaker is not None
        return True, has_speaker, share_of_width(rows[header.at :])

    return max(DELIMITERS, key=merit)


def share_of_width(rows: Sequence[Row]) -> float:
    """Return the share of rows that are as long as the first, 0 where that has one cell only."""
    if not rows or len(rows[0].cells) == 1:
        return 0.0
    return sum(len(row.cells) == len(rows[0].cells) for row in rows) / len(rows)


def rows_of_csv(text: str, delimiter: str) -> list[Row]:
    """Return the rows of ``text`` that are not blank."""
    csv.field_size_limit(max(len(text), 131_072))  # a whole interview may stand in one cell
    mark = re.escape(delimiter)
    opened = len(re.findall(rf'(?:^|{mark})"', text, re.MULTILINE))
    closed = len(re.findall(rf'"(?:{mark}|$)', text, re.MULTILINE))
    # Where quotation marks open more cells than they close, they are speech, not quoting.
    is_quoted = delimiter in ",;" or opened <= closed
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=delimiter,
        quoting=csv.QUOTE_MINIMAL if is_quoted else csv.QUOTE_NONE,
    )
    rows = (Row(tuple(cells), f"row {number}") for number, cells in enumerate(reader, 1))
    return [row for row in rows if row.text.strip()]


def open_quote(text: str, rows: Sequence[Row]) -> tuple[Notice, ...]:
    """Return a notice if the last row's quotation mark is never closed, so that it may be cut."""
    if text.count('"') % 2 == 0 or "\n" not in rows[-1].text.strip():
        return ()
    return (
        Notice("W_TRUNCATED", f"{rows[-1].place} opens a quotation mark that is never closed."),
    )


def parse_xlsx(data: bytes, settings: IngestSettings) -> Reading:
    """Return the talk of a workbook: of the sheet in the settings, or of all that hold talk.

    Where several sheets hold talk, each is a transcript of its own.

    Raises
    ------
    TranscriptError
        As `parse_csv`; also ``E_CORRUPT``, ``E_UNSAFE_XML``, ``E_TOO_LARGE``.
    """
    refuse_entities(open_archive(data))
    try:
        # Of broken styles openpyxl prints a line, which has no business among our output.
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")  # styles and extensions that no words depend on
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheets = {
                title: list(rows_of_sheet(book, title)) for title in titles_of(book, settings)
            }
    except BROKEN_SHEET as error:
        why = str(error).partition("\n")[0][:120]
        raise TranscriptError(
            f"the workbook is damaged ({why}). Copy or export it again.", code="E_CORRUPT"
        ) from error
    return reading_of(sheets, settings)


def refuse_entities(archive: zipfile.ZipFile) -> None:
    """Raise if any part of a workbook declares entities, whichever parser it may go to."""
    for name in archive.namelist():
        if name.endswith((".xml", ".rels")) and declares_entities(read_member(archive, name)):
            raise unsafe("its XML declares entities")


def reading_of(sheets: dict[str, list[Row]], settings: IngestSettings) -> Reading:
    """Return the talk of all sheets as one reading."""
    tally, talks = Tally(), dict[str, Talk]()
    for title, rows in sheets.items():
        header = find_header(rows, settings, wants_speaker=False)
        if header is None:
            tally.add("sheet without talk", " ".join(row.text for row in rows))
        else:
            talks[title] = read_talk(rows, header, settings, tally)
    blocks = tuple(
        block if block.group or len(talks) == 1 else replace(block, group=title)
        for title, talk in talks.items()
        for block in talk.blocks
    )
    if not blocks:
        first = next((rows[0].cells for rows in sheets.values() if rows), None)
        raise no_content("row") if first is None or talks else unknown_schema(first)
    n_blank = sum(talk.n_blank for talk in talks.values())
    return Reading(
        blocks,
        is_structured=any(talk.has_speakers for talk in talks.values()),
        removed=tally.removed(),
        notices=blank_notices(n_blank, settings),
    )


def titles_of(book: Workbook, settings: IngestSettings) -> list[str]:
    """Return the titles of the sheets to read.

    Raises
    ------
    TranscriptError
        If the settings name a sheet that is not there.
    """
    titles = [sheet.title for sheet in book.worksheets]
    wanted = settings.columns.sheet
    if not wanted:
        return titles
    if wanted not in titles:
        raise TranscriptError(
            f"no sheet is called {wanted!r}; there are {', '.join(titles)[:300]}. "
            "Name one of them as `sheet` in `[ingest.columns]`.",
            code="E_UNKNOWN_SCHEMA",
        )
    return [wanted]


def rows_of_sheet(book: Workbook, title: str) -> Iterator[Row]:
    """Yield the rows of a sheet that are not blank.

    Raises
    ------
    TranscriptError
        If its rows are numbered beyond what a sheet can hold.
    """
    sheet = book[title]
    sheet.reset_dimensions()  # the size that tools write may be wrong
    for number, values in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True), 1):
        if number > MAX_ROWS:
            raise TranscriptError(
                f"sheet {title!r} has more than {MAX_ROWS} rows, the most that a sheet can hold. "
                "Split it.",
                code="E_TOO_LARGE",
            )
        if values.count(None) == len(values):
            continue
        cells = [text_of(value) for value in values]
        while cells and not cells[-1].strip():
            cells.pop()
        if cells:
            yield Row(tuple(cells), f"{title} row {number}")


def text_of(value: object) -> str:
    """Return a cell's value as a person sees it: whole numbers without a point, times as clocks."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, timedelta):
        return f"{value.total_seconds():.10g}"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return canonical_characters(EXCEL_RETURN.sub("\n", str(value)))[0]
