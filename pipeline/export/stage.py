"""Coded segments to files: one table of passages, and counts of codes by role and more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.core.codebook import Codebook
from pipeline.core.config import nearest
from pipeline.core.errors import ConfigError
from pipeline.core.records import CodedSegment
from pipeline.core.tables import Receipt, read_receipt, read_table, sha256_of, write_bytes
from pipeline.export import EXPORTERS
from pipeline.export.counts import COUNT_COLUMNS, count_codes
from pipeline.export.formats import Sheet

NOT_COUNTABLE = {"quote", "memo", "start", "end", "turn"}


@dataclass(frozen=True, slots=True)
class Exported:
    """Which files were written, and how many coded segments are in them."""

    files: tuple[Path, ...]
    n_rows: int


def sheets_of(
    rows: Sequence[dict[str, Any]], columns: Sequence[str], codebook: Codebook, by: Sequence[str]
) -> list[Sheet]:
    """Return the sheets of an export: the passages, then counts by each column of ``by``.

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
    counts = [
        Sheet(
            f"code_by_{name}",
            ("dimension", "code", "code_name", name, *COUNT_COLUMNS),
            count_codes(shown, codebook, by=name),
        )
        for name in by
    ]
    return [Sheet("coded_segments", tuple(columns), shown), *counts]


def with_pseudonym(row: dict[str, Any]) -> dict[str, Any]:
    """Return ``row`` with the pseudonym, where there is one, in place of the label as written."""
    name = row.get("pseudonym")
    return {**row, "speaker": name} if name else row


def run(coded: Path, out: Path, codebook: Codebook, *, to: str, by: Sequence[str]) -> Exported:
    """Write the coded segments in the format ``to`` to the folder ``out``.

    Parameters
    ----------
    coded
        The table of coded segments.
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
    table = read_table(coded, CodedSegment.COLUMNS)
    sheets = sheets_of(table.to_pylist(), table.column_names, codebook, by)
    files = EXPORTERS[to](out, sheets)
    source = read_receipt(coded)
    receipt = Receipt(
        stage="export",
        inputs={coded.name: sha256_of(coded)},
        settings=f"{to} by {', '.join(by)}",
        model_id=source.model_id,
        rows_in=table.num_rows,
        rows_out=table.num_rows,
        details={"codebook": codebook.slug, "codebook_version": codebook.version_id},
    )
    text = (receipt.to_json() + "\n").encode()
    for file in files:
        write_bytes(file.with_name(file.name + ".receipt.json"), text)
    return Exported(tuple(files), table.num_rows)
