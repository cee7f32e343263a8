"""Logs are exchanged as files: any order, any number of times, all or nothing."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.core.errors import GlossatorError, InputError, ReviewError, StaleError
from pipeline.core.records import Decision
from pipeline.review.log.fold import standings
from pipeline.review.log.parcel import format_parcel, parse_parcel
from pipeline.review.log.rows import Assignment, Coder, Round, canonical, hash_of
from pipeline.review.log.store import Log, create_log
from pipeline.review.log.transfer import Imported, merge, parcel_of

Drafter = Callable[..., Decision]
Maker = Callable[[Path], Log]
Texts = dict[str, str]


def exported(log: Log, **choices: object) -> bytes:
    """Return the file that exporting ``log`` gives."""
    return format_parcel(parcel_of(log, **choices)).encode()  # type: ignore[arg-type]  # keywords


def taken(log: Log, data: bytes, texts: Texts, *, is_dry: bool | None = False) -> Imported:
    """Import the file ``data`` into ``log``."""
    return merge(log, parse_parcel(data, where="f.jsonl"), texts, is_dry=is_dry)


def decide(log: Log, draft: Drafter, acts: Sequence[tuple[str, str, str]]) -> None:
    """Append acts (coder, act, code), each on top of all heads of its thread."""
    for coder, act, code in acts:
        heads = sorted(
            item.decision_id for item in log.current(coder, "int-1", 0, 15) if item.code == code
        )
        detail = canonical({"heads": heads}) if len(heads) > 1 else None
        parent = heads[0] if heads else None
        log.append([draft(act, code, coder=coder, parent=parent, detail=detail, memo=f"{act}!")])


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["ana", "ben"]),
        st.sampled_from(["add", "reject", "clear", "unsure"]),
        st.sampled_from(["rain", "sun"]),
    ),
    max_size=5,
)


@settings(max_examples=8, deadline=None)
@given(st.tuples(ACTS, ACTS, ACTS))
def test_merging_is_commutative_and_idempotent(
    draft: Drafter,
    new_log: Maker,
    texts: Texts,
    acts: tuple[list[tuple[str, str, str]], ...],
) -> None:
    """A then B, B then A, A twice: the same verdicts, and the same file when exported again."""
    with tempfile.TemporaryDirectory() as folder:
        logs = [new_log(Path(folder) / name / "review.sqlite") for name in ("l", "r", "x", "y")]
        left, right, one, other = logs
        decide(left, draft, acts[0])
        taken(right, exported(left), texts)
        decide(left, draft, acts[1])
        decide(right, draft, acts[2])
        files = [exported(left), exported(right)]

        for data in (*files, *files):
            taken(one, data, texts)
        for data in reversed(files):
            taken(other, data, texts)

        assert standings(one.decisions()) == standings(other.decisions())
        assert exported(one) == exported(other)
        assert set(one.all_current()) == set(other.all_current())
        for log in logs:
            log.close()


def test_the_same_log_gives_the_same_bytes(log: Log, draft: Drafter) -> None:
    """Exporting is a function of what was decided: header, rounds, then decisions by chain."""
    handed = Assignment("ana", 1, "int-1", 0, 15, "order", None)
    name = log.add_round(Round("{}", "2026-01-01T00:00:00.000Z", "ana", (handed,)))
    decide(log, draft, [("ben", "add", "rain"), ("ana", "add", "rain"), ("ben", "clear", "rain")])
    log.append([draft("done", round_id=name)])

    lines = [json.loads(line) for line in exported(log).decode().splitlines()]

    assert exported(log) == exported(log)
    assert ["ana", "ben", "robot"] == [item["coder"] for item in lines[0]["coders"]]
    assert name == lines[1]["round_id"]
    assert ["ana", "ana", "ben", "ben"] == [line["coder"] for line in lines[2:]]
    assert list(Decision.COLUMNS)[1:-2] == list(lines[2])


def test_a_round_trip_keeps_everything(log: Log, other: Log, draft: Drafter, texts: Texts) -> None:
    """Ids, times, hashes, rounds and odd words arrive as they left; seq is each log's own."""
    name = log.add_round(Round("{}", "2026-01-01T00:00:00.000Z", "ana", ()))
    log.add_coder(Coder("zoe", "person", "lead"))
    memo = "line\nbreak, \u2028 and \u0085, 🌧, \x00, =1+1"
    log.append([draft("add", "rain", coder="zoe", memo=memo, score=0.1, round_id=name, rank=1)])

    report = taken(other, exported(log), texts)

    assert Imported(1, 1, 0, ("zoe",), (name,), (), is_written=True) == report
    assert (0, 0) == (report.n_known, report.exit_code)
    assert log.decisions() == other.decisions()
    assert log.rounds() == other.rounds()


def test_one_coder_can_be_exported_alone(
    log: Log, other: Log, draft: Drafter, texts: Texts
) -> None:
    """A coder's own decisions are a whole: chain and threads never lead to another coder."""
    decide(log, draft, [("ben", "add", "rain"), ("ana", "add", "rain"), ("ben", "clear", "rain")])

    report = taken(other, exported(log, coder="ben"), texts)

    assert 2 == report.n_new
    assert {"ben": log.heads()["ben"]} == other.heads()


def test_memos_can_stay_at_home(log: Log, other: Log, draft: Drafter, texts: Texts) -> None:
    """Without memos their hashes remain, so the chain can still be checked and exported again."""
    decide(log, draft, [("ana", "add", "rain"), ("ana", "clear", "rain")])
    data = exported(log, has_memos=False)

    report = taken(other, data, texts)

    assert b"add!" not in data
    assert 2 == report.n_without_memo
    assert [None, None] == [row.memo for row in other.decisions()]
    assert log.heads() == other.heads()
    assert data == exported(other)
    assert 0 == taken(other, exported(log), texts).n_new
    with pytest.raises(ReviewError, match="already used"):
        other.append([replace(other.decisions()[0], memo="another")])


def test_a_conflict_is_rehearsed_first(log: Log, other: Log, draft: Drafter, texts: Texts) -> None:
    """An import that makes a coder contradict themselves is dry unless it is asked for."""
    decide(log, draft, [("ana", "add", "rain"), ("ben", "add", "rain")])
    decide(other, draft, [("ana", "reject", "rain"), ("ben", "add", "rain")])
    data = exported(log)

    rehearsed = taken(other, data, texts, is_dry=None)
    n_before = len(other.decisions())
    written = taken(other, data, texts)

    assert (False, True) == (rehearsed.is_written, written.is_written)
    assert (2, 4) == (n_before, len(other.decisions()))
    assert (4, 1) == (written.exit_code, len(written.conflicts))
    assert "ana decided twice" in written.conflicts[0]
    assert {"conflict"} == {i.verdict for i in other.all_current() if i.coder == "ana"}
    assert rehearsed.conflicts == written.conflicts


def test_without_conflicts_nobody_is_asked(
    log: Log, other: Log, draft: Drafter, texts: Texts
) -> None:
    """The default writes where nothing contradicts, and only looks when told to."""
    decide(log, draft, [("ana", "add", "rain")])
    data = exported(log)

    looked = taken(other, data, texts, is_dry=True)
    n_after_look = len(other.decisions())

    assert (False, 0) == (looked.is_written, n_after_look)
    assert taken(other, data, texts, is_dry=None).is_written


def changed(data: bytes, line: int, **cells: object) -> bytes:
    """Return a file with other cells in one line (0 is the header)."""
    lines = data.decode().split("\n")
    lines[line] = json.dumps({**json.loads(lines[line]), **cells}, ensure_ascii=False)
    return "\n".join(lines).encode()


@pytest.mark.parametrize(
    "case",
    [
        (0, {"corpus": "other"}, "E_FOREIGN_LOG", "written for the corpus 'other'"),
        (0, {"format": "glossator-log/9"}, "E_LOG_FILE", "first line"),
        (0, {"coders": 7}, "E_LOG_FILE", "corpus, coders or heads"),
        (0, {"coders": []}, "E_FOREIGN_CODER", "its coder zoe"),
        (0, {"heads": {"zoe": ["0" * 64]}}, "E_LOG_CHAIN", "ends before the last decision"),
        (1, {"act": "reject"}, "E_LOG_CHAIN", "does not match its hash"),
        (1, {"memo": "smuggled"}, "E_LOG_CHAIN", "does not match its hash"),
        (1, {"score": "high"}, "E_LOG_FILE", "line 2: score"),
        (1, {"start": True}, "E_LOG_FILE", "line 2: start"),
        (1, {"start": 2**70}, "E_LOG_FILE", "line 2: start"),
        (1, {"suggestion_visible": 2}, "E_LOG_FILE", "suggestion_visible"),
        (1, {"suggestion_visible": "no"}, "E_LOG_FILE", "suggestion_visible"),
        (1, {"coder": None}, "E_LOG_FILE", "coder"),
        (1, {"mood": "good"}, "E_LOG_FILE", "mood"),
    ],
)
def test_a_changed_file_is_refused(
    log: Log,
    other: Log,
    draft: Drafter,
    texts: Texts,
    case: tuple[int, dict[str, object], str, str],
) -> None:
    """Whatever was changed on the way, nothing of the file is taken, and the line is named."""
    line, cells, code, words = case
    log.add_coder(Coder("zoe", "person", "coder"))
    decide(log, draft, [("zoe", "add", "rain"), ("zoe", "clear", "rain")])

    with pytest.raises(GlossatorError, match=words) as caught:
        taken(other, changed(exported(log), line, **cells), texts)

    assert code == caught.value.code
    assert ([], {"ana", "ben", "robot"}) == (other.decisions(), set(other.coders()))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n",
        b"{}",
        b"[1]\n",
        b"coder,code\nana,rain\n",
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"format":"glossator-log/1","x":NaN}',
        b'{"format":"glossator-log/1","x":"\\ud800"}',
    ],
)
def test_what_is_no_export_is_refused(data: bytes) -> None:
    """Any other file gets a sentence."""
    with pytest.raises(InputError, match=r"f\.jsonl") as caught:
        parse_parcel(data, where="f.jsonl")

    assert "E_LOG_FILE" == caught.value.code


def test_a_file_cut_short_is_refused(log: Log, other: Log, draft: Drafter, texts: Texts) -> None:
    """Cut inside a line or between two, at either end: the file is not taken in part."""
    log.append([draft("add", "rain"), draft("add", "sun"), draft("add", "snow")])
    lines = exported(log).splitlines(keepends=True)

    for data in (b"".join(lines)[:-9], b"".join(lines[:-1]), b"".join([lines[0], *lines[2:]])):
        with pytest.raises(GlossatorError):
            taken(other, data, texts)

    assert [] == other.decisions()


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"parent_id": "lost"}, "stands on is missing"),
        ({"parent_id": "2"}, "about something else"),
        ({"parent_id": "1"}, "stands on itself"),
        ({"act": "undo"}, "undoes nothing"),
        ({"prev_hash": "0" * 64}, "before it is missing"),
        ({"round_id": "none"}, "round none is not in the file"),
    ],
)
def test_a_forged_row_is_refused(
    log: Log, draft: Drafter, texts: Texts, cells: dict[str, object], words: str
) -> None:
    """A row whose own hash fits must still fit the rows around it."""
    two = draft("add", "sun", decision_id="2", coder="ben")
    one = replace(draft("add", "rain", decision_id="1"), **cells)  # type: ignore[arg-type]  # columns
    rows = tuple(replace(row, hash=hash_of(row)) for row in (one, two))
    forged = replace(parcel_of(log), rows=rows)

    with pytest.raises(ReviewError, match=words):
        merge(log, forged, texts, is_dry=False)


def test_one_decision_cannot_read_in_two_ways(log: Log, draft: Drafter, texts: Texts) -> None:
    """The same id with another hash: one of the two logs was changed."""
    row = log.append([draft("add", "rain")])[0]
    other = replace(row, memo="other")
    forged = replace(parcel_of(log), rows=(replace(other, hash=hash_of(other)),))

    with pytest.raises(ReviewError, match="reads otherwise here") as caught:
        merge(log, forged, texts, is_dry=False)

    assert "E_DUPLICATE_ID" == caught.value.code


def test_a_name_is_one_coder(log: Log, draft: Drafter, texts: Texts, tmp_path: Path) -> None:
    """A program there and a person here are two, and must not become one."""
    with create_log(tmp_path / "third" / "review.sqlite", "pilot") as third:
        third.add_coder(Coder("ana", "script", "coder"))
        third.append([draft("add", "rain")])
        data = exported(third)

    with pytest.raises(ReviewError, match="two names") as caught:
        taken(log, data, texts)

    assert "E_FOREIGN_CODER" == caught.value.code


@pytest.mark.parametrize(
    "case",
    [
        ({}, "no such transcript"),
        ({"int-1": "We rent rooms. Nobody pays."}, "it was coded as 'We share rooms.'"),
    ],
)
def test_another_text_is_refused(
    log: Log, other: Log, draft: Drafter, case: tuple[Texts, str]
) -> None:
    """Decisions never move silently onto other words; a longer list is cut."""
    texts, words = case
    log.append([draft("add", f"c-{number}") for number in range(30)])

    with pytest.raises(StaleError, match=words) as caught:
        taken(other, exported(log), texts)

    assert "and 10 more" in str(caught.value)


WORDS: dict[str, object] = dict.fromkeys(Assignment.__slots__, "x")
UNSORTED = [{**WORDS, "position": 1}, {**WORDS, "position": {}}]


@pytest.mark.parametrize(
    "change",
    [{"settings": "{}"}, {"assignments": 3}, {"mood": 1}, {"assignments": UNSORTED}],
)
def test_a_changed_round_is_refused(log: Log, change: dict[str, object], draft: Drafter) -> None:
    """A round's id is the hash of what it says."""
    name = log.add_round(Round('{"seed":1}', "2026-01-01T00:00:00.000Z", "ana", ()))
    log.append([draft("add", "rain", round_id=name)])

    with pytest.raises(InputError, match="round"):
        parse_parcel(changed(exported(log), 1, **change), where="f.jsonl")


def test_a_round_travels_to_who_has_not_decided_yet(
    log: Log, other: Log, draft: Drafter, texts: Texts
) -> None:
    """A lead hands a round to somebody, with nobody else's decisions; theirs come back to it."""
    items = [Assignment(name, 0, "int-1", 0, 15, "audit", 0.5) for name in ("ana", "zoe")]
    log.add_coder(Coder("zoe", "person", "coder"))
    name = log.add_round(Round("{}", "2026-01-01T00:00:00.000Z", "ana", tuple(items)))
    log.add_round(Round("{}", "2026-01-02T00:00:00.000Z", "ana", (items[0],)))
    log.append([draft("add", "rain")])

    report = taken(other, exported(log, coder="zoe"), texts)

    assert (0, ("zoe",), (name,)) == (report.n_new, report.new_coders, report.new_rounds)
    assert {name: log.rounds()[name]} == other.rounds()
    assert [] == other.decisions()
    other.append([draft("done", coder="zoe", round_id=name)])
    assert 1 == taken(log, exported(other, coder="zoe"), texts).n_new
    assert 0 == taken(log, exported(other, coder="zoe"), texts).n_new
