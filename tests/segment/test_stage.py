"""The segment stage: what is coded, what is context, and doing only what changed."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import TableError
from pipeline.core.receipts import Outcome, Part, Receipt, digest_of
from pipeline.core.records import Segment, Turn
from pipeline.core.settings import SegmentSettings
from pipeline.core.tables import read_rows, to_table, write_table
from pipeline.engine import Engine
from pipeline.segment import stage

TALK = {
    "a": [("interviewer", "How was it?"), ("participant", "Good. Busy. We met the council twice.")],
    "b": [("participant", "Um, we trained each other.")],
}


def turns_of(name: str, talk: list[tuple[str, str]]) -> list[Turn]:
    """Return turns laid out as in a canonical text, one a line."""
    turns, start = [], 0
    for number, (role, text) in enumerate(talk, 1):
        end = start + len(text)
        turns.append(
            Turn(name, number, role[0].upper(), None, role, start, end, None, None, "exact", text)
        )
        start = end + 1
    return turns


def write_turns(path: Path, talk: dict[str, list[tuple[str, str]]]) -> None:
    """Write a table of turns as ingest does."""
    rows = {name: turns_of(name, lines) for name, lines in talk.items()}
    parts = {name: Part("", digest_of(turns)) for name, turns in rows.items()}
    flat = [turn for name in sorted(rows) for turn in rows[name]]
    write_table(path, to_table(flat, Turn), Receipt("ingest", parts=parts, rows_out=len(flat)))


def run(folder: Path, settings: SegmentSettings | None = None, jobs: int = 1) -> Outcome:
    """Run the stage in ``folder``."""
    return stage.run(
        folder / "turns.parquet",
        folder / "segments.parquet",
        settings or SegmentSettings(),
        language="en",
        engine=Engine(jobs),
    )


def test_interviewer_turns_are_context(tmp_path: Path) -> None:
    """What the interviewer says is not coded unless the settings say so."""
    write_turns(tmp_path / "turns.parquet", TALK)

    run(tmp_path)
    roles = {row.role for row in read_rows(tmp_path / "segments.parquet", Segment)}
    run(tmp_path, SegmentSettings(context_roles=()))
    all_roles = {row.role for row in read_rows(tmp_path / "segments.parquet", Segment)}

    assert {"participant"} == roles
    assert {"participant", "interviewer"} == all_roles


@given(st.lists(st.text(max_size=30), max_size=5))
def test_a_segment_is_the_words_at_its_span(texts: list[str]) -> None:
    """``text[start:end]`` of the transcript is the segment's text, whatever the words are."""
    turns = turns_of("t", [("participant", text) for text in texts])
    whole = "\n".join(texts)

    segments = stage.segment_turns(turns, settings=SegmentSettings(), language="en")

    assert all(whole[s.start : s.end] == s.text for s in segments)
    assert all(s.segment_id == f"t:{s.start}-{s.end}" for s in segments)


def test_a_segment_answers_the_question_of_its_turn() -> None:
    """Every segment of a turn knows the question; without a guide there is none."""
    [told, untold] = turns_of("t", [("participant", "We met. We talked."), ("participant", "No.")])
    settings = SegmentSettings(unit="sentence")

    segments = stage.segment_turns(
        [replace(told, question="q2"), untold], settings=settings, language="en"
    )

    assert ["q2", "q2", None] == [segment.question for segment in segments]


def test_a_second_run_does_nothing(tmp_path: Path) -> None:
    """Unchanged turns and settings: no transcript is cut again and the bytes stay."""
    write_turns(tmp_path / "turns.parquet", TALK)
    run(tmp_path)
    before = (tmp_path / "segments.parquet").read_bytes()

    outcome = run(tmp_path)

    assert not outcome.is_changed
    assert before == (tmp_path / "segments.parquet").read_bytes()


def test_only_the_changed_transcript_is_cut_again(tmp_path: Path) -> None:
    """One changed, one new, one gone, one kept: the table is as if made afresh."""
    write_turns(tmp_path / "turns.parquet", {**TALK, "c": TALK["a"]})
    run(tmp_path)
    changed = {"a": TALK["a"], "b": [("participant", "No.")], "d": [("participant", "New.")]}
    write_turns(tmp_path / "turns.parquet", changed)

    outcome = run(tmp_path)
    updated = (tmp_path / "segments.parquet").read_bytes()
    (tmp_path / "segments.parquet").unlink()
    run(tmp_path)

    assert (("b", "d"), ("a",), ("c",)) == (
        outcome.update.make,
        outcome.update.keep,
        outcome.update.drop,
    )
    assert updated == (tmp_path / "segments.parquet").read_bytes()


def test_several_processes_write_the_same_bytes(tmp_path: Path) -> None:
    """The number of processes changes the time, never the table."""
    write_turns(tmp_path / "turns.parquet", {f"t{n}": TALK["a"] for n in range(9)})
    run(tmp_path)
    alone = (tmp_path / "segments.parquet").read_bytes()
    (tmp_path / "segments.parquet").unlink()

    run(tmp_path, jobs=2)

    assert alone == (tmp_path / "segments.parquet").read_bytes()


def test_a_truncated_table_is_named(tmp_path: Path) -> None:
    """Half a Parquet file gives a sentence with its path, not a traceback of Arrow's."""
    path = tmp_path / "turns.parquet"
    write_turns(path, TALK)
    path.write_bytes(path.read_bytes()[:200])

    with pytest.raises(TableError, match=r"turns\.parquet: this is not a whole Parquet file"):
        run(tmp_path)
