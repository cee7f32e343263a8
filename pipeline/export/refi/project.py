"""A corpus to the records of a REFI-QDA project, and a count of what does not go with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pipeline import __version__
from pipeline.core.codebook import Code as OwnCode
from pipeline.core.records import Transcript
from pipeline.exchange.refi.codebook import tree_of
from pipeline.exchange.refi.guids import code_guid, derived
from pipeline.exchange.refi.memory import joined, values_of
from pipeline.exchange.refi.model import (
    Case,
    Code,
    Coding,
    Project,
    Selection,
    Source,
    User,
    Value,
    walk,
)
from pipeline.exchange.refi.offsets import ASTRAL
from pipeline.export.loss import Loss
from pipeline.export.refi.codings import (
    BOTH,
    One,
    Span,
    Times,
    Writer,
    gather,
    lead_of,
    suggested,
)
from pipeline.export.refi.facts import Facts
from pipeline.export.refi.guids import Guids
from pipeline.export.refi.kept import with_kept
from pipeline.export.refi.people import Places, bare_spans, cases_of, places_of, variables_of

ORIGIN = f"Glossator {__version__}"
GONE = "no longer in the codebook; they go out under their paths"
OPENED = "codes that only hold others together were made codable: codings stand on them"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user wants of an export: see the options of the command."""

    profile: str = "standard"
    statuses: frozenset[str] = frozenset()
    memos: str = BOTH
    has_source_values: bool = False


def build(facts: Facts, wish: Wish, loss: Loss) -> Project:
    """Return the project that ``facts`` come to; ``loss`` learns what does not go with it."""
    ones = gather(facts, wish.statuses, loss)
    times, lead = Times.of(ones), lead_of(ones)
    ones = [*ones, *suggested(facts, loss)]
    guids = Guids(facts.corpus, facts.memory)
    lead = lead or next(iter(sorted(facts.memory.users)), "") or UNKNOWN
    users = users_of(ones, lead, facts, guids, loss)
    codes = codes_of(facts, ones, guids, loss)
    writer = Writer(
        guids,
        {path: code.guid for path, code in codes.by_path.items()},
        times,
        lead,
        wish.memos,
        loss,
        {path: number for number, path in enumerate(codes.by_path)},
    )
    places = places_of(facts)
    variables = variables_of(facts, guids)
    cases = cases_of(facts, places, variables, guids, loss)
    sources = sources_of(facts, writer, ones, bare_spans(places))
    if wish.has_source_values:
        sources = with_values(sources, places, cases)
    project = Project(
        facts.corpus,
        ORIGIN,
        guids.user(lead),
        times.created,
        times.modified,
        users,
        codes.tree,
        tuple(variables.values()),
        tuple(with_places(case, places[name], sources) for name, case in cases.items()),
        tuple(sources[name] for name in sorted(sources)),
        tuple(writer.notes),
    )
    tell_astral(facts, wish, loss)
    return with_kept(project, facts, loss)


def users_of(
    ones: Sequence[One], lead: str, facts: Facts, guids: Guids, loss: Loss
) -> tuple[User, ...]:
    """Return every coder, also those whom an import brought."""
    names = sorted({one.coder for one in ones} | facts.memory.users.keys() | {lead})
    loss.out("coders", len(names))
    return tuple(User(guids.user(name), name) for name in names)


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes as a tree, and each by its path in the order of the codebook."""

    tree: tuple[Code, ...]
    by_path: Mapping[str, Code]


def codes_of(facts: Facts, ones: Sequence[One], guids: Guids, loss: Loss) -> Codes:
    """Return the codes of the codebook, behind them those that only decisions know."""
    own = facts.codebook.codes
    known = {code.path for code in own}
    used = {one.code for one in ones}
    strangers = tuple(OwnCode(path, path) for path in sorted(used - known))
    opened = {code.path for code in own if code.path in used and not code.codable}
    loss.out("codes", len(own) + len(strangers))
    loss.changed("codes", GONE, len(strangers))
    loss.changed("codes", OPENED, len(opened))
    imported = facts.memory.codes
    kept = {
        code.path: guids.take(
            imported[code.path].guid if code.path in imported else "",
            code_guid(facts.codebook.slug, code.path),
        )
        for code in (*own, *strangers)
    }
    all_codes = [replace(code, codable=code.codable or code.path in opened) for code in own]
    tree = tree_of(all_codes, facts.codebook.slug, kept)
    tree += tuple(Code(kept[code.path], code.name) for code in strangers)
    by_guid = {path[-1].guid: path[-1] for path in walk(tree)}
    order = [code.path for code in (*own, *strangers)]
    return Codes(tree, {path: by_guid[kept[path]] for path in order})


def sources_of(
    facts: Facts, writer: Writer, ones: Sequence[One], bare: Mapping[str, Sequence[Span]]
) -> dict[str, Source]:
    """Return a source for each transcript, by its id."""
    groups: dict[str, list[One]] = defaultdict(list)
    for one in ones:
        groups[one.transcript_id].append(one)
    writer.loss.out("transcripts", len(facts.transcripts))
    return {
        transcript.transcript_id: source_of(
            facts,
            writer,
            transcript,
            groups[transcript.transcript_id],
            bare.get(transcript.transcript_id, ()),
        )
        for transcript in facts.transcripts
    }


def source_of(
    facts: Facts,
    writer: Writer,
    transcript: Transcript,
    ones: Sequence[One],
    bare: Sequence[Span],
) -> Source:
    """Return a transcript with all that was coded in it."""
    name = transcript.transcript_id
    guid, text_guid = writer.guids.source(name)
    links = facts.memory.sources.get(name, [])
    moments = [one.said.created for one in ones if one.said.created]
    return Source(
        guid,
        name,
        transcript.text,
        text_guid,
        writer.guids.user(writer.lead),
        min(moments, default=writer.times.created),
        joined([link.description for link in links]),
        tuple(writer.selections(transcript, guid, [one for one in ones if not one.is_whole], bare)),
        tuple(whole_coding(writer, guid, one) for one in ones if one.is_whole),
        values=tuple(dict.fromkeys(value for link in links for value in values_of(link))),
    )


def whole_coding(writer: Writer, source: str, one: One) -> Coding:
    """Return a coding of a whole transcript, written back as what it was."""
    return writer.coding(derived("whole", source, one.coder), one, one.transcript_id)


def with_places(case: Case, places: Places, sources: Mapping[str, Source]) -> Case:
    """Return a case that refers to its transcripts and to its passages in them."""
    marks: dict[tuple[str, int, int], Selection] = {}
    for name in {name for name, _, _ in places.spans}:
        source = sources[name]
        for item in source.selections:
            if item.user == source.user:
                marks[name, item.start, item.end] = item
    return replace(
        case,
        sources=tuple(sources[name].guid for name in sorted(places.transcripts)),
        selections=tuple(marks[span].guid for span in sorted(places.spans)),
    )


def with_values(
    sources: Mapping[str, Source], places: Mapping[str, Places], cases: Mapping[str, Case]
) -> dict[str, Source]:
    """Return sources with the attributes of the only participant who speaks in them."""
    speakers: dict[str, list[str]] = defaultdict(list)
    for person, found in places.items():
        for name in found.transcripts:
            speakers[name].append(person)
    return {
        name: replace(source, values=merged(source.values, cases[speakers[name][0]].values))
        if len(speakers[name]) == 1
        else source
        for name, source in sources.items()
    }


def merged(first: tuple[Value, ...], second: tuple[Value, ...]) -> tuple[Value, ...]:
    """Return cells with those of ``second`` whose variable ``first`` does not have."""
    known = {value.variable for value in first}
    return first + tuple(value for value in second if value.variable not in known)


def tell_astral(facts: Facts, wish: Wish, loss: Loss) -> None:
    """Warn of characters that tools count differently."""
    n = sum(len(ASTRAL.findall(item.text)) for item in facts.transcripts)
    if wish.profile == "nvivo" and not n:
        loss.warnings.append(
            "no character lies beyond U+FFFF: this file is the same as with the profile standard"
        )
    elif wish.profile == "standard" and n:
        loss.warnings.append(
            f"{n:,} characters beyond U+FFFF (emoji and the like): tools that count UTF-16 units, "
            "as NVivo does, shift codings behind them; for those take --profile nvivo"
        )
