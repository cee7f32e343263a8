"""Small projects that differ from a plain one in one thing each, read right by name."""

from __future__ import annotations

import time
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from pipeline.core.errors import InputError
from pipeline.exchange.refi.check import check_qdpx
from pipeline.exchange.refi.model import Project, Source, walk
from pipeline.exchange.refi.offsets import UTF16
from pipeline.exchange.refi.read import Found, read_qdpx

SOUND = "abcdefghijklmnopqrstu"
HOSTILE = (
    "x_billion_laughs",
    "x_bomb",
    "x_no_project",
    "x_not_a_zip",
    "x_traversal",
    "x_truncated",
    "x_two_projects",
    "x_xxe",
)


@pytest.fixture(params=SOUND)
def name(shared: Path, request: pytest.FixtureRequest) -> str:
    """Return the name of each sound probe; its letter stands in front."""
    [path] = (shared / "probes").glob(f"{request.param}_*.qdpx")
    return path.stem


def read(shared: Path, name: str) -> Found:
    """Return what a probe holds."""
    return read_qdpx((shared / "probes" / f"{name}.qdpx").read_bytes())


def rows_of(project: Project) -> list[tuple[Any, ...]]:
    """Return the codings on passages: words, place, code, coder, memo; cases are none."""
    [source] = project.sources
    users = {user.guid: user.name for user in project.users}
    notes = {note.guid: note.text for note in project.notes}
    cases = {case.guid for case in project.cases}
    paths = {path[-1].guid: "/".join(code.name for code in path) for path in walk(project.codes)}
    return [
        (
            source.text[item.start : item.end],
            item.start,
            paths[coding.code],
            users[coding.user or item.user],
            next((notes[guid] for guid in (*coding.notes, *item.notes)), item.description or None),
        )
        for item in source.selections
        for coding in item.codings
        if coding.code not in cases
    ]


def wanted(expected: Any) -> list[tuple[Any, ...]]:
    """Return the codings that every sound probe holds."""
    keys = ("quote", "start", "code", "coder", "memo")
    return [tuple(row[key] for key in keys) for row in expected["codings"]]


def only_source(found: Found) -> Source:
    """Return the only source."""
    [source] = found.project.sources
    return source


def test_every_coding_arrives_with_its_exact_words(shared: Path, expected: Any, name: str) -> None:
    """Whatever the tool, its codings are the same words, codes, coders and memos."""
    found = read(shared, name)

    assert expected["text"] == only_source(found).text
    assert wanted(expected) == rows_of(found.project)
    assert not found.problems


def test_the_convention_is_measured(shared: Path, expected: Any, name: str) -> None:
    """Units, ends and line ends are found, and the runner-up is well behind."""
    found = read(shared, name)
    how = found.conventions[only_source(found).guid]
    truth = expected["convention"][name]

    assert ("utf-16" == truth["unit"]) is (how.convention.unit == UTF16)
    assert ("inclusive" == truth["end"]) is how.convention.is_inclusive
    assert (1 == truth["crlf_counts"]) is how.convention.is_crlf_one
    assert not how.convention.is_bom_counted
    assert "told" == how.reason
    assert how.score > how.runner_score


def test_codes_cases_and_notes_arrive(shared: Path, expected: Any, name: str) -> None:
    """Codes four deep, a case with six typed values, notes in the file and beside it."""
    project = read(shared, name).project
    n_codes = expected["n_codes"].get(name, expected["n_codes"]["default"])
    [case] = project.cases
    variables = {variable.guid: variable.name for variable in project.variables}
    closed = [path[-1].name for path in walk(project.codes) if not path[-1].is_codable]

    assert (11 if isinstance(n_codes, str) else n_codes) == project.n_codes
    assert expected["not_codable"] == closed
    assert expected["coders"] == [user.name for user in project.users]
    assert expected["cases"][0]["values"] == {variables[v.variable]: v.text for v in case.values}
    assert expected["cases"][0]["memo"] == case.description
    assert expected["n_notes"].get(name, expected["n_notes"]["default"]) == len(project.notes)
    assert ["2"] == [value.text for value in project.sources[0].values]


def test_what_breaks_the_standard_is_said(shared: Path, expected: Any, name: str) -> None:
    """An invalid file is read with a warning, a valid one without."""
    assert (name in expected["xsd_invalid"]) is bool(read(shared, name).warnings)


def test_a_damaged_file_gives_what_is_sound(shared: Path, expected: Any) -> None:
    """Five codings arrive, a sixth is placed by its words, the others are listed with reasons."""
    found = read(shared, "w_damaged")
    whys = " ".join(problem.why for problem in found.problems)

    assert [0, 1, 3, 4, 7, 8] == [wanted(expected).index(row) for row in rows_of(found.project)]
    assert 1 == len(found.moved)
    for words in ("same GUID", "leads nowhere", "leads to a user", "9999", "2 selections have"):
        assert words in whys
    assert all(problem.guid for problem in found.problems)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_file_is_refused_at_once(shared: Path, hostile: str) -> None:
    """One sentence, in under a second and under 100 MB."""
    data = (shared / "probes" / f"{hostile}.qdpx").read_bytes()
    tracemalloc.start()
    begun = time.perf_counter()

    with pytest.raises(InputError) as caught:
        read_qdpx(data)

    seconds, (_, peak) = time.perf_counter() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 1
    assert peak < 100 * 2**20
    assert "\n" not in str(caught.value)


def test_our_checks_agree_that_a_probe_is_in_order(shared: Path, expected: Any, name: str) -> None:
    """What the schema accepts our own table accepts, and the other way round."""
    found = read(shared, name)
    data = (shared / "probes" / f"{name}.qdpx").read_bytes()
    how = found.conventions[only_source(found).guid].convention
    problems = check_qdpx(data, how, has_cases_as_codes=name == "n_case_as_code")
    # folders in capitals and bare paths are other tools' ways, which the standard does not want
    ours = [p for p in problems if "sources/" not in p.lower() and "leads outside" not in p]

    assert (name in expected["xsd_invalid"]) is bool(ours), ours
