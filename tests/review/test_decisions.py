"""What the log adds up to, as a table."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.core.corpus import Corpus
from pipeline.core.errors import ReviewError, TableError
from pipeline.core.records import Decision
from pipeline.core.tables import read_receipt, read_rows
from pipeline.review.corpus_log import add_coder
from pipeline.review.decisions import run
from pipeline.review.desk import Ask
from pipeline.review.log.store import open_log
from pipeline.review.scripted import decide_one


def decide(
    corpus: Corpus, coder: str, act: str, code: str | None = None, place: str = "0-15"
) -> None:
    """Take one blind decision on a segment of the first transcript."""
    decide_one(corpus, coder, f"int-1:{place}", Ask(act, code), mode="blind-first")


def made(corpus: Corpus) -> Path:
    """Bring the table up to date and return its path."""
    run(corpus.log, corpus.table("decisions"))
    return corpus.table("decisions")


def test_every_row_says_what_stands_and_what_is_independent(corpus: Corpus) -> None:
    """The log's columns, the verdict at each head, and the coder's state at the first done."""
    decide(corpus, "ana", "add", "work")
    decide(corpus, "ana", "done")
    decide(corpus, "ana", "clear", "work")
    decide(corpus, "robot", "add", "work")
    decide(corpus, "robot", "done")

    rows = read_rows(made(corpus), Decision)

    assert [(None, True), ("done", True), ("open", False), ("yes", False), ("done", False)] == [
        (row.standing, row.independent) for row in rows
    ]
    with open_log(corpus.log) as log:
        assert [row.hash for row in log.decisions()] == [row.hash for row in rows]
        receipt = read_receipt(corpus.table("decisions"))
        heads = {coder: list(hashes) for coder, hashes in log.heads().items()}
    assert {"heads": heads, "scripts": ["robot"], "rules": {}} == receipt.details


def test_the_same_heads_do_nothing(corpus: Corpus) -> None:
    """Without a decision the table keeps its bytes and gets a new date."""
    decide(corpus, "ana", "add", "work")
    first = run(corpus.log, corpus.table("decisions"))
    path = corpus.table("decisions")
    before, old = path.read_bytes(), path.stat().st_mtime_ns

    again = run(corpus.log, path)

    assert (True, False) == (first.is_changed, again.is_changed)
    assert first.receipt == again.receipt
    assert before == path.read_bytes()
    assert old < path.stat().st_mtime_ns


def test_only_the_transcript_decided_on_is_new(corpus: Corpus) -> None:
    """Parts are by transcript, so later stages know what to do anew."""
    decide(corpus, "ana", "add", "work")
    before = read_receipt(made(corpus)).parts
    decide_one(corpus, "ana", "int-2:0-22", Ask("skip"))

    outcome = run(corpus.log, corpus.table("decisions"))

    assert (("int-2",), ("int-1",)) == (outcome.update.make, outcome.update.keep)
    assert before["int-1"] == outcome.receipt.parts["int-1"]


def test_the_same_log_gives_the_same_bytes(corpus: Corpus) -> None:
    """Made anew, the table is the same."""
    decide(corpus, "ana", "add", "work")
    first = made(corpus).read_bytes()
    corpus.table("decisions").unlink()

    assert first == made(corpus).read_bytes()


def test_no_log_is_a_log_without_decisions(corpus: Corpus) -> None:
    """Also one that has gone, and one in which nobody has decided yet."""
    decide(corpus, "ana", "add", "work")
    made(corpus)
    corpus.log.unlink()

    assert [] == read_rows(made(corpus), Decision)
    add_coder(corpus, "ana")
    assert [] == read_rows(made(corpus), Decision)
    assert not run(corpus.log, corpus.table("decisions")).is_changed


def test_a_coder_who_turns_out_to_be_a_program_changes_the_table(corpus: Corpus) -> None:
    """The receipt names the scripts, so that whoever reads it knows whom not to count."""
    decide(corpus, "ana", "add", "work")
    made(corpus)
    add_coder(corpus, "bot-2", "script")
    decide(corpus, "ana", "done")

    assert ["bot-2", "robot"] == read_receipt(made(corpus)).details["scripts"]


def test_a_damaged_log_or_table_is_said(corpus: Corpus) -> None:
    """Neither is read in part, and neither is touched."""
    made(corpus).write_bytes(b"PAR1")
    with pytest.raises(TableError, match="not a whole Parquet file"):
        run(corpus.log, corpus.table("decisions"))

    corpus.log.write_bytes(b"no log" * 1000)
    with pytest.raises(ReviewError, match="damaged"):
        run(corpus.log, corpus.table("decisions"))
