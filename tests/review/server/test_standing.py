"""What the page is told of what stands, against the fold of all decisions."""

from __future__ import annotations

import random
from typing import Any

from pipeline.core.corpus import Corpus
from pipeline.core.records import Decision
from pipeline.review.log.fold import fold
from tests.review.server.site import Place, Site, rows_of, said

CODES = ("weather.rain", "weather.sun", "work")


def told(site: Site) -> dict[Place, dict[str, tuple[str, list[str]]]]:
    """Return verdict and heads of each code on whole segments and on parts, as the page has it."""
    found: dict[Place, dict[str, tuple[str, list[str]]]] = {}
    for key, state in site.client.get("/api/states?t=int-1").json().items():
        name, _, span = key.rpartition(":")
        start, end = map(int, span.split("-"))
        places: dict[Place, Any] = {(name, start, end): state["codes"]}
        for part in state["parts"].values():
            places["int-1", part["start"], part["end"]] = part["codes"]
        for place, codes in places.items():
            if codes:
                found[place] = {k: (v["verdict"], v["heads"]) for k, v in codes.items()}
    return found


def folded(rows: list[Decision]) -> dict[Place, dict[str, tuple[str | None, list[str]]]]:
    """Return the same from the decisions alone."""
    found: dict[Place, dict[str, tuple[str | None, list[str]]]] = {}
    for (_, name, start, end, code), item in fold(rows).items():
        if code is not None:
            place = (name, start, end)
            found.setdefault(place, {})[code] = (item.verdict, list(item.heads))
    return found


def test_the_page_is_told_what_the_decisions_come_to(site: Site, pilot: Corpus) -> None:
    """On segments and on parts, after adding, taking away, doubting and undoing at random."""
    chance = random.Random(5)  # noqa: S311  # a test's dice
    places = site.places(audit=False)[:4]
    places += [(name, start, start + 4) for name, start, _ in places]
    for _ in range(60):
        place, code = chance.choice(places), chance.choice(CODES[1:])
        _, heads = told(site).get(place, {}).get(code, ("", []))
        act = chance.choice(("add", "clear", "unsure", *["undo"] * bool(heads)))
        cells = {"undoes": heads[0]} if act == "undo" else {}
        site.decide(said(place, act, code=code, heads=heads, **cells))

    assert folded(rows_of(pilot)) == told(site)
    assert len(told(site)) > 5


def test_segments_done_are_counted_as_the_decisions_come_to(site: Site) -> None:
    """Signed off, opened again, signed off anew."""
    first, second = site.places(audit=False)[:2]
    done = site.decide(said(first, "done"), said(second, "done"))
    again = said(second, "reopen", heads=[done[1]["decision_id"]])
    site.decide(again)
    before = site.client.get("/").text
    site.decide(said(second, "done", heads=[again["decision_id"]]))

    assert "1 of " in before
    assert "2 of " in site.client.get("/").text
