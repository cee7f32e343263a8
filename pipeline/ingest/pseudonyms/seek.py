"""Where a text names somebody: whole words, in any case, over line ends; contacts, too."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from pipeline.ingest.labels import fold
from pipeline.ingest.pseudonyms.contacts import FINDERS
from pipeline.ingest.pseudonyms.names import Form, Person, forms_of
from pipeline.ingest.pseudonyms.words import (
    AFTER_VERBS,
    AUXILIARIES,
    COMMON,
    MONTHS,
    NEAR_MONTHS,
    TITLES,
    UNSPACED,
    WORD,
    fold_word,
    is_capitalised,
)

NAME = "name"
GAP = re.compile("[\\s\u2010-\u2015'\u2019\u02bc\u00b7-]{1,6}")
NOT = re.compile("['\u2019]t(?!\\w)", re.IGNORECASE)  # "Don't" is not Don's
SENTENCE_END = re.compile('[.!?\u2026:;"\u201c\u201d\u2018(\\[\n-]["\u201c\u2018\'(\\[*_]*\\s*$')
LOOK_BACK = 8  # characters in which a sentence's end is looked for


@dataclass(frozen=True, slots=True)
class Find:
    """A name or contact in a text, at ``start`` to ``end`` in its code points.

    ``identity`` is the same however it is written, ``original`` is how the key shows it;
    ``people`` are those who may be meant (contacts: nobody), counted as in `Seeker.people`.
    """

    start: int
    end: int
    kind: str
    identity: str
    original: str
    people: tuple[int, ...] = ()


@dataclass(frozen=True)
class Seeker:
    """Knows all names of a corpus and finds them.

    ``never`` holds folded words that look like names and are none; ``kinds`` are the contacts that
    are looked for, too.
    """

    people: tuple[Person, ...]
    forms: Mapping[str, Sequence[Form]]
    kinds: tuple[str, ...] = ()
    never: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        people: Sequence[Person],
        kinds: Sequence[str] = (),
        never: Sequence[str] = (),
        pseudonyms: Sequence[str] = (),
    ) -> Seeker:
        """Return what finds ``people``; ``pseudonyms`` stay as they are where they stand."""
        forms = forms_of(people, pseudonyms)
        return cls(tuple(people), forms, tuple(kinds), frozenset(map(fold, never)))

    def find(self, text: str, *, is_label: bool = False) -> list[Find]:
        """Return the names and contacts in ``text``, in order; none overlaps another.

        Where ``is_label``, a word with a capital is a name though it could be another word.
        """
        contacts = [
            Find(start, end, kind, identity, text[start:end])
            for kind in self.kinds
            for start, end, identity in FINDERS[kind](text)
            if not self.is_never(text[start:end])
        ]
        named = (*self.unspaced(text), *self.names(text, is_label=is_label))
        return apart([*contacts, *named])

    def is_never(self, written: str) -> bool:
        """Whether the settings say that these words are no name."""
        return fold(written) in self.never

    def names(self, text: str, *, is_label: bool) -> Iterator[Find]:
        """Yield the names in ``text``, at each place the longest."""
        words = tuple(map(fold_word, WORD.findall(text)))
        named = [at for at, word in enumerate(words) if word in self.forms]
        if not named:
            return
        context = Context.of(text, words, is_label=is_label)
        done = 0
        for at in named:
            word = words[at]
            if at < done:
                continue
            form = next((f for f in self.forms[word] if context.reads(f, at)), None)
            if form is None:
                continue
            start, end = context.starts[at], context.ends[at + len(form.words) - 1]
            if self.is_never(text[start:end]):
                continue
            done = at + len(form.words)
            if form.people:
                yield self.found(form, start, end)

    def unspaced(self, text: str) -> Iterator[Find]:
        """Yield names in scripts that write no space between words."""
        if text.isascii() or not UNSPACED.search(text):
            return
        for forms in self.forms.values():
            for form in forms:
                name = form.words[0]
                if len(form.words) > 1 or not form.people or not UNSPACED.fullmatch(name[0]):
                    continue
                for match in re.finditer(re.escape(name), text):
                    yield self.found(form, *match.span())

    def found(self, form: Form, start: int, end: int) -> Find:
        """Return a find of ``form``; a form that several share has an identity of its own."""
        if len(form.people) == 1:
            person = self.people[form.people[0]]
            return Find(start, end, NAME, person.identity, person.original, form.people)
        return Find(start, end, NAME, " ".join(form.words), form.written, form.people)


def apart(finds: Iterable[Find]) -> list[Find]:
    """Return ``finds`` in order of the text; of two that overlap the one given first."""
    taken: list[Find] = []
    for found in finds:
        at = bisect_left(taken, found.start, key=attrgetter("start"))
        is_after = at == 0 or taken[at - 1].end <= found.start
        if is_after and (at == len(taken) or found.end <= taken[at].start):
            taken.insert(at, found)
    return taken


@dataclass(frozen=True, slots=True)
class Context:
    """A text, its words folded, where each begins and ends, and what stands around it."""

    text: str
    words: tuple[str, ...]
    starts: Sequence[int]
    ends: Sequence[int]
    is_label: bool

    @classmethod
    def of(cls, text: str, words: tuple[str, ...], *, is_label: bool) -> Context:
        """Return ``text`` cut into ``words``, which are folded."""
        spans = [match.span() for match in WORD.finditer(text)]
        starts, ends = zip(*spans, strict=True)
        return cls(text, words, starts, ends, is_label)

    def reads(self, form: Form, at: int) -> bool:
        """Whether the words from ``at`` on are ``form``."""
        behind = at + len(form.words)
        if self.words[at:behind] != form.words or NOT.match(self.text, self.ends[behind - 1]):
            return False
        if any(strict and not self.is_capital(at + n) for n, strict in enumerate(form.strict)):
            return False
        if not all(self.joins(n, form) for n in range(at, behind - 1)):
            return False
        return len(form.words) > 1 or self.is_label or not self.is_other_word(form, at)

    def joins(self, at: int, form: Form) -> bool:
        """Whether what stands between a word and the next may stand inside a name."""
        gap = self.text[self.ends[at] : self.starts[at + 1]]
        if form.is_inverted:
            gap = gap.removeprefix(",")
        if len(self.words[at]) == 1 or self.words[at] in TITLES:
            gap = gap.removeprefix(".") or " "
        return GAP.fullmatch(gap) is not None and gap.count("\n") <= 1

    def is_capital(self, at: int) -> bool:
        """Whether a word begins with a capital."""
        return is_capitalised(self.text[self.starts[at]])

    def is_other_word(self, form: Form, at: int) -> bool:
        """Whether a single word that may be a name is a verb, a month or a place's name here."""
        word = form.words[0]
        if word not in COMMON or self.word(at - 1) in TITLES:
            return False
        if self.is_month(word, at) or (self.is_shouted(at) and word in AUXILIARIES):
            return True
        if self.opens_sentence(at) or self.is_shouted(at):
            return self.follows(at) and self.word(at + 1) in AFTER_VERBS
        return form.is_surname and self.is_place(at)

    def word(self, at: int) -> str:
        """Return a word, folded; an empty one beyond the ends."""
        return self.words[at] if 0 <= at < len(self.words) else ""

    def written(self, at: int) -> str:
        """Return a word as it stands there."""
        if not 0 <= at < len(self.words):
            return ""
        return self.text[self.starts[at] : self.ends[at]]

    def follows(self, at: int) -> bool:
        """Whether only white space parts a word from the next."""
        end = self.starts[at + 1] if at + 1 < len(self.words) else len(self.text)
        return self.text[self.ends[at] : end].isspace()

    def is_shouted(self, at: int) -> bool:
        """Whether all is in capitals here, so that a capital tells nothing."""
        here = self.written(at)
        beside = (self.written(at - 1), self.written(at + 1))
        return len(here) > 1 and here.isupper() and any(w.isupper() and len(w) > 1 for w in beside)

    def is_month(self, word: str, at: int) -> bool:
        """Whether ``word`` is a month here: "in May", "3 April", "June 2019"."""
        if word not in MONTHS:
            return False
        before, after = self.word(at - 1), self.word(at + 1)
        return before in NEAR_MONTHS or before[:1].isdigit() or after[:1].isdigit()

    def opens_sentence(self, at: int) -> bool:
        """Whether a sentence, or the text, begins with a word."""
        start = self.starts[at]
        before = self.text[max(0, start - LOOK_BACK) : start]
        return not before.strip() or SENTENCE_END.search(before) is not None

    def is_place(self, at: int) -> bool:
        """Whether another capital stands before a word, as in "Notting Hill"."""
        is_beside = at > 0 and self.follows(at - 1)
        return is_beside and self.is_capital(at - 1) and not self.opens_sentence(at - 1)
