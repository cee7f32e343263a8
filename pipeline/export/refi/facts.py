"""What an export to REFI-QDA is made from, read from the tables of the stages before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pipeline.core.codebook import Codebook
from pipeline.core.corpus import Corpus
from pipeline.core.details import detail_of
from pipeline.core.records import (
    CodedSegment,
    Decision,
    Participant,
    Segment,
    Suggestion,
    Transcript,
    Turn,
)
from pipeline.core.tables import read_rows, read_table
from pipeline.exchange.refi.archive import open_archive
from pipeline.exchange.refi.memory import Memory

IMPORTED = "imported"
YES_ACTS = frozenset({"accept", "add"})
Thread = tuple[str, str, int, int, str | None]
Row = Mapping[str, Any]
NONE: Mapping[str, Mapping[str, str]] = {}


@dataclass(frozen=True, slots=True)
class People:
    """The participants: ``columns`` of attributes, and the filled cells of each as text."""

    columns: tuple[str, ...] = ()
    cells: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """What one coder said of a code on a span: when, with which memo, and what an import left."""

    created: str
    memo: str
    imported: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Facts:
    """A whole corpus, as an export sees it; ``coded`` are rows of the coded segments.

    ``members`` are files of other media that came in, by sha256 of the project and name.
    """

    corpus: str
    codebook: Codebook
    transcripts: Sequence[Transcript]
    turns: Mapping[str, Sequence[Turn]]
    people: People
    coded: Sequence[Row]
    said: Mapping[Thread, Said]
    memory: Memory
    suggestions: Sequence[tuple[Segment, Suggestion]] = ()
    members: Mapping[tuple[str, str], bytes] = field(default_factory=dict)


def read_facts(
    corpus: Corpus,
    codebook: Codebook,
    memory: Memory,
    *,
    written: Mapping[str, Mapping[str, str]] = NONE,
    has_suggestions: bool = False,
) -> Facts:
    """Return what the tables of ``corpus`` say.

    Parameters
    ----------
    corpus
        Ingested, with decisions and coded segments up to date.
    codebook
        Of the corpus.
    memory
        What earlier imports left.
    written
        Cells of the participants table as people wrote them, by participant and column: a number
        keeps its noughts.
    has_suggestions
        Whether the machine's suggestions are wanted, too.

    Raises
    ------
    TableError
        If a table is missing or damaged.
    """
    turns: dict[str, list[Turn]] = defaultdict(list)
    for turn in read_rows(corpus.table("turns"), Turn):
        turns[turn.transcript_id].append(turn)
    return Facts(
        corpus.name,
        codebook,
        sorted(read_rows(corpus.table("transcripts"), Transcript), key=lambda t: t.transcript_id),
        turns,
        read_people(corpus, written),
        read_table(corpus.table("coded_segments"), CodedSegment.COLUMNS).to_pylist(),
        said_of(read_rows(corpus.table("decisions"), Decision)),
        memory,
        read_suggestions(corpus) if has_suggestions else (),
        read_members(corpus, memory),
    )


def read_members(corpus: Corpus, memory: Memory) -> dict[tuple[str, str], bytes]:
    """Return the files that kept elements refer to, from the imported projects themselves."""
    found = {}
    for item, one in memory.kept:
        path = corpus.folder / IMPORTED / f"{item.sha256[:12]}.{item.kind}"
        if not one.members or not path.exists():
            continue
        archive = open_archive(path.read_bytes())
        for name in one.members:
            member = archive.find(name)
            if member is not None:
                found[item.sha256, name] = archive.read(member)
    return found


def read_people(corpus: Corpus, written: Mapping[str, Mapping[str, str]]) -> People:
    """Return the participants; a name that ingest replaced stays replaced."""
    path = corpus.table("participants")
    if not path.exists():
        return People()
    table = read_table(path, Participant.COLUMNS)
    columns = tuple(name for name in table.column_names if name != "participant_id")
    cells = {}
    for row in table.to_pylist():
        name = row["participant_id"]
        own = written.get(name, {})
        cells[name] = {
            column: text_of(row[column], own.get(column, ""))
            for column in columns
            if row[column] not in {None, ""}
        }
    return People(columns, cells)


def text_of(value: str | float, written: str) -> str:
    """Return a cell as text: a number as it was written, if that is the same number."""
    if isinstance(value, str):
        return value
    try:
        is_same = float(written) == value
    except ValueError:
        is_same = False
    return written if is_same else str(int(value)) if value.is_integer() else repr(value)


def read_suggestions(corpus: Corpus) -> list[tuple[Segment, Suggestion]]:
    """Return the machine's suggestions with their segments, none before the first of them."""
    paths = corpus.table("segments"), corpus.table("suggestions")
    if not all(path.exists() for path in paths):
        return []
    segments = {row.segment_id: row for row in read_rows(paths[0], Segment)}
    rows = read_rows(paths[1], Suggestion)
    return [(segments[row.segment_id], row) for row in rows if row.segment_id in segments]


def said_of(rows: Sequence[Decision]) -> dict[Thread, Said]:
    """Return what each coder says yes to, or settled, by thread; memos on the span go with it."""
    undone = {str(detail_of(row).get("undoes")) for row in rows if row.act == "undo"}
    standing = {thread_of(row) for row in rows if row.standing == "yes"}
    memos: dict[Thread, str] = {}
    last: dict[Thread, Decision] = {}
    for row in rows:
        if row.decision_id in undone:
            continue
        if row.act == "memo" and row.memo:
            memos[thread_of(row)] = row.memo
        is_yes = row.act in YES_ACTS and thread_of(row) in standing
        if row.code is not None and (is_yes or row.act == "settle"):
            last[thread_of(row)] = row
    found = {}
    for thread, row in last.items():
        texts = [row.memo or "", memos.get((*thread[:4], None), "")]
        memo = "\n\n".join(dict.fromkeys(text for text in texts if text.strip()))
        imported = detail_of(row).get("import")
        found[thread] = Said(row.decided_at, memo, imported if isinstance(imported, dict) else {})
    return found


def thread_of(row: Decision) -> Thread:
    """Return the thread that a decision belongs to."""
    return (row.coder, row.transcript_id, row.start, row.end, row.code)
