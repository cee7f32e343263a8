"""A corpus as marked texts: gathered, written whole, with a loss report beside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.atomic import write_bytes
from pipeline.core.codebook import Codebook
from pipeline.core.config import nearest
from pipeline.core.corpus import Corpus
from pipeline.core.errors import ConfigError
from pipeline.core.records import Decision, Segment
from pipeline.core.tables import read_rows, rows_by_transcript
from pipeline.exchange.marked import Codes, Mark
from pipeline.exchange.refi.memory import Memory
from pipeline.export.loss import Loss
from pipeline.export.marks import MARKERS
from pipeline.export.marks.gather import TRANSCRIPT, UNITS, Frame, marked_texts
from pipeline.export.marks.writers import Job
from pipeline.export.refi.codings import gather
from pipeline.export.refi.facts import Facts, read_facts

WHOLE_ONLY = frozenset({"taguette", "webannotation"})  # formats whose texts are transcripts
NOT_WORK = frozenset({"shown"})


@dataclass(frozen=True, slots=True)
class Marking:
    """What the user wants: the ``unit`` of the texts, whose codes, of which status.

    ``coder`` is empty for everybody's; ``statuses`` is empty for all.
    """

    unit: str = ""
    coder: str = ""
    statuses: frozenset[str] = frozenset()
    has_suggestions: bool = False


@dataclass(frozen=True, slots=True)
class Marked:
    """What was written, and what did not go with it."""

    files: tuple[Path, ...]
    loss: Loss


def run(corpus: Corpus, codebook: Codebook, memory: Memory, to: str, wish: Marking) -> Marked:
    """Write the corpus in the format ``to``; decisions and coded segments must be up to date.

    Raises
    ------
    ConfigError
        If the format, the unit or a coder is not known.
    TableError
        If a table is missing or damaged.
    """
    unit = unit_for(to, wish.unit)
    facts = read_facts(corpus, codebook, memory, has_suggestions=wish.has_suggestions)
    loss = Loss()
    coded = marks_in(facts, wish, loss)
    codes = codes_of(codebook, coded)
    loss.out("codes", len(codes.names))
    frame = frame_of(corpus, facts, unit)
    texts = marked_texts(frame, unit, coded, suggestions_in(facts), loss)
    job = Job(corpus.name, texts, codes, corpus.settings().language, loss)
    paths = []
    for name, data in MARKERS[to](job).items():
        paths.append(corpus.export / name)
        write_bytes(paths[-1], data)
    report = paths[0].with_name(paths[0].name + ".loss.json")
    text = loss.to_json(file=paths[0].name, unit=unit, coder=wish.coder)
    write_bytes(report, text.encode())
    return Marked((*paths, report), loss)


def unit_for(to: str, wanted: str) -> str:
    """Return the unit of the texts (`ConfigError` if the format cannot have it)."""
    if wanted and wanted not in UNITS:
        raise ConfigError(f"--unit {wanted}: unknown{nearest(wanted, UNITS)}.")
    if to not in WHOLE_ONLY:
        return wanted or UNITS[0]
    if wanted not in {"", TRANSCRIPT}:
        raise ConfigError(f"--unit {wanted}: {to} holds whole transcripts. Leave --unit out.")
    return TRANSCRIPT


def marks_in(facts: Facts, wish: Marking, loss: Loss) -> dict[str, list[Mark]]:
    """Return what people coded, by transcript; ``loss`` learns which statuses stay behind."""
    status = Loss()
    ones = gather(facts, wish.statuses, status)
    for why, number in status["codings"].left_out.items():
        loss.left("codings", why, number)
    coders = sorted({one.coder for one in ones})
    if wish.coder and wish.coder not in coders:
        raise ConfigError(
            f"--coder {wish.coder}: coded nothing here{nearest(wish.coder, coders)}; "
            f"coders are {', '.join(coders) or 'nobody yet'}."
        )
    found: dict[str, list[Mark]] = defaultdict(list)
    for one in ones:
        if wish.coder in {"", one.coder}:
            mark = Mark(one.start, one.end, one.code, one.coder, one.said.created)
            found[one.transcript_id].append(mark)
        else:
            loss.left("codings", f"they are not {wish.coder}'s")
    return found


def suggestions_in(facts: Facts) -> dict[str, list[Mark]]:
    """Return what the machine suggests, by transcript."""
    found: dict[str, list[Mark]] = defaultdict(list)
    for segment, row in facts.suggestions:
        mark = Mark(segment.start, segment.end, row.code, row.model_id, score=round(row.score, 4))
        found[segment.transcript_id].append(mark)
    return found


def codes_of(codebook: Codebook, coded: Mapping[str, list[Mark]]) -> Codes:
    """Return the codes that can be applied, and those that are but are gone from the codebook."""
    used = sorted({mark.code for marks in coded.values() for mark in marks})
    names = {code.path: code.name for code in codebook.codable}
    names |= {code: code for code in used if code not in names}
    known = {code.path: code for code in codebook.codes if code.path in names}
    return Codes(
        names,
        {path: code.definition for path, code in known.items()},
        {path: code.color for path, code in known.items() if code.color},
    )


def frame_of(corpus: Corpus, facts: Facts, unit: str) -> Frame:
    """Return the transcripts in which a coder worked, and their segments, coded or not.

    Whole transcripts need no segments: an imported corpus may have none yet.
    """
    rows = read_rows(corpus.table("decisions"), Decision)
    worked = {row.transcript_id for row in rows if row.act not in NOT_WORK}
    chosen = [one for one in facts.transcripts if one.transcript_id in worked]
    if unit == TRANSCRIPT:
        return Frame(chosen, {})
    names = [one.transcript_id for one in chosen]
    segments = read_rows(corpus.table("segments"), Segment, names)
    return Frame(chosen, rows_by_transcript(segments, names))
