"""Codebooks as YAML and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence

from pipeline.core.codebook import TEXTS, Code, Codebook, parse_codebook

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
BEYOND = 0x10000


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
