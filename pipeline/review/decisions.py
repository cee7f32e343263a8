"""What the log adds up to, as the table that other rooms read: ``build/decisions.parquet``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from pipeline.core.atomic import touch
from pipeline.core.receipts import Outcome, Receipt, Update, digest_of, key_of
from pipeline.core.records import Decision
from pipeline.core.tables import read_receipt, refresh, rows_by_transcript
from pipeline.review.log.fold import independent, standings
from pipeline.review.log.store import open_log
from pipeline.review.queue import rule_of

STAGE = "decisions"
VERSION = "decisions/1"


def run(log_path: Path, out: Path) -> Outcome:
    """Write ``out`` from the log at ``log_path``; no log is a log without decisions.

    The receipt names the log's heads, for the file's bytes change without a decision: the same
    heads, and nothing is done but to renew the table's date. It also names each round's rule of
    consensus, which the next stage goes by.

    Raises
    ------
    ReviewError
        If the log is damaged.
    TableError
        If ``out`` is there and cannot be read.
    """
    rows: list[Decision] = []
    details: dict[str, object] = {"heads": {}, "scripts": [], "rules": {}}
    if log_path.exists():
        with open_log(log_path) as log:
            coders = log.coders().values()
            scripts = sorted(coder.coder for coder in coders if coder.kind == "script")
            heads = {coder: list(found) for coder, found in log.heads().items()}
            rules = {name: rule_of(found) for name, found in log.rounds().items()}
            details = {"heads": heads, "scripts": scripts, "rules": rules}
            if is_current(out, details):
                touch(out)
                receipt = read_receipt(out)
                return Outcome(Update(make=(), keep=tuple(receipt.parts), drop=()), receipt)
            rows = derived(log.decisions(), scripts)
    by_transcript = rows_by_transcript(rows, sorted({row.transcript_id for row in rows}))
    wanted = {name: key_of(VERSION, digest_of(found)) for name, found in by_transcript.items()}

    def make(names: Sequence[str]) -> Mapping[str, Sequence[Decision]]:
        return {name: by_transcript[name] for name in names}

    receipt = Receipt(STAGE, settings=VERSION, rows_in=len(rows), details=details)
    return refresh(out, Decision, wanted, make, receipt)


def is_current(out: Path, details: Mapping[str, object]) -> bool:
    """Whether ``out`` was written by this version from a log with the same heads and coders."""
    if not out.exists():
        return False
    receipt = read_receipt(out)
    return receipt.settings == VERSION and dict(receipt.details) == details


def derived(rows: Sequence[Decision], scripts: Sequence[str]) -> list[Decision]:
    """Return ``rows`` with what stands and what is independent filled in."""
    stands, alone = standings(rows), independent(rows, scripts)
    return [
        replace(row, standing=stands.get(row.decision_id), independent=row.decision_id in alone)
        for row in rows
    ]
