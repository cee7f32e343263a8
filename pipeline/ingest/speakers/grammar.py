"""The families: ways in which a transcript writes who speaks, each tried on every unit.

Patterns look at the first `REACH` characters of a unit only and have no nested quantifiers; white
space that may be long is taken possessively (``*+``), so that no pattern tries it twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pipeline.ingest.speakers.units import Unit

REACH = 120
MAX_LABEL = 60
MAX_LINE = 80  # characters of a line that is all label
S = "[ \t\u00a0\u2002-\u200a\u202f\u3000]"  # white space within a line
COLONS = ":\uff1a\ufe55"
COLON = r"(?:(?<!\d)[:\uff1a\ufe55]|[:\uff1a\ufe55](?!\d))"
CLOCK = (
    r"(?:\d{1,3}:\d{2}(?::\d{2})?(?:[.,]\d{1,3})?(?:[ \u00a0\u202f]?[AaPp][Mm]\b)?"
    r"|\d{1,2}:\d{1,2}:\d{1,2}[.,]\d{1,3}|\d{1,2}\.\d{2}\.\d{2}(?:[.,]\d{1,3})?)"
)
DAY = rf"(?:\d{{1,4}}[./-]\d{{1,2}}[./-]\d{{1,4}},?{S}{{1,2}})?"  # as chats write it
TIME = (
    rf"(?:\\?[\[({{<#*]{S}?)?{DAY}{CLOCK}(?:-\d{{1,2}})?(?:{S}?(?:-->|[-\u2013\u2014]){S}?{CLOCK})?"
    rf"(?:{S}?\\?[\])}}>#])?"
)
JUNK = rf"(?:[.,;>*•·\u2013\u2014-]{{1,3}}{S}|<[^<>\n]{{1,12}}>{S}?|{S})"
NUMBERED = rf"(?:\d{{1,4}}[.)]?{S}+(?=[^\W\d]))"
LEAD = (
    rf"(?:{S}{{5,40}}+)?{JUNK}{{0,4}}(?:{TIME}{S}{{0,4}}[-\u2013\u2014=|]?{S}{{0,4}})?{NUMBERED}?"
)
NAME = rf"(?P<label>[^\s:\uff1a\[\]*_#|][^:\uff1a\n\t*]{{0,{MAX_LABEL - 1}}}?)"
AFTER = rf"{S}{{0,4}}(?P<time>{TIME})?{S}{{0,4}}"

COLON_LINE = re.compile(
    rf"(?P<lead>{LEAD}){NAME}{S}{{0,3}}(?:{TIME}{S}{{0,2}})?[|]?{COLON}(?!//)(?P<rest>{AFTER})"
)
BOLD = r"(?:\*{1,3}|_{1,3})"
BOLD_LINE = re.compile(
    rf"(?P<lead>{LEAD})(?P<open>{BOLD})(?P<lead2>{LEAD}){NAME}{S}{{0,3}}(?:{TIME}{S}{{0,2}})?"
    rf"(?:{COLON}{S}{{0,2}}(?P=open)|(?P=open){S}{{0,2}}{COLON})(?P<rest>{AFTER})"
)
BOLD_BARE = re.compile(rf"(?P<lead>{LEAD})(?P<open>{BOLD}){NAME}(?P=open)(?P<rest>{AFTER})(?=\S)")
NAMED_TIME = re.compile(
    rf"(?P<lead>{JUNK}{{0,4}}{BOLD}?){NAME}{BOLD}?{S}{{1,6}}[-\u2013\u2014|(]?{S}?(?P<time>{TIME}){S}*+[)]?{S}*+{BOLD}?{S}*+$"
)
TIME_NAMED = re.compile(
    rf"(?P<lead>{JUNK}{{0,4}}{BOLD}?{TIME}{S}{{0,4}}[-\u2013\u2014|]?{S}{{0,4}}{BOLD}?){NAME}{BOLD}?{S}*+$"
)
ALONE = re.compile(rf"(?P<lead>{JUNK}{{0,4}}{BOLD}?){NAME}{BOLD}?{COLON}?{S}*+$")
HEADING = re.compile(rf"(?P<lead>#{{1,6}}{S}+{BOLD}?){NAME}{BOLD}?{COLON}?{S}*+#*{S}*+$")
BRACKET = re.compile(
    rf"(?P<lead>{LEAD})(?:\\?\[(?P<label>[^\[\]\n:]{{1,40}})\\?\]|<(?P<label2>[^<>\n/:]{{1,40}})>|"
    rf"\{{(?P<label3>[^{{}}\n:]{{1,40}})\}}|\((?P<label4>[^()\n:]{{1,40}})\)|"
    rf"\u3010(?P<label5>[^\u3010\u3011\n:]{{1,40}})\u3011){COLON}?(?P<rest>{AFTER})"
)
DASHED = re.compile(rf"(?P<lead>{LEAD}){NAME}{S}{{1,2}}[-\u2013\u2014]{S}+(?P<rest>)")
DOTTED = re.compile(
    rf"(?P<lead>{LEAD})(?P<label>[QA]|(?:[^\W\d_a-z]{{2,}}|[^\W\d_a-z]{{1,4}}\d{{1,3}})"
    rf"(?:{S}[^\W\d_a-z]{{2,}}){{0,3}})\.{S}+(?P<rest>)"
)
MARKED = re.compile(
    rf"(?P<lead>{LEAD})(?P<label>[^\W_](?:[\w -]{{0,30}}\w)?){S}?[>/=|]{S}+(?P<rest>)"
)
CLOSED = re.compile(rf"(?P<lead>{LEAD})(?P<label>[^\W\d_](?:[\w .-]{{0,30}}\w)?)\){S}+(?P<rest>)")
GAPPED = re.compile(
    rf"(?P<lead>{S}{{0,40}}+)(?P<label>[^\W\d_a-z]{{1,12}}\d{{0,3}}){S}{{3,60}}+(?P<rest>)"
)
TABBED = re.compile(
    rf"(?P<lead>[ \u00a0]{{0,4}}(?:{TIME}[ \u00a0]*\t[ \u00a0]*)?)"
    rf"(?P<label>[^\s:\uff1a\t][^:\uff1a\t\n]{{0,{MAX_LABEL - 1}}}?){S}{{0,3}}{COLON}?[ \u00a0]*\t"
    rf"(?P<rest>[ \u00a0]*(?:(?P<time>{TIME}){S}*\t?{S}*)?)"
)
TIMED_WORDS = re.compile(
    rf"(?P<lead>{JUNK}{{0,4}}){NAME}{S}{{1,4}}(?P<rest>(?P<time>{TIME})(?:{S}{{1,4}}(?=\S)|{S}*$))"
)
CLOCK_PARTS = re.compile(
    r"(\d{1,3})[:.](\d{1,2})(?:[:.](\d{1,2}))?(?:[.,](\d{1,3}))?(?:-(\d{1,2}))?"
)
DAYS = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}(?=,?\s)")
LONE_TIME = re.compile(rf"{S}*+{BOLD}?{TIME}{S}*+[:=\u2013-]?{S}*+{BOLD}?{S}*+$")
END_TIME = re.compile(rf"#\s?{CLOCK}(?:-\d{{1,2}})?\s?#{S}*$")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A label that may be one, in a unit: offsets are code points of the unit's text.

    The written label is ``text[start:end]``; a time may stand before it or between it and the
    words, which begin at ``words`` and end at ``stop`` or with the unit. ``time_s`` is in seconds;
    ``is_alone`` says that no words follow on the line.
    """

    unit: int
    label: str
    start: int
    end: int
    words: int
    time_s: float | None
    is_alone: bool
    stop: int | None = None


@dataclass(frozen=True, slots=True)
class Family:
    """One way of writing labels; ``is_whole``: the label is all there is on the line.

    Where ``sign`` is not within reach the pattern cannot match, so it is not tried.
    """

    pattern: re.Pattern[str]
    sign: re.Pattern[str] | None = None
    is_whole: bool = False
    is_timed: bool = False


OTHERS = ("label2", "label3", "label4", "label5")  # of the kinds of brackets
EMPHASIS = re.compile(r"[*_]")
CLOCK_SIGN = re.compile(r"\d[:.]\d\d")
FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        "bold": Family(BOLD_LINE, EMPHASIS),
        "tab": Family(TABBED, re.compile("\t"), is_timed=True),
        "colon": Family(COLON_LINE, re.compile(f"[{COLONS}]")),
        "bracket": Family(BRACKET, re.compile("[\\[<{(\u3010]")),
        "label-time": Family(NAMED_TIME, CLOCK_SIGN, is_whole=True, is_timed=True),
        "time-label": Family(TIME_NAMED, CLOCK_SIGN, is_whole=True, is_timed=True),
        "label-time-words": Family(TIMED_WORDS, CLOCK_SIGN, is_timed=True),
        "bold-bare": Family(BOLD_BARE, EMPHASIS),
        "heading": Family(HEADING, is_whole=True),
        "line": Family(ALONE, is_whole=True),
        "dash": Family(DASHED, re.compile(rf"{S}[-\u2013\u2014]{S}")),
        "dot": Family(DOTTED, re.compile(rf"\.{S}")),
        "mark": Family(MARKED, re.compile(rf"[>/=|]{S}")),
        "closed": Family(CLOSED, re.compile(rf"\){S}")),
        "gap": Family(GAPPED, re.compile(rf"\S{S}{{3}}")),
    }
)


def seconds_in(text: str) -> list[float]:
    """Return the times in ``text``, in seconds; ``mm:ss``, ``hh:mm:ss`` or ``hh.mm.ss``."""
    found = []
    for first, second, third, fraction, tenth in CLOCK_PARTS.findall(DAYS.sub("", text)):
        whole = 0
        for part in (first, second, third):
            whole = whole * 60 + int(part) if part else whole
        tail = fraction or tenth
        found.append(whole + (float(f"0.{tail}") if tail else 0.0))
    return found


def candidate(family: Family, number: int, unit: Unit) -> Candidate | None:
    """Return the label that ``family`` finds in ``unit``, the unit ``number``, if there is one."""
    text = unit.text
    if not may_match(family, text):
        return None
    pattern = ALONE if family.pattern is HEADING and unit.is_heading else family.pattern
    match = pattern.match(text, 0, REACH)
    if match is None:
        return None
    groups = pattern.groupindex
    name = "label" if match["label"] else next(key for key in OTHERS if match[key])
    start, stop = match.span(name)
    if is_clock(text, stop):
        return None
    end = match.start("rest") if "rest" in groups else match.end()
    if "time" in groups and match["time"]:
        end = min(end, match.start("time"))
    is_alone = not text[match.end() :].strip()
    has_time_of_words = not (is_alone or family.is_timed)  # such a time is the first of the words
    before = seconds_in(text[:start]) if start else []
    times = before or (seconds_in(text[stop : match.end()]) if match.end() > stop + 1 else [])
    return Candidate(
        unit=number,
        label=text[start:stop],
        start=start if before else 0,
        end=end,
        words=end if has_time_of_words else match.end(),
        time_s=times[0] if times else None,
        is_alone=is_alone,
    )


def may_match(family: Family, text: str) -> bool:
    """Whether ``text`` has the sign of ``family`` within reach."""
    if family.is_whole and len(text) > (REACH if family.is_timed else MAX_LINE):
        return False
    return family.sign is None or family.sign.search(text, 0, REACH) is not None


def is_clock(text: str, stop: int) -> bool:
    """Whether what looks like a label and a colon is a time such as ``at 17:30``."""
    around = text[stop - 1 : stop + 2]
    return len(around) == 3 and around[1] == ":" and (around[0] + around[2]).isdigit()  # noqa: PLR2004  # digit, colon, digit
