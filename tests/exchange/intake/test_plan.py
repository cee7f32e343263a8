"""What comes in meets what is here: matched by GUID, text and name, never by likeness."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.core.codebook import Code as OwnCode
from pipeline.core.codebook import Codebook
from pipeline.core.errors import InputError
from pipeline.exchange.intake.have import Ask, Have, Plan
from pipeline.exchange.intake.plan import is_made_of, make_plan, moment
from pipeline.exchange.intake.sources import safe, without
from pipeline.exchange.refi.guids import code_guid, derived
from pipeline.exchange.refi.memory import Map, Memory
from pipeline.exchange.refi.model import Coding, Note, Project
from pipeline.exchange.refi.read import Found, read_qdpx
from pipeline.exchange.refi.write import write_qdpx
from tests.exchange.refi.drawn import sample

TEXT = sample().sources[0].text
OWN = Codebook(
    "own",
    "1",
    (
        OwnCode("weather", "Weather", codable=False),
        OwnCode("weather.wet", "Wet", aliases=("rain",)),
        OwnCode("other", "Other"),
    ),
)


def found(project: Project) -> Found:
    """Return a project as it is read."""
    return read_qdpx(write_qdpx(project))


def plan(project: Project, have: Have | None = None, ask: Ask | None = None) -> Plan:
    """Return what importing a project would do."""
    return make_plan(found(project), have or Have("c"), ask or Ask())


def with_coding(change: object, **cells: object) -> Project:
    """Return the sample with another first coding."""
    project = sample()
    [source] = project.sources
    first, *rest = source.selections
    coding = replace(first.codings[0], **cells)  # type: ignore[arg-type]  # any of its cells
    mark = replace(first, codings=(coding, *change)) if isinstance(change, tuple) else first
    return replace(project, sources=(replace(source, selections=(mark, *rest)),))


def test_into_nothing_everything_is_new() -> None:
    """A text, a codebook, a coder, a participant, two decisions."""
    made = plan(sample())

    assert {"one": TEXT} == made.texts
    assert made.codebook is not None
    assert ["weather", "weather.rain"] == [code.path for code in made.codebook.codes]
    assert (("ann",), {"P1"}) == (made.coders, set(made.people))
    assert ["I like", "rain"] == [one.quote for one in made.decisions]
    assert {"c-imported"} == {made.codebook.slug}


def test_ids_of_decisions_never_change() -> None:
    """The same file gives the same ids, also beside other things."""
    first = [one.decision_id for one in plan(sample()).decisions]
    again = [one.decision_id for one in plan(sample(), Have("d", {"x": "y"})).decisions]

    assert first == again
    assert 2 == len(set(first))


def test_the_same_text_is_the_same_transcript() -> None:
    """Whatever it is called here; of two, the one of the same name."""
    made = plan(sample(), Have("c", {"interview": TEXT}))
    two = plan(sample(), Have("c", {"an": TEXT, "one": TEXT}))

    assert ({}, "interview") == (made.texts, made.decisions[0].transcript_id)
    assert "one" == two.decisions[0].transcript_id


def test_the_same_name_with_another_text_is_refused_or_renamed() -> None:
    """Never mixed up."""
    have = Have("c", {"One": "Other words."})
    with pytest.raises(InputError, match="another text"):
        plan(sample(), have)

    assert {"one-2": TEXT} == plan(sample(), have, Ask(is_renaming=True)).texts


def test_codes_are_found_by_path_and_alias() -> None:
    """Weather / Rain is weather.wet here, for rain is its alias; nothing is proposed."""
    made = plan(sample(), Have("c", codebook=OWN))

    assert {"weather.wet"} == {one.code for one in made.decisions}
    assert made.proposal is None


def test_codes_are_found_by_guid_before_names() -> None:
    """Our own, or one that came in before."""
    project = sample()
    [top] = project.codes
    ours = replace(top.codes[0], guid=code_guid("own", "other"), name="Weather")
    made = plan(
        replace(with_coding((), code=ours.guid), codes=(top, replace(ours, codes=()))),
        Have("c", codebook=OWN),
    )

    assert "other" == made.map.codes[-1].code


def test_a_likeness_is_no_match() -> None:
    """Rains is not rain: it is proposed, and its codings wait."""
    project = sample()
    [top] = project.codes
    named = replace(top, codes=(replace(top.codes[0], name="Rains"),))
    made = plan(replace(project, codes=(named,)), Have("c", codebook=OWN))

    assert () == made.decisions
    assert made.proposal is not None
    assert "weather.rains" in made.proposal
    assert 2 == made.tale.counts["codings waiting"]
    assert any("wait for a code" in line for line in made.tale.to_do)


def test_a_code_that_holds_others_together_takes_no_coding() -> None:
    """The coding waits until the codebook opens the code."""
    closed = replace(OWN, codes=(*OWN.codes[:1], replace(OWN.codes[1], codable=False)))
    made = plan(sample(), Have("c", codebook=closed))

    assert () == made.decisions
    assert 2 == made.tale.counts["codings waiting"]


def test_the_same_coding_twice_is_one_with_both_memos() -> None:
    """Two codings of one code by one coder on the same words."""
    project = sample()
    [source] = project.sources
    last = source.selections[-1]
    note = Note(derived("note", "x"), "n", "another", last.user)
    twin = Coding(derived("coding", "x"), last.codings[0].code, last.user, notes=(note.guid,))
    mark = replace(last, codings=(*last.codings, twin))
    made = plan(
        replace(
            project,
            notes=(*project.notes, note),
            sources=(replace(source, selections=(source.selections[0], mark)),),
        )
    )

    assert ["a memo\n\nanother"] == [one.memo for one in made.decisions if one.memo]
    assert 1 == made.tale.counts["codings twice"]


def test_every_coding_is_counted_once() -> None:
    """What was in the file is what became of it."""
    counts = plan(sample()).tale.counts

    assert counts["codings in the file"] == sum(
        counts[key]
        for key in (
            "codings",
            "codings twice",
            "codings waiting",
            "codings that are cases",
            "codings that are suggestions of a model",
            "codings that cannot be read",
        )
    )


def test_a_map_comes_back_from_json() -> None:
    """All of it; one that is damaged is refused in a sentence."""
    made = plan(sample()).map

    assert made == Map.from_json(made.to_json().encode(), "x")
    head = b'{"format": "glossator-import/1", '
    for data in (b"{", b"{}", head + b'"odd": 1}', head + b'"number": 1e999}', b"[" * 9999):
        with pytest.raises(InputError, match="no map"):
            Map.from_json(data, "x")


def test_variables_never_take_the_name_of_a_column() -> None:
    """A variable called code would break every table."""
    project = sample()
    first, second, *rest = project.variables
    named = (replace(first, name="Code"), replace(second, name="code"), *rest)
    made = plan(replace(project, variables=named))

    assert ["code_value", "code_value_2"] == [link.column for link in made.map.variables[:2]]


def test_a_value_that_differs_is_told() -> None:
    """And the one that is here stays."""
    have = Have("c", cells={"P1": {"participant_id": "P1", "integer": "41"}}, columns=("integer",))
    made = plan(sample(), have)

    assert "integer" not in made.people.get("P1", {})
    assert ["P1: integer is '41' here and '42' in the file"] == made.tale.to_do


def test_sources_that_cannot_come_in_are_listed_with_their_codings() -> None:
    """Cases lose their references to them."""
    whole = found(sample())
    [source] = whole.project.sources
    cut = without(whole, {source.guid: "too long"})
    made = make_plan(cut, Have("c"), Ask())

    assert () == made.decisions
    assert 2 == made.tale.counts["codings that cannot be read"]
    assert any("too long" in line for line in made.tale.to_do)


def test_what_was_matched_stays_matched() -> None:
    """A map remembers what names no longer tell."""
    first = plan(sample())
    book = replace(OWN, codes=tuple(replace(c, name="N", aliases=()) for c in OWN.codes))
    links = tuple(replace(link, code="other") for link in first.map.codes)
    memory = Memory.of([replace(first.map, codes=links)])
    made = plan(sample(), Have("c", {"one": TEXT}, book, memory))

    assert {"other"} == {one.code for one in made.decisions}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-01-01T02:00:00+02:00", "2024-01-01T00:00:00Z"),
        ("2024-01-01T02:00:00", "2024-01-01T02:00:00Z"),
        ("2024-01-01T02:00:00.120Z", "2024-01-01T02:00:00.120Z"),
        ("1.1.2024", ""),
        ("", ""),
    ],
)
def test_times_are_in_utc(text: str, expected: str) -> None:
    """One without a zone is taken as UTC; what is no time is none."""
    assert expected == moment(text)


def test_what_vanished_since_the_last_file_is_told() -> None:
    """A corrected file adds what is new; what it no longer has is counted, not deleted."""
    first = plan(sample())
    project = sample()
    [source] = project.sources
    fewer = replace(project, sources=(replace(source, selections=source.selections[1:]),))
    cases = tuple(replace(case, selections=()) for case in project.cases)
    have = Have("c", {"one": TEXT}, first.codebook, Memory.of([first.map]))
    made = plan(replace(fewer, cases=cases), have)

    assert 1 == len(made.decisions)
    assert any("1 codings of the file" in line for line in made.tale.notes)


def test_a_description_of_notes_says_nothing_new() -> None:
    """Memos are not doubled because they stand in two places."""
    assert is_made_of("a\n\nb", ["b", "a"])
    assert not is_made_of("a\n\nc", ["b", "a"])


def test_names_of_transcripts_name_files() -> None:
    """Nothing leads out of the folder, nothing is too long for a disk."""
    assert "a_b" == safe("../a/b..")
    assert "transcript" == safe("///")
    assert len(safe("é" * 500).encode()) <= 200
