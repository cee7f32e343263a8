"""Codes on parts of a segment, and what speaks for a suggestion, as the page asks for them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from pipeline.core.corpus import Corpus
from pipeline.core.records import Evidence, Suggestion
from pipeline.review.facts import segment_id
from tests.review.server.site import Place, Site, asked, rows_of, said


def part_of(place: Place, start: int, end: int) -> Place:
    """Return the place that lies so many characters into a segment."""
    return (place[0], place[1] + start, place[1] + end)


def state_of(site: Site, place: Place) -> dict[str, Any]:
    """Return what the page is told of a segment."""
    found: dict[str, Any] = site.client.get("/api/states?t=int-1").json()[segment_id(place)]
    return found


def test_a_code_stands_on_the_very_words(site: Site, pilot: Corpus) -> None:
    """The part, not the segment, is in the log, with the lane and what the model said around it."""
    place = site.places(audit=False)[0]
    site.post("/api/open", {"places": [asked(place)]})

    [answer] = site.decide(said(part_of(place, 0, 4), "add", code="work", quote="Rain"))
    [row] = [row for row in rows_of(pilot) if row.act == "add"]

    assert answer["is_taken"]
    assert ("Rain", "order", "m-1", 0.4375) == (row.quote, row.lane, row.model_id, row.score)
    assert row.suggestion_visible
    assert site.bench.work.seat.round_id == row.round_id


def test_overlapping_parts_stand_side_by_side(site: Site) -> None:
    """Each with its own thread; taking one away leaves the other."""
    place = site.places(audit=False)[0]
    one, other = part_of(place, 0, 9), part_of(place, 5, 13)
    first = said(one, "add", code="work", quote="Rain fell")
    site.decide(first, said(other, "add", code="work", quote="fell on"[:8]))
    site.decide(said(other, "add", code="work"), said(one, "add", code="weather.rain"))
    site.decide(
        said(one, "undo", code="work", undoes=first["decision_id"], heads=[first["decision_id"]])
    )

    parts = state_of(site, place)["parts"]

    assert [f"{item[1]}-{item[2]}" for item in (one, other)] == list(parts)
    verdicts = [
        {code: found["verdict"] for code, found in part["codes"].items()} for part in parts.values()
    ]
    assert [{"work": "open", "weather.rain": "yes"}, {"work": "yes"}] == verdicts


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ({"quote": "rain"}, "E_STALE"),
        ({"act": "accept"}, "E_ACT"),
        ({"act": "done", "code": None, "seen": {"yes": [], "undecided": []}}, "E_ACT"),
        ({"act": "memo", "code": None, "memo": "x"}, "E_ACT"),
        ({"start": 0, "end": 10**6}, "E_UNKNOWN_SEGMENT"),
        ({"end": 0}, "E_UNKNOWN_SEGMENT"),
    ],
)
def test_a_part_is_words_of_one_segment(site: Site, cells: dict[str, Any], code: str) -> None:
    """Other words, other acts and spans that reach beyond are refused; nothing is written."""
    place = site.places(audit=False)[0]

    [answer] = site.decide({**said(part_of(place, 0, 4), "add", code="work"), **cells})

    assert (False, code) == (answer["is_taken"], answer["code"])
    assert [] == rows_of(site.bench.work.corpus)


def test_a_part_of_an_audit_segment_is_blind(site: Site, pilot: Corpus) -> None:
    """It belongs to the audit lane, and says nothing of a suggestion."""
    place = site.places(audit=True)[0]

    [answer] = site.decide(said(part_of(place, 0, 4), "add", code="work", quote="Rain"))
    [row] = rows_of(pilot)

    assert answer["is_taken"]
    assert ("audit", "blind-first", False) == (row.lane, row.mode, row.suggestion_visible)


def test_history_tells_of_parts(site: Site) -> None:
    """With their words, beside what was decided on the whole."""
    place = site.places(audit=False)[0]
    site.decide(said(part_of(place, 0, 4), "add", code="work"), said(place, "add", code="work"))

    query = f"t=int-1&start={place[1]}&end={place[2]}"
    told = site.client.get(f"/api/history?{query}").json()

    assert ["Rain fell on", "Rain"] == [row["quote"][:12] for row in told]


def explained(site: Site, place: Place) -> Any:
    """Return what the page is told when it asks why."""
    return site.client.get(f"/api/evidence?t={place[0]}&start={place[1]}&end={place[2]}")


def with_reasons(site: Site, place: Place, *evidence: Evidence) -> None:
    """Let the model give these reasons for the code work at ``place``."""
    row = Suggestion(segment_id(place), "work", 0.5, 1, evidence, "m-1", "1+0")
    facts = replace(site.bench.facts, suggestions={row.segment_id: [row]})
    site.bench.work = replace(site.bench.work, facts=facts)


def test_evidence_is_for_what_is_on_view(site: Site) -> None:
    """Not before the suggestion was told, and never in the audit sample."""
    place, blind = site.places(audit=False)[0], site.places(audit=True)[0]

    early = explained(site, place)
    site.post("/api/open", {"places": [asked(place), asked(blind)]})
    told = explained(site, place)

    assert (400, "E_BLIND") == (early.status_code, early.json()["code"])
    assert "E_BLIND" == explained(site, blind).json()["code"]
    assert [[0, 4]] == told.json()["work"]["for"]
    assert "0.4375" not in told.text


def test_words_against_and_texts_like_this_one(site: Site) -> None:
    """Counter-evidence has its own list; texts of the codebook are told as they stand there."""
    place = site.places(audit=False)[0]
    start, end = place[1:]
    with_reasons(
        site,
        place,
        Evidence(start, start + 4, -1.0, "word"),
        Evidence(start, end, 0.5, 'near example: "We share rooms: \nall of us"'),
    )
    site.post("/api/open", {"places": [asked(place)]})

    found = explained(site, place).json()["work"]

    assert ([], [[0, 4]]) == (found["for"], found["against"])
    assert [{"kind": "example", "text": "We share rooms: \nall of us"}] == found["like"]


def test_only_passages_that_the_coder_accepted_are_told(site: Site) -> None:
    """One accepted by somebody else would show what they decided."""
    place, other = site.places(audit=False)[:2]
    turn = site.bench.facts.segment(segment_id(other)).turn
    with_reasons(
        site, place, Evidence(*place[1:], 0.5, f'near accepted: int-1 turn {turn} "Rain fell"')
    )
    site.post("/api/open", {"places": [asked(place)]})

    before = explained(site, place).json()["work"]["accepted"]
    site.decide(said(other, "add", code="work"))
    [after] = explained(site, place).json()["work"]["accepted"]

    assert [] == before
    assert "Rain fell" == after["text"]
    assert after["url"].startswith("/review?t=int-1#segment-")
