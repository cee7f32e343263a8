"""A corpus to a REFI-QDA project: kinds of variables, codes that are gone, votes, suggestions."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.core.codebook import Code, Codebook
from pipeline.core.errors import ConfigError
from pipeline.core.records import Evidence, Segment, Suggestion, Transcript, Turn
from pipeline.exchange.refi.memory import Map, Memory, SourceLink, UserLink
from pipeline.exchange.refi.model import (
    BOOLEAN,
    DATE,
    DATE_TIME,
    FLOAT,
    INTEGER,
    TEXT,
    Kept,
    Project,
    walk,
)
from pipeline.exchange.refi.read import read_qdpx
from pipeline.export.loss import Loss
from pipeline.export.refi.facts import Facts, People, Said, text_of
from pipeline.export.refi.people import kind_of, runs_of
from pipeline.export.refi.project import Wish, build
from pipeline.export.refi.stage import codebook_file, run

TALK = "I: And?\nAna: It rains.\nBen: It shines.\nAna: Still."
WHEN = "2026-01-02T03:04:05.000Z"
BOOK = Codebook(
    "mini",
    "1",
    (Code("weather", "Weather", codable=False), Code("weather.rain", "Rain"), Code("sun", "Sun")),
)


def turn(number: int, start: int, end: int, person: str | None) -> Turn:
    """Return a turn of the talk."""
    return Turn("t", number, "x", person, "", start, end, None, None, "exact", TALK[start:end])


def row(start: int, end: int, code: str, coders: str, status: str = "single") -> dict[str, Any]:
    """Return a coded segment, as far as an export looks at it."""
    return {
        "transcript_id": "t", "start": start, "end": end, "code": code, "coders": coders,
        "status": status,
    }  # fmt: skip


@pytest.fixture
def facts() -> Facts:
    """Return a corpus of one talk with two people and three codings."""
    return Facts(
        corpus="c",
        codebook=BOOK,
        transcripts=[Transcript("t", "t.txt", "", "interview", TALK)],
        turns={"t": [turn(1, 13, 22, "A"), turn(2, 28, 38, "B"), turn(3, 44, 50, "A")]},
        people=People(("age", "note"), {"A": {"age": "42", "note": "x\u0007y"}, "B": {"age": "7"}}),
        coded=[
            row(13, 22, "weather.rain", "ana; ben", "agreed"),
            row(28, 38, "sun", "ana"),
            row(13, 38, "gone.code", "ben"),
        ],
        said={
            ("ana", "t", 13, 22, "weather.rain"): Said(WHEN, "wet", {}),
            ("ana", "t", 28, 38, "sun"): Said("2026-01-03T00:00:00Z", "", {}),
            ("ben", "t", 13, 38, "gone.code"): Said(WHEN, "", {}),
        },
        memory=Memory(),
    )


def made(facts: Facts, **wish: Any) -> tuple[Project, Loss]:
    """Return the project and the losses."""
    loss = Loss()
    return build(facts, Wish(**wish), loss), loss


def test_each_coder_codes_only_what_they_coded(facts: Facts) -> None:
    """A vote that a longer passage casts is no coding; nobody's words are invented."""
    project, loss = made(facts)
    names = {user.guid: user.name for user in project.users}
    [source] = project.sources
    found = [(s.start, s.end, names[s.user]) for s in source.selections if s.codings]

    assert [(13, 22, "ana"), (13, 38, "ben"), (28, 38, "ana")] == found
    assert 3 == loss["codings"].n_out
    assert "ana" == names[project.user]


def test_codes_that_are_gone_go_out_and_are_told(facts: Facts) -> None:
    """Behind the codebook's own, codable, under their path."""
    project, loss = made(facts)

    assert ["Weather", "Rain", "Sun", "gone.code"] == [p[-1].name for p in walk(project.codes)]
    assert 1 == loss["codes"].changed.total()


def test_cases_refer_to_runs_of_turns(facts: Facts) -> None:
    """Where several people speak, each has passages; a passage without a code is the lead's."""
    project, loss = made(facts)
    marks = {s.guid: (s.start, s.end) for s in project.sources[0].selections}
    found = {case.name: [marks[guid] for guid in case.selections] for case in project.cases}

    assert {"A": [(13, 22), (44, 50)], "B": [(28, 38)]} == found
    assert all(case.sources == (project.sources[0].guid,) for case in project.cases)
    assert 1 == loss["values"].changed.total()  # a bell is no character of XML


def test_a_project_needs_no_coding(facts: Facts) -> None:
    """Texts, codes and people alone are a file, too, with a time that is no clock's."""
    project, loss = made(replace(facts, coded=[], said={}))

    assert "1970-01-01T00:00:00Z" == project.created
    assert ["unknown"] == [user.name for user in project.users]
    assert loss.is_nothing or loss["values"].changed


def test_statuses_narrow_what_goes_out(facts: Facts) -> None:
    """What stays behind is counted with its reason."""
    _, loss = made(facts, statuses=frozenset({"agreed"}))

    assert (3, 1) == (loss["codings"].n_in, loss["codings"].n_out)
    assert all(count.adds_up for count in loss.kinds.values())


def test_suggestions_are_a_user_of_their_own(facts: Facts, tmp_path: Path) -> None:
    """Machine and human work never mix, and the file is in order."""
    segment = Segment("t:13-22", "t", 1, "x", "A", "", 13, 22, TALK[13:22])
    suggestion = Suggestion("t:13-22", "sun", 0.25, 1, (Evidence(13, 15, 1.0, "w"),), "m-1", "1")
    lost = replace(suggestion, code="nowhere")
    wanted = replace(facts, suggestions=[(segment, suggestion), (segment, lost)])
    sent = run(wanted, tmp_path / "c.qdpx", Wish())
    project = read_qdpx((tmp_path / "c.qdpx").read_bytes()).project

    assert ["ana", "ben", "model m-1"] == sorted(user.name for user in project.users)
    assert (2, 1) == (sent.loss["suggestions"].n_in, sent.loss["suggestions"].n_out)
    assert 1 == sent.loss["memos"].n_out


def test_the_same_corpus_gives_the_same_bytes(facts: Facts, tmp_path: Path) -> None:
    """In every profile; the loss report lies beside the file and adds up."""
    for profile in ("standard", "nvivo", "qualcoder"):
        first, second = (run(facts, tmp_path / n, Wish(profile)).files[0] for n in ("a", "b"))
        assert first.read_bytes() == second.read_bytes()
    report = json.loads((tmp_path / "a.loss.json").read_bytes())
    for kind in report["kinds"].values():
        assert kind["in"] == kind["out"] + kind["changed"] + kind["left_out"]


def test_values_may_stand_on_the_source(facts: Facts) -> None:
    """Only where one participant speaks."""
    alone = replace(facts, turns={"t": [turn(1, 13, 22, "A")]})

    assert () == made(facts, has_source_values=True)[0].sources[0].values
    assert ["42"] == [
        value.text for value in made(alone, has_source_values=True)[0].sources[0].values[:1]
    ]


def test_kept_things_go_out_while_their_references_do(facts: Facts) -> None:
    """A link between codes that are there; not one to something that is gone, nor a stranger."""
    rain, sun = (path[-1].guid for path in list(walk(made(facts)[0].codes))[1:3])
    nought = "00000000-0000-0000-0000-00000000000"
    link = f'<Link xmlns="urn:x" guid="{nought}{{}}" targetGUID="{{}}" originGUID="{{}}"/>'
    kept = (
        Kept("Links", "a", link.format("a", rain, sun)),
        Kept("Links", "b", link.format("b", rain, f"{nought}d")),
        Kept("Links", "c", link.format("c", rain, "nothing")),
        Kept("foreign", "", "<x/>"),
    )
    memory = Memory.of([Map("sha", "qdpx", 1, kept=kept)])
    project, loss = made(replace(facts, memory=memory))

    assert ["a"] == [one.guid for one in project.kept]
    assert (4, 1) == (loss["kept elements"].n_in, loss["kept elements"].n_out)


def test_guids_that_came_in_are_kept_and_never_used_twice(facts: Facts) -> None:
    """A coder's and a transcript's; one that is no GUID is not."""
    ana, text = (f"00000000-0000-0000-0000-00000000000{n}" for n in (1, 2))
    memory = Memory.of(
        [
            Map(
                "sha", "qdpx", 1,
                users=(UserLink(ana, "Anna", "ana"), UserLink(ana, "Ben", "ben")),
                sources=(SourceLink(text, "T", "t", "broken"),),
            )
        ]
    )  # fmt: skip
    project, _ = made(replace(facts, memory=memory))

    assert ana == {user.name: user.guid for user in project.users}["ana"]
    assert text == project.sources[0].guid
    assert len({user.guid for user in project.users}) == len(project.users)


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (["true", "false"], BOOLEAN),
        (["1", "0"], INTEGER),
        (["1", "-2.50"], FLOAT),
        (["007"], TEXT),
        (["1980-01-31"], DATE),
        (["1980-02-31"], TEXT),
        ([WHEN], DATE_TIME),
        (["1", "x"], TEXT),
        ([], TEXT),
    ],
)
def test_the_narrowest_kind_holds_all_cells(cells: list[str], kind: str) -> None:
    """Numbers with leading noughts are names."""
    assert kind == kind_of(cells)


def test_numbers_keep_how_they_were_written() -> None:
    """If the table says the same number; else it is written plainly."""
    assert "1.50" == text_of(1.5, "1.50")
    assert ["42", "0.5", "x"] == [text_of(42.0, "Ann"), text_of(0.5, ""), text_of("x", "")]


def test_runs_end_where_somebody_else_speaks() -> None:
    """Also somebody who is not in the table."""
    turns = [turn(1, 0, 1, "A"), turn(2, 2, 3, "A"), turn(3, 4, 5, None), turn(4, 6, 7, "A")]

    assert [("A", 0, 3), ("A", 6, 7)] == runs_of(turns, {"A"})


def test_an_empty_codebook_is_no_file() -> None:
    """The standard wants a code."""
    with pytest.raises(ConfigError, match="has no code"):
        codebook_file(replace(BOOK, codes=()))
