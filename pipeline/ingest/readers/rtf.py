"""Rich Text Format: what a reader sees; notes, hidden text and deleted revisions are counted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Block, Notice, Reading
from pipeline.ingest.decode import canonical_characters, decode_as
from pipeline.ingest.readers.cells import Cell, Tables
from pipeline.ingest.readers.rows import no_content
from pipeline.ingest.readers.rtf_parts import (
    CHARSETS,
    CODE,
    DESTINATIONS,
    KEPT,
    MAC,
    SIGNS,
    code_page,
)
from pipeline.ingest.readers.stretches import Stretch, finished
from pipeline.ingest.readers.tally import Tally
from pipeline.ingest.size import check_parts

TOKEN = re.compile(
    rb"\\(?P<word>[A-Za-z]{1,32})(?P<number>-?\d{1,10})?[ ]?"
    rb"|\\'(?P<hex>[0-9A-Fa-f]{2})|\\(?P<sign>[^A-Za-z'])|(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)"
    rb"|[\r\n]+|\\",
    re.DOTALL,
)
MAX_DEPTH = 1_000
ENDS = frozenset({"par", "sect", "page", "\n", "\r"})


@dataclass(slots=True)
class State:
    """What holds inside one group; ``kind`` is where its text goes, empty for the document."""

    kind: str = ""
    is_starred: bool = False
    is_bold: bool = False
    is_hidden: bool = False
    is_deleted: bool = False
    is_inserted: bool = False
    is_cell: bool = False
    level: int = 0
    skip: int = 1
    font: int = 0


def parse_rtf(data: bytes, settings: IngestSettings) -> Reading:
    """Return the paragraphs of a document, and the rows of its tables of talk, in order.

    Raises
    ------
    TranscriptError
        ``E_CORRUPT`` if it is no RTF or nests too deep, ``E_NO_CONTENT`` if it holds no words.
    ConfigError
        If the settings name an encoding that does not exist.
    """
    if not data.lstrip().startswith(b"{\\rtf"):
        raise TranscriptError(
            "it does not begin as RTF does. Copy or export it again.", code="E_CORRUPT"
        )
    tally = Tally()
    document = Document(settings, Tables(settings, tally))
    if settings.encoding != "auto":
        decode_as(b"a", settings.encoding)  # raises if there is none of that name
        document.page = settings.encoding
    document.read(data.lstrip())
    blocks = tuple(document.blocks)
    if not any(block.text.strip() for block in blocks):
        raise no_content("paragraph")
    cut = Notice("W_TRUNCATED", "the file ends inside a group; its end may be missing.")
    return Reading(
        blocks,
        is_structured=document.tables.has_talk,
        encoding=document.page,
        removed=tally.removed(),
        notices=document.tables.notices() + ((cut,) if document.groups else ()),
    )


@dataclass(slots=True)
class Document:
    """One pass over the tokens of a document."""

    settings: IngestSettings
    tables: Tables
    page: str = "cp1252"
    state: State = field(default_factory=State)
    groups: list[State] = field(default_factory=list)
    fonts: dict[int, str] = field(default_factory=dict)
    waiting: bytearray = field(default_factory=bytearray)
    to_skip: int = 0
    stretches: list[Stretch] = field(default_factory=list)
    lost: dict[str, list[str]] = field(default_factory=dict)
    boxes: list[tuple[int, list[Stretch]]] = field(default_factory=list)
    cell: list[Block] = field(default_factory=list)
    row: list[Cell] = field(default_factory=list)
    grid: list[list[Cell]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    n_paragraphs: int = 0

    def read(self, data: bytes) -> None:
        """Read all of ``data``."""
        at = 0
        while at < len(data) and (found := TOKEN.match(data, at)):
            at = found.end()
            if found["text"] is not None:
                self.add_bytes(found["text"])
            elif found["hex"] is not None:
                self.add_bytes(bytes.fromhex(found["hex"].decode()))
            elif found["brace"] is not None:
                self.brace(found["brace"] == b"{")
            elif found["word"] is not None:
                number = int(found["number"]) if found["number"] else None
                at += self.word(found["word"].decode(), number)
            elif found["sign"] is not None:
                self.sign(found["sign"].decode("latin-1"))
        self.decode()
        self.end_paragraph(is_last=True)
        self.end_row()
        self.end_table()
        for kind in list(self.lost):
            self.count(kind)

    def add_bytes(self, data: bytes) -> None:
        """Take characters as bytes; those that only stand in for Unicode are skipped."""
        if self.state.kind == CODE:
            return
        skipped = min(self.to_skip, len(data))
        self.to_skip -= skipped
        self.waiting += data[skipped:]

    def decode(self) -> None:
        """Turn the waiting bytes into text: characters of some languages take two."""
        if self.waiting:
            data, self.waiting = bytes(self.waiting), bytearray()
            self.put(data.decode(self.fonts.get(self.state.font, self.page), "replace"))

    def put(self, text: str) -> None:
        """Add ``text`` where text of this state goes."""
        state = self.state
        kind = state.kind
        if not kind and state.is_hidden:
            kind = "hidden text"
        elif not kind and state.is_deleted and self.settings.tracked_changes == "accept":
            kind = "deleted text"
        elif not kind and state.is_inserted and self.settings.tracked_changes == "reject":
            kind = "inserted text"
        if kind == CODE:
            return
        if kind:
            self.lost.setdefault(kind, []).append(text)
        else:
            self.stretches.append(Stretch(text, state.is_bold))

    def brace(self, opens: bool) -> None:  # noqa: FBT001  # which of the two braces it is
        """Begin or end a group."""
        self.decode()
        self.to_skip = 0
        if opens:
            if len(self.groups) == MAX_DEPTH:
                raise TranscriptError(
                    f"its groups nest more than {MAX_DEPTH} deep. Copy or export it again.",
                    code="E_CORRUPT",
                )
            self.groups.append(self.state)
            self.state = replace(self.state, is_starred=False)
        elif self.groups:
            kind, self.state = self.state.kind, self.groups.pop()
            if kind != self.state.kind:
                self.count(kind)
            if self.boxes and self.boxes[-1][0] > len(self.groups):
                self.end_paragraph(is_last=True)
                self.stretches = self.boxes.pop()[1]

    def count(self, kind: str) -> None:
        """Count what was lost to ``kind``; an automatic number that is a label is kept."""
        text = joined("".join(self.lost.pop(kind, [])))
        if kind == "automatic number" and any(colon in text for colon in (":", "\uff1a")):
            self.stretches.append(Stretch(text, self.state.is_bold))
        elif kind != CODE and text.strip():
            self.tables.tally.add(kind, text)

    def sign(self, sign: str) -> None:
        """Take a control symbol."""
        self.decode()
        if sign == "*":
            self.state.is_starred = True
        elif self.to_skip:
            self.to_skip -= 1
        elif sign in ENDS:
            self.end_paragraph()
        elif sign in SIGNS:
            self.put(SIGNS[sign])

    def word(self, word: str, number: int | None) -> int:
        """Take a control word; return how many bytes after it are not text."""
        self.decode()
        starred, self.state.is_starred = self.state.is_starred, False
        to_skip, self.to_skip = self.to_skip, 0
        if word == "bin":
            return max(0, number or 0)
        if word == "u":
            self.put(chr((number or 0) & 0xFFFF))
            self.to_skip = self.state.skip
        elif word in SIGNS:
            self.to_skip = max(0, to_skip - 1)
            self.put("" if to_skip else SIGNS[word])
        elif word in DESTINATIONS or (starred and word not in KEPT):
            self.state.kind = self.state.kind or DESTINATIONS.get(word, CODE)
        elif word in ENDS:
            self.end_paragraph()
        elif word in SETTERS:
            SETTERS[word](self, 1 if number is None else number)
        return 0

    def end_paragraph(self, *, is_last: bool = False) -> None:
        """End a paragraph of the document or of a cell."""
        if self.state.kind:
            self.put(" ")
            return
        for kind in ("hidden text", "deleted text", "inserted text"):
            self.count(kind)
        stretches, self.stretches = self.stretches, []
        if is_last and not stretches:
            return
        self.n_paragraphs += 1
        check_parts(self.n_paragraphs)
        level = self.state.level
        block = Block(
            "",
            level=level,
            style=f"heading {level}" if level else "",
            place=f"paragraph {self.n_paragraphs}",
        )
        clean = (replace(s, text=canonical_characters(s.text)[0]) for s in whole(stretches))
        block = finished(block, list(clean))
        if self.state.is_cell:
            self.cell.append(block)
            return
        self.end_table()
        self.blocks.append(block)

    def end_cell(self, _: int) -> None:
        """End a cell of a table."""
        if self.state.kind:
            return
        self.state.is_cell = True
        self.end_paragraph()
        self.row.append(Cell(len(self.row), tuple(self.cell)))
        self.cell = []

    def end_row(self, _: int = 0) -> None:
        """End a row of a table."""
        if self.cell:
            self.row.append(Cell(len(self.row), tuple(self.cell)))
            self.cell = []
        if self.row and not self.state.kind:
            self.grid.append(self.row)
            self.row = []

    def end_table(self) -> None:
        """Write a table: its rows as turns if its header names speaker and text."""
        grid, self.grid = self.grid, []
        if not grid:
            return
        self.blocks += self.tables.blocks(grid, self.tables.open())

    def set_font(self, number: int) -> None:
        """Choose a font; in the table of fonts, the one that is described next."""
        self.state.font = number

    def set_charset(self, number: int) -> None:
        """Note the code page of the font that is being described."""
        if number in CHARSETS:
            self.fonts[self.state.font] = CHARSETS[number]

    def set_page(self, number: int) -> None:
        """Note the code page of the document, unless the settings name it."""
        if self.settings.encoding == "auto":
            self.page = code_page(number)

    def open_box(self, _: int) -> None:
        """Begin a text box; the paragraph that it hangs on goes on after it."""
        self.boxes.append((len(self.groups), self.stretches))
        self.stretches = []

    def reset_paragraph(self, _: int) -> None:
        """Begin a paragraph without properties."""
        self.state.is_cell, self.state.level = False, 0

    def reset_text(self, _: int) -> None:
        """Begin text without properties."""
        state = self.state
        state.is_bold = state.is_hidden = state.is_deleted = state.is_inserted = False


def setter(name: str, change: Callable[[int], object] = bool) -> Callable[[Document, int], None]:
    """Return what sets ``name`` in the state of a document."""

    def change_state(document: Document, number: int) -> None:
        setattr(document.state, name, change(number))

    return change_state


SETTERS: Mapping[str, Callable[[Document, int], None]] = {
    "b": setter("is_bold"),
    "v": setter("is_hidden"),
    "deleted": setter("is_deleted"),
    "revised": setter("is_inserted"),
    "intbl": setter("is_cell"),
    "uc": setter("skip", lambda number: max(0, number)),
    "outlinelevel": setter("level", lambda number: number + 1 if 0 <= number < 9 else 0),  # noqa: PLR2004  # headings
    "cell": Document.end_cell,
    "row": Document.end_row,
    "f": Document.set_font,
    "fcharset": Document.set_charset,
    "ansicpg": Document.set_page,
    "mac": lambda document, _: document.set_page(MAC),
    "pc": lambda document, _: document.set_page(437),
    "pca": lambda document, _: document.set_page(850),
    "shptxt": Document.open_box,
    "pard": Document.reset_paragraph,
    "plain": Document.reset_text,
}


def joined(text: str) -> str:
    """Return ``text`` with pairs of surrogates, as RTF writes an emoji, as one character."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def whole(stretches: list[Stretch]) -> Iterator[Stretch]:
    """Yield ``stretches``, neighbours of one weight as one, so that no character is divided."""
    texts: list[str] = []
    is_bold = False
    for stretch in stretches:
        if texts and stretch.is_bold != is_bold:
            yield Stretch(joined("".join(texts)), is_bold)
            texts = []
        is_bold = stretch.is_bold
        texts.append(stretch.text)
    if texts:
        yield Stretch(joined("".join(texts)), is_bold)
