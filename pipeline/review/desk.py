"""Pure rules: what a coder may do on a span, and what the act must say; no SQL, no web."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pipeline.core.config import nearest
from pipeline.core.errors import ReviewError
from pipeline.review.log.fold import (
    CONFLICT,
    DONE,
    MEMO,
    NO,
    OPEN,
    SETTLE,
    SHOWN,
    UNDO,
    UNSURE,
    YES,
    Standing,
)
from pipeline.review.log.rows import canonical

CODER, ADJUDICATOR, LEAD = "coder", "adjudicator", "lead"
ROLES = (CODER, ADJUDICATOR, LEAD)
KINDS = ("person", "script")
ASSISTED, BLIND, SECOND_LOOK, ADJUDICATE = "assisted", "blind-first", "second-look", "adjudicate"
CODING = frozenset({ASSISTED, BLIND, SECOND_LOOK})
EVERYWHERE = CODING | {ADJUDICATE}
MODES_OF: Mapping[str, frozenset[str]] = {
    CODER: CODING,
    ADJUDICATOR: frozenset({ADJUDICATE}),
    LEAD: EVERYWHERE,
}
BOTH, REVEAL = "both", "reveal"
DIFFERENT_READINGS = "different-readings"
REASONS = ("ambiguous-text", "codebook-gap", "slip", "edge-case", DIFFERENT_READINGS)
THIRD = 3  # from so many persons on, nobody settles what they coded themselves


@dataclass(frozen=True, slots=True)
class Rule:
    """What an act is about (code, span, either) and in which modes it may be done."""

    about: str
    modes: frozenset[str] = CODING
    needs_suggestion: bool = False


RULES: Mapping[str, Rule] = {
    "accept": Rule("code", needs_suggestion=True),
    "reject": Rule("code", needs_suggestion=True),
    "add": Rule("code"),
    "clear": Rule("code"),
    "unsure": Rule("code"),
    DONE: Rule("span"),
    "reopen": Rule("span"),
    "skip": Rule("span", EVERYWHERE),
    MEMO: Rule("span", EVERYWHERE),
    REVEAL: Rule("span", frozenset({BLIND})),
    UNDO: Rule("either", EVERYWHERE),
    SETTLE: Rule("code", frozenset({ADJUDICATE})),
}
CODING_ACTS = frozenset({"accept", "add", "reject", "clear", "unsure"})
SEEING_ACTS = frozenset({"accept", "reject", REVEAL})  # only where suggestions may be seen
RESERVED = ("propose", "relocate", "flag", "redact")


@dataclass(frozen=True, slots=True)
class Ask:
    """What a coder wants to do.

    ``verdict``, ``reason`` and ``together`` (with whom) belong to settle; ``undoes`` (the head if
    it is None) and ``back_to`` (the first of a group on one thread) to undo;
    ``seen`` to done: what the page showed as ``yes`` and ``undecided``, None if nothing was shown.
    """

    act: str
    code: str | None = None
    memo: str | None = None
    verdict: str | None = None
    reason: str | None = None
    undoes: str | None = None
    back_to: str | None = None
    seen: Mapping[str, Any] | None = None
    together: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """One coder before one span.

    ``role`` is the hat they wear; ``standing`` what stands for them by code, under None for the
    span; ``delivered`` the codes that were ever suggested to them here; ``has_coded`` whether they
    decided on a code here; ``n_persons`` how many people code the corpus. ``is_blind``: the round
    withholds suggestions here; ``settled`` are codes that they settled. For adjudicators,
    ``partners`` are the other people who coded these
    words, and ``saw`` the decisions that a settlement rests on.
    """

    role: str
    mode: str
    standing: Mapping[str | None, Standing] = field(default_factory=dict)
    delivered: frozenset[str] = frozenset()
    has_coded: bool = False
    n_persons: int = 1
    is_blind: bool = False
    settled: frozenset[str | None] = frozenset()
    partners: frozenset[str] = frozenset()
    saw: tuple[str, ...] = ()

    def verdict(self, code: str | None) -> str | None:
        """Return what stands on a code, or on the span."""
        return self.standing[code].verdict if code in self.standing else None

    def heads(self, code: str | None) -> tuple[str, ...]:
        """Return the heads of a thread, none if nothing was decided."""
        return self.standing[code].heads if code in self.standing else ()


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the log must say of an act: the decision it stands on, and its detail as JSON."""

    parent_id: str | None
    detail: str | None


def hat(registered: str, mode: str, *, is_alone: bool = False) -> str:
    """Return the role in which a coder of the ``registered`` role works in ``mode``.

    An adjudicator codes as a coder; a lead stays lead everywhere. Who is alone has every role.

    Raises
    ------
    ReviewError
        If the mode is unknown, or a coder is to adjudicate.
    """
    if mode not in EVERYWHERE:
        raise ReviewError(
            f"{mode}: there is no such mode{nearest(mode, sorted(EVERYWHERE))}.", code="E_MODE"
        )
    if registered == LEAD:
        return LEAD
    if mode != ADJUDICATE:
        return CODER
    if registered == ADJUDICATOR or is_alone:
        return ADJUDICATOR
    raise ReviewError(
        "adjudicate: a coder cannot settle; adjudicators and leads can. "
        "Give the coder another role, or ask somebody who has it.",
        code="E_ROLE",
    )


def may(act: str, role: str, mode: str) -> bool:
    """Whether the act is open to ``role`` in ``mode`` at all."""
    return act in RULES and mode in RULES[act].modes and mode in MODES_OF[role]


def judge(ask: Ask, view: View) -> Ruling:
    """Return what the log must say if ``ask`` is done before ``view``.

    Raises
    ------
    ReviewError
        If it may not be done; the message says what may.
    """
    check_act(ask, view)
    if ask.act == UNDO:
        return undoing(ask, view)
    heads = view.heads(ask.code)
    detail: dict[str, Any] = {"heads": list(heads)} if len(heads) > 1 else {}
    if ask.act == DONE:
        detail |= closing(ask, view)
    if ask.act == SETTLE:
        detail |= settling(ask, view)
    return Ruling(heads[0] if heads else None, canonical(detail) if detail else None)


def check_act(ask: Ask, view: View) -> None:
    """Raise `ReviewError` unless the act may be done here and says what it must."""
    if ask.act not in RULES:
        raise unknown_act(ask.act)
    rule = RULES[ask.act]
    if (rule.about == "code" and not ask.code) or (rule.about == "span" and ask.code):
        wanted = "wants a code" if rule.about == "code" else "is about the whole span; give no code"
        raise ReviewError(f"{ask.act}: {wanted}.", code="E_ACT")
    if not may(ask.act, view.role, view.mode):
        raise ReviewError(
            f"{ask.act}: not open to the role {view.role} in the mode {view.mode}; it belongs to "
            f"{' and '.join(sorted(rule.modes))}.",
            code="E_ROLE",
        )
    problem = misplaced(ask, view)
    if problem:
        raise ReviewError(f"{ask.act}: {problem}", code="E_ACT")


def unknown_act(act: str) -> ReviewError:
    """Return the sentence for an act that a coder cannot do."""
    if act in RESERVED:
        return ReviewError(f"{act}: this version does not know this act yet.", code="E_ACT")
    if act == SHOWN:
        return ReviewError(
            "shown: written when suggestions are delivered, never by a coder.", code="E_ACT"
        )
    return ReviewError(f"{act}: there is no such act{nearest(act, RULES)}.", code="E_ACT")


def misplaced(ask: Ask, view: View) -> str:
    """Return why the act makes no sense on what stands here, empty if it does."""
    if view.is_blind and ask.act in SEEING_ACTS:
        return "this span is coded blind for now. Decide by 'add', without suggestions."
    if ask.act == "reopen" and view.verdict(None) != DONE:
        return "the span is not done, so there is nothing to open again."
    if ask.act == MEMO and not ask.memo:
        return "a memo wants words."
    return misplaced_code(ask, view) if ask.act in CODING_ACTS else ""


def misplaced_code(ask: Ask, view: View) -> str:
    """Return why an act on a code makes no sense on what stands on it, empty if it does."""
    if view.mode == SECOND_LOOK and view.verdict(None) != DONE:
        return "the second look comes after done."
    if RULES[ask.act].needs_suggestion and ask.code not in view.delivered:
        return f"{ask.code} was not suggested here. Use 'add' for a code of your own choice."
    if ask.code in view.settled:
        return f"this person settled {ask.code} here. Settle it anew, or take that back."
    if ask.act == "clear" and view.verdict(ask.code) in {None, OPEN}:
        return f"nothing stands on {ask.code} here that could be cleared."
    return ""


def undoing(ask: Ask, view: View) -> Ruling:
    """Return the ruling of an undo: it takes back a decision that is still at the head."""
    heads = view.heads(ask.code)
    undone = ask.undoes or (heads[0] if len(heads) == 1 else None)
    if undone is None or undone not in heads:
        what = "several decisions stand here; name one" if len(heads) > 1 else "it stands no longer"
        raise ReviewError(
            f"undo: there is nothing to take back here: {what}. See the history of the span.",
            code="E_NOTHING_TO_UNDO",
        )
    return Ruling(undone, canonical({"undoes": ask.back_to or undone}))


def closing(ask: Ask, view: View) -> dict[str, list[str]]:
    """Return what a done signs off: the codes standing, and the suggestions left undecided.

    Raises
    ------
    ReviewError
        If the page showed something else than the log holds.
    """
    codes = {code: found.verdict for code, found in view.standing.items() if code is not None}
    open_codes = {code for code in view.delivered if codes.get(code) not in {YES, NO, UNSURE}}
    open_codes |= {code for code, verdict in codes.items() if verdict == CONFLICT}
    found = {
        "yes": sorted(code for code, verdict in codes.items() if verdict == YES),
        "undecided": sorted(open_codes),
    }
    if ask.seen is not None and found != {key: sorted(ask.seen.get(key, [])) for key in found}:
        raise ReviewError(
            f"done: the page showed something else than stands here (yes: {named(found['yes'])}; "
            f"undecided: {named(found['undecided'])}). Look at it and sign off again.",
            code="E_CONFLICT",
        )
    return found


def settling(ask: Ask, view: View) -> dict[str, Any]:
    """Return verdict and reason of a settlement, with whom it was made, and what it rests on.

    Raises
    ------
    ReviewError
        If they are missing or do not fit, or if somebody settles what they coded themselves.
    """
    if ask.verdict not in {YES, NO, BOTH} or ask.reason not in REASONS:
        raise ReviewError(
            f"settle: wants a verdict (yes, no, both) and a reason ({', '.join(REASONS)}).",
            code="E_ACT",
        )
    if (ask.verdict == BOTH) != (ask.reason == DIFFERENT_READINGS):
        raise ReviewError(
            f"settle: the verdict both and the reason {DIFFERENT_READINGS} belong together.",
            code="E_ACT",
        )
    check_settler(ask, view)
    found = {"verdict": ask.verdict, "reason": ask.reason, "saw": sorted(view.saw)}
    return found | ({"together": sorted(ask.together)} if ask.together else {})


def check_settler(ask: Ask, view: View) -> None:
    """Raise `ReviewError` unless the person may settle here, and names with whom.

    Nobody settles what they coded while somebody is there who did not; where nobody else is, those
    who coded it settle together, and all their names are kept.
    """
    if not view.partners.issuperset(ask.together):
        raise ReviewError(
            f"settle: {named(sorted(set(ask.together) - view.partners))} coded nothing here; "
            f"others who did: {named(sorted(view.partners))}.",
            code="E_ROLE",
        )
    if not view.has_coded:
        return
    if view.n_persons >= max(THIRD, len(view.partners) + 2):
        raise ReviewError(
            "settle: this person coded the span, and a third person is there who did not. "
            "Let them settle it.",
            code="E_ROLE",
        )
    if view.partners and not ask.together:
        raise ReviewError(
            f"settle: this person coded the span, and so did {named(sorted(view.partners))}. "
            "Settle it together, and name them.",
            code="E_ROLE",
        )


def named(codes: Iterable[str]) -> str:
    """Return codes for a message."""
    return ", ".join(codes) or "none"
