"""Stage files: columns are checked, writing is whole or not at all, only changes are made."""

import errno
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.atomic import replacing, write_bytes
from pipeline.core.errors import StorageError, TableError
from pipeline.core.receipts import Outcome, Part, Receipt, key_of
from pipeline.core.records import Evidence, Segment, Suggestion
from pipeline.core.tables import (
    from_table,
    plan_update,
    read_receipt,
    read_rows,
    refresh,
    to_table,
    write_table,
)


def segment(name: str, number: int) -> Segment:
    """Return a segment of the transcript ``name``."""
    return Segment(f"{name}:{number}-{number + 1}", name, number, None, None, "x", number, 9, "é🌧")


def suggestion(weight: float) -> Suggestion:
    """Return a suggestion with evidence."""
    evidence = (Evidence(0, 3, weight, "word"), Evidence(4, 6, -weight, "word"))
    return Suggestion("a:0-9", "types.brand", 0.5, 1, evidence, "m", "1.0+abc")


def bring(path: Path, wanted: Mapping[str, str], made: list[str] | None = None) -> Outcome:
    """Refresh ``path`` with two segments a transcript; ``made`` gathers what was made."""

    def make(names: Sequence[str]) -> Mapping[str, Sequence[Segment]]:
        if made is not None:
            made.extend(names)
        return {name: [segment(name, 1), segment(name, 2)] for name in names}

    return refresh(path, Segment, wanted, make, Receipt("test"))


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_records_come_back_as_they_were(weight: float) -> None:
    """A record survives the way into columns and back, evidence and nulls included."""
    rows = [suggestion(weight)]

    assert rows == from_table(to_table(rows, Suggestion), Suggestion)
    assert [segment("a", 1)] == from_table(to_table([segment("a", 1)], Segment), Segment)
    assert [] == from_table(to_table([], Suggestion), Suggestion)


def test_a_receipt_comes_back_as_it_was(tmp_path: Path) -> None:
    """The receipt inside the table is the one beside it."""
    receipt = Receipt(
        "test",
        inputs={"a": "1"},
        model_id="m",
        skipped={"x": "why"},
        parts={"t": Part("k", "d")},
        details={"n": 3},
    )

    write_table(tmp_path / "t.parquet", to_table([], Segment), receipt)

    assert receipt == read_receipt(tmp_path / "t.parquet")
    assert receipt == Receipt.from_json((tmp_path / "t.parquet.receipt.json").read_text())


def test_only_what_is_new_or_changed_is_made(tmp_path: Path) -> None:
    """Kept transcripts are not made again; gone ones leave; order and bytes are as from scratch."""
    path, made = tmp_path / "t.parquet", list[str]()
    bring(path, {"a": "1", "b": "1", "c": "1"})

    outcome = bring(path, {"d": "1", "b": "1", "a": "2"}, made)
    updated = path.read_bytes()
    path.unlink()
    bring(path, {"a": "2", "b": "1", "d": "1"})

    assert ["d", "a"] == made
    assert (("b",), ("c",)) == (outcome.update.keep, outcome.update.drop)
    assert updated == path.read_bytes()


def test_nothing_to_do_only_renews_the_date(tmp_path: Path) -> None:
    """The bytes stay and nothing is made, but make sees a table newer than its sources."""
    path, made = tmp_path / "t.parquet", list[str]()
    bring(path, {"a": "1"})
    before = path.read_bytes()
    os.utime(path, (1, 1))

    outcome = bring(path, {"a": "1"}, made)

    assert not outcome.is_changed
    assert [] == made
    assert before == path.read_bytes()
    assert path.stat().st_mtime > 1


def test_an_empty_table_is_written_once(tmp_path: Path) -> None:
    """No transcript at all makes a table without rows, not a missing one."""
    path = tmp_path / "t.parquet"

    first, second = bring(path, {}), bring(path, {})

    assert (True, False) == (first.is_changed, second.is_changed)
    assert [] == read_rows(path, Segment)


def test_rows_of_named_transcripts_only(tmp_path: Path) -> None:
    """Reading some transcripts gives theirs and no others; none gives none."""
    bring(tmp_path / "t.parquet", {"a": "1", "b": "1"})

    rows = read_rows(tmp_path / "t.parquet", Segment, ["b"])

    assert {"b"} == {row.transcript_id for row in rows}
    assert [] == read_rows(tmp_path / "t.parquet", Segment, [])


def test_a_missing_table_says_what_to_do(tmp_path: Path) -> None:
    """The sentence names the file and the command."""
    with pytest.raises(TableError, match=r"t\.parquet: this table is not there yet. Run"):
        read_rows(tmp_path / "t.parquet", Segment)


def test_every_truncation_is_noticed(tmp_path: Path) -> None:
    """Cut anywhere, a table gives a sentence, never another exception and never fewer rows."""
    path = tmp_path / "t.parquet"
    bring(path, {"a": "1"})
    whole = path.read_bytes()

    for cut in range(0, len(whole), max(1, len(whole) // 20)):
        path.write_bytes(whole[:cut])
        with pytest.raises(TableError, match="not a whole Parquet file"):
            plan_update(path, {"a": "1"})


def test_other_columns_are_refused(tmp_path: Path) -> None:
    """A table of another version names what is missing or of another kind."""
    path = tmp_path / "t.parquet"
    write_table(path, to_table([segment("a", 1)], Segment), Receipt("test"))

    with pytest.raises(TableError, match=r"column code \(string\), score \(double\)"):
        read_rows(path, Suggestion)


def test_a_table_without_a_receipt_is_refused(tmp_path: Path) -> None:
    """A file that no stage wrote is not taken for one."""
    pq.write_table(to_table([], Segment), tmp_path / "t.parquet")

    with pytest.raises(TableError, match="it has no receipt"):
        read_receipt(tmp_path / "t.parquet")


@pytest.mark.parametrize(
    ("number", "code", "sentence"),
    [
        (errno.ENOSPC, "E_DISK_FULL", "the disk is full; nothing was changed"),
        (errno.EACCES, "E_STORAGE", "cannot be written"),
    ],
)
def test_a_disk_that_refuses_leaves_the_old_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: str, sentence: str
) -> None:
    """Full or forbidden at the last moment: the old table stands, no temporary file is left."""
    path = tmp_path / "t.parquet"
    bring(path, {"a": "1"})
    before = path.read_bytes()

    def refuse(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(StorageError, match=sentence) as caught:
        bring(path, {"a": "2"})

    assert code == caught.value.code
    assert before == path.read_bytes()
    assert [] == list(tmp_path.glob(".*.part"))


def fill_device(path: Path) -> None:
    """Write to a device that is always full."""
    with replacing(path) as temporary:
        temporary.unlink()
        temporary.symlink_to("/dev/full")
        temporary.write_bytes(b"x" * 100_000)


def interrupt(path: Path) -> None:
    """Press Ctrl-C in the middle of writing."""
    with replacing(path) as temporary:
        temporary.write_bytes(b"half")
        raise KeyboardInterrupt


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_really_full_device_gives_the_sentence(tmp_path: Path) -> None:
    """Not only in theory: the kernel's own refusal is understood."""
    with pytest.raises(StorageError, match="the disk is full"):
        fill_device(tmp_path / "t.txt")

    assert [] == list(tmp_path.iterdir())


def test_an_interruption_leaves_the_old_file(tmp_path: Path) -> None:
    """Ctrl-C in the middle of writing changes nothing and leaves nothing lying about."""
    path = tmp_path / "t.txt"
    write_bytes(path, b"old")

    with pytest.raises(KeyboardInterrupt):
        interrupt(path)

    assert b"old" == path.read_bytes()
    assert [path] == list(tmp_path.iterdir())


def test_keys_tell_parts_apart() -> None:
    """The same parts give the same key; a border moved between parts gives another."""
    assert key_of("a", 1, ("b",)) == key_of("a", 1, ("b",))
    assert key_of("ab", "c") != key_of("a", "bc")
