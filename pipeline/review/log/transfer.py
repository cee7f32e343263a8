"""Exchange of logs: merging in any order, any number of times, gives the same verdicts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline.core.errors import ReviewError, StaleError
from pipeline.core.records import Decision
from pipeline.review.log.check import Surroundings, circles, row_problem, stale_quotes
from pipeline.review.log.fold import CONFLICT, fold, thread_of
from pipeline.review.log.parcel import Parcel, refuse
from pipeline.review.log.reader import Reader
from pipeline.review.log.rows import Coder, Round, chains, place_of, sha256_of_text
from pipeline.review.log.store import Log


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did, or would do: ``is_written`` tells.

    ``conflicts`` are places where one coder decided differently in the two logs.
    """

    n_read: int
    n_new: int
    n_without_memo: int
    new_coders: tuple[str, ...]
    new_rounds: tuple[str, ...]
    conflicts: tuple[str, ...]
    is_written: bool

    @property
    def n_known(self) -> int:
        """Decisions that were here already."""
        return self.n_read - self.n_new

    @property
    def exit_code(self) -> int:
        """4 if something waits for a person, else 0."""
        return 4 if self.conflicts else 0


def parcel_of(log: Reader, *, coder: str | None = None, has_memos: bool = True) -> Parcel:
    """Return what ``log`` hands on: everything, or the decisions of one coder.

    Rounds go along that decisions name or that have work for the coder, and whoever codes in them:
    so a lead hands a round to somebody who has not decided anything yet.

    Parameters
    ----------
    log
        An open log.
    coder
        Whose decisions; everybody's if None.
    has_memos
        Whether memos go along; if not, their hashes go in their place.
    """
    links = chains(log.decisions() if coder is None else log.select('WHERE "coder" = ?', (coder,)))
    withheld = {name: dict(texts) for name, texts in log.withheld().items()}
    if not has_memos:
        for row in links.order:
            if row.memo is not None:
                withheld.setdefault(row.decision_id, {})["memo"] = sha256_of_text(row.memo)
    rows = links.order if has_memos else tuple(replace(row, memo=None) for row in links.order)
    rounds = rounds_for(log, coder, {row.round_id for row in rows})
    names = coders_for(log, coder, rounds) | links.heads.keys()
    return Parcel(
        log.corpus,
        links.heads,
        tuple(found for name, found in sorted(log.coders().items()) if name in names),
        rounds,
        rows,
        {row.decision_id: withheld[row.decision_id] for row in rows if row.decision_id in withheld},
    )


def rounds_for(log: Reader, coder: str | None, named: Collection[str | None]) -> dict[str, Round]:
    """Return the rounds that go along: all, or those of one coder and those that are named."""
    return {
        name: found
        for name, found in log.rounds().items()
        if coder is None or name in named or any(item.coder == coder for item in found.assignments)
    }


def coders_for(log: Reader, coder: str | None, rounds: Mapping[str, Round]) -> set[str]:
    """Return who goes along: all, or one coder and those who share a round with them."""
    if coder is None:
        return set(log.coders())
    return {coder, *(item.coder for found in rounds.values() for item in found.assignments)}


def merge(
    log: Log, parcel: Parcel, texts: Mapping[str, str], *, is_dry: bool | None = None
) -> Imported:
    """Take into ``log`` what ``parcel`` holds and it does not, all or nothing.

    Parameters
    ----------
    log
        An open log of the same corpus.
    parcel
        From another log.
    texts
        Today's canonical texts by transcript id; every quote must stand in them.
    is_dry
        Whether nothing is to be written; None: only if there are conflicts.

    Raises
    ------
    ReviewError
        If the parcel is of another corpus, or its hashes or parents do not fit together.
    StaleError
        If a quote does not stand in today's text.
    """
    check_corpus(parcel, log.corpus)
    with log.writing():
        known = log.decisions()
        refuse(altered(known, parcel), ReviewError, "E_DUPLICATE_ID")
        ids = {row.decision_id for row in known}
        fresh = [row for row in parcel.rows if row.decision_id not in ids]
        refuse(chain_problems(known, fresh, parcel), ReviewError, "E_LOG_CHAIN")
        refuse(coder_problems(log, parcel, fresh), ReviewError, "E_FOREIGN_CODER")
        stale = [f"{reason}." for _, reason in stale_quotes(fresh, texts)]
        refuse(stale, StaleError, "E_STALE")
        conflicts = conflicts_of(known, fresh)
        is_written = not (bool(conflicts) if is_dry is None else is_dry)
        new_rounds = tuple(sorted(parcel.rounds.keys() - log.rounds().keys()))
        new_coders = [coder for coder in parcel.coders if coder.coder not in log.coders()]
        if is_written:
            take(log, parcel, fresh, new_coders)
    return Imported(
        n_read=len(parcel.rows),
        n_new=len(fresh),
        n_without_memo=sum("memo" in parcel.withheld.get(row.decision_id, {}) for row in fresh),
        new_coders=tuple(coder.coder for coder in new_coders),
        new_rounds=new_rounds,
        conflicts=conflicts,
        is_written=is_written,
    )


def check_corpus(parcel: Parcel, corpus: str) -> None:
    """Raise `ReviewError` unless the parcel is of ``corpus``."""
    if parcel.corpus != corpus:
        raise ReviewError(
            f"{parcel.corpus}: this log was written for the corpus {parcel.corpus!r}; here is "
            f"{corpus!r}. Import it there.",
            code="E_FOREIGN_LOG",
        )


def take(log: Log, parcel: Parcel, fresh: Sequence[Decision], coders: Sequence[Coder]) -> None:
    """Write what a checked parcel brings."""
    for coder in coders:
        log.add_coder(coder)
    for added in parcel.rounds.values():
        log.add_round(added)
    names = {row.decision_id for row in fresh}
    log.adopt(fresh, {name: parcel.withheld[name] for name in parcel.withheld if name in names})


def altered(known: Sequence[Decision], parcel: Parcel) -> list[str]:
    """Return which decisions of the parcel read otherwise in the log."""
    hashes = {row.decision_id: row.hash for row in known}
    return [
        f"{row.decision_id}: the decision of {row.coder} on {place_of(row)} reads otherwise here; "
        "one of the two logs was changed. Run 'glossator log verify' on both."
        for row in parcel.rows
        if hashes.get(row.decision_id, row.hash) != row.hash
    ]


def chain_problems(
    known: Sequence[Decision], fresh: Sequence[Decision], parcel: Parcel
) -> list[str]:
    """Return what is wrong with hashes, predecessors and parents of the ``fresh`` rows."""
    around = Surroundings.of((*known, *fresh))
    problems = [
        f"{coder}: the file ends before the last decision that its first line names"
        for coder, heads in parcel.heads.items()
        if any((coder, head) not in around.hashes for head in heads)
    ]
    for row in fresh:
        problem = row_problem(row, parcel.withheld.get(row.decision_id, {}), around)
        if problem:
            problems.append(f"{row.decision_id} of {row.coder} on {place_of(row)}: {problem}")
    names = {row.decision_id for row in fresh}
    problems += [
        f"{row.decision_id} of {row.coder} on {place_of(row)}: it stands on itself"
        for row in circles(around.by_id.values())
        if row.decision_id in names
    ]
    return [f"{problem}. Ask for a new export." for problem in problems]


def coder_problems(log: Log, parcel: Parcel, fresh: Sequence[Decision]) -> list[str]:
    """Return which coders and rounds of the parcel do not fit those of the log."""
    here = log.coders()
    kinds = [
        f"{coder.coder}: is a {coder.kind} there and a {here[coder.coder].kind} here. "
        "Two coders need two names."
        for coder in parcel.coders
        if coder.coder in here and here[coder.coder].kind != coder.kind
    ]
    named = {coder.coder for coder in parcel.coders} | here.keys()
    rounds = {None, *parcel.rounds, *log.rounds()}
    return kinds + [
        f"{row.decision_id}: its coder {row.coder} or its round {row.round_id} is not in the file. "
        "Ask for a new export."
        for row in fresh
        if row.coder not in named or row.round_id not in rounds
    ]


def conflicts_of(known: Sequence[Decision], fresh: Sequence[Decision]) -> tuple[str, ...]:
    """Return where the ``fresh`` rows make one coder contradict themselves."""
    touched = {thread_of(row) for row in fresh}
    rows = [row for row in (*known, *fresh) if thread_of(row) in touched]
    found = (item for item in fold(rows).values() if item.verdict == CONFLICT)
    by_id = {row.decision_id: row for row in rows}
    return tuple(sorted(conflict_sentence([by_id[head] for head in item.heads]) for item in found))


def conflict_sentence(heads: Sequence[Decision]) -> str:
    """Return what a coder has to settle with themselves."""
    acts = " and ".join(sorted(f"{row.act} ({row.decision_id})" for row in heads))
    return f"{place_of(heads[0])}: {heads[0].coder} decided twice, {acts}. Decide once more."
