"""Tables for people as files: CSV, and several of them as one Excel workbook; in bytes."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any

import xlsxwriter

EXCEL_CELL = 32_767  # characters that a cell of Excel holds
EXCEL_NAME = 31  # characters that the name of a page holds
LONG_ASIDE = 60  # characters wide: room for a quotation
FIXED_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # the same content gives the same bytes
NOT_IN_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\'", "-"))

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A named table: ``columns`` gives the order, also where there is no row."""

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Row]


def csv_of(sheet: Sheet) -> bytes:
    """Return a table as UTF-8 CSV; texts are exact, an empty cell is null."""
    text = StringIO(newline="")
    writer = csv.DictWriter(text, sheet.columns, extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(sheet.rows)
    return text.getvalue().encode()


def workbook_of(sheets: Sequence[Sheet], cut: str) -> bytes:
    """Return all tables as one Excel workbook, a page each.

    A text stays a text, even one that begins with ``=``. One longer than a cell holds ends with
    ``cut``, which says where all of it is.
    """
    data, taken = BytesIO(), set[str]()
    # in memory: else the words would also pass through the system's folder for temporary files
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(data, options) as book:
        book.set_properties({"created": FIXED_DATE})
        for sheet in sheets:
            name = page_name(sheet.name, taken)
            taken.add(name.lower())
            fill(book, book.add_worksheet(name), sheet, cut)
    return data.getvalue()


def page_name(name: str, taken: set[str]) -> str:
    """Return ``name`` as Excel takes it: short, and not one of those ``taken``."""
    words = name.replace("_", " ").translate(NOT_IN_NAMES).capitalize()
    short, number = words[:EXCEL_NAME], 2
    while short.lower() in taken:
        short = f"{words[: EXCEL_NAME - 4]} {number}"
        number += 1
    return short


def fill(book: Any, page: Any, sheet: Sheet, cut: str) -> None:
    """Write a table on a page: a fixed head, filters, readable widths."""
    head = book.add_format({"bold": True, "bottom": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for column, name in enumerate(sheet.columns):
        page.write_string(0, column, name, head)
        texts = (str(row[name]) for row in sheet.rows if row.get(name) is not None)
        widest = max([len(name), *map(len, texts)])
        page.set_column(column, column, min(widest + 2, LONG_ASIDE), wrap)
    for number, row in enumerate(sheet.rows, 1):
        for column, name in enumerate(sheet.columns):
            write_cell(page, (number, column), row.get(name), cut)
    page.freeze_panes(1, 0)
    if sheet.rows:
        page.autofilter(0, 0, len(sheet.rows), len(sheet.columns) - 1)


def write_cell(page: Any, place: tuple[int, int], value: Any, cut: str) -> None:
    """Write one value by its kind; null leaves the cell empty."""
    if isinstance(value, bool):
        page.write_boolean(*place, value)
    elif isinstance(value, int | float):
        page.write_number(*place, value)
    elif value is not None:
        text = str(value)
        whole = len(text) <= EXCEL_CELL
        page.write_string(*place, text if whole else text[: EXCEL_CELL - len(cut)] + cut)
