"""The sample corpus from its raw files to its tables, as ``make demo`` runs it."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from pipeline.core.records import Turn
from pipeline.core.tables import read_rows
from tests.front_door import ROOT, make

PARTS = ("Makefile", "configs", "corpora/demo/raw", "corpora/demo/decisions")

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a folder in which the demo has run, and what it said."""
    folder = tmp_path_factory.mktemp("demo")
    for part in PARTS:
        source, target = ROOT / part, folder / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target)
        else:
            shutil.copy(source, target)
    shutil.copy(ROOT / "corpora/demo/participants.csv", folder / "corpora/demo")
    return folder, make(folder, "demo")


def status_of(folder: Path) -> Any:
    """Return the status of the sample corpus."""
    command = [sys.executable, "-m", "pipeline", "status", "demo", "--json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_it_ends_with_what_was_found_and_what_to_do(demo: tuple[Path, str]) -> None:
    """Found, how good with n, where the results are, what to type next."""
    _, said = demo
    summary = said[said.rindex("demo: ") :]

    assert "demo: 16 transcripts" in summary
    assert "judged on" in summary
    assert "segments of 8 interviews" in summary
    assert "corpora/demo/export" in summary
    assert "next         glossator" in summary


def test_the_last_line_says_where_the_report_is(demo: tuple[Path, str]) -> None:
    """The page is there, with every figure and table of the study beside it."""
    folder, said = demo
    page = folder / said.strip().splitlines()[-1].strip()

    assert "report.html" == page.name
    assert "Krippendorff&#39;s alpha could be computed" in page.read_text(encoding="utf-8")
    assert len(list((page.parent / "figures").glob("*.svg"))) > 10


def test_nothing_waits_for_a_person(demo: tuple[Path, str]) -> None:
    """Every speaker is known and every file understood: a newcomer meets no question."""
    folder, said = demo
    rows = read_rows(folder / "corpora/demo/build/turns.parquet", Turn)
    spoken = [row for row in rows if row.speaker is not None]

    assert "To confirm" not in said
    assert len(spoken) >= 700
    assert all(row.participant_id is not None for row in spoken)
    assert sum(len(row.text.split()) for row in rows) >= 20_000


def test_decisions_train_a_model_that_is_used(demo: tuple[Path, str]) -> None:
    """The suggestions of the end come from the trained model, which passed its gate."""
    folder, said = demo
    status = status_of(folder)

    assert "Promoted: " in said
    assert status["model"]["model_id"] == status["suggested_by"]
    assert not status["is_cold"]
    assert status["model"]["is_calibrated"]


def test_two_coders_disagree_in_places(demo: tuple[Path, str]) -> None:
    """A part is coded by both, blind; what they do not agree on is kept as disputed."""
    folder, _ = demo
    review = status_of(folder)["review"]

    assert ["kb", "rm"] == [one["coder"]["coder"] for one in review["coders"]]
    assert review["n_double_coded"] >= 100
    assert review["n_disputed"] > 0
    assert 0 == review["n_stale"]


def test_the_workbook_holds_passages_and_counts(demo: tuple[Path, str]) -> None:
    """Passages with their speakers by pseudonym, codes by role, group and sector, suggestions."""
    folder, _ = demo
    book = openpyxl.load_workbook(folder / "corpora/demo/export/coded_segments.xlsx")
    head, *rows = book["Coded segments"].iter_rows(values_only=True)
    table = [dict(zip(head, row, strict=True)) for row in rows]

    assert len(table) > 300
    assert {"Funder 1", "Co-lead partner 1"} <= {row["speaker"] for row in table}
    assert {"agreed", "disputed", "single"} == {row["status"] for row in table}
    assert {"Code by role", "Code by group", "Code by sector", "Suggestions"} <= set(
        book.sheetnames
    )


def test_a_second_demo_changes_nothing(demo: tuple[Path, str]) -> None:
    """Everything is known: no decision taken in twice, no model trained again, the same tables."""
    folder, _ = demo
    build = folder / "corpora/demo/build"
    before = {path.name: path.read_bytes() for path in build.glob("*.parquet")}

    said = make(folder, "demo")

    assert "Nothing to do" in said
    assert "Nothing new: " in said
    assert 2 == said.count("0 entries taken in")
    assert before == {path.name: path.read_bytes() for path in build.glob("*.parquet")}
