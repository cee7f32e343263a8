"""What stands for one coder on the segments of a transcript, as the page is told it. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pipeline.core.details import detail_of
from pipeline.core.records import Decision
from pipeline.core.spans import Span
from pipeline.review.log.fold import DONE, SHOWN, YES, Standing, fold
from pipeline.review.log.reader import Current
from pipeline.review.projection import relation

Spot = tuple[int, int]
Codes = Mapping[str, Mapping[str, Any]]


def states(
    rows: Sequence[Decision],
    standing: Iterable[Current],
    spots: Iterable[Spot],
    blind: Iterable[Spot],
) -> dict[Spot, dict[str, Any]]:
    """Return what stands on each of ``spots`` for one coder.

    Parameters
    ----------
    rows
        The coder's rows on the transcript that are about no code.
    standing
        What the log says stands there for the coder: the heads that the next decision must name.
    spots
        The spans that are asked for.
    blind
        Those of which nothing is said that came from a suggestion.
    """
    by_spot: dict[Spot, list[Decision]] = defaultdict(list)
    for row in rows:
        by_spot[row.start, row.end].append(row)
    codes = codes_by_spot(standing)
    wanted, hidden = list(spots), frozenset(blind)
    near = neighbours(codes, wanted)
    return {
        spot: {
            "codes": codes.get(spot, {}),
            **state(by_spot.get(spot, []), is_blind=spot in hidden),
            "parts": parts(Span(*spot), near[spot]),
            "around": around(Span(*spot), near[spot]),
        }
        for spot in wanted
    }


def codes_by_spot(standing: Iterable[Current]) -> dict[Spot, dict[str, dict[str, Any]]]:
    """Return what stands on each code, by span."""
    found: dict[Spot, dict[str, dict[str, Any]]] = defaultdict(dict)
    for row in standing:
        if row.code is not None:
            item = found[row.start, row.end].setdefault(row.code, {"heads": []})
            heads = sorted([*item["heads"], row.decision_id])
            item |= {"verdict": row.verdict, "heads": heads}
    return found


def neighbours(
    by_spot: Mapping[Spot, Codes], wanted: Sequence[Spot]
) -> dict[Spot, list[tuple[Span, Codes]]]:
    """Return what stands on other spans that share words with each of ``wanted``.

    Those do not overlap one another.
    """
    found: dict[Spot, list[tuple[Span, Codes]]] = {spot: [] for spot in wanted}
    rows = sorted(wanted)
    for spot in sorted(by_spot.keys() - found.keys()):
        first = bisect_right(rows, spot[0], key=lambda row: row[1])
        last = bisect_left(rows, spot[1], key=lambda row: row[0])
        for row in rows[first:last]:
            found[row].append((Span(*spot), by_spot[spot]))
    return found


def state(rows: Sequence[Decision], *, is_blind: bool) -> dict[str, Any]:
    """Return what stands on one span apart from codes, given one coder's rows there."""
    found = {thread[-1]: item for thread, item in fold(rows).items()}
    by_id = {row.decision_id: row for row in rows}
    return {
        "span": span_state(found.get(None), by_id),
        "revealed": not is_blind and any(row.act == "reveal" for row in rows),
        "shown": not is_blind and any(row.act == SHOWN for row in rows),
        "blind": is_blind,
    }


def span_state(standing: Standing | None, by_id: Mapping[str, Decision]) -> dict[str, Any]:
    """Return what stands on the span itself: its verdict, its memo, and what was signed off."""
    if standing is None:
        return {"verdict": None, "heads": [], "memo": None, "signed": None}
    memos = [by_id[name].memo for name in standing.state.memos if name in by_id]
    source = by_id.get(standing.state.source or "")
    is_done = source is not None and source.act == DONE and standing.verdict == DONE
    return {
        "verdict": standing.verdict,
        "heads": list(standing.heads),
        "memo": "\n".join(memo for memo in memos if memo) or None,
        "signed": detail_of(source).get("yes") if is_done and source else None,
    }


def parts(target: Span, other: Iterable[tuple[Span, Codes]]) -> dict[str, dict[str, Any]]:
    """Return what stands on parts of ``target``, by ``start-end`` in code points."""
    return {
        f"{span.start}-{span.end}": {"start": span.start, "end": span.end, "codes": dict(codes)}
        for span, codes in other
        if codes and relation(span, target) == "inside"
    }


def around(target: Span, other: Iterable[tuple[Span, Codes]]) -> list[str]:
    """Return the codes that stand on more than ``target``, or across its bounds."""
    return sorted(
        {
            code
            for span, codes in other
            for code, found in codes.items()
            if found["verdict"] == YES
            and span.overlaps(target)
            and relation(span, target) != "inside"
        }
    )


def story(rows: Iterable[Decision]) -> list[dict[str, Any]]:
    """Return the decisions of one coder on a segment and its parts as its history tells them.

    The latest comes first.

    Which model spoke is told only where its suggestion was on view: elsewhere it would be a trace.
    """
    own = [row for row in rows if row.act != SHOWN]
    standing = {head for item in fold(own).values() for head in item.heads}
    return [
        {
            "decision_id": row.decision_id,
            "start": row.start,
            "end": row.end,
            "quote": row.quote,
            "act": row.act,
            "code": row.code,
            "memo": row.memo,
            "coder": row.coder,
            "decided_at": row.decided_at,
            "surface": row.surface,
            "model_id": row.model_id if row.suggestion_visible else None,
            "is_head": row.decision_id in standing,
        }
        for row in reversed(own)
    ]


BLANK = {"codes": {}, **state([], is_blind=False), "parts": {}, "around": []}
