"""A new corpus: its settings hold when the marks of comments go, and its name does everywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.cli.init import SETTINGS
from pipeline.core.config import read_settings
from pipeline.core.records import Segment
from pipeline.core.tables import read_rows
from tests.cli.conftest import Project

STUB = re.compile(r"^# (?=\[|\w+ = )", re.MULTILINE)


def test_every_stub_can_be_taken_up(tmp_path: Path) -> None:
    """Questions, privacy and files of one's own are off, and are settings without their marks."""
    text = SETTINGS.format(name="talk", codebook="vcc")
    path, open_path = tmp_path / "talk.toml", tmp_path / "open.toml"
    path.write_text(text, encoding="utf-8")
    open_path.write_text(STUB.sub("", text), encoding="utf-8")

    settings, opened = read_settings(path), read_settings(open_path)

    assert ((), False, ()) == (
        settings.questions,
        settings.privacy.pseudonymise,
        settings.ingest.files,
    )
    assert opened.privacy.pseudonymise
    assert ("start", 1) == (opened.questions[0].id, len(opened.ingest.files))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("init", "CON"), "CON: Windows keeps this name for a device"),
        (("init", "pilot."), "pilot.: Windows takes no name that ends in a full stop"),
        (("init", "T"), "T: t is there"),
        (("init", "x" * 300), "the name has 300 characters"),
        (("import", "Aux", "codings.csv"), "Aux: Windows keeps this name for a device"),
        (("codebook", "import", "codes.csv", "nul"), "nul.yaml: Windows keeps this name"),
    ],
)
def test_what_some_system_cannot_hold_is_not_made(
    project: Project, words: tuple[str, ...], why: str
) -> None:
    """Neither a corpus nor a codebook gets such a name, and nothing is left behind."""
    (project.root / "codings.csv").write_text("Document,Text,Code\na,Trust them,trust\n")
    (project.root / "codes.csv").write_text("name,definition\nTrust,Somebody relies.\n")
    before = sorted(project.root.rglob("*"))

    assert why in project.fails(*words)
    assert before == sorted(project.root.rglob("*"))


def test_a_file_with_such_a_name_is_read(project: Project) -> None:
    """What somebody has is never refused for its name, and its names in tables are its own."""
    for path in project.raw.glob("*"):
        path.unlink()
    for name in ("con.txt", "NUL", "Talk.txt", "talk.TXT", "odd. .txt"):
        (project.raw / name).write_text("I: How did it begin?\nP: With a letter.\n")

    done = project.run("run", "t")
    names = {row.transcript_id for row in read_rows(project.build / "segments.parquet", Segment)}

    assert done.returncode in {0, 4}
    assert 5 == len({name.casefold() for name in names})
