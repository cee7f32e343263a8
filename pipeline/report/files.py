"""The tables of a report as CSV files and one workbook, in bytes."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter

from pipeline.report.page import Sheet

EXCEL_CELL = 32_767  # characters that a cell of Excel holds
EXCEL_NAME = 31  # characters that the name of a sheet holds
CUT = " [continues in the CSV file]"
LONG_ASIDE = 60  # characters wide: room for a quotation
FIXED_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # the same content gives the same bytes
NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", "-"))


def csv_of(sheet: Sheet) -> bytes:
    """Return a table as UTF-8 CSV; texts are exact, an empty cell is null."""
    text = StringIO(newline="")
    writer = csv.DictWriter(text, sheet.columns, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(sheet.rows)
    return text.getvalue().encode()


def workbook_of(sheets: Sequence[Sheet]) -> bytes:
    """Return all tables as one Excel workbook, a page each; a text that begins with = stays one."""
    data = BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with xlsxwriter.Workbook(data, options) as book:
        book.set_properties({"created": FIXED_DATE})
        taken: set[str] = set()
        for sheet in sheets:
            name = page_name(sheet.name, taken)
            taken.add(name.lower())
            fill(book, book.add_worksheet(name), sheet)
    return data.getvalue()


def page_name(name: str, taken: set[str]) -> str:
    """Return ``name`` as Excel takes it: short, and not one of those ``taken``."""
    words = name.replace("_", " ").translate(NOT_IN_NAMES).capitalize()
    short, number = words[:EXCEL_NAME], 2
    while short.lower() in taken:
        short = f"{words[: EXCEL_NAME - 4]} {number}"
        number += 1
    return short


def fill(book: Any, page: Any, sheet: Sheet) -> None:
    """Write a table on a page: a fixed head, filters, readable widths."""
    head, wrap = book.add_format({"bold": True, "bottom": 1}), book.add_format({"text_wrap": True})
    wrap.set_align("top")
    for column, name in enumerate(sheet.columns):
        page.write_string(0, column, name, head)
        texts = (str(row[name]) for row in sheet.rows if row.get(name) is not None)
        widest = max([len(name), *map(len, texts)])
        page.set_column(column, column, min(widest + 2, LONG_ASIDE), wrap)
        for number, row in enumerate(sheet.rows, 1):
            write_value(page, number, column, row.get(name))
    page.freeze_panes(1, 0)
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)


def write_value(page: Any, row: int, column: int, value: Any) -> None:
    """Write one value by its kind; null leaves the cell empty."""
    if isinstance(value, bool):
        page.write_boolean(row, column, value)
    elif isinstance(value, int | float):
        page.write_number(row, column, value)
    elif value is not None:
        text = str(value)
        cut = text[: EXCEL_CELL - len(CUT)] + CUT
        page.write_string(row, column, text if len(text) <= EXCEL_CELL else cut)
