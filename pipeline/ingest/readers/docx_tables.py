"""Tables inside a document: cells on their grid, and rows of tables that hold no talk."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.ingest.blocks import Block
from pipeline.ingest.readers.rows import Row


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
