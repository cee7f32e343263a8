"""A sheet as an Excel workbook: cells to fill in, lists to choose from, the rest locked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from pipeline.core.codebook import Code, Codebook
from pipeline.review.sheet.layout import (
    ADDED,
    BETWEEN,
    CODES,
    DECISIONS,
    DONE,
    DONE_WORD,
    KEY,
    MEMO,
    META,
    NUMBER,
    PROPERTY,
    README,
    REVIEW,
    SPEAKER,
    SUGGESTIONS,
    TEXT,
    TIME,
    TRANSCRIPT,
    WORD_OF,
    Meta,
    SheetRow,
)
from pipeline.review.sheet.merge import done_word

FIXED_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # the same content gives the same bytes
CELL = 32_767  # characters that a cell of Excel holds
CUT = " [continues in the page]"
WIDTHS = {TRANSCRIPT: 16, NUMBER: 6, SPEAKER: 14, TIME: 9, TEXT: 80, MEMO: 30, DONE: 7}
WIDTH = 22
LINE, TALLEST = 15, 405  # points of a line, and of the tallest row that Excel knows
CONTROL = {number: None for number in range(32) if chr(number) not in "\t\n"}
STEPS = """\
One row is one passage. Fill in the white cells; everything else is locked.
Decision: accept, reject or unsure, for the suggestion to its left. Empty: not decided.
Add code: any code of the sheet 'Codes', also one that was not suggested; several codes in one \
cell are separated by a semicolon. Take a code away by emptying its cell.
Done: yes, when you are through with the passage. Only then does a code that you did not choose \
count as a no.
Where there is no suggestion, the passage is coded blind, or nothing was suggested.
Rows may be sorted, filtered and left for later. Do not change texts or keys. Keep the file an \
Excel workbook (.xlsx): a CSV file damages numbers and texts.
Send the file back and type: glossator sheet import {corpus} FILE --dry-run. It tells what would \
be taken in. Without --dry-run it is taken in; importing twice changes nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the review sheet and whether people write in it."""

    name: str
    is_input: bool = False


def columns_of(rows: Sequence[SheetRow]) -> list[Column]:
    """Return the columns that ``rows`` need: none for suggestions if there are none at all."""
    most = max((len(row.suggestions) for row in rows), default=0)
    fixed = [KEY, TRANSCRIPT, NUMBER, SPEAKER]
    fixed += [TIME] if any(row.time for row in rows) else []
    pairs = zip(SUGGESTIONS[:most], DECISIONS[:most], strict=True)
    return [
        *(Column(name) for name in [*fixed, TEXT]),
        *(column for one, two in pairs for column in (Column(one), Column(two, is_input=True))),
        *(Column(name, is_input=True) for name in (*ADDED, MEMO, DONE)),
    ]


def format_sheet(rows: Sequence[SheetRow], meta: Meta, codebook: Codebook) -> bytes:
    """Return the workbook; the same content gives the same bytes."""
    target = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(target, options) as book:
        book.set_properties({"created": FIXED_DATE, "title": f"Review of {meta.corpus}"})
        for number, piece in enumerate(meta.pieces()):
            book.set_custom_property(f"{PROPERTY}-{number:02}", piece, "text")
        codes = codebook.codable
        book.define_name("Codes", f"='{CODES}'!$A$2:$A${len(codes) + 1}")
        ReviewPage(book, columns_of(rows), {code.path: code.name for code in codes}).fill(rows)
        fill_codes(book, codes)
        fill_readme(book, meta)
        hidden = book.add_worksheet(META)
        hidden.write_string(0, 0, meta.to_json())
        hidden.hide()
    return target.getvalue()


class ReviewPage:
    """The sheet that people fill in."""

    def __init__(self, book: Any, columns: Sequence[Column], names: dict[str, str]) -> None:
        self.page = book.add_worksheet(REVIEW)
        self.columns = columns
        self.names = names
        base = {"text_wrap": True, "valign": "top"}
        self.locked = book.add_format({**base, "bg_color": "#F2F2F2"})
        self.open = book.add_format(
            {**base, "locked": False, "border": 1, "border_color": "#BFBFBF"}
        )
        self.head = book.add_format({"bold": True, "bottom": 2, "text_wrap": True, "valign": "top"})

    def fill(self, rows: Sequence[SheetRow]) -> None:
        """Write all rows, and what helps to fill them in."""
        for number, column in enumerate(self.columns):
            self.page.write_string(0, number, column.name, self.head)
            options = {"hidden": True} if column.name == KEY else {}
            width = WIDTHS.get(column.name, WIDTH)
            self.page.set_column(number, number, width, None, options)
        for number, row in enumerate(rows, 1):
            self.write_row(number, row)
        self.offer(len(rows))
        self.page.freeze_panes(1, [column.name for column in self.columns].index(TEXT) + 1)
        self.page.autofilter(0, 0, max(1, len(rows)), len(self.columns) - 1)
        self.page.set_landscape()
        self.page.fit_to_pages(1, 0)
        self.page.repeat_rows(0)
        free = ("format_cells", "format_columns", "format_rows", "sort", "autofilter")
        self.page.protect("", dict.fromkeys(free, True))

    def write_row(self, number: int, row: SheetRow) -> None:
        """Write one segment."""
        cells = self.cells(row)
        for place, column in enumerate(self.columns):
            is_spare = column.name in DECISIONS[len(row.suggestions) :]
            style = self.open if column.is_input and not is_spare else self.locked
            value = cells.get(column.name, "")
            if value:
                self.page.write_string(number, place, clean(value), style)
            else:
                self.page.write_blank(number, place, None, style)
        lines = max(
            math.ceil((len(value) + 1) / WIDTHS.get(name, WIDTH)) + value.count("\n")
            for name, value in cells.items()
            if name != KEY
        )
        self.page.set_row(number, min(TALLEST, LINE * (lines + 1)))

    def cells(self, row: SheetRow) -> dict[str, str]:
        """Return what the cells of a row hold."""
        own = row.added
        last = len(ADDED) - 1
        added = [*own[:last], f"{BETWEEN} ".join(own[last:])]
        said = (WORD_OF.get(row.state.verdict(code), "") for code in row.suggestions)
        return {
            KEY: row.key,
            TRANSCRIPT: row.place[0],
            NUMBER: str(row.number),
            SPEAKER: row.speaker,
            TIME: row.time,
            TEXT: row.quote,
            MEMO: row.state.memo,
            DONE: done_word(row.state),
            **dict(zip(SUGGESTIONS, map(self.shown, row.suggestions), strict=False)),
            **dict(zip(DECISIONS, said, strict=False)),
            **dict(zip(ADDED, added, strict=False)),
        }

    def shown(self, code: str) -> str:
        """Return a code as a reader knows it: its name, and what to type for it."""
        return f"{self.names.get(code, code)}\n{code}"

    def offer(self, n_rows: int) -> None:
        """Give the cells to fill in their lists."""
        words = [word for word in WORD_OF.values() if word]
        for number, column in enumerate(self.columns):
            place = (1, number, max(1, n_rows), number)
            if column.name in DECISIONS:
                self.page.data_validation(*place, {"validate": "list", "source": words})
            elif column.name in ADDED:  # several codes may stand in a cell: a list, not a rule
                rule = {"validate": "list", "source": "=Codes", "error_type": "warning"}
                self.page.data_validation(*place, rule)
            elif column.name == DONE:
                self.page.data_validation(*place, {"validate": "list", "source": [DONE_WORD]})


def fill_codes(book: Any, codes: Sequence[Code]) -> None:
    """Add the sheet that says when each code applies."""
    page = book.add_worksheet(CODES)
    head, wrap = (
        book.add_format(style)
        for style in ({"bold": True, "bottom": 2}, {"text_wrap": True, "valign": "top"})
    )
    titles = ("Code", "Name", "Definition", "Apply when", "Do not apply when", "Examples")
    for number, title in enumerate(titles):
        page.write_string(0, number, title, head)
        page.set_column(number, number, (34, 26, 60, 44, 44, 60)[number], wrap)
    for number, code in enumerate(codes, 1):
        lists = ("\n".join(items) for items in (code.include, code.exclude, code.examples))
        for place, value in enumerate((code.path, code.name, code.definition, *lists)):
            page.write_string(number, place, clean(value))
    page.freeze_panes(1, 1)


def fill_readme(book: Any, meta: Meta) -> None:
    """Add the sheet that says how it is done."""
    page = book.add_worksheet(README)
    page.set_column(0, 0, 100, book.add_format({"text_wrap": True, "valign": "top"}))
    title = f"Review of {meta.corpus} by {meta.coder}"
    page.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    for number, step in enumerate(STEPS.format(corpus=meta.corpus).split("\n"), 2):
        page.write_string(number, 0, step)


def clean(text: str) -> str:
    """Return ``text`` as a cell can hold it: no control characters, cut on purpose if too long."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(CONTROL)
    return text if len(text) <= CELL else text[: CELL - len(CUT)] + CUT
