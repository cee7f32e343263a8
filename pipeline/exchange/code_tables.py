"""Codes in tables: CSV files and workbooks, our own, Taguette's, or any with a column of names."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from pipeline.core.codebook import SLUG, Code
from pipeline.core.errors import InputError
from pipeline.exchange.cells import Sheet, read_xlsx
from pipeline.exchange.codebooks import LISTS, in_tree_order
from pipeline.exchange.refi.codebook import color_of, free_id, slug_of
from pipeline.exchange.refi.parse import NoTextError
from pipeline.exchange.refi.read import decoded

# What columns are called, the first that is there; each holds what its key says.
HEADS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "tag", "path", "label", "title", "code", "code name", "codes"),
    "code": ("code",),
    "above": ("dimension", "theme", "category", "group", "family"),
    "definition": ("definition", "description", "meaning", "memo", "comment"),
    "include": ("include", "inclusion", "inclusion criteria", "when to use"),
    "exclude": ("exclude", "exclusion", "exclusion criteria", "when not to use"),
    "indicators": ("indicators", "keywords"),
    "examples": ("examples", "example", "example quote", "example quotes", "quote", "quotes"),
    "color": ("color", "colour"),
    "codable": ("codable",),
}
FALSE = {"false", "no", "0"}
MAX_LEVELS = 50  # of codes above one another; nobody has so many, but a spoilt file may
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CodeTable:
    """A table of codes; rows are cells by the names of their columns."""

    heads: Sequence[str]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class TableCodes:
    """The codes of a table; ``columns`` tells which one was taken as what, ``unread`` the rest."""

    codes: tuple[Code, ...]
    columns: Mapping[str, str]
    unread: tuple[str, ...]


def parse_csv(text: str) -> CodeTable:
    """Return the table of a CSV: comma, semicolon or tab between cells, the first row its heads.

    Raises
    ------
    InputError
        If it is no CSV.
    """
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter)
    try:
        heads = [head for head in reader.fieldnames or () if head]
        rows = [{head: (row.get(head) or "").strip() for head in heads} for row in reader]
    except csv.Error as error:
        raise InputError(
            f"the table is no CSV from row {reader.line_num} on ({error!s:.80}). Save it again.",
            code="E_CORRUPT",
        ) from error
    return CodeTable(heads, rows)


def table_in(data: bytes, suffix: str) -> CodeTable:
    """Return the table in a file; of a workbook the first sheet that has a column of names.

    Raises
    ------
    InputError
        If it is none, or of no rows.
    """
    if suffix == ".csv":
        try:
            return parse_csv(decoded(data, "table")[0].text)
        except NoTextError as error:
            raise InputError(
                f"the table cannot be read ({error!s:.80}). Save it as CSV in UTF-8.",
                code="E_ENCODING",
            ) from error
    tables = [of_sheet(sheet) for sheet in read_xlsx(data)]
    if not tables:
        raise InputError("the workbook is empty. Save it again.", code="E_EMPTY")
    return next((table for table in tables if "name" in columns_of(table.heads, "")), tables[0])


def of_sheet(sheet: Sheet) -> CodeTable:
    """Return a sheet of a workbook as a table; a row may be shorter than its head."""
    heads = sheet.head
    rows = [dict(zip_longest(heads, cells[: len(heads)], fillvalue="")) for _, cells in sheet.rows]
    return CodeTable([head for head in heads if head], rows)


def read_codes(table: CodeTable, *, name: str = "") -> TableCodes:
    """Return the codes of a table.

    A column of dimensions puts codes below one another; as in most sheets, an empty cell there
    stands for the one above it.

    Parameters
    ----------
    table
        The table.
    name
        The column with the names of codes; empty: the first that is called like one.

    Raises
    ------
    InputError
        If there is no such column, or no row.
    """
    columns = columns_of(table.heads, name)
    if "name" not in columns:
        raise InputError(
            f"the table has no column {name or 'name'!r}; its columns are "
            f"{', '.join(table.heads) or 'none'}. Say which holds the names with --name-column.",
            code="E_COLUMNS",
        )
    rows = [{key: row[head] for key, head in columns.items()} for row in table.rows]
    codes = codes_of(rows)
    if not codes:
        raise InputError("the table has no row with the name of a code.", code="E_EMPTY")
    unread = tuple(head for head in table.heads if head not in columns.values())
    return TableCodes(codes, columns, unread)


def columns_of(heads: Sequence[str], name: str) -> dict[str, str]:
    """Return the column of each kind of thing that the table has; ``name`` if it is given."""
    known: dict[str, str] = {}
    for head in heads:
        known.setdefault(" ".join(head.split()).lower(), head)
    wanted = {**HEADS, "name": (name.strip().lower(),) if name else HEADS["name"]}
    found = {
        key: known[next(word for word in words if word in known)]
        for key, words in wanted.items()
        if any(word in known for word in words)
    }
    if found.get("above") == found.get("name"):
        found.pop("above", None)
    if "above" in found and found.get("code") == found.get("name"):
        found.pop("code", None)  # a name, then, and no path
    return found


def codes_of(rows: Sequence[Row]) -> tuple[Code, ...]:
    """Return the codes of rows whose cells are named by what they hold.

    Raises
    ------
    InputError
        If a code stands below more others than `MAX_LEVELS` allows.
    """
    found: dict[str, Code] = {}
    used: dict[str, int] = {}
    titles: dict[str, str] = {}
    above = ""
    for row in rows:
        above = " ".join(row.get("above", "").split()) or above
        name = " ".join(row["name"].split())
        path = row.get("code", "")
        if not name and not path:
            continue
        if not path or not all(SLUG.fullmatch(part) for part in path.split(".")):
            path = slug_of(name)
            if above:
                titles[slug_of(above)] = above
                path = f"{slug_of(above)}.{path}"
        path = free_id(path, used)
        if path.count(".") >= MAX_LEVELS:
            raise InputError(
                f"the code {path:.40}... stands below {path.count('.')} others; at most "
                f"{MAX_LEVELS - 1} can be above one another. Mend the column of codes."
            )
        found[path] = code_of(row, path, name)
    for path in list(found):
        add_parents(found, path, titles)
    return in_tree_order(list(found.values()))


def add_parents(found: dict[str, Code], path: str, titles: Mapping[str, str]) -> None:
    """Add the codes above ``path`` that no row has: they only hold others together."""
    parent = path.rpartition(".")[0]
    if parent and parent not in found:
        name = titles.get(parent, parent.rpartition(".")[2])
        found[parent] = Code(parent, name, codable=False)
        add_parents(found, parent, titles)


def code_of(row: Row, path: str, name: str) -> Code:
    """Return the code of one row."""
    lists = {
        key: tuple(" ".join(item.split()) for item in row.get(key, "").split("\n") if item.strip())
        for key in LISTS
    }
    code = Code(
        path,
        name or path.rpartition(".")[2],
        " ".join(row.get("definition", "").split()),
        color=color_of(row.get("color", "")),
        codable=row.get("codable", "").lower() not in FALSE,
    )
    return replace(code, **lists)  # type: ignore[arg-type]  # four lists of texts
