"""The key: it grows, never changes a number, is for its owner's eyes, and is never overwritten."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import InputError, StorageError
from pipeline.ingest.pseudonyms.key import Key, format_key, parse_key, read_key, write_key
from pipeline.ingest.pseudonyms.names import Person
from pipeline.ingest.pseudonyms.seek import Find

KINDS = st.sampled_from(["name", "e-mail", "phone", "postcode"])
FINDS = st.lists(st.tuples(KINDS, st.sampled_from("abcdefgh")))


def found(kind: str, identity: str) -> Find:
    """Return a find."""
    return Find(0, 1, kind, identity, identity.upper())


def test_numbers_are_given_by_kind_in_order() -> None:
    """Each kind counts for itself, each thing once."""
    key = Key().with_finds([found("name", "b"), found("phone", "1"), found("name", "a")])

    assert ["[Name 1]", "[Phone 1]", "[Name 2]"] == [e.replacement for e in key.entries]
    assert "[Name 1]" == key.replacement(found("name", "b"))
    assert None is key.replacement(found("name", "c"))


@given(FINDS, FINDS)
def test_a_number_never_changes(
    first: list[tuple[str, str]], second: list[tuple[str, str]]
) -> None:
    """Whatever is added, old entries stand as they were, and no number is given twice."""
    old = Key().with_finds(found(*one) for one in first)

    new = old.with_finds(found(*one) for one in second)

    assert old.entries == new.entries[: len(old.entries)]
    assert len(new.entries) == len({*first, *second}) == len(new.replacements)
    assert new == parse_key(format_key(new), where="key")


def test_people_with_pseudonyms_stand_in_the_key() -> None:
    """A pseudonym of the table is an entry without a number; a new one is added to the old."""
    key = Key().with_people([Person(("Orla Quist",), (), "P 1"), Person(("Ann Bane",))])
    key = key.with_people([Person(("Orla Quist",), (), "P 2")])

    assert [("orla quist", "P 1"), ("orla quist", "P 2")] == [
        (entry.identity, entry.replacement) for entry in key.entries
    ]


def test_a_number_that_is_a_pseudonym_is_passed_over() -> None:
    """If somebody is called ``[Name 1]`` in the table, nobody else is."""
    key = Key().with_people([Person(("Orla Quist",), (), "[Name 1]")])

    assert "[Name 2]" == key.with_finds([found("name", "a")]).replacement(found("name", "a"))


def test_the_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    """The folder has mode 0700 and the file 0600, also where they were laxer before."""
    path = tmp_path / "private" / "pseudonyms.json"
    path.parent.mkdir(mode=0o755)
    path.touch(0o644)
    key = Key().with_finds([found("name", "a")])

    for _ in range(2):
        write_key(path, key)

    assert 0o700 == stat.S_IMODE(path.parent.stat().st_mode)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert ["pseudonyms.json"] == [item.name for item in path.parent.iterdir()]
    assert key == read_key(path)


def test_a_file_in_place_of_the_folder_is_named(tmp_path: Path) -> None:
    """If private/ cannot be written, the error says so."""
    (tmp_path / "private").write_text("a file where the folder should be")

    with pytest.raises(StorageError, match="cannot be written"):
        write_key(tmp_path / "private" / "pseudonyms.json", Key())


def test_no_key_is_an_empty_one(tmp_path: Path) -> None:
    """Before the first run there is no key."""
    assert Key() == read_key(tmp_path / "private" / "pseudonyms.json")


GOOD = format_key(Key().with_finds([found("name", "a"), found("name", "b")]))


@pytest.mark.parametrize(
    "text",
    [
        "",
        GOOD[:-20],
        "[]",
        '{"version": 1}',
        '{"version": 2, "entries": []}',
        '{"version": 1, "entries": [{"kind": "name"}]}',
        '{"version": 1, "entries": 7}',
        GOOD.replace('"number": 2', '"number": 7'),
        GOOD.replace('"number": 2', '"number": true'),
        GOOD.replace("[Name 2]", "[Name 1]").replace('"number": 2', '"number": 1'),
        GOOD.replace('"kind": "name"', '"kind": "nome"', 1),
        GOOD.replace('"original": "A"', '"original": ""'),
        "\x00\x01",
        "[" * 100_000,
    ],
)
def test_a_damaged_key_is_refused(text: str) -> None:
    """What is no whole key is an error with a sentence, whatever is wrong with it."""
    with pytest.raises(InputError, match="never overwritten") as caught:
        parse_key(text, where="pseudonyms.json")

    assert "E_KEY_DAMAGED" == caught.value.code


def test_a_key_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """A folder in the place of the key is no empty key."""
    path = tmp_path / "pseudonyms.json"
    path.mkdir()

    with pytest.raises(InputError, match="cannot be read"):
        read_key(path)
