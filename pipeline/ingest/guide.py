"""Which question of the interview guide each turn asks or answers.

Interviewers paraphrase, split, come back and probe. A turn of theirs is compared with every
question and probe of the guide: words and pairs of words that few questions share weigh most, and
the question that the guide has next is favoured a little. Below a threshold the turn probes the
question before it ("Can you give me an example?"), unless it opens a topic that the guide does not
have. What others say answers the question last asked. A turn depends only on turns before it.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.core.records import INTERVIEWER, Turn
from pipeline.core.settings import QuestionSettings
from pipeline.ingest.guide_words import (
    content,
    features,
    is_pair,
    is_prompt,
    is_telling,
    opens_a_topic,
    sentences,
    telling,
)

ASKED = 0.3  # likeness from which a turn asks a question; below it, it probes or is unmatched
AHEAD, BACK = 0.93, 0.85  # likeness is worth so much of itself where the guide's order is left
ALONE = 0.62  # how much one telling word is worth that only one question has
PAIR = 0.6  # weight of a pair of words beside that of a word
UNKNOWN_WORD, UNKNOWN_PAIR = 0.5, 0.2  # weight of what the guide does not have
N_NEW = 3  # so many telling words, none of them heard just before, open another topic
N_SHARED = 2  # features that a turn and a question have in common at least

Features = frozenset[str]


@dataclass(frozen=True, slots=True)
class Asked:
    """An interviewer's turn that asks a question of the guide; ``score`` in [0, 1]."""

    question: str
    turn: int
    score: float


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was asked in one transcript, in order, what never, and turns that fit no question."""

    asked: tuple[Asked, ...]
    never_asked: tuple[str, ...]
    unmatched: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """One way in which the guide puts a question: the question's number, features, length."""

    question: int
    features: Features
    length: float


class Guide:
    """The questions of an interview guide, ready to be compared with what interviewers say."""

    def __init__(self, questions: Sequence[QuestionSettings]) -> None:
        self.ids = [question.id for question in questions]
        written = [[features(w) for w in (q.text, *q.probes)] for q in questions]
        vocabularies = [frozenset[str]().union(*wordings) for wordings in written]
        self.spread = Counter(feature for one in vocabularies for feature in one)
        self.squares = {feature: self.weight(feature) ** 2 for feature in self.spread}
        self.wordings = [
            Wording(number, found, self.length(found))
            for number, wordings in enumerate(written)
            for found in wordings
        ]
        self.having: dict[str, list[int]] = defaultdict(list)  # wordings by their features
        for number, wording in enumerate(self.wordings):
            for feature in wording.features:
                self.having[feature].append(number)

    def weight(self, feature: str) -> float:
        """Return how much ``feature`` counts: more, the fewer questions have it."""
        n_questions = len(self.ids)
        if feature not in self.spread:
            share = UNKNOWN_PAIR if is_pair(feature) else UNKNOWN_WORD
            return share * math.log(1 + n_questions)
        share = PAIR if is_pair(feature) else 1.0
        return share * math.log(1 + n_questions / self.spread[feature])

    def length(self, found: Features) -> float:
        """Return the length of ``found`` as a vector of weights."""
        squares = self.squares
        return math.sqrt(
            math.fsum(
                squares[feature] if feature in squares else self.weight(feature) ** 2
                for feature in found
            )
        )

    def likenesses(self, said: Features) -> Iterator[tuple[int, float]]:
        """Yield the questions that share anything with ``said`` and how alike, in [0, 1]."""
        near = {number for feature in said for number in self.having.get(feature, ())}
        if not near:
            return
        length, own = self.length(said), content(said)
        for wording in (self.wordings[number] for number in near):
            shared = said & wording.features
            cosine = 0.0
            if len(shared) >= N_SHARED and any(map(is_telling, shared)):
                both = math.fsum(self.squares[feature] for feature in shared)
                cosine = both / (length * wording.length)
            n_peculiar = sum(self.spread[word] == 1 for word in own & shared)
            yield wording.question, min(1.0, max(cosine, ALONE * n_peculiar / max(1, len(own))))

    def best(self, text: str, current: int | None) -> tuple[int, float]:
        """Return the number of the question most like ``text`` and how like, order considered."""
        scores = [0.0] * len(self.ids)
        for sentence in sentences(text):
            for number, likeness in self.likenesses(features(sentence)):
                scores[number] = max(scores[number], likeness)
        scores = [score * in_order(number, current) for number, score in enumerate(scores)]
        number = max(range(len(scores)), key=lambda n: (scores[n], -n))
        return number, scores[number]


def in_order(number: int, current: int | None) -> float:
    """Return how likely the guide's order makes question ``number`` after ``current``."""
    if current is None or number in {current, current + 1}:
        return 1.0
    return AHEAD if number > current else BACK


class Listener:
    """Follows one transcript and knows which question is being answered."""

    def __init__(self, guide: Guide) -> None:
        self.guide = guide
        self.current: int | None = None  # the question last asked, whatever came after
        self.is_elsewhere = True  # whether the talk is about something the guide does not have
        self.heard: list[str] = []  # what was said since the interviewer's turn before, with it
        self.asked: list[Asked] = []

    @property
    def question(self) -> str | None:
        """The id of the question being answered, None if there is none."""
        if self.current is None or self.is_elsewhere:
            return None
        return self.guide.ids[self.current]

    def ask(self, turn: Turn) -> None:
        """Take a turn of the interviewer's."""
        number, score = self.guide.best(turn.text, self.current)
        own = telling(turn.text)
        if is_prompt(own) and self.current is not None:
            return
        if score >= ASKED:
            self.current, self.is_elsewhere = number, False
            self.asked.append(Asked(self.guide.ids[number], turn.turn, round(score, 3)))
        elif opens_a_topic(turn.text) or (len(own) >= N_NEW and self.is_new(own)):
            self.is_elsewhere = True
        self.heard = [turn.text]

    def is_new(self, own: Features) -> bool:
        """Whether nobody has just said any of these words."""
        return all(own.isdisjoint(telling(text)) for text in self.heard)

    def hear(self, turn: Turn) -> None:
        """Take a turn of anybody else's."""
        self.heard.append(turn.text)


def match_turns(
    turns: Sequence[Turn], questions: Sequence[QuestionSettings]
) -> tuple[tuple[Turn, ...], Coverage]:
    """Return ``turns`` with their questions, and what was asked.

    Parameters
    ----------
    turns
        Of one transcript, in order; the interviewer's, or a moderator's, are known by their role.
    questions
        Of the guide, in its order; at least one.
    """
    listener = Listener(Guide(questions))
    found, unmatched = [], []
    for turn in turns:
        is_asking = turn.role == INTERVIEWER
        (listener.ask if is_asking else listener.hear)(turn)
        if is_asking and listener.question is None:
            unmatched.append(turn.turn)
        found.append(replace(turn, question=listener.question))
    asked = {one.question for one in listener.asked}
    never = tuple(question.id for question in questions if question.id not in asked)
    return tuple(found), Coverage(tuple(listener.asked), never, tuple(unmatched))


def with_questions(
    turns: tuple[Turn, ...], questions: Sequence[QuestionSettings]
) -> tuple[tuple[Turn, ...], Coverage | None]:
    """Return ``turns`` with their questions; as they are, and None, where there is no guide."""
    return match_turns(turns, questions) if questions else (turns, None)
