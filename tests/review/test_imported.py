"""Codings of other tools in the log: chained, known again, never against a coder's own word."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.core.corpus import Corpus
from pipeline.review import corpus_log, scripted
from pipeline.review.imported import take
from pipeline.review.log.store import open_log

VERSION = "1+0"


@dataclass(frozen=True)
class Coding:
    """A coding as an import hands it over."""

    decision_id: str = "d-1"
    coder: str = "zoe"
    transcript_id: str = "int-1"
    start: int = 0
    end: int = 15
    quote: str = "We share rooms."
    text_sha256: str = ""
    code: str = "work"
    memo: str | None = "from there"
    decided_at: str = "2024-01-02T03:04:05Z"
    detail: dict[str, Any] = field(default_factory=lambda: {"import": {"coding": "g"}})


def test_codings_are_appended_and_sound(corpus: Corpus) -> None:
    """Each is an add by the surface import, by a coder who is added, in an unbroken chain."""
    brought = [Coding(), Coding("d-2", code="weather.rain"), Coding("d-3", coder="ana")]
    taken = take(corpus, brought, VERSION, "file")
    with open_log(corpus.log) as log:
        rows = log.decisions()

    assert (3, 0, ()) == (taken.n_new, taken.n_known, taken.conflicts)
    assert {("add", "import", None)} == {(row.act, row.surface, row.mode) for row in rows}
    assert "zoe" in {coder.coder for coder in corpus_log.coders(corpus)}
    assert [] == list(corpus_log.verify_log(corpus).problems)


def test_what_is_known_is_left_alone(corpus: Corpus) -> None:
    """The same id, or the same yes under another id, adds nothing."""
    take(corpus, [Coding()], VERSION, "file")
    taken = take(corpus, [Coding(), Coding("d-9")], VERSION, "file")

    assert (0, 2) == (taken.n_new, taken.n_known)


def test_a_coders_own_no_stands(corpus: Corpus) -> None:
    """Who said otherwise here is not overruled by an old file; it is told."""
    take(corpus, [Coding(coder="ana")], VERSION, "file")
    place = ("int-1", 0, 15)
    with open_log(corpus.log) as log:
        head = log.decisions()[-1]
        assert place == (head.transcript_id, head.start, head.end)
        log.append(
            [replace(head, decision_id="n", parent_id=head.decision_id, act="unsure", memo=None)]
        )
    taken = take(corpus, [Coding("d-8", coder="ana")], VERSION, "file")

    assert 0 == taken.n_new
    assert "unsure here and yes in the file" in taken.conflicts[0]


def test_an_import_can_be_undone_coder_by_coder(corpus: Corpus) -> None:
    """One group, one undo; what was taken back stays so, and another file may say it anew."""
    taken = take(corpus, [Coding(), Coding("d-2", code="weather.sun")], VERSION, "file")
    undone = scripted.undo(corpus, "zoe", taken.groups["zoe"])
    same = take(corpus, [Coding()], VERSION, "file")
    again = take(corpus, [Coding("d-5")], VERSION, "file")

    assert 2 == len(undone.taken)
    assert "open here and yes in the file" in same.conflicts[0]
    assert 1 == again.n_new


def test_a_rehearsal_writes_nothing(corpus: Corpus) -> None:
    """Neither into a log that is there nor into one that is not."""
    before = corpus.log.read_bytes()
    assert 1 == take(corpus, [Coding()], VERSION, "file", is_dry=True).n_new
    fresh = Corpus(corpus.root, "fresh")

    assert before == corpus.log.read_bytes()
    assert 1 == take(fresh, [Coding()], VERSION, "file", is_dry=True).n_new
    assert not fresh.log.exists()
