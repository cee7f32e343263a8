"""One coder's hand on the log: what they have before them, and what they do."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.core.errors import ReviewError
from pipeline.core.records import Decision, Suggestion
from pipeline.review.desk import (
    ADJUDICATE,
    ASSISTED,
    CODING_ACTS,
    RULES,
    Ask,
    Ruling,
    View,
    hat,
    judge,
)
from pipeline.review.facts import Facts, Place, segment_id
from pipeline.review.log.fold import DONE, SETTLE, SHOWN, UNDO, delivered, fold, grounds
from pipeline.review.log.rows import Coder, canonical, sha256_of_text, utc_now
from pipeline.review.log.store import Log

NAMESPACE = uuid.UUID(
    "6b3f6f0e-6d0c-5b67-9a3b-3a1f4f1c2d55"
)  # of ids made here from what they name
COMMAND, PAGE = "command", "page"
UNCHECKED_ACTS = frozenset({UNDO, "clear"})  # taking back works for codes that are gone, too


@dataclass(frozen=True, slots=True)
class Errand:
    """The assignment that an act belongs to: its round, lane and inclusion probability."""

    round_id: str | None = None
    lane: str | None = None
    inclusion_probability: float | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """What goes with an act: its id, given its parent; when, how and for what it was done.

    ``is_blind``: the round withholds suggestions there.
    """

    decision_id: Callable[[str | None], str]
    decided_at: str
    mode: str
    surface: str = COMMAND
    active_ms: int | None = None
    errand: Errand = Errand()
    is_blind: bool = False


def id_of(*parts: object) -> str:
    """Return the same id for the same ``parts``, everywhere."""
    return str(uuid.uuid5(NAMESPACE, canonical(parts)))


class Hand:
    """A coder at work; everything happens inside the caller's transaction."""

    def __init__(self, log: Log, facts: Facts, coder: Coder, group_id: str | None = None) -> None:
        self.log = log
        self.facts = facts
        self.coder = coder
        self.group_id = group_id
        self._persons = {name for name, found in log.coders().items() if found.kind == "person"}
        self._digests: dict[str, str] = {}

    def view(
        self, place: Place, mode: str, *, is_blind: bool = False, code: str | None = None
    ) -> View:
        """Return what the coder has before them at ``place``; an adjudicator sees one ``code``."""
        near = self.log.near(self.coder.coder, *place)
        rows = [row for row in near if place_of_row(row) == place]
        around = self.log.around(*place) if mode == ADJUDICATE else []
        standing = {thread[-1]: found for thread, found in fold(rows).items()}
        settlements = {row.decision_id for row in rows if row.act == SETTLE}
        return View(
            self.role(mode),
            mode,
            standing,
            frozenset(code for row in rows for code in delivered(row)),
            has_coded=any(row.act in CODING_ACTS for row in near),
            n_persons=len(self._persons),
            is_blind=is_blind,
            settled=frozenset(
                c for c, item in standing.items() if item.state.source in settlements
            ),
            partners=self.partners(around),
            saw=grounds(around, place, code),
        )

    def role(self, mode: str) -> str:
        """Return the role in which the coder works in ``mode``."""
        is_alone = self._persons == {self.coder.coder}
        return hat(self.coder.role, mode, is_alone=is_alone)

    def partners(self, rows: Iterable[Decision]) -> frozenset[str]:
        """Return the other people among those who coded ``rows``."""
        coders = {row.coder for row in rows if row.act in CODING_ACTS or row.act == DONE}
        return frozenset((coders & self._persons) - {self.coder.coder})

    def act(self, ask: Ask, place: Place, stamp: Stamp) -> Decision:
        """Do what ``ask`` says at ``place`` and return the decision as it is stored.

        By command, in assisted mode, the suggestions for the place count as shown from now on; a
        page says itself what it delivers.

        Raises
        ------
        ReviewError
            If the act may not be done.
        CodebookError
            If the codebook has no such code.
        """
        self.check_code(ask)
        if stamp.mode == ASSISTED and stamp.surface == COMMAND and ask.act != UNDO:
            self.show(place, stamp)
        view = self.view(place, stamp.mode, is_blind=stamp.is_blind, code=ask.code)
        ruling = judge(ask, view)
        return self.log.append([self.draft(ask, place, stamp, ruling)])[0]

    def check_code(self, ask: Ask) -> None:
        """Raise unless the codebook has the code and it can be applied."""
        if ask.code is None or ask.act in UNCHECKED_ACTS or ask.act not in RULES:
            return
        if not self.facts.codebook[ask.code].codable:
            raise ReviewError(
                f"{ask.code}: this code only holds others together; choose one below it.",
                code="E_NOT_CODABLE",
            )

    def show(self, place: Place, stamp: Stamp) -> None:
        """Note that the suggestions for ``place`` were delivered, once for each model."""
        found = self.facts.suggested(place)
        if not found:
            return
        name = id_of(SHOWN, self.coder.coder, segment_id(place), found[0].model_id)
        self.show_as(name, place, found, stamp)

    def show_as(self, name: str, place: Place, found: Sequence[Suggestion], stamp: Stamp) -> None:
        """Note under the id ``name``, once, that these suggestions were delivered."""
        if self.log.find(name) is None:
            listed = canonical([[item.code, item.rank, item.score] for item in found])
            shown = replace(stamp, decision_id=lambda _: name, active_ms=None)
            self.log.append([self.draft(Ask(SHOWN), place, shown, Ruling(None, listed))])

    def draft(self, ask: Ask, place: Place, stamp: Stamp, ruling: Ruling) -> Decision:
        """Return the row that the log is to take; what a client says of the rest is not asked."""
        transcript_id, start, end = place
        text = self.facts.texts[transcript_id]
        said = next((item for item in self.facts.suggested(place) if item.code == ask.code), None)
        is_asked = ask.code is not None and segment_id(place) in self.facts.segments
        return Decision(
            seq=0,
            decision_id=stamp.decision_id(ruling.parent_id),
            parent_id=ruling.parent_id,
            group_id=self.group_id,
            coder=self.coder.coder,
            role=self.role(stamp.mode),
            act=ask.act,
            transcript_id=transcript_id,
            start=start,
            end=end,
            quote=text[start:end],
            text_sha256=self.digest(transcript_id),
            code=ask.code,
            codebook_version=self.facts.codebook_version,
            memo=ask.memo or None,
            round_id=stamp.errand.round_id,
            mode=stamp.mode,
            lane=stamp.errand.lane,
            inclusion_probability=stamp.errand.inclusion_probability,
            suggestion_visible=ask.act == SHOWN or self.was_shown(place),
            model_id=said.model_id if said else self.facts.model_id if is_asked else None,
            score=said.score if said else None,
            rank=said.rank if said else None,
            detail=ruling.detail,
            surface=stamp.surface,
            active_ms=stamp.active_ms,
            decided_at=stamp.decided_at,
            recorded_at=utc_now(),
            package_version="",
            prev_hash="",
            hash="",
            standing=None,
            independent=False,
        )

    def was_shown(self, place: Place) -> bool:
        """Whether a suggestion for any of these words was ever delivered to the coder.

        Segments that were cut anew overlap those before: words once shown stay shown.
        """
        return any(row.suggestion_visible for row in self.log.near(self.coder.coder, *place))

    def digest(self, transcript_id: str) -> str:
        """Return the hash of a transcript's text."""
        if transcript_id not in self._digests:
            self._digests[transcript_id] = sha256_of_text(self.facts.texts[transcript_id])
        return self._digests[transcript_id]


def reworded(row: Decision, coder: str, ask: Ask, place: Place) -> Decision:
    """Return ``row`` as it would be if ``coder`` asked; the log refuses what differs."""
    transcript_id, start, end = place
    return replace(
        row,
        coder=coder,
        act=ask.act,
        transcript_id=transcript_id,
        start=start,
        end=end,
        code=ask.code,
        memo=ask.memo,
    )


def place_of_row(row: Decision) -> Place:
    """Return where a decision stands."""
    return (row.transcript_id, row.start, row.end)
