"""Archives and XML: what could harm is refused before it is unpacked or expanded."""

import io
import zipfile

import pytest

from pipeline.core.errors import TranscriptError
from pipeline.ingest.readers.archive import open_archive, read_member
from pipeline.ingest.readers.markup import parse_xml


def archive_of(members: dict[str, bytes]) -> bytes:
    """Return a zip archive."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def code_of(data: bytes) -> str:
    """Return the code with which an archive is refused."""
    with pytest.raises(TranscriptError) as caught:
        open_archive(data)
    return caught.value.code


def test_a_member_comes_out_as_it_went_in() -> None:
    """A sound archive gives its members; a name that is not there gives nothing."""
    archive = open_archive(archive_of({"a.xml": b"<a/>"}))

    assert (b"<a/>", b"") == (read_member(archive, "a.xml"), read_member(archive, "b.xml"))


@pytest.mark.parametrize("name", ["../a.xml", "/etc/a.xml", "C:/a.xml", "x/../../a", "..\\a"])
def test_a_member_outside_its_folder_is_refused(name: str) -> None:
    """An absolute name or one that climbs out is never trusted."""
    assert code_of(archive_of({name: b"x"})) == "E_UNSAFE_ARCHIVE"


@pytest.mark.parametrize("name", ["a..b.xml", "word/a...xml", "..a"])
def test_dots_in_a_name_do_no_harm(name: str) -> None:
    """Only a whole step of two dots climbs out of a folder."""
    assert open_archive(archive_of({name: b"x"})).namelist() == [name]


def test_a_small_archive_that_unpacks_to_much_is_refused() -> None:
    """More than 200 times its size, beyond 10 MB, is no transcript."""
    assert code_of(archive_of({"a.xml": b"a" * (11 * 2**20)})) == "E_TOO_LARGE"


def test_an_archive_with_countless_members_is_refused() -> None:
    """The directory alone can be a burden."""
    assert code_of(archive_of({f"{n}": b"" for n in range(20_001)})) == "E_TOO_LARGE"


def test_a_directory_that_lies_about_a_size_gives_no_more_than_it_says() -> None:
    """A member that declares 1,000 bytes and holds 5 MB is damaged; no 5 MB are handed on."""
    data = archive_of({"a.xml": b"a" * (5 * 2**20)})
    true, lie = (5 * 2**20).to_bytes(4, "little"), (1000).to_bytes(4, "little")

    archive = open_archive(data.replace(true, lie))

    with pytest.raises(TranscriptError, match="damaged") as caught:
        read_member(archive, "a.xml")
    assert caught.value.code == "E_CORRUPT"


def test_a_password_is_named() -> None:
    """An encrypted member asks for a copy without one."""
    data = bytearray(archive_of({"a.xml": b"x"}))
    data[data.index(b"PK\x01\x02") + 8] |= 1

    assert code_of(bytes(data)) == "E_ENCRYPTED"


@pytest.mark.parametrize(
    ("data", "code"), [(b"", "E_EMPTY"), (b"PK\x03\x04", "E_CORRUPT"), (b"words", "E_CORRUPT")]
)
def test_what_is_no_archive_is_damaged(data: bytes, code: str) -> None:
    """Nothing is empty; anything else without a directory is damaged."""
    assert code == code_of(data)


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!-- <a> --><!DOCTYPE a [<!ENTITY % b "c">]><a/>',
        '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
        "<a>" * 300 + "</a>" * 300,
    ],
    ids=["entity", "behind a comment", "file", "deep"],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_that_could_harm_is_refused(text: str, encoding: str) -> None:
    """Declared entities and more than 256 levels are never needed, in any encoding."""
    with pytest.raises(TranscriptError) as caught:
        parse_xml(text.encode(encoding))

    assert caught.value.code == "E_UNSAFE_XML"


def test_words_that_look_like_a_declaration_are_words() -> None:
    """Only what stands before the root declares anything."""
    root = parse_xml(b'<a><![CDATA[<!ENTITY b "c">]]></a>')

    assert root.text == '<!ENTITY b "c">'


def test_a_bare_document_type_is_dropped() -> None:
    """Some tools name a DTD; it is not an entity and is never loaded."""
    assert parse_xml(b'<!DOCTYPE a SYSTEM "a.dtd"><a>b</a>').text == "b"


def test_broken_xml_says_where() -> None:
    """The line at which XML breaks is named."""
    with pytest.raises(TranscriptError, match="line 2") as caught:
        parse_xml(b"<a>\n<b></a>")

    assert caught.value.code == "E_CORRUPT"
