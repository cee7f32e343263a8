"""Codebooks as YAML and as CSV; any table with a column of names can be read."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline.core.codebook import SLUG, TEXTS, Code, Codebook, parse_codebook
from pipeline.core.errors import InputError
from pipeline.exchange.refi.codebook import color_of, free_id, slug_of

COLUMNS = (
    "code",
    "name",
    "definition",
    "include",
    "exclude",
    "indicators",
    "examples",
    "color",
    "codable",
)
LISTS = ("include", "exclude", "indicators", "examples")
NAMES = ("name", "tag", "path", "label", "title")
DEFINITIONS = ("definition", "description", "memo", "comment")
BEYOND = 0x10000
FALSE = {"false", "no", "0"}


def format_codebook(book: Codebook) -> str:
    """Return ``book`` as YAML; reading it gives the same codes."""
    head = {"codebook": book.slug, "version": book.version, "title": book.title}
    lines = [f"{key}: {quoted(value)}" for key, value in head.items() if value]
    if book.source:
        lines.append(f"source: {quoted(book.source)}")
    lines.append("codes:" if book.codes else "codes: []")
    depth = 0
    for code in book.codes:
        level = code.path.count(".")
        if level > depth:
            lines.append("    " * level + "codes:")
        depth = level
        lines += block(code, "    " * level + "  ")
    return "\n".join(lines) + "\n"


def block(code: Code, indent: str) -> Iterator[str]:
    """Yield the lines of one code, without those below it."""
    yield f"{indent}- id: {quoted(code.path.rpartition('.')[2])}"
    inner = indent + "  "
    yield f"{inner}name: {quoted(code.name)}"
    if code.definition:
        yield f"{inner}definition: {quoted(code.definition)}"
    for key in TEXTS:
        items = getattr(code, key)
        if items:
            yield f"{inner}{key}:"
            yield from (f"{inner}  - {quoted(item)}" for item in items)
    if code.color:
        yield f"{inner}color: {quoted(code.color)}"
    if not code.codable:
        yield f"{inner}codable: false"


def quoted(text: str) -> str:
    """Return a text as YAML takes it, whatever is in it."""
    return '"' + "".join(map(escaped, text)) + '"'


def escaped(char: str) -> str:
    """Return one character as it stands between double quotes."""
    if char in '"\\':
        return "\\" + char
    if char.isprintable():
        return char
    return f"\\u{ord(char):04x}" if ord(char) < BEYOND else f"\\U{ord(char):08x}"


def in_tree_order(codes: Sequence[Code]) -> tuple[Code, ...]:
    """Return ``codes`` so that each stands behind its parent, otherwise in their order."""
    below: dict[str | None, list[Code]] = {}
    for code in codes:
        below.setdefault(code.parent, []).append(code)

    def branch(parent: str | None) -> Iterator[Code]:
        for code in below.get(parent, ()):
            yield code
            yield from branch(code.path)

    return tuple(branch(None))


def checked(book: Codebook) -> Codebook:
    """Return ``book`` as reading its YAML gives it (`CodebookError` if it breaks a rule)."""
    return parse_codebook(format_codebook(book))


def format_csv(book: Codebook) -> str:
    """Return ``book`` as a table, a row a code; a line of a cell is an item of a list."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for code in book.codes:
        lists = ("\n".join(getattr(code, key)) for key in LISTS)
        flag = "true" if code.codable else "false"
        writer.writerow((code.path, code.name, code.definition, *lists, code.color, flag))
    return text.getvalue()


def parse_csv(text: str, *, name: str = "") -> tuple[Code, ...]:
    """Return the codes of a table: our own, Taguette's, or any with a column of names.

    Parameters
    ----------
    text
        Comma, semicolon or tab between cells; the first row has the names of columns.
    name
        The column with the names of codes; empty: the first that is called like one.

    Raises
    ------
    InputError
        If there is no such column, or no row, or it is no CSV.
    """
    heads, lines = table_of(text)
    known = {str(key).strip().lower(): str(key) for key in heads if key}
    column = (
        known.get(name.lower()) if name else next((known[n] for n in NAMES if n in known), None)
    )
    if column is None:
        raise InputError(
            f"the table has no column {name or 'name'!r}; its columns are "
            f"{', '.join(known.values()) or 'none'}. Say which holds the names with --name-column.",
            code="E_COLUMNS",
        )
    rows = [{key: (row.get(head) or "").strip() for key, head in known.items()} for row in lines]
    codes = codes_of(rows, column.strip().lower())
    if not codes:
        raise InputError("the table has no row with the name of a code.", code="E_EMPTY")
    return codes


def table_of(text: str) -> tuple[Sequence[str], list[dict[str, str | None]]]:
    """Return the heads and the rows of a CSV (`InputError` if it is none)."""
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), delimiter=delimiter)
    try:
        return reader.fieldnames or (), list(reader)
    except csv.Error as error:
        raise InputError(
            f"the table is no CSV from row {reader.line_num} on ({error!s:.80}). Save it again.",
            code="E_CORRUPT",
        ) from error


def codes_of(rows: Sequence[Mapping[str, str]], column: str) -> tuple[Code, ...]:
    """Return the codes of the rows of a table whose column of names is ``column``."""
    found: dict[str, Code] = {}
    used: dict[str, int] = {}
    for row in rows:
        name = " ".join(row[column].split())
        path = row.get("code", "")
        if not name and not path:
            continue
        if not path or not all(SLUG.fullmatch(part) for part in path.split(".")):
            path = slug_of(name)
        path = free_id(path, used)
        found[path] = code_of(row, path, name)
    for path in list(found):
        add_parents(found, path)
    return in_tree_order(list(found.values()))


def add_parents(found: dict[str, Code], path: str) -> None:
    """Add the codes above ``path`` that no row has: they only hold others together."""
    parent = path.rpartition(".")[0]
    if parent and parent not in found:
        found[parent] = Code(parent, parent.rpartition(".")[2], codable=False)
        add_parents(found, parent)


def code_of(row: Mapping[str, str], path: str, name: str) -> Code:
    """Return the code of one row."""
    definition = next((row[key] for key in DEFINITIONS if row.get(key)), "")
    lists = {
        key: tuple(" ".join(item.split()) for item in row.get(key, "").split("\n") if item.strip())
        for key in LISTS
    }
    code = Code(
        path,
        name or path.rpartition(".")[2],
        " ".join(definition.split()),
        color=color_of(row.get("color", "")),
        codable=row.get("codable", "").lower() not in FALSE,
    )
    return replace(code, **lists)  # type: ignore[arg-type]  # four lists of texts
