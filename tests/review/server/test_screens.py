"""What lies behind the other screens: settling, agreement, second look, finding, retraining."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.core.corpus import Corpus
from pipeline.core.records import Suggestion
from pipeline.review.corpus_log import add_coder
from pipeline.review.facts import segment_id
from pipeline.review.server.finding import Query, find
from pipeline.review.server.retrain import Retraining
from tests.review.server.site import Place, Site, rows_of, said

FAKE = """#!/bin/sh
case "$*" in
*" train "*) echo "train: 1 of 2" >&2; {train};;
*) exit 0;;
esac
"""


def fake(folder: Path, train: str) -> str:
    """Return a program that stands in for ours and trains in no time."""
    path = folder / "fake"
    path.write_text(FAKE.format(train=train))
    path.chmod(0o755)
    return str(path)


def run(corpus: Corpus) -> dict[str, Any]:
    """Retrain and wait until it has ended; the model is taken up at once."""

    async def scenario() -> dict[str, Any]:
        async def renew() -> bool:
            return True

        found = Retraining(corpus, renew)
        found.start()
        assert "running" == found.told()["state"]
        while found.told()["state"] == "running":  # noqa: ASYNC110  # asked as the page asks
            await asyncio.sleep(0.02)
        return found.told()

    return asyncio.run(scenario())


@pytest.mark.parametrize(
    "case",
    [
        ('echo \'{"is_promoted": true, "reason": "Promoted: better."}\'', "finished", "Promoted"),
        ('echo \'{"is_promoted": false, "reason": "Refused: worse."}\'', "finished", "Refused"),
        ('echo "glossator: no such table [E_TABLE]" >&2; exit 3', "failed", "no such table."),
        ("kill -9 $$", "failed", "ended from outside"),
        ("echo nonsense", "failed", "nothing that can be understood"),
    ],
)
def test_retraining_tells_how_it_ended(
    template: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: tuple[str, str, str]
) -> None:
    """The gate's word as it is, an error's sentence without its code, a crash as a crash."""
    train, state, words = case
    monkeypatch.setattr(sys, "executable", fake(tmp_path, train))

    found = run(template)

    assert state == found["state"]
    assert words in found["verdict"]


def test_an_order_that_no_page_gives_is_refused(site: Site) -> None:
    """Only start and cancel."""
    assert 400 == site.post("/api/retrain", {"act": "promote"}).status_code
    assert "idle" == site.post("/api/retrain", {"act": "cancel"}).json()["state"]


def test_a_settlement_is_taken_once(pilot: Corpus) -> None:
    """A lost answer is asked for again; where nothing is disputed nothing is taken."""
    add_coder(pilot, "ben")
    add_coder(pilot, "lea", role="lead")
    sites = {name: Site(pilot, coder=name) for name in ("ana", "ben", "lea")}
    place = sites["ana"].places(audit=False)[0]
    for name, code in (("ana", "work"), ("ben", "weather.sun")):
        sites[name].decide(
            said(place, "add", code=code),
            said(place, "done", seen={"yes": [code], "undecided": []}),
        )
    cells = {"code": "work", "verdict": "no", "reason": "slip", "together": []}
    table = said(place, "settle", **cells)

    told = sites["lea"].client.get("/api/disputes").json()
    first, again = sites["lea"].decide(table), sites["lea"].decide(table)
    [elsewhere] = sites["lea"].decide(said((*place[:2], place[2] - 1), "settle", **cells))
    [coder] = sites["ana"].decide(said(place, "settle", **cells))
    for site in sites.values():
        site.close()

    assert 1 == len(told["disputes"])
    assert '"ana"' not in str(told).replace("'", '"')
    assert first[0]["is_taken"]
    assert again[0]["is_taken"]
    assert "E_ACT" == elsewhere["code"]
    assert "E_ROLE" == coder["code"]
    assert 1 == len([row for row in rows_of(pilot) if row.act == "settle"])


def test_a_second_look_asks_and_takes_the_answer(site: Site, pilot: Corpus) -> None:
    """Only after done; no score is told; what is not asked is not taken."""
    place = site.places(audit=False)[0]
    surely(site, place)
    site.decide(said(place, "done", seen={"yes": [], "undecided": []}))

    told = site.post("/api/look", {"later": []})
    look = told.json()["look"]
    answer = said(place, "accept", code="work", mode="second-look", heads=look["heads"])
    [taken] = site.decide(answer)
    [other] = site.decide(said(place, "accept", code="weather.sun", mode="second-look"))

    assert ("work", True) == (look["code"], look["is_yes"])
    assert "0.95" not in told.text
    assert taken["is_taken"]
    assert not other["is_taken"]
    assert "second-look" == next(row for row in rows_of(pilot) if row.act == "accept").mode
    assert site.post("/api/look", {"later": []}).json()["look"] is None
    assert 400 == site.post("/api/look", {"later": 1}).status_code


def surely(site: Site, place: Place) -> None:
    """Let the model be sure of the code work at ``place``."""
    row = Suggestion(segment_id(place), "work", 0.95, 1, (), "m-1", "1+0")
    facts = replace(site.bench.facts, suggestions={row.segment_id: [row]})
    site.bench.work = replace(site.bench.work, facts=facts)


def test_finding_keeps_every_condition(site: Site) -> None:
    """Words with any space between, the coder's own codes, on parts too, and states."""
    place = site.places(audit=False)[0]
    part = (place[0], place[1], place[1] + 4)
    site.decide(said(part, "add", code="work"), said(place, "memo", memo="x"))

    def n(**cells: str) -> int:
        return site.thread.submit(lambda: find(site.bench, Query(**cells)).n).result()

    assert [0, 24, 1] == [n(), n(words="rain  FELL"), n(words="fell on day 7 ")]
    assert [1, 1, 1, 0] == [n(code="work"), n(state="coded"), n(state="memo"), n(state="done")]
    assert 0 == n(words="rain", transcript="long")
    assert 200 == site.client.get("/find?q=rain&state=open").status_code


@pytest.mark.parametrize("path", ["/adjudicate", "/agreement", "/second-look", "/find"])
def test_each_screen_is_a_page(site: Site, path: str) -> None:
    """With our rules, and for who has the cookie only."""
    found = site.client.get(path)

    assert 200 == found.status_code
    assert "default-src 'none'" in found.headers["content-security-policy"]


def test_a_refusal_met_by_a_person_is_a_page(site: Site) -> None:
    """A browser that was not let in is told so in words, not in JSON."""
    site.client.cookies.clear()

    found = site.client.get("/", headers={"accept": "text/html"})

    assert 401 == found.status_code
    assert "<h1>" in found.text
    assert "glossator review" in found.text
