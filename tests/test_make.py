"""make: a front door that does only what is out of date, and never touches what people decided."""

import os
import re
import shutil

import pytest

from tests.cli.conftest import Project, make_project
from tests.front_door import ROOT, make

pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project that make has brought up to date; tests go on with it in order."""
    project = make_project(tmp_path_factory.mktemp("make") / "project")
    shutil.copy(ROOT / "Makefile", project.root)
    make(project.root, "run", "CORPUS=t")
    return project


def test_run_builds_every_stage(built: Project) -> None:
    """From raw files to suggestions."""
    names = ("turns", "segments", "suggestions")

    assert all((built.build / f"{name}.parquet").exists() for name in names)


def test_a_second_make_has_nothing_to_do(built: Project) -> None:
    """No command is run when nothing has changed."""
    assert "pipeline" not in make(built.root, "run", "CORPUS=t")


def test_a_new_file_with_a_space_in_its_name_is_noticed(built: Project) -> None:
    """Make cannot hold such names, so dates are compared otherwise; -j changes nothing."""
    built.write("a third one.txt", [("I", "And?"), ("P", "A grant came."), ("I", "Yes?")])
    later = (built.build / "turns.parquet").stat().st_mtime + 5
    os.utime(built.raw / "a third one.txt", (later, later))

    said = make(built.root, "-j", "2", "run", "CORPUS=t")

    assert "15 turns of 3 transcripts (1 new or changed)" in said


def test_a_changed_codebook_suggests_again(built: Project) -> None:
    """Neither ingest nor segment has to be run for it."""
    path = built.root / "configs" / "codebooks" / "tiny.yaml"
    path.write_text(path.read_text().replace("fortune", "packet"))
    later = (built.build / "suggestions.parquet").stat().st_mtime + 5
    os.utime(path, (later, later))
    os.utime(built.raw / "a third one.txt", (1, 1))

    said = make(built.root, "run", "CORPUS=t")

    assert "suggest" in said
    assert "segment " not in said.replace("segments", "")


def test_clean_spares_what_people_did(built: Project) -> None:
    """Only build/ goes: transcripts, decisions and settings stay."""
    built.run("coders", "add", "t", "kb")

    make(built.root, "clean", "CORPUS=t")

    assert not built.build.exists()
    assert (built.root / "corpora" / "t" / "review.sqlite").exists()
    assert 3 == len(list(built.raw.iterdir()))


def test_help_lists_every_target(built: Project) -> None:
    """What can be made is what is listed."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):.*## ", text, re.MULTILINE))

    listed = set(re.findall(r"^make ([a-z]+)", make(built.root, "help"), re.MULTILINE))

    assert targets == listed
    assert {"demo", "test", "check", "run", "retrain", "export", "clean"} <= listed


def test_nothing_newer_than_make_381_is_used() -> None:
    """The make that comes with macOS is 3.81."""
    text = (ROOT / "Makefile").read_text(encoding="utf-8")

    assert not re.search(r"&:|\.ONESHELL|!=|\$\(file |\$\(let |::=", text)
