"""Each command leads to the next: from an empty folder to a report by what is said."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import Any

import openpyxl
import pytest

from pipeline.cli.status import STAGES, Status, with_next_steps
from pipeline.review.progress import Progress
from tests.cli.conftest import Project

NONE: MappingProxyType[str, Any] = MappingProxyType({})
RUN = Status(
    corpus="t",
    n_raw=2,
    n_transcripts=2,
    rows=dict.fromkeys(STAGES, 9),
    n_words=100,
    unattributed=0.0,
    stale=NONE,
    suggested_by="cold",
    is_cold=True,
    n_abstained=0,
    review=Progress(n_segments=9),
    rounds=(),
    model=None,
    coded=NONE,
    exports=(),
)
BEGUN = Progress(n_segments=9, n_decisions=5, n_done=4)
DONE = Progress(n_segments=9, n_decisions=12, n_done=9)
LEARNED: dict[str, Any] = {"model": {"model_id": "m-1"}, "is_cold": False}
RESULTS = ["export", "report"]


@pytest.mark.parametrize(
    ("change", "steps"),
    [
        ({"n_raw": 0, "rows": NONE}, ["put", "run"]),
        ({"stale": {"ingest": "1 file new"}}, ["run"]),
        ({}, ["coders", "review"]),
        ({"review": BEGUN}, ["review", "train", *RESULTS]),
        ({"review": BEGUN, **LEARNED}, ["review", *RESULTS]),
        ({"review": DONE}, ["train", *RESULTS]),
        ({"review": DONE, **LEARNED}, RESULTS),
    ],
)
def test_status_says_what_to_type_now(change: dict[str, Any], steps: list[str]) -> None:
    """Transcripts, a run, a coder, review, training, results; what is done is not asked for."""
    found = with_next_steps(replace(RUN, **change)).next_steps

    assert steps == [step.removeprefix("glossator ").split()[0] for step in found]


def test_a_first_look_and_a_run_name_what_comes_next(project: Project) -> None:
    """Nothing was written, so run; after the run, status. The doctor misses the tables."""
    before = project.run("doctor", "t").stdout
    look = project.run("ingest", "t", "--dry-run").stdout
    ran = project.run("run", "t").stdout

    assert "tables        none yet; 'glossator run t' makes them" in before
    assert look.endswith("Nothing was written. Next: glossator run t\n")
    assert ran.endswith("Next: glossator status t\n")


def test_a_sheet_that_was_only_looked_at_says_how_to_take_it_in(decided: Project) -> None:
    """The command that comes next can be copied, whatever the file is called."""
    decided.run("sheet", "export", "t", "--coder", "kb", "--out", "my sheet.xlsx")
    path = decided.root / "my sheet.xlsx"
    book = openpyxl.load_workbook(path)
    row = next(cell for cell in book["Review"][1] if cell.value == "Memo")
    book["Review"].cell(2, row.column).value = "worth a second look"
    book.save(path)

    said = decided.run("sheet", "import", "t", "my sheet.xlsx", "--dry-run").stdout

    assert "next     glossator sheet import t 'my sheet.xlsx'" in said
