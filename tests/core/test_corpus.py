"""Where a corpus's files lie, how it is found, and that one command at a time writes in it."""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.core.corpus import Corpus, find_corpus
from pipeline.core.errors import BusyError, ConfigError


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a project with two corpora."""
    for name in ("demo", "pilot"):
        (tmp_path / "corpora" / name / "raw").mkdir(parents=True)
    return tmp_path


@pytest.mark.parametrize("start", [".", "corpora", "corpora/demo/raw"])
def test_a_corpus_is_found_by_name_from_anywhere_inside(project: Path, start: str) -> None:
    """The project's folder is looked for upwards."""
    corpus = find_corpus("pilot", start=project / start)

    assert Corpus(project, "pilot") == corpus


def test_a_corpus_is_found_by_its_folder(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A path works from anywhere, with or without a slash behind it."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")

    corpus = find_corpus(f"{project}/corpora/demo/", start=elsewhere)

    assert Corpus(project, "demo") == corpus
    assert project / "configs" / "demo.toml" == corpus.config


@pytest.mark.parametrize("name", ["pilto", "../corpora", "", "/", "pilot/raw"])
def test_an_unknown_corpus_says_what_there_is(project: Path, name: str) -> None:
    """Neither a wrong name nor a path of something else is taken for a corpus."""
    with pytest.raises(ConfigError, match="there is no such corpus") as caught:
        find_corpus(name, start=project)

    assert "pilot" in str(caught.value)


def test_participants_may_be_a_workbook(project: Path) -> None:
    """A workbook is taken where there is one, else CSV."""
    corpus = Corpus(project, "demo")
    before = corpus.participants.name
    (corpus.folder / "participants.xlsx").touch()

    assert ("participants.csv", "participants.xlsx") == (before, corpus.participants.name)


def test_the_second_command_says_that_it_must_wait(project: Path) -> None:
    """Another process that holds the corpus makes ours say so, and its end frees it."""
    corpus = Corpus(project, "demo")
    code = (
        "import sys; from pathlib import Path; from pipeline.core.corpus import Corpus\n"
        f"with Corpus(Path({str(project)!r}), 'demo').locked():\n"
        "    print('held', flush=True); sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with (
            pytest.raises(BusyError, match="corpora/demo: another glossator command"),
            corpus.locked(),
        ):
            pass
        other.kill()

    with corpus.locked():
        pass
