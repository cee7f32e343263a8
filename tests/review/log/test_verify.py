"""Damage is found and named, and what is left can still be read."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.core.errors import ReviewError
from pipeline.core.records import Decision
from pipeline.review.log.backup import backup
from pipeline.review.log.check import stale_quotes
from pipeline.review.log.rows import Assignment, Round, hash_of
from pipeline.review.log.salvage import wreck
from pipeline.review.log.store import Log, open_log
from pipeline.review.log.verify import gaps, verify

Drafter = Callable[..., Decision]
N = 120


@pytest.fixture
def full(log: Log, draft: Drafter) -> Path:
    """Return the path of a closed log with many decisions, a round and a memo."""
    handed = Assignment("ana", 1, "int-1", 0, 15, "order", None)
    name = log.add_round(Round("{}", "2026-01-01T00:00:00.000Z", "ana", (handed,)))
    coders = ("ana", "ben")
    log.append(
        [
            draft("add", f"c-{n}", coder=coders[n % 2], memo="m" * 90, round_id=name)
            for n in range(N)
        ]
    )
    log.close()
    return log.path


def tampered(path: Path, *statements: str) -> Path:
    """Run SQL on the log after dropping what protects it."""
    connection = sqlite3.connect(path)
    triggers = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    for (name,) in triggers.fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


def test_a_sound_log_has_nothing_to_tell(full: Path, texts: dict[str, str]) -> None:
    """Every hash, predecessor, parent, round and quote fits; heads are told for noting."""
    found = verify(full, texts)

    assert (N, 0, (), (), ()) == (
        found.n_decisions, found.exit_code, found.problems, found.stale, found.forks
    )  # fmt: skip
    with open_log(full) as log:
        assert log.heads() == found.heads
    assert found.are_quotes_checked
    assert not verify(full).are_quotes_checked


@pytest.mark.parametrize(
    ("statement", "first", "n_left"),
    [
        ("UPDATE decisions SET act = 'reject' WHERE seq = 40", "decision 40 .*its hash", N),
        ("UPDATE decisions SET memo = 'nicer' WHERE seq = 40", "decision 40 .*its hash", N),
        ("UPDATE decisions SET quote = CAST(x'ff' AS TEXT) WHERE seq = 40", "decision 40", N),
        ("UPDATE decisions SET quote = x'00' WHERE seq = 40", "decision 40: .* quote cannot", N),
        ("UPDATE decisions SET score = 'high' WHERE seq = 40", "decision 40: .* score cannot", N),
        ("UPDATE decisions SET detail = x'00' WHERE seq = 40", "decision 40: .* detail cannot", N),
        ("UPDATE decisions SET hash = 'x' WHERE seq = 40", "decision 40 .*its hash", N),
        ("UPDATE decisions SET hash = prev_hash WHERE seq = 40", "decision 40 .*its hash", N),
        ("UPDATE decisions SET hash = x'00' WHERE seq > 39", "decision 40: .* hash cannot", N),
        ("UPDATE decisions SET start = x'00' WHERE seq > 39", "decision 40: .* start cannot", N),
        ("DELETE FROM decisions WHERE seq = 40", "decision 40 is missing", N - 1),
        ("DELETE FROM decisions WHERE seq BETWEEN 40 AND 49", "decisions 40 to 49", N - 10),
        ("DELETE FROM decisions WHERE seq = 1", "decision 1 is missing", N - 1),
        ("DELETE FROM decisions WHERE seq >= 40", "decisions 40 to 120 are missing", 39),
        ("DELETE FROM decisions", "decisions 1 to 120 are missing", 0),
        ("UPDATE rounds SET settings = '[]'", "round .* was changed", N),
        ("UPDATE assignments SET coder = x'00'", "round .* was changed", N),
        ("UPDATE assignments SET position = 2", "round .* was changed", N),
        (
            "DELETE FROM current WHERE code = 'c-7'",
            "differs from the decisions at int-1:0-15 c-7",
            N,
        ),
        ("UPDATE current SET verdict = 'no'", "in 240 rows", N),
    ],
)
def test_tampering_is_named(full: Path, statement: str, first: str, n_left: int) -> None:
    """The first bad event is named, the code is 3, and all other rows are read."""
    found = verify(tampered(full, statement))

    assert 3 == found.exit_code
    assert re.search(first, found.problems[0])
    assert n_left == found.n_decisions


def test_a_cell_that_lost_its_type_is_damage(full: Path) -> None:
    """Where the schema was changed, too, a number may stand where words stood."""
    tampered(
        full,
        "PRAGMA writable_schema = ON",
        """UPDATE sqlite_master SET sql = replace(sql, '"detail" TEXT', '"detail" INT')""",
    )

    found = verify(tampered(full, "UPDATE decisions SET detail = 7 WHERE seq = 40"))

    assert "decision 40: what it holds as detail cannot be read" == found.problems[0]
    assert N == found.n_decisions


def test_a_deleted_row_breaks_the_chain_even_if_numbers_are_closed_up(full: Path) -> None:
    """Whoever renumbers the rows still leaves a row whose predecessor is missing."""
    found = verify(
        tampered(
            full,
            "DELETE FROM decisions WHERE seq = 40",
            "UPDATE decisions SET seq = seq - 1 WHERE seq > 40",
            "UPDATE sqlite_sequence SET seq = 119",
            "DELETE FROM current WHERE code = 'c-39'",
        )
    )

    assert 1 == len(found.problems)
    assert "decision 41 " in found.problems[0]
    assert "before it is missing" in found.problems[0]


def test_a_cut_tail_is_seen_by_noted_heads_only(full: Path) -> None:
    """Whoever cuts the end and hides it is found by heads that were noted before."""
    noted = verify(full).heads
    cut = tampered(
        full,
        "DELETE FROM decisions WHERE seq > 118",
        "DELETE FROM current WHERE code IN ('c-118', 'c-119')",
        "UPDATE sqlite_sequence SET seq = 118",
    )

    assert 0 == verify(cut).exit_code
    assert ["ana", "ben"] == [line[:3] for line in verify(cut, recorded=noted).problems]
    assert "was cut" in verify(cut, recorded=noted).problems[0]


@pytest.mark.parametrize("part", [0.95, 0.75, 0.6])
def test_a_file_cut_short_gives_what_is_left(full: Path, part: float) -> None:
    """A truncated file is damage; the rows on the pages that are left are read."""
    data = full.read_bytes()
    full.write_bytes(data[: int(len(data) * part) // 4096 * 4096])

    found = verify(full)

    assert 3 == found.exit_code
    assert "SQLite says" in found.problems[0]
    assert 0 < found.n_decisions <= N
    assert found.n_decisions == N or "missing or cannot be read" in "".join(found.problems)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_bytes_changed_anywhere_never_go_unseen_in_a_decision(
    full: Path, data: st.DataObject
) -> None:
    """Overwrite bytes anywhere: either every decision still reads as it did, or damage is said."""
    sound = full.read_bytes()
    with open_log(full) as log:
        before = log.decisions()
    copy = full.with_name("copy.sqlite")
    place = data.draw(st.integers(0, len(sound) - 9))
    copy.write_bytes(
        sound[:place] + data.draw(st.binary(min_size=8, max_size=8)) + sound[place + 8 :]
    )

    try:
        found = verify(copy)
        with wreck(copy) as log:
            after = list(log.salvaged().rows)
    except ReviewError:
        return
    finally:
        for path in copy.parent.glob("copy.sqlite*"):
            path.unlink()

    assert found.problems or before == after


def test_what_is_no_database_is_damage(tmp_path: Path) -> None:
    """A file of other bytes reads as nothing, with a problem."""
    path = tmp_path / "review.sqlite"
    path.write_bytes(b"coder,code\n" * 1000)

    found = verify(path)

    assert (3, 0, {}) == (found.exit_code, found.n_decisions, found.heads)


def test_the_derived_table_can_be_made_anew(full: Path) -> None:
    """What stands is derived; rebuilding mends it, but not while the decisions are damaged."""
    tampered(full, "UPDATE current SET verdict = 'no'")

    mended = verify(full, is_rebuilding=True)
    again = verify(full, is_rebuilding=True)
    tampered(full, "UPDATE current SET verdict = 'no'", "DELETE FROM decisions WHERE seq = 4")
    damaged = verify(full, is_rebuilding=True)

    assert (True, 0) == (mended.is_rebuilt, mended.exit_code)
    assert (False, 0) == (again.is_rebuilt, again.exit_code)
    assert (False, 3) == (damaged.is_rebuilt, damaged.exit_code)


def test_stale_quotes_and_conflicts_wait_for_a_person(
    log: Log, draft: Drafter, texts: dict[str, str]
) -> None:
    """Neither is damage: the log is as it was written, the world is not. Exit code 4."""
    one, two = draft("add", "rain"), draft("reject", "rain")
    log.adopt([replace(row, hash=hash_of(row)) for row in (one, two)], {})

    forked = verify(log.path, texts)
    changed = verify(log.path, {"int-1": "We rent rooms. Nobody pays."})
    gone = verify(log.path, {})

    assert (4, ()) == (forked.exit_code, forked.problems)
    assert "ana decided twice" in forked.conflicts[0]
    assert "part after the start" in forked.forks[0]
    assert "the text reads 'We rent rooms. '" in changed.stale[0]
    assert "no such transcript" in gone.stale[0]


def test_rows_that_stand_on_themselves_are_damage(log: Log, draft: Drafter) -> None:
    """A circle of parents, which only a forged row can close, is named."""
    one = draft("add", "rain", decision_id="1", parent="1")
    log.adopt([replace(one, hash=hash_of(one))], {})

    found = verify(log.path)

    assert "stands on itself" in found.problems[0]


def test_a_withheld_quote_is_judged_by_the_text(draft: Drafter, texts: dict[str, str]) -> None:
    """Where the words are not here, the hash of the whole text decides; nothing else can."""
    row = replace(draft("add", "rain"), quote=None)

    assert [] == stale_quotes([row, replace(row, decision_id="2")], texts)
    assert [row] == [found for found, _ in stale_quotes([row], {**texts, "int-1": "other"})]


@pytest.mark.parametrize(
    ("numbers", "last", "expected"),
    [
        ([], 0, []),
        ([1, 2], 2, []),
        ([2], 2, [(1, 1)]),
        ([1, 5], 7, [(2, 4), (6, 7)]),
    ],
)
def test_gaps_are_runs_of_missing_numbers(
    numbers: list[int], last: int, expected: list[tuple[int, int]]
) -> None:
    """Numbers are given out without a hole, so a hole is a loss."""
    assert expected == list(gaps(numbers, last))


def test_a_backup_is_whole_even_while_somebody_writes(
    log: Log, draft: Drafter, tmp_path: Path
) -> None:
    """The copy holds what a plain copy of the file would lack, and needs no second file."""
    rows = log.append([draft("add", "rain")])
    found = backup(log.path, tmp_path / "copies" / "backup.sqlite")

    assert (1, log.heads()) == (found.n_decisions, found.heads)
    with open_log(tmp_path / "copies" / "backup.sqlite") as copy:
        assert rows == copy.decisions()
    assert ["backup.sqlite"] == [path.name for path in (tmp_path / "copies").iterdir()]


def test_a_backup_takes_no_other_files_place(full: Path, tmp_path: Path) -> None:
    """Neither a file that is there nor a damaged log is copied over or on."""
    there = tmp_path / "there.sqlite"
    there.write_bytes(b"mine")

    with pytest.raises(ReviewError, match="never takes") as caught:
        backup(full, there)
    with pytest.raises(ReviewError, match="damaged"):
        backup(tampered(full, "DELETE FROM decisions WHERE seq = 4"), tmp_path / "new.sqlite")

    assert "E_EXISTS" == caught.value.code
    assert (b"mine", False) == (there.read_bytes(), (tmp_path / "new.sqlite").exists())
