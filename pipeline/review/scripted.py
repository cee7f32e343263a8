"""Decisions from a file or a command line: the same desk, the same log, all or nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.core.corpus import Corpus
from pipeline.core.errors import GlossatorError, ReviewError
from pipeline.core.records import Decision
from pipeline.review.desk import ADJUDICATE, ASSISTED, BLIND, Ask
from pipeline.review.facts import Facts, read_facts
from pipeline.review.hand import Errand, Hand, Stamp, id_of, reworded
from pipeline.review.lines import Line, check_quotes, parse_lines, read_lines
from pipeline.review.log.check import staleness
from pipeline.review.log.fold import SHOWN, UNDO, fold_thread, overtakes, thread_of
from pipeline.review.log.rows import place_of, utc_now
from pipeline.review.log.store import Log, open_log, unknown_coder
from pipeline.review.seat import Seat
from pipeline.review.seating import facts_in_round, seat_of


@dataclass(frozen=True, slots=True)
class Decided:
    """What a script did, or would do: ``is_written`` tells.

    ``taken`` are the decisions that are new, ``n_known`` how many were in the log already,
    ``left`` what an undo could not take back and why.
    """

    taken: tuple[Decision, ...]
    n_known: int = 0
    left: tuple[str, ...] = ()
    is_written: bool = True

    @property
    def exit_code(self) -> int:
        """4 if something was left, else 0."""
        return 4 if self.left else 0


def decide_file(corpus: Corpus, coder: str, path: Path, *, is_dry: bool = False) -> Decided:
    """Take the decisions in the JSON lines file ``path``, all or none.

    A line that was taken before is known and does nothing. Without an id of its own a line gets one
    made from its words and from what it stands on.

    Parameters
    ----------
    corpus
        The corpus, which must have been ingested.
    coder
        Who decides; must have been added.
    path
        Lines of transcript_id, start, end, quote, act, and code, memo, mode, verdict, reason,
        decision_id, decided_at where they apply.
    is_dry
        Whether nothing is to be written.

    Raises
    ------
    StaleError
        If a quote does not stand where its line says.
    GlossatorError
        If a line is malformed, its code or coder unknown, or its act not allowed.
    """
    lines = read_lines(path)
    return Script(corpus, coder, read_facts(corpus)).run(lines, is_dry=is_dry)


def decide_one(  # noqa: PLR0913  # two switches beside what is decided
    corpus: Corpus,
    coder: str,
    segment: str,
    ask: Ask,
    *,
    mode: str = ASSISTED,
    is_dry: bool = False,
) -> Decided:
    """Take one decision on the segment called ``segment``; nothing if it stands already.

    Raises
    ------
    GlossatorError
        As for `decide_file`.
    """
    facts = read_facts(corpus)
    found = facts.segment(segment)
    place = {"transcript_id": found.transcript_id, "start": found.start, "end": found.end}
    said = {name: getattr(ask, name) for name in ("act", "code", "memo", "verdict", "reason")}
    said["together"] = list(ask.together) or None
    table = {**place, **said, "quote": found.text, "mode": mode}
    script = Script(corpus, coder, facts, is_last_only=True)
    return script.run(parse_lines([(segment, table)]), is_dry=is_dry)


class Script:
    """One coder's lines on their way into the log.

    ``is_last_only`` says that a line is known only while it is the last on its thread: on the
    command line the same words after a change of mind are a new decision, in a file they are not.
    """

    def __init__(
        self, corpus: Corpus, coder: str, facts: Facts, *, is_last_only: bool = False
    ) -> None:
        self.corpus = corpus
        self.coder = coder
        self.facts = facts
        self.is_last_only = is_last_only
        self.seat: Seat | None = None
        self._met: set[str] = set()
        self._n_known = 0

    def run(self, lines: Sequence[Line], *, is_dry: bool = False) -> Decided:
        """Take ``lines`` in one transaction, which is not kept if ``is_dry``."""
        check_quotes(lines, self.facts.texts)
        with open_for(self.corpus, self.coder) as log, log.writing(is_kept=not is_dry):
            group = id_of(self.coder, [line.words for line in lines], log.heads())
            coder = log.coders()[self.coder]
            self.sit(log)
            hand = Hand(log, self.facts, coder, group if len(lines) > 1 else None)
            taken = [row for line in lines if (row := self.take(hand, line)) is not None]
        return Decided(tuple(taken), self._n_known, is_written=not is_dry)

    def sit(self, log: Log) -> None:
        """Take the coder's seat in their round, if they have one; programs have none."""
        self.seat = seat_of(log, self.coder)
        if self.seat is not None:
            self.facts = facts_in_round(self.corpus, self.facts, self.seat)

    def stamp(self, log: Log, line: Line) -> Stamp:
        """Return what goes with a line: nobody is told by a command what their page withholds."""
        moment = line.decided_at or utc_now()
        stamp = Stamp(lambda parent: self.name(line, parent), moment, line.mode)
        if self.seat is None or line.mode == ADJUDICATE:
            return stamp
        is_blind = self.seat.is_blind(log, line.place)
        mode = BLIND if is_blind or self.seat.mode == BLIND else line.mode
        return replace(stamp, mode=mode, errand=self.seat.errand(line.place), is_blind=is_blind)

    def take(self, hand: Hand, line: Line) -> Decision | None:
        """Return the new decision of ``line``, None if the log has it already."""
        known = self.find(hand.log, line)
        if known is not None:
            self._met.add(known.decision_id)
            self._n_known += 1
            return None
        try:
            row = hand.act(line.ask, line.place, self.stamp(hand.log, line))
        except GlossatorError as error:
            error.args = (f"{line.where}: {error}",)
            raise
        self._met.add(row.decision_id)
        return row

    def name(self, line: Line, parent: str | None) -> str:
        """Return the id of ``line`` on top of ``parent``."""
        return line.decision_id or id_of(self.coder, line.words, parent)

    def find(self, log: Log, line: Line) -> Decision | None:
        """Return the row that an earlier run made of ``line``; each row is found once.

        Raises
        ------
        ReviewError
            If the line's own id was used for another decision.
        """
        if line.decision_id is not None:
            known = log.find(line.decision_id)
            if known is None:
                return None
            said = reworded(known, self.coder, line.ask, line.place)
            return log.append([replace(said, quote=line.quote)])[0]
        rows = log.thread((self.coder, *line.place, line.ask.code))
        if rows and self.is_last_only:
            heads = fold_thread(rows).heads
            rows = [row for row in rows if row.decision_id in heads]
        fresh = (row for row in rows if row.decision_id not in self._met)
        return next(
            (row for row in fresh if row.decision_id == self.name(line, row.parent_id)), None
        )


def undo(corpus: Corpus, coder: str, target: str, *, is_dry: bool = False) -> Decided:
    """Take back the decision or the group called ``target``, as far as it still stands.

    Raises
    ------
    ReviewError
        If there is none, it is another coder's, or nothing of it stands any longer.
    """
    facts = read_facts(corpus)
    with open_for(corpus, coder) as log, log.writing(is_kept=not is_dry):
        rows = own_rows(log, coder, target)
        hand = Hand(log, facts, log.coders()[coder], id_of(UNDO, target, log.heads()))
        threads = {thread_of(row): None for row in rows if row.act != SHOWN}
        names = {row.decision_id for row in rows}
        found = [undo_thread(hand, log.thread(thread), names) for thread in threads]
    taken = tuple(row for row in found if isinstance(row, Decision))
    left = tuple(row for row in found if isinstance(row, str))
    if not taken:
        raise ReviewError(
            f"{target}: nothing of it stands any longer, so there is nothing to take back. "
            "See the history of the span.",
            code="E_NOTHING_TO_UNDO",
        )
    return Decided(taken, left=left, is_written=not is_dry)


def own_rows(log: Log, coder: str, target: str) -> list[Decision]:
    """Return the decisions called ``target``, which must be ``coder``'s."""
    rows = log.select('WHERE "decision_id" = ? OR "group_id" = ? ORDER BY "seq"', (target, target))
    if not rows:
        raise ReviewError(
            f"{target}: there is no decision and no group of this name. "
            "Take the id from 'glossator log export'.",
            code="E_UNKNOWN_DECISION",
        )
    owners = sorted({row.coder for row in rows} - {coder})
    if owners:
        raise ReviewError(
            f"{target}: decided by {', '.join(owners)}; {coder} cannot take it back.", code="E_ROLE"
        )
    return rows


def undo_thread(hand: Hand, rows: Sequence[Decision], names: Collection[str]) -> Decision | str:
    """Take back the run of ``names`` at the head of one thread; say so where none is.

    A group may hold several acts of one thread: the undo stands on the last and means "as before
    the first".
    """
    by_id = {row.decision_id: row for row in rows}
    heads = [head for head in fold_thread(rows).heads if head in names]
    if not heads:
        return f"{place_of(rows[0])}: something else was decided here since; it was left as it is"
    head = first = by_id[heads[0]]
    reason = staleness(head, hand.facts.texts, {})
    if reason:
        return f"{place_of(head)}: {reason}; it was left as it is"
    while overtakes(first) == {first.parent_id} and first.parent_id in names:
        first = by_id[str(first.parent_id)]
    ask = Ask(UNDO, head.code, undoes=head.decision_id, back_to=first.decision_id)
    place = (head.transcript_id, head.start, head.end)
    stamp = Stamp(
        lambda parent: id_of(UNDO, parent, first.decision_id),
        utc_now(),
        head.mode or ASSISTED,
        errand=Errand(head.round_id, head.lane, head.inclusion_probability),
    )
    return hand.act(ask, place, stamp)


@contextlib.contextmanager
def open_for(corpus: Corpus, coder: str) -> Iterator[Log]:
    """Yield the log of ``corpus``, in which ``coder`` may decide.

    Raises
    ------
    ReviewError
        If nobody added the coder; before the first one there is no log.
    """
    if not corpus.log.exists():
        raise unknown_coder(coder, ())
    with open_log(corpus.log) as log:
        if coder not in log.coders():
            raise unknown_coder(coder, log.coders())
        yield log
