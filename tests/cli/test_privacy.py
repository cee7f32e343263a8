"""Names at the command line: replaced on reading, looked for before anything is passed on."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Project, copy_of

SETTINGS = '\n[privacy]\npseudonymise = true\nnames = ["Orla Quist"]\n'
MODEL = """
import spacy
def load(**options):
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    ruler.add_patterns([{"label": "PERSON", "pattern": name} for name in ("Ines Vale", "Orla")])
    return nlp
"""


def configure(project: Project, text: str = SETTINGS) -> None:
    """Add settings."""
    path = project.root / "configs" / "t.toml"
    path.write_text(path.read_text() + text)


@pytest.fixture
def named(project: Project) -> Project:
    """Return a project in which somebody is named."""
    turns = [("I", "Who was it?"), ("P", "Orla Quist and Ines Vale; 07700 900123.")] * 3
    project.write("one.txt", turns)
    configure(project)
    return project


def test_ingest_says_how_many_were_replaced(named: Project) -> None:
    """The counts by kind, and nothing of the names."""
    done = named.run("ingest", "t")

    assert 0 == done.returncode, done.stderr
    assert "privacy  replaced: 3 name, 3 phone" in done.stdout
    assert "Orla" not in done.stdout
    assert (named.root / "corpora" / "t" / "private" / "pseudonyms.json").exists()


def test_a_check_finds_what_people_wrote(named: Project) -> None:
    """A clean corpus passes; a file with a name in the exports is listed with its place."""
    named.run("ingest", "t")
    clean = named.run("privacy", "check", "t")
    export = named.root / "corpora" / "t" / "export"
    export.mkdir()
    (export / "notes.txt").write_text("first\nQuist's memo\n")
    found = named.run("privacy", "check", "t")

    assert (
        0,
        "privacy  no leak: 2 known names and contacts looked for in exports and tables.\n",
    ) == (
        clean.returncode,
        clean.stdout,
    )
    assert 4 == found.returncode
    assert "  export/notes.txt, line 2: name\n" in found.stderr
    assert "Quist" not in found.stderr
    assert [{"file": "export/notes.txt", "place": "line 2", "kind": "name", "count": 1}] == (
        named.json("privacy", "check", "t")["leaks"]
    )


def test_a_check_says_that_nothing_is_replaced(project: Project) -> None:
    """Where the settings do not ask for pseudonyms, the check says how to."""
    done = project.run("privacy", "check", "t")

    assert 0 == done.returncode
    assert "pseudonymise = true under [privacy]" in done.stdout


def test_an_export_with_a_name_in_it_is_no_silent_success(coded: Project, tmp_path: Path) -> None:
    """Written before names were replaced: the files are there, the warning, too, and exit 4."""
    project = copy_of(coded, tmp_path)
    configure(project, '\n[privacy]\npseudonymise = true\nnames = ["Kettle", "Fortune"]\n')

    done = project.run("export", "t", "--to", "csv")

    assert 4 == done.returncode, done.stderr
    assert "WARNING: " in done.stderr
    assert "  export/coded_segments.csv, line " in done.stderr
    assert "fortune" not in done.stderr


def test_an_export_without_names_passes(coded: Project, tmp_path: Path) -> None:
    """With nothing found the export is as it was."""
    project = copy_of(coded, tmp_path)
    configure(project, '\n[privacy]\npseudonymise = true\nnames = ["Orla"]\n')

    done = project.run("export", "t", "--to", "csv")

    assert (0, "") == (done.returncode, done.stderr)


def test_a_damaged_key_is_one_sentence(named: Project) -> None:
    """Neither ingest nor a check goes on with a key that cannot be trusted."""
    private = named.root / "corpora" / "t" / "private"
    private.mkdir()
    (private / "pseudonyms.json").write_text("{half")

    for words in (("ingest", "t"), ("privacy", "check", "t")):
        assert "[E_KEY_DAMAGED]" in named.fails(*words)
    assert "{half" == (private / "pseudonyms.json").read_text()


def test_a_model_proposes_and_people_confirm(named: Project, tmp_path: Path) -> None:
    """With a model installed, names it sees are listed and stubbed, and never replaced unasked."""
    site = tmp_path / "site"
    (site / "en_tiny-1.0.dist-info").mkdir(parents=True)
    (site / "en_tiny.py").write_text(MODEL)
    (site / "en_tiny-1.0.dist-info" / "METADATA").write_text("Name: en_tiny\nVersion: 1.0\n")
    (site / "en_tiny-1.0.dist-info" / "entry_points.txt").write_text(
        "[spacy_models]\nen_tiny = en_tiny\n"
    )
    command = [sys.executable, "-m", "pipeline", "ingest", "t"]
    given = os.environ.get("PYTHONPATH", "")
    paths = os.pathsep.join([str(site), str(Path(__file__).parents[2]), given])
    shown, done = (
        subprocess.run(
            [*command, *words],
            cwd=named.root,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": paths},
        )
        for words in (["--dry-run"], [])
    )

    assert 4 == done.returncode, done.stderr
    assert '[privacy]  # what is no name: into never\nnames = ["Ines Vale"]' in shown.stdout
    assert 'these may be names of people: "Ines Vale".' in done.stdout
    assert "Ines Vale" in (named.build / "ingest_report.json").read_text()
