"""What commands ask of a corpus's log."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.core.corpus import Corpus
from pipeline.core.errors import InputError, ReviewError, StaleError, TableError
from pipeline.core.receipts import Receipt
from pipeline.core.records import Transcript
from pipeline.core.tables import to_table, write_table
from pipeline.review.corpus_log import (
    add_coder,
    backup_log,
    coders,
    export_log,
    import_log,
    read_heads,
    verify_log,
)
from pipeline.review.desk import Ask
from pipeline.review.log.rows import Coder
from pipeline.review.log.store import open_log
from pipeline.review.scripted import decide_one

ADD = Ask("add", "work", "wet")


@pytest.fixture
def decided(corpus: Corpus) -> Corpus:
    """Return a corpus in which ana and ben have decided."""
    decide_one(corpus, "ana", "int-1:0-15", ADD)
    decide_one(corpus, "ben", "int-1:0-15", ADD)
    return corpus


@pytest.fixture
def twin(corpus: Corpus, tmp_path: Path) -> Corpus:
    """Return the same corpus on another machine, without a log."""
    shutil.copytree(corpus.root, tmp_path / "twin")
    other = Corpus(tmp_path / "twin", corpus.name)
    other.log.unlink()
    return other


def test_a_log_begins_with_its_first_coder(twin: Corpus) -> None:
    """Before, there is none; the same again changes nothing, another role is taken."""
    nobody = coders(twin)

    add_coder(twin, "Zoë K.", role="coder")
    add_coder(twin, "Zoë K.", role="lead")

    assert ([], [Coder("Zoë K.", "person", "lead")]) == (nobody, coders(twin))


@pytest.mark.parametrize(
    ("name", "kind", "role", "words"),
    [
        ("", "person", "coder", "a coder's name"),
        ("a;b", "person", "coder", "a coder's name"),
        (" ana", "person", "coder", "a coder's name"),
        ("a\nb", "person", "coder", "a coder's name"),
        ("a" * 61, "person", "coder", "at most 60"),
        ("zoe", "robot", "coder", "must be one of person, script"),
        ("zoe", "person", "boss", "must be one of coder, adjudicator, lead"),
        ("ana", "script", "coder", "is a person already"),
    ],
)
def test_who_cannot_be_a_coder(corpus: Corpus, name: str, kind: str, role: str, words: str) -> None:
    """Names are joined by semicolons in results; kinds and roles are words of ours."""
    with pytest.raises(ReviewError, match=words):
        add_coder(corpus, name, kind, role)

    assert ["ana", "ben", "robot"] == [coder.coder for coder in coders(corpus)]


def test_a_log_travels_to_another_machine(decided: Corpus, twin: Corpus, tmp_path: Path) -> None:
    """Exported, imported, exported again: the same file; a second import brings nothing."""
    n_rows = export_log(decided, tmp_path / "a.jsonl")

    report = import_log(twin, tmp_path / "a.jsonl")
    again = import_log(twin, tmp_path / "a.jsonl")
    export_log(twin, tmp_path / "b.jsonl")

    assert (4, 4, 0, 0) == (n_rows, report.n_new, again.n_new, report.exit_code)
    first, second = ((tmp_path / name).read_bytes() for name in ("a.jsonl", "b.jsonl"))
    assert first == second


def test_one_coders_part_without_memos(decided: Corpus, tmp_path: Path) -> None:
    """Whoever exchanges codes need not hand over notes."""
    n_rows = export_log(decided, tmp_path / "a.jsonl", coder="ben", has_memos=False)

    text = (tmp_path / "a.jsonl").read_text()
    assert (2, False, False) == (n_rows, "wet" in text, '"coder": "ana"' in text)
    with pytest.raises(ReviewError, match="zoe: no such coder"):
        export_log(decided, tmp_path / "a.jsonl", coder="zoe")


def test_a_rehearsed_or_refused_import_leaves_no_log(
    decided: Corpus, twin: Corpus, tmp_path: Path
) -> None:
    """Where there was no log there is none afterwards."""
    export_log(decided, tmp_path / "a.jsonl")

    report = import_log(twin, tmp_path / "a.jsonl", is_dry=True)
    row = Transcript("int-1", "a", "", "interview", "We rent rooms.")
    write_table(twin.table("transcripts"), to_table([row], Transcript), Receipt("ingest"))
    with pytest.raises(StaleError, match="We rent rooms"):
        import_log(twin, tmp_path / "a.jsonl")
    twin.table("transcripts").unlink()
    with pytest.raises(TableError, match="not there yet"):
        import_log(twin, tmp_path / "a.jsonl")

    assert (4, False) == (report.n_new, report.is_written)
    assert not twin.log.exists()


def test_another_corpus_is_refused(decided: Corpus, twin: Corpus, tmp_path: Path) -> None:
    """Transcripts of two corpora may have the same name; their decisions must not meet."""
    export_log(decided, tmp_path / "a.jsonl")
    twin.folder.rename(twin.folder.with_name("other"))

    with pytest.raises(ReviewError, match="written for the corpus 'pilot'; here is 'other'"):
        import_log(Corpus(twin.root, "other"), tmp_path / "a.jsonl")


def test_a_file_that_is_not_there_is_said(decided: Corpus, tmp_path: Path) -> None:
    """The name is in the sentence."""
    with pytest.raises(InputError, match=r"none\.jsonl: cannot be read"):
        import_log(decided, tmp_path / "none.jsonl")


def test_a_log_is_verified_against_texts_and_heads(decided: Corpus, tmp_path: Path) -> None:
    """Heads may come from a report or from an exported log."""
    export_log(decided, tmp_path / "a.jsonl")
    noted = tmp_path / "heads.json"
    noted.write_text(json.dumps({"heads": {"ana": ["0" * 64]}}, indent=1))

    sound = verify_log(decided, heads=tmp_path / "a.jsonl")
    cut = verify_log(decided, heads=noted)
    decided.table("transcripts").unlink()
    unchecked = verify_log(decided)

    assert (0, 4, True) == (sound.exit_code, sound.n_decisions, sound.are_quotes_checked)
    assert (3, 1) == (cut.exit_code, len(cut.problems))
    assert (0, False) == (unchecked.exit_code, unchecked.are_quotes_checked)


@pytest.mark.parametrize("text", ["", "[1]\n", '{"heads": 7}', '{"ana": "x"}', "[" * 99_999])
def test_what_holds_no_heads_is_refused(tmp_path: Path, text: str) -> None:
    """Nothing to compare with must not read as nothing wrong."""
    path = tmp_path / "heads.json"
    path.write_text(text)

    with pytest.raises(InputError, match="holds no heads"):
        read_heads(path)


def test_heads_may_stand_alone(tmp_path: Path) -> None:
    """An object of lists by coder is enough."""
    path = tmp_path / "heads.json"
    path.write_text('{"ana": ["x"]}')

    assert {"ana": ("x",)} == read_heads(path)


def test_a_backup_holds_everything(decided: Corpus, tmp_path: Path) -> None:
    """The copy is verified, and its heads are told for noting."""
    report = backup_log(decided, tmp_path / "copy.sqlite")

    with open_log(tmp_path / "copy.sqlite") as copy:
        assert (4, copy.heads()) == (len(copy.decisions()), report.heads)


def test_without_a_log_there_is_nothing_to_check_or_copy(twin: Corpus, tmp_path: Path) -> None:
    """The sentence says so; no log is made."""
    for way in (
        lambda: verify_log(twin),
        lambda: backup_log(twin, tmp_path / "copy.sqlite"),
        lambda: export_log(twin, tmp_path / "a.jsonl"),
    ):
        with pytest.raises(ReviewError, match="no log yet"):
            way()

    assert not twin.log.exists()
