"""What is no speech: front matter, keys and values at the head, legends, headings, rules."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.ingest.labels import has_role_word
from pipeline.ingest.speakers.forms import form, is_never
from pipeline.ingest.speakers.units import Unit

HEAD_UNITS = 40  # units that are not blank, within which a legend may stand
MAX_FRONT = 300  # lines of YAML
MAX_LEGEND = 400  # characters of a line that may be a legend
MAX_RIGHT = 8  # words on the right side of a definition
FENCE = re.compile(r"-{3,}\s*$")
HEADING = re.compile(r"#{1,6}\s+\S")
RULE = re.compile(r"\s*(?:[-*_=~]\s?){3,}\s*$")
SIGNS = "#-*_=~"
SETEXT = re.compile(r"(?:={3,}|-{3,})\s*$")
TABLE_ROW = re.compile(r"\s*\|.*\|\s*$")
PAIR = re.compile(r"(?P<left>[^:\uff1a=\t\n]{1,60}?)(?:[:\uff1a=\t]|\s[\u2013-]\s)(?P<right>.*)")
INLINE = re.compile(r"(?P<long>[^\W\d_][\w .-]{2,40}?)\s*\((?P<short>[^\W\d_]{1,4}\d{0,2})\)")
MARKS = "*_ \t\u00a0"
BULLETS = "-*•· "
END = re.compile(r"[.?!…]['\"\u201d\u2019)]*\s*$")


@dataclass(slots=True)
class Front:
    """Units that are no speech, by the kind of aside they become, and the labels declared there."""

    kinds: dict[int, str] = field(default_factory=dict)
    declared: dict[str, str] = field(default_factory=dict)


def find_front(units: Sequence[Unit], declared: Mapping[str, str]) -> Front:
    """Return what in ``units`` is no speech, and ``declared`` with what legends add."""
    front = Front(declared=dict(declared))
    find_yaml(units, front)
    find_headings(units, front)
    head = [n for n, unit in enumerate(units) if not unit.is_blank and n not in front.kinds]
    head = [n for n in head[:HEAD_UNITS] if not units[n].is_cue]
    find_tables(units, front)
    find_header(units, head, front)
    find_legend(units, head, front)
    return front


def find_yaml(units: Sequence[Unit], front: Front) -> None:
    """Mark the YAML between two fences at the top."""
    first = next((n for n, unit in enumerate(units) if not unit.is_blank), None)
    if first is None or units[first].is_cue or not FENCE.match(units[first].text):
        return
    for number in range(first + 1, min(len(units), first + MAX_FRONT)):
        if FENCE.match(units[number].text):
            inside = [u.text for u in units[first + 1 : number] if not u.is_blank]
            if inside and ":" in inside[0]:
                front.kinds.update(dict.fromkeys(range(first, number + 1), "front-matter"))
            return


def find_headings(units: Sequence[Unit], front: Front) -> None:
    """Mark headings and rules; a heading may still turn out to name a speaker."""
    for number, unit in enumerate(units):
        if unit.is_blank or unit.is_cue or number in front.kinds:
            continue
        first = unit.text.lstrip()[0]
        is_marked = first in SIGNS and (HEADING.match(unit.text) or RULE.match(unit.text))
        if is_marked or unit.is_heading:
            front.kinds[number] = "heading"
        if first in "=-" and number and SETEXT.match(unit.text) and not units[number - 1].is_blank:
            front.kinds[number - 1] = "heading"


def find_tables(units: Sequence[Unit], front: Front) -> None:
    """Mark Markdown tables; what a list of attendees abbreviates is declared."""
    for number, unit in enumerate(units):
        if "|" not in unit.text or not TABLE_ROW.match(unit.text):
            continue
        front.kinds[number] = "legend"
        cells = [cell.strip() for cell in unit.text.strip().strip("|").split("|")]
        for short in cells[1:]:
            if re.fullmatch(r"[^\W\d_]{1,5}\d{0,2}", short) and short.isupper():
                front.declared.setdefault(short, cells[0])


def pair_in(text: str) -> tuple[str, str] | None:
    """Return the two sides of ``key: value``, without marks of emphasis or a bullet."""
    match = PAIR.match(text)
    if match is None:
        return None
    left, right = match["left"].strip(MARKS).lstrip(BULLETS), match["right"].strip(MARKS)
    return (left, right) if left and right else None


def find_header(units: Sequence[Unit], head: Sequence[int], front: Front) -> None:
    """Mark the run of ``key: value`` lines at the top if one key is never a speaker."""
    run: list[tuple[int, str, str]] = []
    for number in head:
        pair = pair_in(units[number].text)
        if pair is None or not is_header_pair(*pair):
            if run or pair is not None:
                break
            continue  # a title above the keys
        run.append((number, *pair))
    if not any(is_never(left) for _, left, _ in run):
        return
    while run and not is_never(run[-1][1]) and not has_role_word(run[-1][1]):
        run.pop()
    for number, left, right in run:
        front.kinds[number] = "front-matter"
        if has_role_word(left) and not is_never(left):
            front.declared.setdefault(left, right)


def is_header_pair(left: str, right: str) -> bool:
    """Whether ``left: right`` may be a key and its value."""
    return is_never(left) or (is_short(right) and has_role_word(left))


def is_short(right: str) -> bool:
    """Whether ``right`` is a name or a role rather than a sentence."""
    return len(right.split()) <= MAX_RIGHT and not END.search(right)


def find_legend(units: Sequence[Unit], head: Sequence[int], front: Front) -> None:
    """Mark two or more definitions of labels in the first lines."""
    run: list[tuple[int, str, str]] = []
    for number in (*head, -1):
        is_line = number >= 0 and number not in front.kinds
        pairs = definitions(units[number].text) if is_line else []
        if pairs:
            run += [(number, left, right) for left, right in pairs]
            continue
        if is_legend(run):
            for unit, left, right in run:
                front.kinds[unit] = "legend"
                front.declared.setdefault(left, right)
            return
        run = []


def definitions(text: str) -> list[tuple[str, str]]:
    """Return the labels that a line defines and what it says of them; empty if it defines none."""
    if len(text) > MAX_LEGEND:
        return []
    has_inline = "(" in text
    inline = [(m["short"], m["long"].strip()) for m in INLINE.finditer(text)] if has_inline else []
    if len(inline) > 1 and len(INLINE.sub("", text).split()) <= len(inline):
        return inline
    pairs = []
    for part in re.split(r"[;,](?=[^;,]*[:=])", text):
        pair = pair_in(part)
        if pair is None or not is_definition(*pair):
            return []
        pairs.append(pair)
    return pairs


def is_definition(left: str, right: str) -> bool:
    """Whether ``left`` may be a label and ``right`` what it stands for."""
    return is_short(right) and form(left) >= 0.6 and not is_never(left)  # noqa: PLR2004  # a code or a name


def is_legend(run: Sequence[tuple[int, str, str]]) -> bool:
    """Whether a run of definitions is a legend: different labels, roles or names on the right."""
    lefts = [left for _, left, _ in run]
    if len(lefts) < 2 or len(set(lefts)) < len(lefts):  # noqa: PLR2004  # one line is a turn
        return False
    n_roles = sum(any(map(has_role_word, right.replace(",", " ").split())) for _, _, right in run)
    return 2 * n_roles >= len(run)
