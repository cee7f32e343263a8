"""Rounds in the log: making one, finding a coder's, and the suggestions that belong to it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.core.atomic import write_bytes
from pipeline.core.config import nearest
from pipeline.core.corpus import Corpus
from pipeline.core.errors import ReviewError
from pipeline.core.records import Decision, Segment, Suggestion
from pipeline.core.settings import RoundSettings
from pipeline.core.spans import Span
from pipeline.core.tables import read_receipt, read_rows
from pipeline.review.desk import ASSISTED, LEAD
from pipeline.review.facts import Facts, by_segment, read_facts, segments_of
from pipeline.review.log.fold import SHOWN, YES, independent
from pipeline.review.log.reader import Reader
from pipeline.review.log.rows import Coder, Round, utc_now
from pipeline.review.log.store import Log, open_log, unknown_coder
from pipeline.review.progress import segments_done
from pipeline.review.queue import Plan, default_round, settings_of, share_so_far
from pipeline.review.rounds import DRAWN, Count, Cutter, Past, Source, counts_of
from pipeline.review.seat import Seat

DEFAULT = "default"
SHORT = 12  # of a round's id, enough to name a file


@dataclass(frozen=True, slots=True)
class Choice:
    """In which round somebody wants to work.

    ``wanted`` is a round's name or the start of its id, ``default`` for the coder's own; None: the
    latest that has work for the coder, else the default one. ``mode`` and ``seed`` make that one.
    """

    mode: str = ASSISTED
    seed: int = 0
    wanted: str | None = None


@dataclass(frozen=True, slots=True)
class NewRound:
    """A round that was made, or would be: ``is_written`` tells.

    ``n_left_out`` segments of the audit sample were seen by all coders and cannot become blind;
    ``n_random`` of the uncertain lane were drawn at random.
    """

    round_id: str
    name: str
    coders: tuple[str, ...]
    counts: tuple[Count, ...]
    n_segments: int
    n_double: int
    n_left_out: int
    n_random: int
    share: float
    is_written: bool


def take_seat(log: Log, facts: Facts, coder: str, choice: Choice) -> Seat:
    """Return the coder's seat; the default round is written down where there is no other.

    Raises
    ------
    ReviewError
        If there is no such round, it has nothing for the coder, or the coder may not use a page.
    """
    check_person(log, coder)
    with log.writing():
        rounds = log.rounds()
        found = find_round(rounds, coder, choice.wanted)
        if found is None:
            version = facts.codebook.version_id
            plan = Plan(coder, choice.mode, choice.seed, facts.model_id, version)
            segments = list(facts.segments.values())
            seen = sighted(log.decisions(), segments, ()).get(coder, frozenset())
            found = default_round(segments, plan, rounds, seen, utc_now())
            log.add_round(found)
    return Seat(coder, found)


def seat_of(log: Reader, coder: str) -> Seat | None:
    """Return the coder's seat in the latest round that has work for them; None if none has."""
    mine = [found for found in log.rounds().values() if has_work(found, coder)]
    drawn = [found for found in mine if settings_of(found)["kind"] == DRAWN]
    latest = max(drawn or mine, key=age, default=None)
    return None if latest is None else Seat(coder, latest)


def find_round(rounds: Mapping[str, Round], coder: str, wanted: str | None) -> Round | None:
    """Return the round in which a coder works; None: their default one.

    Raises
    ------
    ReviewError
        If there is no such round, several could be meant, or it has nothing for the coder.
    """
    drawn = {name: found for name, found in rounds.items() if settings_of(found)["kind"] == DRAWN}
    if wanted == DEFAULT:
        return None
    if wanted is None:
        return max((r for r in drawn.values() if has_work(r, coder)), key=age, default=None)
    found = [
        found
        for name, found in drawn.items()
        if settings_of(found)["name"] == wanted or name.startswith(wanted)
    ]
    if len(found) != 1:
        names = [settings_of(found)["name"] or name[:SHORT] for name, found in drawn.items()]
        what = "several rounds could be meant" if found else "there is no such round"
        raise ReviewError(
            f"{wanted}: {what}{nearest(wanted, [*names, DEFAULT])}. "
            "Give its name or more of its id; see 'glossator status'.",
            code="E_UNKNOWN_ROUND",
        )
    if not has_work(found[0], coder):
        raise ReviewError(
            f"{wanted}: this round has nothing for {coder}; it was cut for "
            f"{', '.join(settings_of(found[0])['coders'])}.",
            code="E_UNKNOWN_ROUND",
        )
    return found[0]


def has_work(found: Round, coder: str) -> bool:
    """Whether a round assigns anything to a coder."""
    return any(item.coder == coder for item in found.assignments)


def age(found: Round) -> tuple[str, str]:
    """Return what sorts rounds, the latest last."""
    return (found.created_at, found.round_id)


def new_round(
    corpus: Corpus, settings: RoundSettings, lead: str, *, is_dry: bool = False
) -> NewRound:
    """Cut a round and write it down, with a copy of the suggestions that belong to it.

    Parameters
    ----------
    corpus
        The corpus, cut into segments.
    settings
        What it hands out; without coders it is for all persons.
    lead
        Who makes it: a lead, or the only person.
    is_dry
        Whether nothing is to be written.

    Raises
    ------
    ReviewError
        If ``lead`` may not make a round, or a coder or code is unknown.
    """
    facts = read_facts(corpus)
    segments_of(facts, corpus.name)
    if not corpus.log.exists():
        raise unknown_coder(lead, ())
    with open_log(corpus.log) as log, log.writing(is_kept=not is_dry):
        check_lead(log, lead)
        coders = check_settings(log, facts, settings)
        source = source_of(corpus, facts)
        cutter = Cutter(settings, coders, source, past_of(log, facts, source.seed))
        found = cutter.cut(utc_now(), lead)
        if not is_dry:
            keep_suggestions(corpus, found.round_id)
        log.add_round(found)
    places = Counter((item.transcript_id, item.start, item.end) for item in found.assignments)
    return NewRound(
        found.round_id,
        settings.name,
        tuple(coders),
        tuple(counts_of(found.assignments)),
        n_segments=len(places),
        n_double=sum(count > 1 for count in places.values()),
        n_left_out=cutter.n_left_out,
        n_random=cutter.n_random,
        share=cutter.share,
        is_written=not is_dry,
    )


def source_of(corpus: Corpus, facts: Facts) -> Source:
    """Return what a round of ``corpus`` is cut from today."""
    table = corpus.table("suggestions")
    return Source(
        list(facts.segments.values()),
        corpus.settings().seed,
        facts.codebook.version_id,
        frozenset(code.path for code in facts.codebook.codable),
        facts.suggestions,
        facts.model_id,
        is_cold=not table.exists() or bool(read_receipt(table).details.get("is_cold")),
    )


def persons(log: Reader) -> dict[str, Coder]:
    """Return the coders who are people."""
    return {name: coder for name, coder in log.coders().items() if coder.kind == "person"}


def check_person(log: Reader, coder: str) -> None:
    """Raise `ReviewError` unless ``coder`` is a person who may decide."""
    if coder not in log.coders():
        raise unknown_coder(coder, log.coders())
    if coder not in persons(log):
        raise ReviewError(
            f"{coder}: is a program; the page is for people. Use 'glossator decide --from FILE'.",
            code="E_CODER",
        )


def check_lead(log: Reader, lead: str) -> None:
    """Raise `ReviewError` unless ``lead`` is one, or the only person there is."""
    check_person(log, lead)
    found = persons(log)
    if len(found) > 1 and found[lead].role != LEAD:
        leads = ", ".join(name for name in sorted(found) if found[name].role == LEAD)
        raise ReviewError(
            f"{lead}: is no lead, and rounds are made by one (now: {leads or 'nobody'}). "
            f"Ask them, or type 'glossator coders add CORPUS {lead} --role lead'.",
            code="E_ROLE",
        )


def check_settings(log: Reader, facts: Facts, settings: RoundSettings) -> list[str]:
    """Return the coders of a round.

    Raises
    ------
    ReviewError
        If one of them is no person here, or its name, or a code of ``random_codes`` is taken
        for something else.
    """
    known = persons(log)
    coders = sorted(set(settings.coders or known))
    for coder in coders:
        check_person(log, coder)
    for code in settings.random_codes:
        facts.codebook[code]  # the codebook says what it has instead
    taken = {settings_of(found).get("name") for found in log.rounds().values()}
    if settings.name and settings.name in {*taken, DEFAULT}:
        raise ReviewError(
            f"{settings.name}: there is a round of this name already. Take another.",
            code="E_ROUND_NAME",
        )
    return coders


def past_of(log: Reader, facts: Facts, seed: int) -> Past:
    """Return what was done before, for whoever cuts the next round."""
    rows = log.decisions()
    segments = list(facts.segments.values())
    people = persons(log)
    scripts = [name for name in log.coders() if name not in people]
    done = {name: found for name, found in segments_done(rows, segments).items() if name in people}
    yes = {
        (item.transcript_id, item.start, item.end, item.code)
        for item in log.all_current()
        if item.verdict == YES and item.coder in people
    }
    return Past(
        done,
        sighted(rows, segments, scripts),
        Counter(str(place[-1]) for place in yes),
        share_so_far(log.rounds().values(), seed),
    )


def sighted(
    rows: Sequence[Decision], segments: Sequence[Segment], scripts: Collection[str]
) -> dict[str, frozenset[str]]:
    """Return the segments that can no longer be blind, by coder.

    Those of whose words any suggestion was ever delivered to the coder, before an independent
    judgement was signed off there.
    """
    alone = independent(rows, scripts)
    judged = {(row.coder, *place(row)) for row in rows if row.decision_id in alone}
    spans: dict[tuple[str, str], set[Span]] = defaultdict(set)
    for row in rows:
        if row.act == SHOWN or row.suggestion_visible:
            spans[row.coder, row.transcript_id].add(Span(row.start, row.end))
    found: dict[str, set[str]] = defaultdict(set)
    for segment in segments:
        for coder in touched(spans, segment):
            if (coder, segment.transcript_id, segment.start, segment.end) not in judged:
                found[coder].add(segment.segment_id)
    return {coder: frozenset(names) for coder, names in found.items()}


def touched(spans: Mapping[tuple[str, str], Iterable[Span]], segment: Segment) -> list[str]:
    """Return the coders one of whose spans shares words with a segment."""
    target = Span(segment.start, segment.end)
    return [
        coder
        for (coder, transcript_id), found in spans.items()
        if transcript_id == segment.transcript_id and any(span.overlaps(target) for span in found)
    ]


def place(row: Decision) -> tuple[str, int, int]:
    """Return where a decision stands."""
    return (row.transcript_id, row.start, row.end)


def suggestions_path(corpus: Corpus, round_id: str) -> Path:
    """Return where the suggestions that belong to a round are kept: made by a machine."""
    return corpus.build / "rounds" / f"{round_id[:SHORT]}.parquet"


def keep_suggestions(corpus: Corpus, round_id: str) -> None:
    """Copy today's suggestions for a round, so that a newer model changes nothing in it."""
    table = corpus.table("suggestions")
    if table.exists():
        write_bytes(suggestions_path(corpus, round_id), table.read_bytes())


def facts_in_round(corpus: Corpus, facts: Facts, seat: Seat) -> Facts:
    """Return ``facts`` with the suggestions that belong to the seat's round.

    Where they are lost (the build folder was emptied, or the round came from another machine) and
    another model spoke since, there are none: the round goes on without suggestions.
    """
    if seat.model_id == facts.model_id:
        return facts
    kept = suggestions_path(corpus, seat.round_id)
    if seat.model_id is None or not kept.exists():
        return replace(facts, suggestions={}, model_id=None)
    return replace(
        facts, suggestions=by_segment(read_rows(kept, Suggestion)), model_id=seat.model_id
    )


def notes_on(facts: Facts, today: Facts, seat: Seat) -> list[str]:
    """Return what a coder should know of the round before they go on in it."""
    found = []
    if seat.model_id is not None and facts.model_id is None:
        found.append(
            f"The suggestions of this round (model {seat.model_id}) are not here, so none are "
            "shown. The next round has today's."
        )
    frozen = seat.settings["codebook_version"]
    if frozen != today.codebook.version_id:
        found.append(
            f"The codebook has changed since this round was cut (then {frozen}, now "
            f"{today.codebook.version_id}). Decisions note the version they were taken with."
        )
    return found
