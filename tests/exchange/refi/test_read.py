"""Strangers' files: never a crash; what can be read arrives, the rest is listed with its GUID."""

from __future__ import annotations

import contextlib
import io
import stat
import zipfile
from collections.abc import Callable, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.core.errors import InputError
from pipeline.exchange.refi import archive as archives
from pipeline.exchange.refi.archive import open_archive, pack
from pipeline.exchange.refi.guids import code_guid, derived, plain, user_guid
from pipeline.exchange.refi.read import Found, read_qdc, read_qdpx
from pipeline.exchange.refi.write import write_qdpx
from tests.exchange.refi.drawn import sample

TEXT = derived("text", "c", "one")
MEMBER = f"sources/{TEXT}.txt"
RAIN = code_guid("book", "rain")
SLACK = settings(max_examples=60, suppress_health_check=list(HealthCheck), deadline=None)


def read(change: Callable[[str], str] = str, text: bytes | None = None) -> Found:
    """Return what the sample holds after ``change`` of its XML, with other bytes for its text."""
    archive = open_archive(write_qdpx(sample()))
    xml = change(archive.read("project.qde").decode())
    words = archive.read(MEMBER) if text is None else text
    return read_qdpx(pack([("project.qde", xml.encode()), (MEMBER, words)]))


def swap(old: str, new: str, count: int = 1) -> Callable[[str], str]:
    """Return a change of the first ``old``."""

    def change(xml: str) -> str:
        assert old in xml, old
        return xml.replace(old, new, count)

    return change


def whys(found: Found) -> str:
    """Return all reasons in one text."""
    return "\n".join(map(str, found.problems))


@pytest.mark.parametrize(
    ("change", "n_codings", "why"),
    [
        (swap(MEMBER[8:-4], "0" * 8), 0, "not in the file; 2 codings"),
        (swap("internal://", "absolute:///C:/"), 0, "lies outside the file"),
        (swap("internal://", "internal://../"), 0, "leads outside"),
        (swap(' plainTextPath="', ' richTextPath="'), 0, "no plain text"),
        (swap(f'<CodeRef targetGUID="{RAIN}"/>', ""), 1, "(none) leads nowhere"),
        (swap('startPosition="5"', 'startPosition="eleven"'), 1, "no numbers"),
        (swap('startPosition="5"', 'startPosition="99999999999999"'), 1, "9999', '11'"),
        (swap('="5" endPosition="11"', '="11" endPosition="5"'), 1, "ends before"),
        (swap('="5" endPosition="11"', '="5" endPosition="5"'), 1, "holds nothing"),
        (swap('endPosition="11"', 'endPosition="9999"'), 1, "the text ends at"),
        (swap(f'guid="{RAIN}"', 'guid="rain"'), 0, "not of the form"),
        (swap(f'guid="{RAIN}"', ""), 0, "had no GUID"),
        (swap(f'<User guid="{user_guid("ann")}"', f'<User guid="{TEXT}"'), 2, "its user"),
    ],
)  # fmt: skip
def test_what_is_broken_is_listed(change: Callable[[str], str], n_codings: int, why: str) -> None:
    """One thing at a time: the rest arrives, and the reason names the element."""
    found = read(change)

    assert n_codings == found.project.n_codings
    assert why in whys(found)
    assert 2 == found.n_codings


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace("\n", "\r").encode(),
    ],
    ids=["BOM", "UTF-16", "UTF-16 without BOM", "CRLF", "CR"],
)
def test_any_encoding_gives_the_same_words(encode: Callable[[str], bytes]) -> None:
    """A mark is dropped, line ends become LF, and no coding moves."""
    source = sample().sources[0]
    found = read(text=encode(source.text))
    [again] = found.project.sources
    words = [again.text[s.start : s.end] for s in again.selections]

    assert source.text == again.text
    assert [source.text[s.start : s.end] for s in source.selections] == words


def test_cp1252_is_read_and_said() -> None:
    """A text that is not UTF-8 is taken as Windows wrote it."""
    found = read(text="Ann: I like “x” rain.\nBob: So do I.\n".encode("cp1252"))

    assert "“x”" in found.project.sources[0].text
    assert ["cp1252"] == list(found.encodings.values())


def test_a_binary_member_is_no_text() -> None:
    """It is listed, and nothing else is lost."""
    found = read(text=bytes(range(0x80, 0x100)) * 4)

    assert "is no cp1252" in whys(found)
    assert [] == list(found.project.sources)
    assert 2 == found.project.n_codes


def test_words_that_slipped_are_placed_again() -> None:
    """If they stand once nearby; otherwise they are listed."""
    text = sample().sources[0].text
    moved = read(text=text.replace("I like", "I do like").encode())
    twice = read(text=(text.replace("rain", "sun") + "rain rain").encode())

    assert [(5, 11), (17, 21)][1] == [
        (s.start, s.end) for s in moved.project.sources[0].selections
    ][-1]
    assert 1 == len(moved.moved)
    assert "its name says 'rain'" in whys(twice)


def test_titles_are_not_taken_for_words() -> None:
    """Where most names are not the words, names are titles and check nothing."""
    xml = read()
    assert 2 == xml.project.n_codings
    found = read(
        lambda text: text.replace('name="I like"', 'name="1:1"').replace(
            'name="rain"', 'name="1:2"'
        )
    )

    assert found.project.n_codings <= 2


def test_unknown_elements_are_kept_and_said() -> None:
    """A tool's own element breaks the standard, not the reading."""
    found = read(swap("</Project>", '<v:X xmlns:v="urn:v" a="1"><v:Y/></v:X></Project>'))

    assert 2 == found.project.n_codings
    assert ["foreign"] == [one.container for one in found.project.kept]
    assert found.warnings


def test_two_codes_of_one_guid_stay_two() -> None:
    """The second gets a GUID of its own and is listed."""
    found = read(
        swap("</Codes>", f'<Code guid="{RAIN.upper()}" name="Twin" isCodable="true"/></Codes>')
    )

    assert 3 == found.project.n_codes
    assert "another one has the same GUID" in whys(found)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("../escape.txt", "E_UNSAFE_ARCHIVE"),
        ("/etc/escape.txt", "E_UNSAFE_ARCHIVE"),
        ("C:/escape.txt", "E_UNSAFE_ARCHIVE"),
        ("sources\\escape.txt", "E_UNSAFE_ARCHIVE"),
        ("PROJECT.QDE", "E_UNSAFE_ARCHIVE"),
        ("second.qde", "E_NO_PROJECT"),
    ],
)
def test_a_member_with_a_bad_name_is_refused(name: str, code: str) -> None:
    """Before anything is unpacked."""
    with pytest.raises(InputError) as caught:
        read_qdpx(pack([("project.qde", b"<Project/>"), (name, b"x")]))

    assert code == caught.value.code


def test_a_link_an_odd_method_and_a_password_are_refused() -> None:
    """What zip can do and a project never needs."""
    for name, value, code in (
        ("external_attr", (stat.S_IFLNK | 0o777) << 16, "E_UNSAFE_ARCHIVE"),
        ("compress_type", zipfile.ZIP_LZMA, "E_CORRUPT"),
    ):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as made:
            info = zipfile.ZipInfo("project.qde")
            setattr(info, name, value)
            made.writestr(info, b"<Project/>")
        with pytest.raises(InputError) as caught:
            read_qdpx(out.getvalue())
        assert code == caught.value.code
    data = bytearray(pack([("project.qde", b"<Project/>")]))
    directory = data.index(b"PK\x01\x02")
    data[directory + 8] |= 1
    with pytest.raises(InputError, match="password"):
        read_qdpx(bytes(data))


def test_sizes_are_refused_before_unpacking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many members, too much in all, too good a squeeze."""
    bomb = pack([("project.qde", b"<Project/>"), ("sources/a.txt", b"a" * (4 << 20))])
    with pytest.raises(InputError, match="200 times"):
        read_qdpx(bomb)
    monkeypatch.setattr(archives, "MAX_PROJECT", 5)
    with pytest.raises(InputError, match="project file of more"):
        read_qdpx(pack([("project.qde", b"<Project/>")]))
    monkeypatch.setattr(archives, "MAX_PROJECT", 5000)
    monkeypatch.setattr(archives, "MAX_TOTAL", 1000)
    with pytest.raises(InputError, match="unpacked"):
        read_qdpx(pack([("project.qde", b"<Project/>" + b" " * 2000)]))
    monkeypatch.setattr(archives, "MAX_MEMBERS", 1)
    with pytest.raises(InputError, match="2 members"):
        read_qdpx(pack([("project.qde", b"<Project/>"), ("sources/a.txt", b"a")]))


def test_headers_that_lie_are_found_out() -> None:
    """A member that is shorter or longer than the directory says."""
    data = bytearray(write_qdpx(sample()))
    directory = data.index(b"PK\x01\x02")
    data[directory + 24] ^= 1  # the size when unpacked
    with pytest.raises(InputError):
        read_qdpx(bytes(data))


@pytest.mark.parametrize(
    "xml",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><Project>&b;</Project>',
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><Project/>'.encode("utf-16"),
        b"<Project>",
        b"",
        b"\x00\x01\x02",
        b"<Codebook/>",
        b"<a>" * 5000,
    ],
    ids=["entity", "entity in UTF-16", "cut", "empty", "binary", "another root", "deep"],
)
def test_bad_xml_is_one_sentence(xml: bytes) -> None:
    """Never a stack trace, never an expansion."""
    with pytest.raises(InputError) as caught:
        read_qdpx(pack([("project.qde", xml)]))

    assert "\n" not in str(caught.value)


def test_codes_very_deep_do_not_harm() -> None:
    """Two hundred levels are read as far as anybody codes, and listed."""
    opening = "".join(f'<Code guid="{derived("x", n)}" name="c" isCodable="1">' for n in range(200))
    xml = f"<Project><CodeBook><Codes>{opening}{'</Code>' * 200}</Codes></CodeBook></Project>"
    found = read_qdpx(pack([("project.qde", xml.encode())]))

    assert "too deep" in whys(found)


def test_a_codebook_that_is_none_is_refused() -> None:
    """A project's XML is no codebook."""
    with pytest.raises(InputError, match="begins with CodeBook"):
        read_qdc(b"<Project/>")


@SLACK
@given(st.data())
def test_a_spoilt_file_never_crashes(data: st.DataObject) -> None:
    """Bytes changed, cut out or doubled anywhere: read, or refused in a sentence."""
    whole = bytearray(write_qdpx(sample()))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        length = data.draw(st.integers(1, 40))
        piece = data.draw(st.sampled_from((b"", b"\0", b"<", bytes(whole[at : at + length]) * 2)))
        whole[at : at + length] = piece
    with contextlib.suppress(InputError):
        read_qdpx(bytes(whole))


@SLACK
@given(st.data())
def test_spoilt_xml_never_crashes(data: st.DataObject) -> None:
    """Also inside a sound archive: attributes cut, elements moved, GUIDs mangled."""
    archive = open_archive(write_qdpx(sample()))
    xml = archive.read("project.qde").decode()
    pieces: Sequence[str] = ("", '"', "</Case>", "<Code>", "é", "{", "-", "9", "<Sets/>", "&lt;")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(xml)))
        xml = (
            xml[:at] + data.draw(st.sampled_from(pieces)) + xml[at + data.draw(st.integers(0, 9)) :]
        )
    with contextlib.suppress(InputError):
        found = read_qdpx(pack([("project.qde", xml.encode()), (MEMBER, archive.read(MEMBER))]))
        assert all(problem.guid or problem.what == "project" for problem in found.problems)


@pytest.mark.parametrize("text", ["{ABC}", " abc ", "ABC"])
def test_a_guid_has_one_spelling(text: str) -> None:
    """Braces, case and blanks around it mean nothing."""
    assert "abc" == plain(text)
