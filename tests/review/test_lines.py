"""Lines of scripted decisions are checked whole before any of them is taken."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.core.errors import InputError
from pipeline.review.lines import parse_lines, read_lines, utc

GOOD = {"transcript_id": "int-1", "start": 0, "end": 15, "quote": "We share rooms.", "act": "skip"}


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ({"cod": "work"}, "unknown field cod; did you mean code"),
        ({"quote": None}, "quote is missing"),
        ({"start": "0"}, "start is '0'; must be a whole number"),
        ({"end": True}, "end is True; must be a whole number"),
        ({"code": 7}, "code is 7; must be a text"),
        ({"mode": "blind"}, "mode is 'blind'; must be one of assisted, blind-first"),
        ({"decided_at": "yesterday"}, "decided_at is 'yesterday'; must be ISO 8601"),
        ({"decided_at": "2026-01-02T03:04:05"}, "with an offset or Z"),
    ],
)
def test_what_is_wrong_with_a_line_is_said(cells: dict[str, object], words: str) -> None:
    """The place, what was found, what is allowed."""
    with pytest.raises(InputError, match=words) as caught:
        parse_lines([("here", {**GOOD, **cells})])

    assert str(caught.value).startswith("here: ")
    assert "E_LINES" == caught.value.code


def test_all_problems_come_at_once(tmp_path: Path) -> None:
    """Every bad line is named by its number; empty lines count but say nothing."""
    path = tmp_path / "lines.jsonl"
    path.write_text('{"act": "skip"}\n\n[1]\nnot JSON\n', encoding="utf-8-sig")

    with pytest.raises(InputError, match="6 problems") as caught:
        read_lines(path)

    assert all(f"line {number}: " in str(caught.value) for number in (1, 3, 4))


def test_an_exported_log_has_a_door_of_its_own(tmp_path: Path) -> None:
    """Its rows carry ids, times and hashes that must not be made anew."""
    path = tmp_path / "log.jsonl"
    path.write_text('{"format": "glossator-log/1"}\n{"decision_id": "x"}\n')

    with pytest.raises(InputError, match="glossator log import"):
        read_lines(path)


@pytest.mark.parametrize("data", [None, b"\xff\xfe{"])
def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, data: bytes | None) -> None:
    """Missing, or no UTF-8."""
    path = tmp_path / "lines.jsonl"
    if data is not None:
        path.write_bytes(data)

    with pytest.raises(InputError, match=r"lines\.jsonl: cannot be read"):
        read_lines(path)


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z"),
        ("2026-01-02T03:04:05.678901+02:00", "2026-01-02T01:04:05.678Z"),
        ("2026-01-02", None),
        ("", None),
    ],
)
def test_times_are_kept_in_utc(moment: str, expected: str | None) -> None:
    """A time without an offset is no moment."""
    assert expected == utc(moment)
