"""How much a string looks like a label, and what never is one."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipeline.ingest.labels import fold, has_role_word, stem_of

MAX_WORDS = 7
NAME_WORDS = 5
MIN_KEY = 4  # letters of a key that may have a number behind it, as in "Section 2"
QUALIFIER = re.compile(r"\s*\(([^()]{1,40})\)\s*$")
CODE = re.compile(r"[^\W\d_a-z]{1,4}[-_ ]?\d{0,3}[a-z]?")
MIXED_CODE = re.compile(r"[^\W\d_]{1,5}[-_ ]?\d{1,3}[a-z]?")
HANDLE = re.compile(r"@?[\w][\w.\-_]*[\w)]|\w")
INITIAL = re.compile(r"[^\W\d_]\.?(?:[^\W\d_]\.?)?")
ADDRESS = re.compile(r"https?|www\.|@\w+\.\w+|://", re.IGNORECASE)
PUNCTUATION = re.compile(r"[;?!\"“”„«»=<>{}…]|\.\s|\.\.|,\s*$")
PARTICLES = frozenset(
    "de da di do du del della der den dos das van von vom zu zur la le el al bin ibn af av of the and y i e og ten ter "
    "til o' st st.".split()
)
NEVER = frozenset(
    "break jingle music intro outro advert ad ads sponsor note notes nb ps re fw poll straw vote votes "
    "title date place duration location time times subject topic url http https media tags summary "
    "source sources file filename recording recorded transcript transcription transcribed "
    "transcriber transcribers version status example examples warning tip tips aside remark remarks "
    "conclusion introduction background agenda attendees attendance present apologies references "
    "objective objectives aim aims goal goals method methods results discussion abstract keywords keyword "
    "section chapter part page figure table step steps probe probes prompt prompts total "
    "language pages project study code codes email phone website web link links action actions decision "
    "fecha duración duracion lugar hora modalidad título titulo objetivo objetivos nota notas "
    "indicadores ejemplo ejemplos tipo técnica tecnica contexto observaciones observación código "
    "datum dauer ort zeit titel notiz notizen hinweis beispiel anmerkung ziel ziele pause sted dato tid "
    "varighed plads note emne titre lieu durée duree heure remarque exemple objectif titolo luogo "
    "durata ora esempio obiettivo título local duração exemplo data plaats duur opmerking "
    "voorbeeld doel plats tema speakers speaker(s) participants interviewers interviewees "
    "moderators panel presenter presenters".split()
)
SPEECH_WORDS = frozenset(
    "and so but well okay ok yeah yes no nope yep now then first second third finally because the a an "
    "this that these those there here it its it's he she we they you my your his her our their what "
    "when where why how who which if or as at by for from in on to with not just like also "
    "actually basically right sure exactly mhm mm hmm uh um ah oh hi hello hey thanks thank please "
    "sorry remember maybe meaning anyway is was are were be been said says saying think know mean means "
    "about question: answer: one two three some all any most many more less other another only "
    "same such very but every each both either neither i'm i've i'll i'd that's there's let's "
    "nej ja jo og men så det den der ikke jeg vi du und oder aber ich wir ja nein das ist "
    "y pero sí si que el la los las un una es et mais oui non je nous c'est".split()
)
ENDINGS = frozenset(
    "is are was were that said says this follows these like as be to of and or".split()
)


@lru_cache(maxsize=65_536)
def form(label: str) -> float:
    """Return in [0, 1] how much ``label`` looks like one, whatever else is in the transcript.

    Codes (``P12``) and role words score highest, then full names, single names, handles; words of
    running speech, addresses, times and keys of a file's head score 0.
    """
    base = unicodedata.normalize("NFC", label).strip()
    while QUALIFIER.search(base):
        base = QUALIFIER.sub("", base)
    base = base.partition("|")[0].strip()
    if not base or is_never(label) or ADDRESS.search(label) or PUNCTUATION.search(base):
        return 0.0
    words = base.split()
    if len(words) > MAX_WORDS or not any(char.isalpha() for char in base):
        return 0.0
    if has_role_word(base) or CODE.fullmatch(base):
        return 1.0
    if MIXED_CODE.fullmatch(base):
        return 0.95
    folded = [word.casefold().strip(",.") for word in words]
    if folded[-1] in ENDINGS or (folded[0] in SPEECH_WORDS and len(words) != 1):
        return 0.0
    return form_of_words(words, folded)


def form_of_words(words: list[str], folded: list[str]) -> float:
    """Return how much the words of a label look like a name."""
    if len(words) == 1:
        if folded[0] in SPEECH_WORDS:
            return 0.0
        if words[0].isupper():
            return 0.9
        if words[0][:1].isupper():
            return 0.65 if HANDLE.fullmatch(words[0]) else 0.4
        return 0.45 if HANDLE.fullmatch(words[0]) else 0.1
    if any(has_role_word(word) for word in words):
        return 0.95 if len(words) <= NAME_WORDS else 0.3
    is_name = [is_name_word(word, low) for word, low in zip(words, folded, strict=True)]
    if all(is_name) and words[0][:1].isupper():
        return 0.9 if len(words) <= NAME_WORDS else 0.3
    return 0.15 if any("," in word for word in words[1:]) else 0.2 * (len(words) <= NAME_WORDS)


def is_name_word(word: str, folded: str) -> bool:
    """Whether ``word`` may be part of a name: capitalised, an initial, a number, a particle."""
    bare = word.strip(",.'’-")
    return (
        folded in PARTICLES
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
    """Return the shape of ``label``: runs of capitals, small letters and digits as one sign each."""
    shape = "".join(
        "9" if c.isdigit() else "A" if c.isupper() else "a" if c.isalpha() else c
        for c in unicodedata.normalize("NFC", label)
    )
    return re.sub(r"(.)\1+", r"\1", shape)
