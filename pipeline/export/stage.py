"""Coded segments to files: one table of passages, and counts of codes by role and more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.core.atomic import write_bytes
from pipeline.core.codebook import Codebook
from pipeline.core.config import nearest
from pipeline.core.corpus import Corpus
from pipeline.core.errors import ConfigError
from pipeline.core.names import file_part
from pipeline.core.receipts import Receipt, sha256_of
from pipeline.core.records import CodedSegment, Segment, Suggestion
from pipeline.core.tables import read_receipt, read_rows, read_table
from pipeline.exchange.workbook import Sheet
from pipeline.export import EXPORTERS
from pipeline.export.counts import COUNT_COLUMNS, QUESTION, QUESTION_TEXT, count_codes, with_texts

NOT_COUNTABLE = {"quote", "memo", "start", "end", "turn"}
WORD = "word"  # the reason of evidence that is words of the segment itself
SUGGESTION_COLUMNS = (
    "transcript_id",
    "turn",
    "start",
    "end",
    "role",
    "text",
    "rank",
    "code",
    "code_name",
    "score",
    "words",
    "reasons",
    "model_id",
)


@dataclass(frozen=True, slots=True)
class Sources:
    """The tables that an export is made from; segments and suggestions may be missing.

    ``questions`` are the words of the interview guide's questions by their ids.
    """

    coded_segments: Path
    segments: Path
    suggestions: Path
    questions: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, corpus: Corpus, questions: Mapping[str, str] | None = None) -> Sources:
        """Return the tables of ``corpus``, whose guide has these ``questions``."""
        coded, segments = corpus.table("coded_segments"), corpus.table("segments")
        return cls(coded, segments, corpus.table("suggestions"), questions or {})

    def suggestion_rows(self, codebook: Codebook) -> list[dict[str, Any]]:
        """Return what the machine proposes, for people to look at; never counted as coded."""
        if not self.suggestions.exists() or not self.segments.exists():
            return []
        segments = {row.segment_id: row for row in read_rows(self.segments, Segment)}
        names = {code.path: code.name for code in codebook.codes}
        return [
            suggestion_row(segments[row.segment_id], row, names.get(row.code, row.code))
            for row in read_rows(self.suggestions, Suggestion)
            if row.segment_id in segments
        ]


def suggestion_row(segment: Segment, suggestion: Suggestion, name: str) -> dict[str, Any]:
    """Return one suggestion as a row: where, what, how likely, why."""
    reasons = (item.reason for item in suggestion.evidence if item.reason != WORD)
    words = (
        segment.text[item.start - segment.start : item.end - segment.start]
        for item in suggestion.evidence
        if item.reason == WORD and item.weight > 0
    )
    values = (
        segment.transcript_id,
        segment.turn,
        segment.start,
        segment.end,
        segment.role,
        segment.text,
        suggestion.rank,
        suggestion.code,
        name,
        round(suggestion.score, 4),
        ", ".join(dict.fromkeys(words)),
        "; ".join(dict.fromkeys(reasons)),
        suggestion.model_id,
    )
    return dict(zip(SUGGESTION_COLUMNS, values, strict=True))


@dataclass(frozen=True, slots=True)
class Exported:
    """Which files were written, and how many coded segments are in them."""

    files: tuple[Path, ...]
    n_rows: int


def sheets_of(
    rows: Sequence[dict[str, Any]],
    columns: Sequence[str],
    codebook: Codebook,
    by: Sequence[str],
    questions: Mapping[str, str],
) -> list[Sheet]:
    """Return the sheets of an export: the passages, then counts by each column of ``by``.

    Counts by question show the words of ``questions``, too.

    Raises
    ------
    ConfigError
        If ``by`` names a column that coded segments do not have.
    """
    known = [name for name in columns if name not in NOT_COUNTABLE]
    for name in by:
        if name not in known:
            raise ConfigError(
                f"export by {name}: coded segments have no such column{nearest(name, known)}."
            )
    shown = [with_pseudonym(row) for row in rows]
    counts = []
    for name in by:
        table = count_codes(shown, codebook, by=name)
        named: tuple[str, ...] = (name,)
        if name == QUESTION and questions:
            named, table = (name, QUESTION_TEXT), with_texts(table, questions)
        headers = ("dimension", "code", "code_name", *named, *COUNT_COLUMNS)
        counts.append(Sheet(f"code_by_{file_part(name)}", headers, table))
    return [Sheet("coded_segments", tuple(columns), shown), *counts]


def with_pseudonym(row: dict[str, Any]) -> dict[str, Any]:
    """Return ``row`` with the pseudonym, where there is one, in place of the label as written."""
    name = row.get("pseudonym")
    return {**row, "speaker": name} if name else row


def run(sources: Sources, out: Path, codebook: Codebook, *, to: str, by: Sequence[str]) -> Exported:
    """Write the coded segments, the counts and the suggestions in the format ``to``.

    Parameters
    ----------
    sources
        The tables of the stages before.
    out
        The folder for the files; each is written whole or not at all.
    codebook
        Gives the order and the names of the codes.
    to
        A key of `EXPORTERS`.
    by
        Columns to count codes by.

    Raises
    ------
    ConfigError
        If the format or a column is not known.
    """
    if to not in EXPORTERS:
        raise ConfigError(f"--to {to}: unknown format{nearest(to, EXPORTERS)}.")
    coded = sources.coded_segments
    table = read_table(coded, CodedSegment.COLUMNS)
    rows = table.to_pylist()
    sheets = sheets_of(rows, table.column_names, codebook, by, sources.questions)
    proposals = sources.suggestion_rows(codebook)
    if proposals:
        sheets.append(Sheet("suggestions", SUGGESTION_COLUMNS, proposals))
    files = EXPORTERS[to](out, sheets)
    receipt = Receipt(
        stage="export",
        inputs={coded.name: sha256_of(coded)},
        settings=f"{to} by {', '.join(by)}",
        model_id=read_receipt(coded).model_id,
        rows_in=table.num_rows,
        rows_out=table.num_rows,
        details={"codebook": codebook.slug, "codebook_version": codebook.version_id},
    )
    text = (receipt.to_json() + "\n").encode()
    for file in files:
        write_bytes(file.with_name(file.name + ".receipt.json"), text)
    return Exported(tuple(files), table.num_rows)
