"""Word documents: every word that a reader of the document sees, and nothing that was taken out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from lxml import etree

from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Block, Reading
from pipeline.ingest.decode import canonical_characters
from pipeline.ingest.readers.cells import Cell, Tables
from pipeline.ingest.readers.docx_numbers import Numbers, numbers_of
from pipeline.ingest.readers.docx_parts import (
    Parts,
    Style,
    attribute,
    child_of,
    heading_level,
    level_of,
    read_parts,
    switch,
    value_of,
    words_of,
)
from pipeline.ingest.readers.markup import local
from pipeline.ingest.readers.rows import no_content
from pipeline.ingest.readers.stretches import Stretch, finished
from pipeline.ingest.readers.tally import Tally
from pipeline.ingest.size import check_parts

TAKEN_OUT = {
    "accept": {
        "del": "deleted text",
        "moveFrom": "text moved elsewhere",
        "cellDel": "deleted text",
    },
    "reject": {"ins": "inserted text", "moveTo": "moved text", "cellIns": "inserted text"},
}
WRAPPERS = frozenset(
    {"sdt", "sdtContent", "customXml", "smartTag", "ins", "del", "moveTo", "moveFrom"}
)
NO_TEXT = frozenset({"pPr", "rPr", "sdtPr", "sdtEndPr", "smartTagPr", "customXmlPr"})
DRAWN = frozenset({"drawing", "pict", "object"})
SIGNS = {"tab": "\t", "ptab": "\t", "cr": "\n", "noBreakHyphen": "-"}
COLONS = (":", "\uff1a")


def parse_docx(data: bytes, settings: IngestSettings) -> Reading:
    """Return the paragraphs of a Word document, and the rows of its tables of talk, in order.

    Insertions, moved text, content controls, smart tags and text boxes are kept; deleted and hidden
    text, notes, comments and page headers are counted as removed. Rows of a table whose header
    names speaker and text are blocks of kind ``row``; everything else is of kind ``paragraph``.

    Raises
    ------
    TranscriptError
        If the archive or its XML is damaged, unsafe or too large, or holds no words.
    """
    tally = Tally()
    parts = read_parts(data, tally)
    tables = Tables(settings, tally)
    walker = Walker(parts, settings, tally, numbers_of(parts.numbering), tables)
    body = child_of(parts.document, "body")
    blocks = [] if body is None else list(walker.walk(body))
    if not any(block.text.strip() for block in blocks):
        raise no_content("paragraph")
    return Reading(
        tuple(blocks),
        is_structured=tables.has_talk,
        removed=tally.removed(),
        notices=tables.notices(),
    )


@dataclass(slots=True)
class Walker:
    """One walk through a document; counts what it leaves out as it goes."""

    parts: Parts
    settings: IngestSettings
    tally: Tally
    numbers: Numbers
    tables: Tables
    n_paragraphs: int = 0

    def walk(self, container: etree._Element) -> Iterator[Block]:
        """Yield the blocks of a body, a cell or a text box in reading order."""
        pending: list[Stretch] = []
        last = Block("")
        for element in self.below(container, "p", "tbl"):
            if local(element) == "tbl":
                yield from [finished(last, pending)] if pending else []
                pending = []
                yield from self.table(element)
                continue
            boxes: list[etree._Element] = []
            block, pieces = self.paragraph(element, boxes)
            pending += pieces
            last = block
            # A paragraph whose mark was taken out runs on into the next.
            if not self.has_lost_mark(element):
                yield finished(block, pending)
                pending = []
            for box in boxes:
                yield from (replace(b, place=f"text box at {b.place}") for b in self.walk(box))
        if pending:
            yield finished(last, pending)

    def below(self, container: etree._Element, *names: str) -> Iterator[etree._Element]:
        """Yield the elements called ``names``, through wrappers, without what was taken out."""
        for child in container:
            name = local(child)
            if name in names:
                yield child
            elif self.is_taken_out(name, child):
                continue
            elif name in WRAPPERS:
                yield from self.below(child, *names)
            elif name == "AlternateContent":
                yield from self.below(chosen(child), *names)

    def is_taken_out(self, name: str, holder: etree._Element) -> bool:
        """Whether a revision called ``name`` took out the words of ``holder``; counts them."""
        kind = TAKEN_OUT[self.settings.tracked_changes].get(name)
        if kind is None:
            return False
        words = words_of(holder)
        if words.strip():
            self.tally.add(kind, words)
        return True

    def has_lost_mark(self, paragraph: etree._Element) -> bool:
        """Whether the paragraph's own end was deleted, so that it runs on into the next."""
        mark = child_of(paragraph, "pPr", "rPr")
        taken_out = TAKEN_OUT[self.settings.tracked_changes]
        return mark is not None and any(local(child) in taken_out for child in mark)

    def paragraph(
        self, element: etree._Element, boxes: list[etree._Element]
    ) -> tuple[Block, list[Stretch]]:
        """Return a block without text, and the text; ``boxes`` takes the text boxes in it."""
        self.n_paragraphs += 1
        check_parts(self.n_paragraphs)
        properties = child_of(element, "pPr")
        style = self.style_of(properties)
        pieces = [piece for piece in self.pieces(element, style, boxes) if piece.text]
        num_id = value_of(properties, "numPr", "numId") or style.num_id
        level = style.level
        if num_id not in {"", "0"}:
            list_level = level_of(value_of(properties, "numPr", "ilvl")) or style.list_level
            level = level or list_level + 1
            pieces = self.numbered(self.numbers.next(num_id, list_level), pieces)
        place = f"paragraph {self.n_paragraphs}"
        return Block("", style=style.name, level=level, place=place), pieces

    def numbered(self, number: str, pieces: list[Stretch]) -> list[Stretch]:
        """Return ``pieces``, with the automatic number if it is the label or part of it."""
        text = "".join(piece.text for piece in pieces).lstrip()
        if not number.strip() or not text:
            return pieces
        if text.startswith(COLONS):
            return [Stretch(number, pieces[0].is_bold), *pieces]
        if any(colon in number for colon in COLONS):
            return [Stretch(f"{number} ", pieces[0].is_bold), *pieces]
        self.tally.add("automatic number", number)
        return pieces

    def style_of(self, properties: etree._Element | None) -> Style:
        """Return the style of a paragraph; one that is not described still has its name."""
        name = value_of(properties, "pStyle")
        if not name:
            return self.parts.default
        return self.parts.styles.get(name) or Style(name, level=heading_level(name))

    def pieces(
        self, element: etree._Element, style: Style, boxes: list[etree._Element]
    ) -> Iterator[Stretch]:
        """Yield the text below ``element``; whatever is unknown is looked into, never skipped."""
        for child in element:
            name = local(child)
            if name == "r":
                yield from self.run(child, style, boxes)
            elif name == "AlternateContent":
                yield from self.pieces(chosen(child), style, boxes)
            elif name not in NO_TEXT and not self.is_taken_out(name, child):
                yield from self.pieces(child, style, boxes)

    def run(
        self, run: etree._Element, style: Style, boxes: list[etree._Element]
    ) -> Iterator[Stretch]:
        """Yield the text of a run, and keep its text boxes for later."""
        properties = child_of(run, "rPr")
        own = self.parts.styles.get(value_of(properties, "rStyle"), Style())
        if first_said(switch(properties, "vanish"), own.is_hidden, style.is_hidden):
            if words_of(run).strip():
                self.tally.add("hidden text", words_of(run))
            return
        is_bold = first_said(switch(properties, "b"), own.is_bold, style.is_bold)
        for child in run:
            name = local(child)
            if name in DRAWN or name == "AlternateContent":
                boxes += text_boxes(chosen(child) if name == "AlternateContent" else child)
            elif name == "ruby":
                base = child_of(child, "rubyBase")
                yield from () if base is None else self.pieces(base, style, boxes)
            else:
                yield Stretch(canonical_characters(self.sign(name, child))[0], is_bold)

    def sign(self, name: str, element: etree._Element) -> str:
        """Return the text that one element of a run stands for."""
        if name in {"t", "delText"}:
            return element.text or ""
        if name == "br":
            return "" if attribute(element, "type") in {"page", "column"} else "\n"
        if name == "sym":
            self.tally.add("symbol of a font")
            return ""
        return SIGNS.get(name, "")

    def table(self, table: etree._Element) -> Iterator[Block]:
        """Yield a table: its rows as turns if its header names speaker and text, else as lines."""
        place = self.tables.open()
        grid = [self.cells(row) for row in self.below(table, "tr")]
        yield from self.tables.blocks(grid, place)

    def cells(self, row: etree._Element) -> list[Cell]:
        """Return the cells of a row on their grid, none if the row was taken out."""
        properties = child_of(row, "trPr")
        if properties is not None and any(self.is_taken_out(local(c), row) for c in properties):
            return []
        at, cells = grid_number(value_of(properties, "gridBefore"), 0), []
        for element in self.below(row, "tc"):
            settings = child_of(element, "tcPr")
            if settings is None or not any(self.is_taken_out(local(c), element) for c in settings):
                cells.append(self.cell(element, settings, at))
            at += grid_number(value_of(settings, "gridSpan"), 1)
        return cells

    def cell(self, element: etree._Element, settings: etree._Element | None, at: int) -> Cell:
        """Return one cell; one that goes on from the cell above or before it shows no words."""
        is_below, is_beside = is_merged(settings, "vMerge"), is_merged(settings, "hMerge")
        if not is_below and not is_beside:
            return Cell(at, tuple(self.walk(element)))
        words = words_of(element)
        if words.strip():
            self.tally.add("text under a merged cell", words)
        return Cell(at, (), is_continued=is_below)


def first_said(*values: bool | None) -> bool:
    """Return the first value that is not None, False if all are."""
    return next((value for value in values if value is not None), False)


def chosen(alternatives: etree._Element) -> etree._Element:
    """Return the one version to read of content that is written for new and old programs."""
    children = sorted(alternatives, key=lambda child: local(child) != "Choice")
    return children[0] if children else alternatives


def text_boxes(drawing: etree._Element) -> Iterator[etree._Element]:
    """Yield the text boxes in a drawing, outermost only, each once."""
    for child in drawing:
        if local(child) == "txbxContent":
            yield child
        else:
            yield from text_boxes(chosen(child) if local(child) == "AlternateContent" else child)


def is_merged(settings: etree._Element | None, name: str) -> bool:
    """Whether a cell goes on from the one above (``vMerge``) or before it (``hMerge``)."""
    merge = child_of(settings, name)
    return merge is not None and attribute(merge, "val") != "restart"


def grid_number(value: str, default: int) -> int:
    """Return a count of grid columns; ``default`` for what is none."""
    return int(value) if value.isascii() and value.isdigit() and len(value) < 4 else default  # noqa: PLR2004  # Word has 63
