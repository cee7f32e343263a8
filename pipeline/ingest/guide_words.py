"""What of a spoken question can be compared with a written one: stems and pairs of stems.

The lists are English. In another language every word counts, and what all questions share counts
little because its weight is low (see `pipeline.ingest.guide`).
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from pipeline.ingest.labels import words

NOTE = re.compile(r"[\[(][^\])]*[\])]")
LETTERS = re.compile(r"[^\W\d_]+")
SENTENCE_END = re.compile(r"(?<=[.?!…,;])\s+")
CURLY = "\N{RIGHT SINGLE QUOTATION MARK}"
MAX_STEM = 6  # letters: organisation, organised and organiser meet

ENDINGS = {"ies": "y", "ied": "y", "ing": "", "ed": "", "es": "", "s": ""}
IRREGULAR_PAIRS = words(
    "began/begin begun/begin best/good better/good bought/buy brought/bring built/build "
    "came/come chose/choose chosen/choose felt/feel found/find gave/give given/give gone/go "
    "got/get gotten/get grew/grow grown/grow heard/hear held/hold kept/keep knew/know "
    "known/know learnt/learn left/leave lost/lose made/make meant/mean met/meet paid/pay "
    "ran/run said/say saw/see seen/see sent/send spent/spend taken/take taught/teach "
    "thought/think told/tell took/take went/go won/win written/write wrote/write"
)
IRREGULAR = {past: base for past, _, base in (pair.partition("/") for pair in IRREGULAR_PAIRS)}
FILLERS = words(
    "a ah am an and are be been being bit can could d did didn do does doing don done er had has "
    "have having is just kind like ll may might must of oh ok okay re really right s shall should "
    "so sort t the then uh um ve was well were will would"
)
STOPS = words(
    "about after again all also another any anybody anyone anything as ask at before between both "
    "but by during each for from gather go he hear her here his how i if in into it its know let "
    "lot me mean mention my no nobody nor not nothing now off on only or other our out over "
    "please quite say she some somebody someone something sorry still talk tell than thank thanks "
    "that their them there these they thing things think this those though to too up us very want "
    "we what when where which whose why with yeah yes yet you your"
)
LIGHT = words(
    "begin come find first get happen last look main make next one ones own put record recorder "
    "see start take tape use used way ways whole"
)
PROMPTS = words("describe detail elaborate example examples explain instance specific")
PROMPTING = PROMPTS | words("give mind show try")
OPENERS = re.compile(
    r"\b(?:can|could|shall|may|let)\b.{0,12}\b(?:we|me|i|us)\b.{0,14}\b(?:talk|ask|go|turn|move)\b"
    r"|\blet's (?:talk|go|turn|move)\b|\b(?:going|moving) (?:back|on)\b|\bwhat about\b"
    r"|\btell me (?:about|a bit)\b|\byou (?:mentioned|said)\b"
    r"|\bi(?:'ve| was|'d)? (?:gather|heard|been told|understand)\b"
    r"|\b(?:haven't|not) asked\b|\bforgotten to ask\b",
    re.IGNORECASE,
)


def stem(word: str) -> str:
    """Return ``word`` without the commonest English endings, six letters at most."""
    for ending, instead in ENDINGS.items():
        if word.endswith(ending) and len(word) - len(ending) >= 3:  # noqa: PLR2004  # a stem has three letters
            word = word[: -len(ending)] + instead
            break
    if len(word) > 3 and (word[-1] == word[-2] or word[-1] == "e"):  # noqa: PLR2004  # a stem has three letters
        word = word[:-1]
    return word[:MAX_STEM]


LIGHT_STEMS = frozenset(map(stem, LIGHT))
PROMPT_STEMS, PROMPTING_STEMS = frozenset(map(stem, PROMPTS)), frozenset(map(stem, PROMPTING))
ASKING = frozenset(map(stem, words("how what when where which who whose why")))


@lru_cache(maxsize=16_384)
def stem_of(word: str) -> tuple[str, bool]:
    """Return the stem of a word as it is spoken, empty for a filler, and whether it has meaning."""
    base = IRREGULAR.get(word, word)
    if base in FILLERS:
        return "", False
    return stem(base), base not in STOPS and len(base) > 1


def stems_in(text: str) -> list[tuple[str, bool]]:
    """Return the stems of all words but fillers and those between brackets, as `stem_of` does."""
    plain = without_notes(text)
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", plain)
    words = LETTERS.findall(plain.casefold().replace(CURLY, "'"))
    return [found for found in map(stem_of, words) if found[0]]


def without_notes(text: str) -> str:
    """Return ``text`` without what stands between brackets: it is the transcriber's."""
    last = max(text.rfind("]"), text.rfind(")")) + 1  # brackets behind it never close
    return NOTE.sub(" ", text[:last]) + text[last:] if last else text


@lru_cache(maxsize=4_096)
def features(text: str) -> frozenset[str]:
    """Return the stems of the words that carry meaning, and every two neighbouring stems."""
    found = stems_in(text)
    single = {one for one, has_meaning in found if has_meaning}
    return frozenset(single.union(f"{one} {two}" for (one, _), (two, _) in pairwise(found)))


def telling(text: str) -> frozenset[str]:
    """Return the single stems in ``text`` that say something alone."""
    single = {one for one, has_meaning in stems_in(text) if has_meaning}
    return frozenset(single - LIGHT_STEMS)


def is_pair(feature: str) -> bool:
    """Whether a feature is two neighbouring stems."""
    return " " in feature


def is_telling(feature: str) -> bool:
    """Whether a feature says something alone: no light word, no pair with a question word."""
    if is_pair(feature):
        return ASKING.isdisjoint(feature.split())
    return feature not in LIGHT_STEMS


def content(found: frozenset[str]) -> frozenset[str]:
    """Return the single stems that say something alone."""
    return frozenset(f for f in found if not is_pair(f) and is_telling(f))


def sentences(text: str) -> list[str]:
    """Return ``text`` and its sentences: a question often stands behind a remark."""
    return list(dict.fromkeys([text, *SENTENCE_END.split(without_notes(text).strip())]))


def is_prompt(own: frozenset[str]) -> bool:
    """Whether telling words say no more than "Can you give me an example?"."""
    return bool(own & PROMPT_STEMS) and own <= PROMPTING_STEMS


def opens_a_topic(text: str) -> bool:
    """Whether the words say that something new begins: "Can we talk about ..."."""
    return bool(OPENERS.search(text.replace(CURLY, "'"))) and bool(telling(text))
