"""Coded segments to selections and codings: each coder's own, at the words that they coded."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.core.records import Transcript
from pipeline.exchange.refi.guids import coding_guid, note_guid, selection_guid
from pipeline.exchange.refi.memory import joined
from pipeline.exchange.refi.model import Coding, Note, Selection
from pipeline.exchange.refi.offsets import name_of
from pipeline.exchange.refi.xml import ILLEGAL
from pipeline.export.loss import Loss
from pipeline.export.refi.facts import Facts, Said
from pipeline.export.refi.guids import Guids

NOBODY = Said("", "", {})
EARLIEST = "1970-01-01T00:00:00Z"
MODEL = "model "
BOTH, NOTE, DESCRIPTION = "both", "note", "description"
MEMOS = (BOTH, NOTE, DESCRIPTION)


@dataclass(frozen=True, slots=True)
class One:
    """One code that one coder gave to one passage; ``is_whole`` says it was given to the whole."""

    transcript_id: str
    start: int
    end: int
    coder: str
    code: str
    said: Said
    is_whole: bool = False


def gather(facts: Facts, statuses: frozenset[str], loss: Loss) -> list[One]:
    """Return what goes out of the coded segments.

    Parameters
    ----------
    facts
        The corpus.
    statuses
        Which coded segments are wanted; empty: all.
    loss
        Learns what stays behind.
    """
    found = []
    for row in facts.coded:
        coders = [name for name in str(row["coders"]).split("; ") if name]
        place = (row["transcript_id"], row["start"], row["end"])
        said = {name: facts.said.get((name, *place, row["code"])) for name in coders}
        # others agree by what they coded around or inside: that goes out at its own place
        own = [name for name in coders if said[name] is not None] or coders
        if statuses and row["status"] not in statuses:
            loss.left("codings", f"their status is {row['status']}", len(own))
            continue
        found += [One(*place, name, row["code"], said[name] or NOBODY) for name in own]
    loss.out("codings", len(found))
    return [with_whole(one) for one in found]


def with_whole(one: One) -> One:
    """Return a coding with its mark if it came in as one of the whole transcript."""
    if not one.said.imported.get("whole"):
        return one
    return One(one.transcript_id, one.start, one.end, one.coder, one.code, one.said, is_whole=True)


def suggested(facts: Facts, loss: Loss) -> Iterator[One]:
    """Yield the machine's suggestions as codings by a user called after the model."""
    known = {code.path for code in facts.codebook.codable}
    for segment, row in facts.suggestions:
        if row.code not in known:
            loss.left("suggestions", "their code is not in the codebook")
            continue
        loss.out("suggestions")
        memo = f"suggested with probability {row.score:.3f}, rank {row.rank}"
        yield One(
            segment.transcript_id,
            segment.start,
            segment.end,
            MODEL + row.model_id,
            row.code,
            Said("", memo, {}),
        )


@dataclass(slots=True)
class Times:
    """When things were made, from decisions alone: no clock."""

    created: str
    modified: str

    @classmethod
    def of(cls, ones: Sequence[One]) -> Times:
        """Return the first and the last moment of what goes out."""
        moments = sorted(one.said.created for one in ones if one.said.created)
        return cls(moments[0], moments[-1]) if moments else cls(EARLIEST, EARLIEST)


@dataclass(slots=True)
class Writer:
    """Makes selections of what goes out, and notes of their memos.

    ``codes`` are GUIDs by path and ``order`` their places in the codebook; ``lead`` is the
    project's own user; ``memos`` says where memos go.
    """

    guids: Guids
    codes: Mapping[str, str]
    times: Times
    lead: str
    memos: str
    loss: Loss
    order: Mapping[str, int] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def selections(
        self, transcript: Transcript, source: str, ones: Sequence[One], bare: Sequence[Span]
    ) -> list[Selection]:
        """Return the selections of one transcript, in order of the text.

        Parameters
        ----------
        transcript
            Gives the words.
        source
            GUID of the source.
        ones
            What was coded in it, on passages.
        bare
            Passages that are wanted without a code, of the project's own user, with the GUID that
            they had, if any.
        """
        groups: dict[tuple[int, int, str], list[One]] = defaultdict(list)
        for one in ones:
            groups[one.start, one.end, one.coder].append(one)
        wanted = {(start, end, self.lead): guid for start, end, guid in bare}
        for key in wanted:
            groups.setdefault(key, [])
        found = []
        for key in sorted(groups):
            items = sorted(groups[key], key=lambda one: self.order.get(one.code, len(self.order)))
            known = next((str(one.said.imported.get("selection", "")) for one in items), "")
            guid = self.guids.take(known or wanted.get(key, ""), selection_guid(source, *key))
            found.append(self.selection(transcript, guid, key, items))
        return found

    def selection(
        self, transcript: Transcript, guid: str, key: tuple[int, int, str], items: Sequence[One]
    ) -> Selection:
        """Return one coder's selection with its codings."""
        start, end, coder = key
        moments = [one.said.created for one in items if one.said.created]
        words = transcript.text[start:end]
        return Selection(
            guid,
            start,
            end,
            name_of(words),
            self.guids.user(coder),
            min(moments, default=self.times.created),
            self.described(items),
            tuple(self.coding(guid, one, words) for one in items),
        )

    def described(self, items: Sequence[One]) -> str:
        """Return the description of a selection: the memos of its codings."""
        memos = [one.said.memo for one in items if one.said.memo]
        if self.memos == NOTE:
            return ""
        if self.memos == DESCRIPTION and len(memos) > 1:
            self.loss.changed("memos", "several on one passage became one text", len(memos))
        return joined(memos)

    def coding(self, owner: str, one: One, words: str) -> Coding:
        """Return a coding, and keep its memo as a note."""
        known = one.said.imported
        guid = self.guids.take(
            str(known.get("coding", "")), coding_guid(owner, self.codes[one.code])
        )
        user, created = self.guids.user(one.coder), one.said.created or self.times.created
        refs: tuple[str, ...] = ()
        if one.said.memo and not one.coder.startswith(MODEL):
            self.loss.out("memos")
            if ILLEGAL.search(one.said.memo):
                self.loss.changed("memos", "characters that XML cannot hold were taken out")
        if one.said.memo and self.memos != DESCRIPTION:
            notes = known.get("notes") or [""]
            refs = (self.guids.take(str(notes[0]), note_guid(guid)),)
            self.notes.append(Note(refs[0], name_of(words), one.said.memo, user, created))
            self.loss.changed("memos", "several notes became one", int(len(notes) > 1))
        return Coding(guid, self.codes[one.code], user, created, refs)


Span = tuple[int, int, str]


def lead_of(ones: Sequence[One]) -> str:
    """Return the coder with most codings, the first by name of several; empty if there is none."""
    counts = Counter(one.coder for one in ones if not one.coder.startswith(MODEL))
    return min(counts, key=lambda name: (-counts[name], name), default="")
