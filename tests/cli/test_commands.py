"""The commands as a user types them: what they say, write and answer."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli import COMMANDS
from pipeline.core.records import Segment
from pipeline.core.tables import read_rows
from tests.cli.conftest import TALK, Project, make_project

HEAVY = ("pyarrow", "pandas", "numpy", "sklearn", "spacy", "joblib", "skops", "lxml", "sqlite3")


def test_help_loads_nothing_heavy() -> None:
    """``--help`` answers at once because it imports no library that takes long."""
    code = (
        "import sys; sys.argv = ['glossator', '--help']\n"
        "from pipeline.cli import main\n"
        "try: main()\n"
        f"except SystemExit: print([n for n in {HEAVY!r} if n in sys.modules], file=sys.stderr)\n"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert "[]" == done.stderr.strip()
    assert all(f"  {name} " in done.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(project: Project, name: str) -> None:
    """Each command has help with a sentence of its own, and nothing of it is escaped."""
    done = project.run(name, "--help")

    assert 0 == done.returncode
    assert f"Usage: python -m pipeline {name}" in done.stdout
    assert "\\b" not in done.stdout


def test_run_goes_from_files_to_suggestions(project: Project) -> None:
    """One command reads, cuts and suggests, and says how much of each there is."""
    done = project.run("run", "t")

    assert 0 == done.returncode, done.stderr
    assert "ingest   12 turns of 2 transcripts (2 new or changed)" in done.stdout
    assert "segment  6 segments of 2 transcripts (2 new or changed)" in done.stdout
    assert "suggest" in done.stdout


def test_a_second_run_does_nothing_and_says_so(ran: Project) -> None:
    """Nothing changed: no table is written again."""
    before = {path.name: path.read_bytes() for path in ran.build.glob("*") if path.is_file()}

    done = ran.run("run", "t")

    assert "Nothing to do" in done.stdout
    assert before == {p.name: p.read_bytes() for p in ran.build.glob("*") if p.is_file()}


def test_only_what_changed_is_done(project: Project) -> None:
    """A changed transcript is done again, a new one done, a removed one gone; the rest is kept."""
    for number in range(10):
        project.write(f"more{number}.txt", TALK["one.txt"])
    project.run("run", "t")
    project.write("one.txt", [*TALK["one.txt"][:4], ("P", "That is all.")])
    first = project.json("run", "t")
    (project.raw / "two.txt").unlink()
    second = project.json("run", "t")

    for stage in ("ingest", "segment", "suggest"):
        assert ["one"] == first[stage]["make"]
        assert [] == first[stage]["drop"]
        assert ([], ["two"]) == (second[stage]["make"], second[stage]["drop"])


def test_the_bytes_do_not_depend_on_the_number_of_processes(project: Project) -> None:
    """``--jobs 2`` writes what ``--jobs 1`` writes."""
    for number in range(8):
        project.write(f"more{number}.txt", TALK["two.txt"])
    project.run("run", "t")
    alone = {p.name: p.read_bytes() for p in project.build.glob("*.parquet")}
    for path in project.build.glob("*.parquet"):
        path.unlink()

    done = project.run("--jobs", "2", "run", "t")

    assert 0 == done.returncode, done.stderr
    assert alone == {p.name: p.read_bytes() for p in project.build.glob("*.parquet")}


def test_a_dry_run_writes_nothing_and_prints_settings_to_paste(project: Project) -> None:
    """The label table and a stub are shown; build/ stays empty."""
    done = project.run("ingest", "t", "--dry-run")

    assert "one.txt" in done.stdout
    assert '[ingest.speakers."P"]' in done.stdout
    assert not project.build.exists()


def test_questions_are_counted_where_there_is_a_guide(project: Project) -> None:
    """``ingest`` tells how many of the guide's questions were asked, and is silent without one."""
    without = project.run("ingest", "t", "--dry-run").stdout
    config = project.root / "configs" / "t.toml"
    guide = '[[questions]]\nid = "{}"\ntext = "{}"\n'
    added = guide.format("gain", "What did you get from it?") + guide.format("pets", "Any pets?")
    config.write_text(config.read_text() + added)

    done = project.run("ingest", "t")

    assert "questions" not in without
    one, two = (line for line in done.stdout.splitlines() if ".txt" in line)
    assert one.endswith("1 of 2")
    assert two.endswith("0 of 2")


def test_init_makes_a_corpus_and_spares_what_is_there(project: Project) -> None:
    """A second init changes nothing; unknown codebooks and odd names are refused."""
    first = project.run("init", "pilot", "--codebook", "tiny")
    config = project.root / "configs" / "pilot.toml"
    config.write_text(config.read_text() + "# mine\n")
    second = project.run("init", "pilot", "--codebook", "tiny")

    assert (0, 0) == (first.returncode, second.returncode)
    assert config.read_text().endswith("# mine\n")
    assert (project.root / "corpora" / "pilot" / "raw").is_dir()
    assert "did you mean tiny" in project.fails("init", "x", "--codebook", "tinny")
    assert "a corpus's name is made of letters" in project.fails(
        "init", "../x", "--codebook", "tiny"
    )


def test_status_says_what_to_do_next(tmp_path: Path, ran: Project) -> None:
    """Before the first run: run. After it: look and decide; a changed file makes it stale."""
    before = make_project(tmp_path / "new").json("status", "t")["next_steps"]
    after = ran.json("status", "t")
    text = ran.run("status", "t").stdout
    ran.write("one.txt", TALK["two.txt"])
    stale = ran.json("status", "t")

    assert ["glossator run t"] == before
    assert {"turns": 12, "segments": 6} == {n: after["rows"][n] for n in ("turns", "segments")}
    assert any("coders add t" in step for step in after["next_steps"])
    assert any("review t --coder" in step for step in after["next_steps"])
    assert "t: 2 transcripts, 12 turns" in text
    assert {"ingest": "1 file new, changed or gone"} == stale["stale"]


def test_decisions_are_taken_once(decided: Project) -> None:
    """The same file a second time adds nothing; the log is sound."""
    again = decided.json("decide", "t", "--coder", "kb", "--from", "decisions.jsonl")
    log = decided.json("log", "verify", "t")

    assert [] == again["taken"]
    assert again["n_known"] == log["n_decisions"] > 0
    assert [] == log["problems"]


def test_one_decision_can_be_taken_and_taken_back(decided: Project) -> None:
    """By segment, code and act; the id that is printed undoes it."""
    segment = f"one:{next(iter(read_spans(decided)))}"
    taken = decided.json("decide", "t", segment, "gain.money", "add", "--coder", "kb")["taken"]

    undone = decided.json("decide", "t", "--coder", "kb", "--undo", taken[0])

    assert 1 == len(taken)
    assert 1 == len(undone["taken"])


def read_spans(project: Project) -> list[str]:
    """Return the spans of the segments of the transcript ``one``."""
    rows = read_rows(project.build / "segments.parquet", Segment)
    return [row.segment_id.rpartition(":")[2] for row in rows if row.transcript_id == "one"]


def test_logs_travel_between_machines(decided: Project, tmp_path: Path) -> None:
    """An exported log brings a colleague's corpus to the same decisions; twice is as once."""
    parcel = str(tmp_path / "kb.jsonl")
    decided.run("log", "export", "t", parcel, "--coder", "kb")
    (decided.root / "corpora" / "t" / "review.sqlite").unlink()

    first = decided.json("log", "import", "t", parcel)
    second = decided.json("log", "import", "t", parcel)

    assert first["n_new"] == first["n_read"] > 0
    assert 0 == second["n_new"]


def test_training_and_export_follow_decisions(decided: Project) -> None:
    """Train makes a model and says whether it is used; export counts what was decided."""
    trained = decided.json("train", "t")
    again = decided.json("train", "t")
    exported = decided.json("export", "t", "--to", "jsonl")
    listed = decided.json("models", "list", "tiny")
    rows = [
        json.loads(line)
        for line in Path(decided.root / exported["files"][0]).read_text().splitlines()
    ]

    assert 12 == trained["n_labels"]
    assert again["is_nothing_new"]
    assert [trained["model_id"]] == [entry["model_id"] for entry in listed]
    assert exported["n_rows"] == len(rows) == 4
    assert {"gain.learning", "gain.money"} == {row["code"] for row in rows}
    assert {"kb"} == {row["coders"] for row in rows}


def test_a_model_can_be_promoted_and_rolled_back(decided: Project) -> None:
    """A person may put a model into use against the gate's word, and take it back."""
    name = decided.json("train", "t")["model_id"]
    shown = decided.run("models", "show", "tiny", name[:6])

    up = decided.json("models", "promote", "tiny", name[:6])
    suggested = decided.json("suggest", "t")
    down = decided.json("models", "rollback", "tiny")

    assert name in shown.stdout
    assert name == up["after"] == suggested["receipt"]["model_id"] == down["before"]


def test_codebooks_are_checked_shown_and_compared(project: Project) -> None:
    """By name or by file."""
    other = project.root / "other.yaml"
    book = project.root / "configs" / "codebooks" / "tiny.yaml"
    other.write_text(book.read_text().replace("saved or earned", "lost"))

    check = project.run("codebook", "check", "tiny")
    show = project.run("codebook", "show", "tiny", "gain.money")
    diff = project.run("codebook", "diff", "tiny", str(other))

    assert (0, "2 codes, in order" in check.stdout) == (check.returncode, True)
    assert "It saved us a fortune." in show.stdout
    assert "redefined: gain.money" in diff.stdout
    assert "want a second look: gain.money" in diff.stdout


@pytest.mark.parametrize(
    "words",
    [
        ["runn", "t"],
        ["decide", "t", "--coder", "kb"],
        ["run"],
        ["decide", "t", "x", "y", "--coder", "k"],
    ],
)
def test_a_wrong_command_line_is_not_an_expected_error(project: Project, words: list[str]) -> None:
    """Click's own code 2 and usage."""
    done = project.run(*words)

    assert 2 == done.returncode
    assert "Usage:" in done.stderr
