"""The stage with names replaced: the key, what is made anew, what people are told."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.core.errors import InputError, StorageError
from pipeline.core.records import Participant, Transcript, Turn
from pipeline.core.settings import PrivacySettings, Settings, SpeakerSettings
from pipeline.core.tables import read_rows, read_table
from pipeline.engine import Engine
from pipeline.ingest.stage import IngestOutcome, dry_run, run

TALK = "I: Who?\nTam: {}, and Orla.\nI: When?\nTam: Then.\nI: Why?\nTam: Because.\n"
PEOPLE = "participant_id,label,pseudonym,name,e-mail,town\nA,Tam,P 1,Tamsin Bane,t@b.org,Quist\n"
ON = Settings(privacy=PrivacySettings(pseudonymise=True, names=("Orla Quist", "Ines")))


class Corpus:
    """A corpus in a folder, and a run on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.raw = folder / "raw"
        self.people = folder / "participants.csv"
        self.build = folder / "build"
        self.key = folder / "private" / "pseudonyms.json"
        self.raw.mkdir()
        self.people.write_text(PEOPLE)
        for name, who in {"one": "a@x.org", "three": "Ines", "two": "b@x.org"}.items():
            (self.raw / f"{name}.txt").write_text(TALK.format(who))

    def run(self, settings: Settings = ON, *, jobs: int = 1) -> IngestOutcome:
        """Run the stage."""
        return run(self.raw, self.people, self.build, settings, engine=Engine(jobs))

    def bytes(self) -> dict[str, bytes]:
        """Return everything that is built."""
        return {path.name: path.read_bytes() for path in sorted(self.build.iterdir())}

    def numbers(self) -> dict[str, str]:
        """Return what the key gives."""
        entries = json.loads(self.key.read_text())["entries"]
        return {entry["original"]: entry["replacement"] for entry in entries}

    def text(self, transcript_id: str) -> str:
        """Return a canonical text."""
        rows = read_rows(self.build / "transcripts.parquet", Transcript, [transcript_id])
        return rows[0].text


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """Return a corpus of three short interviews in which people are named."""
    return Corpus(tmp_path)


def test_numbers_follow_transcripts_and_places(corpus: Corpus) -> None:
    """A number is given where a name is first met, transcripts in order of their ids."""
    corpus.run()

    assert {
        "Tamsin Bane": "P 1",
        "a@x.org": "[E-mail 1]",
        "Orla Quist": "[Name 1]",
        "Ines": "[Name 2]",
        "b@x.org": "[E-mail 2]",
    } == corpus.numbers()
    assert "I: Who?\nP 1: [Name 2], and [Name 1]." in corpus.text("three")


def test_nothing_is_replaced_unless_asked(corpus: Corpus) -> None:
    """With names known and pseudonymise off, every byte is as without the settings; no key."""
    corpus.run(Settings())
    before = corpus.bytes()

    corpus.run(replace(ON, privacy=replace(ON.privacy, pseudonymise=False)))

    assert before == corpus.bytes()
    assert not corpus.key.parent.exists()
    assert b"privacy" not in before["ingest_report.json"]
    assert b"replaced" not in before["ingest_report.json"]
    assert "Tam: a@x.org, and Orla." in corpus.text("one")


def test_no_name_is_left_in_what_is_built(corpus: Corpus) -> None:
    """Tables, receipts and the report hold pseudonyms; columns of names and contacts are gone."""
    corpus.run()

    people = read_table(corpus.build / "participants.parquet", Participant.COLUMNS)
    assert {"town"} == set(people.column_names) - set(Participant.COLUMNS)
    assert ["[Name 1]"] == people.column("town").to_pylist()
    turns = read_rows(corpus.build / "turns.parquet", Turn)
    assert {("I", None), ("P 1", "A")} == {(turn.speaker, turn.participant_id) for turn in turns}
    for name in ("ingest_report.json", "turns.parquet.receipt.json"):
        text = corpus.bytes()[name].decode()
        assert not [word for word in ("Orla", "Ines", "Tam", "x.org") if word in text]


def test_a_second_run_changes_nothing(corpus: Corpus) -> None:
    """Key and build stay as they are to the byte."""
    corpus.run()
    before = corpus.bytes(), corpus.key.read_bytes()

    assert not corpus.run().is_changed
    assert before == (corpus.bytes(), corpus.key.read_bytes())


def test_any_number_of_processes_gives_the_same_key_and_bytes(corpus: Corpus) -> None:
    """Numbers do not hang on who read which file when."""
    for number in range(9):
        (corpus.raw / f"more{number}.txt").write_text(TALK.format(f"m{number}@x.org"))
    corpus.run()
    before = corpus.bytes(), corpus.key.read_bytes()
    for path in (*corpus.build.iterdir(), corpus.key):
        path.unlink()

    corpus.run(jobs=2)

    assert before == (corpus.bytes(), corpus.key.read_bytes())


def test_a_changed_file_keeps_every_number(corpus: Corpus) -> None:
    """Only that file is made anew; what is new in it gets the next number."""
    corpus.run()
    before = corpus.numbers()
    (corpus.raw / "one.txt").write_text(TALK.format("new@x.org, a@x.org"))

    outcome = corpus.run()

    assert ("one",) == outcome.update.make
    assert {**before, "new@x.org": "[E-mail 3]"} == corpus.numbers()
    assert "P 1: [E-mail 3], [E-mail 1], and [Name 1]." in corpus.text("one")


def test_a_rebuilt_corpus_is_the_same(corpus: Corpus) -> None:
    """With the key, all that a machine made can be made again to the byte."""
    corpus.run()
    (corpus.raw / "aaa.txt").write_text(TALK.format("first@x.org"))
    corpus.run()
    before = corpus.bytes()
    for path in corpus.build.iterdir():
        path.unlink()

    corpus.run()

    assert before == corpus.bytes()


def test_a_new_name_in_the_settings_makes_all_anew(corpus: Corpus) -> None:
    """Names of the settings are part of every transcript's key."""
    corpus.run()

    more = replace(ON, privacy=replace(ON.privacy, names=(*ON.privacy.names, "Because")))
    outcome = corpus.run(more)

    assert 3 == len(outcome.update.make)
    assert "P 1: [Name 3]." in corpus.text("one")


def test_a_lost_key_makes_all_anew(corpus: Corpus) -> None:
    """Without the key no number can be trusted: old and new numbers never meet in one corpus."""
    corpus.run()
    (corpus.raw / "aaa.txt").write_text(TALK.format("first@x.org"))
    corpus.run()
    corpus.key.unlink()

    outcome = corpus.run()

    assert "[E-mail 1]" == corpus.numbers()["first@x.org"]
    assert {"one", "two", "aaa"} <= set(outcome.update.make)
    assert "[E-mail 2]" in corpus.text("one")


def test_switching_it_off_brings_the_words_back(corpus: Corpus) -> None:
    """Off again, every transcript is made anew as it came; the key stays."""
    corpus.run()

    outcome = corpus.run(Settings())

    assert 3 == len(outcome.update.make)
    assert "Tam: a@x.org, and Orla." in corpus.text("one")
    assert corpus.key.exists()


def test_a_damaged_key_is_never_overwritten(corpus: Corpus) -> None:
    """The run is refused before anything is written."""
    corpus.run()
    corpus.key.write_text("{half")
    before = corpus.bytes()

    with pytest.raises(InputError, match=r"pseudonyms\.json: .*never overwritten"):
        corpus.run()

    assert ("{half", before) == (corpus.key.read_text(), corpus.bytes())


def test_a_private_folder_that_refuses_stops_the_run(corpus: Corpus) -> None:
    """If the key cannot be written, no table holds a number without its name."""
    corpus.key.parent.write_text("a file where the folder should be")

    with pytest.raises((StorageError, InputError), match="private"):
        corpus.run()

    assert not corpus.build.exists()


def test_a_dry_run_writes_no_key(corpus: Corpus) -> None:
    """The report of a dry run is masked like that of a run; nothing is written."""
    report = dry_run(corpus.raw, corpus.people, ON, engine=Engine())

    assert {"e-mail": 2, "name": 13} == report.n_replaced
    assert "Orla" not in report.to_json()
    assert not corpus.key.parent.exists()
    assert not corpus.build.exists()


def test_settings_may_name_a_speaker_as_the_text_now_does(corpus: Corpus) -> None:
    """A stub that is pasted back works: a role for ``[Name 1]`` reaches that person's turns."""
    (corpus.raw / "one.txt").write_text("Orla Quist: Who?\nInes: We.\n" * 4)
    stub = dry_run(corpus.raw, corpus.people, ON, engine=Engine()).settings_stub()
    own = replace(ON.ingest, speakers={"[Name 1]": SpeakerSettings("interviewer")})

    corpus.run(replace(ON, ingest=own))

    assert '[ingest.speakers."[Name 1]"]' in stub
    turns = read_rows(corpus.build / "turns.parquet", Turn, ["one"])
    assert {("[Name 1]", "interviewer"), ("[Name 2]", "unknown")} == {
        (turn.speaker, turn.role) for turn in turns
    }


def test_what_gives_names_away_is_to_be_confirmed(corpus: Corpus) -> None:
    """Ids and pseudonyms that hold names are told, row by row and without the names."""
    corpus.people.write_text(
        "participant_id,label,pseudonym,name\n"
        "tamsin-bane,Tam,Ines Stone,Tamsin Bane\n"
        "B,Bo,Tamsin B.,Bo Reyne\n"
    )

    cautions = [line for line in corpus.run().to_confirm if line.startswith("participants table, ")]

    assert ["row 2: its participant_id", "row 2: its pseudonym", "row 3: its pseudonym"] == [
        line.removeprefix("participants table, ").partition(" holds")[0] for line in cautions
    ]
    assert not [line for line in cautions if "Ines" in line or "Tamsin" in line]


def test_a_file_that_cannot_be_read_names_nobody(corpus: Corpus) -> None:
    """What is said of a failure is masked, too, for it stands in receipts."""
    corpus.people.write_text("participant_id,label,pseudonym\nA,Tam,P 1\nB,Tam,P 2\n")

    with pytest.raises(InputError, match=r'the label "\[Name\]" fits rows 2 and 3'):
        corpus.run()
