"""Decisions from files and command lines go through the same desk: whole, once, and honestly."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import pytest

from pipeline.core.corpus import Corpus
from pipeline.core.details import detail_of, parsed_detail
from pipeline.core.errors import CodebookError, GlossatorError, InputError, ReviewError, StaleError
from pipeline.core.records import Decision, Transcript
from pipeline.core.settings import RoundSettings
from pipeline.review.corpus_log import add_coder
from pipeline.review.desk import Ask
from pipeline.review.facts import read_facts
from pipeline.review.log.fold import independent, standings
from pipeline.review.log.store import open_log
from pipeline.review.scripted import Decided, decide_file, decide_one, undo
from pipeline.review.seating import new_round

Layer = Callable[[Path, Sequence[Transcript]], None]

FIRST = {"transcript_id": "int-1", "start": 0, "end": 15, "quote": "We share rooms."}
RAIN = {"transcript_id": "int-1", "start": 38, "end": 39, "quote": "🌧"}


def run(
    corpus: Corpus,
    lines: Iterable[Mapping[str, object]],
    coder: str = "ana",
    *,
    is_dry: bool = False,
) -> Decided:
    """Decide what ``lines`` say by way of a file."""
    path = corpus.folder / "lines.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines) + "\n", encoding="utf-8")
    return decide_file(corpus, coder, path, is_dry=is_dry)


def rows_of(corpus: Corpus) -> list[Decision]:
    """Return all rows of the corpus's log but what was shown."""
    with open_log(corpus.log) as log:
        return [row for row in log.decisions() if row.act != "shown"]


def verdicts(corpus: Corpus) -> dict[tuple[str, str | None], str | None]:
    """Return what stands by coder and code."""
    with open_log(corpus.log) as log:
        return {(item.coder, item.code): item.verdict for item in log.all_current()}


def test_lines_become_decisions(corpus: Corpus) -> None:
    """Each line is one decision on the words that it quotes, with what the model said of it."""
    done = run(
        corpus,
        [
            {**FIRST, "act": "accept", "code": "weather.rain", "memo": "wet"},
            {**FIRST, "act": "add", "code": "weather.sun"},
            {**FIRST, "act": "done"},
            {**RAIN, "act": "add", "code": "weather.rain"},
        ],
    )

    rows = rows_of(corpus)
    assert (tuple(rows), 0, 0) == (done.taken, done.n_known, done.exit_code)
    assert [("m-1", 0.75, 1), ("m-1", None, None), (None, None, None), (None, None, None)] == [
        (row.model_id, row.score, row.rank) for row in rows
    ]
    assert [True, True, True, False] == [row.suggestion_visible for row in rows]
    assert {"yes": ["weather.rain", "weather.sun"], "undecided": ["work"]} == detail_of(rows[2])
    assert ["command"] * 4 == [row.surface for row in rows]
    assert 1 == len({row.group_id for row in rows})
    assert "wet" == rows[0].memo
    assert rows[0].decided_at <= rows[0].recorded_at


def test_what_the_command_line_shows_is_written_down_once(corpus: Corpus) -> None:
    """Assisted lines count as having seen the suggestions; a span is shown once for each model."""
    run(corpus, [{**FIRST, "act": "add", "code": "work"}, {**FIRST, "act": "skip"}])

    with open_log(corpus.log) as log:
        shown = [row for row in log.decisions() if row.act == "shown"]
    assert [["weather.rain", 1, 0.75], ["work", 2, 0.5]] == parsed_detail(shown[0])
    assert (1, True, None) == (len(shown), shown[0].suggestion_visible, shown[0].parent_id)


def test_blind_lines_saw_nothing(corpus: Corpus) -> None:
    """Without anything shown, suggestion_visible is 0; the first done closes a free judgement."""
    run(
        corpus,
        [
            {**FIRST, "act": "add", "code": "weather.rain", "mode": "blind-first"},
            {**FIRST, "act": "done", "mode": "blind-first"},
        ],
    )

    rows = rows_of(corpus)
    assert [False, False] == [row.suggestion_visible for row in rows]
    assert [0.75, None] == [row.score for row in rows]
    assert {row.decision_id for row in rows} == independent(rows, ())
    assert {"yes": ["weather.rain"], "undecided": []} == detail_of(rows[1])


@pytest.mark.parametrize("later", [FIRST, {**FIRST, "start": 3, "quote": "share rooms."}])
def test_what_was_shown_cannot_become_blind(corpus: Corpus, later: dict[str, object]) -> None:
    """Words once shown with suggestions stay shown, also where segments are cut anew."""
    run(corpus, [{**FIRST, "act": "skip"}])
    run(corpus, [{**later, "act": "add", "code": "weather.sun", "mode": "blind-first"}])
    run(corpus, [{**later, "act": "add", "code": "weather.sun", "mode": "blind-first"}], "ben")

    by_coder = {row.coder: row.suggestion_visible for row in rows_of(corpus) if row.act == "add"}
    assert {"ana": True, "ben": False} == by_coder


def test_accepting_wants_a_suggestion_that_was_shown(corpus: Corpus) -> None:
    """Blind, or for a code that was not suggested, there is nothing to accept."""
    for line in (
        {**FIRST, "act": "accept", "code": "weather.rain", "mode": "blind-first"},
        {**FIRST, "act": "reject", "code": "weather.sun"},
    ):
        with pytest.raises(ReviewError, match=r"line 1: .*not suggested here"):
            run(corpus, [line])

    assert [] == rows_of(corpus)


def test_a_second_run_does_nothing(corpus: Corpus) -> None:
    """Accept, reject, accept from one file: each is found again, the third, too."""
    lines = [
        {**FIRST, "act": "accept", "code": "weather.rain"},
        {**FIRST, "act": "reject", "code": "weather.rain"},
        {**FIRST, "act": "accept", "code": "weather.rain"},
        {**FIRST, "act": "memo", "memo": "wet"},
        {**FIRST, "act": "done"},
    ]
    first = run(corpus, lines)
    before = rows_of(corpus)

    again = run(corpus, lines)

    assert (5, 0, 5) == (len(first.taken), len(again.taken), again.n_known)
    assert before == rows_of(corpus)
    assert "yes" == verdicts(corpus)["ana", "weather.rain"]


def test_a_second_run_after_a_change_of_mind_changes_nothing(corpus: Corpus) -> None:
    """What a person decided since is not overwritten by the same file."""
    lines = [{**FIRST, "act": "add", "code": "weather.rain"}]
    run(corpus, lines)
    run(corpus, [{**FIRST, "act": "clear", "code": "weather.rain"}])

    assert 0 == len(run(corpus, lines).taken)
    assert "open" == verdicts(corpus)["ana", "weather.rain"]


def test_a_longer_file_adds_what_is_new(corpus: Corpus) -> None:
    """A file that grew is taken up where it was left; lines may have ids and times of their own."""
    old = {
        **FIRST, "act": "add", "code": "work", "decision_id": "mine",
        "decided_at": "2025-05-06T09:00:00+02:00",
    }  # fmt: skip
    run(corpus, [old])

    again = run(corpus, [old, {**FIRST, "act": "done"}])

    assert (1, 1) == (len(again.taken), again.n_known)
    assert ("mine", "2025-05-06T07:00:00.000Z") == (
        rows_of(corpus)[0].decision_id, rows_of(corpus)[0].decided_at
    )  # fmt: skip
    assert rows_of(corpus)[0].recorded_at > "2025-05-07"


def test_an_id_of_ones_own_means_one_decision(corpus: Corpus) -> None:
    """The same id for another act is refused."""
    run(corpus, [{**FIRST, "act": "add", "code": "work", "decision_id": "mine"}])

    with pytest.raises(ReviewError, match="already used") as caught:
        run(corpus, [{**FIRST, "act": "unsure", "code": "work", "decision_id": "mine"}])

    assert "E_DUPLICATE_ID" == caught.value.code


@pytest.mark.parametrize(
    ("line", "kind", "words"),
    [
        (
            {**FIRST, "quote": "We rent rooms.", "act": "skip"},
            StaleError,
            "the line quotes 'We rent",
        ),
        ({**FIRST, "end": 16, "act": "skip"}, StaleError, "reads 'We share rooms. '"),
        ({**FIRST, "end": 9999, "act": "skip"}, StaleError, "is no span of int-1"),
        ({**FIRST, "end": 0, "act": "skip"}, StaleError, "is no span of int-1"),
        ({**FIRST, "transcript_id": "int-3", "act": "skip"}, StaleError, "did you mean int-"),
        ({**FIRST, "act": "add", "code": "weather.rian"}, CodebookError, "line 2: .*weather.rain"),
        ({**FIRST, "act": "add", "code": "weather"}, ReviewError, "only holds others together"),
        ({**FIRST, "act": "ad", "code": "work"}, ReviewError, "did you mean add"),
        ({**FIRST, "act": "settle", "code": "work"}, ReviewError, "cannot settle"),
    ],
)
def test_one_bad_line_and_nothing_is_taken(
    corpus: Corpus, line: dict[str, object], kind: type[GlossatorError], words: str
) -> None:
    """All or nothing, and the sentence names the line."""
    with pytest.raises(kind, match=words) as caught:
        run(corpus, [{**FIRST, "act": "skip"}, line])

    assert "lines.jsonl, line 2" in str(caught.value)
    assert [] == rows_of(corpus)


def test_every_bad_quote_is_listed(corpus: Corpus) -> None:
    """Whoever has to mend a file wants to know all of it at once."""
    with pytest.raises(StaleError, match="2 problems") as caught:
        run(corpus, [{**FIRST, "quote": word, "act": "skip"} for word in ("a", "b")])

    assert "E_STALE" == caught.value.code


def test_a_rehearsal_writes_nothing(corpus: Corpus) -> None:
    """The report is that of a real run, the log is as it was."""
    rehearsed = run(corpus, [{**FIRST, "act": "skip"}], is_dry=True)

    assert (1, False) == (len(rehearsed.taken), rehearsed.is_written)
    assert [] == rows_of(corpus)


def test_an_unknown_coder_is_refused(corpus: Corpus) -> None:
    """Coders are added on purpose, also where there is no log at all."""
    for _ in range(2):
        with pytest.raises(ReviewError, match="coders add CORPUS zoe") as caught:
            run(corpus, [{**FIRST, "act": "skip"}], "zoe")
        assert "E_UNKNOWN_CODER" == caught.value.code
        corpus.log.unlink(missing_ok=True)

    assert not corpus.log.exists()


def test_one_decision_on_a_segment(corpus: Corpus) -> None:
    """The segment's id stands for its words; the same again is known, after a change it is new."""
    add = Ask("add", "weather.rain")
    rehearsed = decide_one(corpus, "ana", "int-1:0-15", add, is_dry=True)
    first = decide_one(corpus, "ana", "int-1:0-15", add)
    again = decide_one(corpus, "ana", "int-1:0-15", add)
    decide_one(corpus, "ana", "int-1:0-15", Ask("clear", "weather.rain"))
    later = decide_one(corpus, "ana", "int-1:0-15", add)
    decide_one(corpus, "ana", "int-1:0-15", Ask("done"), mode="blind-first")

    assert [(1, 0), (0, 1), (1, 0)] == [(len(d.taken), d.n_known) for d in (first, again, later)]
    assert "We share rooms." == first.taken[0].quote
    assert first.taken[0].group_id is None
    assert (1, False) == (len(rehearsed.taken), rehearsed.is_written)
    assert {("ana", "weather.rain"): "yes", ("ana", None): "done"} == verdicts(corpus)


def test_an_unknown_segment_is_refused(corpus: Corpus) -> None:
    """The sentence shows what an id looks like."""
    with pytest.raises(InputError, match="looks like int-1:0-15") as caught:
        decide_one(corpus, "ana", "int-1:0-14", Ask("skip"))

    assert "E_UNKNOWN_SEGMENT" == caught.value.code


def test_without_segments_and_suggestions_lines_still_work(corpus: Corpus) -> None:
    """Decisions stand on the text; what the stages after ingest made is not needed."""
    for stage in ("segments", "suggestions"):
        corpus.table(stage).unlink()

    run(corpus, [{**FIRST, "act": "add", "code": "work"}])

    row = rows_of(corpus)[0]
    assert (False, None, None) == (row.suggestion_visible, row.model_id, row.score)


def test_an_adjudicator_settles(corpus: Corpus) -> None:
    """A settlement is a decision with a verdict and a reason, in a mode of its own."""
    add_coder(corpus, "ada", role="adjudicator")

    said = {"act": "settle", "code": "work", "verdict": "yes", "reason": "slip"}
    done = run(corpus, [{**FIRST, **said}], "ada")

    assert ("adjudicator", "adjudicate") == (done.taken[0].role, done.taken[0].mode)


# undo


def test_a_decision_is_taken_back_and_back_again(corpus: Corpus) -> None:
    """Undo brings back what stood; undoing the undo brings back the undone."""
    run(corpus, [{**FIRST, "act": "add", "code": "work"}])
    reject = run(corpus, [{**FIRST, "act": "reject", "code": "work"}]).taken[0]

    undone = undo(corpus, "ana", reject.decision_id).taken[0]
    after_undo = verdicts(corpus)
    undo(corpus, "ana", undone.decision_id)

    assert ("yes", "no") == (after_undo["ana", "work"], verdicts(corpus)["ana", "work"])
    assert ("undo", "work", reject.decision_id) == (undone.act, undone.code, undone.parent_id)


def test_a_group_is_taken_back_as_one(corpus: Corpus) -> None:
    """One undo takes a whole file back to before its first line, and lists what was redecided."""
    run(corpus, [{**FIRST, "act": "add", "code": "weather.rain"}])
    group = (
        run(
            corpus,
            [
                {**FIRST, "act": "reject", "code": "weather.rain"},
                {**FIRST, "act": "unsure", "code": "weather.rain"},
                {**FIRST, "act": "add", "code": "weather.sun"},
                {**FIRST, "act": "add", "code": "work"},
                {**FIRST, "act": "done"},
            ],
        )
        .taken[0]
        .group_id
    )
    run(corpus, [{**FIRST, "act": "clear", "code": "work"}])

    rehearsed = undo(corpus, "ana", str(group), is_dry=True)
    before = verdicts(corpus)
    taken_back = undo(corpus, "ana", str(group))

    assert (3, 1, 4) == (len(taken_back.taken), len(taken_back.left), taken_back.exit_code)
    assert "int-1:0-15 work" in taken_back.left[0]
    assert (False, "unsure") == (rehearsed.is_written, before["ana", "weather.rain"])
    assert {
        ("ana", "weather.rain"): "yes",
        ("ana", "weather.sun"): "open",
        ("ana", "work"): "open",
        ("ana", None): None,
    } == verdicts(corpus)
    again = undo(corpus, "ana", str(taken_back.taken[0].group_id))
    assert 3 == len(again.taken)
    assert before == verdicts(corpus)


def test_what_stands_no_longer_is_not_taken_back(corpus: Corpus) -> None:
    """Nor what never was, nor what another coder decided."""
    add = run(corpus, [{**FIRST, "act": "add", "code": "work"}]).taken[0]
    run(corpus, [{**FIRST, "act": "clear", "code": "work"}])

    for coder, target, words in (
        ("ana", add.decision_id, "nothing of it stands"),
        ("ana", "other", "no decision and no group"),
        ("ben", add.decision_id, "decided by ana; ben cannot"),
    ):
        with pytest.raises(ReviewError, match=words):
            undo(corpus, coder, target)


def test_what_stands_on_other_words_is_left(corpus: Corpus, lay: Layer) -> None:
    """A decision whose transcript was changed or is gone is listed, not moved."""
    lines = [
        {**FIRST, "act": "skip"},
        {"transcript_id": "int-2", "start": 0, "end": 5, "quote": "I was", "act": "skip"},
    ]
    group = run(corpus, lines).taken[0].group_id
    lay(corpus.table("transcripts"), [Transcript("int-1", "a", "", "interview", "We share rooms.")])

    report = undo(corpus, "ana", str(group))

    assert (1, 1) == (len(report.taken), len(report.left))
    assert "int-2:0-5: there is no such transcript today" in report.left[0]


def test_undo_shows_nothing_and_works_for_codes_that_are_gone(corpus: Corpus) -> None:
    """Taking back never counts as having looked at suggestions, nor asks the codebook."""
    line = {**FIRST, "act": "add", "code": "work", "mode": "blind-first"}
    add = run(corpus, [line]).taken[0]
    book: Path = corpus.codebook(corpus.settings())
    book.write_text(book.read_text().replace("id: work", "id: labour"))

    undo(corpus, "ana", add.decision_id)

    assert [False, False] == [row.suggestion_visible for row in rows_of(corpus)]
    assert "open" == standings(rows_of(corpus))[rows_of(corpus)[-1].decision_id]


def test_a_command_tells_no_more_than_the_page(corpus: Corpus) -> None:
    """In a coder's audit sample nothing is shown, and accept is refused whatever was suggested."""
    add_coder(corpus, "lea", role="lead")
    made = new_round(corpus, RoundSettings("r", ("ana",)), "lea")
    segments = list(read_facts(corpus).segments)

    said = set()
    for segment in segments:
        for code in ("weather.rain", "weather.sun", "work"):
            with pytest.raises(ReviewError, match="coded blind") as caught:
                decide_one(corpus, "ana", segment, Ask("accept", code))
            said.add(str(caught.value).partition(": ")[2])
    with pytest.raises(ReviewError, match="coded blind"):
        decide_one(corpus, "ana", segments[0], Ask("reveal"), mode="blind-first")
    [row] = decide_one(corpus, "ana", segments[0], Ask("add", "work")).taken

    assert 1 == len(said)
    with open_log(corpus.log) as log:
        assert ["add"] == [found.act for found in log.decisions()]
    assert (made.round_id, "audit", 1.0) == (row.round_id, row.lane, row.inclusion_probability)
    assert ("blind-first", False) == (row.mode, row.suggestion_visible)


def test_what_a_command_takes_back_stays_in_its_round(corpus: Corpus) -> None:
    """An undo notes round and lane of what it undoes; others' work is outside the round."""
    add_coder(corpus, "lea", role="lead")
    made = new_round(corpus, RoundSettings("r", ("ana",)), "lea")
    [row] = decide_one(corpus, "ana", "int-1:0-15", Ask("add", "work")).taken

    [undone] = undo(corpus, "ana", row.decision_id).taken
    [outside] = decide_one(corpus, "ben", "int-1:0-15", Ask("add", "work")).taken

    assert (made.round_id, "audit") == (undone.round_id, undone.lane)
    assert (None, None, "assisted") == (outside.round_id, outside.lane, outside.mode)


def test_a_settlement_by_line_may_name_with_whom(corpus: Corpus) -> None:
    """``together`` is a list of names; anything else is refused before anything is written."""
    add_coder(corpus, "ana", role="lead")
    run(corpus, [{**FIRST, "act": "add", "code": "work"}])
    run(corpus, [{**FIRST, "act": "done"}], coder="ben")
    line = {**FIRST, "act": "settle", "code": "work", "verdict": "no", "reason": "slip"}

    with pytest.raises(InputError, match="must be a list of names"):
        run(corpus, [{**line, "together": "ben"}])
    [row] = run(corpus, [{**line, "together": ["ben"]}]).taken

    assert ["ben"] == detail_of(row)["together"]
