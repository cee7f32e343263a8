"""From a coder's bench to what a page says: tables for the templates, and the templates."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from pipeline.core.codebook import Codebook
from pipeline.core.draw import AUDIT
from pipeline.core.errors import ReviewError
from pipeline.core.records import INTERVIEWER, Segment
from pipeline.review.facts import Place, segment_id
from pipeline.review.queue import COVERAGE, UNCERTAIN
from pipeline.review.server.bench import Bench
from pipeline.review.server.finding import Query, find
from pipeline.review.server.keys import KEYS, SETTLE_KEYS, printed
from pipeline.review.server.settling import disputes
from pipeline.review.server.standing import BLANK
from pipeline.review.server.static import PAGES, VERSION

OTHER_SCREENS = {"review", "home", "adjudicate", "agreement", "second"}
MODULES = sorted(path.name for path in PAGES.glob("*.js") if path.stem not in OTHER_SCREENS)
STATIC = f"/static/{VERSION}"
TEMPLATES = Environment(
    loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
)
PALETTE = ("#3b7dd8", "#c4681f", "#2f9164", "#a855c7", "#c2415b", "#8a7a1f", "#1f8fa3", "#7a6cd9")
HIDDEN_IN_SCRIPT = {sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


REASON_WORDS = [
    {"reason": "ambiguous-text", "words": "The text is ambiguous"},
    {"reason": "codebook-gap", "words": "The codebook has a gap"},
    {"reason": "slip", "words": "A slip"},
    {"reason": "edge-case", "words": "An edge case"},
]


def render(template: str, **values: Any) -> str:
    """Return a page."""
    modules = MODULES if template == "review.html" else ()
    page = TEMPLATES.get_template(template)
    return page.render(keys=KEYS, printed=printed(), modules=modules, static=STATIC, **values)


def as_data(value: Any) -> Markup:
    """Return JSON that can stand inside a script element and never ends it."""
    text = json.dumps(value, ensure_ascii=False)
    for sign, hidden in HIDDEN_IN_SCRIPT.items():
        text = text.replace(sign, hidden)
    return Markup(text)  # noqa: S704  # escaped in the lines above


def url_of(transcript_id: str, lane: str | None = None) -> str:
    """Return where a transcript is reviewed."""
    return "/review?" + urlencode({"t": transcript_id, **({"lane": lane} if lane else {})})


def about(bench: Bench) -> dict[str, Any]:
    """Return what every page says of the bench."""
    return {
        "corpus": bench.work.corpus.name,
        "log_id": bench.log_id,
        "coder": bench.work.coder,
        "mode": bench.work.mode,
    }


LANE_WORDS = {
    AUDIT: (
        "Audit sample first",
        (
            "A random sample that you code without suggestions. It shows how good the model really "
            "is and keeps counts honest; a lot counts once it is complete."
        ),
        "Code the audit sample",
    ),
    UNCERTAIN: (
        "Where the model doubts",
        "Passages on which it is least sure; what you decide here teaches it most.",
        "Code doubtful passages",
    ),
    COVERAGE: (
        "Codes with few examples",
        "Passages that rank highest for the codes that were found least.",
        "Code for rare codes",
    ),
}


def home(bench: Bench) -> str:
    """Return the queue: random lanes first, then the transcripts with their progress."""
    done = bench.done()
    rows = [row_of(bench, name, done) for name in sorted(bench.by_transcript)]
    rows = [row for row in rows if row["total"]]
    open_rows = [row for row in rows if row["done"] < row["total"]]
    seat = bench.work.seat
    return render(
        "home.html",
        lanes=[lane_of(bench, lane, done) for lane in LANE_WORDS if lane_places(bench, lane)],
        rows=rows,
        next_url=open_rows[0]["url"] if open_rows else None,
        data=as_data(about(bench)),
        n_done=sum(row["done"] for row in rows),
        n_segments=sum(row["total"] for row in rows),
        round_name=seat.settings.get("name") or "",
        notes=bench.work.notes,
        **about(bench),
    )


def row_of(bench: Bench, name: str, done: frozenset[str]) -> dict[str, Any]:
    """Return how far the coder has come with what is theirs in a transcript."""
    own = bench.own_ids(name)
    segments = bench.facts.segments
    return {
        "id": name,
        "url": url_of(name),
        "total": len(own),
        "done": len(own & done),
        "audit": sum(bench.is_audit(place_of(segments[item])) for item in own),
    }


def lane_places(bench: Bench, lane: str) -> list[list[Place]]:
    """Return what the coder has in a lane, as it is handed out: the audit in lots."""
    if lane == AUDIT:
        return bench.work.seat.lots
    found = [place for place, item in bench.work.seat.by_place.items() if item.lane == lane]
    return [found] if found else []


def lane_of(bench: Bench, lane: str, done: frozenset[str]) -> dict[str, Any]:
    """Return what the queue says of a lane."""
    title, text, call = LANE_WORDS[lane]
    following = next_in_lane(bench, lane, done)
    return {
        "name": lane,
        "title": title,
        "text": text,
        "call": call,
        "lots": [
            {
                "n": number,
                "total": len(lot),
                "done": sum(segment_id(place) in done for place in lot),
            }
            for number, lot in enumerate(lane_places(bench, lane), 1)
        ],
        "url": following and url_of(following, lane),
    }


def place_of(segment: Segment) -> Place:
    """Return where a segment stands."""
    return (segment.transcript_id, segment.start, segment.end)


def next_in_lane(
    bench: Bench, lane: str, done: frozenset[str], after: str | None = None
) -> str | None:
    """Return the transcript in which a lane goes on: in the first lot that is not complete."""
    for lot in lane_places(bench, lane):
        names = dict.fromkeys(place[0] for place in lot if segment_id(place) not in done)
        later = [name for name in names if after is None or name > after]
        found = [*later, *(name for name in names if name != after)]
        if found:
            return found[0]
    return None


def lane_targets(bench: Bench, lane: str, transcript_id: str, done: frozenset[str]) -> list[str]:
    """Return the segments to code now in a transcript: those of the first lot with work in it."""
    found: list[str] = []
    for lot in lane_places(bench, lane):
        here = [segment_id(place) for place in lot if place[0] == transcript_id]
        if here and not found:
            found = here
        if set(here) - done:
            return here
    return found


def targets_of(
    bench: Bench, transcript_id: str, lane: str | None, done: frozenset[str]
) -> frozenset[str]:
    """Return the segments of a transcript that the coder steps through."""
    in_lane = lane_targets(bench, lane, transcript_id, done) if lane else []
    return frozenset(in_lane) or bench.own_ids(transcript_id)


def review(bench: Bench, transcript_id: str, lane: str | None) -> str:
    """Return one transcript in context, with what stands for the coder."""
    done = bench.done()
    segments = bench.by_transcript[transcript_id]
    targets = targets_of(bench, transcript_id, lane, done)
    codes = code_tables(bench.facts.codebook)
    language = bench.work.corpus.settings().language
    states = bench.states(transcript_id)
    table = {
        **about(bench),
        "transcript": transcript_id,
        "segments": [segment_table(bench, row, targets) for row in segments],
        "states": {name: found for name, found in states.items() if found != BLANK},
        "blank": BLANK,
        "codes": codes,
        "keys": [{"act": key.act, "keys": key.keys, "repeats": key.repeats} for key in KEYS],
        "printed": printed(),
        "next": next_url(bench, transcript_id, lane, done),
        "lane": lane,
        "language": language,
        "transcripts": [
            {"name": name, "url": url_of(name)}
            for name, rows in sorted(bench.by_transcript.items())
            if rows
        ],
    }
    return render(
        "review.html",
        transcript=transcript_id,
        lane=lane,
        items=items(bench, transcript_id),
        codes=codes,
        codebook=bench.facts.codebook,
        language=language,
        data=as_data(table),
        **about(bench),
    )


def segment_table(bench: Bench, row: Segment, targets: frozenset[str]) -> dict[str, Any]:
    """Return a segment as the page knows it."""
    return {
        "id": row.segment_id,
        "start": row.start,
        "end": row.end,
        "speaker": row.speaker or "",
        "audit": bench.is_audit(place_of(row)),
        "target": row.segment_id in targets,
    }


def adjudicate(bench: Bench) -> str:
    """Return the page on which disputes are settled, or the sentence that says who may."""
    refusal, found = None, {"disputes": [], "n_open": 0, "n_more": 0}
    try:
        found = disputes(bench)
    except ReviewError as error:
        refusal = str(error)
    table = {
        **about(bench),
        **found,
        "codes": code_tables(bench.facts.codebook),
        "keys": [{"act": k.act, "keys": k.keys, "repeats": k.repeats} for k in SETTLE_KEYS],
        "printed": {key.act: key.shown.partition(" or ")[0] for key in SETTLE_KEYS},
        "reasons": REASON_WORDS,
    }
    return render(
        "adjudicate.html",
        refusal=refusal,
        settle_keys=SETTLE_KEYS,
        language=bench.work.corpus.settings().language,
        data=as_data(table),
        **about(bench),
    )


def second_look(bench: Bench) -> str:
    """Return the page that asks once more where a model contradicts."""
    codes = code_tables(bench.facts.codebook)
    language = bench.work.corpus.settings().language
    data = as_data({**about(bench), "codes": codes})
    return render("second.html", data=data, language=language, **about(bench))


def agreement(bench: Bench) -> str:
    """Return the page that asks how far coders agree."""
    codes = code_tables(bench.facts.codebook)
    return render("agreement.html", data=as_data({**about(bench), "codes": codes}), **about(bench))


def find_page(bench: Bench, query: Query) -> str:
    """Return the form that finds segments, with what it found."""
    finds = find(bench, query)
    names = {code.path: code.name for code in bench.facts.codebook.codes}
    for row in finds.rows:
        row["url"] = f"{url_of(row['transcript'])}#segment-{row['number']}"
        row["names"] = [names.get(code, code) for code in row["codes"]]
    segments = bench.facts.segments.values()
    return render(
        "find.html",
        query=query,
        finds=finds,
        codes=code_tables(bench.facts.codebook),
        speakers=sorted({row.speaker for row in segments if row.speaker}),
        transcripts=sorted(bench.by_transcript),
        language=bench.work.corpus.settings().language,
        data=as_data(about(bench)),
        **about(bench),
    )


def next_url(bench: Bench, transcript_id: str, lane: str | None, done: frozenset[str]) -> str:
    """Return where to go when a transcript is finished."""
    if lane is not None:
        found = next_in_lane(bench, lane, done, after=transcript_id)
        return url_of(found, lane) if found and found != transcript_id else "/"
    names = sorted(bench.by_transcript)
    later = names[names.index(transcript_id) + 1 :] + names[: names.index(transcript_id)]
    found = next((name for name in later if bench.own_ids(name) - done), None)
    return url_of(found) if found else "/"


def items(bench: Bench, transcript_id: str) -> list[dict[str, Any]]:
    """Return a transcript as it is read: turns, each with its segments or as context."""
    segments = bench.by_transcript[transcript_id]
    numbers = {row.segment_id: number for number, row in enumerate(segments, 1)}
    by_turn: Mapping[int, Sequence[Segment]] = {
        turn: list(found) for turn, found in groupby(segments, key=lambda row: row.turn)
    }
    return [
        {
            "speaker": turn.speaker or "",
            "is_asking": turn.role == INTERVIEWER,
            "text": turn.text,
            "segments": [
                {"id": row.segment_id, "n": numbers[row.segment_id], "text": row.text}
                for row in by_turn.get(turn.turn, ())
            ],
        }
        for turn in bench.turns_of(transcript_id)
    ]


def code_tables(codebook: Codebook) -> list[dict[str, Any]]:
    """Return the codes as the page shows them; one without a colour gets that of its dimension."""
    names = ("path", "name", "definition", "include", "exclude", "examples", "codable")
    dimensions = list(dict.fromkeys(code.dimension for code in codebook.codes))
    return [
        {name: getattr(code, name) for name in names}
        | {
            "depth": code.path.count("."),
            "color": code.color or PALETTE[dimensions.index(code.dimension) % len(PALETTE)],
        }
        for code in codebook.codes
    ]
