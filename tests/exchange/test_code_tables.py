"""Codes in tables: what people call their columns, what is above what, and what is not read."""

from __future__ import annotations

import io

import openpyxl
import pytest

from pipeline.core.errors import InputError
from pipeline.exchange.code_tables import TableCodes, parse_csv, read_codes, table_in

Rows = list[tuple[str | None, ...]]
GARDEN: Rows = [
    ("Theme", "Code", "Definition", "Example quote", "Status"),
    ("Power", "Control of access", "Who can get in", "The key\nThe gate", "done"),
    (None, "Having a say", "Who decides", None, "done"),
    ("Costs", "Costs", "Money", None, None),
]


def workbook(*sheets: Rows) -> bytes:
    """Return a workbook of some sheets."""
    book, out = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.worksheets[0])
    for number, rows in enumerate(sheets):
        page = book.create_sheet(f"Sheet {number}")
        for row in rows:
            page.append(row)
    book.save(out)
    return out.getvalue()


def in_book(*sheets: Rows) -> TableCodes:
    """Return the codes of a workbook."""
    return read_codes(table_in(workbook(*sheets), ".xlsx"))


def test_a_researchers_sheet_becomes_dimensions_and_codes() -> None:
    """An empty cell of a theme stands for the one above it; lines of a cell are examples."""
    found = in_book([("Our project",)], GARDEN)
    names = {code.path: (code.name, code.codable) for code in found.codes}

    assert names == {
        "power": ("Power", False),
        "power.control-of-access": ("Control of access", True),
        "power.having-a-say": ("Having a say", True),
        "costs": ("Costs", False),
        "costs.costs": ("Costs", True),
    }
    access = next(code for code in found.codes if code.path == "power.control-of-access")
    assert ("Who can get in", ("The key", "The gate")) == (access.definition, access.examples)


def test_what_is_not_read_is_named() -> None:
    """Nothing is dropped silently."""
    found = in_book(GARDEN)

    assert ("Status",) == found.unread
    assert ("Code", "Theme", "Example quote") == tuple(
        found.columns[key] for key in ("name", "above", "examples")
    )


def test_a_table_in_an_old_encoding_is_read() -> None:
    """Excel writes CSV in the encoding of the machine; no letter becomes a question mark."""
    data = "Code;Beschreibung\nGebühren;Was es kostet\n".encode("cp1252")

    [code] = read_codes(table_in(data, ".csv")).codes

    assert ("gebuhren", "Gebühren") == (code.path, code.name)


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("code\nvalue.money\nvalue.time\n", ["value", "value.money", "value.time"]),
        ("theme,code\nA,money\nA,money\n", ["a", "a.money", "a.money-2"]),
        ("name,theme\nMoney,\nTime,B\n", ["money", "b", "b.time"]),
        ("code,name\na.b,B\na,A\n", ["a", "a.b"]),
    ],
)
def test_a_code_stands_where_its_table_says(text: str, paths: list[str]) -> None:
    """Paths of our own count as paths; beside a theme a code is a name; parents may come later."""
    assert paths == [code.path for code in read_codes(parse_csv(text)).codes]


@pytest.mark.parametrize("n_levels", [51, 5_000])
def test_a_code_below_others_without_end_is_refused(n_levels: int) -> None:
    """Only a spoilt path is as long as that; fifty levels are read."""
    names = ["a"] * n_levels
    fifty, more = (f"code,name\n{'.'.join(part)},A\n" for part in (names[:50], names))

    with pytest.raises(InputError, match=rf"a\.a.* stands below {n_levels - 1} others"):
        read_codes(parse_csv(more))

    assert 50 == len(read_codes(parse_csv(fifty)).codes)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (workbook([]), "E_EMPTY"),
        (workbook([("name",)]), "E_EMPTY"),
        (workbook([("a", "b"), ("1", "2")]), "E_COLUMNS"),
        (b"PK", "E_CORRUPT"),
    ],
)
def test_a_workbook_without_codes_is_refused(data: bytes, code: str) -> None:
    """In one sentence that says what to do."""
    with pytest.raises(InputError) as caught:
        read_codes(table_in(data, ".xlsx"))

    assert code == caught.value.code
