"""OpenDocument texts: what a reader sees; deletions, notes and comments are counted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Block, Reading
from pipeline.ingest.decode import canonical_characters
from pipeline.ingest.readers.archive import broken, open_archive, read_member
from pipeline.ingest.readers.cells import Cell, Tables
from pipeline.ingest.readers.markup import local, parse_xml
from pipeline.ingest.readers.odt_changes import (
    MARKS,
    Changes,
    attribute,
    changes_of,
    paragraphs,
)
from pipeline.ingest.readers.rows import no_content
from pipeline.ingest.readers.stretches import Stretch, finished
from pipeline.ingest.readers.tally import Tally
from pipeline.ingest.size import check_parts

REMOVED = {
    "annotation": "comment",
    "tracked-changes": "deleted text",
    "note-citation": "",
    "note": "footnote",
    "annotation-end": "",
    "change-info": "",
    "ruby-text": "ruby text",
    "hidden-text": "hidden text",
}
GAP = re.compile(r"[ \t\r\n]+")
MAX_SPACES = 1000
MAX_REPEATED = 64


def parse_odt(data: bytes, settings: IngestSettings) -> Reading:
    """Return the paragraphs of a text, and the rows of its tables of talk, in order.

    Tracked deletions are stored apart from the text and stay out of it; where changes are to be
    rejected, they are put back and insertions are left out.

    Raises
    ------
    TranscriptError
        If the archive or its XML is damaged, unsafe or too large, or holds no words.
    """
    archive = open_archive(data)
    content = read_member(archive, "content.xml")
    if not content:
        raise broken("it holds no text")
    root = parse_xml(content)
    styles = read_member(archive, "styles.xml")
    bold = bold_styles(root) | (bold_styles(parse_xml(styles)) if styles else set())
    tables = Tables(settings, Tally())
    walker = Walker(tables, bold, parents_of(root), changes_of(root, settings))
    body = next((e for e in root.iter() if local(e) == "text" and local_parent(e) == "body"), None)
    blocks = () if body is None else (*walker.walk(body), *walker.rest())
    if not any(block.text.strip() for block in blocks):
        raise no_content("paragraph")
    return Reading(
        blocks,
        is_structured=tables.has_talk,
        removed=tables.tally.removed(),
        notices=tables.notices(),
    )


def local_parent(element: etree._Element) -> str:
    """Return the name of the element around ``element``."""
    parent = element.getparent()
    return "" if parent is None else local(parent)


def bold_styles(root: etree._Element) -> set[str]:
    """Return the names of the styles that are bold."""
    return {
        attribute(style, "name")
        for style in root.iter("{*}style")
        for properties in style.iterchildren("{*}text-properties")
        if attribute(properties, "font-weight") in {"bold", "600", "700", "800", "900"}
    }


def parents_of(root: etree._Element) -> dict[str, str]:
    """Return the named style that each automatic style stands on."""
    return {
        attribute(style, "name"): attribute(style, "parent-style-name")
        for style in root.iter("{*}style")
    }


@dataclass(slots=True)
class Walker:
    """One walk through a text; counts what it leaves out as it goes."""

    tables: Tables
    bold: set[str]
    parents: Mapping[str, str]
    changes: Changes
    n_paragraphs: int = 0
    carried: list[Stretch] = field(default_factory=list)

    def walk(self, container: etree._Element, depth: int = 0) -> Iterator[Block]:
        """Yield the blocks of a body, a section, a list or a cell in reading order."""
        for child in container:
            name = local(child)
            if name in {"p", "h"}:
                yield from self.paragraph(child, depth)
            elif name == "table":
                yield from self.table(child)
            elif name in MARKS:
                deletion = self.changes.see(child, self.tables.tally)
                yield from () if deletion is None else self.walk(deletion, depth)
            elif name == "tracked-changes" and self.changes.deleted:
                continue
            elif name in REMOVED or attribute(child, "display") == "none":
                self.drop(child)
            else:
                yield from self.walk(child, depth + (name == "list"))

    def drop(self, element: etree._Element) -> None:
        """Count an element that is no part of the text."""
        kind = REMOVED.get(local(element), "hidden text")
        if local(element) == "note" and attribute(element, "note-class") == "endnote":
            kind = "endnote"
        texts = [
            "".join(p.itertext())
            for p in element.iter("{*}p", "{*}h")
            if local_parent(p) not in {"p", "h"}
        ]
        if kind and (texts or (element.text or "").strip()):
            self.tables.tally.add(kind, " ".join(texts) or element.text or "")

    def paragraph(self, element: etree._Element, depth: int) -> Iterator[Block]:
        """Yield a paragraph or heading, then what hangs on it: text boxes."""
        self.n_paragraphs += 1
        check_parts(self.n_paragraphs)
        style = attribute(element, "style-name")
        boxes: list[etree._Element] = []
        stretches = list(self.stretches(element, boxes, is_bold=style in self.bold))
        level = attribute(element, "outline-level") if local(element) == "h" else ""
        number = int(level) if level in set("123456789") else 0
        name = f"heading {number}" if number else (self.parents.get(style) or style)
        block = Block("", style=name, level=number or depth, place=f"paragraph {self.n_paragraphs}")
        stretches, self.carried = [*self.carried, *stretches], []
        if self.changes.open:  # the paragraph's end was inserted, so it runs on into the next
            self.carried = stretches
        else:
            yield finished(block, stretches)
        for box in boxes:
            yield from (replace(b, place=f"text box at {b.place}") for b in self.walk(box))

    def stretches(
        self,
        element: etree._Element,
        boxes: list[etree._Element],
        *,
        is_bold: bool,
    ) -> Iterator[Stretch]:
        """Yield the text of a paragraph; ``boxes`` takes the text boxes in it."""
        yield from self.shown(clean(element.text), is_bold=is_bold)
        for child in element:
            name = local(child)
            if name in {"s", "tab", "line-break"}:
                yield from self.shown(sign(child, name), is_bold=is_bold)
            elif name in MARKS:
                yield from self.put_back(child, boxes, is_bold=is_bold)
            elif name in REMOVED:
                self.drop(child)
            elif name == "text-box":
                boxes.append(child)
            else:
                weight = is_bold or attribute(child, "style-name") in self.bold
                yield from self.stretches(child, boxes, is_bold=weight)
            yield from self.shown(clean(child.tail), is_bold=is_bold)

    def shown(self, text: str, *, is_bold: bool) -> Iterator[Stretch]:
        """Yield ``text`` unless it was inserted and insertions are rejected."""
        if not self.changes.takes_out(text):
            yield Stretch(text, is_bold)

    def put_back(
        self, mark: etree._Element, boxes: list[etree._Element], *, is_bold: bool
    ) -> Iterator[Stretch]:
        """Yield the lines that were deleted where ``mark`` stands, if deletions are rejected."""
        deletion = self.changes.see(mark, self.tables.tally)
        for number, line in enumerate(() if deletion is None else paragraphs(deletion)):
            yield from self.shown("\n" if number else "", is_bold=is_bold)
            yield from self.stretches(line, boxes, is_bold=is_bold)

    def rest(self) -> Iterator[Block]:
        """Yield a paragraph that an insertion without an end left open; count what is left."""
        if self.carried:
            yield finished(Block("", place=f"paragraph {self.n_paragraphs}"), self.carried)
        self.changes.close(self.tables.tally)

    def table(self, table: etree._Element) -> Iterator[Block]:
        """Yield a table: its rows as turns if its header names speaker and text, else as lines."""
        place = self.tables.open()
        yield from self.tables.blocks([self.cells(row) for row in rows_of(table)], place)

    def cells(self, row: etree._Element) -> list[Cell]:
        """Return the cells of a row; those that a merged cell covers hold nothing."""
        at, cells = 0, []
        for child in row:
            if local(child) not in {"table-cell", "covered-table-cell"}:
                continue
            cells.append(Cell(at, tuple(self.walk(child))))
            repeated = attribute(child, "number-columns-repeated")
            at += min(int(repeated), MAX_REPEATED) if is_count(repeated) else 1
        return cells


def rows_of(table: etree._Element) -> Iterator[etree._Element]:
    """Yield the rows of a table, in whatever groups they stand, not those of tables in cells."""
    for child in table:
        if local(child) == "table-row":
            yield child
        elif local(child) in {"table-rows", "table-header-rows", "table-row-group"}:
            yield from rows_of(child)


def clean(text: str | None) -> str:
    """Return text with white space as OpenDocument means it: any of it is one space."""
    if not text:
        return ""
    return canonical_characters(GAP.sub(" ", text))[0]


def sign(element: etree._Element, name: str) -> str:
    """Return the characters that an element stands for."""
    if name != "s":
        return "\t" if name == "tab" else "\n"
    count = attribute(element, "c")
    return " " * (min(int(count), MAX_SPACES) if is_count(count) else 1)


def is_count(value: str) -> bool:
    """Whether ``value`` is a number of no more than six digits."""
    return value.isascii() and value.isdigit() and len(value) <= 6  # noqa: PLR2004  # a number of things
