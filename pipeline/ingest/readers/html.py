"""Web pages: the words in document order, a block for every line that a browser would begin."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Block, Reading
from pipeline.ingest.decode import BOMS, Decoded, decode
from pipeline.ingest.readers.cells import Tables
from pipeline.ingest.readers.markup import TOO_DEEP, unsafe
from pipeline.ingest.readers.rows import Row, no_content
from pipeline.ingest.readers.tally import Tally
from pipeline.ingest.size import check_parts

HEAD = 4096
CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.\-]{1,40})", re.IGNORECASE)
UNICODE = ("utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32")
LATIN = ("iso8859-1", "ascii")  # browsers take both for cp1252
GAP = re.compile(r"[ \t\n\r\f]+")
LINES = frozenset(
    {"p", "div", "br", "hr", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6",
     "table", "tr", "caption", "blockquote", "pre", "section", "article", "header", "footer", "nav",
     "aside", "main", "form", "fieldset", "figure", "figcaption", "address", "body", "html"}
)  # fmt: skip
CODE = frozenset({"script", "style", "template", "noscript", "object", "svg", "select"})
BOLD = frozenset({"b", "strong"})
HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)


@dataclass(slots=True)
class Line:
    """The line being gathered: its parts, how long it is, how much is bold from the start."""

    parts: list[str] = field(default_factory=list)
    length: int = 0
    bold: int = 0
    is_bold_so_far: bool = True

    def add(self, text: str, *, is_bold: bool, is_pre: bool) -> None:
        """Append ``text``, its white space as one space unless it is set as it is."""
        if not is_pre:
            text = GAP.sub(" ", text)
            if not self.parts or self.parts[-1][-1] in " \t":
                text = text.removeprefix(" ")
        if not text:
            return
        self.is_bold_so_far &= is_bold or not text.strip()
        if self.is_bold_so_far and is_bold:
            self.bold = self.length + len(text.rstrip())
        self.parts.append(text)
        self.length += len(text)


def parse_html(data: bytes, settings: IngestSettings) -> Reading:
    """Return the lines of a web page, and the rows of its tables of talk.

    Block tags and ``<br>`` begin a line, other tags none; cells of a row are parted by tabs. Code
    and hidden text are counted as removed.

    Raises
    ------
    TranscriptError
        ``E_NO_CONTENT`` if the page has no words, ``E_UNSAFE_XML`` if its tags nest too deep.
    """
    decoded = decode_page(data, settings)
    parser = etree.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        root: etree._Element | None = etree.fromstring(decoded.text.encode(), parser)
    except etree.LxmlError as error:
        raise no_content("paragraph") from error
    if any(TOO_DEEP in entry.message for entry in parser.error_log):
        raise unsafe("its HTML nests more than 256 deep")
    page = Page(Tables(settings, Tally()))
    blocks = () if root is None else tuple(page.walk(root))
    if not blocks:
        raise no_content("paragraph")
    return Reading(
        blocks,
        is_structured=page.tables.has_talk,
        encoding=decoded.encoding,
        removed=page.tables.tally.removed(),
        notices=decoded.notices + page.tables.notices(),
    )


def decode_page(data: bytes, settings: IngestSettings) -> Decoded:
    """Return the text of a page, in the encoding of the settings, of its head, or as any text."""
    found = CHARSET.search(data[:HEAD])
    has_mark = any(data.startswith(mark) for mark, _ in BOMS)
    if settings.encoding != "auto" or found is None or has_mark:
        return decode(data, settings.encoding)
    try:
        name = codecs.lookup(found[1].decode("ascii")).name
    except LookupError:
        name = "utf-8"
    if name in UNICODE or not is_text_encoding(name):
        return decode(data)  # what says that it is UTF-8 and is not, is better guessed
    return decode(data, "cp1252" if name in LATIN else name)


def is_text_encoding(name: str) -> bool:
    """Whether bytes can be decoded as text by ``name``: not so for ``hex`` or ``zip``."""
    try:
        b"a".decode(name)
    except (LookupError, UnicodeError):
        return False
    return True


@dataclass(slots=True)
class Page:
    """One walk through a page, without recursion: pages may nest as deep as they like."""

    tables: Tables
    is_cell: bool = False
    line: Line = field(default_factory=Line)
    bold: int = 0
    pre: int = 0
    level: int = 0
    n_lines: int = 0

    def walk(self, root: etree._Element) -> Iterator[Block]:
        """Yield the blocks of the page."""
        context = etree.iterwalk(root, events=("start", "end"))
        for event, element in context:
            tag = element.tag if isinstance(element.tag, str) else ""
            if event == "end":
                yield from self.leave(tag)
                self.add(None if element is root else element.tail)
                continue
            yield from self.enter(tag)
            talk = None if self.is_cell or tag != "table" else self.talk_in(element)
            if talk is not None:
                yield from talk
                context.skip_subtree()
            elif self.is_out(element, tag):
                context.skip_subtree()
            else:
                self.add(element.text)
        yield from self.flush()

    def enter(self, tag: str) -> Iterator[Block]:
        """Begin an element; one that begins a line ends the line before."""
        if tag in LINES:
            yield from self.flush()
        if tag in {"td", "th"} and self.line.parts:
            self.line.add("\t", is_bold=False, is_pre=True)
        self.bold += tag in BOLD
        self.pre += tag == "pre"
        if tag[:1] == "h" and tag[1:] in set("123456"):
            self.level = int(tag[1:])

    def leave(self, tag: str) -> Iterator[Block]:
        """End an element."""
        if tag in LINES:
            yield from self.flush()
        self.bold -= tag in BOLD
        self.pre -= tag == "pre"
        if tag[:1] == "h" and tag[1:] in set("123456"):
            self.level = 0

    def add(self, text: str | None) -> None:
        """Add text to the line."""
        if text:
            self.line.add(text, is_bold=self.bold > 0, is_pre=self.pre > 0)

    def flush(self) -> Iterator[Block]:
        """End the line; in text that is set as it is, it may be several."""
        line, self.line = self.line, Line()
        for number, text in enumerate("".join(line.parts).split("\n")):
            if not text.strip():
                continue
            self.n_lines += 1
            check_parts(self.n_lines)
            yield Block(
                text.rstrip(),
                bold=line.bold if number == 0 else 0,
                style=f"heading {self.level}" if self.level else "",
                level=self.level,
                place=f"line {self.n_lines}",
            )

    def is_out(self, element: etree._Element, tag: str) -> bool:
        """Whether nothing of an element is shown; counts its words."""
        kind = "page code" if tag in CODE else "page title" if tag == "title" else ""
        if element.get("hidden") is not None or HIDDEN.search(element.get("style", "")):
            kind = "hidden text"
        if not kind:
            return False
        self.tables.tally.add(kind, "" if kind == "page code" else words_of(element))
        return True

    def talk_in(self, table: etree._Element) -> tuple[Block, ...] | None:
        """Return a table's rows as blocks if its header names speaker and text, else None."""
        place, inside = self.tables.open(), Tables(self.tables.settings, Tally())
        rows = [
            Row(tuple(lines_of(cell, inside) for cell in row), f"{place} row {number}")
            for number, row in enumerate(rows_of(table), 1)
        ]
        talk = self.tables.talk(rows)
        if talk is not None:
            self.tables.tally.take(inside.tally)
        return talk


def lines_of(cell: etree._Element, tables: Tables) -> str:
    """Return the lines of one cell; talk in a table inside it is not looked for."""
    return "\n".join(block.text for block in Page(tables, is_cell=True).walk(cell))


def rows_of(table: etree._Element) -> Iterator[etree._Element]:
    """Yield the rows of a table, not those of tables in its cells."""
    for child in table:
        if child.tag == "tr":
            yield child
        elif child.tag in {"thead", "tbody", "tfoot"}:
            yield from child.iterchildren("tr")


def words_of(element: etree._Element) -> str:
    """Return the words below ``element``, white space as one space."""
    return GAP.sub(" ", "".join(element.itertext(with_tail=False))).strip()
