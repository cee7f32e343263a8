"""The small study that faults.py works on, and its commands from raw files to a report."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from faults import Step
from openpyxl import load_workbook

from pipeline.core.records import Segment
from pipeline.core.tables import read_rows

BOOK = """
codebook: tiny
version: "1.0"
codes:
  - id: gain
    name: Gain
    codable: false
    codes:
      - id: learning
        name: Learning
        definition: Somebody learnt something from a partner.
        examples: [We learnt how to mend nets from them.]
      - id: money
        name: Money
        definition: Somebody saved or earned money.
        examples: [The grant pays for the boat.]
"""
SETTINGS = """
codebook = "tiny"
[ingest.speakers.I]
role = "interviewer"
[privacy]
pseudonymise = true
names = ["Ana"]
"""
ANSWERS = (
    "Ana taught us how to mend the nets. We learnt it from her in a winter.",
    "The grant pays for the boat. It saved us a fortune.",
    "The kettle broke. We had no tea all winter.",
    "We learnt to ask. Then the money came, a small grant.",
)
TABLES = ("csv", "xlsx", "parquet", "qdpx")


def make_study(root: Path) -> Path:
    """Write a project with three interviews and a codebook of two codes; return its folder."""
    books, raw = root / "configs" / "codebooks", root / "corpora" / "t" / "raw"
    books.mkdir(parents=True)
    raw.mkdir(parents=True)
    (books / "tiny.yaml").write_text(BOOK, encoding="utf-8")
    (root / "configs" / "t.toml").write_text(SETTINGS, encoding="utf-8")
    (root / "corpora" / "t" / "participants.csv").write_text("participant_id,label\nP1,P\n")
    for number in range(3):
        said = ANSWERS[number:] + ANSWERS[:number]
        text = "".join(f"I: And then, in year {number}?\n\nP: {words}\n\n" for words in said)
        (raw / f"talk{number}.txt").write_text(text, encoding="utf-8")
    return root


def write_decisions(root: Path) -> None:
    """Write decisions on every segment, as a script would."""
    lines = []
    for row in read_rows(root / "corpora/t/build/segments.parquet", Segment):
        place = {"transcript_id": row.transcript_id, "start": row.start, "end": row.end}
        said = {**place, "quote": row.text, "mode": "blind-first"}
        for word, code in (("learnt", "gain.learning"), ("grant", "gain.money")):
            if word in row.text:
                lines.append({**said, "act": "add", "code": code})
        lines.append({**said, "act": "done"})
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (root / "decisions.jsonl").write_text(text, encoding="utf-8")


def fill_sheet(root: Path) -> None:
    """Write into the sheet what its coder decides: a code and a mark on every second row."""
    book = load_workbook(root / "sheet.xlsx")
    page = book["Review"]
    heads = {str(cell.value): cell.column for cell in page[1]}
    for row in range(2, page.max_row + 1, 2):
        page.cell(row, heads["Add code 1"]).value = "gain.money"
        page.cell(row, heads["Done"]).value = "yes"
    book.save(root / "sheet.xlsx")


def second_project(root: Path) -> None:
    """Make a project with the same texts in which nobody decided anything yet."""
    nothing = shutil.ignore_patterns("review*")
    shutil.copytree(root / "corpora/t", root / "second/corpora/t", ignore=nothing)
    shutil.copytree(root / "configs", root / "second/configs")


def take_project(root: Path) -> None:
    """Lay the exported project where it is imported from, into a corpus that is not there yet."""
    shutil.copy(next((root / "corpora/t/export").glob("*.qdpx")), root / "in.qdpx")


def new_text(root: Path) -> None:
    """Give the corpus new texts, so that a run has something to keep and something to make."""
    path = root / "corpora/t/raw/talk3.txt"
    path.write_text("I: And now?\n\nP: Now the grant is gone.\n", encoding="utf-8")


def steps() -> tuple[Step, ...]:
    """Return the commands in order."""
    return (
        Step("ingest", ("ingest", "t")),
        Step("segment", ("segment", "t")),
        Step("suggest", ("suggest", "t")),
        Step("coders", ("coders", "add", "t", "kb")),
        Step("decide", ("decide", "t", "--coder", "kb", "--from", "decisions.jsonl"),
             write_decisions),
        Step("train", ("train", "t")),
        Step("promote", ("models", "promote", "tiny", "MODEL")),
        Step("suggest-model", ("suggest", "t")),
        *(Step(f"export-{to}", ("export", "t", "--to", to)) for to in TABLES),
        Step("report", ("report", "t")),
        Step("coders-more", ("coders", "add", "t", "rm")),
        Step("sheet-out", ("sheet", "export", "t", "--coder", "rm", "--out", "sheet.xlsx")),
        Step("sheet-in", ("sheet", "import", "t", "sheet.xlsx"), fill_sheet),
        Step("log-out", ("log", "export", "t", "log.jsonl")),
        Step("log-in", ("log", "import", "second/corpora/t", "log.jsonl"), second_project),
        Step("log-backup", ("log", "backup", "t", "copy.sqlite"), refusal="E_EXISTS"),
        Step("import-qdpx", ("import", "u", "in.qdpx"), take_project,
             tells=".report.json"),
        Step("run-more", ("run", "t"), new_text),
        Step("rollback", ("models", "rollback", "tiny"), refusal="E_NO_MODEL"),
    )  # fmt: skip
