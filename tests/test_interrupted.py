"""Killed in the middle: the next run makes the same bytes and does no finished batch again."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from pipeline.core.corpus import Corpus
from pipeline.core.pieces import FOLDER, Pieces
from pipeline.engine import Engine
from tests.small_talk import STAGES, built, lay_corpus

N_INTERVIEWS = 12
POINTS = 6  # of each stage, of those at which something is written
PIECES = {
    "ingest": ("transcripts", "asides", "lines", "turns"),
    "segment": ("segments",),
    "suggest": ("suggestions", "scores"),
}

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows knows no kill -9")


@pytest.fixture(scope="module")
def small_batches() -> Iterator[None]:
    """Let batches be so small that this corpus has several."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("pipeline.core.batches.BATCH_ROWS", 5)
        patch.setattr("pipeline.ingest.rounds.BATCH_FILES", 3)
        yield


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory, small_batches: None) -> dict[str, Corpus]:  # noqa: ARG001  # it is in force
    """Return the corpus as it is before each stage, and undisturbed at the end."""
    corpus = lay_corpus(tmp_path_factory.mktemp("before"), N_INTERVIEWS)
    found = {}
    for name, run in STAGES.items():
        copy = tmp_path_factory.mktemp(name) / "root"
        shutil.copytree(corpus.root, copy)
        found[name] = Corpus(copy, corpus.name)
        run(corpus, Engine())
    return {**found, "end": corpus}


def die_at(point: int) -> None:
    """Let this process be killed when it syncs a file for the ``point``-th time."""
    left, sync = [point], os.fsync

    def count(handle: int) -> None:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        sync(handle)

    pytest.MonkeyPatch().setattr(os, "fsync", count)


def run_and_die(name: str, corpus: Corpus, point: int) -> None:
    """Run a stage up to a point; of a module, so that it can be another process."""
    die_at(point)
    STAGES[name](corpus, Engine())


def killed(name: str, corpus: Corpus, point: int) -> bool:
    """Run a stage in another process and say whether it was killed at ``point``."""
    process = multiprocessing.get_context("fork").Process(
        target=run_and_die, args=(name, corpus, point)
    )
    process.start()
    process.join(60)
    return process.exitcode == -signal.SIGKILL


class Told:
    """Remembers how many transcripts a run had to do."""

    def __init__(self) -> None:
        self.total = 0

    def __call__(self, _: int, total: int) -> None:
        """Hear how far the run is."""
        self.total = total


@pytest.mark.parametrize("name", STAGES)
def test_the_next_run_goes_on_where_it_was(
    name: str, done: dict[str, Corpus], tmp_path: Path
) -> None:
    """Killed anywhere, then run again: every byte as undisturbed, no finished transcript redone."""
    expected, n_died = built(done["end"]), 0
    for point in Random(name).sample(range(1, 31), POINTS):  # noqa: S311  # points to die at
        root = tmp_path / str(point)
        shutil.copytree(done[name].root, root)
        corpus, told = Corpus(root, done[name].name), Told()
        n_died += killed(name, corpus, point)
        finished = Pieces(corpus.build / FOLDER / name, PIECES[name]).parts

        STAGES[name](corpus, Engine(progress=told))

        assert told.total in {0, N_INTERVIEWS - len(finished)}
        found = built(corpus)
        assert {path: expected[path] for path in found} == found
        assert not (corpus.build / FOLDER).exists()
    assert n_died >= POINTS // 2


def test_an_interruption_keeps_what_is_finished(done: dict[str, Corpus], tmp_path: Path) -> None:
    """Ctrl-C after two batches: they are on disk, no table is, and none is left half."""
    shutil.copytree(done["segment"].root, tmp_path / "root")
    corpus = Corpus(tmp_path / "root", done["segment"].name)

    def stop(n_done: int, _: int) -> None:
        if n_done > 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        STAGES["segment"](corpus, Engine(progress=stop))

    assert 0 < len(Pieces(corpus.build / FOLDER / "segment", ["segments"]).parts) < N_INTERVIEWS
    assert not corpus.table("segments").exists()
    assert not list(corpus.build.rglob("*.part"))


def test_what_a_change_made_stale_is_done_again(done: dict[str, Corpus], tmp_path: Path) -> None:
    """Finished batches count only for transcripts that would come out the same."""
    shutil.copytree(done["ingest"].root, tmp_path / "root")
    corpus = Corpus(tmp_path / "root", done["ingest"].name)
    assert killed("ingest", corpus, 30)
    changed = corpus.raw / "talk_00.txt"
    changed.write_text(changed.read_text().replace("How", "When"))

    STAGES["ingest"](corpus, Engine())
    after = built(corpus)
    shutil.rmtree(corpus.build)
    STAGES["ingest"](corpus, Engine())

    assert after == built(corpus)
    assert b"When was day" in (corpus.build / "ingest_report.json").read_bytes()
