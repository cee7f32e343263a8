"""What can be wrong with rows: their hashes, predecessors, parents and quotes; all of it pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.records import Decision
from pipeline.review.log.fold import SHOWN, UNDO, Thread, in_order, leans_on, thread_of
from pipeline.review.log.rows import hash_of, place_of, sha256_of_text

Withheld = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What rows are checked against: the hashes and ids of all rows there are."""

    hashes: frozenset[tuple[str, str]]
    by_id: Mapping[str, Decision]

    @classmethod
    def of(cls, rows: Iterable[Decision]) -> Surroundings:
        """Return the surroundings that ``rows`` make up."""
        by_id = {row.decision_id: row for row in rows}
        return cls(frozenset((row.coder, row.hash) for row in by_id.values()), by_id)


def row_problem(row: Decision, withheld: Mapping[str, str], around: Surroundings) -> str:
    """Return what is wrong with ``row``, empty if nothing is.

    Parameters
    ----------
    row
        A row of the log.
    withheld
        SHA-256 of those of its texts that are not here.
    around
        All rows, itself among them.
    """
    if hash_of(row, withheld) != row.hash:
        return "it does not match its hash: it was changed after it was written"
    if row.prev_hash and (row.coder, row.prev_hash) not in around.hashes:
        return "the decision of this coder before it is missing"
    if row.act == SHOWN:
        return ""
    return parent_problem(row, around.by_id)


def parent_problem(row: Decision, by_id: Mapping[str, Decision]) -> str:
    """Return what is wrong with the decisions that ``row`` says it stands on."""
    parents = leans_on(row)
    if row.act == UNDO and not parents:
        return "it undoes nothing"
    for parent in parents:
        if parent not in by_id:
            return "the decision that it stands on is missing"
        if thread_of(by_id[parent]) != thread_of(row):
            return "the decision that it stands on is about something else"
    return ""


def circles(rows: Iterable[Decision]) -> list[Decision]:
    """Return the rows that stand on themselves by way of others."""
    threads: dict[Thread, dict[str, Decision]] = defaultdict(dict)
    for row in rows:
        if row.act != SHOWN:
            threads[thread_of(row)][row.decision_id] = row
    return [row for thread in threads.values() for row in circles_of_thread(thread)]


def circles_of_thread(rows: Mapping[str, Decision]) -> Iterator[Decision]:
    """Yield the rows of one thread that stand on themselves."""
    elders = {name: leans_on(row) & rows.keys() for name, row in rows.items()}
    sound = set(in_order(elders)) if any(elders.values()) else rows.keys()
    yield from (row for name, row in rows.items() if name not in sound)


def stale_quotes(rows: Sequence[Decision], texts: Mapping[str, str]) -> list[tuple[Decision, str]]:
    """Return the rows whose words no longer stand where they stood, each with a reason."""
    digests: dict[str, str] = {}
    found = []
    for row in rows:
        reason = staleness(row, texts, digests)
        if reason:
            found.append((row, f"{place_of(row)} ({row.coder}): {reason}"))
    return found


def staleness(row: Decision, texts: Mapping[str, str], digests: dict[str, str]) -> str:
    """Return why ``row`` does not stand on today's text, empty if it does.

    Parameters
    ----------
    row
        A decision.
    texts
        Today's texts by transcript id.
    digests
        Their hashes as far as they were needed; filled here.
    """
    text = texts.get(row.transcript_id)
    if text is None:
        return "there is no such transcript today"
    if row.quote is None:
        if row.transcript_id not in digests:
            digests[row.transcript_id] = sha256_of_text(text)
        same = digests[row.transcript_id] == row.text_sha256
        return "" if same else "its words are not here, and the text has changed since"
    words = text[row.start : row.end]
    if words == row.quote and len(words) == row.end - row.start:
        return ""
    return f"the text reads {shortened(words)}; it was coded as {shortened(row.quote)}"


def shortened(words: str, length: int = 60) -> str:
    """Return ``words`` in quotation marks, cut where they are long."""
    return repr(words if len(words) <= length else words[: length - 1] + "…")
