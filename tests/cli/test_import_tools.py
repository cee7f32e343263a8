"""Taguette, QualCoder and tables through the command: what went out comes back, and only once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.cli import glossator
from pipeline.core.codebook import read_codebook
from pipeline.core.corpus import Corpus
from pipeline.core.errors import InputError
from pipeline.core.records import Decision
from pipeline.core.tables import read_rows
from pipeline.exchange.refi.guids import user_guid
from pipeline.exchange.refi.model import walk
from pipeline.exchange.refi.read import read_qdpx
from pipeline.exchange.refi.write import write_qdpx
from tests.exchange.refi.drawn import sample
from tests.exchange.test_qualcoder import made

EXPORTS = {
    "csv": "coded_segments.csv",
    "xlsx": "coded_segments.xlsx",
    "taguette": "c-taguette.sqlite3",
}
HEAD = "document,tag,content\n"


def run(folder: Path, *words: str) -> int:
    """Type a command in ``folder``, in this process; return its exit code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        code = glossator.main(["--quiet", *words], standalone_mode=False)
    return code if isinstance(code, int) else 0


@pytest.fixture(scope="session")
def coded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with a coded corpus and its exports; a test works on a copy."""
    folder = tmp_path_factory.mktemp("coded")
    (folder / "corpora").mkdir()
    (folder / "in.qdpx").write_bytes(write_qdpx(sample()))
    run(folder, "import", "c", "in.qdpx")
    run(folder, "segment", "c")
    for to in (*EXPORTS, "qdpx"):
        assert 0 == run(folder, "export", "c", "--to", to)
    return folder


@pytest.fixture
def here(coded: Path, tmp_path: Path) -> Path:
    """Return a copy of the project."""
    return shutil.copytree(coded, tmp_path / "here")


def told(folder: Path, name: str = "c") -> list[tuple[str, str, str, str]]:
    """Return what people say in a corpus: who, where, words, code."""
    run(folder, "export", name, "--to", "parquet")
    rows = read_rows(Corpus(folder, name).table("decisions"), Decision)
    return sorted((row.coder, row.transcript_id, str(row.quote), str(row.code)) for row in rows)


def exported(folder: Path, to: str) -> str:
    """Return the path of an export."""
    [path] = (folder / "corpora" / "c" / "export").glob(EXPORTS[to])
    return str(path.relative_to(folder))


@pytest.mark.parametrize("to", ["csv", "xlsx"])
def test_our_own_table_comes_back(here: Path, to: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Every row stands here already; nothing is added."""
    before = told(here)
    capsys.readouterr()
    code = run(here, "import", "c", exported(here, to), "--json")
    report = json.loads(capsys.readouterr().out)

    assert (0, 0, len(before)) == (code, report["codings_new"], report["codings_known"])
    assert before == told(here)


def test_our_own_table_tells_an_emptied_corpus_all_again(here: Path) -> None:
    """The same passages, codes, coders and memos on the same transcripts."""
    before = told(here)
    (here / "corpora" / "c" / "review.sqlite").unlink()

    assert 0 == run(here, "import", "c", exported(here, "csv"))
    assert before == told(here)


def test_our_own_project_of_taguette_fills_an_empty_corpus(here: Path) -> None:
    """The same passages under the same codes; it says of nobody who coded."""
    before = told(here)
    assert 0 == run(here, "import", "new", exported(here, "taguette"))
    found = told(here, "new")

    assert {one[1:] for one in before} == {one[1:] for one in found}
    assert {"taguette"} == {one[0] for one in found}
    old, new = (
        read_codebook(corpus.codebook(corpus.settings()))
        for corpus in (Corpus(here, "c"), Corpus(here, "new"))
    )
    assert [code.path for code in old.codes] == [code.path for code in new.codes]


def test_guids_stay_as_they_went_out(here: Path) -> None:
    """A file that has none of its own takes the place of none."""
    run(here, "import", "c", exported(here, "taguette"))
    assert 0 == run(here, "export", "c", "--to", "qdpx")
    again = read_qdpx((here / "corpora/c/export/c.qdpx").read_bytes()).project

    assert [path[-1].guid for path in walk(sample().codes)] == [
        path[-1].guid for path in walk(again.codes)
    ]
    assert user_guid("taguette") in {user.guid for user in again.users}
    assert [source.guid for source in sample().sources] == [one.guid for one in again.sources]


def test_a_database_of_qualcoder_comes_in_once(here: Path, tmp_path: Path) -> None:
    """Its picture is listed, so a person should look; the second time changes nothing."""
    (here / "data.qda").write_bytes(made(tmp_path))
    assert 4 == run(here, "import", "new", "data.qda")
    first = told(here, "new")
    assert 4 == run(here, "import", "new", "data.qda")

    assert first == told(here, "new")
    assert [("ann", "Rain"), ("ben", "Sun"), ("ben", "Talk")] == sorted(
        (coder, code.rpartition(".")[2].capitalize()) for coder, _, _, code in first
    )
    kept = list((here / "corpora" / "new" / "imported").glob("*.qda"))
    assert [(here / "data.qda").read_bytes()] == [path.read_bytes() for path in kept]


def test_highlights_of_taguette_find_their_words(
    here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A row that has no place is listed, and the command says so; a dry run writes nothing."""
    (here / "h.csv").write_text(HEAD + "one,rain,I like\none,rain,snow\n", encoding="utf-8")
    before = told(here)
    capsys.readouterr()
    code = run(here, "import", "c", "h.csv", "--dry-run", "--json")
    report = json.loads(capsys.readouterr().out)

    assert (4, 1) == (code, report["codings_new"])
    assert ["row 3: its words are not there in one"] == report["to_do"]
    assert before == told(here)
    assert 4 == run(here, "import", "c", "h.csv")
    assert ("taguette", "one", "I like", "weather.rain") in told(here)


def test_a_code_that_is_not_here_waits(here: Path) -> None:
    """It goes into a proposal; the coding comes in once the code exists."""
    (here / "h.csv").write_text(HEAD + "one,Novel,I like\n", encoding="utf-8")

    assert 4 == run(here, "import", "c", "h.csv")
    [proposal] = (here / "corpora" / "c" / "imported").glob("*.codebook.yaml")
    assert "Novel" in proposal.read_text(encoding="utf-8")


def test_columns_belong_to_tables(here: Path) -> None:
    """Elsewhere they are refused, as is a format that nobody reads."""
    with pytest.raises(InputError, match="--columns: belongs to tables"):
        run(here, "import", "c", "in.qdpx", "--columns", "code=x")
    with pytest.raises(InputError, match="this format is not read"):
        run(here, "import", "c", "in.doc")
    (here / "h.csv").write_text("a,b,c\none,I like,Rain\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"h\.csv: no column is known"):
        run(here, "import", "c", "h.csv")
    assert 0 == run(here, "import", "c", "h.csv", "--columns", "transcript=a,quote=b,code=c")
