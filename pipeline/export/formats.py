"""One table into one file: CSV, JSON lines, Parquet, Excel; each written whole or not at all."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from pipeline.core.atomic import replacing, write_bytes

EXCEL_CELL = 32_767  # characters that a cell of Excel holds
CUT = " [continues in the transcript]"
LONG_ASIDE = 60  # characters wide: room for a quotation
FIXED_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # the same content gives the same bytes

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A named table: ``columns`` gives the order, also where there is no row."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Row]


Writer = Callable[[Path, Sequence[Sheet]], list[Path]]


def write_csv(folder: Path, sheets: Sequence[Sheet]) -> list[Path]:
    """Write a UTF-8 CSV file a sheet; texts are exact, an empty cell is null."""
    paths = []
    for sheet in sheets:
        text = StringIO(newline="")
        writer = csv.DictWriter(text, sheet.columns, extrasaction="ignore", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(sheet.rows)
        paths.append(folder / f"{sheet.name}.csv")
        write_bytes(paths[-1], text.getvalue().encode())
    return paths


def write_jsonl(folder: Path, sheets: Sequence[Sheet]) -> list[Path]:
    """Write a file of JSON lines a sheet."""
    paths = []
    for sheet in sheets:
        lines = [
            json.dumps({c: row[c] for c in sheet.columns}, ensure_ascii=False) for row in sheet.rows
        ]
        paths.append(folder / f"{sheet.name}.jsonl")
        write_bytes(paths[-1], "".join(f"{line}\n" for line in lines).encode())
    return paths


def write_parquet(folder: Path, sheets: Sequence[Sheet]) -> list[Path]:
    """Write a Parquet file a sheet; kinds are inferred from the values."""
    paths = []
    for sheet in sheets:
        table = pa.table({c: [row[c] for row in sheet.rows] for c in sheet.columns})
        paths.append(folder / f"{sheet.name}.parquet")
        with replacing(paths[-1]) as temporary:
            pq.write_table(table, temporary, compression="zstd")
    return paths


def write_xlsx(folder: Path, sheets: Sequence[Sheet]) -> list[Path]:
    """Write one workbook with all sheets, named after the first.

    A text stays a text, even one that begins with ``=``; one longer than a cell holds is cut, says
    so, and is whole in the other formats.
    """
    path, data = folder / f"{sheets[0].name}.xlsx", BytesIO()
    # in memory: else the words would also pass through the system's folder for temporary files
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(data, options) as book:
        book.set_properties({"created": FIXED_DATE})
        for sheet in sheets:
            fill(book, sheet)
    write_bytes(path, data.getvalue())
    return [path]


def fill(book: Any, sheet: Sheet) -> None:
    """Add one sheet to an open workbook: a fixed head, filters, readable widths."""
    page = book.add_worksheet(sheet.name.replace("_", " ").capitalize()[:31])
    head = book.add_format({"bold": True, "bottom": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for column, name in enumerate(sheet.columns):
        page.write_string(0, column, name, head)
        longest = max(
            (len(str(row[name])) for row in sheet.rows if row[name] is not None), default=0
        )
        page.set_column(column, column, min(max(len(name), longest) + 2, LONG_ASIDE), wrap)
    for number, row in enumerate(sheet.rows, 1):
        for column, name in enumerate(sheet.columns):
            write_cell(page, number, column, row[name])
    page.freeze_panes(1, 0)
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)


def write_cell(page: Any, row: int, column: int, value: Any) -> None:
    """Write one value by its kind; null leaves the cell empty."""
    if isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        page.write_number(row, column, value)
    elif value is not None:
        text = str(value)
        whole = len(text) <= EXCEL_CELL
        page.write_string(row, column, text if whole else text[: EXCEL_CELL - len(CUT)] + CUT)
