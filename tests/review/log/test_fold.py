"""What stands: threads, undo, conflicts, independence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.records import Decision
from pipeline.review.log.fold import fold, fold_thread, independent, overtakes, standings
from pipeline.review.log.rows import canonical, chains, hash_of

Drafter = Callable[..., Decision]
CODE_ACTS = ("accept", "add", "reject", "clear", "unsure", "undo")
SPAN_ACTS = ("done", "reopen", "skip", "memo", "reveal", "undo")
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["left", "right", "sync"]), st.sampled_from([*CODE_ACTS, *SPAN_ACTS])
    ),
    max_size=14,
)


@dataclass
class Machine:
    """A log in memory: decides on what it has, and can take over what another has."""

    make: Drafter
    rows: list[Decision] = field(default_factory=list)

    def decide(self, act: str, code: str | None = None, **cells: object) -> Decision:
        """Append an act on top of all heads of its thread."""
        drafted = self.make(act, code, **cells)
        heads = [
            head
            for thread in fold(self.rows).values()
            if thread.thread
            == (drafted.coder, drafted.transcript_id, drafted.start, drafted.end, code)
            for head in thread.heads
        ]
        last = [row.hash for row in self.rows if row.coder == drafted.coder][-1:]
        drafted = replace(
            drafted,
            parent_id=heads[0] if heads else None,
            detail=canonical({"heads": heads}) if len(heads) > 1 else None,
            prev_hash=last[0] if last else "",
        )
        row = replace(drafted, hash=hash_of(drafted), seq=len(self.rows) + 1)
        self.rows.append(row)
        return row

    def take_from(self, other: Machine) -> None:
        """Add the rows of another machine that are not here."""
        known = {row.decision_id for row in self.rows}
        self.rows += [row for row in other.rows if row.decision_id not in known]


def verdict(rows: Sequence[Decision]) -> str | None:
    """Return what stands on the only thread of ``rows``."""
    return fold_thread(rows).verdict


def played(make: Drafter, steps: Sequence[tuple[str, str]]) -> list[Decision]:
    """Return the rows of two machines of one coder after ``steps``."""
    machines = {"left": Machine(make), "right": Machine(make)}
    for name, act in steps:
        if name == "sync":
            machines["left"].take_from(machines["right"])
            machines["right"].take_from(machines["left"])
            continue
        code = "rain" if act in CODE_ACTS[:-1] else None
        if act != "undo" or fold(machines[name].rows):
            machines[name].decide(act, code)
    machines["left"].take_from(machines["right"])
    return machines["left"].rows


@given(STEPS, st.randoms())
def test_the_order_of_arrival_changes_nothing(
    draft: Drafter, steps: list[tuple[str, str]], chance: object
) -> None:
    """The same decisions give the same heads, verdicts and independence in any order."""
    rows = played(draft, steps)
    shuffled = list(rows)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis's Random

    assert fold(rows) == fold(shuffled)
    assert standings(rows) == standings(shuffled)
    assert independent(rows, ()) == independent(shuffled, ())
    assert chains(rows).order == chains(shuffled).order


@given(st.lists(st.sampled_from(CODE_ACTS[:-1]), min_size=1, max_size=6))
def test_undo_brings_back_what_stood_and_redo_what_was_undone(
    draft: Drafter, acts: list[str]
) -> None:
    """An undo means "as before the undone"; an undone undo means the undone again."""
    machine = Machine(draft)
    for act in acts[:-1]:
        machine.decide(act, "rain")
    before = verdict(machine.rows) if machine.rows else "open"
    machine.decide(acts[-1], "rain")
    after = verdict(machine.rows)

    machine.decide("undo", "rain")
    undone = verdict(machine.rows)
    machine.decide("undo", "rain")

    assert (before, after) == (undone, verdict(machine.rows))


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        (["accept"], "yes"),
        (["add"], "yes"),
        (["reject"], "no"),
        (["add", "clear"], "open"),
        (["unsure"], "unsure"),
        (["add", "undo"], "open"),
        (["done"], "done"),
        (["done", "reopen"], "reopened"),
        (["skip"], "skipped"),
        (["memo"], "memo"),
        (["done", "memo"], "done"),
        (["reveal"], None),
        (["done", "undo"], None),
        (["done", "memo", "undo"], "done"),
        (["memo", "undo"], None),
    ],
)
def test_what_an_act_makes_stand(draft: Drafter, acts: list[str], expected: str | None) -> None:
    """A memo and a reveal leave standing what stood; all other acts say what stands."""
    machine = Machine(draft)
    code = "rain" if acts[0] in CODE_ACTS else None
    for act in acts:
        machine.decide(act, code)

    assert expected == verdict(machine.rows)


@pytest.mark.parametrize(
    ("detail", "expected"),
    [
        ('{"verdict":"yes"}', "yes"),
        ('{"verdict":"no"}', "no"),
        ('{"verdict":"both"}', "unsure"),
        ("not JSON", "unsure"),
        ("[1]", "unsure"),
    ],
)
def test_a_settlement_says_its_verdict(draft: Drafter, detail: str, expected: str) -> None:
    """Different readings are forced into neither yes nor no."""
    assert expected == verdict([draft("settle", "rain", detail=detail)])


@pytest.mark.parametrize(
    ("code", "left", "right", "expected"),
    [
        ("rain", "add", "accept", "yes"),
        ("rain", "add", "reject", "conflict"),
        ("rain", "add", "clear", "conflict"),
        (None, "done", "memo", "done"),
        (None, "memo", "memo", "memo"),
        (None, "done", "reopen", "conflict"),
        (None, "reveal", "reveal", None),
    ],
)
def test_two_heads_agree_or_conflict(
    draft: Drafter, code: str | None, left: str, right: str, expected: str | None
) -> None:
    """Two machines of one coder: the same verdict is fine, another is a conflict until settled."""
    rows = [draft(left, code), draft(right, code)]

    found = fold_thread(rows)

    assert expected == found.verdict
    assert tuple(sorted(row.decision_id for row in rows)) == found.heads


def test_a_conflict_ends_when_the_coder_names_both_heads(draft: Drafter) -> None:
    """One more decision on top of both heads stands alone; undoing it brings the conflict back."""
    left, right = Machine(draft), Machine(draft)
    left.decide("add", "rain")
    right.decide("reject", "rain")
    left.take_from(right)

    settled = left.decide("add", "rain")
    after = fold_thread(left.rows)
    left.decide("undo", "rain")

    assert len(overtakes(settled)) == 2
    assert ("yes", (settled.decision_id,)) == (after.verdict, after.heads)
    assert "conflict" == verdict(left.rows)


def test_memos_of_both_machines_stand(draft: Drafter) -> None:
    """A merge loses no memo, and the last one on a thread takes the place of those before."""
    one, two = draft("memo", memo="wet"), draft("memo", memo="cold")
    last = draft("memo", memo="both", parent=one.decision_id)

    assert tuple(sorted([one.decision_id, two.decision_id])) == fold_thread([one, two]).state.memos
    assert (last.decision_id,) == fold_thread([one, last]).state.memos


def test_rows_in_a_circle_stand_for_nothing(draft: Drafter) -> None:
    """Rows that stand on themselves, which only a forged file holds, have no head."""
    one = draft("add", "rain", decision_id="1", parent="2")
    two = draft("add", "rain", decision_id="2", parent="1")

    assert ((), "open") == (fold_thread([one, two]).heads, verdict([one, two]))


def test_an_undo_whose_parent_is_lost_changes_nothing(draft: Drafter) -> None:
    """What is left of a damaged log can still be read."""
    assert "open" == verdict([draft("undo", "rain", parent="lost")])


def test_details_that_are_not_ours_name_no_heads(draft: Drafter) -> None:
    """Heads are a list of ids; anything else in their place is ignored."""
    assert frozenset() == overtakes(draft("add", "rain", detail='{"heads":7}'))
    assert frozenset({"a"}) == overtakes(draft("add", "rain", detail='{"heads":["a",1]}'))


def test_the_first_done_closes_an_independent_judgement(draft: Drafter) -> None:
    """The done, each yes and each no it closed; not what was unsure, cleared or came later."""
    machine = Machine(draft)
    yes = machine.decide("add", "rain")
    no = machine.decide("reject", "sun")
    machine.decide("unsure", "snow")
    machine.decide("add", "fog")
    machine.decide("clear", "fog")
    done = machine.decide("done")
    machine.decide("add", "sun")
    machine.decide("reopen")
    machine.decide("done")

    found = independent(machine.rows, ())

    assert {yes.decision_id, no.decision_id, done.decision_id} == found


@pytest.mark.parametrize(
    "cells",
    [
        {"suggestion_visible": True},
        {"act": "shown"},
        {"mode": "adjudicate"},
        {"mode": "second-look"},
    ],
)
def test_whoever_saw_more_than_the_text_is_not_independent(
    draft: Drafter, cells: dict[str, object]
) -> None:
    """A suggestion, or other coders' codes, on view before the first done: nothing counts."""
    machine = Machine(draft)
    machine.decide("skip")
    machine.rows[-1] = replace(machine.rows[-1], **cells)  # type: ignore[arg-type]  # columns
    machine.decide("add", "rain")
    machine.decide("done")

    assert frozenset() == independent(machine.rows, ())


def test_what_was_seen_after_the_first_done_takes_nothing_back(draft: Drafter) -> None:
    """Suggestions may be shown after the first done; the judgement before it stays independent."""
    machine = Machine(draft)
    machine.decide("done")
    machine.decide("add", "rain", suggestion_visible=True)
    machine.decide("done", suggestion_visible=True)

    assert {machine.rows[0].decision_id} == independent(machine.rows, ())


def test_programs_and_unfinished_spans_are_never_independent(draft: Drafter) -> None:
    """A script has no judgement of its own; without a done nobody knows what was left out."""
    machine = Machine(draft)
    machine.decide("add", "rain")
    machine.decide("done", coder="robot")

    assert frozenset() == independent(machine.rows, {"robot"})


def test_two_first_dones_are_none(draft: Drafter) -> None:
    """Done on two machines that did not know of each other: nobody can say which came first."""
    left, right = Machine(draft), Machine(draft)
    left.decide("done")
    right.decide("done")
    left.take_from(right)

    assert frozenset() == independent(left.rows, ())
