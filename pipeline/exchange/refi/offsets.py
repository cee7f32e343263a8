"""How a file counts: conventions of offsets, conversion between them, and which one fits best.

Four things differ between tools: the unit, whether the end is the last character or the one behind
it, whether a byte order mark counts, and whether CRLF counts as one or two.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from pipeline.exchange.refi.xml import legal

CODE_POINT, UTF16 = "code point", "utf-16"
ASTRAL = re.compile("[\U00010000-\U0010ffff]")
LINE_END = re.compile("\r\n?")
NAME_LENGTH = 80
CUTS = ("…", "...")
EMPTY = "empty"
SURE = 0.1  # a lead of a tenth is enough to believe a source alone
WORDS_EQUAL, WORDS_ALIKE, CLEAN_EDGE, NO_WORD, BAD_EDGE, OUTSIDE = 10.0, 2.0, 1.0, -0.5, -1.0, -5.0


@dataclass(frozen=True, slots=True, order=True)
class Convention:
    """How a file counts; the first in order of sorting is the likeliest."""

    unit: str = CODE_POINT
    is_inclusive: bool = False
    is_bom_counted: bool = False
    is_crlf_one: bool = False

    def __str__(self) -> str:
        """Return the convention in words."""
        return ", ".join(
            (
                "UTF-16 units" if self.unit == UTF16 else "code points",
                "end is the last character" if self.is_inclusive else "end is behind the last",
                *(["byte order mark counted"] if self.is_bom_counted else []),
                *(["CRLF counted as one"] if self.is_crlf_one else []),
            )
        )


ALL = tuple(
    Convention(*parts)
    for parts in product((CODE_POINT, UTF16), (False, True), (False, True), (False, True))
)


@dataclass(frozen=True, slots=True)
class FileText:
    """The text of a source: as used here, with LF and no mark, and what its file had besides.

    ``astral`` and ``crlf`` are the places, in ``text``, of characters beyond U+FFFF and of line
    ends that took two characters in the file.
    """

    text: str
    has_bom: bool = False
    astral: tuple[int, ...] = ()
    crlf: tuple[int, ...] = ()

    @classmethod
    def of(cls, raw: str, *, has_bom: bool = False) -> FileText:
        """Return what ``raw``, the characters of a file without its mark, comes to."""
        ends = [found for found in LINE_END.finditer(raw) if found[0] == "\r\n"]
        text = LINE_END.sub("\n", raw)
        crlf = tuple(found.start() - number for number, found in enumerate(ends))
        return cls(text, has_bom, tuple(m.start() for m in ASTRAL.finditer(text)), crlf)

    def told(self, convention: Convention) -> Convention:
        """Return ``convention`` with the usual answer where this text cannot tell."""
        return Convention(
            convention.unit if self.astral else CODE_POINT,
            convention.is_inclusive,
            convention.is_bom_counted and self.has_bom,
            convention.is_crlf_one and bool(self.crlf),
        )

    def ruler(self, convention: Convention) -> Ruler:
        """Return what converts between ``convention`` and code points of ``text``."""
        wide = [*(self.astral if convention.unit == UTF16 else ())]
        if not convention.is_crlf_one:
            wide += self.crlf
        places = sorted(wide)
        shift = int(convention.is_bom_counted and self.has_bom)
        return Ruler(
            tuple(places),
            tuple(place + number for number, place in enumerate(places)),
            shift,
            convention.is_inclusive,
        )


@dataclass(frozen=True, slots=True)
class Ruler:
    """Converts offsets; ``places`` are the characters of two units, ``units`` where they begin."""

    places: tuple[int, ...]
    units: tuple[int, ...]
    shift: int
    is_inclusive: bool

    def span(self, start: int, end: int) -> tuple[int, int, int]:
        """Return start and end in code points, half-open, and how many edges cut a character."""
        first, cut_first = self._place(start - self.shift)
        last, cut_last = self._place(end - self.shift)
        if self.is_inclusive:
            return first, last + 1, cut_first
        return first, last + cut_last, cut_first + cut_last

    def written(self, start: int, end: int) -> tuple[int, int]:
        """Return a span in code points as a file of this convention has it."""
        if self.is_inclusive:
            return self._unit(start), self._unit(end - 1)
        return self._unit(start), self._unit(end)

    def _place(self, unit: int) -> tuple[int, int]:
        number = bisect_left(self.units, unit)
        is_cut = number > 0 and self.units[number - 1] == unit - 1
        return unit - number, int(is_cut)

    def _unit(self, place: int) -> int:
        return place + bisect_left(self.places, place) + self.shift


def name_of(words: str) -> str:
    """Return a selection's name: its words, white space squeezed, cut where they are long."""
    squeezed = squeeze(words)
    return squeezed if len(squeezed) <= NAME_LENGTH else squeezed[: NAME_LENGTH - 1] + CUTS[0]


def squeeze(words: str) -> str:
    """Return ``words`` with single blanks between them, and only characters that XML can hold."""
    return " ".join(legal(words).split())


def says(name: str, words: str) -> bool:
    """Whether a selection's name is its words, perhaps cut."""
    wanted, found = squeeze(name), squeeze(words)
    if wanted == found:
        return True
    return any(
        wanted.endswith(cut) and found.startswith(wanted.removesuffix(cut).rstrip())
        for cut in CUTS
        if wanted != cut
    )


def is_cut(name: str) -> bool:
    """Whether a name is the beginning of longer words."""
    return squeeze(name).endswith(CUTS)


def is_word(char: str) -> bool:
    """Whether a character belongs to a word; marks that combine do."""
    return char.isalnum() or char == "_" or unicodedata.category(char)[0] == "M"


@dataclass(frozen=True, slots=True)
class Mark:
    """A selection as the file has it: offsets in its own convention, and its name."""

    start: int
    end: int
    name: str = ""


def score(text: FileText, marks: Sequence[Mark], convention: Convention) -> float:
    """Return how well ``convention`` fits all ``marks``; more is better."""
    ruler = text.ruler(convention)
    return sum(score_of(text.text, ruler.span(mark.start, mark.end), mark.name) for mark in marks)


def score_of(text: str, span: tuple[int, int, int], name: str) -> float:
    """Return how well one span fits the text: words as its name says, edges between words."""
    start, end, n_cut = span
    if not 0 <= start < end <= len(text):
        return OUTSIDE
    found = BAD_EDGE * (n_cut + text[start].isspace() + text[end - 1].isspace())
    if name and says(name, text[start:end]):
        is_exact = has_edges(name) == has_edges(text[start:end])
        found += WORDS_EQUAL if is_exact else WORDS_ALIKE
    found += CLEAN_EDGE * (is_edge(text, start) + is_edge(text, end))
    return found if is_word(text[start]) else found + NO_WORD


def has_edges(words: str) -> bool:
    """Whether white space stands at an edge of ``words``, which names most often leave out."""
    return words != words.strip()


def is_edge(text: str, place: int) -> bool:
    """Whether no word goes on across ``place``."""
    return not (0 < place < len(text) and is_word(text[place - 1]) and is_word(text[place]))


@dataclass(frozen=True, slots=True)
class Inference:
    """Which convention a source has, its score, the next best, and how it was found.

    ``reason`` is told, project (the text alone left it open), asked (the user said so) or empty
    (there is no selection).
    """

    convention: Convention
    score: float
    runner_up: Convention | None
    runner_score: float
    reason: str


Measured = Mapping[str, tuple[FileText, Sequence[Mark]]]


def infer(sources: Measured, asked: Convention | None = None) -> dict[str, Inference]:
    """Return the convention of each source, by what its own selections say, else all together.

    Parameters
    ----------
    sources
        Text and selections by GUID.
    asked
        What the user says; then nothing is measured but the score.
    """
    scores = {guid: scores_of(text, marks) for guid, (text, marks) in sources.items()}
    total = {
        convention: sum(found[sources[guid][0].told(convention)] for guid, found in scores.items())
        for convention in ALL
    }
    chosen = asked or max(ALL, key=lambda convention: (total[convention], *likeliest(convention)))
    return {
        guid: inference(found, sources[guid][0].told(chosen), is_asked=asked is not None)
        if sources[guid][1]
        else Inference(sources[guid][0].told(chosen), 0.0, None, 0.0, EMPTY)
        for guid, found in scores.items()
    }


def likeliest(convention: Convention) -> tuple[bool, ...]:
    """Return a key by which the likelier convention is the greater."""
    return (
        convention.unit == CODE_POINT,
        not convention.is_inclusive,
        not convention.is_bom_counted,
        not convention.is_crlf_one,
    )


def scores_of(text: FileText, marks: Sequence[Mark]) -> dict[Convention, float]:
    """Return the score of each convention that the text can tell from the others."""
    told: Iterable[Convention] = dict.fromkeys(text.told(convention) for convention in ALL)
    return {convention: score(text, marks, convention) for convention in told}


def inference(
    scores: Mapping[Convention, float], chosen: Convention, *, is_asked: bool
) -> Inference:
    """Return what the scores of one source come to.

    Parameters
    ----------
    scores
        By convention.
    chosen
        What the whole project, or the user, says.
    is_asked
        Whether the user said it.
    """
    ranked = sorted(scores, key=lambda convention: (-scores[convention], convention))
    best, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    lead = scores[best] - (scores[second] if second else 0.0)
    is_sure = second is not None and lead > 0 and lead >= SURE * abs(scores[best])
    found = chosen if is_asked or not is_sure else best
    other = next((item for item in ranked if item != found), None)
    reason = "asked" if is_asked else "told" if is_sure else "project"
    return Inference(found, scores[found], other, scores[other] if other else 0.0, reason)
