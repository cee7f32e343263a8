"""Exports: the same rows in every format, right counts, and nothing half-written."""

import csv
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.core.codebook import Code, Codebook
from pipeline.core.errors import ConfigError
from pipeline.core.receipts import Receipt
from pipeline.core.records import CodedSegment, Evidence, Segment, Suggestion
from pipeline.core.tables import schema_of, to_table, write_table
from pipeline.exchange.workbook import EXCEL_CELL
from pipeline.export import EXPORTERS, stage
from pipeline.export.counts import count_codes
from pipeline.export.formats import CUT

BOOK = Codebook(
    "tiny", "1.0", (Code("t", "Types", codable=False), Code("t.a", "A"), Code("t.b", "B"))
)


def row(name: str, start: int, code: str = "t.a", **changes: Any) -> dict[str, Any]:
    """Return one coded segment as a row, with an attribute ``group``."""
    return {
        "transcript_id": name,
        "source_type": "interview",
        "turn": 1,
        "start": start,
        "end": start + 5,
        "quote": "=1+1 é🌧\nnew line",
        "speaker": "HB",
        "participant_id": "P1",
        "role": "participant",
        "group": "funder",
        "pseudonym": "Funder 1",
        "code": code,
        "dimension": code.partition(".")[0],
        "code_name": code.upper(),
        "coders": "kb; rm",
        "status": "agreed",
        "origin": "person",
        "memo": None,
        "model_id": None,
        "question": None,
        **changes,
    }


def write_coded(path: Path, rows: list[dict[str, Any]], further: Sequence[str] = ()) -> None:
    """Write the table that the review room writes."""
    schema = schema_of(CodedSegment.COLUMNS)
    for name in ("group", "pseudonym", *further):
        schema = schema.append(pa.field(name, pa.string()))
    write_table(path, pa.Table.from_pylist(rows, schema=schema), Receipt("consensus"))


def sources(folder: Path) -> stage.Sources:
    """Return the tables in ``folder``."""
    coded, segments, suggestions = (
        folder / f"{name}.parquet" for name in ("coded", "segments", "suggestions")
    )
    return stage.Sources(coded, segments, suggestions)


def export(folder: Path, to: str, rows: list[dict[str, Any]] | None = None) -> stage.Exported:
    """Export ``rows`` from ``folder`` to its subfolder ``out``."""
    write_coded(folder / "coded.parquet", rows if rows is not None else [row("a", 0), row("b", 5)])
    return stage.run(sources(folder), folder / "out", BOOK, to=to, by=["role", "group"])


def test_counts_are_of_distinct_things() -> None:
    """A passage that stands twice counts once; transcripts and participants are counted apart."""
    rows = [row("a", 0), row("a", 0), row("a", 9), row("b", 0, participant_id="P2")]

    [of_role, of_all, *_] = count_codes(rows, BOOK, by="role")

    expected = {"n_segments": 3, "n_transcripts": 2, "n_participants": 2, "n_disputed": 0}
    assert expected == {name: of_role[name] for name in expected}
    assert {**of_role, "role": "(all)"} == of_all


def test_codes_are_counted_by_question(tmp_path: Path) -> None:
    """The id of the question is a column to count by; passages outside the guide are named."""
    rows = [row("a", 0, question="q1"), row("a", 9, question="q2"), row("b", 0)]
    write_coded(tmp_path / "coded.parquet", rows)

    done = stage.run(sources(tmp_path), tmp_path / "out", BOOK, to="csv", by=["question"])

    counts = [line for line in read_back(done.files[1]) if line["code"] == "t.a"]
    assert [("(not known)", "1"), ("q1", "1"), ("q2", "1"), ("(all)", "3")] == [
        (line["question"], line["n_segments"]) for line in counts
    ]
    assert ["q1", "q2", ""] == [line["question"] for line in read_back(done.files[0])]


def test_counts_by_question_show_its_words(tmp_path: Path) -> None:
    """With a guide, each question stands there with its text; outside the guide there is none."""
    write_coded(tmp_path / "coded.parquet", [row("a", 0, question="q1"), row("b", 0)])
    guided = replace(sources(tmp_path), questions={"q1": "Where do herons nest?"})

    done = stage.run(guided, tmp_path / "out", BOOK, to="csv", by=["question"])

    counts = [line for line in read_back(done.files[1]) if line["code"] == "t.a"]
    assert ["", "Where do herons nest?", ""] == [line["question_text"] for line in counts]


def test_a_disputed_passage_is_counted_apart() -> None:
    """What coders do not agree on is no evidence for a code, but it is not hidden."""
    [counts, *_] = count_codes([row("a", 0, status="disputed")], BOOK, by="role")

    assert (0, 0, 1) == (counts["n_segments"], counts["n_transcripts"], counts["n_disputed"])


def test_every_code_stands_in_the_table() -> None:
    """Unused codes stand with zeros, codes that left the codebook behind, null is named."""
    rows = [row("a", 0, "old.code", role=None)]

    counts = count_codes(rows, BOOK, by="role")

    assert [
        ("t.a", "(not known)", 0),
        ("t.a", "(all)", 0),
        ("t.b", "(not known)", 0),
        ("t.b", "(all)", 0),
        ("old.code", "(not known)", 1),
        ("old.code", "(all)", 1),
    ] == [(line["code"], line["role"], line["n_segments"]) for line in counts]


def read_back(path: Path) -> list[dict[str, Any]]:
    """Return the rows of an exported file, texts and numbers as they come."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    if path.suffix == ".parquet":
        rows: list[dict[str, Any]] = pq.read_table(path).to_pylist()
        return rows
    head, *lines = openpyxl.load_workbook(path).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(map(str, head), line, strict=True)) for line in lines]


@pytest.mark.parametrize("to", sorted(EXPORTERS))
def test_every_format_holds_the_same_rows(tmp_path: Path, to: str) -> None:
    """Quotes keep every character, a text that begins with = stays a text, null stays empty."""
    done = export(tmp_path, to)

    rows = read_back(done.files[0])
    assert ["=1+1 é🌧\nnew line"] * 2 == [line["quote"] for line in rows]
    assert ["0", "5"] == [str(line["start"]) for line in rows]
    assert {"Funder 1"} == {line["speaker"] for line in rows}
    assert all(line["memo"] in {None, ""} for line in rows)


@pytest.mark.parametrize("to", sorted(EXPORTERS))
def test_counts_come_along_by_each_column(tmp_path: Path, to: str) -> None:
    """There is a table by role and one by group: a file each, or a sheet each."""
    files = export(tmp_path, to).files

    if to == "xlsx":
        names = openpyxl.load_workbook(files[0]).sheetnames
        assert ["Coded segments", "Code by role", "Code by group"] == names
    else:
        assert ["coded_segments", "code_by_role", "code_by_group"] == [f.stem for f in files]


@pytest.mark.parametrize("to", sorted(EXPORTERS))
def test_a_column_of_any_name_stays_in_the_folder(tmp_path: Path, to: str) -> None:
    """What participants are asked may hold a slash; it makes no folder, and no way out of one."""
    odd = ["age/gender", "a/../../../x", "site: east?"]
    write_coded(tmp_path / "coded.parquet", [row("a", 0, **dict.fromkeys(odd, "40"))], odd)

    files = stage.run(sources(tmp_path), tmp_path / "out", BOOK, to=to, by=odd).files

    assert {tmp_path / "out"} == {path.parent for path in files}
    assert (1 if to == "xlsx" else 4) == len(files)
    assert not any(set(path.name) & set(':?*"<>|') for path in files)


@pytest.mark.parametrize("to", sorted(EXPORTERS))
def test_the_same_rows_give_the_same_bytes(tmp_path: Path, to: str) -> None:
    """No clock and no chance in a file."""
    first = [path.read_bytes() for path in export(tmp_path, to).files]

    assert first == [path.read_bytes() for path in export(tmp_path, to).files]


@pytest.mark.parametrize("to", sorted(EXPORTERS))
def test_no_coded_segment_is_an_export_too(tmp_path: Path, to: str) -> None:
    """Before the first decision the files have their columns and no rows."""
    assert [] == read_back(export(tmp_path, to, rows=[]).files[0])


def test_a_quote_longer_than_a_cell_says_so(tmp_path: Path) -> None:
    """Excel holds 32,767 characters a cell; the rest is announced, not dropped silently."""
    done = export(tmp_path, "xlsx", [row("a", 0, quote="x" * 40_000)])

    [line] = read_back(done.files[0])
    assert len(line["quote"]) == EXCEL_CELL
    assert line["quote"].endswith(CUT)


@pytest.mark.parametrize("to", sorted(EXPORTERS))
def test_suggestions_come_along_but_are_never_counted(tmp_path: Path, to: str) -> None:
    """What the machine proposes stands in a table of its own, with its words and reasons."""
    segment = Segment("a:3-20", "a", 1, "HB", "P1", "participant", 3, 20, "We lent them vans")
    evidence = (Evidence(6, 10, 0.5, "word"), Evidence(3, 20, 0.2, 'near example: "Our van"'))
    suggestion = Suggestion("a:3-20", "t.a", 0.4321, 1, evidence, "m1", "1.0")
    write_table(tmp_path / "segments.parquet", to_table([segment], Segment), Receipt("segment"))
    suggested = to_table([suggestion], Suggestion)
    write_table(tmp_path / "suggestions.parquet", suggested, Receipt("suggest"))

    done = export(tmp_path, to, rows=[])

    path = done.files[-1]
    if to == "xlsx":
        page = openpyxl.load_workbook(path)["Suggestions"]
        rows = [list(line) for line in page.iter_rows(min_row=2, values_only=True)]
    else:
        rows = [list(line.values()) for line in read_back(path)]
    [row] = [list(map(str, line)) for line in rows]
    assert ["1", "t.a", "A", "0.4321", "lent", 'near example: "Our van"', "m1"] == row[6:]
    assert 0 == done.n_rows


def test_every_file_has_its_receipt(tmp_path: Path) -> None:
    """A number can be traced to the table and the codebook it came from."""
    for path in export(tmp_path, "csv").files:
        receipt = json.loads(path.with_name(path.name + ".receipt.json").read_text())
        assert BOOK.version_id == receipt["details"]["codebook_version"]
        assert ["coded.parquet"] == list(receipt["inputs"])


@pytest.mark.parametrize(
    ("to", "by", "sentence"),
    [
        ("excel", ["role"], "--to excel: unknown format"),
        ("csv", ["grop"], "no such column; did you mean group"),
        ("csv", ["quote"], "no such column"),
    ],
)
def test_an_unknown_format_or_column_is_refused(
    tmp_path: Path, to: str, by: list[str], sentence: str
) -> None:
    """The sentence names what was meant or what there is; nothing is written."""
    write_coded(tmp_path / "coded.parquet", [row("a", 0)])

    with pytest.raises(ConfigError, match=sentence):
        stage.run(sources(tmp_path), tmp_path / "out", BOOK, to=to, by=by)

    assert not (tmp_path / "out").exists()
