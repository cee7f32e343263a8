"""A seat: what is a coder's, and what they may not see yet."""

from __future__ import annotations

from collections.abc import Callable

from pipeline.core.draw import AUDIT
from pipeline.core.records import Decision
from pipeline.review.hand import Errand
from pipeline.review.log.rows import Assignment, Round, canonical
from pipeline.review.log.store import Log
from pipeline.review.queue import ORDER
from pipeline.review.seat import Seat

Drafter = Callable[..., Decision]
SHARED, SINGLE, BENS, PLAIN, OVER = (0, 10), (10, 20), (20, 30), (30, 40), (40, 50)
SPOTS = (SHARED, SINGLE, BENS, PLAIN, OVER)


def seat(coder: str = "ana", mode: str = "assisted") -> Seat:
    """Return a seat in a round of ana and ben.

    Two audited spans of ana's, one of them ben's, too; one of ben's; one of ana's in order; one in
    order for both.
    """
    rows = [
        ("ana", *SHARED, AUDIT, 0.5),
        ("ben", *SHARED, AUDIT, 0.5),
        ("ana", *SINGLE, AUDIT, 0.5),
        ("ben", *BENS, AUDIT, 0.5),
        ("ana", *PLAIN, ORDER, None),
        ("ana", *OVER, ORDER, None),
        ("ben", *OVER, ORDER, None),
    ]
    items = [Assignment(row[0], n, "int-1", *row[1:]) for n, row in enumerate(rows)]
    settings = {"kind": "drawn", "mode": mode, "seed": 0, "model_id": "m-1", "name": ""}
    return Seat(coder, Round(canonical(settings), "now", "ana", tuple(items)))


def sign(log: Log, draft: Drafter, coder: str, spot: tuple[int, int]) -> None:
    """Have a coder sign a span off."""
    standing = log.current(coder, "int-1", *spot)
    parent = standing[0].decision_id if standing else None
    log.append([draft("done", coder=coder, start=spot[0], end=spot[1], parent=parent)])


def blind(log: Log, coder: str) -> set[tuple[int, int]]:
    """Return what is blind for a coder now."""
    return set(seat(coder).blind_spots(log, "int-1", SPOTS))


def test_before_anybody_is_done_audit_and_overlap_are_blind(log: Log) -> None:
    """For those who code there and for everybody else; single work in order is not."""
    assert {SHARED, SINGLE, BENS, OVER} == blind(log, "ana") == blind(log, "ben")
    assert {SHARED, SINGLE, BENS, OVER} == blind(log, "cem")
    assert not seat().blind_spots(log, "int-2", SPOTS)


def test_the_audit_stays_blind_until_all_its_coders_are_done(log: Log, draft: Drafter) -> None:
    """Of two coders the first to finish waits; a single coder sees suggestions when done."""
    sign(log, draft, "ana", SHARED)
    sign(log, draft, "ana", SINGLE)
    assert {SHARED, BENS, OVER} == blind(log, "ana") == blind(log, "ben")

    sign(log, draft, "ben", SHARED)
    assert {BENS, OVER} == blind(log, "ana")


def test_an_overlap_opens_to_who_is_done(log: Log, draft: Drafter) -> None:
    """Suggestions stay hidden until the coder is done there; for outsiders until both are."""
    sign(log, draft, "ana", OVER)

    assert OVER not in blind(log, "ana")
    assert OVER in blind(log, "ben")
    assert OVER in blind(log, "cem")
    assert not seat("ana").sees_others(log, ("int-1", *OVER))

    sign(log, draft, "ben", OVER)
    assert OVER not in blind(log, "cem")
    assert seat("ana").sees_others(log, ("int-1", *OVER))


def test_what_was_opened_again_is_blind_again(log: Log, draft: Drafter) -> None:
    """Blindness is read from what stands, not kept beside it."""
    sign(log, draft, "ana", SINGLE)
    head = log.current("ana", "int-1", *SINGLE)[0].decision_id
    log.append([draft("reopen", start=SINGLE[0], end=SINGLE[1], parent=head)])

    assert SINGLE in blind(log, "ana")


def test_a_larger_span_that_was_signed_off_counts(log: Log, draft: Drafter) -> None:
    """Segments may have been cut larger before."""
    sign(log, draft, "ana", (5, 25))

    assert SINGLE not in blind(log, "ana")
    assert SHARED in blind(log, "ana")


def test_words_shared_with_a_blind_span_are_blind(log: Log) -> None:
    """A part of a segment, or one that overlaps it, gives nothing away."""
    found = seat().blind_spots(log, "int-1", [(2, 4), (8, 12), (32, 34), (29, 31), (30, 40)])

    assert {(2, 4), (8, 12), (29, 31)} == found
    assert seat().is_blind(log, ("int-1", 2, 4))


def test_the_mode_is_blind_first_where_it_is_blind(log: Log, draft: Drafter) -> None:
    """Elsewhere, and afterwards, that of the round."""
    place = ("int-1", *SINGLE)
    assert "blind-first" == seat().mode_at(log, place)
    assert "assisted" == seat().mode_at(log, ("int-1", *PLAIN))
    assert "blind-first" == seat(mode="blind-first").mode_at(log, ("int-1", *PLAIN))

    sign(log, draft, "ana", SINGLE)
    assert "assisted" == seat().mode_at(log, place)


def test_a_seat_knows_its_own_work() -> None:
    """Assignments in order; a part of a segment belongs to it; elsewhere there is no errand."""
    mine = seat("ben")

    assert [SHARED, BENS, OVER] == [(item.start, item.end) for item in mine.assignments]
    assert [AUDIT, AUDIT, ORDER, None, None] == [
        mine.lane(("int-1", *spot)) for spot in (BENS, (21, 24), (41, 42), PLAIN, (8, 12))
    ]
    assert Errand(mine.round_id, AUDIT, 0.5) == mine.errand(("int-1", *BENS))
    assert Errand() == mine.errand(("int-1", *PLAIN))
    assert Errand() == mine.errand(("int-9", *PLAIN))
    assert {("int-1", *spot) for spot in (SHARED, BENS)} == {p for lot in mine.lots for p in lot}
    assert [{"ana", "ben"}, {"ben"}] == [
        mine.coders_at["int-1", *SHARED],
        mine.coders_at["int-1", *BENS],
    ]


def test_where_nobody_is_to_code_nothing_is_hidden(log: Log) -> None:
    """Decisions outside the round may be looked at."""
    assert seat().sees_others(log, ("int-1", 60, 70))
    assert not seat().sees_others(log, ("int-1", 45, 60))
