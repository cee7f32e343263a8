"""What was acknowledged is on disk, whenever the program is killed."""

from __future__ import annotations

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
