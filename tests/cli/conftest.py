"""A small project, and the command as a user types it."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipeline.core.records import Segment
from pipeline.core.tables import read_rows

BOOK = """
codebook: tiny
version: "1.0"
codes:
  - id: gain
    name: Gain
    codable: false
    codes:
      - id: learning
        name: Learning
        definition: Somebody learnt something from a partner.
        examples: [We learnt how to sign from them., They showed us how to fill in the form.]
      - id: money
        name: Money
        definition: Somebody saved or earned money.
        examples: [It saved us a fortune., The grant pays for the van.]
"""
TALK = {
    "one.txt": [
        ("I", "What did you get from it?"),
        ("P", "We learnt how to sign. They showed us, and we showed them the form."),
        ("I", "And what did it cost?"),
        ("P", "The grant pays for it. It saved us a fortune on the van."),
        ("I", "Anything else?"),
        ("P", "The kettle broke. We had no tea all winter."),
    ],
    "two.txt": [
        ("I", "How did it begin?"),
        ("P", "With a phone call, I think. It was raining."),
        ("I", "And then?"),
        ("P", "Then the money came, a small grant, and we bought a van."),
        ("I", "Did you learn from it?"),
        ("P", "I learnt to ask. They showed me how they fill in the form."),
    ],
}


@dataclass(frozen=True)
class Project:
    """A project's folder, with the corpus ``t``."""

    root: Path

    @property
    def raw(self) -> Path:
        """Where transcripts lie."""
        return self.root / "corpora" / "t" / "raw"

    @property
    def build(self) -> Path:
        """Where stages write."""
        return self.root / "corpora" / "t" / "build"

    def write(self, name: str, turns: list[tuple[str, str]]) -> None:
        """Write a transcript."""
        text = "".join(f"{label}: {words}\n\n" for label, words in turns)
        (self.raw / name).write_text(text, encoding="utf-8")

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Type a command and wait for its end."""
        command = [sys.executable, "-m", "pipeline", *words]
        return subprocess.run(
            command, cwd=self.root, capture_output=True, text=True, check=False, timeout=400
        )

    def json(self, *words: str) -> Any:
        """Return what a command prints with ``--json``."""
        done = self.run(*words, "--json")
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def fails(self, *words: str) -> str:
        """Return the sentence of a command that ends with an expected error."""
        done = self.run(*words)
        assert (3, "") == (done.returncode, done.stdout), (done.stdout, done.stderr)
        sentence = [line for line in done.stderr.splitlines() if line.startswith("glossator: ")]
        assert 1 == len(sentence), done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr


def make_project(root: Path) -> Project:
    """Write a project with two transcripts and a codebook of two codes."""
    made = Project(root)
    books = root / "configs" / "codebooks"
    books.mkdir(parents=True)
    (books / "tiny.yaml").write_text(BOOK, encoding="utf-8")
    settings = 'codebook = "tiny"\n[ingest.speakers.I]\nrole = "interviewer"\n'
    (root / "configs" / "t.toml").write_text(settings, encoding="utf-8")
    made.raw.mkdir(parents=True)
    for name, turns in TALK.items():
        made.write(name, turns)
    return made


def write_lines(project: Project) -> Path:
    """Write decisions on every segment of the project, as a script would, and return the file."""
    lines = []
    for row in read_rows(project.build / "segments.parquet", Segment):
        place = {"transcript_id": row.transcript_id, "start": row.start, "end": row.end}
        said = {**place, "quote": row.text, "mode": "blind-first"}
        words = row.text.lower()
        if "learn" in words or "showed" in words:
            lines.append({**said, "act": "add", "code": "gain.learning"})
        if "grant" in words or "fortune" in words:
            lines.append({**said, "act": "add", "code": "gain.money"})
        lines.append({**said, "act": "done"})
    path = project.root / "decisions.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project before its first run."""
    return make_project(tmp_path / "project")


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project after its first run, which tests copy."""
    made = make_project(tmp_path_factory.mktemp("finished") / "project")
    done = made.run("run", "t")
    assert 0 == done.returncode, done.stderr
    return made


@pytest.fixture(scope="session")
def coded(finished: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with one coder's decisions on everything, which tests copy."""
    made = copy_of(finished, tmp_path_factory.mktemp("coded"))
    made.run("coders", "add", "t", "kb")
    done = made.run("decide", "t", "--coder", "kb", "--from", str(write_lines(made)))
    assert 0 == done.returncode, done.stderr
    return made


def copy_of(project: Project, folder: Path) -> Project:
    """Return a copy of ``project`` in ``folder``, dates included."""
    return Project(Path(shutil.copytree(project.root, folder / "project")))


@pytest.fixture
def ran(finished: Project, tmp_path: Path) -> Project:
    """Return a project of its own after its first run."""
    return copy_of(finished, tmp_path)


@pytest.fixture
def decided(coded: Project, tmp_path: Path) -> Project:
    """Return a project of its own with one coder's decisions on everything."""
    return copy_of(coded, tmp_path)
