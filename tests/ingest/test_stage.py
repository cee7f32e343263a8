"""The stage: what is written, when, and what a bad file does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pipeline.core.errors import StorageError, TableError, TranscriptError
from pipeline.core.records import Participant, Transcript, Turn
from pipeline.core.settings import IngestSettings, Settings
from pipeline.core.tables import read_receipt, read_rows, read_table
from pipeline.engine import Engine
from pipeline.ingest.blocks import Aside
from pipeline.ingest.stage import IngestOutcome, dry_run, run

TALK = "I: Who?\nP1: We.\nI: When?\nP1: Then.\nI: Why?\nP1: Because.\n"
TABLES = ("transcripts", "asides", "participants", "turns")


class Corpus:
    """A corpus in a folder, and a run on it."""

    def __init__(self, folder: Path) -> None:
        self.raw = folder / "raw"
        self.people = folder / "participants.csv"
        self.build = folder / "build"
        self.raw.mkdir()
        for name in ("one", "two", "three"):
            (self.raw / f"{name}.txt").write_text(TALK.replace("We", name))

    def run(
        self, settings: IngestSettings | None = None, *, keep_going: bool = False, jobs: int = 1
    ) -> IngestOutcome:
        """Run the stage."""
        return run(
            self.raw,
            self.people,
            self.build,
            Settings(ingest=settings or IngestSettings()),
            engine=Engine(jobs),
            keep_going=keep_going,
        )

    def bytes(self) -> dict[str, bytes]:
        """Return everything that is built."""
        return {path.name: path.read_bytes() for path in sorted(self.build.iterdir())}


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Return a corpus of three short interviews."""
    return Corpus(tmp_path)


def test_all_targets_are_written(corpus: Corpus) -> None:
    """A run writes transcripts, asides, participants, turns, their receipts and the report."""
    outcome = corpus.run()

    assert {f"{name}.parquet" for name in TABLES} <= set(corpus.bytes())
    assert ["one", "three", "two"] == [
        t.transcript_id for t in read_rows(corpus.build / "transcripts.parquet", Transcript)
    ]
    assert 18 == len(read_rows(corpus.build / "turns.parquet", Turn))
    assert [] == read_rows(corpus.build / "asides.parquet", Aside)
    assert {"one", "two", "three"} == set(outcome.receipt.parts)
    assert "one.txt" in outcome.receipt.inputs


def test_a_second_run_does_nothing(corpus: Corpus) -> None:
    """Nothing new, nothing written: the bytes stay, only the dates are renewed."""
    corpus.run()
    before = corpus.bytes()

    outcome = corpus.run()

    assert not outcome.is_changed
    assert ("one", "three", "two") == tuple(sorted(outcome.update.keep))
    assert before == corpus.bytes()


def test_one_changed_file_is_read_anew(corpus: Corpus) -> None:
    """Only the changed transcript is made; the others are kept with their reports."""
    corpus.run()
    (corpus.raw / "two.txt").write_text(TALK + "I: And?\n")

    outcome = corpus.run()

    assert (("two",), 19) == (outcome.update.make, outcome.receipt.rows_out)
    assert ["one", "three", "two"] == [part.transcript_id for part in outcome.report.transcripts]


def test_a_removed_file_disappears(corpus: Corpus) -> None:
    """A transcript whose file is gone is in no table and not in the report."""
    corpus.run()
    (corpus.raw / "two.txt").unlink()

    outcome = corpus.run()

    assert ("two",) == outcome.update.drop
    assert {"one", "three"} == {
        t.transcript_id for t in read_rows(corpus.build / "turns.parquet", Turn)
    }
    assert 2 == len(outcome.report.transcripts)


def test_settings_of_one_file_make_that_file_anew(corpus: Corpus) -> None:
    """A setting for one file touches that file's transcript alone."""
    corpus.run()

    outcome = corpus.run(IngestSettings(files=({"match": "two.txt", "not_speakers": ["P1"]},)))

    assert ("two",) == outcome.update.make


def test_the_participants_table_makes_all_anew(corpus: Corpus) -> None:
    """Who speaks depends on the participants table, so a changed one reaches every turn."""
    corpus.run()
    corpus.people.write_text("participant_id,label,role,age\nR,I,interviewer,50\nA,P1,,\n")

    outcome = corpus.run()

    assert 3 == len(outcome.update.make)
    turns = read_rows(corpus.build / "turns.parquet", Turn)
    assert {("I", "R"), ("P1", "A")} == {(turn.speaker, turn.participant_id) for turn in turns}
    people = read_table(corpus.build / "participants.parquet", Participant.COLUMNS)
    assert [50.0, None] == people.column("age").to_pylist()


def test_a_damaged_build_is_made_anew(corpus: Corpus) -> None:
    """A damaged table is named; once it is gone, or the report, a run makes all of it again."""
    corpus.run()
    before = corpus.bytes()
    (corpus.build / "asides.parquet").write_bytes(b"half a file")
    (corpus.build / "ingest_report.json").unlink()

    with pytest.raises(TableError, match=r"asides\.parquet"):
        corpus.run()
    (corpus.build / "asides.parquet").unlink()
    corpus.run()

    assert before == corpus.bytes()


@pytest.mark.parametrize("text", ["", "[" * 99_999, '{"transcripts": [\n],\n"a":' + "[" * 99_999])
def test_a_spoilt_report_is_written_again(corpus: Corpus, text: str) -> None:
    """Nobody is asked: it is made from the same files."""
    corpus.run()
    before = corpus.bytes()
    (corpus.build / "ingest_report.json").write_text(text)

    corpus.run()

    assert before == corpus.bytes()


def test_any_number_of_processes_gives_the_same_bytes(corpus: Corpus, tmp_path: Path) -> None:
    """One process or two: every byte that is built is the same."""
    for number in range(9):
        (corpus.raw / f"more{number}.txt").write_text(TALK * (number + 1))
    corpus.run()
    before = corpus.bytes()
    corpus.build = tmp_path / "again"

    corpus.run(jobs=2)

    assert before == corpus.bytes()


def test_an_empty_corpus_is_refused(corpus: Corpus) -> None:
    """No folder, or no file that counts, is an error that says where to put files."""
    for path in corpus.raw.iterdir():
        path.rename(path.with_name(f"~${path.name}"))

    with pytest.raises(TranscriptError, match="raw: there is no transcript") as caught:
        corpus.run()

    assert "E_EMPTY_CORPUS" == caught.value.code


def test_bad_files_hide_nothing_and_nothing_is_written(corpus: Corpus) -> None:
    """All files are read, every bad one has its line, and there is no table."""
    (corpus.raw / "empty.txt").write_text("")
    (corpus.raw / "song.txt").write_bytes(b"ID3\x04")

    with pytest.raises(TranscriptError, match=r"(?s)empty\.txt: .*song\.txt: "):
        corpus.run()

    assert [".work"] == [path.name for path in corpus.build.iterdir()]


def test_keep_going_writes_the_rest(corpus: Corpus) -> None:
    """With ``keep_going`` the good files are written and the bad ones listed as skipped."""
    (corpus.raw / "empty.txt").write_text("")

    outcome = corpus.run(keep_going=True)

    assert {"empty.txt"} == set(outcome.receipt.skipped)
    assert {"one", "two", "three"} == set(outcome.receipt.parts)
    assert any("empty.txt: skipped" in sentence for sentence in outcome.to_confirm)
    (corpus.raw / "empty.txt").unlink()
    assert {} == corpus.run().receipt.skipped


def test_keep_going_with_nothing_left_is_refused(corpus: Corpus) -> None:
    """If no file can be read there is nothing to go on with."""
    for path in corpus.raw.iterdir():
        path.write_text("")

    with pytest.raises(TranscriptError, match="3 problems"):
        corpus.run(keep_going=True)


def test_a_dry_run_reads_all_and_writes_nothing(corpus: Corpus) -> None:
    """The report of a dry run is that of a run, bad files included; no folder is made."""
    (corpus.raw / "empty.txt").write_text("")

    report = dry_run(corpus.raw, corpus.people, Settings(), engine=Engine())

    assert 3 == len(report.transcripts)
    assert {"empty.txt"} == set(report.skipped)
    assert not corpus.build.exists()


def test_ids_are_stems_made_safe_and_unique(corpus: Corpus) -> None:
    """An id is the file's stem; on a clash folders and then the ending come in."""
    (corpus.raw / "north").mkdir()
    for name in ("north/one.txt", "one.md", "Käse & Brot.txt"):
        (corpus.raw / name).write_text(TALK)

    corpus.run()

    ids = {
        t.source: t.transcript_id
        for t in read_rows(corpus.build / "transcripts.parquet", Transcript)
    }
    assert "north.one" == ids["north/one.txt"]
    assert "Käse_Brot" == ids["Käse & Brot.txt"]
    assert {"one.md", "one.txt"} == {ids["one.md"], ids["one.txt"]}


def test_one_file_may_hold_many_transcripts(corpus: Corpus) -> None:
    """A table with a column of transcripts gives one transcript for each name in it."""
    rows = ["session,speaker,text", *(f"s{n % 2},{'AB'[n % 3 % 2]},words {n}" for n in range(8))]
    (corpus.raw / "many.csv").write_text("\n".join(rows))

    outcome = corpus.run()

    assert {"many.s0", "many.s1"} <= set(outcome.receipt.parts)
    assert not corpus.run().is_changed


def test_people_who_do_not_match_are_listed_on_both_sides(corpus: Corpus) -> None:
    """Labels without a row and rows without a label are things to confirm."""
    corpus.people.write_text("participant_id,label\nR,I\nZ,Zoe\n")

    outcome = corpus.run()

    assert {("one.txt", "P1"), ("two.txt", "P1"), ("three.txt", "P1")} == set(
        outcome.report.unmatched_labels
    )
    assert ("Z",) == outcome.report.unmatched_rows
    assert 4 == len(outcome.to_confirm)


def test_a_disk_that_refuses_changes_nothing(corpus: Corpus) -> None:
    """If the build cannot be written, the error says so and no half file is left."""
    corpus.build.write_text("a file where the folder should be")

    with pytest.raises(StorageError):
        corpus.run()


def test_the_report_is_json_and_comes_back(corpus: Corpus) -> None:
    """What is written is the report, and its stub of settings is TOML to paste."""
    outcome = corpus.run()

    raw = json.loads((corpus.build / "ingest_report.json").read_text())

    assert ["one", "three", "two"] == [part["transcript_id"] for part in raw["transcripts"]]
    assert '[ingest.speakers."P1"]' in outcome.report.settings_stub()
    assert read_receipt(corpus.build / "turns.parquet") == outcome.receipt
