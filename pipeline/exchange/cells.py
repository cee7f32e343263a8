"""CSV files and workbooks to rows of cells, each with its number in the table."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from openpyxl import load_workbook

from pipeline.core.broken import BROKEN_SHEET
from pipeline.core.errors import InputError
from pipeline.exchange.refi.archive import check_names, check_sizes
from pipeline.exchange.refi.parse import NoTextError
from pipeline.exchange.refi.read import decoded

MAX_BYTES = 256 * 2**20
MAX_ROWS = 1_048_576  # as many as a sheet has
MAX_COLUMNS = 256
DELIMITERS = ",;\t|"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: the names of its columns, and its rows, each with its number from 1."""

    name: str
    head: tuple[str, ...]
    rows: Sequence[tuple[int, tuple[str, ...]]]


def read_csv(data: bytes) -> Sheet:
    """Return the table of a CSV file, whatever of comma, semicolon, tab and bar parts its cells.

    Raises
    ------
    InputError
        If it is no text, or too large.
    """
    check_size(data)
    try:
        text, _ = decoded(data, "table")
    except NoTextError as error:
        raise InputError(
            f"the table cannot be read ({error!s:.80}). Save it as CSV in UTF-8.", code="E_ENCODING"
        ) from error
    lines = io.StringIO(text.text, newline="")
    head = next((line for line in text.text.split("\n", 20) if line.strip()), "")
    reader = csv.reader(lines, delimiter=max(DELIMITERS, key=head.count))
    limit = csv.field_size_limit(max(len(text.text), 131_072))  # a whole interview may be a quote
    try:
        return sheet_of("table", reader)
    except csv.Error as error:
        raise InputError(
            f"the table is no CSV from row {reader.line_num} on ({error!s:.80}). Save it again.",
            code="E_CORRUPT",
        ) from error
    finally:
        csv.field_size_limit(limit)


def read_xlsx(data: bytes) -> list[Sheet]:
    """Return the sheets of a workbook that have a row; formulas count as what they last showed.

    Raises
    ------
    InputError
        If it is no workbook, or one that could harm.
    """
    check_size(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            members = packed.infolist()
        check_names(members)
        check_sizes(members)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            sheets = [sheet_of(page.title, rows_of(page)) for page in book.worksheets]
        finally:
            book.close()
    except BROKEN_SHEET as error:
        raise InputError(
            f"this is no Excel workbook (.xlsx), or not a whole one ({error!s:.80}). Save it "
            "again, or as CSV.",
            code="E_CORRUPT",
        ) from error
    return [sheet for sheet in sheets if sheet.head]


def check_size(data: bytes) -> None:
    """Raise `InputError` if the file is larger than any table that people make."""
    if len(data) > MAX_BYTES:
        raise InputError(
            f"the table has {len(data) / 2**20:.0f} MiB; the limit is {MAX_BYTES // 2**20}. "
            "Import it in parts.",
            code="E_TOO_LARGE",
        )


def rows_of(page: object) -> Iterator[list[str]]:
    """Yield the rows of an open sheet as texts."""
    page.reset_dimensions()  # type: ignore[attr-defined]  # what a stranger says of its size
    for row in page.iter_rows(values_only=True, max_col=MAX_COLUMNS):  # type: ignore[attr-defined]  # as above
        yield [shown(value) for value in row]


def shown(value: object) -> str:
    """Return a cell as text: whole numbers without a point, times as ISO has them."""
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace("_x000D_", "").replace("\r\n", "\n").replace("\r", "\n")


def sheet_of(name: str, rows: Iterator[list[str]]) -> Sheet:
    """Return a table whose first filled row names its columns."""
    head: tuple[str, ...] = ()
    found: list[tuple[int, tuple[str, ...]]] = []
    for number, cells in enumerate(rows, 1):
        if not any(cell.strip() for cell in cells):
            continue
        if number > MAX_ROWS:
            raise InputError(
                f"the table has more than {MAX_ROWS:,} rows. Import it in parts.",
                code="E_TOO_LARGE",
            )
        if head:
            found.append((number, tuple(cells[:MAX_COLUMNS])))
        elif not (len(cells) <= 2 and cells[0].lower().startswith("sep=")):  # noqa: PLR2004  # Excel's own line
            head = tuple(cells[:MAX_COLUMNS])
    return Sheet(name, head, found)
