"""The lanes that a model chooses from: where it doubts, and where the rarest codes may be. Pure.

What stands in them is chosen, not sampled, so that no inclusion probability is known. A fifth of
the uncertain lane is drawn at random all the same: doubt looks at one kind of segment only.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from pipeline.core.draw import number_in
from pipeline.core.records import Segment, Suggestion
from pipeline.review.queue import UNCERTAIN

RANDOM_PARTS = 5  # of the uncertain lane, one is drawn at random

Suggestions = Mapping[str, Sequence[Suggestion]]


def uncertain(
    pool: Sequence[Segment],
    suggestions: Suggestions,
    number: int,
    seed: int,
    random_codes: Collection[str] | None,
) -> tuple[list[Segment], int]:
    """Return ``number`` segments to decide on where the model doubts, and how many are random.

    Parameters
    ----------
    pool
        Segments that no better lane has taken.
    suggestions
        By segment id, with calibrated scores.
    number
        How many are wanted.
    seed
        Of the random part.
    random_codes
        Codes whose doubt does not count; None: no score is a probability, so that all is random.
    """
    found = {} if random_codes is None else doubts(suggestions, random_codes)
    ranked = sorted(
        (row for row in pool if row.segment_id in found),
        key=lambda row: (-found[row.segment_id], number_in(UNCERTAIN, seed, row.segment_id)),
    )
    wanted = min(number, len(pool))
    n_random = max(-(-wanted // RANDOM_PARTS), wanted - len(ranked))
    chosen = ranked[: wanted - n_random]
    names = {row.segment_id for row in chosen}
    rest = [row for row in pool if row.segment_id not in names]
    rest.sort(key=lambda row: number_in(UNCERTAIN, seed, row.segment_id))
    return [*chosen, *rest[:n_random]], n_random


def doubts(suggestions: Suggestions, left_out: Collection[str]) -> dict[str, float]:
    """Return each segment's widest doubt: 1 where a probability is one half, 0 where it is 0 or 1.

    Segments without a suggestion of a code that counts are not in it.
    """
    return {
        name: max(1 - abs(2 * item.score - 1) for item in counted)
        for name, items in suggestions.items()
        if (counted := [item for item in items if item.code not in left_out])
    }


def coverage(
    pool: Iterable[Segment], suggestions: Suggestions, n_yes: Mapping[str, int], number: int
) -> list[Segment]:
    """Return ``number`` segments, each the best-ranked left of the code that has fewest yes.

    What was just chosen counts as a yes, so that the rarest codes rise together.

    Parameters
    ----------
    pool
        Segments that no better lane has taken.
    suggestions
        By segment id.
    n_yes
        Code -> segments that somebody said yes to; the codes that are to be covered.
    number
        How many are wanted.
    """
    by_id = {row.segment_id: row for row in pool}
    queues = ranked_by_code(suggestions, by_id, n_yes)
    counts = Counter(dict(n_yes))
    chosen: dict[str, Segment] = {}
    while queues and len(chosen) < number:
        code = min(queues, key=lambda code: (counts[code], code))
        name = next((name for name in queues[code] if name not in chosen), None)
        if name is None:
            del queues[code]
            continue
        chosen[name] = by_id[name]
        counts[code] += 1
    return list(chosen.values())


def ranked_by_code(
    suggestions: Suggestions, known: Collection[str], codes: Collection[str]
) -> dict[str, Iterator[str]]:
    """Return each code's segments, the most probable first."""
    found: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for name in known:
        for item in suggestions.get(name, ()):
            if item.code in codes:
                found[item.code].append((-item.score, name))
    return {code: iter([name for _, name in sorted(rows)]) for code, rows in found.items()}
