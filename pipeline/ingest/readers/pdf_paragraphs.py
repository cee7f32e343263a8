"""Wrapped lines of a page to paragraphs: which breaks the writer made, and which the paper."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.ingest.readers.pdf_furniture import edge
from pipeline.ingest.readers.pdf_pages import Line, Page
from pipeline.ingest.speakers.grammar import TIME

NEARLY = 0.1  # of a line's length
MIN_FULL = 3
SLACK = 2.0  # points by which a line may fall short of the edge
WIDER = 1.25  # times the usual distance between lines: a new paragraph
COMMON = 0.05  # share of the distances that makes one usual
FAR = 5  # heights: no distance of lines of one text
OTHER_SIZE = 1.15  # ratio of heights between a heading and text
INDENT = 0.6  # heights
MOSTLY = 0.8
SPACED = 0.9  # of the sure breaks have space above them: the others are none
MIN_SURE = 5
MIN_LABELS = 3  # lines that begin with it; one of them sure counts for two
MAX_ALONE = 60  # characters of a line that may be a name
DIGITS = re.compile(r"\d+")
LABEL = re.compile(rf"(?:{TIME}\s*)?(?P<label>[^:\uff1a\n\t]{{1,40}}?)\s?[:\uff1a](?=\s|$)")
TIMED = re.compile(rf"{TIME}(?=\s|$)")
A_TIME = "#"
GREETED = re.compile(
    r"\b(?:hi|hello|hey|dear|thanks|welcome|hej|hallo|hola|bonjour)$", re.IGNORECASE
)
STOPS = ".?!\u2026,;:-\u2013\u2014\"'\u201d\u2019)]>"
SENTENCE_ENDS = (".", "?", "!", "\u2026", ",")
HYPHENS = "\x02\ufffe"  # pdfium's signs for a hyphen at the end of a line
BROKEN = re.compile(rf"(?<![^\W\d_])([^\W\d_]+)[{HYPHENS}\xad]$")  # once for each run of letters
FIRST_WORD = re.compile(r"[^\W\d_]+")
LINKS = frozenset(
    {"and", "or", "und", "oder", "og", "eller", "och", "y", "o", "e", "et", "ou", "en"}
)


@dataclass(frozen=True, slots=True)
class Habits:
    """How the lines of a document are set, in points; None where it does not show.

    ``edge`` is how far lines go to the right, ``leading`` the usual distance of two lines,
    ``start_x`` where paragraphs begin if their other lines begin elsewhere.
    """

    edge: float
    leading: float | None
    start_x: float | None = None
    is_spaced: bool = False
    labels: frozenset[str] = frozenset()
    alone: frozenset[str] = frozenset()


def paragraphs(lines: Sequence[Line], pages: Sequence[Page]) -> list[list[Line]]:
    """Return ``lines`` by paragraph, in order.

    A break is sure where the next word would have fitted on the line, where the next line stands
    lower than lines do, or where it is of another size. At a full line it is a question of what
    sure breaks teach: indents, labels at the start of paragraphs, names alone on a line.
    """
    if not lines:
        return []
    habits = Habits(full_width(lines, pages), leading_of(lines))
    sure = [is_sure(upper, lower, habits) for upper, lower in pairwise(lines)]
    habits = learnt(lines, sure, habits)
    found = [[lines[0]]]
    for number, (upper, lower) in enumerate(pairwise(lines)):
        ends_here = number + 1 == len(sure) or sure[number + 1]
        if sure[number] or is_taught(upper, lower, habits, ends_here=ends_here):
            found.append([])
        found[-1].append(lower)
    return found


def full_width(lines: Sequence[Line], pages: Sequence[Page]) -> float:
    """Return where full lines end; where few do so, the margins are taken to be alike."""
    found, left = edge(lines), min(line.x0 for line in lines)
    n_full = sum(line.x1 > found - NEARLY * (found - left) for line in lines)
    if n_full >= MIN_FULL:
        return found
    page_left, _, page_right, _ = pages[lines[0].page - 1].box
    return max(found, page_right - (left - page_left))


def leading_of(lines: Sequence[Line]) -> float | None:
    """Return the smallest distance of two lines that is usual."""
    gaps = Counter(
        round(upper.bottom - lower.bottom)
        for upper, lower in pairwise(lines)
        if upper.page == lower.page and 0 < upper.bottom - lower.bottom < FAR * upper.height
    )
    least = max(1, COMMON * sum(gaps.values()))
    return min((gap for gap in gaps if gaps[gap] + gaps[gap + 1] >= least), default=None)


def is_sure(upper: Line, lower: Line, habits: Habits) -> bool:
    """Whether the writer must have broken the line between the two."""
    sizes = sorted((upper.height, lower.height))
    return (
        is_lower(upper, lower, habits)
        or sizes[1] > OTHER_SIZE * sizes[0]
        or fits(upper, lower, habits)
    )


def fits(upper: Line, lower: Line, habits: Habits) -> bool:
    """Whether the first word of the lower line would have had room on the upper one."""
    space = 0.25 * upper.height
    return upper.x1 + space + (lower.head_x1 - lower.x0) < habits.edge - SLACK


def is_lower(upper: Line, lower: Line, habits: Habits) -> bool:
    """Whether the lower line stands further down than lines of a paragraph do."""
    if habits.leading is None or upper.page != lower.page:
        return False
    return upper.bottom - lower.bottom > WIDER * habits.leading + 1


def learnt(lines: Sequence[Line], sure: Sequence[bool], habits: Habits) -> Habits:
    """Return ``habits`` with what the sure breaks teach."""
    numbers = range(1, len(lines))
    starts = [0, *(n for n in numbers if sure[n - 1])]
    inner = [n for n in numbers if not sure[n - 1]]
    ends = {n - 1 for n in starts} | {len(lines) - 1}
    labels = Counter(key for line in lines if (key := label_of(line.text)))
    certain = {label_of(lines[n].text) for n in starts}
    alone = Counter(name_of(lines[n].text) for n in starts if n in ends)
    fitting = [n for n in starts[1:] if fits(lines[n - 1], lines[n], habits)]
    fitting = [n for n in fitting if lines[n].page == lines[n - 1].page]
    n_spaced = sum(is_lower(lines[n - 1], lines[n], habits) for n in fitting)
    return Habits(
        habits.edge,
        habits.leading,
        start_x=indent([lines[n] for n in starts], [lines[n] for n in inner]),
        is_spaced=len(fitting) >= MIN_SURE and n_spaced >= SPACED * len(fitting),
        labels=frozenset(key for key, n in labels.items() if n + (key in certain) >= MIN_LABELS),
        alone=frozenset(key for key, count in alone.items() if count > 1 and key),
    )


def indent(starts: Sequence[Line], inner: Sequence[Line]) -> float | None:
    """Return where paragraphs begin, None unless their other lines begin somewhere else."""
    if len(starts) < MIN_SURE or len(inner) < MIN_SURE:
        return None
    (start, n_start), (other, n_other) = (
        Counter(round(line.x0) for line in some).most_common(1)[0] for some in (starts, inner)
    )
    is_clear = n_start >= MOSTLY * len(starts) and n_other >= MOSTLY * len(inner)
    return start if is_clear and abs(start - other) > INDENT * starts[0].height else None


def is_taught(upper: Line, lower: Line, habits: Habits, *, ends_here: bool) -> bool:
    """Whether a break after a full line is one of the writer's all the same."""
    if habits.start_x is not None and abs(lower.x0 - habits.start_x) < INDENT * lower.height:
        return True
    if habits.is_spaced and upper.page == lower.page:
        return False
    if ends_here and name_of(lower.text) in habits.alone:
        return True
    label = label_of(lower.text)
    if label == A_TIME and upper.text[-1] not in STOPS:
        return False  # a time within speech
    return label in habits.labels and not GREETED.search(upper.text)


def label_of(text: str) -> str:
    """Return what may be a label at the start of a line, folded; `A_TIME`; or nothing."""
    match = LABEL.match(text)
    if match:
        return match["label"].strip().casefold()
    return A_TIME if TIMED.match(text) else ""


def name_of(text: str) -> str:
    """Return a line that may be a name, digits masked; "" for what is too long or a sentence."""
    if len(text) > MAX_ALONE or text.endswith(SENTENCE_ENDS):
        return ""
    return DIGITS.sub("#", text.casefold())


def joined(lines: Sequence[Line], vocabulary: Mapping[str, int]) -> tuple[str, int]:
    """Return the text of a paragraph, and how many hyphens at the end of a line were dropped.

    ``vocabulary`` counts the words of the document, with and without hyphens inside.
    """
    parts, n_dropped = [""], 0
    for line in lines:
        broken = BROKEN.search(parts[-1])
        follows = FIRST_WORD.match(line.text)
        if broken is None or follows is None:
            parts += [" ", line.text]
            continue
        kept = kept_hyphen(broken[1], follows[0], vocabulary)
        n_dropped += not kept
        parts[-1] = parts[-1][:-1] + kept
        parts.append(line.text)
    return plain("".join(parts[2:])), n_dropped


def kept_hyphen(before: str, after: str, vocabulary: Mapping[str, int]) -> str:
    """Return what becomes of a hyphen between two lines: nothing, a hyphen, or one and a space."""
    if after in LINKS:
        return "- "
    whole, parted = f"{before}{after}".casefold(), f"{before}-{after}".casefold()
    if vocabulary.get(parted, 0) > vocabulary.get(whole, 0) or after[0].isupper():
        return "-"
    return ""


def words_of(lines: Sequence[Line]) -> Counter[str]:
    """Return how often each word stands within a line, with and without hyphens inside."""
    pattern = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
    return Counter(word.casefold() for line in lines for word in pattern.findall(line.text))


def plain(text: str) -> str:
    """Return ``text`` with pdfium's signs as the hyphens that they stand for."""
    return re.sub(f"[{HYPHENS}]", "-", text)
