"""Checks a log from end to end; what is damaged is named, the rest stays readable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.records import Decision
from pipeline.review.log.check import Surroundings, circles, row_problem, stale_quotes
from pipeline.review.log.fold import CONFLICT, Standing, fold
from pipeline.review.log.reader import Current
from pipeline.review.log.rows import Chains, Heads, Round, chains, place_of
from pipeline.review.log.salvage import Salvaged, Wreck, wreck
from pipeline.review.log.store import current_rows, open_log
from pipeline.review.log.transfer import conflict_sentence

DAMAGED = 3
TO_CONFIRM = 4


@dataclass(frozen=True, slots=True)
class Verification:
    """What checking a log found.

    ``problems`` are damage, the first bad row first; ``stale`` and ``conflicts`` wait for a person;
    ``forks`` are facts: a log was copied and both copies were written on. ``are_quotes_checked`` is
    false where there were no texts to compare with.
    """

    n_decisions: int
    heads: Heads
    problems: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    forks: tuple[str, ...] = ()
    are_quotes_checked: bool = True
    is_rebuilt: bool = False

    @property
    def exit_code(self) -> int:
        """3 on damage, 4 on stale quotes or conflicts, else 0."""
        if self.problems:
            return DAMAGED
        return TO_CONFIRM if self.stale or self.conflicts else 0


def verify(
    path: Path,
    texts: Mapping[str, str] | None = None,
    *,
    recorded: Heads | None = None,
    is_rebuilding: bool = False,
) -> Verification:
    """Return what is wrong with the log at ``path``, which must be there; nothing if it is sound.

    Parameters
    ----------
    path
        The log; it is read even if it is cut short or damaged.
    texts
        Today's texts by transcript id, None if there are none.
    recorded
        Heads noted earlier; only they can tell that the end of the log was cut off.
    is_rebuilding
        Whether the derived table is made anew where it differs.
    """
    with wreck(path) as log:
        salvaged = log.salvaged()
        rows = salvaged.rows
        links = chains(rows)
        damage = [
            *salvaged.problems,
            *row_problems(log, salvaged),
            *round_problems(log),
            *missing_heads(rows, recorded or {}),
        ]
        found = tuple(fold(rows).values())
        drift = current_problems(log, found)
    is_rebuilt = bool(is_rebuilding and drift and not damage)
    if is_rebuilt:
        with open_log(path) as sound:
            sound.rebuild_current()
    return Verification(
        n_decisions=len(rows),
        heads=links.heads,
        problems=tuple(damage if is_rebuilt else [*damage, *drift]),
        stale=tuple(reason for _, reason in stale_quotes(rows, texts)) if texts is not None else (),
        conflicts=tuple(conflicts(rows, found)),
        forks=tuple(forks(links)),
        are_quotes_checked=texts is not None,
        is_rebuilt=is_rebuilt,
    )


def row_problems(log: Wreck, salvaged: Salvaged) -> list[str]:
    """Return what is wrong with the rows, in order of arrival: gaps, hashes, chains, parents."""
    around = Surroundings.of(salvaged.rows)
    withheld = log.withheld()
    found: dict[int, list[str]] = {}
    for row in salvaged.rows:
        problem = row_problem(row, withheld.get(row.decision_id, {}), around)
        if problem:
            found.setdefault(row.seq, []).append(f"{named(row)}: {problem}")
    for row in circles(salvaged.rows):
        found.setdefault(row.seq, []).append(f"{named(row)}: it stands on itself")
    for first, last in gaps([row.seq for row in salvaged.rows], salvaged.last_seq):
        words = f"decision {first} is" if first == last else f"decisions {first} to {last} are"
        found.setdefault(first, []).append(f"{words} missing or cannot be read")
    return [sentence for seq in sorted(found) for sentence in found[seq]]


def forks(links: Chains) -> Iterator[str]:
    """Yield where a coder's chain branches: a fact, no damage."""
    for coder, hashes in links.forks.items():
        for hash_ in hashes:
            place = hash_[:12] or "the start"
            yield f"{coder}: a copy of this log was written on, too; they part after {place}"


def named(row: Decision) -> str:
    """Return how a message names a row."""
    return f"decision {row.seq} ({row.decision_id}, {row.act} of {row.coder} on {place_of(row)})"


def gaps(numbers: Sequence[int], last: int) -> Iterator[tuple[int, int]]:
    """Yield first and last of each run of numbers up to ``last`` that ``numbers`` lacks."""
    expected = 1
    for number in [*numbers, last + 1]:
        if number > expected:
            yield expected, number - 1
        expected = number + 1


def round_problems(log: Wreck) -> list[str]:
    """Return which rounds are not what their id is the hash of."""
    return [
        f"round {name}: it was changed; its id is the hash of other settings or assignments"
        for name, found in log.rounds().items()
        if not is_whole(found, name)
    ]


def is_whole(found: Round, name: str) -> bool:
    """Whether a round's id is the hash of what it says."""
    try:
        return found.round_id == name
    except TypeError:  # a cell is no longer of its type
        return False


def missing_heads(rows: Sequence[Decision], recorded: Heads) -> list[str]:
    """Return which of the heads noted earlier are no longer in the log."""
    here = {(row.coder, row.hash) for row in rows}
    return [
        f"{coder}: the decision {head[:12]}, noted earlier, is gone; the end of the log was cut"
        for coder, heads in recorded.items()
        for head in heads
        if (coder, head) not in here
    ]


def current_problems(log: Wreck, found: Sequence[Standing]) -> list[str]:
    """Return where the derived table says something else than the decisions."""
    stored = set(log.all_current())
    derived = {Current(*row) for row in current_rows(found)}
    places = sorted(
        f"{item.transcript_id}:{item.start}-{item.end} {item.code or ''} ({item.coder})"
        for item in stored ^ derived
    )
    if not places:
        return []
    sentence = (
        f"the table of what stands differs from the decisions at {places[0]} and in {len(places)} "
        "rows in all; make it anew with 'glossator log verify --rebuild'"
    )
    return [sentence]


def conflicts(rows: Sequence[Decision], found: Sequence[Standing]) -> list[str]:
    """Return where a coder has decided in two ways on two machines."""
    by_id = {row.decision_id: row for row in rows}
    return sorted(
        conflict_sentence([by_id[head] for head in item.heads])
        for item in found
        if item.verdict == CONFLICT and item.heads
    )
