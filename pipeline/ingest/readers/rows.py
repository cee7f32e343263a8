"""Talk in a table, whatever file the table stood in: rows in, blocks out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.core.errors import TranscriptError
from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Block, Notice
from pipeline.ingest.readers.columns import NAMES, Columns, match_columns
from pipeline.ingest.readers.entities import unescaped
from pipeline.ingest.readers.tally import Tally
from pipeline.ingest.readers.times import seconds_of

HEADER_WITHIN = 10
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class Row:
    """One row as text; ``place`` is where it stood ("Sheet1 row 4")."""

    cells: tuple[str, ...]
    place: str

    def cell(self, at: int | None) -> str:
        """Return the cell in column ``at``; empty where the row is too short or ``at`` is None."""
        return self.cells[at].strip() if at is not None and at < len(self.cells) else ""

    @property
    def text(self) -> str:
        """All cells as one text."""
        return " ".join(self.cells)


@dataclass(frozen=True, slots=True)
class Talk:
    """The talk of one table; ``has_speakers`` says that it has a column of speakers."""

    blocks: tuple[Block, ...]
    has_speakers: bool
    n_blank: int


@dataclass(frozen=True, slots=True)
class Header:
    """The row that names the columns and how many numbers of the time columns make a second."""

    at: int
    columns: Columns


def find_header(
    rows: Sequence[Row], settings: IngestSettings, *, wants_speaker: bool
) -> Header | None:
    """Return the first row near the top that names a column of text, best with one of speakers."""
    spare = None
    for at, row in enumerate(rows[:HEADER_WITHIN]):
        columns = match_columns(row.cells, settings.columns)
        if columns and columns.speaker is not None:
            return Header(at, columns)
        spare = spare or (Header(at, columns) if columns else None)
    return None if wants_speaker else spare


def read_talk(rows: Sequence[Row], header: Header, settings: IngestSettings, tally: Tally) -> Talk:
    """Return the rows below ``header`` as blocks; ``tally`` takes what is no talk.

    A row is a turn. Rows with the same number in a column of turns are one; so is a row without
    speaker together with the one before it, if the settings say that a blank cell continues.
    A time cell that holds words becomes a block of kind ``note``.
    """
    columns = header.columns
    for row in rows[: header.at]:
        tally.add("row above the header", row.text)
    names = rows[header.at].cells
    tally.add("table header", rows[header.at].text)
    scale = scale_of(rows[header.at + 1 :], columns)
    joined = Joined([], settings.blank_speaker_cell == "continue")
    for row in rows[header.at + 1 :]:
        if row.cells == names:
            tally.add("table header", row.text)
            continue
        for at in columns.rest(len(row.cells)):
            if row.cell(at):
                tally.add("other column", row.cell(at))
        for block in blocks_of(row, columns, scale, tally):
            joined.add(block, row.cell(columns.turn), has_speakers=columns.speaker is not None)
    return Talk(tuple(joined.blocks), columns.speaker is not None, joined.n_blank)


def blocks_of(row: Row, columns: Columns, scale: float, tally: Tally) -> Iterator[Block]:
    """Yield a note for words in the time cell and the row's own block."""
    group, text = row.cell(columns.transcript), unescaped(row.cell(columns.text))
    start = row.cell(columns.start)
    if start and seconds_of(start) is None:
        yield Block(unescaped(start), kind="note", place=row.place, group=group)
    label = label_of(row.cell(columns.speaker))
    if not text:
        if label or start:
            tally.add("row without words", label or "")
        return
    yield Block(
        text,
        label,
        scaled(start, scale),
        scaled(row.cell(columns.end), scale),
        kind="row",
        place=row.place,
        group=group,
    )


@dataclass(slots=True)
class Joined:
    """Blocks so far; rows that go on with the turn before are joined to it."""

    blocks: list[Block]
    continues: bool
    turn: str = ""
    n_blank: int = 0

    def add(self, block: Block, turn: str, *, has_speakers: bool) -> None:
        """Append ``block``, or join it to the last one."""
        last = self.blocks[-1] if self.blocks else None
        if last and not block.group:
            block = replace(block, group=last.group)
        is_blank = has_speakers and block.label is None and block.kind == "row"
        self.n_blank += is_blank
        if last is None or block.kind == "note" or last.kind == "note" or block.group != last.group:
            self.blocks.append(block)
        elif is_blank and self.continues:
            self.blocks[-1] = join(last, block, "\n")
        elif turn and turn == self.turn and block.label == last.label:
            self.blocks[-1] = join(last, block, " ")
        else:
            self.blocks.append(block)
        self.turn = turn


def join(first: Block, second: Block, gap: str) -> Block:
    """Return both blocks as one."""
    end_s = first.end_s if second.end_s is None else second.end_s
    return replace(first, text=first.text + gap + second.text, end_s=end_s)


def label_of(cell: str) -> str | None:
    """Return a speaker cell as a label: no colon at its end, white space as one space."""
    label = " ".join(unescaped(cell).split()).rstrip(":\uff1a ").strip()
    return label or None


def scale_of(rows: Sequence[Row], columns: Columns) -> float:
    """Return what a plain number in a time column is in seconds.

    Milliseconds if the header says so, or if the numbers would make the recording last for days.
    """
    if columns.is_ms:
        return 0.001
    cells = (row.cell(at) for row in rows for at in (columns.start, columns.end))
    numbers = (seconds_of(cell) for cell in cells if cell and ":" not in cell)
    return 0.001 if max((value or 0 for value in numbers), default=0) > DAY_S else 1.0


def scaled(cell: str, scale: float) -> float | None:
    """Return a time cell in seconds, or None."""
    value = seconds_of(cell)
    if value is None or ":" in cell:
        return value
    return round(value * scale, 6)


def blank_notices(n_blank: int, settings: IngestSettings) -> tuple[Notice, ...]:
    """Return the notice that says what was made of rows without a speaker."""
    if not n_blank or settings.blank_speaker_cell == "continue":
        return ()
    return (
        Notice(
            "W_BLANK_SPEAKERS",
            f"{n_blank} rows have words and no speaker; they are kept as an unknown speaker. If a "
            'blank cell means the same speaker, set ingest.blank_speaker_cell = "continue".',
        ),
    )


def unknown_schema(header: Sequence[str]) -> TranscriptError:
    """Return the error for a table of no known shape."""
    names = ", ".join(cell.strip()[:40] for cell in header if cell.strip())[:300]
    return TranscriptError(
        f"columns {names or '(all blank)'}; known are {', '.join(NAMES)}. "
        "Name the columns in `[ingest.columns]`, or put a row of names above the others.",
        code="E_UNKNOWN_SCHEMA",
    )


def no_content(what: str) -> TranscriptError:
    """Return the error for a frame without words."""
    return TranscriptError(
        f"no {what} was found after the header. Export it again.", code="E_NO_CONTENT"
    )
