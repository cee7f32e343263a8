"""What a coder may do, and what the log must then say."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from pipeline.core.errors import ReviewError
from pipeline.review.desk import RULES, Ask, View, hat, judge, may
from pipeline.review.log.fold import Standing, State

# act: who may do it; c = coder, a = adjudicator, l = lead, in
#                   assisted blind-first second-look adjudicate
TABLE = """
accept              cl       cl          cl          .
reject              cl       cl          cl          .
add                 cl       cl          cl          .
clear               cl       cl          cl          .
unsure              cl       cl          cl          .
done                cl       cl          cl          .
reopen              cl       cl          cl          .
skip                cl       cl          cl          al
memo                cl       cl          cl          al
reveal              .        cl          .           .
undo                cl       cl          cl          al
settle              .        .           .           al
"""
MODES = ("assisted", "blind-first", "second-look", "adjudicate")
LETTERS = {"c": "coder", "a": "adjudicator", "l": "lead"}
CELLS = [
    (act, role, mode, letter in allowed)
    for act, *columns in (line.split() for line in TABLE.strip().splitlines())
    for mode, allowed in zip(MODES, columns, strict=True)
    for letter, role in LETTERS.items()
]


def standing(**verdicts: str) -> Mapping[str | None, Standing]:
    """Return what stands by code, under ``span`` for the span; a ``conflict`` has two heads."""
    found: dict[str | None, Standing] = {}
    for name, verdict in verdicts.items():
        code = None if name == "span" else name
        heads = (f"{name}-1", f"{name}-2") if verdict == "conflict" else (f"{name}-1",)
        thread = ("ana", "int-1", 0, 15, code)
        found[code] = Standing(thread, heads, State(verdict))
    return found


def ready(role: str, mode: str) -> View:
    """Return a view in which every act makes sense."""
    return View(role, mode, standing(rain="yes", span="done"), frozenset({"rain"}))


def asking(act: str) -> Ask:
    """Return an ask that says all that its act wants."""
    code = None if RULES[act].about == "span" else "rain"
    return Ask(act, code, memo="words", verdict="yes", reason="slip")


def test_the_table_knows_every_act() -> None:
    """No act is forgotten in the table below."""
    assert set(RULES) == {act for act, *_ in CELLS}


@pytest.mark.parametrize(("act", "role", "mode", "is_open"), CELLS)
def test_who_may_do_what_in_which_mode(act: str, role: str, mode: str, *, is_open: bool) -> None:
    """Act x role x mode: what the table allows is done, all else is refused."""
    assert is_open is may(act, role, mode)
    if is_open:
        assert judge(asking(act), ready(role, mode)).parent_id is not None
        return
    with pytest.raises(ReviewError, match="not open to the role") as caught:
        judge(asking(act), ready(role, mode))
    assert "E_ROLE" == caught.value.code


@pytest.mark.parametrize(
    ("registered", "mode", "expected"),
    [
        ("coder", "assisted", "coder"),
        ("adjudicator", "blind-first", "coder"),
        ("adjudicator", "adjudicate", "adjudicator"),
        ("lead", "assisted", "lead"),
        ("lead", "adjudicate", "lead"),
    ],
)
def test_which_hat_is_worn(registered: str, mode: str, expected: str) -> None:
    """An adjudicator codes as a coder; a lead stays lead."""
    assert expected == hat(registered, mode)


@pytest.mark.parametrize(("registered", "mode"), [("coder", "adjudicate"), ("lead", "asisted")])
def test_hats_that_nobody_has(registered: str, mode: str) -> None:
    """A coder cannot settle, and a mode must be one."""
    with pytest.raises(ReviewError, match=r"cannot settle|did you mean assisted"):
        hat(registered, mode)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (Ask("acept", "rain"), "did you mean accept"),
        (Ask("propose", "rain"), "does not know this act yet"),
        (Ask("shown"), "never by a coder"),
        (Ask("add"), "wants a code"),
        (Ask("done", "rain"), "give no code"),
        (Ask("accept", "sun"), "not suggested here. Use 'add'"),
        (Ask("reject", "sun"), "not suggested here"),
        (Ask("clear", "sun"), "nothing stands on sun"),
        (Ask("clear", "fog"), "nothing stands on fog"),
        (Ask("reopen"), "not done"),
        (Ask("memo"), "wants words"),
        (Ask("undo", "sun"), "stands no longer"),
        (Ask("undo", "rain", undoes="other"), "stands no longer"),
        (Ask("undo", "snow"), "name one"),
    ],
)
def test_what_makes_no_sense_is_refused(ask: Ask, words: str) -> None:
    """The sentence says what is the matter and what to do."""
    stands = standing(rain="yes", fog="open", snow="conflict", span="skipped")
    view = View("coder", "assisted", stands, frozenset({"rain"}))

    with pytest.raises(ReviewError, match=words):
        judge(ask, view)


def test_an_act_stands_on_what_stood() -> None:
    """The parent is the head of the thread, none on fresh ground."""
    view = View("coder", "assisted", standing(rain="yes"))

    assert "rain-1" == judge(Ask("add", "rain"), view).parent_id
    assert judge(Ask("add", "sun"), view).parent_id is None
    assert judge(Ask("add", "sun"), view).detail is None


def test_an_act_on_a_conflict_names_both_heads() -> None:
    """Otherwise the conflict would never end."""
    ruling = judge(Ask("add", "rain"), View("coder", "assisted", standing(rain="conflict")))

    assert "rain-1" == ruling.parent_id
    assert {"heads": ["rain-1", "rain-2"]} == json.loads(ruling.detail or "")


def test_an_undo_names_what_it_undoes() -> None:
    """It stands on the undone; for several acts of one group it means as before the first."""
    view = View("coder", "assisted", standing(rain="yes"))

    one = judge(Ask("undo", "rain"), view)
    several = judge(Ask("undo", "rain", undoes="rain-1", back_to="rain-0"), view)

    assert ("rain-1", {"undoes": "rain-1"}) == (one.parent_id, json.loads(one.detail or ""))
    assert ("rain-1", {"undoes": "rain-0"}) == (several.parent_id, json.loads(several.detail or ""))


def test_a_done_says_what_it_closes_and_what_it_leaves() -> None:
    """Codes standing are yes; suggestions that nobody touched, and conflicts, stay undecided."""
    stands = standing(rain="yes", sun="no", fog="open", snow="conflict", hail="unsure")
    view = View("coder", "assisted", stands, frozenset({"rain", "sun", "fog", "hail", "work"}))

    ruling = judge(Ask("done"), view)

    assert {"yes": ["rain"], "undecided": ["fog", "snow", "work"]} == json.loads(
        ruling.detail or ""
    )


@pytest.mark.parametrize("seen", [{}, {"yes": ["sun"], "undecided": []}])
def test_a_done_on_another_view_is_refused(seen: Mapping[str, list[str]]) -> None:
    """What the page showed must be what stands; else somebody signs what they did not see."""
    view = View("coder", "assisted", standing(rain="yes"))

    with pytest.raises(ReviewError, match="yes: rain; undecided: none") as caught:
        judge(Ask("done", seen=seen), view)

    assert "E_CONFLICT" == caught.value.code
    assert judge(Ask("done", seen={"yes": ["rain"], "undecided": []}), view).detail is not None


@pytest.mark.parametrize(
    ("ask", "is_settled"),
    [
        (Ask("settle", "rain", verdict="yes", reason="slip"), True),
        (Ask("settle", "rain", verdict="no", reason="codebook-gap"), True),
        (Ask("settle", "rain", verdict="both", reason="different-readings"), True),
        (Ask("settle", "rain", verdict="both", reason="slip"), False),
        (Ask("settle", "rain", verdict="yes", reason="different-readings"), False),
        (Ask("settle", "rain", verdict="maybe", reason="slip"), False),
        (Ask("settle", "rain", verdict="yes"), False),
    ],
)
def test_a_settlement_gives_its_reason(ask: Ask, *, is_settled: bool) -> None:
    """Verdict and reason are data; different readings are never forced into one."""
    view = View("adjudicator", "adjudicate", saw=("d-1",))

    if is_settled:
        assert {"verdict": ask.verdict, "reason": ask.reason, "saw": ["d-1"]} == json.loads(
            judge(ask, view).detail or ""
        )
        return
    with pytest.raises(ReviewError, match="settle"):
        judge(ask, view)


@pytest.mark.parametrize(("has_coded", "n_persons"), [(True, 2), (False, 3), (True, 3)])
def test_nobody_settles_their_own_while_a_third_is_there(
    *, has_coded: bool, n_persons: int
) -> None:
    """Two coders settle together; with a third person, that one settles."""
    view = View("lead", "adjudicate", has_coded=has_coded, n_persons=n_persons)
    ask = Ask("settle", "rain", verdict="yes", reason="slip")

    if has_coded and n_persons == 3:
        with pytest.raises(ReviewError, match="third person"):
            judge(ask, view)
    else:
        assert judge(ask, view).parent_id is None


@pytest.mark.parametrize("act", ["accept", "reject", "reveal"])
def test_reveal_in_the_audit_lane_is_refused(act: str) -> None:
    """Where the round withholds suggestions nothing lures them out: one answer for all."""
    code = None if act == "reveal" else "rain"
    bare = View("coder", "blind-first", is_blind=True)
    told = View("coder", "blind-first", is_blind=True, delivered=frozenset({"rain"}))

    said = set()
    for view in (bare, told):
        with pytest.raises(ReviewError, match="coded blind") as caught:
            judge(Ask(act, code), view)
        said.add(str(caught.value))

    assert 1 == len(said)
    assert judge(Ask("add", "rain"), bare).parent_id is None


def test_two_coders_settle_together_and_both_names_are_kept() -> None:
    """Who coded the span names another who did; a stranger to it cannot be named."""
    view = View(
        "lead", "adjudicate", has_coded=True, n_persons=2, partners=frozenset({"ben"}), saw=("d",)
    )
    ask = Ask("settle", "rain", verdict="yes", reason="slip")

    with pytest.raises(ReviewError, match="so did ben"):
        judge(ask, view)
    with pytest.raises(ReviewError, match="zoe coded nothing here"):
        judge(replace(ask, together=("zoe",)), view)
    ruling = judge(replace(ask, together=("ben",)), view)

    assert {"verdict": "yes", "reason": "slip", "saw": ["d"], "together": ["ben"]} == json.loads(
        ruling.detail or ""
    )


def test_where_everybody_coded_they_settle_together() -> None:
    """A third person who coded it, too, is no referee."""
    view = View(
        "lead", "adjudicate", has_coded=True, n_persons=3, partners=frozenset({"ben", "cem"})
    )

    ruling = judge(Ask("settle", "sun", verdict="no", reason="slip", together=("cem",)), view)

    assert ["cem"] == json.loads(ruling.detail or "")["together"]


def test_who_is_alone_may_adjudicate() -> None:
    """Alone on a machine a person has every role; among others a coder has not."""
    assert "adjudicator" == hat("coder", "adjudicate", is_alone=True)
    assert "coder" == hat("coder", "assisted", is_alone=True)


def test_the_second_look_comes_after_done() -> None:
    """Before, it would be a first look with the machine's answer in view."""
    looking = View("coder", "second-look", delivered=frozenset({"rain"}))
    stands: Mapping[str | None, Standing] = {None: standing(rain="done")["rain"]}

    with pytest.raises(ReviewError, match="after done"):
        judge(Ask("accept", "rain"), looking)

    assert judge(Ask("accept", "rain"), replace(looking, standing=stands)).parent_id is None
