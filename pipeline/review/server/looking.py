"""The second look: one question at a time, on what the coder has signed off."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from pipeline.core.errors import ReviewError
from pipeline.core.records import Decision
from pipeline.core.tables import read_receipt
from pipeline.review.desk import SECOND_LOOK
from pipeline.review.facts import segment_id
from pipeline.review.hand import Stamp, id_of
from pipeline.review.log.fold import SHOWN, YES
from pipeline.review.log.store import ConflictError
from pipeline.review.second_look import CONFIDENT, Doubter, Look, second_looks
from pipeline.review.server.asked import Asked
from pipeline.review.server.bench import Bench, words_of
from pipeline.review.server.settling import context

ANSWERS = frozenset({"accept", "reject"})


def looks(bench: Bench) -> list[Look]:
    """Return the questions that are open; none while scores are no probabilities."""
    table = bench.work.corpus.table("suggestions")
    if not table.exists() or read_receipt(table).details.get("is_cold"):
        return []
    confident = float(bench.work.seat.settings.get("second_look", CONFIDENT))
    rows = bench.log.select('WHERE "coder" = ? ORDER BY "seq"', (bench.work.coder,))
    return second_looks(rows, bench.facts, Doubter(bench.work.coder, bench.is_blind, confident))


def next_look(bench: Bench, later: Collection[str]) -> dict[str, Any]:
    """Return the next question and how many there are, and note that it was shown.

    Parameters
    ----------
    bench
        The coder's bench.
    later
        Ids of questions that the coder has put off.
    """
    found = looks(bench)
    look = next((item for item in found if name_of(item) not in later), None)
    if look is None:
        return {"n": len(found), "look": None}
    note_shown(bench, look)
    return {"n": len(found), "look": look_table(bench, look)}


def name_of(look: Look) -> str:
    """Return what names a question."""
    return f"{segment_id(look.place)} {look.code}"


def note_shown(bench: Bench, look: Look) -> None:
    """Write down that the model's word on this code was told."""
    found = [item for item in bench.facts.suggested(look.place) if item.code == look.code]
    name = id_of(SHOWN, SECOND_LOOK, bench.work.coder, name_of(look), found[0].model_id)
    with bench.log.writing():
        bench.hand(look.place, None).show_as(name, look.place, found, stamp_of(bench, look, None))


def stamp_of(bench: Bench, look: Look, asked: Asked | None) -> Stamp:
    """Return what goes with an act on a question."""
    at = (asked.decision_id, asked.decided_at, asked.active_ms) if asked else ("", None, None)
    return replace(bench.stamp(look.place, *at), mode=SECOND_LOOK)


def look_table(bench: Bench, look: Look) -> dict[str, Any]:
    """Return one question as the page knows it."""
    transcript_id, start, end = look.place
    standing = bench.log.current(bench.work.coder, *look.place)
    suggestion = next(i for i in bench.facts.suggested(look.place) if i.code == look.code)
    return {
        "name": name_of(look),
        "transcript_id": transcript_id,
        "start": start,
        "end": end,
        "number": bench.number_of(look.place),
        "code": look.code,
        "is_yes": look.is_yes,
        "text": bench.segment(look.place).text,
        "spans": words_of(suggestion, bench.segment(look.place), sign=1 if look.is_yes else -1),
        "own": sorted(row.code for row in standing if row.code and row.verdict == YES),
        "heads": [row.decision_id for row in standing if row.code == look.code],
        **context(bench, look.place),
    }


def look_again(bench: Bench, asked: Asked) -> Decision:
    """Take the answer to a question.

    Raises
    ------
    ReviewError
        If nothing is asked there.
    ConflictError
        If the page saw something else than stands.
    """
    if asked.ask.act == "undo":
        return take_back(bench, asked)
    look = next(
        (i for i in looks(bench) if i.place == asked.place and i.code == asked.ask.code), None
    )
    if look is None or asked.ask.act not in ANSWERS:
        raise ReviewError("There is no such question here. Load the page again.", code="E_ACT")
    check_heads(bench, asked)
    hand = bench.hand(asked.place, asked.group_id)
    return hand.act(asked.ask, asked.place, stamp_of(bench, look, asked))


def take_back(bench: Bench, asked: Asked) -> Decision:
    """Undo an answer; the question is open again."""
    check_heads(bench, asked)
    look = Look(asked.place, asked.ask.code or "", is_yes=True)
    hand = bench.hand(asked.place, asked.group_id)
    return hand.act(asked.ask, asked.place, stamp_of(bench, look, asked))


def check_heads(bench: Bench, asked: Asked) -> None:
    """Raise `ConflictError` unless the page saw what stands."""
    standing = bench.log.current(bench.work.coder, *asked.place)
    heads = {row.decision_id for row in standing if row.code == asked.ask.code}
    if heads != asked.heads:
        raise ConflictError("Something else was decided here meanwhile. Look at it again.", ())
