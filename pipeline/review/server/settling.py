"""What an adjudicator is shown and does: disputed spans in their context, voices without names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.core.errors import ReviewError
from pipeline.core.records import Decision, Turn
from pipeline.review.desk import ADJUDICATE, hat
from pipeline.review.disputes import Dispute, disputes_in
from pipeline.review.facts import Place
from pipeline.review.hand import PAGE, Hand, Stamp
from pipeline.review.log.store import ConflictError
from pipeline.review.seating import persons
from pipeline.review.server.asked import Asked
from pipeline.review.server.bench import Bench

MOST_SHOWN = 400
MOST_CONTEXT = 1200  # characters of what is said before and after


def check_role(bench: Bench) -> None:
    """Raise `ReviewError` unless the coder may settle."""
    people = persons(bench.log)
    role = bench.log.coders()[bench.work.coder].role
    hat(role, ADJUDICATE, is_alone=len(people) == 1)


def disputes(bench: Bench) -> dict[str, Any]:
    """Return what the coder may settle, open questions first, each in its context.

    Raises
    ------
    ReviewError
        If the coder may not settle at all.
    """
    check_role(bench)
    found = found_disputes(bench)
    ordered = sorted(found, key=lambda item: not item.is_open)
    return {
        "disputes": [dispute_table(bench, item) for item in ordered[:MOST_SHOWN]],
        "n_open": sum(item.is_open for item in found),
        "n_more": max(0, len(found) - MOST_SHOWN),
    }


def found_disputes(bench: Bench) -> list[Dispute]:
    """Return what the coder may settle, and what was settled."""
    seed = bench.work.corpus.settings().seed
    return disputes_in(bench.log, bench.facts.texts, bench.work.coder, seed)


def dispute_table(bench: Bench, dispute: Dispute) -> dict[str, Any]:
    """Return one dispute as the page knows it."""
    transcript_id, start, end = dispute.place
    standing = bench.log.current(bench.work.coder, *dispute.place)
    return {
        "transcript_id": transcript_id,
        "start": start,
        "end": end,
        **context(bench, dispute.place),
        "questions": [
            {
                "code": item.code,
                "state": item.state,
                "verdict": item.verdict,
                "reason": item.reason,
                "heads": [row.decision_id for row in standing if row.code == item.code],
            }
            for item in dispute.questions
        ],
        "voices": [
            {"name": item.name, "verdicts": dict(item.verdicts), "memos": list(item.memos)}
            for item in dispute.voices
        ],
        "together": list(dispute.must_name),
    }


def context(bench: Bench, place: Place) -> dict[str, Any]:
    """Return the words of a place, and what is said around it."""
    transcript_id, start, end = place
    text = bench.facts.texts[transcript_id]
    turns = [turn for turn in bench.turns_of(transcript_id) if turn.end > turn.start]
    at = next((n for n, turn in enumerate(turns) if turn.start <= start < turn.end), None)
    here = turns[at] if at is not None else None
    left, right = (here.start, here.end) if here else (start, end)
    return {
        "speaker": (here.speaker if here else None) or "",
        "left": text[left:start],
        "words": text[start:end],
        "right": text[end : max(end, right)],
        "before": told(turns[at - 1 : at]) if at else [],
        "after": told(turns[at + 1 : at + 2]) if at is not None else [],
    }


def told(turns: Sequence[Turn]) -> list[dict[str, str]]:
    """Return turns as context."""
    return [{"speaker": turn.speaker or "", "text": turn.text[:MOST_CONTEXT]} for turn in turns]


def settle(bench: Bench, asked: Asked) -> Decision:
    """Take a settlement, or take one back.

    Raises
    ------
    ReviewError
        If the coder may not settle there, or somebody still works there.
    ConflictError
        If the page saw something else than stands.
    """
    check_role(bench)
    open_now = {(item.place, one.code) for item in found_disputes(bench) for one in item.questions}
    if (asked.place, asked.ask.code) not in open_now:
        raise ReviewError(
            "settle: nothing is disputed here that you may settle now. Load the page again.",
            code="E_ACT",
        )
    coder = bench.log.coders()[bench.work.coder]
    hand = Hand(bench.log, bench.facts, coder, asked.group_id)
    view = hand.view(asked.place, ADJUDICATE, code=asked.ask.code)
    if frozenset(view.heads(asked.ask.code)) != asked.heads:
        raise ConflictError("This was settled meanwhile. Look at it again.", ())
    stamp = Stamp(lambda _: asked.decision_id, asked.decided_at, ADJUDICATE, PAGE, asked.active_ms)
    return hand.act(asked.ask, asked.place, stamp)
