"""What is written is valid, is read back as it was, and is the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from pipeline.exchange.refi.check import check_qdc, check_qdpx
from pipeline.exchange.refi.model import Kept, Project
from pipeline.exchange.refi.offsets import UTF16, Convention
from pipeline.exchange.refi.profiles import PROFILES, fit
from pipeline.exchange.refi.read import read_qdc, read_qdpx
from pipeline.exchange.refi.write import write_qdc, write_qdpx
from tests.exchange.refi.drawn import projects, sample

UTF_16 = Convention(UTF16)
SLACK = settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)


@SLACK
@given(projects())
def test_a_project_comes_back_as_it_was(project: Project) -> None:
    """Write, read, write: the same records, the same bytes, no problem found; in both units."""
    for convention in (Convention(), UTF_16):
        data = write_qdpx(project, convention)
        found = read_qdpx(data, convention)
        assert [] == check_qdpx(data, convention)
        assert ((), (), project) == (found.problems, found.warnings, found.project)
        assert data == write_qdpx(found.project, convention)


def test_every_file_is_valid(schema: etree.XMLSchema, xml_of: Callable[[bytes], bytes]) -> None:
    """The schema has nothing to say, whatever the profile."""
    for profile in PROFILES.values():
        fitted = fit(sample(), profile).project
        data = write_qdpx(fitted, profile.convention)
        root = etree.fromstring(xml_of(data))
        assert schema.validate(root), schema.error_log
        problems = check_qdpx(
            data, profile.convention, has_cases_as_codes=profile.has_cases_as_codes
        )
        assert [] == problems


@SLACK
@given(projects())
def test_any_project_is_valid(
    schema: etree.XMLSchema, xml_of: Callable[[bytes], bytes], project: Project
) -> None:
    """Also drawn ones."""
    assert schema.validate(etree.fromstring(xml_of(write_qdpx(project)))), schema.error_log


def test_a_codebook_alone_is_valid(codebook_schema: etree.XMLSchema) -> None:
    """A .qdc keeps names, colours and descriptions, and is valid."""
    data = write_qdc(sample().codes, "Glossator")

    assert codebook_schema.validate(etree.fromstring(data)), codebook_schema.error_log
    assert [] == check_qdc(data)
    assert sample().codes == read_qdc(data).project.codes


def test_the_archive_tells_nothing_of_the_machine() -> None:
    """The project first, members by name, one fixed time, plain files."""
    archive = zipfile.ZipFile(io.BytesIO(write_qdpx(sample())))
    members = archive.infolist()

    assert "project.qde" == members[0].filename
    assert sorted(m.filename for m in members[1:]) == [m.filename for m in members[1:]]
    assert {(1980, 1, 1, 0, 0, 0)} == {m.date_time for m in members}
    assert {0o644} == {m.external_attr >> 16 & 0o777 for m in members}
    assert b"currentPath" not in archive.read("project.qde")


def test_text_without_emoji_is_the_same_for_all_tools() -> None:
    """Only characters beyond U+FFFF part the profiles."""
    plain, emoji = sample("Ann: I liked   rain.\nBob: So do I.\n"), sample()

    assert write_qdpx(plain) == write_qdpx(plain, UTF_16)
    assert write_qdpx(emoji) != write_qdpx(emoji, UTF_16)


def test_kept_elements_go_out_in_the_standards_namespace(schema: etree.XMLSchema) -> None:
    """A link of an old file is written as one of today's."""
    xml = '<v:Link xmlns:v="urn:old" guid="00000000-0000-0000-0000-00000000000a"/>'
    project = replace(sample(), kept=(Kept("Links", "x", xml),))
    archive = zipfile.ZipFile(io.BytesIO(write_qdpx(project)))

    assert schema.validate(etree.fromstring(archive.read("project.qde"))), schema.error_log


def test_qualcoder_gets_cases_as_codes_and_no_twins() -> None:
    """Each case is a code of the same GUID on its passages; no two codes share a name."""
    project = sample()
    [top] = project.codes
    twin = replace(top.codes[0], guid=top.guid.replace(top.guid[0], "f"), codes=())
    fitted = fit(replace(project, codes=(*project.codes, twin)), PROFILES["qualcoder"])
    names = [code.name for code in (*fitted.project.codes, *fitted.project.codes[0].codes)]

    assert len(names) == len({name.casefold() for name in names})
    assert project.cases[0].guid in {code.guid for code in fitted.project.codes}
    assert "Weather / Rain" in names
    marks = [
        s
        for s in fitted.project.sources[0].selections
        if s.codings[0].code == project.cases[0].guid
    ]
    assert [(5, 11)] == [(mark.start, mark.end) for mark in marks]


def test_another_reader_finds_the_same_elements(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An independent library loads the file and saves every element and text as it was."""
    pyrefiqda = pytest.importorskip("pyrefiqda", reason="pyrefiqda, the second reader, is missing")
    monkeypatch.chdir(tmp_path)  # it works in the folder where it is run
    data = write_qdpx(sample())
    (tmp_path / "a.qdpx").write_bytes(data)
    handler = pyrefiqda.RefiProject
    handler.save(handler.load("a.qdpx", "out"), "b.qdpx")
    saved = zipfile.ZipFile("b.qdpx")
    [name] = [name for name in saved.namelist() if name.endswith(".qde")]
    ours = zipfile.ZipFile(io.BytesIO(data)).read("project.qde")

    assert elements(ours) == elements(saved.read(name))


def elements(xml: bytes) -> list[tuple[str, dict[str, str], str]]:
    """Return names, attributes and texts in the order of the file."""
    return [
        (str(e.tag), {str(k): str(v) for k, v in e.attrib.items()}, (e.text or "").strip())
        for e in etree.fromstring(xml).iter(etree.Element)
    ]
