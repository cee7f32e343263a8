"""Which family a transcript is written in, and which of its candidates are labels."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from pipeline.core.records import INTERVIEWER, UNKNOWN
from pipeline.ingest.labels import fold, role_of
from pipeline.ingest.notes import ROUND_WORDS
from pipeline.ingest.speakers.forms import form
from pipeline.ingest.speakers.front import Front
from pipeline.ingest.speakers.grammar import FAMILIES, LONE_TIME, Candidate, candidate
from pipeline.ingest.speakers.names import Names, resolve
from pipeline.ingest.speakers.units import Unit

MIN_MERIT = 0.15  # of a label: form x repetition x spread
UNIFORM = 0.93  # of units in one form: every label counts
UNIFORM_TAGS = 0.85  # the same for tags, tabs and times
TAGS = ("tab", "bracket", "label-time", "time-label", "label-time-words", "bold")
MARKS = (
    "dash",
    "dot",
    "mark",
    "closed",
    "gap",
)  # what may stand in a colon's place, and often does not
WORDS_PER_TURN = 400  # above it, labels are too thin to be those of a conversation
PREFER = 1.05  # a later family must be this much better than an earlier one
NAME_FORM = 0.9  # of a full name or a code
MIN_LINE_FORM = 0.6
LONE = 0.25  # for alternation where one label is all there is: worth a question at most


@dataclass(frozen=True, slots=True)
class Assessment:
    """A family tried on a transcript: its candidates by unit, the labels accepted, the score."""

    family: str
    score: float = 0.0
    hits: Mapping[int, Candidate] = field(default_factory=dict)
    candidates: Mapping[int, Candidate] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    labels: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ground:
    """What every family is tried on.

    ``live`` are the numbers of the units that may hold a label; ``known`` and ``refused`` are
    folded labels that somebody declared, or declared to be none; ``text`` is that of all units.
    """

    units: Sequence[Unit]
    live: Sequence[int]
    headings: Sequence[int]
    known: frozenset[str]
    refused: frozenset[str]
    text: str


def ground_of(
    units: Sequence[Unit], front: Front, known: frozenset[str], refused: frozenset[str]
) -> Ground:
    """Return the ground of a transcript."""
    live = [n for n, unit in enumerate(units) if not unit.is_blank and n not in front.kinds]
    headings = [n for n, kind in front.kinds.items() if kind == "heading"]
    text = "\n".join(unit.text for unit in units)
    return Ground(units, live, headings, known, refused, text)


def assess_all(ground: Ground) -> list[Assessment]:
    """Return every family's assessment, the best first."""
    found = [assess(name, candidates_of(name, ground), ground) for name in FAMILIES]
    most = max(len(one.hits) for one in found if one.score >= max(f.score for f in found) / 2)
    found = [
        replace(one, score=one.score * min(1.0, len(one.hits) / max(1, most)) ** 0.5)
        for one in found
    ]
    ranked = sorted(found, key=lambda one: -one.score)
    for earlier in found:
        if 0 < ranked[0].score <= earlier.score * PREFER:
            return [earlier, *(one for one in ranked if one is not earlier)]
    return ranked


def candidates_of(name: str, ground: Ground) -> dict[int, Candidate]:
    """Return the candidates of one family by their unit."""
    family = FAMILIES[name]
    found: dict[int, Candidate] = {}
    if family.sign is not None and not family.sign.search(ground.text):
        return found
    for number in ground.headings if name == "heading" else ground.live:
        one = candidate(family, number, ground.units[number])
        if one is None or fold(one.label) in ground.refused:
            continue
        if is_plausible(name, one, ground.units):
            found[number] = one
    return found


def is_plausible(name: str, one: Candidate, units: Sequence[Unit]) -> bool:
    """Whether what stands around a candidate allows it to be a label."""
    text = units[one.unit].text
    words = text[one.words :].strip()
    if name in {"colon", "bold", "tab"} and words.replace(".", "").isdecimal():
        return False  # "SF: 14" counts a vote
    if name == "bracket":
        return not ROUND_WORDS.search(one.label) and (bool(words) or one.time_s is not None)
    if name in MARKS:
        return form(one.label) >= MIN_LINE_FORM and bool(words)
    if name == "line":
        return form(one.label) >= MIN_LINE_FORM and has_words_below(one.unit, units)
    return True


def has_words_below(number: int, units: Sequence[Unit]) -> bool:
    """Whether the line below ``number``, blank lines apart, is longer than a label."""
    for unit in units[number + 1 : number + 4]:
        if not (unit.is_blank or LONE_TIME.match(unit.text)):
            return len(unit.text.split()) > 1 or unit.text.rstrip()[-1] in ".?!…"
    return False


def assess(name: str, candidates: Mapping[int, Candidate], ground: Ground) -> Assessment:
    """Return the score of one family and the labels that it accepts."""
    units, known = ground.units, ground.known
    names = resolve(c.label for c in candidates.values())
    places: dict[str, list[int]] = defaultdict(list)
    for number, one in candidates.items():
        places[names.speaker(one.label)].append(number)
    is_uniform = len(candidates) >= (UNIFORM_TAGS if name in TAGS else UNIFORM) * len(ground.live)
    sure = frozenset(label for label in places if fold(label) in known)
    labels = frozenset(
        label
        for label, where in places.items()
        if label in sure or merit(label, where, len(units), is_uniform=is_uniform) >= MIN_MERIT
    )
    if name == "colon":
        labels -= keys_before(labels - sure, places)
    hits = {n: c for n, c in candidates.items() if names.speaker(c.label) in labels}
    if is_no_talk(name, places, labels):
        return Assessment(name, candidates=candidates, names=names)
    score = score_of(hits, len(candidates), units, names, sure) if hits else 0.0
    return Assessment(name, score, hits, candidates, names, labels)


def is_no_talk(name: str, places: Mapping[str, Sequence[int]], labels: frozenset[str]) -> bool:
    """Whether ``labels`` of a family are no speakers' but a refrain's, a glossary's or a list's."""
    if name in {"line", *MARKS} and len(labels) < 2:  # noqa: PLR2004  # one line that recurs is a refrain
        return True
    if name in MARKS and not any(role_of(label) != UNKNOWN for label in labels):
        return True  # glossaries, tables, diaries
    return name == "closed" and is_list(places, labels)


def is_list(places: Mapping[str, Sequence[int]], labels: frozenset[str]) -> bool:
    """Whether labels count things up, as a), b), c) or I), II) do: no interviewer comes again."""
    is_counting = {"a", "b"} <= {fold(label) for label in places}
    return is_counting or not any(
        role_of(label) == INTERVIEWER and len(places[label]) > 1 for label in labels
    )


def keys_before(labels: frozenset[str], places: Mapping[str, Sequence[int]]) -> set[str]:
    """Return single words used once, all before the first label that recurs: keys of a head."""
    first = min((places[x][0] for x in labels if len(places[x]) > 1), default=0)
    once = (label for label in labels if len(places[label]) == 1 and form(label) < NAME_FORM)
    return {label for label in once if places[label][0] < first}


def merit(label: str, where: Sequence[int], n_units: int, *, is_uniform: bool) -> float:
    """Return form x repetition x spread of a label, in [0, 1]."""
    if is_uniform:
        return float(form(label) > 0.1)  # noqa: PLR2004  # anything but running speech
    repetition = 1 - 2.0 ** (1 - len(where))
    spread = 0.5 + 0.5 * min(1.0, 2 * (where[-1] - where[0]) / max(1, n_units))
    return form(label) * repetition * spread


def score_of(
    hits: Mapping[int, Candidate],
    n_candidates: int,
    units: Sequence[Unit],
    names: Names,
    sure: frozenset[str],
) -> float:
    """Return coverage x density x repetition x alternation x share x quality, in [0, 1].

    Labels that are ``sure``, since somebody declared them, need not be repeated.
    """
    order = sorted(hits)
    speakers = [names.speaker(hits[n].label) for n in order]
    sizes = [len(unit.text) for unit in units]
    coverage = sum(sizes[order[0] :]) / max(1, sum(sizes))
    n_words = sum(len(unit.text.split()) for unit in units[order[0] :])
    density = min(1.0, WORDS_PER_TURN * len(order) / max(1, n_words))
    counts = Counter(speakers)
    repeated = [1.0 if s in sure else 1 - 2.0 ** (1 - counts[s]) for s in speakers]
    repetition = sum(repeated) / len(speakers)
    changes = sum(a != b for a, b in pairwise(speakers))
    alternation = LONE if changes == 0 else 0.5 + 0.5 * changes / (len(speakers) - 1)
    share = len(hits) / n_candidates
    quality = sum(map(form, speakers)) / len(speakers)
    return coverage * density * repetition * alternation * share * max(quality, 0.3)
