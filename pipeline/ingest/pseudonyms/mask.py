"""A laid-out transcript with names and contacts replaced: words, spans and places move along.

The law of the canonical text still holds, for what is replaced never crosses the bounds of a turn,
a label or an aside.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.core.records import Turn
from pipeline.ingest.account import outside
from pipeline.ingest.blocks import Aside
from pipeline.ingest.canonical import Layout
from pipeline.ingest.pseudonyms.key import WORDS, Key
from pipeline.ingest.pseudonyms.names import by_participant
from pipeline.ingest.pseudonyms.seek import Find, Seeker
from pipeline.ingest.pseudonyms.words import WORD, fold_word

Part = tuple[int, int, str | None, bool]


@dataclass(frozen=True, slots=True)
class Edit:
    """Words replaced: ``start`` and ``end`` are code points of the text before."""

    start: int
    end: int
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Masks:
    """What a corpus's names are, how they are found, and what stands for each."""

    seeker: Seeker
    key: Key = field(default_factory=Key)

    def masker(self, here: frozenset[int] = frozenset()) -> Masker:
        """Return what masks one transcript, in whose file the people ``here`` speak."""
        return Masker(self, here)


@dataclass(slots=True)
class Masker:
    """Masks one transcript; ``fresh`` gathers what has no number yet, in the order it is met."""

    masks: Masks
    here: frozenset[int] = frozenset()
    fresh: list[Find] = field(default_factory=list)

    def text(self, text: str, *, speaker: str | None = None, is_label: bool = False) -> str:
        """Return ``text`` masked; ``speaker`` is the participant whose label it is, if known."""
        return applied(text, self.edits(text, speaker=speaker, is_label=is_label))

    def label(self, label: str, participant_id: str | None = None) -> str:
        """Return a label masked."""
        return self.text(label, speaker=participant_id, is_label=True)

    def place(self, place: str) -> str:
        """Return the name of a place in the source masked; few hold a name, as tiers do."""
        forms = self.masks.seeker.forms
        is_plain = forms.keys().isdisjoint(map(fold_word, WORD.findall(place)))
        return place if is_plain else self.label(place)

    def edits(self, text: str, *, speaker: str | None = None, is_label: bool = False) -> list[Edit]:
        """Return what must be replaced in ``text``, in order."""
        preferred = self.person_of(speaker)
        return [
            Edit(found.start, found.end, found.kind, self.replacement(found, preferred))
            for found in self.masks.seeker.find(text, is_label=is_label)
        ]

    def person_of(self, participant_id: str | None) -> frozenset[int]:
        """Return the person who is this participant, as the seeker counts people."""
        if participant_id is None:
            return frozenset()
        number = by_participant(self.masks.seeker.people).get(participant_id)
        return frozenset() if number is None else frozenset({number})

    def replacement(self, found: Find, preferred: frozenset[int]) -> str:
        """Return what stands for ``found``: a pseudonym, else a number, else a note to number it.

        A name that several people share is the one's whose label it is, else the one's who speaks
        in this file alone; else it has a number of its own.
        """
        people = set(found.people)
        for narrower in (preferred, self.here):
            if len(people) > 1 and len(people & narrower) == 1:
                people &= narrower
        if len(people) == 1:
            person = self.masks.seeker.people[people.pop()]
            if person.pseudonym is not None:
                return person.pseudonym
            found = replace(found, identity=person.identity, original=person.original)
        known = self.masks.key.replacement(found)
        if known is None:
            self.fresh.append(found)
        return known or f"[{WORDS[found.kind]}]"


def applied(text: str, edits: Sequence[Edit]) -> str:
    """Return ``text`` with ``edits``, which are in order and apart."""
    parts, at = [], 0
    for edit in edits:
        parts += [text[at : edit.start], edit.text]
        at = edit.end
    return "".join([*parts, text[at:]])


@dataclass(frozen=True, slots=True)
class Shift:
    """Where the characters of a text lie after ``edits``, which are in order and apart."""

    edits: Sequence[Edit]
    starts: Sequence[int] = field(init=False)
    moved: Sequence[int] = field(init=False)

    def __post_init__(self) -> None:
        moved = [0]
        for edit in self.edits:
            moved.append(moved[-1] + len(edit.text) - (edit.end - edit.start))
        object.__setattr__(self, "starts", [edit.start for edit in self.edits])
        object.__setattr__(self, "moved", moved)

    def start(self, at: int) -> int:
        """Return where a span that begins at ``at`` begins; inside an edit: behind it."""
        before = bisect_right(self.starts, at)
        if before and self.starts[before - 1] < at < self.edits[before - 1].end:
            return self.edits[before - 1].end + self.moved[before]
        if before and self.starts[before - 1] == at:
            before -= 1
        return at + self.moved[before]

    def end(self, at: int) -> int:
        """Return where a span that ends at ``at`` ends; inside an edit: before it."""
        before = bisect_right(self.starts, at - 1)
        if before and at < self.edits[before - 1].end:
            return self.starts[before - 1] + self.moved[before - 1]
        return at + self.moved[before]

    def swallows(self, start: int, end: int) -> bool:
        """Whether one edit holds all characters from ``start`` to ``end``."""
        before = bisect_right(self.starts, start)
        return before > 0 and end <= self.edits[before - 1].end


@dataclass(frozen=True, slots=True)
class Masked:
    """A transcript masked; ``edits`` are in code points of the text before."""

    layout: Layout
    turns: tuple[Turn, ...]
    edits: tuple[Edit, ...]

    @property
    def rows(self) -> list[list[int | str]]:
        """Return for each edit: start in the text as it now is, kind, lengths, what stands there.

        The lengths are those before and after, in code points.
        """
        shift = Shift(self.edits)
        return [
            [shift.start(e.start), e.kind, e.end - e.start, len(e.text), e.text] for e in self.edits
        ]


def mask_layout(layout: Layout, turns: Sequence[Turn], masker: Masker) -> Masked:
    """Return a transcript with everything that ``masker`` finds replaced.

    Parameters
    ----------
    layout
        The transcript as it was laid out.
    turns
        Its turns, joined with the participants.
    masker
        For this transcript; it remembers what has no number yet.
    """
    edits = [
        Edit(start + edit.start, start + edit.end, edit.kind, edit.text)
        for start, end, speaker, is_label in parts_of(layout, turns)
        for edit in masker.edits(layout.text[start:end], speaker=speaker, is_label=is_label)
    ]
    shift = Shift(edits)
    text = applied(layout.text, edits)
    names = shown_speakers(turns, masker)
    asides = [
        moved_aside(aside, shift, text)
        for aside, is_inside in with_place(layout.asides, turns)
        if not (is_inside and shift.swallows(aside.start, aside.end))
    ]
    return Masked(
        Layout(
            text=text,
            turns=(),
            asides=tuple(aside for aside in asides if aside.text),
            silent=tuple(map(masker.label, layout.silent)),
            runs=tuple(
                (shift.start(start), shift.end(end), masker.place(place))
                for start, end, place in layout.runs
            ),
        ),
        tuple(moved_turn(turn, shift, text, names) for turn in turns),
        tuple(edits),
    )


def parts_of(layout: Layout, turns: Sequence[Turn]) -> list[Part]:
    """Return labels, turns and asides outside them in order: start, end, speaker, is it a label."""
    parts: list[Part] = []
    for turn in turns:
        parts.append((turn.start, turn.end, None, False))
        if turn.label_start is not None and turn.label_end is not None:
            parts.append((turn.label_start, turn.label_end, turn.participant_id, True))
    parts += [(aside.start, aside.end, None, False) for aside in outside(layout.asides, turns)]
    return sorted(parts, key=lambda part: part[:2])


def shown_speakers(
    turns: Sequence[Turn], masker: Masker
) -> Mapping[tuple[str | None, str | None], str | None]:
    """Return what stands for each speaker, by label and participant."""
    spoken = dict.fromkeys((turn.speaker, turn.participant_id) for turn in turns)
    return {
        (speaker, who): None if speaker is None else masker.label(speaker, who)
        for speaker, who in spoken
    }


def with_place(asides: Sequence[Aside], turns: Sequence[Turn]) -> Iterable[tuple[Aside, bool]]:
    """Return each aside and whether it lies inside a turn."""
    apart = {(aside.start, aside.end) for aside in outside(asides, turns)}
    return ((aside, (aside.start, aside.end) not in apart) for aside in asides)


def moved_aside(aside: Aside, shift: Shift, text: str) -> Aside:
    """Return ``aside`` where it now is."""
    start, end = shift.start(aside.start), shift.end(aside.end)
    return replace(aside, start=start, end=end, text=text[start:end])


def moved_turn(
    turn: Turn,
    shift: Shift,
    text: str,
    names: Mapping[tuple[str | None, str | None], str | None],
) -> Turn:
    """Return ``turn`` where it now is, with the speaker that stands for its own."""
    start, end = shift.start(turn.start), shift.end(turn.end)
    return replace(
        turn,
        speaker=names[turn.speaker, turn.participant_id],
        start=start,
        end=end,
        text=text[start:end],
        label_start=None if turn.label_start is None else shift.start(turn.label_start),
        label_end=None if turn.label_end is None else shift.end(turn.label_end),
    )
