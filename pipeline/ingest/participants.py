"""Who speaks: the participants table, read and joined to the labels of turns."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cached_property, lru_cache
from pathlib import Path, PurePosixPath

import pyarrow as pa

from pipeline.core.broken import BROKEN_SHEET
from pipeline.core.errors import TranscriptError, listed
from pipeline.core.records import Attribute, Columns, Participant, Turn
from pipeline.core.tables import schema_of
from pipeline.ingest.decode import decode
from pipeline.ingest.labels import fold
from pipeline.ingest.readers.archive import open_archive

ID = "participant_id"
OWN = (ID, "label", "transcript", "pseudonym", "role", "organisation")
WILD = frozenset("*?[")
ALIASES = {"organization": "organisation", "labels": "label", "file": "transcript", "id": ID}


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: a person, the labels they carry and the files these stand in.

    ``labels`` and ``transcripts`` are folded; ``written`` are the labels as people wrote them.
    """

    number: int
    participant: Participant
    labels: tuple[str, ...]
    transcripts: tuple[str, ...]
    written: tuple[str, ...] = ()

    def covers(self, source: str, transcript_id: str) -> bool:
        """Whether a pattern in the row's cell fits this transcript."""
        names = names_of(source, transcript_id)
        return any(fnmatchcase(name, pattern) for pattern in self.transcripts for name in names)

    @property
    def is_general(self) -> bool:
        """Whether the row holds for every transcript."""
        return not self.transcripts or "*" in self.transcripts


@dataclass(frozen=True)
class People:
    """The participants table; ``columns`` are its further columns and their kinds."""

    rows: tuple[Row, ...] = ()
    columns: Columns = field(default_factory=lambda: Participant.COLUMNS)

    @cached_property
    def general(self) -> tuple[Row, ...]:
        """The rows that hold for every transcript."""
        return tuple(row for row in self.rows if row.is_general)

    @cached_property
    def by_file(self) -> dict[str, list[Row]]:
        """The other rows by the names in their cells; under no name those with a pattern.

        A study may have as many rows as files, so they cannot all be tried on every file.
        """
        found: dict[str, list[Row]] = {"": []}
        for row in self.rows:
            names = () if row.is_general else dict.fromkeys(row.transcripts)
            for name in {"" if WILD & set(name) else name for name in names}:
                found.setdefault(name, []).append(row)
        return found

    @cached_property
    def by_pseudonym(self) -> dict[str, list[Row]]:
        """The rows by their folded pseudonyms."""
        found: dict[str, list[Row]] = {}
        for row in self.rows:
            found.setdefault(fold(row.participant.pseudonym or ""), []).append(row)
        return found

    def of(self, source: str, transcript_id: str) -> list[Row]:
        """Return the rows that name a transcript, in order."""
        names = names_of(source, transcript_id)
        rows = {row.number: row for name in names for row in self.by_file.get(name, ())}
        wild = [row for row in self.by_file[""] if row.covers(source, transcript_id)]
        rows |= {row.number: row for row in wild}
        return [row for _, row in sorted(rows.items())]

    def find(self, label: str, source: str, transcript_id: str) -> Row | None:
        """Return the row of ``label`` in a transcript, None if there is none.

        Rows that name the transcript come first, then rows for the label alone, then the
        pseudonym; a label alone that two rows of other transcripts share is nobody's.

        Raises
        ------
        TranscriptError
            ``E_PARTICIPANT_AMBIGUOUS`` if two rows claim the label in this transcript.
        """
        key = fold(label)
        here = [row for row in self.of(source, transcript_id) if key in row.labels]
        general = [row for row in self.general if key in row.labels]
        for rows in (here, general):
            if len(rows) > 1:
                raise ambiguous(label, rows)
            if rows:
                return rows[0]
        named = self.by_pseudonym.get(key, [])
        return named[0] if len(named) == 1 else None

    def labels_for(self, source: str, transcript_id: str) -> frozenset[str]:
        """Return the folded labels and pseudonyms that may stand in a transcript."""
        rows = [*self.general, *self.of(source, transcript_id)]
        labels = {label for row in rows for label in row.labels}
        return frozenset(labels | {fold(row.participant.pseudonym or "") for row in rows} - {""})


def names_of(source: str, transcript_id: str) -> set[str]:
    """Return the names by which a row may call a transcript."""
    return {fold(source), fold(PurePosixPath(source).name), fold(transcript_id)}


def ambiguous(label: str, rows: Sequence[Row]) -> TranscriptError:
    """Return the error for a label that two rows claim."""
    numbers = " and ".join(str(row.number) for row in rows)
    return TranscriptError(
        f'the label "{label}" fits rows {numbers} of the participants table; '
        "one is allowed. Name the file in the column 'transcript'.",
        code="E_PARTICIPANT_AMBIGUOUS",
    )


def read_people(path: Path) -> People:
    """Return the participants table in ``path`` (CSV or XLSX); an empty one if there is no file.

    Raises
    ------
    TranscriptError
        If the table has no ``participant_id``, or one twice, or cannot be read.
    """
    if not path.exists():
        return People()
    rows = xlsx_rows(path) if path.suffix == ".xlsx" else csv_rows(path.read_bytes())
    return parse_people(rows, where=path.name)


@lru_cache(maxsize=1)
def people_of(path: Path, digest: str) -> People:  # noqa: ARG001  # another content is read anew
    """Return the participants table in ``path``, read once a process while ``digest`` stays."""
    return read_people(path)


def read_cells(path: Path) -> dict[str, dict[str, str]]:
    """Return the filled cells of the table as people wrote them, by participant and column.

    Raises
    ------
    TranscriptError
        As `read_people`.
    """
    if not path.exists():
        return {}
    read_people(path)  # says what is wrong with it
    rows = xlsx_rows(path) if path.suffix == ".xlsx" else csv_rows(path.read_bytes())
    headers = [header_of(cell) for cell in rows[0]]
    tables = [dict(zip(headers, map(str.strip, row), strict=False)) for row in rows[1:]]
    return {
        table[ID]: {name: cell for name, cell in table.items() if name and cell}
        for table in tables
        if table.get(ID)
    }


def csv_rows(data: bytes) -> list[list[str]]:
    """Return the rows of a CSV table whose delimiter is a comma, a semicolon or a tab."""
    text = decode(data).text
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    try:
        return list(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        raise TranscriptError(
            f"the participants table is no CSV ({error!s:.80}). Save it again.", code="E_CORRUPT"
        ) from error


def xlsx_rows(path: Path) -> list[list[str]]:
    """Return the rows of the first sheet of a workbook as text, without blank ones.

    Raises
    ------
    TranscriptError
        If it is no workbook, or one that could harm.
    """
    from openpyxl import load_workbook  # only for people who keep their table in a workbook

    from pipeline.ingest.readers.tables import rows_of_sheet

    data = path.read_bytes()
    try:
        open_archive(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        rows = rows_of_sheet(book, book.worksheets[0].title)
        return [list(row.cells) for row in rows]
    except (TranscriptError, *BROKEN_SHEET) as error:
        raise TranscriptError(
            f"{path.name}: this is no workbook that can be read ({error!s:.120}). "
            "Save it again as .xlsx or .csv.",
            code="E_CORRUPT",
        ) from error


def parse_people(rows: Sequence[Sequence[str]], *, where: str) -> People:
    """Return the table in ``rows``, the first of which are headers; blank rows are passed over.

    Raises
    ------
    TranscriptError
        Listing every problem.
    """
    headers = [header_of(cell) for cell in (rows[0] if rows else ())]
    numbered = [(n, row) for n, row in enumerate(rows[1:], 2) if any(cell.strip() for cell in row)]
    problems = problems_of(headers, numbered)
    if problems:
        raise TranscriptError(listed([f"{where}: {p}" for p in problems]), code="E_PARTICIPANTS")
    tables = [(n, dict(zip(headers, map(str.strip, row), strict=False))) for n, row in numbered]
    further = [name for name in headers if name and name not in OWN]
    kinds = {name: kind_of([table.get(name, "") for _, table in tables]) for name in further}
    columns = {**Participant.COLUMNS, **{name: f"{kind}?" for name, kind in kinds.items()}}
    return People(tuple(row_of(n, table, kinds) for n, table in tables), columns)


def header_of(cell: str) -> str:
    """Return a header as columns are named: folded, words joined by an underscore."""
    name = fold(cell).replace(" ", "_")
    return ALIASES.get(name, name)


def problems_of(headers: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]]) -> list[str]:
    """Return what is wrong with the table, a sentence each."""
    if ID not in headers:
        return [f"there is no column {ID}; the columns are {', '.join(headers)}. Add it."]
    problems = [
        f"the column {name} stands there twice. Rename one."
        for name in sorted(set(headers))
        if headers.count(name) > 1 and name
    ]
    at = headers.index(ID)
    seen: dict[str, int] = {}
    for number, row in rows:
        name = row[at].strip() if at < len(row) else ""
        if not name:
            problems.append(f"row {number} has no {ID}; every row needs one. Fill it in.")
        elif name in seen:
            problems.append(
                f"{ID} {name} stands in rows {seen[name]} and {number}; one row a person. "
                "Put several labels into one cell, parted by semicolons."
            )
        seen.setdefault(name, number)
    return problems


def kind_of(values: Sequence[str]) -> str:
    """Return ``float`` if every value that is there is a number, else ``str``."""
    there = [value for value in values if value]
    return "float" if there and all(map(is_number, there)) else "str"


def is_number(value: str) -> bool:
    """Whether ``value`` reads as a finite number written with digits."""
    return value.lstrip("+-").replace(".", "", 1).isdecimal() and value.isascii()


def row_of(number: int, table: Mapping[str, str], kinds: Mapping[str, str]) -> Row:
    """Return one row of the table."""
    attributes: dict[str, Attribute] = {
        name: None
        if not table.get(name)
        else float(table[name])
        if kind == "float"
        else table[name]
        for name, kind in kinds.items()
    }
    participant = Participant(
        participant_id=table[ID],
        pseudonym=table.get("pseudonym") or None,
        role=fold(table.get("role", "")) or None,
        organisation=table.get("organisation") or None,
        attributes=attributes,
    )
    written = tuple(label.strip() for label in table.get("label", "").split(";") if label.strip())
    return Row(
        number=number,
        participant=participant,
        labels=tuple(map(fold, written)),
        transcripts=tuple(fold(t) for t in table.get("transcript", "").split(";") if t.strip()),
        written=written,
    )


def join(turns: Sequence[Turn], people: People, source: str) -> tuple[Turn, ...]:
    """Return ``turns`` with the participant and the role that the table gives them."""
    known: dict[str, Row | None] = {}
    found = []
    for turn in turns:
        if turn.speaker is None:
            found.append(turn)
            continue
        if turn.speaker not in known:
            known[turn.speaker] = people.find(turn.speaker, source, turn.transcript_id)
        row = known[turn.speaker]
        found.append(turn if row is None else with_person(turn, row.participant))
    return tuple(found)


def with_person(turn: Turn, person: Participant) -> Turn:
    """Return ``turn`` as spoken by ``person``; the table's role wins where it has one."""
    return replace(turn, participant_id=person.participant_id, role=person.role or turn.role)


def people_table(people: People) -> pa.Table:
    """Return the participants as columns, a further one for each attribute."""
    rows = [
        {
            ID: row.participant.participant_id,
            "pseudonym": row.participant.pseudonym,
            "role": row.participant.role,
            "organisation": row.participant.organisation,
            **row.participant.attributes,
        }
        for row in people.rows
    ]
    return pa.Table.from_pylist(rows, schema=schema_of(people.columns))
