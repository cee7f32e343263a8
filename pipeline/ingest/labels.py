"""Labels: folded for comparing, and roles told by their words in several languages."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pipeline.core.records import INTERVIEWER, PARTICIPANT, UNKNOWN


def words(text: str) -> frozenset[str]:
    """Return the words of ``text``, which is how the lists of words are written down."""
    return frozenset(text.split())


NUMBER = re.compile(r"[\s_.#-]*(?:\d{1,3}[a-z]?|(?<=[\s_-])[a-z])$")
MAX_NUMBER = 40  # characters at a label's end among which its number is looked for
INTERVIEWER_WORDS = words(
    "interviewer interviewers researcher moderator facilitator investigator host question "
    "interviewerin interviewende interviewender moderatorin forscher forscherin fragende "
    "entrevistador entrevistadora investigador investigadora moderador moderadora pesquisador "
    "pesquisadora enquêteur enquêtrice intervieweur intervieweuse chercheur chercheuse modérateur "
    "modératrice animateur animatrice intervistatore intervistatrice ricercatore moderatore "
    "onderzoeker intervjuare intervjuer forsker forskare ordstyrer haastattelija spørger "
    "fasilitator"
)
INTERVIEWER_CODES = words("i int q mod iv")
PARTICIPANT_WORDS = words(
    "participant interviewee respondent informant answer subject guest befragte befragter "
    "befragten interviewte interviewter interviewpartner interviewpartnerin teilnehmer "
    "teilnehmerin proband entrevistado entrevistada participante informante encuestado encuestada "
    "enquêté enquêtée interviewé interviewée répondant répondante intervistato intervistata "
    "partecipante deelnemer deelneemster geïnterviewde respondente deltager deltaker deltagare "
    "informanten respondenten intervjuperson haastateltava osallistuja interviewperson invité "
    "invitée"
)
PARTICIPANT_CODES = words("p r ip resp part")
OTHER_WORDS = words(
    "speaker unknown agent customer caller client teacher student students patient doctor nurse "
    "chair chairman chairwoman narrator observer translator interpreter sprecher sprecherin "
    "hablante locuteur locutrice spreker taler man woman male female voice audience group all "
    "several witness judge operator"
)
ROLE_WORDS = INTERVIEWER_WORDS | PARTICIPANT_WORDS | OTHER_WORDS


@lru_cache(maxsize=65_536)
def fold(label: str) -> str:
    """Return ``label`` as labels are compared: NFKC, casefolded, single spaces, no colon."""
    plain = unicodedata.normalize("NFKC", label).casefold()
    return " ".join(plain.rstrip(" :").split())


@lru_cache(maxsize=65_536)
def role_of(label: str | None) -> str:
    """Return the role that the words or the code of ``label`` tell, else unknown."""
    if label is None:
        return UNKNOWN
    stem = stem_of(label)
    words = set(re.split(r"[\s/()]+", stem))
    if words & INTERVIEWER_WORDS or stem in INTERVIEWER_CODES:
        return INTERVIEWER
    if words & PARTICIPANT_WORDS or stem in PARTICIPANT_CODES:
        return PARTICIPANT
    return UNKNOWN


def has_role_word(label: str) -> bool:
    """Whether ``label`` is a role word, with or without a number: ``Speaker 2``, ``SPEAKER_00``."""
    return stem_of(label) in ROLE_WORDS


def stem_of(label: str) -> str:
    """Return ``label`` folded, without a number or letter behind it."""
    folded = fold(label)
    head, tail = folded[:-MAX_NUMBER], folded[-MAX_NUMBER:]
    return (head + NUMBER.sub("", tail)) or folded
