"""Bad input gives one clear sentence and loses nothing."""

import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipeline.core.records import Segment
from pipeline.core.tables import read_rows
from tests.cli.conftest import BOOK, TALK, Project


def test_an_unknown_corpus(project: Project) -> None:
    """The nearest name is offered."""
    assert "tt: there is no such corpus" in project.fails("run", "tt")


def test_an_empty_corpus(project: Project) -> None:
    """The sentence says where transcripts go."""
    for path in project.raw.glob("*"):
        path.unlink()

    said = project.fails("run", "t")

    assert "E_EMPTY_CORPUS" in said
    assert "raw" in said


def test_a_transcript_without_speakers(project: Project) -> None:
    """It is read, nothing is invented, and a person is asked: exit code 4."""
    (project.raw / "prose.txt").write_text("It rained all day.\n\nNobody came to the meeting.\n")

    done = project.run("run", "t")

    assert 4 == done.returncode
    assert "prose.txt: no speakers were found" in done.stdout


def test_a_binary_renamed_docx(project: Project) -> None:
    """Noise under a trusted name is refused; nothing is written, the others are not hidden."""
    (project.raw / "noise.docx").write_bytes(bytes(range(256)) * 40)
    (project.raw / "empty.txt").write_bytes(b"")

    said = project.fails("run", "t")

    assert "noise.docx: " in said
    assert "empty.txt: the file is empty" in said
    assert not (project.build / "turns.parquet").exists()


def test_the_rest_goes_on_when_told_to(project: Project) -> None:
    """``--keep-going`` writes what can be read and names what cannot: exit code 4."""
    (project.raw / "empty.txt").write_bytes(b"")

    done = project.run("run", "t", "--keep-going")

    assert 4 == done.returncode
    assert "empty.txt: skipped" in done.stdout
    assert "12 turns of 2 transcripts" in done.stdout


def test_a_codebook_with_two_equal_ids(project: Project) -> None:
    """The second id is named with its line and that of the first."""
    path = project.root / "configs" / "codebooks" / "tiny.yaml"
    path.write_text(BOOK.replace("id: money", "id: learning"))

    said = project.fails("run", "t")

    assert "gain.learning: this id is already used in line 9" in said


def test_unknown_settings(project: Project) -> None:
    """All problems come at once, each with the nearest name."""
    config = project.root / "configs" / "t.toml"
    config.write_text('codebook = "tiny"\nlangage = "en"\n[segment]\nunit = "word"\n')

    said = project.fails("run", "t")

    assert "langage: unknown setting; did you mean language?" in said
    assert "segment.unit: is 'word'" in said


def test_a_truncated_table(ran: Project) -> None:
    """Half a stage file is named, with what to do; after that the run goes through."""
    path = ran.build / "turns.parquet"
    path.write_bytes(path.read_bytes()[:-100])

    said = ran.fails("segment", "t")
    path.unlink()
    mended = ran.run("run", "t")

    assert "build/turns.parquet: this is not a whole Parquet file" in said
    assert 0 == mended.returncode, mended.stderr


def test_a_code_that_decisions_use_is_gone(ran: Project) -> None:
    """The decisions stay, are exported under the code's path, and a person is told: exit code 4."""
    ran.run("coders", "add", "t", "kb")
    span = first_segment(ran)
    ran.run("decide", "t", span, "gain.money", "add", "--coder", "kb")
    ran.run("decide", "t", span, "done", "--coder", "kb")
    path = ran.root / "configs" / "codebooks" / "tiny.yaml"
    path.write_text(BOOK.replace("id: money", "id: cash"))

    done = ran.run("export", "t", "--to", "csv")
    other = read_rows(ran.build / "segments.parquet", Segment)[1].segment_id
    refused = ran.fails("decide", "t", other, "gain.money", "add", "--coder", "kb")

    assert 4 == done.returncode
    assert "No longer in the codebook, exported under their paths: gain.money" in done.stdout
    assert "gain.money" in (ran.root / "corpora/t/export/coded_segments.csv").read_text()
    assert "gain.money: " in refused


def first_segment(project: Project) -> str:
    """Return the id of the first segment."""
    return read_rows(project.build / "segments.parquet", Segment)[0].segment_id


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("one:0-3", "gain.money", "add"), "there is no such segment"),
        (("SEGMENT", "gain.mony", "add"), "did you mean gain.money"),
    ],
)
def test_a_decision_that_cannot_be_taken(
    ran: Project, words: tuple[str, ...], sentence: str
) -> None:
    """Unknown places and codes are refused, and nothing is written."""
    ran.run("coders", "add", "t", "kb")
    place = words[0].replace("SEGMENT", first_segment(ran))

    assert sentence in ran.fails("decide", "t", place, *words[1:], "--coder", "kb")
    assert 0 == ran.json("status", "t")["review"]["n_decisions"]


def test_an_unknown_coder(ran: Project) -> None:
    """The sentence says how to add one."""
    said = ran.fails("decide", "t", first_segment(ran), "done", "--coder", "zz")

    assert "glossator coders add" in said


def test_training_without_decisions(ran: Project) -> None:
    """It says how many there are and what is wanted."""
    assert "E_TOO_FEW_LABELS" in ran.fails("train", "t")


def test_two_commands_at_once(project: Project) -> None:
    """The second one says that the first is at work, and does nothing."""
    code = (
        "import sys; from pathlib import Path; from pipeline.core.corpus import Corpus\n"
        "with Corpus(Path('.').resolve(), 't').locked():\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=project.root,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        said = project.fails("run", "t")
        other.kill()

    assert "another glossator command is writing in this corpus" in said
    assert 0 == project.run("run", "t").returncode


@pytest.fixture
def heeds_ctrl_c() -> Iterator[None]:
    """Have child processes heed SIGINT, which a job in the background inherits as ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT for another process")
@pytest.mark.usefixtures("heeds_ctrl_c")
def test_ctrl_c_in_the_middle(project: Project) -> None:
    """It says so in one sentence; nothing is half-written; the next run does the rest."""
    for number in range(80):
        project.write(f"long{number}.txt", TALK["one.txt"] * 8)
    command = [sys.executable, "-m", "pipeline", "run", "t"]
    with subprocess.Popen(
        command, cwd=project.root, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        running.stderr.readline()  # the first quarter of the files has been read
        time.sleep(0.05)
        running.send_signal(signal.SIGINT)
        _, said = running.communicate(timeout=60)

    assert 3 == running.returncode
    assert "stopped on your word" in said
    assert "Traceback" not in said
    assert [] == list(project.build.glob(".*.part"))
    assert 0 == project.run("run", "t").returncode


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(project: Project) -> None:
    """Missing permission is a sentence, too."""
    project.build.mkdir()
    project.build.chmod(0o500)

    assert "cannot be written" in project.fails("run", "t")


def test_a_log_of_another_corpus(ran: Project, tmp_path: Path) -> None:
    """It is refused by name, and no log is left behind."""
    parcel = tmp_path / "x.jsonl"
    parcel.write_text(
        '{"format": "glossator-log/1", "corpus": "other", "codebook_versions": [], '
        '"coders": [], "heads": {}}\n'
    )

    said = ran.fails("log", "import", "t", str(parcel))

    assert "other" in said
    assert not (ran.root / "corpora/t/review.sqlite").exists()


def test_a_zip_bomb_under_a_word_name(project: Project) -> None:
    """A small file that unpacks to very much is refused without being unpacked."""
    with zipfile.ZipFile(project.raw / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"0" * 120_000_000)

    assert "E_TOO_LARGE" in project.fails("run", "t")
