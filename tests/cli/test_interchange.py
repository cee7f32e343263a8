"""Projects of other tools in, REFI-QDA out: nothing is lost on the way, nothing comes in twice."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.cli import glossator
from pipeline.core.codebook import read_codebook
from pipeline.core.corpus import Corpus
from pipeline.core.errors import ConfigError, GlossatorError, InputError
from pipeline.core.records import CodedSegment, Decision, Transcript
from pipeline.core.tables import read_rows, read_table
from pipeline.exchange.refi.guids import derived, user_guid
from pipeline.exchange.refi.model import Case, Project, User, Value, Variable, walk
from pipeline.exchange.refi.read import read_qdpx
from pipeline.exchange.refi.write import write_qdpx
from tests.exchange.refi.drawn import WHEN, projects, sample

CELLS = ("42", "007", "1.50", "true", "f/é😀", "1980-01-31", WHEN, "a; b, c", '"x"', "-3")
# said, for what is drawn may fit several ways of counting: a lone "n" of "Anna", a lone blank
OFFSETS = {"standard": ("--offsets", "cp"), "nvivo": ("--offsets", "utf16")}


def run(folder: Path, *words: str) -> int:
    """Type a command in ``folder``, in this process; return its exit code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        code = glossator.main(["--quiet", *words], standalone_mode=False)
    return code if isinstance(code, int) else 0


def project_in(folder: Path) -> Path:
    """Return an empty project."""
    (folder / "corpora").mkdir(parents=True)
    return folder


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Return an empty project with the sample of another tool beside it."""
    (tmp_path / "in.qdpx").write_bytes(write_qdpx(sample()))
    return project_in(tmp_path / "here")


def exported(folder: Path, *words: str, name: str = "c") -> bytes:
    """Return what the corpus exports."""
    assert 0 == run(folder, "export", "c", "--to", "qdpx", *words)
    return (folder / "corpora" / "c" / "export" / f"{name}.qdpx").read_bytes()


def tree_of(folder: Path) -> dict[str, bytes]:
    """Return every file of a project that a person or an import wrote."""
    paths = [p for p in folder.rglob("*") if p.is_file() and "build" not in p.parts]
    kept = [p for p in paths if "export" not in p.parts and not p.name.startswith((".", "review"))]
    return {str(path.relative_to(folder)): path.read_bytes() for path in kept}


def told(folder: Path) -> list[tuple[Any, ...]]:
    """Return what people say: who, where, words, code, memo, when."""
    corpus = Corpus(folder, "c")
    rows = read_rows(corpus.table("decisions"), Decision)
    names = ("coder", "transcript_id", "start", "end", "quote", "code", "memo", "decided_at")
    return sorted(tuple(getattr(row, name) for name in names) for row in rows)


def test_a_project_becomes_a_corpus(here: Path) -> None:
    """Transcripts, codes, coders, memos, cases and typed values; the codings are usable."""
    assert 0 == run(here, "import", "c", "../in.qdpx")
    assert 0 == run(here, "export", "c", "--to", "parquet")
    corpus = Corpus(here, "c")
    coded = read_table(corpus.table("coded_segments"), CodedSegment.COLUMNS).to_pylist()
    book = read_codebook(corpus.codebook(corpus.settings()))

    assert ["I like", "rain"] == [row["quote"] for row in coded]
    assert {"imported"} == {row["origin"] for row in coded}
    assert {"ann"} == {row["coders"] for row in coded}
    assert [None, "a memo"] == [row["memo"] for row in coded]
    assert ["weather", "weather.rain"] == [code.path for code in book.codes]
    assert "1.50" in corpus.participants.read_text(encoding="utf-8")
    assert [sample().sources[0].text] == [
        row.text for row in read_rows(corpus.table("transcripts"), Transcript)
    ]


@pytest.mark.parametrize("left", ["corpora/c/raw/", "corpora/c/imported/texts/.one.txt.part"])
def test_an_import_that_was_ended_early_goes_on(here: Path, tmp_path: Path, left: str) -> None:
    """Folders without settings, or what a kill left of a text: the next run ends as the first."""
    other = project_in(tmp_path / "other")
    assert 0 == run(other, "import", "c", "../in.qdpx")
    (here / left).parent.mkdir(parents=True)
    if left.endswith("/"):
        (here / left).mkdir()
    else:
        (here / left).write_text("Ann: I li")
    assert 0 == run(here, "import", "c", "../in.qdpx")

    assert tree_of(other).keys() >= {"configs/c.toml", "corpora/c/participants.csv"}
    assert exported(other) == exported(here)


def test_importing_twice_changes_nothing(here: Path) -> None:
    """Neither files nor decisions; the file is kept byte for byte."""
    run(here, "import", "c", "../in.qdpx")
    run(here, "export", "c", "--to", "parquet")
    before, said = tree_of(here), told(here)
    assert 0 == run(here, "import", "c", "../in.qdpx")
    run(here, "export", "c", "--to", "parquet")

    assert before == tree_of(here)
    assert said == told(here)
    kept = [data for name, data in before.items() if name.endswith(".qdpx")]
    assert [(here / "../in.qdpx").read_bytes()] == kept


def test_our_own_export_adds_nothing(here: Path) -> None:
    """It comes back into the corpus that it left: no decision, no code, no coder, no person."""
    run(here, "import", "c", "../in.qdpx")
    first = exported(here)
    said = told(here)
    assert 0 == run(here, "import", "c", "corpora/c/export/c.qdpx")

    assert first == exported(here)
    assert said == told(here)


def test_a_dry_run_writes_nothing(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what would come in, and no corpus is there afterwards."""
    glossator_code = run(here, "import", "c", "../in.qdpx", "--dry-run", "--json")
    report = json.loads(capsys.readouterr().out)

    assert 0 == glossator_code
    assert 2 == report["codings_new"]
    assert ["1 source"] == [line.rpartition("; ")[2].rstrip(")") for line in report["offsets"]]
    assert [] == list((here / "corpora").iterdir())


@settings(max_examples=8, suppress_health_check=list(HealthCheck), deadline=None)
@given(drawn=projects(), data=st.data())
def test_what_goes_round_comes_back(drawn: Project, data: st.DataObject) -> None:
    """In, out, into an empty corpus, out again: the same decisions, people, codes and bytes."""
    people = with_people(drawn, data)
    with tempfile.TemporaryDirectory() as folder:
        first, second = (project_in(Path(folder) / name) for name in ("first", "second"))
        (Path(folder) / "in.qdpx").write_bytes(write_qdpx(people))
        run(first, "import", "c", "../in.qdpx", *OFFSETS["standard"])
        profile = data.draw(st.sampled_from(sorted(OFFSETS)))
        name = "c" if profile == "standard" else "c-nvivo"
        once = exported(first, "--profile", profile, name=name)
        (Path(folder) / "out.qdpx").write_bytes(once)
        run(second, "import", "c", "../out.qdpx", *OFFSETS[profile])
        twice = exported(second, "--profile", profile, name=name)

        assert once == twice
        assert told(first) == told(second)
        assert rows_of(first) == rows_of(second)
        losses = json.loads((first / f"corpora/c/export/{name}.qdpx.loss.json").read_bytes())
        for kind in losses["kinds"].values():
            assert kind["in"] == kind["out"] + kind["changed"] + kind["left_out"]


def with_people(drawn: Project, data: st.DataObject) -> Project:
    """Return a project with two cases that share variables, whole texts and passages."""
    column = Variable(derived("variable", 1), "Wave of talk")
    cases = []
    for number in range(2):
        cells = data.draw(st.lists(st.sampled_from(CELLS), max_size=1))
        sources = data.draw(st.lists(st.sampled_from(drawn.sources), max_size=2, unique=True))
        cases.append(
            Case(
                derived("case", number),
                f"P {number}",
                data.draw(st.sampled_from(("", "about"))),
                values=tuple(Value(column.guid, cell) for cell in cells),
                sources=tuple(source.guid for source in sources),
                selections=tuple(s.guid for source in sources for s in source.selections[:1]),
            )
        )
    return replace(drawn, variables=(column,), cases=tuple(cases))


def rows_of(folder: Path) -> list[dict[str, Any]]:
    """Return the participants table and the codebook's codes."""
    corpus = Corpus(folder, "c")
    people = read_table(corpus.table("participants"), {"participant_id": "str"}).to_pylist()
    codes = read_codebook(corpus.codebook(corpus.settings())).codes
    return [*people, *({"code": code} for code in codes)]


def test_codes_that_are_missing_wait(here: Path) -> None:
    """A corpus with a codebook is never changed: a proposal is written, the codings wait."""
    run(here, "import", "c", "../in.qdpx")
    [top] = sample().codes
    fresh = replace(top, guid=derived("code", "new"), name="Hail", codes=())
    [source] = sample().sources
    mark = source.selections[0]
    coding = replace(mark.codings[0], guid=derived("coding", 9), code=fresh.guid)
    other = replace(mark, guid=derived("selection", 9), codings=(coding,))
    changed = replace(
        sample(),
        codes=(*sample().codes, replace(fresh, is_codable=True)),
        sources=(replace(source, selections=(*source.selections, other)),),
    )
    (here / "more.qdpx").write_bytes(write_qdpx(changed))
    assert 4 == run(here, "import", "c", "more.qdpx")
    book = Corpus(here, "c").codebook(Corpus(here, "c").settings())
    [proposal] = (here / "corpora/c/imported").glob("*.codebook.yaml")
    assert "hail" not in book.read_text(encoding="utf-8")
    shutil.copy(proposal, book)

    assert 0 == run(here, "import", "c", "more.qdpx")
    run(here, "export", "c", "--to", "parquet")
    assert ["hail", "weather.rain", "weather.rain"] == sorted(row[5] for row in told(here))


def test_another_text_of_the_same_name_is_refused(here: Path) -> None:
    """Unless it may have a name of its own; then both are there."""
    run(here, "import", "c", "../in.qdpx")
    other = sample("Ann: I like 😀 rain!\nBob: And I do.\n")
    (here / "other.qdpx").write_bytes(write_qdpx(other))
    with pytest.raises(InputError, match="--rename"):
        run(here, "import", "c", "other.qdpx")

    run(here, "import", "c", "other.qdpx", "--rename")
    names = sorted(p.name for p in (here / "corpora/c/imported/texts").iterdir())
    assert ["one-2.txt", "one.txt"] == names


def test_a_conflict_is_told_and_nothing_overwritten(here: Path) -> None:
    """A value that differs stays; who decided otherwise since is left alone."""
    run(here, "import", "c", "../in.qdpx")
    table = Corpus(here, "c").participants
    table.write_text(table.read_text(encoding="utf-8").replace("42", "43"), encoding="utf-8")
    changed = replace(sample(), name="again")
    (here / "again.qdpx").write_bytes(write_qdpx(changed))

    assert 4 == run(here, "import", "c", "again.qdpx")
    assert "43" in table.read_text(encoding="utf-8")


def test_coders_may_be_renamed_and_two_of_a_name_stay_two(here: Path) -> None:
    """A table says who is who here."""
    users = (*sample().users, User(derived("user", "x"), "ann"))
    [source] = sample().sources
    first, last = source.selections
    last = replace(
        last, user=users[1].guid, codings=(replace(last.codings[0], user=users[1].guid),)
    )
    changed = replace(sample(), users=users, sources=(replace(source, selections=(first, last)),))
    (here / "two.qdpx").write_bytes(write_qdpx(changed))
    (here / "who.csv").write_text("ann,Anna K\n", encoding="utf-8")
    run(here, "import", "c", "two.qdpx", "--coders", "who.csv")
    run(here, "export", "c", "--to", "parquet")

    assert ["Anna K", "Anna K-2"] == sorted({row[0] for row in told(here)})


def test_suggestions_never_come_back_as_decisions(here: Path) -> None:
    """A user of ours that is a model stays a model."""
    model = User(user_guid("model m-1"), "model m-1")
    [source] = sample().sources
    first, last = source.selections
    last = replace(last, user=model.guid, codings=(replace(last.codings[0], user=model.guid),))
    changed = replace(
        sample(),
        users=(*sample().users, model),
        sources=(replace(source, selections=(first, last)),),
    )
    (here / "m.qdpx").write_bytes(write_qdpx(changed))
    run(here, "import", "c", "m.qdpx")
    run(here, "export", "c", "--to", "parquet")

    assert ["ann"] == [row[0] for row in told(here)]


def test_a_codebook_alone_makes_a_corpus_ready(here: Path) -> None:
    """A .qdc out of one corpus, into another; then by the codebook's own commands."""
    run(here, "import", "c", "../in.qdpx")
    run(here, "export", "c", "--to", "qdc")
    [file] = (here / "corpora/c/export").glob("*.qdc")
    assert 0 == run(here, "import", "d", str(file))
    assert 0 == run(here, "codebook", "export", "d-imported", "d.csv")
    assert 0 == run(here, "codebook", "import", "d.csv", "e")
    books = [read_codebook(here / f"configs/codebooks/{n}.yaml") for n in ("c-imported", "e")]

    assert ["weather", "weather.rain"] == [code.path for code in books[0].codes]
    assert books[0].codes == books[1].codes
    assert 4 == run(here, "codebook", "import", str(changed_csv(here)), "e")
    assert 0 == run(here, "codebook", "import", "d2.csv", "e", "--replace")
    assert "snow" in [code.path for code in read_codebook(here / "configs/codebooks/e.yaml").codes]


def changed_csv(here: Path) -> Path:
    """Return a table of codes with one more."""
    text = (here / "d.csv").read_text(encoding="utf-8")
    (here / "d2.csv").write_text(f"{text}snow,Snow,,,,,,,true\n", encoding="utf-8")
    return here / "d2.csv"


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("import", "c", "nothing.qdpx"), InputError),
        (("import", "c", "../in.docx"), InputError),
        (("import", "../c", "../in.qdpx"), ConfigError),
        (("import", "c", "../in.qdpx", "--codebook", "none"), ConfigError),
        (("import", "c", "../in.qdpx", "--offsets", "bytes"), InputError),
    ],
    ids=["no file", "no format", "no corpus", "no codebook", "no convention"],
)
def test_a_slip_is_one_sentence(
    here: Path, words: Sequence[str], error: type[GlossatorError]
) -> None:
    """Nothing is written then."""
    with pytest.raises(error):
        run(here, *words)

    assert [] == list((here / "corpora").iterdir())


def test_options_of_qdpx_belong_to_it(here: Path) -> None:
    """A profile that does not exist, or one for a table, is refused."""
    run(here, "import", "c", "../in.qdpx")
    for words in (
        ("--to", "qdpx", "--profile", "nvvo"),
        ("--to", "qdpx", "--memos", "none"),
        ("--to", "qdpx", "--status", "agree"),
        ("--to", "csv", "--profile", "nvivo"),
        ("--to", "qdc", "--with-suggestions"),
    ):
        with pytest.raises(ConfigError):
            run(here, "export", "c", *words)


def test_what_is_narrowed_is_counted(here: Path) -> None:
    """Codes of another status stay behind, and the loss report says how many."""
    run(here, "import", "c", "../in.qdpx")
    exported(here, "--status", "agreed")
    report = json.loads((here / "corpora/c/export/c.qdpx.loss.json").read_bytes())

    assert {"their status is single": 2} == report["kinds"]["codings"]["why_left_out"]
    assert not report["lost_nothing"]


def test_memos_go_where_they_are_wanted(here: Path) -> None:
    """As note, as description, or as both."""
    run(here, "import", "c", "../in.qdpx")
    found = {}
    for where in ("note", "description", "both"):
        project = read_qdpx(exported(here, "--memos", where)).project
        texts = [s.description for s in project.sources[0].selections if s.description]
        found[where] = (texts, [note.text for note in project.notes])

    assert {
        "note": ([], ["a memo"]),
        "description": (["a memo"], []),
        "both": (["a memo"], ["a memo"]),
    } == found


def test_guids_are_kept(here: Path) -> None:
    """Every element that came in goes out under the GUID that it had."""
    run(here, "import", "c", "../in.qdpx")
    before, after = sample(), read_qdpx(exported(here)).project

    for name in ("users", "variables", "cases", "sources", "notes"):
        assert {x.guid for x in getattr(before, name)} == {x.guid for x in getattr(after, name)}
    assert [p[-1].guid for p in walk(before.codes)] == [p[-1].guid for p in walk(after.codes)]
    assert [s.guid for s in before.sources[0].selections] == [
        s.guid for s in after.sources[0].selections
    ]


@pytest.fixture
def probes() -> Path:
    """Return the folder of probes; without it the test is skipped."""
    folder = Path(__file__).parents[2].parent / "shared" / "data" / "refi" / "probes"
    if not folder.is_dir():
        pytest.skip(f"{folder}: the probes of REFI-QDA are not here")
    return folder


def test_a_damaged_probe_comes_in_as_far_as_it_is_sound(here: Path, probes: Path) -> None:
    """Six codings arrive, the others are listed, and a person is asked to look."""
    assert 4 == run(here, "import", "c", str(probes / "w_damaged.qdpx"))
    run(here, "export", "c", "--to", "parquet")
    [path] = (here / "corpora/c/imported").glob("*.report.json")
    report = json.loads(path.read_bytes())

    assert 7 == len(told(here))  # six on passages, one on the whole text
    assert 3 == report["counts"]["codings that cannot be read"]
    assert all(any(char.isdigit() for char in line) for line in report["to_do"])


def test_links_sets_and_notes_go_out_again(here: Path, probes: Path) -> None:
    """What has no noun here is kept, and a case that was a code stays a case."""
    run(here, "import", "c", str(probes / "n_case_as_code.qdpx"))
    project = read_qdpx(exported(here)).project

    assert ["Links", "Sets"] == [one.container for one in project.kept]
    assert "Case: P1" not in {path[-1].name for path in walk(project.codes)}
    assert ["P1"] == [case.name for case in project.cases]
    assert "project memo" == project.description
    assert 1 == len(project.sources[0].codings)


@pytest.mark.parametrize("name", ["x_bomb", "x_xxe", "x_traversal", "x_truncated"])
def test_a_hostile_probe_leaves_nothing_behind(here: Path, probes: Path, name: str) -> None:
    """Refused in a sentence; no corpus, no file."""
    with pytest.raises(InputError):
        run(here, "import", "c", str(probes / f"{name}.qdpx"))

    assert [] == list(here.rglob("*.*"))


def test_new_texts_do_not_come_where_names_are_replaced(here: Path) -> None:
    """Their codings would lose their words; a corpus of their own takes them."""
    run(here, "import", "c", "../in.qdpx")
    config = here / "configs" / "c.toml"
    config.write_text('codebook = "c-imported"\n[privacy]\npseudonymise = true\n', encoding="utf-8")
    other = sample("Ann: I like 😀 rain!\nBob: And I do.\n")
    (here / "other.qdpx").write_bytes(write_qdpx(other))

    with pytest.raises(ConfigError, match="corpus of their own"):
        run(here, "import", "c", "other.qdpx", "--rename")


def test_a_text_without_words_is_listed(here: Path) -> None:
    """The rest of the file comes in."""
    [source] = sample().sources
    empty = replace(source, guid=derived("source", "e"), text=" \n", selections=(), name="e")
    empty = replace(empty, text_guid=derived("text", "e"))
    changed = replace(sample(), sources=(source, empty))
    (here / "e.qdpx").write_bytes(write_qdpx(changed))

    assert 4 == run(here, "import", "c", "e.qdpx")
    assert ["one.txt"] == [p.name for p in (here / "corpora/c/imported/texts").iterdir()]
