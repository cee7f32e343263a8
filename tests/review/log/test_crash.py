"""What was acknowledged is on disk, whenever the program is killed."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from pipeline.core.records import Decision
from pipeline.review.log.store import Log, open_log
from pipeline.review.log.verify import verify

ROOT = Path(__file__).parents[3]
KILLS = 20
WRITER = """
import sys, uuid
from dataclasses import replace
from pathlib import Path
from pipeline.review.log.store import open_log

with open_log(Path(sys.argv[1])) as log:
    pattern = log.decisions()[0]
    while True:
        drafts = [
            replace(pattern, decision_id=str(uuid.uuid4()), code=str(uuid.uuid4())) for _ in "ab"
        ]
        log.append(drafts)
        print(*(draft.decision_id for draft in drafts), flush=True)
"""


def test_a_killed_writer_loses_nothing_that_it_acknowledged(
    log: Log, draft: Callable[..., Decision]
) -> None:
    """Twenty writers are killed at random moments: every acknowledged decision is there, whole."""
    log.append([draft("add", "rain")])
    log.close()
    chance = random.Random(7)  # noqa: S311  # a moment, no secret
    acknowledged: list[str] = []

    for _ in range(KILLS):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(log.path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        acknowledged += writer.stdout.readline().split()
        time.sleep(chance.uniform(0, 0.03))
        writer.kill()
        acknowledged += writer.stdout.read().split()
        writer.stdout.close()
        writer.wait()

    with open_log(log.path) as left:
        stored = [row.decision_id for row in left.decisions()]
    assert set(acknowledged) <= set(stored)
    assert len(acknowledged) >= 2 * KILLS
    assert 1 == len(stored) % 2  # batches of two are there whole or not at all
    assert ((), 0) == (verify(log.path).problems, verify(log.path).exit_code)


def test_the_harness_of_faults_finds_nothing_lost(tmp_path: Path) -> None:
    """In small: killed writers, two at once, a full, read-only, locked, cut and changed log."""
    out = tmp_path / "results.json"
    small = ("--kills", "6", "--seconds", "0.3", "--rows", "60", "--json", str(out))
    command = [sys.executable, str(ROOT / "benchmarks" / "review_log.py"), *small]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}

    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)

    found = json.loads(out.read_text())
    assert (0, 0) == (found["kill -9"]["n_lost"], found["kill -9"]["n_batches_torn"])
    assert all([] == part["problems"] for part in found.values())
    faults = found["faults"]
    assert (["E_STORAGE"], "E_STORAGE", "E_BUSY") == (
        faults["full"],
        faults["read_only"],
        faults["locked"],
    )
    assert faults["n_rows_after_full"] >= 300
    assert 0 < faults["n_left_of_cut"] < 300
    assert faults["first_problem_of_change"].startswith("decision 101 (")
    assert faults["n_left_of_change"] == faults["n_rows_after_full"]
