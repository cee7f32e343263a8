"""``glossator show``: a transcript as it is read in the terminal."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli.show import clock, safe, wrapped
from tests.cli.conftest import TALK, Project, make_project

PEOPLE = "participant_id,label,pseudonym,role\nR,I,,interviewer\nA,P,Rosa,participant\n"
GUIDE = '[[questions]]\nid = "gain"\ntext = "What did you get from it?"\n'
TIMED = """\
Notes of a rainy day, before anybody spoke.

[00:01:12] I: Who paid for the van?
[00:01:20] P: The grant [laughs] did. It was a long story about a van and a grant and a form that nobody could fill in.
[00:01:50] I: And then?
[00:02:01] P: We drove.
"""  # noqa: E501  # a turn wider than the page


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project after a run, with pseudonyms, a guide, times and prose."""
    made = make_project(tmp_path_factory.mktemp("told") / "project")
    (made.root / "corpora/t/participants.csv").write_text(PEOPLE)
    config = made.root / "configs" / "t.toml"
    files = '[[ingest.files]]\nmatch = "prose*"\nunlabelled = "unknown"\n'
    config.write_text(config.read_text() + files + GUIDE)
    (made.raw / "timed.txt").write_text(TIMED)
    (made.raw / "prose.txt").write_text("It rained all day.\n\nNobody came.\n")
    done = made.run("run", "t")
    assert 0 == done.returncode, done.stderr
    return made


def test_turns_are_shown_with_who_and_what(told: Project) -> None:
    """Number, pseudonym or label, role, question, words; nothing about segments."""
    shown = told.run("show", "t", "one").stdout

    assert shown.startswith("one\none.txt, interview, 6 turns\n")
    assert "   1  I  interviewer  question gain\n      What did you get from it?\n" in shown
    assert "   2  Rosa  participant  question gain\n      We learnt how to sign." in shown
    assert "[" not in shown
    assert "\x1b" not in shown


def test_times_and_notes_are_shown(told: Project) -> None:
    """A time stands once, at its turn; words are wrapped, notes stay where they were heard."""
    lines = told.run("show", "t", "timed").stdout.splitlines()

    assert "   2  0:01:20  Rosa  participant" in lines
    assert any("The grant [laughs] did." in line for line in lines)
    assert not any("time:" in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_what_could_not_be_attributed_stands_out(told: Project) -> None:
    """Words outside turns stand under their kind, and turns of nobody say so."""
    outside = told.run("show", "t", "timed").stdout
    nobody = told.run("show", "t", "prose").stdout

    assert "  !!  unattributed: Notes of a rainy day, before anybody spoke.\n" in outside
    assert "   1  (nobody named)  unknown\n      It rained all day.\n" in nobody


def test_segments_are_shown_with_suggestions(told: Project) -> None:
    """Each segment has its bounds, its words and what is suggested, the likeliest first."""
    shown = told.run("show", "t", "one", "--segments").stdout
    [segment, *_] = told.json("show", "t", "one", "--segments")["segments"]

    assert f"      [{segment['start']}-{segment['end']}]\n      We learnt how to sign." in shown
    best = segment["suggestions"][0]
    assert f"      1. {best['code']} {best['score']:.2f}\n" in shown
    assert ("Rosa", "gain") == (segment["speaker"], segment["question"])


def test_json_holds_everything(told: Project) -> None:
    """Turns with their notes, asides outside turns, and no segments unless asked for."""
    page = told.json("show", "t", "timed")

    assert ("timed", "timed.txt", "interview") == tuple(
        page[name] for name in ("transcript_id", "source", "source_type")
    )
    assert ["I", "Rosa", "I", "Rosa"] == [turn["speaker"] for turn in page["turns"]]
    assert ["note"] == [aside["kind"] for aside in page["turns"][1]["asides"]]
    assert {"unattributed", "time"} == {aside["kind"] for aside in page["asides"]}
    assert "segments" not in page


def test_an_unknown_transcript_names_the_nearest(told: Project) -> None:
    """A slip of the pen costs one look."""
    said = told.fails("show", "t", "tmied")

    assert "tmied: there is no such transcript in t; did you mean timed? [E_NO_TRANSCRIPT]" in said


def test_before_the_first_run_it_says_what_to_run(project: Project) -> None:
    """Without tables there is nothing to show."""
    assert "this table is not there yet" in project.fails("show", "t", "one")


def test_segments_of_another_text_are_refused(ran: Project) -> None:
    """Bounds that no longer fit the words would mislead; the turns can still be read."""
    ran.write("one.txt", [("I", "A longer beginning?"), *TALK["one.txt"]])
    ran.run("ingest", "t")

    assert "has changed since it was cut" in ran.fails("show", "t", "one", "--segments")
    assert "A longer beginning?" in ran.run("show", "t", "one").stdout


def test_without_suggestions_only_the_bounds_are_shown(ran: Project) -> None:
    """Segments can be looked at before anything is suggested."""
    (ran.build / "suggestions.parquet").unlink()

    shown = ran.run("show", "t", "one", "--segments").stdout

    assert "      [" in shown
    assert "1. " not in shown


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
def test_a_terminal_gets_pages(told: Project, tmp_path: Path) -> None:
    """On a terminal the text goes through the pager, with weight and colour."""
    pager = tmp_path / "less"  # a pager that is known to show colours
    pager.write_text("#!/bin/sh\necho PAGED\ncat\n")
    pager.chmod(0o755)
    master, terminal = os.openpty()
    command = [sys.executable, "-m", "pipeline", "show", "t", "prose"]

    subprocess.run(
        command,
        cwd=told.root,
        stdin=terminal,
        stdout=terminal,
        env={**os.environ, "PAGER": str(pager), "TERM": "xterm", "LESS": "-R"},
        check=True,
        timeout=60,
    )
    os.close(terminal)
    shown = os.read(master, 65_536).decode()
    os.close(master)

    assert shown.startswith("PAGED")
    assert "\x1b[31m" in shown


def test_lines_are_wrapped_behind_the_number() -> None:
    """No line is wider than asked, paragraphs stay apart, blank ones are left out."""
    lines = list(wrapped("one two three four\n\nfive", 16))

    assert ["      one two", "      three four", "      five"] == lines


@pytest.mark.parametrize(
    ("seconds", "expected"), [(None, ""), (0.0, "0:00:00"), (72.9, "0:01:12"), (36_000, "10:00:00")]
)
def test_times_are_read_as_on_a_clock(seconds: float | None, expected: str) -> None:
    """Hours, minutes and whole seconds; an unknown time is left out."""
    assert expected == clock(seconds)


def test_no_character_commands_the_terminal() -> None:
    """Control characters that a text may hold are shown as unreadable."""
    assert "a\N{REPLACEMENT CHARACTER}31mb é" == safe("a\x9b31mb é")
