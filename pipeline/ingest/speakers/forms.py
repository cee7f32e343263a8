"""How much a string looks like a label, and what never is one."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipeline.ingest.labels import fold, has_role_word, stem_of
from pipeline.ingest.speakers.vocabulary import ENDINGS, NEVER, PARTICLES, SPEECH_WORDS

MAX_WORDS = 7
NAME_WORDS = 5
MAX_INITIALS = 5  # characters of a label that may end in a full stop
INVERTED_WORDS = 4  # of a name with its surname first: "Oakes, Mary Ann"
MIN_KEY = 4  # letters of a key that may have a number behind it, as in "Section 2"
QUALIFIER = re.compile(r"\s*\(([^()]{1,40})\)\s*$")
CODE = re.compile(r"[^\W\d_a-z]{1,4}[-_ ]?\d{0,3}[a-z]?")
MIXED_CODE = re.compile(r"[^\W\d_]{1,5}[-_ ]?\d{1,3}[a-z]?")
HANDLE = re.compile(r"@?[\w][\w.\-_]*[\w)]|\w")
NUMBER = re.compile(r"\d{1,2}")  # as some tools number speakers
INITIAL = re.compile(r"[^\W\d_]\.?(?:[^\W\d_]\.?)?")
APOSTROPHE = re.compile("['\u2019]")
ADDRESS = re.compile(r"https?|www\.|@\w+\.\w+|://", re.IGNORECASE)
ABBREVIATED = re.compile(r"\b(?:[^\W\d_a-z]|[^\W\d_a-z][^\W\d_]{1,3})\.(?=\s)")  # Dr. Mrs. J.
UNSURE = re.compile(r"(?<=[^\W_])\s?\?$")  # "P1?": whoever transcribed was not sure
NOBODY_KNOWN = re.compile(r"\?{1,3}")
ARTICLE = "the"
PUNCTUATION = re.compile(r"[;?!\"\u201c\u201d„«»=<>{}\[\]…]|\.\s|\.\.|,\s*$")


@lru_cache(maxsize=65_536)
def form(label: str) -> float:
    """Return in [0, 1] how much ``label`` looks like one, whatever else is in the transcript.

    Codes (``P12``) and role words score highest, then full names, single names, handles; words of
    running speech, addresses, times and keys of a file's head score 0.
    """
    base = UNSURE.sub("", bare(label))
    if NOBODY_KNOWN.fullmatch(base):
        return 0.6
    if not base or is_never(label) or is_speech(base):
        return 0.0
    if NUMBER.fullmatch(base):
        return 0.5
    if has_role_word(base) or CODE.fullmatch(base):
        return 1.0
    if MIXED_CODE.fullmatch(base):
        return 0.95
    words = base.split()
    return form_of_word(base) if len(words) == 1 else form_of_words(words)


def bare(label: str) -> str:
    """Return ``label`` without what stands in brackets or behind a bar."""
    base = unicodedata.normalize("NFC", label).strip()
    while QUALIFIER.search(base):
        base = QUALIFIER.sub("", base)
    return base.partition("|")[0].strip()


def is_speech(base: str) -> bool:
    """Whether a label's words can only be speech, an address or a sentence's end."""
    words = [word.casefold().strip(",.") for word in base.split()]
    has_letters = any(char.isalpha() for char in base) or NUMBER.fullmatch(base) is not None
    is_sentence = base.endswith(".") and len(base) > MAX_INITIALS
    opener = APOSTROPHE.split(words[0])[0]
    is_office = opener == ARTICLE and (base.isupper() or has_role_word(" ".join(words[1:])))
    is_opened = len(words) > 1 and opener in SPEECH_WORDS and not is_office
    is_clause = words[-1] in ENDINGS or is_opened
    is_list = "," in base and len(words) > INVERTED_WORDS
    plain = ABBREVIATED.sub("", base)
    is_odd = PUNCTUATION.search(plain) is not None or ADDRESS.search(base) is not None
    is_open = base.count("(") != base.count(")")
    signs = (is_odd, is_open, is_list, is_sentence, is_clause, not has_letters)
    return any(signs) or len(words) > MAX_WORDS


def form_of_word(word: str) -> float:
    """Return how much a single word looks like a name."""
    if word.casefold() in SPEECH_WORDS:
        return 0.0
    if word.isupper():
        return 0.9
    if not HANDLE.fullmatch(word):
        return 0.4 if word[0].isupper() else 0.1
    return 0.65 if word[0].isupper() else 0.45


def form_of_words(words: list[str]) -> float:
    """Return how much several words look like a name."""
    is_short = len(words) <= NAME_WORDS
    if any(map(has_role_word, words)):
        return 0.95 if is_short else 0.3
    if words[0][:1].isupper() and all(map(is_name_word, words)):
        return 0.9 if is_short else 0.3
    return 0.2 if is_short else 0.0


def is_name_word(word: str) -> bool:
    """Whether ``word`` may be part of a name: capitalised, an initial, a number, a particle."""
    bare = word.strip(",.'\u2019-")
    return (
        word.casefold() in PARTICLES
        or bare[:1].isupper()
        or bare.isdigit()
        or INITIAL.fullmatch(word) is not None
    )


def is_never(label: str) -> bool:
    """Whether ``label`` is a key of a file's head, an event or a heading, not a speaker."""
    folded = fold(label)
    words = folded.split()
    stem = stem_of(label)
    is_numbered = len(stem) >= MIN_KEY and stem in NEVER
    return folded in NEVER or is_numbered or bool(words and words[0] in NEVER)


def skeleton(label: str) -> str:
    """Return the shape of ``label``: a sign for each run of capitals, small letters, digits."""
    shape = "".join(
        "9" if c.isdigit() else "A" if c.isupper() else "a" if c.isalpha() else c
        for c in unicodedata.normalize("NFC", label)
    )
    return re.sub(r"(.)\1+", r"\1", shape)
