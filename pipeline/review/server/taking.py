"""What becomes of the decisions that a browser sends: each gets its own answer, on disk."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pipeline.core.errors import BusyError, GlossatorError, ReviewError, StorageError
from pipeline.core.records import Decision
from pipeline.review.desk import ADJUDICATE, SECOND_LOOK, Ask, View
from pipeline.review.facts import Place
from pipeline.review.hand import reworded
from pipeline.review.log.store import ConflictError
from pipeline.review.server.asked import Asked, parse_asked
from pipeline.review.server.bench import Bench
from pipeline.review.server.looking import look_again
from pipeline.review.server.settling import settle

PART_ACTS = frozenset({"add", "clear", "unsure", "undo"})
SETTLED = frozenset({"yes", "no", "unsure"})


def decide(bench: Bench, requests: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """Take the decisions of several requests in one transaction; each gets its own answer.

    What the answers say is on disk when this returns. With them goes what stands now on the
    segments that were touched, by transcript.

    Raises
    ------
    BusyError, StorageError
        If the log does not take them; then none is taken.
    """
    with bench.log.writing():
        return [decide_one(bench, tables) for tables in requests]


def decide_one(bench: Bench, tables: Sequence[Any]) -> dict[str, Any]:
    """Take the decisions of one request."""
    answers = [answer(bench, table) for table in tables]
    touched: dict[str, set[Place]] = defaultdict(set)
    for found in answers:
        home = found.pop("home")
        if home is not None:
            touched[home[0]].add(home)
    return {
        "answers": answers,
        "states": {name: bench.states_at(sorted(homes)) for name, homes in touched.items()},
    }


def answer(bench: Bench, table: Any) -> dict[str, Any]:
    """Return what became of one decision."""
    name = table.get("decision_id") if isinstance(table, dict) else None
    found = {"decision_id": name, "is_taken": True, "home": None}
    try:
        asked = parse_asked(table)
        known = bench.log.find(asked.decision_id)
        if asked.mode != ADJUDICATE:
            found["home"] = bench.home_of(asked.place)
        if known is not None:
            bench.log.append([reworded(known, bench.work.coder, asked.ask, asked.place)])
        elif asked.mode == ADJUDICATE:
            settle(bench, asked)
        elif asked.mode == SECOND_LOOK:
            look_again(bench, asked)
        else:
            take(bench, asked)
    except (BusyError, StorageError):
        raise
    except GlossatorError as error:
        found |= {"is_taken": False, "code": error.code, "message": str(error)}
    return found


def take(bench: Bench, asked: Asked) -> Decision:
    """Take one decision.

    Raises
    ------
    ConflictError
        If the page saw something else than stands.
    ReviewError
        If the act may not be done.
    """
    place, ask = asked.place, asked.ask
    if ask.act == "reveal" and bench.is_blind(place):
        raise ReviewError(
            "reveal: this segment is coded blind, as the audit sample is and what two coders "
            "share. Decide without suggestions.",
            code="E_BLIND",
        )
    check_part(asked, bench.home_of(place), bench.facts.texts[place[0]])
    hand = bench.hand(place, asked.group_id)
    view = hand.view(place, bench.mode_at(place))
    if frozenset(view.heads(ask.code)) != asked.heads:
        standing = bench.log.current(bench.work.coder, *place)
        raise ConflictError(
            f"Something else was decided here meanwhile; now stands "
            f"{view.verdict(ask.code) or 'nothing'}.",
            tuple(item for item in standing if item.code == ask.code),
        )
    if ask.seen is not None:
        ask = replace(ask, seen={**ask.seen, "undecided": undecided(bench, ask, place, view)})
    stamp = bench.stamp(place, asked.decision_id, asked.decided_at, asked.active_ms)
    return hand.act(ask, place, stamp)


def undecided(bench: Bench, ask: Ask, place: Place, view: View) -> list[str]:
    """Return what is left open at a done: what the page says, and what it was not told.

    Suggestions of an earlier model, or by command on what is blind here, were delivered too.
    """
    told = () if bench.is_withheld(place) else bench.work_at(place).facts.suggested(place)
    told_codes = {item.code for item in told}
    untold = {code for code in view.delivered if code not in told_codes}
    seen = ask.seen or {}
    return sorted(
        {code for code in untold if view.verdict(code) not in SETTLED} | {*seen["undecided"]}
    )


def check_part(asked: Asked, home: Place, text: str) -> None:
    """Raise `ReviewError` unless what was asked on a part of a segment stands on its very words.

    A browser counts characters in its own way; the words tell whether it counted as we do.
    """
    if asked.place == home:
        return
    _, start, end = asked.place
    if asked.ask.act not in PART_ACTS or asked.ask.code is None:
        raise ReviewError(
            f"{asked.ask.act}: a part of a segment takes codes only. Do this on the segment.",
            code="E_ACT",
        )
    if asked.quote is not None and asked.quote != text[start:end]:
        raise ReviewError(
            "The words that were chosen are not those of the transcript. Load the page again.",
            code="E_STALE",
        )
