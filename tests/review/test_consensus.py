"""Votes become coded segments: the joined table, its receipt, and what leaves it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from pipeline.core.codebook import read_codebook
from pipeline.core.corpus import Corpus
from pipeline.core.errors import ConfigError, TableError
from pipeline.core.receipts import Outcome, Receipt
from pipeline.core.records import CodedSegment, Participant, Transcript, Turn
from pipeline.core.tables import Noun, read_receipt, read_rows, read_table, schema_of, write_table
from pipeline.review import consensus, decisions
from pipeline.review.desk import Ask
from pipeline.review.scripted import decide_file, decide_one

Layer = Callable[[Path, Sequence[Noun]], None]


def decide(corpus: Corpus, coder: str, segment: str, *asks: Ask) -> None:
    """Take decisions on one segment, with the suggestions in view."""
    for ask in asks:
        decide_one(corpus, coder, segment, ask)


def run(corpus: Corpus, rule: str = "unanimous") -> Outcome:
    """Bring both tables of the room up to date."""
    decisions.run(corpus.log, corpus.table("decisions"))
    book = read_codebook(corpus.codebook(corpus.settings()))
    sources = consensus.Sources.of(corpus)
    return consensus.run(sources, corpus.table("coded_segments"), book, rule=rule)


def people(corpus: Corpus, **attributes: pa.Array) -> None:
    """Write the participants table: P-int-1 and P-int-2, with further columns."""
    cells = {
        "participant_id": pa.array(["P-int-1", "P-int-2"]),
        "pseudonym": pa.array(["Rosa", None]),
        "role": pa.array(["participant", "participant"]),
        "organisation": pa.array([None, "Lantern"]),
    }
    table = pa.table(cells, schema=schema_of(Participant.COLUMNS))
    for name, values in attributes.items():
        table = table.append_column(name, values)
    write_table(corpus.table("participants"), table, Receipt("ingest"))


@pytest.fixture
def coded(corpus: Corpus) -> Corpus:
    """Return a corpus in which two coders agreed, differed and stood alone."""
    people(corpus, age=pa.array([41.0, None]), group=pa.array(["a", "b"]))
    decide(corpus, "ana", "int-1:0-15", Ask("accept", "weather.rain", "wet"), Ask("done"))
    decide(corpus, "ben", "int-1:0-15", Ask("add", "weather.rain"), Ask("add", "work"), Ask("done"))
    decide(corpus, "ana", "int-2:0-22", Ask("add", "weather.sun"))
    return corpus


def test_one_row_for_each_code_on_a_span(coded: Corpus) -> None:
    """Who said yes, whether they agree, whose words they are, and where the code came from."""
    outcome = run(coded)

    rows = read_rows(coded.table("coded_segments"), CodedSegment)
    assert [
        CodedSegment(
            "int-1", "interview", 1, 0, 15, "We share rooms.", "Ana", "P-int-1", "participant",
            "weather.rain", "weather", "Rain falls", "ana; ben", "agreed", "accepted-suggestion",
            "wet", "m-1",
        ),
        CodedSegment(
            "int-1", "interview", 1, 0, 15, "We share rooms.", "Ana", "P-int-1", "participant",
            "work", "work", "Work", "ben", "single", "accepted-suggestion", None, "m-1",
        ),
        CodedSegment(
            "int-2", "interview", 1, 0, 22, "I was laid off in May.", "Ana", "P-int-2",
            "participant", "weather.sun", "weather", "Sun shines", "ana", "single", "person",
            None, None,
        ),
    ] == rows  # fmt: skip
    assert (3, {}) == (outcome.receipt.rows_out, dict(outcome.receipt.skipped))
    assert {"agreed": 1, "single": 2} == outcome.receipt.details["status"]


def test_attributes_stand_behind_the_role(coded: Corpus) -> None:
    """Pseudonym, organisation, then every further column, in the kind in which it came."""
    run(coded)

    table = read_table(coded.table("coded_segments"), CodedSegment.COLUMNS)
    names = table.column_names
    place = names.index("role") + 1
    assert ["pseudonym", "organisation", "age", "group", "code"] == names[place : place + 5]
    assert [n for n in names if n in CodedSegment.COLUMNS] == list(CodedSegment.COLUMNS)
    assert [41.0, 41.0, None] == table["age"].to_pylist()
    assert ["Rosa", "Rosa", None] == table["pseudonym"].to_pylist()
    assert [None, None, "Lantern"] == table["organisation"].to_pylist()


@pytest.mark.parametrize("has_table", [True, False])
def test_attribute_columns_are_there_without_participants(
    corpus: Corpus, *, has_table: bool
) -> None:
    """An empty table of participants, or none, leaves the two columns that all have."""
    decide(corpus, "ana", "int-1:0-15", Ask("add", "work"))
    if has_table:
        table = (
            schema_of(Participant.COLUMNS).empty_table().append_column("age", pa.array([], "f8"))
        )
        write_table(corpus.table("participants"), table, Receipt("ingest"))

    run(corpus)

    table = read_table(corpus.table("coded_segments"), CodedSegment.COLUMNS)
    assert has_table is ("age" in table.column_names)
    assert [None] == table["pseudonym"].to_pylist()


def test_an_attribute_may_not_be_called_like_a_column(coded: Corpus) -> None:
    """The table would have two columns of one name."""
    people(coded, code=pa.array(["a", "b"]))

    with pytest.raises(ConfigError, match="column code has the name") as caught:
        run(coded)

    assert "E_ATTRIBUTE_NAME" == caught.value.code


def test_nothing_is_done_twice(coded: Corpus) -> None:
    """The same decisions, texts, people, codebook and rule: no new bytes; any other: new ones."""
    first = run(coded)
    before = coded.table("coded_segments").read_bytes()

    assert not run(coded).is_changed
    assert before == coded.table("coded_segments").read_bytes()
    assert run(coded, "any").is_changed
    people(coded, age=pa.array([42.0, None]))
    changed = run(coded)
    decide(coded, "ana", "int-2:0-22", Ask("add", "work"))
    one = run(coded)
    assert changed.is_changed
    assert ("int-2",) == one.update.make
    assert changed.receipt.parts["int-1"] == one.receipt.parts["int-1"]
    assert first.receipt.parts["int-1"] != one.receipt.parts["int-1"]


def test_stale_quotes_leave_with_a_line(coded: Corpus, lay: Layer) -> None:
    """Words that changed leave the results and are named in the receipt, with what they were."""
    texts = [
        Transcript("int-1", "a", "", "interview", "We rent rooms. Nobody pays for them."),
        Transcript("int-2", "b", "", "interview", "I was laid off in May. They kept my desk."),
    ]
    lay(coded.table("transcripts"), texts)

    receipt = run(coded).receipt

    assert (1, 5) == (receipt.rows_out, len(receipt.skipped))
    assert "it was coded as 'We share rooms.'" in receipt.skipped["int-1:0-15 work (ben)"]


def test_a_transcript_that_is_gone_leaves_with_a_line(coded: Corpus, lay: Layer) -> None:
    """Its decisions stay in the log; nothing of it is in the results."""
    text = "I was laid off in May. They kept my desk."
    lay(coded.table("transcripts"), [Transcript("int-2", "b", "", "interview", text)])

    receipt = run(coded).receipt

    assert 1 == receipt.rows_out
    assert "no such transcript" in receipt.skipped["int-1:0-15 weather.rain (ana)"]


def test_a_code_that_is_gone_keeps_its_path(coded: Corpus) -> None:
    """The codebook may change; what was decided stays, and the receipt says so."""
    book = coded.codebook(coded.settings())
    book.write_text(book.read_text().replace("id: work", "id: labour"))

    receipt = run(coded).receipt

    rows = read_rows(coded.table("coded_segments"), CodedSegment)
    assert ("work", "work") == (rows[1].code_name, rows[1].dimension)
    assert ["work"] == receipt.details["codes_not_in_codebook"]


def test_words_between_turns_have_no_speaker(corpus: Corpus) -> None:
    """The turn is the one that holds the first character; between turns there is none."""
    path = corpus.folder / "lines.jsonl"
    path.write_text(
        '{"transcript_id": "int-1", "start": 15, "end": 22, "quote": " Nobody", '
        '"act": "add", "code": "work"}'
    )
    decide_file(corpus, "ana", path)

    run(corpus)

    row = read_rows(corpus.table("coded_segments"), CodedSegment)[0]
    assert (None, None, None, "unknown") == (row.turn, row.speaker, row.participant_id, row.role)


def test_a_passage_answers_the_question_of_the_turn_it_begins_in(coded: Corpus, lay: Layer) -> None:
    """The question is the turn's, null where its turn has none."""
    turns = read_rows(coded.table("turns"), Turn)
    known = {("int-1", 1): "q1", ("int-1", 2): "q2"}
    lay(
        coded.table("turns"),
        [replace(turn, question=known.get((turn.transcript_id, turn.turn))) for turn in turns],
    )

    run(coded)

    rows = read_rows(coded.table("coded_segments"), CodedSegment)
    assert ["q1", "q1", None] == [row.question for row in rows]


def test_nothing_decided_is_an_empty_table(corpus: Corpus) -> None:
    """A table with all columns and no rows, once."""
    assert run(corpus).is_changed
    assert not run(corpus).is_changed
    assert [] == read_rows(corpus.table("coded_segments"), CodedSegment)


def test_an_unknown_rule_is_refused(corpus: Corpus) -> None:
    """A typo must not quietly mean another rule."""
    with pytest.raises(ConfigError, match="did you mean majority"):
        run(corpus, "majorty")


def test_a_missing_table_is_said(coded: Corpus) -> None:
    """Without turns nobody knows who spoke; the table of before stays."""
    run(coded)
    before = coded.table("coded_segments").read_bytes()
    coded.table("turns").unlink()

    with pytest.raises(TableError, match="turns"):
        run(coded)

    assert before == coded.table("coded_segments").read_bytes()
    assert read_receipt(coded.table("coded_segments")).rows_out == 3
