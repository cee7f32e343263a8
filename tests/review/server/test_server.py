"""The server of the review page: who comes in, what they may see, what becomes of decisions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipeline.core.corpus import Corpus
from pipeline.core.errors import GlossatorError
from pipeline.review.corpus_log import add_coder
from pipeline.review.facts import segment_id
from pipeline.review.log.store import open_log
from pipeline.review.seating import Choice
from pipeline.review.server.door import Kept, kept_file, read_kept, write_kept
from pipeline.review.server.keys import KEYS
from pipeline.review.server.opening import open_bench
from pipeline.review.server.serve import listen, pass_of
from pipeline.review.server.static import PAGES
from pipeline.review.server.views import STATIC, as_data
from tests.review.server.site import PORT, SAFE, SECRET, TOKEN, Site, asked, rows_of, said

# Who comes in


def test_the_token_opens_once(site: Site) -> None:
    """It is exchanged for a strict cookie and leaves the address; a second browser is refused."""
    site.client.cookies.clear()

    first = site.client.get(f"/?token={TOKEN}")
    site.client.cookies.clear()
    second = site.client.get(f"/?token={TOKEN}")

    assert (303, "/") == (first.status_code, first.headers["location"])
    assert "HttpOnly" in first.headers["set-cookie"]
    assert "SameSite=strict" in first.headers["set-cookie"]
    assert 403 == second.status_code


def test_who_has_the_cookie_may_open_the_link_again(site: Site) -> None:
    """A used link in a browser that was let in leads to the page, not to a refusal."""
    assert 303 == site.client.get("/?token=anything").status_code


@pytest.mark.parametrize(
    "path", ["/", "/review?t=int-1", "/api/states?t=int-1", f"{STATIC}/review.js"]
)
def test_nothing_is_served_without_the_cookie(site: Site, path: str) -> None:
    """Not a page, not a table, not a script."""
    site.client.cookies.set(f"glossator-{PORT}", "00" * 32)

    answer = site.client.get(path)

    assert (401, "E_SESSION") == (answer.status_code, answer.json()["code"])


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:1"]
)
def test_another_name_is_not_answered(site: Site, host: str) -> None:
    """A name that was bent to this machine gets nothing."""
    assert 421 == site.client.get("/", headers={"host": host}).status_code


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "http://evil.example"}, 403),
        ({}, 403),
        ({"origin": f"http://127.0.0.1:{PORT}"}, 200),
        ({**SAFE, "content-type": "text/plain"}, 415),
        ({**SAFE, "content-length": "9" * 9}, 413),
    ],
)
def test_only_our_own_page_writes(site: Site, headers: dict[str, str], status: int) -> None:
    """JSON from our own origin, and not too much of it."""
    table = json.dumps({"places": [asked(site.places(audit=False)[0])]})

    answer = site.client.post(
        "/api/open", content=table, headers={"content-type": "application/json", **headers}
    )

    assert status == answer.status_code


def test_a_body_that_hides_its_length_is_cut_off(site: Site) -> None:
    """More than 64 kB in pieces is refused as well."""

    def pieces() -> Iterator[bytes]:
        for _ in range(70):
            yield b" " * 1024

    headers = {**SAFE, "content-type": "application/json"}

    assert 413 == site.client.post("/api/open", content=pieces(), headers=headers).status_code


@pytest.mark.parametrize(
    "path",
    [
        "/static/../server/app.py",
        "/static/%2e%2e%2fserver",
        f"{STATIC}/x.js",
        "/static/0/review.js",
        "/review?t=../x",
        "/x",
    ],
)
def test_no_path_comes_from_the_browser(site: Site, path: str) -> None:
    """Only names that are known lead anywhere."""
    assert 404 == site.client.get(path).status_code


@pytest.mark.parametrize(
    ("path", "keeping"),
    [
        *[(path, "no-store") for path in ("/", "/review?t=int-1", "/x", "/static/0/style.css")],
        (f"{STATIC}/style.css", "private, max-age=31536000, immutable"),
    ],
)
def test_every_answer_carries_the_rules(site: Site, path: str, keeping: str) -> None:
    """No script but ours, no frame, no guessing of kinds; nothing of a corpus is ever stored."""
    headers = site.client.get(path).headers

    assert "default-src 'none'" in headers["content-security-policy"]
    assert "require-trusted-types-for 'script'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert "nosniff" == headers["x-content-type-options"]
    assert keeping == headers["cache-control"]


def test_a_bug_is_one_sentence(
    site: Site, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No traceback and no words of a transcript, in the answer or in what the program logs."""

    def broken(name: str) -> Any:
        raise KeyError(f"rain fell in {name}")

    monkeypatch.setattr(site.bench, "states", broken)

    answer = site.client.get("/api/states?t=int-1")

    assert (500, "E_BUG") == (answer.status_code, answer.json()["code"])
    assert "rain fell" not in answer.text + caplog.text
    assert "KeyError" in caplog.text


# What they may see


def test_hostile_words_stay_words(tmp_path: Path, study: Callable[..., Corpus]) -> None:
    """Text, speakers and codes are never markup, in a page or in its data."""
    site = Site(study(tmp_path / "project", ["</script><script>alert(1)</script> & 'x'"]))

    page = site.client.get("/review?t=int-1").text
    site.close()

    assert "<script>alert" not in page
    assert "<img" not in page
    assert "<b>" not in page
    assert "&lt;/script&gt;&lt;script&gt;alert(1)" in page
    assert "\\u003c/script" in as_data("</script>")


@pytest.mark.parametrize("mode", ["assisted", "blind-first"])
def test_what_is_blind_leaves_no_trace(pilot: Corpus, mode: str) -> None:
    """Whatever is asked about audit spans: no suggestion, score, model or count comes back."""
    with open_log(pilot.log):
        site = Site(pilot, mode)
    blind = site.places(audit=True)
    told = site.post("/api/open", {"places": [asked(place) for place in blind]}).json()
    answers = site.decide(
        said(blind[0], "add", code="weather.rain"),
        said(blind[0], "accept", code="work"),
        said(blind[0], "reveal"),
        said(blind[0], "done", seen={"yes": ["weather.rain"], "undecided": []}),
    )
    _, start, end = blind[0]
    texts = [
        site.client.get(path).text
        for path in (
            "/",
            "/review?t=int-1",
            "/review?t=int-1&lane=audit",
            "/api/states?t=int-1",
            f"/api/history?t=int-1&start={start}&end={end}",
        )
    ]
    site.close()
    stored = rows_of(pilot)

    assert len(blind) >= 2
    assert {None} == set(told.values())
    assert [True, False, False, True] == [answer["is_taken"] for answer in answers]
    assert "E_BLIND" == answers[2]["code"]
    for text in [*texts, json.dumps(answers)]:
        assert not any(trace in text for trace in ("0.8125", "0.4375", "m-1", "secret"))
    assert not any(row.suggestion_visible or row.act == "shown" for row in stored)
    assert {("audit", "blind-first")} == {(row.lane, row.mode) for row in stored}
    assert all(0 < (row.inclusion_probability or 0) <= 1 for row in stored)


def test_suggestions_come_through_one_door_and_count_as_shown(site: Site, pilot: Corpus) -> None:
    """No page holds one; asking for them writes down that they were seen; no score is told."""
    place = site.places(audit=False)[0]
    page = site.client.get("/review?t=int-1").text
    before = rows_of(pilot)

    told = site.post("/api/open", {"places": [asked(place)]})
    [shown] = rows_of(pilot)

    assert "Somebody else" not in page + told.text
    assert [] == before
    assert {
        segment_id(place): [
            {"code": "weather.rain", "words": [[0, 4]]},
            {"code": "work", "words": [[0, 4]]},
        ]
    } == told.json()
    assert ("shown", "page", True) == (shown.act, shown.surface, shown.suggestion_visible)


def test_blind_first_shows_nothing_before_the_coder_asks(pilot: Corpus) -> None:
    """After a reveal that is on disk, suggestions of that segment alone are told."""
    site = Site(pilot, "blind-first")
    one, other = site.places(audit=False)[:2]
    places = {"places": [asked(one), asked(other)]}

    before = site.post("/api/open", places).json()
    [revealed] = site.decide(said(one, "reveal"))
    after = site.post("/api/open", places).json()
    site.close()

    assert {None} == set(before.values())
    assert revealed["is_taken"]
    assert [2, None] == [found and len(found) for found in after.values()]


def test_coders_do_not_see_one_another(pilot: Corpus) -> None:
    """What one decided is in no page, table or history of the other."""
    add_coder(pilot, "ben")
    site, other = Site(pilot), Site(pilot, coder="ben")
    place = site.places(audit=False)[0]
    site.decide(
        said(place, "add", code="weather.sun"), said(place, "memo", memo="Between us and the sea")
    )
    query = f"t=int-1&start={place[1]}&end={place[2]}"

    texts = [
        other.client.get(path).text
        for path in ("/", "/review?t=int-1", "/api/states?t=int-1", f"/api/history?{query}")
    ]
    states = other.client.get("/api/states?t=int-1").json()
    site.close()
    other.close()

    assert not any("Between us" in text or '"ana"' in text for text in texts)
    assert all(not state["codes"] for state in states.values())


# What becomes of decisions


def test_an_answer_means_it_is_on_disk(site: Site, pilot: Corpus) -> None:
    """The row is there for another reader, with what the server knows and the client cannot say."""
    place = site.places(audit=False)[0]
    table = said(place, "add", code="work", coder="ben", lane="audit", score=1, model_id="forged")

    [answer] = site.decide(table)
    [row] = [row for row in rows_of(pilot) if row.act == "add"]

    assert answer["is_taken"]
    assert table["decision_id"] == row.decision_id
    assert ("ana", "order", "page", 1200) == (row.coder, row.lane, row.surface, row.active_ms)
    assert ("m-1", 0.4375, "assisted") == (row.model_id, row.score, row.mode)
    assert site.bench.work.seat.round_id == row.round_id
    assert not row.suggestion_visible


def test_sending_again_changes_nothing(site: Site, pilot: Corpus) -> None:
    """A lost answer is asked for again; the same id for something else is refused."""
    place = site.places(audit=False)[0]
    table = said(place, "add", code="work")

    first, again = site.decide(table), site.decide(table)
    forged = site.decide({**table, "code": "weather.sun"})

    assert first == again
    assert "E_DUPLICATE_ID" == forged[0]["code"]
    assert 1 == len([row for row in rows_of(pilot) if row.act == "add"])


def test_a_conflict_is_told_with_what_stands(site: Site) -> None:
    """A second tab that saw nothing does not overwrite; the others of its request are taken."""
    place = site.places(audit=False)[0]
    site.decide(said(place, "add", code="work"))

    late, fine = site.decide(
        said(place, "unsure", code="work"), said(place, "add", code="weather.sun")
    )

    assert (False, "E_CONFLICT") == (late["is_taken"], late["code"])
    assert "now stands yes" in late["message"]
    assert fine["is_taken"]


def test_a_done_must_agree_with_what_stands(site: Site) -> None:
    """What the page showed as signed off is compared with the log."""
    place = site.places(audit=False)[0]
    site.post("/api/open", {"places": [asked(place)]})

    wrong, right = site.decide(
        said(place, "done"),
        said(place, "done", seen={"yes": [], "undecided": ["weather.rain", "work"]}),
    )

    assert "E_CONFLICT" == wrong["code"]
    assert right["is_taken"]


def test_undo_and_redo_are_decisions(site: Site) -> None:
    """Undo brings back what stood before; undoing the undo brings it on again."""
    place = site.places(audit=False)[0]
    add = said(place, "add", code="work")
    undo = said(place, "undo", code="work", undoes=add["decision_id"], heads=[add["decision_id"]])
    redo = said(place, "undo", code="work", undoes=undo["decision_id"], heads=[undo["decision_id"]])
    verdicts = []

    for table in (add, undo, redo):
        site.decide(table)
        states = site.client.get("/api/states?t=int-1").json()
        verdicts.append(states[segment_id(place)]["codes"]["work"]["verdict"])

    assert ["yes", "open", "yes"] == verdicts


@pytest.mark.parametrize(
    "cells",
    [
        {"act": "settle"},
        {"act": "shown"},
        {"decision_id": "1"},
        {"start": "0"},
        {"start": True},
        {"end": 10**9},
        {"heads": None},
        {"active_ms": -1},
        {"decided_at": "yesterday"},
        {"code": "x" * 500},
        {"code": "weather"},
        {"code": "nowhere"},
        {"transcript_id": "../int-1"},
        {"group_id": "g"},
    ],
)
def test_what_no_page_sends_is_refused_in_its_place(site: Site, cells: dict[str, object]) -> None:
    """One sentence and a code for that decision; nothing is written."""
    place = site.places(audit=False)[0]

    [answer] = site.decide({**said(place, "add", code="work"), **cells})

    assert not answer["is_taken"]
    assert answer["code"].startswith("E_")
    assert [] == rows_of(site.bench.work.corpus)


@pytest.mark.parametrize(
    "table", [[], {}, {"decisions": []}, {"decisions": "x"}, {"decisions": [1] * 51}]
)
def test_what_is_no_list_of_decisions_is_refused(site: Site, table: object) -> None:
    """Requests have the one form that our page sends."""
    assert 400 == site.post("/api/decisions", table).status_code


def test_a_log_that_is_held_leaves_all_in_the_browser(site: Site, pilot: Corpus) -> None:
    """Another program writing: 503, nothing taken, and it can be sent again."""
    place, table = site.places(audit=False)[0], {}
    site.thread.submit(
        lambda: site.bench.log._connection.execute("PRAGMA busy_timeout=1")  # noqa: SLF001  # a short wait
    ).result()
    table = said(place, "add", code="work")
    with open_log(pilot.log) as other, other.writing():
        held = site.post("/api/decisions", {"decisions": [table]})

    [answer] = site.decide(table)

    assert (503, "E_BUSY") == (held.status_code, held.json()["code"])
    assert answer["is_taken"]


# Around it


@pytest.mark.parametrize("coder", ["nobody", "robot"])
def test_only_people_who_were_added_review(pilot: Corpus, coder: str) -> None:
    """An unknown coder and a program are refused before anything is served."""
    add_coder(pilot, "robot", "script")

    with pytest.raises(GlossatorError, match=coder):
        open_bench(pilot, coder, Choice())


def test_a_corpus_without_segments_says_what_to_do(pilot: Corpus) -> None:
    """There is nothing to review before the first run."""
    pilot.table("segments").unlink()

    with pytest.raises(GlossatorError, match="glossator run pilot"):
        open_bench(pilot, "ana", Choice())


def test_a_restart_keeps_port_and_cookie(pilot: Corpus) -> None:
    """So that an open page goes on; on another port the cookie is another."""
    place = kept_file(pilot, "ana")
    write_kept(place, Kept(PORT, SECRET))

    kept = read_kept(place)
    with listen(None, None) as listening:
        own = pass_of(listening, kept)

    assert Kept(PORT, SECRET) == kept
    assert own.secret != SECRET
    assert 0 == place.stat().st_mode & 0o077
    assert kept_file(pilot, "Ana") != place


@pytest.mark.parametrize("text", ["", "[]", "[" * 99_999, '{"port": Infinity, "secret": "x"}'])
def test_what_was_kept_for_a_restart_may_be_spoilt(tmp_path: Path, text: str) -> None:
    """Then nothing was kept."""
    (tmp_path / "kept.json").write_text(text)

    assert read_kept(tmp_path / "kept.json") is None


def test_a_port_that_is_taken_is_said() -> None:
    """Asked for, it is an error; remembered, another is taken."""
    with listen(None, None) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(GlossatorError, match=str(port)):
            listen(port, None)
        with listen(None, Kept(port, SECRET)) as other:
            assert port != other.getsockname()[1]


def test_a_key_has_one_meaning() -> None:
    """No key stands twice in the table, and each act of it is one of the page's."""
    keys = [key for row in KEYS for key in row.keys]
    page = (PAGES / "review.js").read_text(encoding="utf-8")

    assert len(keys) == len(set(keys))
    assert [] == [
        row.act for row in KEYS if f" {row.act}(" not in page and f'"{row.act}"' not in page
    ]


@pytest.mark.parametrize("path", sorted(PAGES.iterdir()), ids=lambda path: path.name)
def test_a_page_file_holds_one_thought_and_knows_no_host(path: Path) -> None:
    """At most 400 lines; no address of another host; nothing that could become markup."""
    text = path.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")

    assert text.count("\n") <= 400
    assert "http" not in text.replace("https?", "")
    assert not any(word in text for word in ("innerHTML", "insertAdjacentHTML", "eval(", "style="))
