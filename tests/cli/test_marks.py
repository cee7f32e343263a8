"""glossator export --to taguette, doccano and their like, from a corpus that people have coded."""

import json
from typing import Any

import pytest

from pipeline.cli.marks import MARKS, mark
from pipeline.cli.refi import DEFAULTS
from pipeline.core.corpus import Corpus
from pipeline.core.errors import ConfigError
from pipeline.core.records import CodedSegment
from pipeline.core.tables import read_rows
from pipeline.export.marks import MARKERS
from tests.cli.conftest import Project, copy_of

PLAIN = {**DEFAULTS, "unit": "", "coder": ""}


@pytest.fixture(scope="module")
def ready(coded: Project, tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """Return a corpus whose coded segments are up to date."""
    made = copy_of(coded, tmp_path_factory.mktemp("marks"))
    done = made.run("export", "t", "--to", "doccano")
    assert 0 == done.returncode, done.stderr
    assert "export   2 codes" in done.stdout
    return Corpus(made.root, "t")


def exported(corpus: Corpus, to: str, **wish: Any) -> list[bytes]:
    """Return the files of an export, the loss report last."""
    return [path.read_bytes() for path in mark(corpus, to, PLAIN | wish).files]


def test_the_command_line_names_every_format() -> None:
    """The list of the options is that of the writers."""
    assert set(MARKERS) == set(MARKS)


@pytest.mark.parametrize("to", MARKS)
def test_every_format_is_written_with_a_report_that_adds_up(ready: Corpus, to: str) -> None:
    """In = out + changed + left out, for every kind of thing; a second export is the same."""
    files = exported(ready, to)

    report = json.loads(files[-1])
    assert report["kinds"]["codings"]["in"] > 0
    for count in report["kinds"].values():
        assert count["in"] == count["out"] + count["changed"] + count["left_out"]
    assert files == exported(ready, to)


@pytest.mark.parametrize("unit", ["segment", "transcript"])
def test_words_under_a_code_are_those_that_were_coded(ready: Corpus, unit: str) -> None:
    """By segment and by transcript the same words; segments without a code are there, too."""
    rows = read_rows(ready.table("coded_segments"), CodedSegment)

    texts = [json.loads(line) for line in exported(ready, "doccano", unit=unit)[0].splitlines()]

    found = {(one["text"][start:end], code) for one in texts for start, end, code in one["label"]}
    assert {(row.quote, row.code) for row in rows} == found
    assert (unit == "segment") == any(not one["label"] for one in texts)


def test_suggestions_go_out_apart_from_what_people_coded(ready: Corpus) -> None:
    """Machine and human work never mix."""
    plain = json.loads(exported(ready, "labelstudio")[0])
    both = json.loads(exported(ready, "labelstudio", with_suggestions=True)[0])

    assert not any(task["predictions"] for task in plain)
    assert any(task["predictions"] for task in both)
    assert [task["annotations"] for task in plain] == [task["annotations"] for task in both]


@pytest.mark.parametrize(
    ("to", "wish", "sentence"),
    [
        ("doccano", {"unit": "page"}, "--unit page: unknown"),
        ("taguette", {"unit": "segment"}, "taguette holds whole transcripts"),
        ("doccano", {"coder": "nobody"}, "--coder nobody: coded nothing here"),
        ("doccano", {"profile": "nvivo"}, "--profile: belongs to --to qdpx"),
        ("doccano", {"status": "agred"}, "--status agred: unknown; did you mean agreed"),
    ],
)
def test_a_wrong_wish_is_one_sentence(
    ready: Corpus, to: str, wish: dict[str, str], sentence: str
) -> None:
    """It names the option and what is known."""
    with pytest.raises(ConfigError) as caught:
        exported(ready, to, **wish)

    assert sentence in str(caught.value)
