"""Code x attribute: distinct things are counted, absence is shown, nothing is mixed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipeline.core.errors import ConfigError
from pipeline.report.matrices.cells import ALL, matrix_of, triangulate

Make = Callable[..., Any]


def test_a_cell_counts_distinct_segments_transcripts_and_people(make: Make, tmp_path: Path) -> None:
    """A passage with two codes of a dimension is one segment of the dimension."""
    made = make()
    made.mark("int-1", 1, "value.money")
    made.mark("int-1", 1, "value.trust")
    made.mark("int-1", 2, "value.money")
    made.mark("int-2", 1, "value.money")

    matrix = matrix_of(made.study(tmp_path), "group")

    money, value = matrix.cell("value.money", ALL), matrix.cell("value", ALL)
    assert (3, 2, 2) == (money.n_segments, money.n_transcripts, money.n_participants)
    assert 3 == value.n_segments
    assert 0 == matrix.cell("value.money", "funder").n_segments


def test_empty_rows_and_columns_stand(make: Make, tmp_path: Path) -> None:
    """A group that nobody coded is a column all the same: absence is a finding."""
    made = make()
    made.mark("int-1", 1, "value.money")

    matrix = matrix_of(made.study(tmp_path), "group")

    assert ("charity", "funder") == matrix.axis.values
    assert 0 == matrix.cell("idle", "funder").n_segments


def test_a_disputed_code_counts_nowhere_else(make: Make, tmp_path: Path) -> None:
    """What coders differ on is kept apart."""
    made = make()
    made.mark("int-1", 1, "value.money", status="disputed")
    study = made.study(tmp_path)

    matrix = matrix_of(study, "group")

    assert 0 == matrix.cell("value.money", ALL).n_segments
    assert 1 == len(study.disputed)


def test_a_share_is_of_finished_segments(make: Make, tmp_path: Path) -> None:
    """The base is what people signed off in the column; without one there is no share."""
    made = make()
    made.mark("int-1", 1, "value.money")
    for turn in (1, 2, 3):
        made.done("ana", "int-1", turn)

    matrix = matrix_of(made.study(tmp_path), "group")

    assert 1 / 3 == matrix.share("value.money", "charity")
    assert matrix.share("value.money", "funder") is None


def test_a_program_finishes_nothing(make: Make, tmp_path: Path) -> None:
    """A script's done is no person's."""
    made = make()
    made.scripts = ("bot",)
    made.done("bot", "int-1", 1)

    assert not made.study(tmp_path).finished


def test_a_speaker_without_the_attribute_is_named_so(make: Make, tmp_path: Path) -> None:
    """Nobody is dropped: what is not known is a column of its own, the last."""
    made = make()
    made.people["P2"]["group"] = None
    made.mark("int-2", 1, "value.money")

    matrix = matrix_of(made.study(tmp_path), "group")

    assert "(not known)" == matrix.axis.values[-1]
    assert 1 == matrix.cell("value.money", "(not known)").n_segments


def test_an_unknown_column_meets_the_nearest(make: Make, tmp_path: Path) -> None:
    """The sentence names what was meant."""
    with pytest.raises(ConfigError, match="did you mean group"):
        matrix_of(make().study(tmp_path), "grop")


def test_a_code_that_left_the_codebook_is_counted_behind(make: Make, tmp_path: Path) -> None:
    """Codes that only decisions know follow those of the codebook."""
    made = make()
    made.mark("int-1", 1, "old.code", code_name="Old")
    study = made.study(tmp_path)

    assert "old.code" == list(study.code_names)[-1]
    assert 1 == matrix_of(study, "role").cell("old", ALL).n_segments


def test_triangulation_counts_kinds_of_sources(make: Make, tmp_path: Path) -> None:
    """Of the kinds that the corpus has, in how many a code was found."""
    made = make()
    made.source_types = {"int-1": "focus-group", "int-2": "document"}
    made.mark("int-1", 1, "value.money")
    made.mark("int-3", 1, "value.money")
    study = made.study(tmp_path)

    [money, *_] = triangulate(study, matrix_of(study, "source_type"))

    assert ("value.money", 2, 3) == (money.code, money.n_types, money.n_types_held)
