"""Votes to statuses and origins: worked examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from pipeline.core.records import Decision
from pipeline.core.spans import Span
from pipeline.review.log.rows import canonical
from pipeline.review.votes import RULES, Ballot, Vote, status_of

Drafter = Callable[..., Decision]
WORDS = {"y": "yes", "n": "no", "u": "unsure"}


def cast(votes: str) -> list[Vote]:
    """Return votes from letters: y, n, u; capital letters are the lead's."""
    return [
        Vote(f"c{number}", "lead" if letter.isupper() else "coder", WORDS[letter.lower()])
        for number, letter in enumerate(votes)
    ]


# votes: what unanimous, majority, any and lead make of them
TABLE = """
y      single    single    single    single
Y      single    single    single    single
n      -         -         -         -
u      -         -         -         -
yu     single    single    single    single
yy     agreed    agreed    agreed    agreed
yn     disputed  disputed  agreed    disputed
yyn    disputed  agreed    agreed    disputed
ynn    disputed  disputed  agreed    disputed
yyu    agreed    agreed    agreed    agreed
Yn     disputed  disputed  agreed    agreed
yyN    disputed  agreed    agreed    disputed
YN     disputed  disputed  agreed    disputed
nn     -         -         -         -
"""


@pytest.mark.parametrize(
    ("votes", "rule", "expected"),
    [
        (votes, rule, word)
        for votes, *words in (line.split() for line in TABLE.strip().splitlines())
        for rule, word in zip(RULES, words, strict=True)
    ],
)
def test_a_rule_is_met_or_the_code_is_disputed(votes: str, rule: str, expected: str) -> None:
    """One vote is single; unsure is no vote; a code that nobody wants does not hold."""
    assert expected == (status_of(cast(votes), [], rule) or "-")


@pytest.mark.parametrize(
    ("settled", "expected"),
    [
        (["yes"], "adjudicated"),
        (["both"], "adjudicated"),
        (["no"], None),
        (["yes", "yes"], "adjudicated"),
        (["yes", "no"], "disputed"),
    ],
)
def test_a_settlement_ends_the_dispute(settled: Sequence[str], expected: str | None) -> None:
    """What adjudicators settled goes before all votes, unless they contradict each other."""
    assert expected == status_of(cast("yn"), settled)


def one(rows: Sequence[Decision], **choices: object) -> tuple[str, str, str | None, str]:
    """Return coders, status, memo and origin of the only result of ``rows``."""
    ballot = Ballot("int-1", rows, **choices)  # type: ignore[arg-type]  # keywords
    (found,) = ballot.results()
    return "; ".join(found.coders), found.status, ballot.memos(found), ballot.origin(found.votes)


def test_a_no_is_a_rejection_or_a_done_without_the_code(draft: Drafter) -> None:
    """Whoever is not done and said nothing has not voted; what a done left open is no no."""
    yes = draft("add", "rain")
    reject = draft("reject", "rain", coder="ben")
    done = draft("done", coder="ben")
    left_open = replace(done, detail=canonical({"undecided": ["rain"], "yes": []}))
    odd = replace(done, detail=canonical({"undecided": 7}))

    assert "single" == one([yes])[1]
    assert "disputed" == one([yes, reject])[1]
    assert "disputed" == one([yes, done])[1]
    assert "single" == one([yes, left_open])[1]
    assert "disputed" == one([yes, odd])[1]


def test_spans_cut_anew_carry_their_votes_over(draft: Drafter) -> None:
    """Each code keeps its span; a no or done around it, and a yes within it, are votes on it."""
    small = draft("add", "rain", start=0, end=8)
    big = draft("add", "rain", coder="ben")
    big_done = draft("done", coder="zoe")

    results = Ballot("int-1", [small, big, big_done]).results()

    assert [(Span(0, 8), ["ana"], "disputed"), (Span(0, 15), ["ana", "ben"], "disputed")] == [
        (item.span, item.coders, item.status) for item in results
    ]


def test_one_who_contradicts_themselves_has_no_vote(draft: Drafter) -> None:
    """A conflict between two machines counts as undecided, even after a done."""
    rows = [
        draft("add", "rain"),
        draft("add", "rain", coder="ben"),
        draft("reject", "rain", coder="ben"),
        draft("done", coder="ben"),
    ]

    assert ("ana", "single") == one(rows)[:2]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({}, "person"),
        ({"suggestion_visible": True}, "person"),
        ({"score": 0.5}, "person"),
        ({"suggestion_visible": True, "score": 0.5}, "accepted-suggestion"),
        ({"act": "accept"}, "accepted-suggestion"),
        ({"surface": "import"}, "imported"),
    ],
)
def test_where_a_code_came_from(draft: Drafter, cells: dict[str, object], expected: str) -> None:
    """Aided is who could see a suggestion of this code before the first yes, whichever key."""
    cells = {"act": "add", **cells}

    assert expected == one([draft(str(cells.pop("act")), "rain", **cells)])[3]


def test_one_unaided_yes_makes_it_a_persons(draft: Drafter) -> None:
    """With several coders the code is a person's as soon as one said yes unaided."""
    aided = draft("accept", "rain")
    imported = draft("add", "rain", coder="ben", surface="import")
    unaided = draft("add", "rain", coder="zoe")

    assert "accepted-suggestion" == one([aided, imported])[3]
    assert "person" == one([aided, imported, unaided])[3]


def test_the_first_yes_counts_not_the_last(draft: Drafter) -> None:
    """Seen after the first yes takes nothing back; seen before it stays."""
    first = draft("add", "rain")
    later = draft("accept", "rain", parent=first.decision_id, suggestion_visible=True, score=0.5)
    swapped = [replace(first, parent_id=later.decision_id), replace(later, parent_id=None)]

    assert "person" == one([first, later])[3]
    assert "accepted-suggestion" == one(swapped)[3]


def test_memos_go_along(draft: Drafter) -> None:
    """Of those who said yes: on the code, then on the span; each text once."""
    rows = [
        draft("add", "rain", memo="wet"),
        draft("add", "rain", coder="ben", memo="wet"),
        draft("memo", memo="cold"),
        draft("reject", "rain", coder="zoe", memo="dry"),
    ]

    assert "wet\ncold" == one(rows)[2]
    assert one([draft("add", "rain")])[2] is None


def test_a_settlement_is_no_vote(draft: Drafter) -> None:
    """Coders are who said yes; who settled stands in where nobody did."""
    settled = draft("settle", "rain", coder="zoe", detail='{"verdict":"yes"}', memo="clear")

    assert ("ana", "adjudicated", "clear", "person") == one([draft("add", "rain"), settled])
    assert ("zoe", "adjudicated", "clear", "person") == one([settled])
    assert [] == Ballot("int-1", [replace(settled, detail='{"verdict":"no"}')]).results()


def test_what_stands_on_other_words_is_left_out(draft: Drafter) -> None:
    """A stale decision has no vote; a thread that was overtaken since is none of its business."""
    old = draft("add", "rain")
    new = draft("reject", "rain", parent=old.decision_id)
    stale_done = draft("done", coder="ben")
    yes = draft("add", "rain", coder="zoe")

    ballot = Ballot("int-1", [old, stale_done, yes], {old.decision_id, stale_done.decision_id})
    overtaken = Ballot("int-1", [old, new, yes], {old.decision_id})

    assert {old, stale_done} == set(ballot.left_out)
    assert ["single"] == [item.status for item in ballot.results()]
    assert ([], "disputed") == (overtaken.left_out, overtaken.results()[0].status)
