"""Decisions into examples: what was applied, what was judged and left, and what nobody judged.

Two readings of the same decisions. To *learn* from, all that stands today: accepted and added codes
are yes; rejected ones, and all codes not chosen on a segment that the coder completed, are no. To
*judge* with, each coder's blind state at the first completion, as the log marked it. What nobody
completed is unknown in both, never a no.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.core.codebook import Codebook
from pipeline.core.details import detail_of, undecided
from pipeline.core.interviews import interviews_of
from pipeline.core.records import Decision, Segment
from pipeline.core.spans import Span
from pipeline.learn.codes import ancestors_of, with_parents
from pipeline.train.ballot import NO, NOTHING, UNSURE, YES, Array, Ballot, majority, overruled

VERDICT_OF_ACT = {"accept": YES, "add": YES, "reject": NO, "unsure": UNSURE, "clear": NOTHING}
SPEAKING = {"yes", "no", "unsure", "conflict", "open", "both", "done"}
VERDICT_OF_WORD = {"yes": YES, "no": NO, "unsure": UNSURE, "conflict": UNSURE, "both": UNSURE}


@dataclass(frozen=True, slots=True)
class CorpusRows:
    """What training reads of one corpus; ``texts`` maps transcript ids to canonical texts."""

    name: str
    texts: Mapping[str, str]
    segments: Sequence[Segment]
    decisions: Sequence[Decision]


@dataclass(frozen=True, slots=True)
class Examples:
    """Segments and what is known of them: n segments in reading order, k codes.

    Attributes
    ----------
    X
        Columns transcript_id, turn, role, text; n rows.
    groups
        The interview of each row: transcripts that share a participant are one.
    keys
        ``<corpus>/<segment_id>`` of each row.
    codes
        Paths of the codable codes: the columns.
    Y
        (n, k) to learn from: 1 applied, 0 judged and not, nan not judged.
    blind
        (n, k) to judge with, from blind decisions only.
    ratings
        Each coder's own blind judgement (n, k): 1, 0, nan.
    probability
        (n,) with which a blind segment was drawn; nan if unknown.
    left_out
        Decision id -> why it is in neither.
    details
        Counts: decisions used, cells tied, settled or of an older codebook.
    """

    X: pd.DataFrame
    groups: Array
    keys: tuple[str, ...]
    codes: tuple[str, ...]
    Y: Array
    blind: Array
    ratings: Mapping[str, Array]
    probability: Array
    left_out: Mapping[str, str]
    details: Mapping[str, int]


class Places:
    """Where passages lie among the segments of a corpus."""

    def __init__(self, segments: Sequence[Segment]) -> None:
        self.rows: dict[str, list[int]] = defaultdict(list)
        self.starts: dict[str, list[int]] = defaultdict(list)
        self.ends: dict[str, list[int]] = defaultdict(list)
        for row, segment in enumerate(segments):
            self.rows[segment.transcript_id].append(row)
            self.starts[segment.transcript_id].append(segment.start)
            self.ends[segment.transcript_id].append(segment.end)

    def covered(self, transcript: str, span: Span, *, is_yes: bool) -> list[int]:
        """Return the segments that ``span`` speaks for.

        All of which it covers at least half; a yes also speaks for a segment that holds at least
        half of it, because a code on a few words is a code on the segment around them.
        """
        starts, ends = self.starts[transcript], self.ends[transcript]
        found = []
        for i in range(bisect_right(ends, span.start), bisect_left(starts, span.end)):
            shared = span.overlap(Span(starts[i], ends[i]))
            if 2 * shared >= ends[i] - starts[i] or (is_yes and 2 * shared >= span.length):
                found.append(self.rows[transcript][i])
        return found


class Reading:
    """The decisions of one corpus, read in both ways."""

    def __init__(self, corpus: CorpusRows, codebook: Codebook) -> None:
        self.corpus = corpus
        self.codebook = codebook
        self.segments = sorted(corpus.segments, key=lambda s: (s.transcript_id, s.start))
        self.codes = {code.path: n for n, code in enumerate(codebook.codable)}
        self.places = Places(self.segments)
        self.rows = sorted(corpus.decisions, key=lambda row: row.seq)
        self.by_id = {row.decision_id: row for row in self.rows}
        self.by_place: dict[Place, list[Decision]] = defaultdict(list)
        for row in self.rows:
            self.by_place[place_of(row)].append(row)
        self.hashes = {name: sha256_of_text(text) for name, text in corpus.texts.items()}
        shape = len(self.segments), len(self.codes)
        self.standing, self.first = Ballot(*shape), Ballot(*shape)
        self.settled = np.full(shape, NOTHING, np.int8)
        self.probability = np.full(shape[0], np.nan)
        self.left_out: dict[str, str] = {}
        self.n_used = self.n_of_older_codebook = 0
        self.read()

    def read(self) -> None:
        """Take in every decision that stands or was blind."""
        blind_done = []
        for row in self.rows:
            if row.standing not in SPEAKING and not row.independent:
                continue  # overtaken since, or about no code: a memo, a skip, what was shown
            problem = self.problem(row)
            if problem:
                self.left_out[row.decision_id] = problem
                continue
            self.n_used += 1
            self.n_of_older_codebook += row.codebook_version != self.codebook.version_id
            self.take_standing(row)
            if row.independent and row.code is not None:
                self.say(self.first, row, row.code, self.verdict(self.effective(row)))
            elif row.independent:
                blind_done.append(row)
        for row in blind_done:
            self.take_first_done(row)

    def problem(self, row: Decision) -> str | None:
        """Return why ``row`` cannot be used, or None."""
        text = self.corpus.texts.get(row.transcript_id)
        if text is None:
            return f"{row.transcript_id}: this transcript is not in the corpus {self.corpus.name}"
        where = f"{row.transcript_id}:{row.start}-{row.end}"
        if row.quote is None:
            fits = self.hashes[row.transcript_id] == row.text_sha256
        else:
            fits = text[row.start : row.end] == row.quote
        if not fits:
            return f"{where}: the text has changed since it was coded"
        if row.code is not None and row.code not in self.codes:
            lacks = "only holds others together" if row.code in self.codebook else "is not there"
            return f"{where}: the code {row.code} {lacks} in the codebook {self.codebook.slug}"
        is_yes = row.standing == "yes" or self.verdict(self.effective(row)) == YES
        if not self.places.covered(row.transcript_id, Span(row.start, row.end), is_yes=is_yes):
            return f"{where}: it covers no segment by half"
        return None

    def take_standing(self, row: Decision) -> None:
        """Take in what stands today."""
        if row.standing == "done":
            self.finish(self.standing, row)
            for code in undecided(self.effective(row) or row):
                self.say(self.standing, row, code, UNSURE)
        elif row.code is not None and row.standing is not None:
            origin = self.effective(row)
            if origin is not None and origin.act == "settle":
                self.settle(row, str(detail_of(origin).get("verdict", row.standing)))
            else:
                self.say(self.standing, row, row.code, VERDICT_OF_WORD.get(row.standing, NOTHING))

    def take_first_done(self, done: Decision) -> None:
        """Take in a blind completion, its draw, and what the coder was then unsure of."""
        rows = self.finish(self.first, done)
        if done.inclusion_probability is not None:
            self.probability[rows] = done.inclusion_probability
        before = {row.code: row for row in self.by_place[place_of(done)] if row.seq < done.seq}
        for code, row in before.items():
            if code is not None and self.verdict(self.effective(row)) == UNSURE:
                self.say(self.first, done, code, UNSURE)

    def finish(self, ballot: Ballot, row: Decision) -> list[int]:
        """Note a completion and return its segments."""
        rows = self.places.covered(row.transcript_id, Span(row.start, row.end), is_yes=False)
        ballot.finish(row.coder, rows)
        return rows

    def say(self, ballot: Ballot, row: Decision, code: str, verdict: int) -> None:
        """Note what ``row`` says of ``code``, which the codebook may have lost since."""
        if code in self.codes:
            span = Span(row.start, row.end)
            rows = self.places.covered(row.transcript_id, span, is_yes=verdict == YES)
            ballot.say(row.coder, rows, self.codes[code], verdict)

    def settle(self, row: Decision, word: str) -> None:
        """Note a settlement; two that differ leave the question open."""
        verdict = VERDICT_OF_WORD.get(word, UNSURE)
        span, code = Span(row.start, row.end), self.codes[str(row.code)]
        for n in self.places.covered(row.transcript_id, span, is_yes=verdict == YES):
            is_new = self.settled[n, code] in {NOTHING, verdict}
            self.settled[n, code] = verdict if is_new else UNSURE

    def effective(self, row: Decision | None) -> Decision | None:
        """Return the act whose effect ``row`` has, None if it has none.

        A memo leaves things as they were; an undo has the effect of the act before what was undone.
        """
        passed: set[str] = set()
        while row is not None and row.act in {"memo", "undo"} and row.decision_id not in passed:
            passed.add(row.decision_id)
            if row.act == "undo":
                row = self.by_id.get(str(detail_of(row).get("undoes", row.parent_id)))
            row = None if row is None else self.by_id.get(str(row.parent_id))
        return row

    @staticmethod
    def verdict(row: Decision | None) -> int:
        """Return what an act says of its code."""
        return NOTHING if row is None else VERDICT_OF_ACT.get(row.act, NOTHING)


Place = tuple[str, str, int, int]


def place_of(row: Decision) -> Place:
    """Return whose decision it is and where."""
    return row.coder, row.transcript_id, row.start, row.end


def sha256_of_text(text: str) -> str:
    """Return the hash of a canonical text, as decisions carry it."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read_examples(corpora: Sequence[CorpusRows], codebook: Codebook) -> Examples:
    """Return the examples of one or more corpora, whose names must differ.

    With more than one, transcript ids in ``X`` get the corpus's name in front, so that two
    interviews called ``01`` stay two.
    """
    found = [
        examples_of(Reading(corpus, codebook), prefix=f"{corpus.name}/" if len(corpora) > 1 else "")
        for corpus in corpora
    ]
    coders = sorted({coder for part in found for coder in part.ratings})
    unrated = [np.full(part.Y.shape, np.nan) for part in found]
    return Examples(
        X=pd.concat([part.X for part in found], ignore_index=True),
        groups=np.concatenate([part.groups for part in found]),
        keys=tuple(key for part in found for key in part.keys),
        codes=found[0].codes,
        Y=np.concatenate([part.Y for part in found]),
        blind=np.concatenate([part.blind for part in found]),
        ratings={
            coder: np.concatenate(
                [part.ratings.get(coder, rest) for part, rest in zip(found, unrated, strict=True)]
            )
            for coder in coders
        },
        probability=np.concatenate([part.probability for part in found]),
        left_out={key: why for part in found for key, why in part.left_out.items()},
        details={key: sum(part.details[key] for part in found) for key in found[0].details},
    )


def examples_of(reading: Reading, *, prefix: str) -> Examples:
    """Return the examples of one corpus."""
    votes, done = reading.standing.counted()
    Y, tied = majority(votes, done)
    first, first_done = reading.first.counted()
    first[~first_done] = NOTHING  # a blind yes without the completion says nothing of the rest
    blind, blind_tied = majority(first, first_done)
    ratings = np.select([first == YES, first == NO], [1.0, 0.0], np.nan)
    rows = reading.segments
    interviews = interviews_of((row.transcript_id, row.participant_id, row.role) for row in rows)
    above = ancestors_of(reading.codebook)  # the classifier lifts parents; so must the truth
    return Examples(
        X=pd.DataFrame(
            {
                "transcript_id": [prefix + row.transcript_id for row in rows],
                "turn": [row.turn for row in rows],
                "role": [row.role for row in rows],
                "text": [row.text for row in rows],
            }
        ),
        groups=np.array([prefix + interviews[row.transcript_id] for row in rows], dtype=object),
        keys=tuple(f"{reading.corpus.name}/{row.segment_id}" for row in rows),
        codes=tuple(reading.codes),
        Y=overruled(Y, reading.settled),
        blind=with_parents(np.where(blind_tied, overruled(blind, reading.settled), blind), above),
        ratings={
            coder: with_parents(rated, above)
            for coder, rated in zip(reading.first.coders, ratings, strict=True)
        },
        probability=reading.probability,
        left_out=reading.left_out,
        details={
            "decisions": reading.n_used,
            "decisions_of_another_codebook_version": reading.n_of_older_codebook,
            "tied": int((tied & (reading.settled == NOTHING)).sum()),
            "settled": int((reading.settled != NOTHING).sum()),
        },
    )
