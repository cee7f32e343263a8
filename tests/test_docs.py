"""The documents tell the truth: their commands run, their trees and names are the real ones."""

import json
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.cli import COMMANDS
from pipeline.core.records import Segment
from pipeline.core.tables import read_rows
from pipeline.exchange.marked import Codes, Mark, MarkedText
from pipeline.exchange.taguette import format_taguette
from tests.exchange.test_coded_table import workbook
from tests.exchange.test_qualcoder import made

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "corpora/demo/README.md"]
)


CODES = [("Theme", "Code", "Definition"), ("Trust", "Word kept", "A promise that was kept.")]


def documented(text: str) -> list[list[str]]:
    """Return the commands that stand on lines of their own."""
    lines = re.findall(r"^ {4,}glossator (.+)$", text, re.MULTILINE)
    return [shlex.split(line) for line in lines]


def write_decisions(folder: Path) -> None:
    """Write what the tutorial's coder decided: two codes by a word, everything signed off."""
    lines = []
    for row in read_rows(folder / "corpora/pilot/build/segments.parquet", Segment):
        place = {"transcript_id": row.transcript_id, "start": row.start, "end": row.end}
        said = {**place, "quote": row.text, "mode": "blind-first"}
        if "target" in row.text:
            lines.append({**said, "act": "add", "code": "themes.measurement"})
        lines.append({**said, "act": "done"})
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (folder / "decisions.jsonl").write_text(text, encoding="utf-8")


def run_documented(folder: Path, text: str) -> int:
    """Run the commands of a document in order; return how many there are."""
    commands = documented(text)
    for words in commands:
        if "decisions.jsonl" in words:
            write_decisions(folder)
        if "codes.xlsx" in words:
            (folder / "codes.xlsx").write_bytes(workbook(CODES))
        done = subprocess.run(
            [sys.executable, "-m", "pipeline", *words],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in {0, 4}, (words, done.stderr)
        if words[0] == "init":
            for path in (ROOT / "corpora/demo/raw").glob("interview_0[358]*"):
                shutil.copy(path, folder / "corpora/pilot/raw")
    return len(commands)


@pytest.fixture(scope="module")
def pilot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a new project in which the commands of the README were run."""
    folder = tmp_path_factory.mktemp("docs")
    shutil.copytree(ROOT / "configs", folder / "configs")
    (folder / "corpora").mkdir()
    assert run_documented(folder, README) >= 10
    return folder


def test_every_command_of_the_readme_runs(pilot: Path) -> None:
    """In order, in a new project, on three transcripts of the sample."""
    assert (pilot / "corpora/pilot/export/coded_segments.xlsx").exists()


def test_every_command_of_the_guide_runs(pilot: Path) -> None:
    """In order, where the README's were run."""
    assert run_documented(pilot, (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")) >= 25


def test_the_tutorial_types_what_the_readme_types() -> None:
    """Its commands are the README's and the guide's, which other tests run."""
    known = documented(README) + documented((ROOT / "docs" / "guide.md").read_text("utf-8"))
    commands = documented((ROOT / "docs" / "tutorial.md").read_text("utf-8"))

    assert len(commands) >= 9
    assert [] == [words for words in commands if words not in known]


def test_every_command_of_the_page_on_other_tools_runs(pilot: Path) -> None:
    """The project that comes in is the one that went out."""
    shutil.copy(pilot / "corpora/pilot/export/pilot-nvivo.qdpx", pilot / "project.qdpx")
    (pilot / "table.csv").write_text("Theme,Meaning\nTrust,Somebody relies on somebody.\n")
    (pilot / "project.qda").mkdir(exist_ok=True)
    made(pilot / "project.qda")
    talk = MarkedText("talk", None, 0, "We trust them.", [Mark(3, 8, "trust")])
    project = format_taguette("p", [talk], Codes({"trust": "Trust"}))
    (pilot / "project.sqlite3").write_bytes(project)
    rows = [("Document", "Text", "Code", "Who"), ("talk", "trust", "Trust", "ann")]
    (pilot / "passages.xlsx").write_bytes(workbook(rows))

    run_documented(pilot, (ROOT / "docs" / "interchange.md").read_text(encoding="utf-8"))

    assert (pilot / "corpora/mystudy/export/mystudy.qdpx").exists()


def test_every_command_is_in_the_readme() -> None:
    """The table of commands is that of the program."""
    named = set(re.findall(r"^\| `glossator ([a-z]+)", README, re.MULTILINE))

    assert set(COMMANDS) == named


def test_the_tree_in_the_architecture_is_the_real_one() -> None:
    """Every folder and file at the top of the package has its line, and no other has."""
    block = re.search(r"^ {4}pipeline/\n((?: {6}\S.*\n)+)", ARCHITECTURE, re.MULTILINE)
    assert block is not None
    named = set(re.findall(r"^ {6}(\S+)", block[1], re.MULTILINE))
    real = {
        path.name + ("/" if path.is_dir() else "")
        for path in (ROOT / "pipeline").iterdir()
        if not path.name.startswith(("_", ".")) and path.suffix in {"", ".py"}
    }

    assert real == named


def test_the_floors_in_the_architecture_are_those_that_are_checked() -> None:
    """The picture and the contract name the same rooms."""
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    layers = re.search(r"layers = \[(.*?)\]", settings, re.DOTALL)
    picture = re.search(r"^ {4}(core  <.*)$", ARCHITECTURE, re.MULTILINE)
    assert layers is not None
    assert picture is not None

    assert set(re.findall(r"[a-z_]+", layers[1])) == set(re.findall(r"[a-z_]+", picture[1]))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path: Path) -> None:
    """Every link to a file of the project finds it."""
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", path.read_text(encoding="utf-8"))

    assert [] == [target for target in targets if not (path.parent / target).exists()]


def test_the_reference_is_that_of_the_code() -> None:
    """What docs/reference.py makes of the code is what stands there; run it after a change."""
    made = runpy.run_path(str(ROOT / "docs" / "reference.py"))

    for name, page in made["PAGES"].items():
        text = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
        assert made["MADE"] + page().rstrip() + "\n" == text, (
            f"run python docs/reference.py: {name}"
        )


def test_every_library_has_its_reason() -> None:
    """Each dependency stands in the table of libraries."""
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    block = re.search(r"^dependencies = \[(.*?)^\]", settings, re.MULTILINE | re.DOTALL)
    assert block is not None
    names = re.findall(r'"([\w.-]+)>=', block[1])
    table = ARCHITECTURE[ARCHITECTURE.index("## Libraries") :].lower()

    assert [] == [name for name in names if name.lower() not in table]
