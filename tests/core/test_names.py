"""Names of files that every system takes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.corpus import check_new_name
from pipeline.core.errors import ConfigError
from pipeline.core.names import LONGEST_NAME, LONGEST_PART, fault_of, file_part, is_reserved


@pytest.mark.parametrize(
    "name", ["con", "NUL", "Aux", "prn.txt", "com1", "LPT9.tar.gz", "CON .txt", "conout$", "com¹"]
)
def test_names_of_devices_are_known(name: str) -> None:
    """Windows looks at what stands before the first full stop, in large letters or small."""
    assert is_reserved(name)


@pytest.mark.parametrize("name", ["console", "con-1", "nullarbor", "com10", "lpt", "icon", "_con"])
def test_names_that_only_look_like_devices_are_taken(name: str) -> None:
    """A longer word is a name like any other."""
    assert not is_reserved(name)
    assert fault_of(name, ()) == ""


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("con", "keeps this name for a device"),
        ("pilot.", "ends in a full stop"),
        ("pilot ", "ends in a full stop or a blank"),
        ("p" * (LONGEST_NAME + 1), "101 characters; the limit is 100"),
        ("PILOT", "pilot is there"),
    ],
)
def test_a_name_that_some_system_cannot_hold_is_explained(name: str, words: str) -> None:
    """The reason is said, so that another name can be chosen."""
    assert words in fault_of(name, ["demo", "pilot"])


def test_no_new_corpus_takes_such_a_name(tmp_path: Path) -> None:
    """It is refused in one sentence; what is there is left alone, whatever its name."""
    (tmp_path / "corpora" / "nul").mkdir(parents=True)

    check_new_name(tmp_path, "nul")
    with pytest.raises(ConfigError, match="NUL: Windows keeps this name for a device"):
        check_new_name(tmp_path, "NUL")
    with pytest.raises(ConfigError, match="letters, digits"):
        check_new_name(tmp_path, "a b")


@pytest.mark.parametrize("name", ["role", "Größe", "site_east", "日本", "a b"])
def test_a_part_that_every_system_takes_stays(name: str) -> None:
    """Letters of any script, blanks inside."""
    assert name == file_part(name)


@given(st.text(), st.text())
def test_a_part_of_a_file_name_leads_nowhere_else(one: str, other: str) -> None:
    """No folder, no sign that a system keeps for itself, not too long, and no two the same."""
    part = file_part(one)

    assert not set(part) & set('<>:"/\\|?*\x00\n')
    assert not part.endswith((" ", "."))
    assert len(part) <= LONGEST_PART + 7
    assert (one == other) == (part == file_part(other))
