"""Decisions into examples, rule by rule."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.records import Segment
from pipeline.train.ballot import NO, NOTHING, UNSURE, YES, majority
from pipeline.train.examples import Examples, read_examples

CODES = ("wet", "wet.rain", "wet.snow", "sun")
RAIN, SNOW, SUN = 1, 2, 3


@pytest.fixture
def segment(study: Any) -> Segment:
    """Return the first of two segments."""
    found: list[Segment] = study.transcript("i1", "It rained all day.", "Then the sun came out.")
    return found[0]


def examples(study: Any) -> Examples:
    """Return the examples of one study."""
    return read_examples([study.rows], study.codebook)


def row(values: Any) -> list[str]:
    """Return a row of Y in words."""
    return ["?" if np.isnan(value) else ["no", "yes"][int(value)] for value in values]


def test_columns_are_the_codable_codes_and_rows_the_segments(study: Any, segment: Segment) -> None:
    """Every segment has its row, labelled or not, in reading order."""
    found = examples(study)

    assert found.codes == CODES
    assert found.keys == (f"pilot/{segment.segment_id}", "pilot/i1:19-41")
    assert found.X.columns.tolist() == ["transcript_id", "turn", "role", "text"]
    assert found.X["text"].tolist() == ["It rained all day.", "Then the sun came out."]


def test_a_completed_segment_is_no_for_all_that_was_not_chosen(
    study: Any, segment: Segment
) -> None:
    """What a coder completes without a code does not carry it; what nobody completes is unknown."""
    study.code("ann", segment, ["wet.rain"])
    found = examples(study)

    assert row(found.Y[0]) == ["no", "yes", "no", "no"]
    assert row(found.Y[1]) == ["?", "?", "?", "?"]


def test_a_rejected_suggestion_is_a_no_before_completion(study: Any, segment: Segment) -> None:
    """A yes and a no count as soon as they are said; the rest waits for the completion."""
    study.act("ann", segment, "reject", "sun", standing="no")
    study.act("ann", segment, "accept", "wet.rain", standing="yes")

    assert row(examples(study).Y[0]) == ["?", "yes", "?", "no"]


@pytest.mark.parametrize(
    ("act", "standing", "expected"),
    [
        ("unsure", "unsure", "?"),
        ("add", "conflict", "?"),
        ("clear", "open", "no"),
        ("reject", "no", "no"),
        ("undo", "yes", "yes"),
        ("accept", None, "no"),
    ],
)
def test_what_stands_decides(
    study: Any, segment: Segment, act: str, standing: str | None, expected: str
) -> None:
    """On a completed segment: doubt and conflict are unknown; cleared and overtaken are no."""
    study.act("ann", segment, act, "sun", standing=standing)
    study.act("ann", segment, "done", standing="done")

    assert expected == row(examples(study).Y[0])[SUN]


def test_a_suggestion_left_open_is_no_no(study: Any, segment: Segment) -> None:
    """Of suggestions neither accepted nor rejected at completion nothing is known."""
    study.act(
        "ann", segment, "done", standing="done", detail={"yes": [], "undecided": ["sun", "gone"]}
    )

    assert row(examples(study).Y[0]) == ["no", "no", "no", "?"]


def test_a_memo_after_completion_hides_nothing(study: Any, segment: Segment) -> None:
    """What was left open stays unknown when a memo, or an undone memo, is the row that stands."""
    done = study.act("ann", segment, "done", detail={"yes": [], "undecided": ["sun"]})
    memo = study.act(
        "ann", segment, "memo", parent_id=done.decision_id, standing="done", memo="Think again."
    )
    after_memo = row(examples(study).Y[0])
    study.decisions[-1] = replace(memo, standing=None)
    undoes = {"undoes": memo.decision_id}
    study.act("ann", segment, "undo", parent_id=memo.decision_id, standing="done", detail=undoes)

    assert ["no", "no", "no", "?"] == after_memo == row(examples(study).Y[0])


def test_acts_that_undo_one_another_are_no_endless_loop(study: Any, segment: Segment) -> None:
    """A log that somebody mended by hand ends in what stands, not in a hung command."""
    study.act("ann", segment, "undo", parent_id="d2", detail={"undoes": "d2"}, standing=None)
    study.act("ann", segment, "undo", parent_id="d1", detail={"undoes": "d1"}, standing="done")

    assert row(examples(study).Y[0]) == ["no"] * 4


def test_reopened_and_skipped_segments_are_not_completed(study: Any, segment: Segment) -> None:
    """Only a completion that stands makes a silence a no."""
    study.act("ann", segment, "done", standing=None)
    study.act("ann", segment, "reopen", standing="reopened")
    study.act("bob", segment, "skip", standing="skipped")

    assert row(examples(study).Y[0]) == ["?"] * 4


def test_most_coders_decide_and_a_tie_is_unknown(study: Any, segment: Segment) -> None:
    """Two against one is a yes; one against one is unknown, and counted."""
    study.code("ann", segment, ["sun", "wet.rain"])
    study.code("bob", segment, ["sun", "wet.rain"])
    study.code("cem", segment, ["wet.rain"])
    assert row(examples(study).Y[0]) == ["no", "yes", "no", "yes"]

    study.code("dee", segment, ["wet.rain"])
    found = examples(study)

    assert row(found.Y[0]) == ["no", "yes", "no", "?"]
    assert found.details["tied"] == 1


def test_who_completed_outvotes_who_did_not(study: Any, segment: Segment) -> None:
    """A coder in the middle of the work does not stand against one who is done."""
    study.code("ann", segment, [])
    study.act("bob", segment, "add", "sun", standing="yes")

    assert row(examples(study).Y[0])[SUN] == "no"


@pytest.mark.parametrize(("verdict", "expected"), [("yes", "yes"), ("no", "no"), ("both", "?")])
def test_a_settlement_outranks_all_votes(
    study: Any, segment: Segment, verdict: str, expected: str
) -> None:
    """What was adjudicated stands; two readings that are both kept are unknown to a machine."""
    study.code("ann", segment, ["sun"])
    study.code("bob", segment, [] if verdict == "yes" else ["sun"])
    study.act("eve", segment, "settle", "sun", standing=verdict, detail={"verdict": verdict})
    found = examples(study)

    assert expected == row(found.Y[0])[SUN]
    assert found.details["settled"] == 1


def test_two_settlements_that_differ_leave_it_open(study: Any, segment: Segment) -> None:
    """Nobody outranks another adjudicator."""
    for coder, verdict in (("eve", "yes"), ("fay", "no")):
        study.act(coder, segment, "settle", "sun", standing=verdict, detail={"verdict": verdict})

    assert row(examples(study).Y[0])[SUN] == "?"


def test_a_settlement_undone_and_redone_is_a_settlement(study: Any, segment: Segment) -> None:
    """An undo has the effect of the act before what it undid."""
    settled = study.act("eve", segment, "settle", "sun", detail={"verdict": "yes"})
    undone = study.act(
        "eve", segment, "undo", "sun", parent_id=settled.decision_id, detail={"undoes": "d1"}
    )
    study.act(
        "eve", segment, "undo", "sun", standing="yes", parent_id=undone.decision_id,
        detail={"undoes": undone.decision_id},
    )  # fmt: skip
    study.code("ann", segment, [])

    assert row(examples(study).Y[0])[SUN] == "yes"


@pytest.mark.parametrize(
    ("place", "yes", "no"),
    [
        ((0, 18), [0], [0]),  # the first segment
        ((3, 9), [0], []),  # a few words of it
        ((9, 18), [0], [0]),  # half of it
        ((0, 41), [0, 1], [0, 1]),  # both
        ((15, 41), [1], [1]),  # the second and a little of the first
        ((14, 23), [], []),  # an edge of either, and less than half of the passage in each
    ],
)
def test_passages_speak_for_segments_by_half(
    study: Any, segment: Segment, place: tuple[int, int], yes: list[int], no: list[int]
) -> None:
    """A yes needs half of the segment or half of itself in it; a no needs half of the segment."""
    start, end = place
    study.act("ann", segment, "add", "sun", standing="yes", start=start, end=end)
    study.act("ann", segment, "reject", "wet.rain", standing="no", start=start, end=end)
    Y = examples(study).Y

    assert yes == np.flatnonzero(Y[:, SUN] == 1).tolist()
    assert no == np.flatnonzero(Y[:, RAIN] == 0).tolist()


def test_what_cannot_be_used_leaves_with_a_reason(study: Any, segment: Segment) -> None:
    """Nothing is dropped in silence."""
    study.act("ann", segment, "add", "sun", standing="yes", quote="It hailed")
    study.act("ann", segment, "add", "hail", standing="yes")
    study.act("ann", segment, "add", "talk", standing="yes")
    study.act("ann", segment, "add", "sun", standing="yes", transcript_id="i9")
    study.act("ann", segment, "reject", "sun", standing="no", end=4)
    study.act("ann", segment, "add", "sun", standing="yes", quote=None, text_sha256="other")
    study.act("ann", segment, "add", "sun", standing=None, quote="overtaken since")
    study.act("ann", segment, "memo", standing="memo", quote="of no code")
    found = examples(study)

    reasons = {
        "d1": "text has changed", "d2": "code hail is not there", "d3": "talk only holds others",
        "d4": "i9: this transcript is not", "d5": "no segment by half", "d6": "text has changed",
    }  # fmt: skip
    assert reasons.keys() == found.left_out.keys()
    assert all(reason in found.left_out[key] for key, reason in reasons.items())
    assert np.isnan(found.Y).all()
    assert found.details["decisions"] == 0


def test_a_blanked_quote_is_checked_by_the_hash_of_the_text(study: Any, segment: Segment) -> None:
    """A log exported without its words still trains where the text is the same."""
    study.act("ann", segment, "add", "sun", standing="yes", quote=None)

    assert row(examples(study).Y[0])[SUN] == "yes"


def test_decisions_of_an_older_codebook_count_and_are_counted(study: Any, segment: Segment) -> None:
    """No decision is dropped because the codebook moved on; the card says how many there are."""
    study.act("ann", segment, "add", "sun", standing="yes", codebook_version="0.9.0+00000000")
    found = examples(study)

    assert row(found.Y[0])[SUN] == "yes"
    assert found.details["decisions_of_another_codebook_version"] == 1


def test_only_blind_decisions_judge(study: Any, segment: Segment) -> None:
    """Assisted decisions train, but are no truth; a code below counts for the code above."""
    study.code("ann", segment, ["wet.rain"])
    study.code("bob", study.segments[1], ["sun"], is_blind=False)
    found = examples(study)

    assert row(found.blind[0]) == ["yes", "yes", "no", "no"]
    assert row(found.blind[1]) == ["?"] * 4
    assert row(found.Y[1]) == ["no", "no", "no", "yes"]


def test_the_blind_judgement_is_the_first_one(study: Any, segment: Segment) -> None:
    """A later change of mind trains, and leaves the blind judgement as it was."""
    study.act("ann", segment, "add", "sun", independent=True)
    study.act("ann", segment, "unsure", "wet.snow")
    study.act("ann", segment, "done", standing="done", independent=True)
    study.act("ann", segment, "clear", "sun", standing="open")
    study.act("ann", segment, "add", "wet.snow", standing="yes")
    found = examples(study)

    assert row(found.blind[0]) == ["no", "no", "?", "yes"]
    assert row(found.Y[0]) == ["no", "no", "yes", "no"]


def test_a_blind_yes_by_undo_is_a_yes(study: Any, segment: Segment) -> None:
    """Cleared, and the clearing undone, before the completion: applied."""
    study.act("ann", segment, "add", "sun")
    study.act("ann", segment, "clear", "sun", parent_id="d1")
    study.act(
        "ann", segment, "undo", "sun", parent_id="d2", detail={"undoes": "d2"}, independent=True
    )
    study.act("ann", segment, "done", standing="done", independent=True)

    assert row(examples(study).blind[0])[SUN] == "yes"


def test_ratings_keep_each_coder_apart(study: Any, segment: Segment) -> None:
    """What double coding is for: coder against coder, blind."""
    study.code("ann", segment, ["sun"])
    study.code("bob", segment, [])
    study.code("cem", segment, ["sun"], is_blind=False)
    found = examples(study)

    assert {"ann": "yes", "bob": "no"} == {
        coder: row(values[0])[SUN] for coder, values in found.ratings.items() if coder != "cem"
    }
    assert np.isnan(found.ratings.get("cem", np.array(np.nan))).all()
    assert row(found.blind[0])[SUN] == "?"


def test_a_blind_tie_is_broken_by_its_settlement(study: Any, segment: Segment) -> None:
    """Without it hard segments would leave the judgement and flatter the model."""
    study.code("ann", segment, ["sun"])
    study.code("bob", segment, [])
    study.act("eve", segment, "settle", "sun", standing="yes", detail={"verdict": "yes"})

    assert row(examples(study).blind[0])[SUN] == "yes"


def test_the_chance_of_a_draw_is_kept(study: Any, segment: Segment) -> None:
    """A blind segment carries its inclusion probability; others none."""
    study.act("ann", segment, "done", standing="done", independent=True, inclusion_probability=0.25)
    found = examples(study)

    assert found.probability[0] == 0.25
    assert np.isnan(found.probability[1])


def test_two_corpora_keep_their_interviews_apart(study: Any, segment: Segment) -> None:
    """Two interviews of one name are two groups; coders of both are one."""
    study.code("ann", segment, ["sun"])
    twin = type(study)("second", study.codebook)
    twin.transcript("i1", "Another day.")
    twin.code("bob", twin.segments[0], ["wet.snow"])
    found = read_examples([study.rows, twin.rows], study.codebook)

    assert found.X["transcript_id"].tolist() == ["pilot/i1", "pilot/i1", "second/i1"]
    assert found.keys[-1] == "second/i1:0-12"
    assert row(found.Y[2]) == ["no", "no", "yes", "no"]
    assert row(found.ratings["bob"][0]) == ["?"] * 4
    assert row(found.ratings["bob"][2]) == ["yes", "no", "yes", "no"]


def test_a_study_without_decisions_is_all_unknown(study: Any, segment: Segment) -> None:
    """Nothing decided: nothing known, and no coder."""
    del segment
    found = examples(study)

    assert np.isnan(found.Y).all()
    assert np.isnan(found.blind).all()
    assert not found.ratings


@given(st.lists(st.tuples(st.sampled_from([NOTHING, NO, UNSURE, YES]), st.booleans()), min_size=1))
def test_a_majority_does_not_depend_on_the_order_of_coders(votes: list[tuple[int, bool]]) -> None:
    """And turning every yes to no turns the outcome."""
    said, done = (np.array(column) for column in zip(*votes, strict=True))
    turned = np.select([said == YES, said == NO], [NO, YES], said)

    Y, tied = majority(said[:, None, None], done[:, None])
    backwards, _ = majority(said[::-1, None, None], done[::-1, None])
    opposite, _ = majority(turned[:, None, None], done[:, None])

    assert np.array_equal(Y, backwards, equal_nan=True)
    assert np.array_equal(1 - Y, opposite, equal_nan=True)
    assert not (tied & ~np.isnan(Y)).any()
