"""Who speaks: blocks in, pieces out. Families, their score, the second pass, legends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Notice, Reading
from pipeline.ingest.labels import fold
from pipeline.ingest.pieces import LABEL, Piece
from pipeline.ingest.speakers.assemble import assemble, habits_of
from pipeline.ingest.speakers.decide import Decider, Decision, Known
from pipeline.ingest.speakers.fields import pieces_of_fields
from pipeline.ingest.speakers.front import Front, find_front
from pipeline.ingest.speakers.patterns import assess_pattern
from pipeline.ingest.speakers.scoring import Assessment, Ground, assess_all, ground_of
from pipeline.ingest.speakers.units import Unit, units_of


@dataclass(frozen=True, slots=True)
class Suspect:
    """Something that looks like a label and was not taken as one; ``place`` as in its block."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
    """The pieces of a transcript and how they were found."""

    pieces: tuple[Piece, ...]
    family: str
    score: float
    runners_up: tuple[tuple[str, float], ...] = ()
    declared: Mapping[str, str] = field(default_factory=dict)
    suspects: tuple[Suspect, ...] = ()
    notices: tuple[Notice, ...] = ()


def known_labels(settings: IngestSettings, people: frozenset[str]) -> Known:
    """Return what settings and participants table say about labels; ``people`` are folded."""
    aliases = {fold(alias): label for alias, label in settings.aliases.items()}
    speakers = {fold(label) for label in settings.speakers}
    return Known(
        labels=people | speakers | frozenset(aliases) | {fold(v) for v in aliases.values()},
        aliases=aliases,
        names={fold(key): s.name for key, s in settings.speakers.items() if s.name},
        refused=frozenset(map(fold, settings.not_speakers)),
    )


def find_speakers(reading: Reading, settings: IngestSettings, people: frozenset[str]) -> Finding:
    """Return what every part of ``reading`` is and who speaks.

    Parameters
    ----------
    reading
        One transcript.
    settings
        Those of its file.
    people
        Folded labels of the participants table that may stand in it.
    """
    known = known_labels(settings, people)
    if reading.is_structured:
        pieces = tuple(pieces_of_fields(reading.blocks, settings, known))
        return Finding(pieces, "fields", 1.0, declared=reading.declared)
    units = units_of(reading.blocks)
    front = find_front(units, reading.declared)
    notices = mark_bounds(units, front, settings)
    declared = frozenset(fold(label) for label in front.declared)
    ground = ground_of(units, front, known.labels | declared, known.refused)
    ranked = assess(ground, front, settings)
    best = ranked[0]
    if best.score < settings.confirm_score:
        best = Assessment(best.family, best.score)
        decision = Decision()
        if settings.unlabelled == "continue":
            notices.append(no_speakers(ranked[0].score))
    else:
        decision = Decider(units, front, best, known).decide()
        if best.score < settings.accept_score:
            notices.append(low_score(best))
    n_units = sum(not unit.is_blank for unit in units)
    habits = habits_of(best, n_units, continues=settings.unlabelled == "continue")
    pieces = tuple(assemble(units, reading.blocks, front, decision.hits, habits))
    return Finding(
        pieces=pieces,
        family=best.family if any(piece.kind == LABEL for piece in pieces) else "none",
        score=best.score,
        runners_up=tuple((a.family, a.score) for a in ranked[1:4] if a.score > 0),
        declared=dict(front.declared),
        suspects=tuple(
            Suspect(reading.blocks[units[n].block].place, text) for n, text in decision.suspects
        ),
        notices=tuple(notices),
    )


def assess(ground: Ground, front: Front, settings: IngestSettings) -> list[Assessment]:
    """Return the families tried, the best first; a pattern of the settings is the only one."""
    if settings.pattern == "auto":
        return assess_all(ground)
    return [assess_pattern(settings.pattern, ground, front)]


def mark_bounds(units: Sequence[Unit], front: Front, settings: IngestSettings) -> list[Notice]:
    """Mark what the settings say lies before the talk or after it as unattributed."""
    notices = []
    for name, mark in (("start_after", settings.start_after), ("end_before", settings.end_before)):
        if not mark:
            continue
        at = next((n for n, unit in enumerate(units) if fold(mark) in fold(unit.text)), None)
        if at is None:
            sentence = f'ingest.{name}: "{mark}" does not occur in it. Mend the setting.'
            notices.append(Notice("W_MARK_NOT_FOUND", sentence))
            continue
        outside = range(at + 1) if name == "start_after" else range(at, len(units))
        front.kinds.update(dict.fromkeys(outside, "unattributed"))
    return notices


def no_speakers(score: float) -> Notice:
    """Return what to say of a transcript in which nobody was found."""
    return Notice(
        "W_NO_SPEAKERS",
        f"no speakers were found (best score {score:.2f}), so all of it is unattributed. If it has "
        'labels, describe them with pattern; if it is no talk, unlabelled = "unknown" makes every '
        "paragraph a turn of nobody.",
    )


def low_score(best: Assessment) -> Notice:
    """Return what to say of speakers found with a score in the grey band."""
    labels = ", ".join(sorted(best.labels)[:8])
    return Notice(
        "W_LOW_SCORE",
        f"the speakers {labels} were found with a score of {best.score:.2f} only. See whether they "
        f'are right; if so, set pattern = "{best.family}" for this file.',
    )
