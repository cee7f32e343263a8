"""One table into one file: CSV, JSON lines, Parquet, Excel; each written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.core.atomic import replacing, write_bytes
from pipeline.exchange.workbook import Sheet, csv_of, workbook_of

CUT = " [continues in the transcript]"

Writer = Callable[[Path, Sequence[Sheet]], list[Path]]


def write_csv(folder: Path, sheets: Sequence[Sheet]) -> list[Path]:
    """Write a CSV file a sheet."""
    paths = []
    for sheet in sheets:
        paths.append(folder / f"{sheet.name}.csv")
        write_bytes(paths[-1], csv_of(sheet))
    return paths


def write_jsonl(folder: Path, sheets: Sequence[Sheet]) -> list[Path]:
    """Write a file of JSON lines a sheet."""
    paths = []
    for sheet in sheets:
        lines = [
            json.dumps({c: row[c] for c in sheet.columns}, ensure_ascii=False) for row in sheet.rows
        ]
        paths.append(folder / f"{sheet.name}.jsonl")
        write_bytes(paths[-1], "".join(f"{line}\n" for line in lines).encode())
    return paths


def write_parquet(folder: Path, sheets: Sequence[Sheet]) -> list[Path]:
    """Write a Parquet file a sheet; kinds are inferred from the values."""
    paths = []
    for sheet in sheets:
        table = pa.table({c: [row[c] for row in sheet.rows] for c in sheet.columns})
        paths.append(folder / f"{sheet.name}.parquet")
        with replacing(paths[-1]) as temporary:
            pq.write_table(table, temporary, compression="zstd")
    return paths


def write_xlsx(folder: Path, sheets: Sequence[Sheet]) -> list[Path]:
    """Write one workbook with all sheets, named after the first.

    A text longer than a cell holds is cut, says so, and is whole in the other formats.
    """
    path = folder / f"{sheets[0].name}.xlsx"
    write_bytes(path, workbook_of(sheets, CUT))
    return [path]
