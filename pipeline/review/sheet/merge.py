"""Three ways to say something of a segment, put together: base, cell and what stands. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from pipeline.core.records import Decision
from pipeline.review.desk import Ask
from pipeline.review.log.fold import CONFLICT, DONE, EFFECTS, MEMO, NO, OPEN, UNSURE, YES, fold
from pipeline.review.sheet.layout import DONE_WORD, WORD_OF, State

ACTS = {NO: "reject", UNSURE: "unsure", OPEN: "clear"}


@dataclass(frozen=True, slots=True)
class Merged:
    """What a row asks for, and what it must not overwrite (a sentence each)."""

    asks: tuple[Ask, ...]
    conflicts: tuple[str, ...]


def state_of(rows: Sequence[Decision]) -> State:
    """Return what one coder's decisions on one segment come to."""
    texts = {row.decision_id: row.memo or "" for row in rows}
    verdicts, memo, is_done = {}, "", False
    for standing in fold(rows).values():
        code = standing.thread[-1]
        if code is not None:
            verdicts[code] = standing.verdict or OPEN
            continue
        memo = "\n\n".join(texts[name] for name in standing.state.memos)
        is_done = standing.verdict == DONE
    return State({code: said for code, said in verdicts.items() if said != OPEN}, memo, is_done)


def base_of(rows: Sequence[Decision], seq: int, is_ours: Callable[[Decision], bool]) -> State:
    """Return what a sheet last told the log of a segment; before that, what stood at its export.

    Parameters
    ----------
    rows
        The coder's decisions on the segment, in order of arrival.
    seq
        The last that was in the log when the sheet was made.
    is_ours
        Whether a decision came from this sheet.
    """
    base = state_of([row for row in rows if row.seq <= seq])
    for row in rows:
        if row.seq > seq and is_ours(row):
            base = told(base, row)
    return base


def told(base: State, row: Decision) -> State:
    """Return ``base`` after the sheet said what ``row`` holds."""
    if row.code is not None:
        said = {**base.verdicts, row.code: EFFECTS[row.act]}
        return replace(base, verdicts={code: now for code, now in said.items() if now != OPEN})
    if row.act == MEMO:
        return replace(base, memo=row.memo or "")
    return replace(base, is_done=row.act == DONE)


def merge(base: State, cell: State, standing: State, suggested: Collection[str]) -> Merged:
    """Return what must be done so that the log says what the row says, where nobody said otherwise.

    Parameters
    ----------
    base
        From `base_of`.
    cell
        What the row says now.
    standing
        What stands in the log now.
    suggested
        Codes with a cell for their own verdict; of all others a row tells only whether they apply.
    """
    asks: list[Ask] = []
    conflicts: list[str] = []
    for code in sorted({*base.verdicts, *cell.verdicts}):
        before, now, stands = (state.verdict(code) for state in (base, cell, standing))
        if now == visible(before, is_own=code in suggested) or now == stands:
            continue
        if stands in {before, CONFLICT}:
            asks.append(ask_for(code, now, is_suggested=code in suggested))
        else:
            conflicts.append(differs(code, WORD_OF.get(now, now), WORD_OF.get(stands, stands)))
    if cell.memo not in {base.memo, standing.memo}:
        if standing.memo == base.memo:
            asks.append(Ask(MEMO, memo=cell.memo))
        else:
            conflicts.append(differs("the memo", cell.memo, standing.memo))
    if cell.is_done not in {base.is_done, standing.is_done}:
        asks.append(Ask(DONE if cell.is_done else "reopen"))
    return Merged(tuple(asks), tuple(conflicts))


def visible(verdict: str, *, is_own: bool) -> str:
    """Return a verdict as a row can show it: codes that were not suggested apply or do not."""
    if verdict == CONFLICT or (not is_own and verdict != YES):
        return OPEN
    return verdict


def ask_for(code: str, verdict: str, *, is_suggested: bool) -> Ask:
    """Return the act that gives a code this verdict."""
    yes = "accept" if is_suggested else "add"
    return Ask(ACTS.get(verdict, yes), code)


def differs(what: str, cell: str, stands: str) -> str:
    """Return the sentence for a cell that would overwrite a later decision."""
    return (
        f"{what}: the sheet says {cell or 'nothing'!r}, but {stands or 'nothing'!r} was decided "
        "since the sheet was made; that stands. Decide it on the page, or export a new sheet."
    )


def done_word(state: State) -> str:
    """Return what the cell of a segment that is or is not signed off holds."""
    return DONE_WORD if state.is_done else ""
