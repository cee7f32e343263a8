"""A spreadsheet of coded passages: a row's words are found in its transcript, or it is listed."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.core.errors import InputError
from pipeline.exchange.blanks import places
from pipeline.exchange.cells import Sheet, read_csv, read_xlsx
from pipeline.exchange.columns import columns_in, is_own, tool_of
from pipeline.exchange.gathered import By, Gathering, when
from pipeline.exchange.given import Given
from pipeline.exchange.intake.sources import safe
from pipeline.exchange.refi.guids import derived
from pipeline.exchange.refi.model import Problem, Project, Source
from pipeline.exchange.refi.read import Found
from pipeline.exchange.tags import flat, tree_of

UNKNOWN = "unknown"
NAMELESS = {"Taguette": "taguette"}  # it says of nobody who coded
ROW = "row"
JOINED = ";"  # coders in a cell of our own tables
SPLITS = re.compile("[;\n]")  # what mostly parts several codes in a cell
NEWLINE = ("newline", "\\n", "\n")
NONE = "none"
FORMULA = re.compile("'[=+@\t-]")  # how a cell that looks like a formula is made harmless
Cell = Callable[[str], str]


def read_coded_csv(data: bytes, given: Given) -> Found:
    """Return the codings of a CSV table on the transcripts of the corpus.

    Raises
    ------
    InputError
        If it is no table, its columns are not known, or the corpus has no transcripts.
    """
    return codings_of(data, [read_csv(data)], given)


def read_coded_xlsx(data: bytes, given: Given) -> Found:
    """Return the codings of a workbook's first sheet that has the columns.

    Raises
    ------
    InputError
        If it is no workbook, its columns are not known, or the corpus has no transcripts.
    """
    return codings_of(data, read_xlsx(data), given)


def codings_of(data: bytes, sheets: Sequence[Sheet], given: Given) -> Found:
    """Return the codings of the first of ``sheets`` that has the columns."""
    if not given.texts:
        raise InputError(
            "the corpus has no transcripts, and a table has only passages of them. Put the "
            "transcripts into its folder raw, then import the table.",
            code="E_NO_TEXTS",
        )
    sheet, columns = chosen(sheets, given)
    gathering = Gathering("table")
    table = Table(sheet, columns, given, gathering)
    for number, cells in sheet.rows:
        table.row(number, cells)
    return gathering.found(data, table.project())


def chosen(sheets: Sequence[Sheet], given: Given) -> tuple[Sheet, dict[str, int]]:
    """Return the sheet with the columns, and where they stand (`InputError` if none has them)."""
    if not sheets:
        raise InputError("the table is empty. Choose another file.", code="E_EMPTY")
    for sheet in sheets[1:]:
        try:
            return sheets[0], columns_in(sheets[0].head, given.columns)
        except InputError:
            sheets = [sheet]
    return sheets[0], columns_in(sheets[0].head, given.columns)


@dataclass(slots=True)
class Wording:
    """A transcript to find words in: as it is, and with single blanks."""

    text: str
    squeezed: str = ""
    marks: array[int] = field(default_factory=lambda: array("I"))
    there: array[int] = field(default_factory=lambda: array("I"))

    def find(self, words: str) -> tuple[int, int] | str:
        """Return where ``words`` stand, or why nobody can say."""
        n = occurrences(self.text, words)
        if n == 1:
            start = self.text.index(words)
            return start, start + len(words)
        single = " ".join(words.split())
        if n == 0:
            self.squeezed = self.squeezed or " ".join(self.text.split())
            n = occurrences(self.squeezed, single)
            if n == 1:
                return self.back(self.squeezed.index(single), single)
        return "its words stand there more than once" if n else "its words are not there"

    def back(self, start: int, single: str) -> tuple[int, int]:
        """Return where words at ``start`` of the text with single blanks stand in the text."""
        self.marks = self.marks or array("I", places(self.text))
        self.there = self.there or array("I", places(self.squeezed))
        first = bisect_left(self.there, start)
        last = bisect_left(self.there, start + len(single)) - 1
        return self.marks[first], self.marks[last] + 1


def occurrences(text: str, words: str) -> int:
    """Return how often ``words`` stand in a text, two for more often; they may overlap."""
    first = text.find(words)
    return 0 if first < 0 else 1 + (text.find(words, first + 1) >= 0)


class Table:
    """A sheet on its way into the corpus: rows become codings, or lines of the report."""

    def __init__(
        self, sheet: Sheet, columns: Mapping[str, int], given: Given, gathering: Gathering
    ) -> None:
        self.columns = columns
        self.given = given
        self.gathering = gathering
        self.is_own = is_own(sheet.head)
        self.tool = tool_of(sheet.head)
        self.names = names_of(given.texts)
        self.wordings: dict[str, Wording] = {}
        self.used: dict[str, str] = {}
        cells = [self.cell(row, "code") for _, row in sheet.rows]
        tags = {tag: "" for cell in cells for tag in self.codes(cell)}
        self.tree = tree_of(tags, gathering.guid)

    def cell(self, cells: Sequence[str], role: str) -> str:
        """Return the cell of a row that has a role, empty if there is none."""
        place = self.columns.get(role, len(cells))
        return cells[place] if place < len(cells) else ""

    def codes(self, cell: str) -> list[str]:
        """Return the codes of a cell; none if it may hold several and nobody said how."""
        separator = "\n" if self.given.separator in NEWLINE else self.given.separator
        if separator and separator != NONE:
            parts = cell.split(separator)
        else:
            parts = [] if self.is_unclear(cell) else [cell]
        return list(dict.fromkeys(flat(part) for part in parts if part.strip()))

    def is_unclear(self, cell: str) -> bool:
        """Whether a cell may hold several codes, or one with a strange name."""
        return not self.given.separator and SPLITS.search(cell.strip()) is not None

    def row(self, number: int, cells: Sequence[str]) -> None:
        """Take one row, or list it."""
        cell = self.cell(cells, "code")
        codes = self.codes(cell)
        coders = self.coders(cells)
        self.gathering.n_codings += len(codes or [cell]) * len(coders) if cell.strip() else 0
        place = self.place(cells)
        if isinstance(place, str):
            self.list(number, place)
        elif self.is_unclear(cell):
            self.list(
                number,
                "its cell of codes has ';' or a line end: if these part codes, import with "
                "--separator ';' or --separator newline, else with --separator none",
            )
        else:
            name, start, end = place
            guid = self.source(name)
            guids = [self.tree.guids[code] for code in codes]
            words, memo = self.given.texts[name][start:end], self.cell(cells, "memo").strip()
            date = when(self.cell(cells, "date"))
            for coder in coders:
                self.gathering.code(guid, (start, end), words, guids, By(coder, date, memo))

    def list(self, number: int, why: str) -> None:
        """List a row that does not come in."""
        self.gathering.problems.append(Problem(str(number), ROW, why))

    def coders(self, cells: Sequence[str]) -> Sequence[str]:
        """Return who coded a row."""
        cell = self.cell(cells, "coder")
        parts = cell.split(JOINED) if self.is_own else [cell]
        return list(dict.fromkeys(flat(part) for part in parts if part.strip())) or [
            NAMELESS.get(self.tool, UNKNOWN)
        ]

    def place(self, cells: Sequence[str]) -> tuple[str, int, int] | str:
        """Return transcript, start and end of a row, or why it has no place."""
        called, quote = self.cell(cells, "transcript"), self.cell(cells, "quote")
        if not called.strip() or not quote.strip():
            return "it names no transcript" if not called.strip() else "it has no words"
        name = self.transcript(called)
        if not name:
            return f"{called.strip()[:60]!r} is no transcript of the corpus, or may be several"
        said = [quote, *([quote[1:]] if FORMULA.match(quote) else [])]
        ends = number_in(self.cell(cells, "start")), number_in(self.cell(cells, "end"))
        for words in said:
            start, end = ends
            if 0 <= start < end and self.given.texts[name][start:end] == words:
                return name, start, end
        found: tuple[int, int] | str = ""
        for words in said:
            found = self.wording(name).find(words)
            if not isinstance(found, str):
                return name, *found
        return f"{found} in {name}"

    def transcript(self, called: str) -> str:
        """Return the transcript that a cell names, empty if none or several."""
        if called in self.given.texts:
            return called
        for name in spellings(called):
            found = self.names.get(name, set())
            if found:
                return next(iter(found)) if len(found) == 1 else ""
        return ""

    def wording(self, name: str) -> Wording:
        """Return a transcript to find words in, made once."""
        if name not in self.wordings:
            self.wordings[name] = Wording(self.given.texts[name])
        return self.wordings[name]

    def source(self, name: str) -> str:
        """Return the GUID of a transcript of the corpus."""
        return self.used.setdefault(name, derived("source", self.given.corpus, name))

    def project(self) -> Project:
        """Return the rows that came in, as a project on the corpus's own transcripts."""
        bare = [Source(guid, name, self.given.texts[name]) for name, guid in self.used.items()]
        codes = self.tree.codes()
        return Project(
            "", self.tool or "a table", codes=codes, sources=self.gathering.sources(bare)
        )


def names_of(texts: Mapping[str, str]) -> dict[str, set[str]]:
    """Return the transcripts by every way that they may be spelled."""
    found: dict[str, set[str]] = {}
    for name in texts:
        for spelling in spellings(name):
            found.setdefault(spelling, set()).add(name)
    return found


def spellings(name: str) -> list[str]:
    """Return how a transcript may be called elsewhere, the likeliest first: as it is, as a file."""
    plain = name.strip()
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}$", "", plain)
    ways = (plain, safe(plain), stem, safe(stem))
    return list(dict.fromkeys(way.casefold() for way in ways))


def number_in(cell: str) -> int:
    """Return a cell's whole number, -1 if it has none."""
    return int(cell) if cell.isascii() and cell.isdigit() and len(cell) < 16 else -1  # noqa: PLR2004  # more is no place
