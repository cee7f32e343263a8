"""Which model is in use, and changing that."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from pipeline.core.codebook import parse_codebook
from pipeline.core.errors import ModelError, StaleError
from pipeline.learn.skopsfile import TRUSTED
from pipeline.learn.store import read_current, save_model
from pipeline.train.shelf import (
    Change,
    list_models,
    promote,
    read_history,
    rollback,
    show_model,
)

X = pd.DataFrame({"text": ["rain and rain", "the sun", "a bus"]})


@pytest.fixture
def trusted(classifier: Any) -> set[str]:
    """Return the types that models of these tests hold."""
    kind = type(classifier)
    return {*TRUSTED, f"{kind.__module__}.{kind.__name__}"}


@pytest.fixture
def ids(tmp_path: Path, classifier: Any, trusted: set[str]) -> list[str]:
    """Return the ids of three models."""
    found = []
    for day in range(3):
        Y = np.zeros((3, 4))
        Y[day] = 1
        card = {"date": f"2024-05-0{day + 1}", "reason": f"Reason {day}.", "is_promoted": day > 0}
        found.append(save_model(tmp_path, classifier.fit(X, Y), card, trusted=trusted))
    return found


def test_promoting_and_rolling_back_walk_the_same_way(
    tmp_path: Path, ids: list[str], trusted: set[str]
) -> None:
    """Each rollback undoes one promotion, down to none."""
    steps = [promote(tmp_path, name, trusted=trusted) for name in ids]
    assert [Change(None, ids[0]), Change(ids[0], ids[1]), Change(ids[1], ids[2])] == steps
    assert f"{ids[2]}\n" == (tmp_path / "current").read_text()
    assert ids[:2] == read_history(tmp_path)

    back = [rollback(tmp_path, trusted=trusted) for _ in ids]

    assert [Change(step.after, step.before) for step in reversed(steps)] == back
    assert read_current(tmp_path) is None


def test_promoting_what_is_in_use_changes_nothing(
    tmp_path: Path, ids: list[str], trusted: set[str]
) -> None:
    """No entry in the history, and no new date for make."""
    promote(tmp_path, ids[0], trusted=trusted)
    before = (tmp_path / "current").stat().st_mtime_ns
    promote(tmp_path, ids[0], trusted=trusted)

    assert before == (tmp_path / "current").stat().st_mtime_ns
    assert not read_history(tmp_path)


def test_nothing_in_use_cannot_be_taken_back(tmp_path: Path) -> None:
    """A sentence, not a traceback."""
    with pytest.raises(ModelError, match="no model is in use"):
        rollback(tmp_path)


def test_a_crash_between_the_two_writes_does_no_harm(
    tmp_path: Path, ids: list[str], trusted: set[str]
) -> None:
    """The model in use at the end of its own history is passed over."""
    promote(tmp_path, ids[0], trusted=trusted)
    promote(tmp_path, ids[1], trusted=trusted)
    (tmp_path / "history").write_text(f"{ids[0]}\n{ids[1]}\n")

    assert Change(ids[1], ids[0]) == rollback(tmp_path, trusted=trusted)


def test_a_model_that_does_not_load_is_not_put_into_use(
    tmp_path: Path, ids: list[str], trusted: set[str]
) -> None:
    """Neither a damaged one, nor an untrusted one, nor one of another codebook."""
    promote(tmp_path, ids[0], trusted=trusted)
    (tmp_path / ids[1] / "model.skops").write_bytes(b"")
    other = parse_codebook("codebook: a\nversion: '1'\ncodes: [{id: b, definition: c}]")

    with pytest.raises(ModelError, match="changed or cut off"):
        promote(tmp_path, ids[1], trusted=trusted)
    with pytest.raises(ModelError, match="trusted types"):
        promote(tmp_path, ids[2])
    with pytest.raises(StaleError, match="removed sun, talk, wet"):
        promote(tmp_path, ids[2], codebook=other, trusted=trusted)
    assert ids[0] == read_current(tmp_path)


def test_a_rollback_to_a_damaged_model_is_refused(
    tmp_path: Path, ids: list[str], trusted: set[str]
) -> None:
    """The model in use stays."""
    promote(tmp_path, ids[0], trusted=trusted)
    promote(tmp_path, ids[1], trusted=trusted)
    (tmp_path / ids[0] / "model.skops").write_bytes(b"")

    with pytest.raises(ModelError, match="changed or cut off"):
        rollback(tmp_path, trusted=trusted)
    assert ids[1] == read_current(tmp_path)


def test_the_list_has_the_latest_first(tmp_path: Path, ids: list[str], trusted: set[str]) -> None:
    """With date, what the gate said, and which is in use."""
    promote(tmp_path, ids[1], trusted=trusted)
    found = list_models(tmp_path)

    assert ids[::-1] == [entry.model_id for entry in found]
    assert [False, True, False] == [entry.is_current for entry in found]
    assert ["2024-05-03", "2024-05-02", "2024-05-01"] == [entry.date for entry in found]
    assert (True, "Reason 2.", "1.0.0") == (
        found[0].is_passed,
        found[0].reason,
        found[0].codebook_version,
    )


def test_a_damaged_card_stands_in_the_list(tmp_path: Path, ids: list[str]) -> None:
    """One broken model does not hide the others."""
    (tmp_path / ids[0] / "card.json").write_text("{")
    found = {entry.model_id: entry.problem for entry in list_models(tmp_path)}

    assert "not a whole model file" in found[ids[0]]
    assert not found[ids[1]]


def test_a_model_is_found_by_the_start_of_its_id(tmp_path: Path, ids: list[str]) -> None:
    """As long as it fits only one."""
    assert show_model(tmp_path, ids[1][:8])["date"] == "2024-05-02"


@pytest.mark.parametrize("name", ["", "nothing", "../.."])
def test_what_names_no_single_model_is_refused(tmp_path: Path, ids: list[str], name: str) -> None:
    """The message lists those there are."""
    with pytest.raises(ModelError, match=ids[0]):
        show_model(tmp_path, name)
