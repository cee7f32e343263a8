"""What stands: threads of decisions folded to verdicts, whatever order the rows arrived in.

A thread is one coder's line of parents on one span and code, or on one span for acts without a
code. No clock and no order of arrival takes part: only who overtook what.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.core.details import detail_of, parsed_detail
from pipeline.core.records import Decision
from pipeline.review.log.rows import Chains, chains

YES, NO, UNSURE, OPEN, CONFLICT = "yes", "no", "unsure", "open", "conflict"
DONE, REOPENED, SKIPPED, MEMO = "done", "reopened", "skipped", "memo"
UNDO, SHOWN, SETTLE = "undo", "shown", "settle"
EFFECTS: Mapping[str, str] = {
    "accept": YES,
    "add": YES,
    "reject": NO,
    "clear": OPEN,
    "unsure": UNSURE,
    "done": DONE,
    "reopen": REOPENED,
    "skip": SKIPPED,
}
SETTLED: Mapping[str, str] = {"yes": YES, "no": NO, "both": UNSURE}
SIGHTED_MODES = frozenset({"adjudicate", "second-look"})  # others' codes or the model's are on view

Thread = tuple[str, str, int, int, str | None]
Place = tuple[str, str, int, int]


@dataclass(frozen=True, slots=True)
class State:
    """What stands at one point of a thread.

    ``source`` is the decision whose effect it is, ``memos`` the memos on the span that stand.
    """

    verdict: str | None
    source: str | None = None
    memos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """What a thread comes to: its heads (several after a merge) and the state they agree on."""

    thread: Thread
    heads: tuple[str, ...]
    state: State

    @property
    def verdict(self) -> str | None:
        """The state's verdict; ``conflict`` where the heads differ."""
        return self.state.verdict


def thread_of(row: Decision) -> Thread:
    """Return the thread that ``row`` belongs to."""
    return (row.coder, row.transcript_id, row.start, row.end, row.code)


def delivered(row: Decision) -> list[str]:
    """Return the codes that a ``shown`` row says were delivered, in shown order."""
    found = parsed_detail(row) if row.act == SHOWN else None
    items = found if isinstance(found, list) else []
    return [str(item[0]) for item in items if isinstance(item, list) and item]


def overtakes(row: Decision) -> frozenset[str]:
    """Return the decisions that ``row`` takes the place of: its parent, and all heads it names."""
    heads = detail_of(row).get("heads") if row.detail else None
    named = [head for head in heads if isinstance(head, str)] if isinstance(heads, list) else []
    return frozenset(named if row.parent_id is None else [row.parent_id, *named])


def leans_on(row: Decision) -> frozenset[str]:
    """Return the decisions that ``row`` cannot be understood without."""
    undone = detail_of(row).get("undoes") if row.act == UNDO else None
    return overtakes(row) | ({undone} if isinstance(undone, str) else set())


def fold(rows: Iterable[Decision]) -> dict[Thread, Standing]:
    """Return what stands on each thread of ``rows``, which may come in any order."""
    threads: dict[Thread, list[Decision]] = defaultdict(list)
    for row in rows:
        if row.act != SHOWN:
            threads[thread_of(row)].append(row)
    return {thread: fold_thread(items) for thread, items in threads.items()}


def fold_thread(rows: Sequence[Decision]) -> Standing:
    """Return what stands on the one thread that ``rows`` (at least one) make up."""
    start = State(None if rows[0].code is None else OPEN)
    if len(rows) == 1 and not leans_on(rows[0]):  # most threads
        name = rows[0].decision_id
        return Standing(thread_of(rows[0]), (name,), effect(rows[0], {name: start}))
    known = {row.decision_id: row for row in rows}
    parents = {name: overtakes(row) & known.keys() for name, row in known.items()}
    elders = {name: leans_on(row) & known.keys() for name, row in known.items()}
    before: dict[str, State] = {}
    after: dict[str, State] = {}
    for name in in_order(elders):
        before[name] = merged([after[parent] for parent in sorted(parents[name])], start)
        after[name] = effect(known[name], before)
    overtaken = frozenset().union(*(parents[name] for name in after))
    heads = tuple(sorted(name for name in after if name not in overtaken))
    return Standing(thread_of(rows[0]), heads, merged([after[head] for head in heads], start))


def grounds(
    rows: Iterable[Decision], place: tuple[str, int, int], code: str | None
) -> tuple[str, ...]:
    """Return the decisions at ``place`` that votes on ``code`` rest on now, settlements left out.

    What stands on the code for each coder, and what signs the span off; a memo changes nothing.
    """
    here = [
        row
        for row in rows
        if (row.transcript_id, row.start, row.end) == place and row.code in {code, None}
    ]
    acts = {row.decision_id: row.act for row in here}
    sources = {item.state.source for item in fold(here).values() if item.state.source is not None}
    return tuple(sorted(name for name in sources if acts[name] != SETTLE))


def in_order(parents: Mapping[str, Collection[str]]) -> list[str]:
    """Return the names so that each stands behind its parents; those in a circle are left out."""
    waiting = {name: len(found) for name, found in parents.items()}
    children: dict[str, list[str]] = defaultdict(list)
    for name, found in parents.items():
        for parent in found:
            children[parent].append(name)
    ready = [name for name, count in waiting.items() if not count]
    for name in ready:  # grows while it is walked
        for child in children[name]:
            waiting[child] -= 1
            if not waiting[child]:
                ready.append(child)
    return ready


def effect(row: Decision, before: Mapping[str, State]) -> State:
    """Return the state after ``row``, given the states before it and its elders."""
    name = row.decision_id
    if row.act == UNDO:
        undone = detail_of(row).get("undoes", row.parent_id)
        return before.get(str(undone), before[name])
    if row.act == MEMO:
        verdict = before[name].verdict or MEMO
        return replace(before[name], verdict=verdict, memos=(name,))
    if row.act == SETTLE:
        return State(SETTLED.get(str(detail_of(row).get("verdict")), UNSURE), name)
    if row.act in EFFECTS:
        return State(EFFECTS[row.act], name, before[name].memos)
    return before[name]


def merged(states: Sequence[State], start: State) -> State:
    """Return what several heads come to together: what they agree on, else a conflict.

    A memo or nothing at all on one machine does not contradict a ``done`` on the other.
    """
    if len(states) == 1:
        return states[0]
    strong = [state for state in states if state.verdict not in {None, MEMO}]
    memos = tuple(sorted({memo for state in states for memo in state.memos}))
    verdicts = {state.verdict for state in strong}
    if len(verdicts) > 1:
        return State(CONFLICT, None, memos)
    if not strong:
        return State(MEMO, None, memos) if memos else start
    source = min(strong, key=lambda state: state.source or "").source
    return State(strong[0].verdict, source, memos)


def standings(rows: Sequence[Decision]) -> dict[str, str | None]:
    """Return the verdict that stands at each head: decision id -> verdict."""
    found = fold(rows).values()
    return {head: thread.verdict for thread in found for head in thread.heads}


def independent(rows: Sequence[Decision], scripts: Collection[str]) -> frozenset[str]:
    """Return the decisions that show a coder's own judgement at their first ``done`` on a span.

    These are the ``done`` and each yes and no it closed, provided nothing of the machine's or of
    other coders' was visible before. What came before is read from the hash chain.

    Parameters
    ----------
    rows
        All rows of the log, in any order.
    scripts
        Coders that are programs; they have no judgement of their own.
    """
    links = chains(rows)
    places: dict[Place, list[Decision]] = defaultdict(list)
    for row in links.order:
        if row.coder not in scripts:
            places[row.coder, row.transcript_id, row.start, row.end].append(row)
    return frozenset(
        name for place in places.values() for name in independent_on_span(place, links)
    )


def independent_on_span(rows: Sequence[Decision], links: Chains) -> list[str]:
    """Return the independent decisions of one coder on one span; see `independent`."""
    dones = [row for row in rows if row.act == DONE]
    firsts = [row for row in dones if not any(links.precedes(other, row) for other in dones)]
    if len(firsts) != 1:  # none, or on two machines: nobody can say which came first
        return []
    done = firsts[0]
    closed = [row for row in rows if links.precedes(row, done)]
    if any(is_sighted(row) for row in [*closed, done]):
        return []
    found = fold(row for row in closed if row.code is not None).values()
    sources = [thread.state.source for thread in found if thread.verdict in {YES, NO}]
    return [done.decision_id, *(source for source in sources if source is not None)]


def is_sighted(row: Decision) -> bool:
    """Whether the coder could see more than the text and the codebook."""
    return row.suggestion_visible or row.act == SHOWN or row.mode in SIGHTED_MODES
