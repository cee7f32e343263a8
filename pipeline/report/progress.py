"""How far reading has come, in a sentence each on stopping and on saturation, for the status."""

from __future__ import annotations

from typing import Any

import numpy as np

from pipeline.core.codebook import read_codebook
from pipeline.core.corpus import Corpus
from pipeline.report.incidence import incidence, order_of
from pipeline.report.ratings import spans_of
from pipeline.report.study import Sources, Study, read_study
from pipeline.stats.ratings import Spans, overlaps
from pipeline.stats.saturation import chao2, guest
from pipeline.stats.stopping import USUAL, at_best, indicative

Array = np.ndarray[Any, Any]

LEAST = 2  # transcripts: with one there is no further one


def sentences(corpus: Corpus) -> list[str]:
    """Return what the built tables say of stopping and saturation; nothing before anybody coded.

    Raises
    ------
    GlossatorError
        If a table, the codebook or the settings cannot be read.
    """
    sources = Sources.of(corpus)
    needed = (sources.transcripts, sources.segments, sources.decisions, sources.coded_segments)
    if not all(path.exists() for path in needed):
        return []
    settings = corpus.settings()
    codebook = read_codebook(corpus.codebook(settings))
    study = read_study(sources, codebook, settings, name=corpus.name)
    return [text for text in (stopping_words(study), saturation_words(study)) if text]


def stopping_words(study: Study) -> str | None:
    """Return for how many codes reading may soon stop, and what it would take to be sure.

    By the indicative check, which is a hint and no promise; the formal one is priced for the first
    look at 95 % found with 95 % confidence.
    """
    applied = read_so_far(study)
    n, n_read = len(study.segments), applied.shape[1]
    unread = n - n_read
    if not n_read:
        return None
    if not unread:
        return f"All {n:,} segments were read: there is nothing to stop for."
    found = {code: row for code, row in zip(study.code_names, applied, strict=True) if row.any()}
    if not found:
        return f"{n_read:,} of {n:,} segments were read, and no code was found in them."
    hints = [p for row in found.values() if (p := indicative(row, n)) is not None]
    n_met = sum(p < 1 - USUAL.confidence for p in hints)
    wanted = {code: at_best(int(row.sum()), unread, USUAL.level(1)) for code, row in found.items()}
    slowest = max(wanted, key=lambda code: (wanted[code], code))
    return (
        f"{n_read:,} of {n:,} segments were read; {n_met} of {len(found)} codes seem to be "
        f"{USUAL.target:.0%} found (a hint, not a promise); to be sure of the slowest, {slowest}, "
        f"read at best {wanted[slowest]:,} of the {unread:,} others, drawn at random."
    )


def saturation_words(study: Study) -> str | None:
    """Return whether further interviews still brought new codes; None before two were coded."""
    order = order_of(study)
    if len(order) < LEAST:
        return None
    given = study.settings.report
    seen = incidence(study, order, {code: code for code in study.code_names})
    found, unseen = guest(seen, given.base, given.run, given.threshold), chao2(seen)
    in_all = round(unseen.value or 0)
    at_least = f", at least {in_all} in all (Chao2)" if in_all > unseen.n_seen else ""
    codes = f"{unseen.n_seen} codes in {len(order)} transcripts{at_least}"
    rule = f"base {given.base}, run {given.run}, threshold {given.threshold:.0%}"
    if found.reason is not None:
        return f"{codes}; saturation cannot be told: {found.reason}"
    if found.label is None:
        return f"{codes}; not saturated: the last run brought {found.n_new[-1]} new ({rule})."
    return f"{codes}; saturated at {found.label} ({rule})."


def read_so_far(study: Study) -> Array:
    """Return codes x segments read, 1 where the code holds, in the order in which people read them.

    A segment is read once somebody finished it, or most of it.
    """
    names = {name: n for n, name in enumerate(study.transcripts)}
    segments = spans_of(((r.transcript_id, r.start, r.end) for r in study.segments), names)
    dones = [
        row
        for row in study.decisions
        if row.standing == "done" and row.coder not in study.scripts and row.transcript_id in names
    ]
    spans = spans_of(((row.transcript_id, row.start, row.end) for row in dones), names)
    segment, span = spoken_for(segments, spans)
    first = np.full(len(segments), np.inf)
    np.minimum.at(first, segment, np.array([row.seq for row in dones], float)[span])
    read = np.argsort(first, kind="stable")[: np.count_nonzero(np.isfinite(first))]
    marks = [mark for mark in study.marks if mark.place[0] in names]
    segment, span = spoken_for(segments, spans_of((mark.place for mark in marks), names))
    code = {name: n for n, name in enumerate(study.code_names)}
    applied = np.zeros((len(code), len(segments)), dtype=int)
    applied[np.array([code[mark.code] for mark in marks], dtype=int)[span], segment] = 1
    return applied[:, read]


def spoken_for(segments: Spans, spans: Spans) -> tuple[Array, Array]:
    """Return segments and spans that share more than half of the shorter of the two."""
    segment, span, shared = overlaps(segments, spans)
    speaks = 2 * shared > np.minimum(segments.length[segment], spans.length[span])
    return segment[speaks], span[speaks]
