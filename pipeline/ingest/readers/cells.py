"""Tables inside a document: cells on their grid, and rows of tables that hold no talk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Block, Notice
from pipeline.ingest.readers.rows import Row, blank_notices, find_header, read_talk
from pipeline.ingest.readers.tally import Tally


@dataclass(frozen=True, slots=True)
class Cell:
    """The blocks of one cell; ``at`` is its first column; continued: merged with the one above."""

    at: int
    blocks: tuple[Block, ...]
    is_continued: bool = False

    @property
    def filled(self) -> list[Block]:
        """The blocks that are not blank."""
        return [block for block in self.blocks if block.text.strip()]

    @property
    def text(self) -> str:
        """The words of the cell, a line for each block."""
        return "\n".join(block.text for block in self.filled)


@dataclass(slots=True)
class Tables:
    """The tables of one document: how many there are, and whether any of them holds talk."""

    settings: IngestSettings
    tally: Tally
    n_tables: int = 0
    n_blank: int = 0
    has_talk: bool = False

    def open(self) -> str:
        """Begin a table and return its place; tables in its cells come after it."""
        self.n_tables += 1
        return f"table {self.n_tables}"

    def blocks(self, grid: Sequence[Sequence[Cell]], place: str) -> Iterator[Block]:
        """Yield a table: its rows as turns if its header names speaker and text, else as lines."""
        rows: list[Row] = []
        for number, cells in enumerate(grid, 1):
            rows.append(row_of_cells(cells, rows[-1] if rows else None, f"{place} row {number}"))
        talk = self.talk(rows, grid)
        if talk is not None:
            yield from talk
            return
        for row, cells in zip(rows, grid, strict=True):
            yield from plain_row(cells, row.place)

    def talk(
        self, rows: Sequence[Row], grid: Sequence[Sequence[Cell]] = ()
    ) -> tuple[Block, ...] | None:
        """Return rows as turns, or None if no header among them names speaker and text."""
        header = find_header(rows, self.settings, wants_speaker=True)
        if header is None:
            return None
        if grid:
            rows = once(rows, grid, header.columns.speaker)
        talk = read_talk(rows, header, self.settings, self.tally)
        self.has_talk = True
        self.n_blank += talk.n_blank
        return talk.blocks

    def notices(self) -> tuple[Notice, ...]:
        """Return what the user should know of rows without a speaker."""
        return blank_notices(self.n_blank, self.settings)


def row_of_cells(cells: Sequence[Cell], above: Row | None, place: str) -> Row:
    """Return cells as a row of text on the grid; a cell that goes on from above has its text."""
    width = max((cell.at for cell in cells), default=-1) + 1
    texts = [""] * width
    for cell in cells:
        texts[cell.at] = above.cell(cell.at) if cell.is_continued and above else cell.text
    return Row(tuple(texts), place)


def once(rows: Sequence[Row], grid: Sequence[Sequence[Cell]], at: int | None) -> list[Row]:
    """Return ``rows`` with the text of merged cells only where they begin, but in column ``at``.

    A speaker's cell that spans rows names the speaker of each; words are said once.
    """
    return [
        replace(row, cells=tuple(blanked(row.cells, cells, at)))
        for row, cells in zip(rows, grid, strict=True)
    ]


def blanked(texts: Sequence[str], cells: Sequence[Cell], at: int | None) -> Iterator[str]:
    """Yield ``texts``, empty where a cell goes on from above, but in column ``at``."""
    continued = {cell.at for cell in cells if cell.is_continued} - {at}
    for column, text in enumerate(texts):
        yield "" if column in continued else text


def plain_row(cells: Sequence[Cell], place: str) -> Iterator[Block]:
    """Yield a row of a table that has no header of talk.

    Its cells make one line, parted by tabs, as long as all but the last hold one paragraph; the
    last one's further paragraphs follow. Otherwise every paragraph stands for itself.
    """
    filled = [block for cell in cells for block in cell.filled]
    with_words = [cell for cell in cells if cell.filled]
    if all(len(cell.filled) == 1 for cell in with_words[:-1]):
        n_joined = len(with_words)
        line = "\t".join(block.text for block in filled[:n_joined])
        filled = [replace(block, text=line) for block in filled[:1]] + filled[n_joined:]
    yield from (replace(block, place=place) for block in filled)
