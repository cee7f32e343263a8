"""``glossator sheet``: what stands goes out as a workbook, what people wrote comes into the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.atomic import write_bytes
from pipeline.core.corpus import Corpus
from pipeline.core.errors import GlossatorError, InputError, ReviewError
from pipeline.core.records import Decision, Segment, Turn
from pipeline.core.tables import read_rows
from pipeline.review.desk import ASSISTED, BLIND, Ask
from pipeline.review.facts import Facts, Place, read_facts, segment_id, segments_of
from pipeline.review.hand import Hand, Stamp, id_of
from pipeline.review.log.fold import SHOWN, delivered
from pipeline.review.log.rows import utc_now
from pipeline.review.log.store import Log, open_log, unknown_coder
from pipeline.review.scripted import open_for
from pipeline.review.seat import Seat
from pipeline.review.seating import Choice, check_person, facts_in_round, take_seat
from pipeline.review.sheet.layout import SUGGESTIONS, Meta, SheetRow, quote_hash
from pipeline.review.sheet.merge import base_of, merge, state_of
from pipeline.review.sheet.read import Book, Returned, read_book, state_in
from pipeline.review.sheet.write import format_sheet

SHEET = "sheet"


@dataclass(frozen=True, slots=True)
class SheetOut:
    """A sheet that was written: its rows, and how many of them have suggestions."""

    path: Path
    sheet_id: str
    n_rows: int
    n_assisted: int


@dataclass(frozen=True, slots=True)
class SheetIn:
    """What a sheet brought, or would bring: ``is_written`` tells.

    Every row ends in one place: ``n_taken`` rows with decisions, ``n_unchanged``, or a sentence in
    ``conflicts`` or ``errors``; ``n_missing`` rows of the export did not come back. One undo of
    ``group_id`` takes everything back.
    """

    coder: str
    group_id: str
    decisions: tuple[Decision, ...]
    n_taken: int
    n_unchanged: int
    n_missing: int
    conflicts: tuple[str, ...]
    errors: tuple[str, ...]
    is_written: bool

    @property
    def exit_code(self) -> int:
        """4 if something was left over, else 0."""
        return 4 if self.conflicts or self.errors else 0


def export_sheet(corpus: Corpus, coder: str, path: Path, *, is_blind: bool = False) -> SheetOut:
    """Write the coder's assignments as a workbook to ``path``; what it shows counts as shown.

    Parameters
    ----------
    corpus
        The corpus, cut into segments.
    coder
        A person who may decide; without a round of theirs they get the default one.
    path
        The workbook; one that is there is replaced.
    is_blind
        Whether no suggestion goes out at all.

    Raises
    ------
    GlossatorError
        If there is nothing to review, the coder is unknown, or the disk refuses.
    """
    facts = read_facts(corpus)
    segments_of(facts, corpus.name)
    times = read_times(corpus)
    with open_for(corpus, coder) as log, log.writing():
        mode = BLIND if is_blind else ASSISTED
        seat = take_seat(log, facts, coder, Choice(mode, corpus.settings().seed))
        facts = facts_in_round(corpus, facts, seat)
        out = Outgoing(log, facts, seat, is_blind=is_blind or seat.mode == BLIND)
        rows = [out.row(segment, times) for segment in out.segments()]
        meta = out.meta(corpus.name, rows)
    write_bytes(path, format_sheet(rows, meta, facts.codebook))
    return SheetOut(path, meta.sheet_id, len(rows), sum(bool(row.suggestions) for row in rows))


def read_times(corpus: Corpus) -> dict[tuple[str, int], str]:
    """Return when each turn begins, ``0:12:03``, for transcripts that tell."""
    return {
        (row.transcript_id, row.turn): clock(row.start_s)
        for row in read_rows(corpus.table("turns"), Turn)
        if row.start_s is not None
    }


def clock(seconds: float) -> str:
    """Return seconds as hours, minutes and seconds."""
    whole = int(seconds)
    return f"{whole // 3600}:{whole % 3600 // 60:02}:{whole % 60:02}"


class Outgoing:
    """One coder's work on its way out; happens inside the caller's transaction."""

    def __init__(self, log: Log, facts: Facts, seat: Seat, *, is_blind: bool) -> None:
        self.log = log
        self.facts = facts
        self.seat = seat
        self.is_blind = is_blind
        self.hand = Hand(log, facts, log.coders()[seat.coder])
        self._decided = rows_by_place(log, seat.coder)
        self._withheld: dict[str, frozenset[tuple[int, int]]] = {}

    def segments(self) -> list[Segment]:
        """Return the segments of the coder's assignments that are there today, in their order."""
        names = (segment_id((i.transcript_id, i.start, i.end)) for i in self.seat.assignments)
        return [self.facts.segments[name] for name in names if name in self.facts.segments]

    def row(self, segment: Segment, times: Mapping[tuple[str, int], str]) -> SheetRow:
        """Return one segment as it goes out, and note what of the machine's it shows."""
        place = (segment.transcript_id, segment.start, segment.end)
        return SheetRow(
            place,
            segment.text,
            segment.turn,
            segment.speaker or "",
            times.get((segment.transcript_id, segment.turn), ""),
            self.show(place),
            state_of(self._decided[place]),
        )

    def show(self, place: Place) -> tuple[str, ...]:
        """Return the codes that the sheet suggests for a segment, and note that it does."""
        found = self.facts.suggested(place)[: len(SUGGESTIONS)]
        if self.is_blind or not found or self.is_withheld(place):
            return ()
        self.hand.show_as(shown_id(self.seat, place), place, found, self.stamp(place))
        return tuple(item.code for item in found)

    def stamp(self, place: Place) -> Stamp:
        """Return what goes with the note that something was shown."""
        return Stamp(str, utc_now(), ASSISTED, SHEET, errand=self.seat.errand(place))

    def is_withheld(self, place: Place) -> bool:
        """Whether the round withholds suggestions there."""
        transcript = place[0]
        if transcript not in self._withheld:
            spots = [
                (i.start, i.end) for i in self.seat.assignments if i.transcript_id == transcript
            ]
            self._withheld[transcript] = self.seat.blind_spots(self.log, transcript, spots)
        return place[1:] in self._withheld[transcript]

    def meta(self, corpus: str, rows: Sequence[SheetRow]) -> Meta:
        """Return what the sheet must know of itself, after all that it shows was noted."""
        coder, round_id = self.seat.coder, self.seat.round_id
        heads, log_id = self.log.heads().get(coder, ()), self.log.meta()["log_id"]
        mode = BLIND if self.is_blind else ASSISTED
        return Meta(
            id_of(SHEET, log_id, coder, round_id, mode, heads),
            corpus,
            log_id,
            coder,
            round_id,
            mode,
            self.facts.codebook.version_id,
            self.seat.model_id,
            len(rows),
            heads,
        )


def shown_id(seat: Seat, place: Place) -> str:
    """Return the id of the note that a sheet of this round shows suggestions for a segment."""
    return id_of(SHOWN, SHEET, seat.coder, seat.round_id, segment_id(place))


def rows_by_place(log: Log, coder: str) -> Mapping[Place, list[Decision]]:
    """Return all decisions of a coder by place, in order of arrival."""
    found: dict[Place, list[Decision]] = defaultdict(list)
    for row in log.select('WHERE "coder" = ? ORDER BY "seq"', (coder,)):
        found[row.transcript_id, row.start, row.end].append(row)
    return found


def import_sheet(corpus: Corpus, path: Path, *, is_dry: bool = False) -> SheetIn:
    """Take in what people wrote in the workbook at ``path``: one transaction, one group.

    Cells that are as they went out do nothing; where the log says something newer, the log stands
    and the cell is reported.

    Raises
    ------
    GlossatorError
        If the workbook is none, or of another corpus, log or coder.
    """
    book = read_book(path)
    facts = read_facts(corpus)
    with open_log(corpus.log) as log, log.writing(is_kept=not is_dry):
        seat = check_meta(path, book.meta, corpus, log)
        coming = Incoming(log, facts_in_round(corpus, facts, seat), seat, book)
        for row in book.rows:
            coming.take(row)
    return coming.report(is_written=not is_dry)


def check_meta(path: Path, meta: Meta, corpus: Corpus, log: Log) -> Seat:
    """Return the seat of the coder whose sheet it is.

    Raises
    ------
    ReviewError, InputError
        If the sheet is of another corpus or log, or its round or coder is not known here.
    """
    if (meta.corpus, meta.log_id) != (log.corpus, log.meta()["log_id"]):
        raise InputError(
            f"{path}: this sheet is of the corpus {meta.corpus}, or of another log than that of "
            f"{corpus.name}. Import it where it was exported.",
            code="E_FOREIGN_SHEET",
        )
    if meta.coder not in log.coders():
        raise unknown_coder(meta.coder, log.coders())
    check_person(log, meta.coder)
    found = log.rounds().get(meta.round_id)
    if found is None:
        raise ReviewError(
            f"{path}: its round {meta.round_id[:12]} is not in this log. "
            "Import the sheet where it was exported.",
            code="E_UNKNOWN_ROUND",
        )
    return Seat(meta.coder, found)


class Incoming:
    """A sheet on its way into the log; happens inside the caller's transaction."""

    def __init__(self, log: Log, facts: Facts, seat: Seat, book: Book) -> None:
        self.facts = facts
        self.seat = seat
        self.meta = book.meta
        self.group_id = id_of(SHEET, self.meta.sheet_id, log.heads())
        self.hand = Hand(log, facts, log.coders()[seat.coder], self.group_id)
        self.decided = rows_by_place(log, seat.coder)
        rows = [row for group in self.decided.values() for row in group]
        self.seq = max((row.seq for row in rows if row.hash in self.meta.heads), default=0)
        self.decisions: list[Decision] = []
        self.conflicts: list[str] = []
        self.errors = list(book.errors)
        self.n_taken = self.n_unchanged = 0
        self.n_missing = max(0, self.meta.n_rows - len(book.rows) - len(book.errors))

    def take(self, row: Returned) -> None:
        """Do what one row asks for; what is wrong with it becomes a sentence."""
        before = len(self.decisions), len(self.conflicts)
        try:
            self.check_text(row)
            rows = self.decided[row.place]
            suggestions = self.suggested(rows, row.place)
            cell = state_in(row, suggestions, self.facts.codebook)
            base = base_of(rows, self.seq, lambda found: self.is_ours(found, row.key))
            merged = merge(base, cell, state_of(rows), suggestions)
            self.conflicts += [f"row {row.number}: {found}" for found in merged.conflicts]
            for ask in merged.asks:
                self.decisions.append(self.hand.act(ask, row.place, self.stamp(row, ask)))
        except GlossatorError as error:
            self.errors.append(f"row {row.number}: {error}")
            return
        self.n_taken += len(self.decisions) > before[0]
        self.n_unchanged += (len(self.decisions), len(self.conflicts)) == before

    def check_text(self, row: Returned) -> None:
        """Raise `InputError` unless the words of the row still stand in the transcript."""
        transcript, start, end = row.place
        text = self.facts.texts.get(transcript, "")[start:end]
        if quote_hash(text) != row.hash:
            raise InputError(
                f"the words are not at {segment_id(row.place)} any more; the transcript was "
                "changed since the sheet was made. Export a new sheet"
            )

    def suggested(self, rows: Sequence[Decision], place: Place) -> tuple[str, ...]:
        """Return the codes that this sheet suggested for a segment, as the log noted them."""
        if self.meta.mode == BLIND:
            return ()
        name = shown_id(self.seat, place)
        return next((tuple(delivered(row)) for row in rows if row.decision_id == name), ())

    def is_ours(self, row: Decision, key: str) -> bool:
        """Whether a decision came from this sheet."""
        ask = Ask(row.act, row.code, memo=row.memo)
        return row.surface == SHEET and row.decision_id == self.name(key, ask, row.parent_id)

    def name(self, key: str, ask: Ask, parent: str | None) -> str:
        """Return the id of what a row asks for, on top of ``parent``."""
        return id_of(self.meta.sheet_id, key, ask.act, ask.code, ask.memo or None, parent)

    def stamp(self, row: Returned, ask: Ask) -> Stamp:
        """Return what goes with a decision of a row."""
        is_blind = self.seat.is_blind(self.hand.log, row.place)
        mode = BLIND if is_blind or self.meta.mode == BLIND else ASSISTED
        return Stamp(
            lambda parent: self.name(row.key, ask, parent),
            utc_now(),
            mode,
            SHEET,
            errand=self.seat.errand(row.place),
            is_blind=is_blind,
        )

    def report(self, *, is_written: bool) -> SheetIn:
        """Return where every row has ended."""
        return SheetIn(
            self.seat.coder,
            self.group_id,
            tuple(self.decisions),
            self.n_taken,
            self.n_unchanged,
            self.n_missing,
            tuple(self.conflicts),
            tuple(self.errors),
            is_written,
        )
