"""Stage 5. Coded segments in, files for people and other tools out."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.export.formats import Writer, write_csv, write_jsonl, write_parquet, write_xlsx

EXPORTERS: Mapping[str, Writer] = {
    "csv": write_csv,
    "jsonl": write_jsonl,
    "parquet": write_parquet,
    "xlsx": write_xlsx,
}
