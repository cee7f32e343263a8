"""The second pass, first half: with the label set known, which units begin a turn, and whose."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.ingest.labels import fold, has_role_word
from pipeline.ingest.speakers.forms import form, is_never, skeleton
from pipeline.ingest.speakers.front import Front
from pipeline.ingest.speakers.grammar import FAMILIES, Candidate, candidate
from pipeline.ingest.speakers.names import cleaned
from pipeline.ingest.speakers.scoring import Assessment
from pipeline.ingest.speakers.units import Unit
from pipeline.ingest.speakers.vocabulary import SPEECH_WORDS

STRONG = 0.9  # form of a label that counts though it stands there once
NAME_FORM = 0.6
MOSTLY = 0.5  # share of units with a label, above which single names used once count, too
SOME = 0.25
MARKED = ("bold", "bold-bare", "tab", "label-time", "time-label", "label-time-words", "heading")
MIXING = ("bold", "bold-bare", "colon")  # families beside which a plain colon is still a label
TIMED_LINES = ("label-time", "time-label")  # nothing but a label stands beside a time on a line
HANDLE_FORM = 0.4
MAX_SUSPECTS = 50
PLAIN = FAMILIES["colon"]
CODE_MARK = re.compile(
    r"(?P<lead>[\s.,]{0,3})(?P<label>[^\W_]{1,4})\s?(?P<mark>[;.,|]{1,2}:?)(?=\s|$|[^\W\d_])\s*"
)
NO_MARK = re.compile(r"\s*(?P<label>[^\W_]{1,4})\s+(?P<next>[^\W\d_])")
# After the end of a sentence; only the white space is taken, so that labels may be tried anywhere.
INNER = re.compile(
    r"(?<=[.?!…\"\u201d)\]-])\s++(?=(?P<label>[^\s:\uff1a][^:\uff1a]{0,59}?)(?P<mark>\s?[:\uff1a])\s)"
)
JOINT = re.compile(r"\s*(?:[+&/,]|\b(?:og|and|und|y|et|e|och|en|ja)\b)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hit:
    """A turn's beginning: where its label stands, whose it is, and how that is known."""

    at: Candidate
    speaker: str
    attribution: str


@dataclass(frozen=True, slots=True)
class Known:
    """Labels that somebody declared: folded ones from settings and people, aliases of settings."""

    labels: frozenset[str] = frozenset()
    aliases: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()


@dataclass(slots=True)
class Decision:
    """The hits of a transcript by unit, and what looked like labels and was not taken."""

    hits: dict[int, list[Hit]] = field(default_factory=dict)
    suspects: list[tuple[int, str]] = field(default_factory=list)


class Decider:
    """Knows the family and the labels of one transcript and decides unit by unit."""

    def __init__(self, units: Sequence[Unit], front: Front, best: Assessment, known: Known) -> None:
        self.units = units
        self.front = front
        self.best = best
        self.known = known
        self.family = FAMILIES.get(best.family)
        self.labels = set(best.labels)
        self.folded = {fold(label): label for label in best.labels}
        for label in front.declared:
            self.folded.setdefault(fold(label), label)
        self.shapes = {skeleton(label) for label in best.labels}
        n_units = sum(not u.is_blank and n not in front.kinds for n, u in enumerate(units))
        self.share = len(best.hits) / max(1, n_units)
        self.codes = {label for label in best.labels if len(label) <= 4 and form(label) >= STRONG}  # noqa: PLR2004  # a short code

    def decide(self) -> Decision:
        """Return the hits and the suspects of the whole transcript."""
        found = Decision()
        for number, unit in enumerate(self.units):
            if unit.is_blank or (number in self.front.kinds and number not in self.best.hits):
                continue
            hits = list(self.hits_of(number, unit))
            if hits:
                found.hits[number] = hits
            elif len(found.suspects) < MAX_SUSPECTS:
                found.suspects += [(number, text) for text in self.suspects_of(number, unit)]
        return found

    def hits_of(self, number: int, unit: Unit) -> Iterator[Hit]:
        """Yield the labels in one unit; only cues can hold more than one."""
        one = self.best.hits.get(number)
        if one is not None:
            yield self.hit(one, "config" if self.best.family == "pattern" else "exact")
        else:
            yield from self.late_hit(number, unit)
        if unit.is_cue and self.best.family in MIXING:
            yield from self.inner_hits(number, unit, one.words if one else 0)

    def late_hit(self, number: int, unit: Unit) -> Iterator[Hit]:
        """Yield the label of a unit that the first pass passed over."""
        one = self.best.candidates.get(number) or self.plain(number, unit)
        if one is not None and self.is_label(one):
            yield self.hit(one, "exact")
            return
        if self.best.family not in MIXING:
            return
        plain = one or candidate(PLAIN, number, unit)
        if plain is not None:
            speaker = self.best.names.speaker(plain.label)
            if fold(speaker) in self.folded or self.is_joint(speaker):
                yield self.hit(plain, "exact" if self.best.family == "colon" else "variant")
            return
        mended = self.mended(number, unit)
        if mended is not None:
            yield mended

    def plain(self, number: int, unit: Unit) -> Candidate | None:
        """Return an accepted label in a unit that the first pass held to be no candidate."""
        one = candidate(self.family, number, unit) if self.family else None
        if one is None or self.best.names.speaker(one.label) not in self.labels:
            return None
        return one

    def hit(self, one: Candidate, attribution: str) -> Hit:
        """Return the hit for a label, aliases applied."""
        speaker = self.best.names.speaker(one.label)
        if fold(speaker) in self.known.aliases:
            return Hit(one, self.known.aliases[fold(speaker)], "alias")
        if fold(speaker) in self.known.names:
            return Hit(one, self.known.names[fold(speaker)], "config")
        if attribution == "exact" and fold(cleaned(one.label)) != fold(speaker):
            is_short = speaker in self.best.names.aliases
            return Hit(one, speaker, "alias" if is_short else "exact")
        return Hit(one, speaker, attribution)

    def is_label(self, one: Candidate) -> bool:
        """Whether a label that the first pass did not accept is one all the same."""
        speaker = self.best.names.speaker(one.label)
        if fold(speaker) in self.folded or fold(speaker) in self.known.labels:
            return True
        if is_never(speaker):
            return False
        if self.is_joint(speaker):
            return True
        is_before = bool(self.best.hits) and one.unit < min(self.best.hits)
        return self.is_strong(speaker) and not (is_before and form(speaker) <= STRONG)

    def is_joint(self, speaker: str) -> bool:
        """Whether ``speaker`` is several known labels together, as in ``I1 + I2``."""
        parts = [part for part in JOINT.split(speaker) if part]
        return len(parts) > 1 and all(fold(part) in self.folded for part in parts)

    def is_strong(self, speaker: str) -> bool:
        """Whether the form of a label that stands there once is enough."""
        quality, is_marked = form(speaker), self.best.family in MARKED
        if self.best.family == "line":
            return has_role_word(speaker)
        if self.best.family in TIMED_LINES:
            return quality >= HANDLE_FORM
        if has_role_word(speaker):
            return True
        if quality > STRONG:
            return skeleton(speaker) in self.shapes
        if quality >= STRONG:
            return is_marked or self.share >= SOME
        return quality >= NAME_FORM and self.share >= MOSTLY and skeleton(speaker) in self.shapes

    def mended(self, number: int, unit: Unit) -> Hit | None:
        """Return the hit for a short code with a wrong mark at the start of a paragraph."""
        match = CODE_MARK.match(unit.text)
        if (
            match is None
            or not unit.is_paragraph
            or unit.is_cue
            or match["label"] not in self.codes
        ):
            return None
        words = unit.text[match.end() :]
        if match["mark"] in {",", "."} and match["label"] in {"I", "A"} and not words[:1].isupper():
            return None
        at = Candidate(
            number, match["label"], 0, match.end("mark"), match.end(), None, not words.strip()
        )
        return Hit(at, match["label"], "variant")

    def inner_hits(self, number: int, unit: Unit, begin: int) -> Iterator[Hit]:
        """Yield known labels further on in a cue, whose lines the reader has joined."""
        for match in INNER.finditer(unit.text, begin):
            if match["label"] not in self.labels or match.start("label") < begin:
                continue
            begin = match.end("mark")
            at = Candidate(
                number,
                match["label"],
                match.start("label"),
                begin,
                begin,
                None,
                False,  # noqa: FBT003  # words follow
            )
            yield self.hit(at, "exact")

    def suspects_of(self, number: int, unit: Unit) -> Iterator[str]:
        """Yield what in a unit looks like a label and was not taken."""
        one = self.best.candidates.get(number)
        if one is not None and not one.is_alone:
            speaker = self.best.names.speaker(one.label)
            if form(speaker) >= NAME_FORM and fold(speaker) not in self.known.refused:
                yield speaker
            return
        match = NO_MARK.match(unit.text)
        if match is None or unit.is_cue or not unit.is_paragraph:
            return
        is_word = match["label"].casefold() in SPEECH_WORDS or match["label"] == "I"
        if match["label"] in self.codes and not is_word and match["next"].isupper():
            yield unit.text[:40].strip()
