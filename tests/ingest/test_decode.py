"""Bytes to canonical characters."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.errors import ConfigError, TranscriptError
from pipeline.ingest.decode import canonical_characters, decode

RENE = "René répète : « voilà ». C'était déjà l'été, peut-être même août.\n" * 3


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (RENE.encode(), "utf-8"),
        (RENE.encode("utf-8-sig"), "utf-8"),
        (RENE.encode("utf-16"), "utf-16-le"),
        (RENE.encode("utf-16-le"), "utf-16-le"),
        (RENE.encode("utf-16-be"), "utf-16-be"),
        (RENE.encode("utf-32"), "utf-32-le"),
    ],
)
def test_sure_encodings_are_not_guessed(data: bytes, encoding: str) -> None:
    """A byte order mark, the pattern of NULs and valid UTF-8 tell the encoding for sure."""
    found = decode(data)

    assert (RENE, encoding, ()) == (found.text, found.encoding, found.notices)


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (RENE, "cp1252"),
        ("It\u2019s \u201cthat\u201d, we\u2019ll see\u2026\n" * 3, "cp1252"),
        (RENE, "mac_roman"),
        ("Zażółć gęślą jaźń, proszę bardzo.\n" * 5, "cp1250"),
        ("Привет, как дела? Хорошо, спасибо.\n" * 5, "cp1251"),
    ],
)
def test_other_encodings_are_guessed_and_said(text: str, encoding: str) -> None:
    """Old encodings are told by how well the accents sit in their words, and reported."""
    found = decode(text.encode(encoding))

    assert text == found.text
    assert ["W_ENCODING_GUESSED"] == [notice.code for notice in found.notices]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Zażółć gęślą jaźń, proszę bardzo.\n" * 20, "cp1250"),
        ("Привет, как дела? Хорошо, спасибо.\n" * 20, "cp1251"),
        ("こんにちは、お元気ですか。\n" * 20, "shift_jis"),
        (RENE, "mac_roman"),
    ],
)
def test_a_long_file_is_guessed_by_its_telling_lines(text: str, encoding: str) -> None:
    """Accents that come late, or in few of many lines, tell as much as those of a short file."""
    plain = "Nothing to be told by this line.\n" * 10_000
    long = plain + text + plain

    assert long == decode(long.encode(encoding)).text
    assert text * 4_000 == decode(text.encode(encoding) * 4_000).text


def test_bytes_that_cp1252_lacks_are_kept_as_latin_1() -> None:
    """No byte is lost, since each is some character of Latin-1."""
    assert "ça\u0081 été" == decode("ça\u0081 été".encode("latin-1")).text


def test_two_encodings_in_one_file() -> None:
    """Stray cp1252 bytes in a UTF-8 file are read as what they are."""
    found = decode("café ".encode() * 5 + "crème".encode("cp1252"))

    assert "café " * 5 + "crème" == found.text


def test_a_named_encoding_wins() -> None:
    """The encoding that the settings name is taken without a guess."""
    found = decode("é".encode("cp850"), "cp850")

    assert ("é", "cp850", ()) == (found.text, found.encoding, found.notices)


def test_an_unknown_encoding_is_a_problem_of_the_settings() -> None:
    """A name that is no encoding is refused with the setting's name."""
    with pytest.raises(ConfigError, match=r"ingest\.encoding"):
        decode(b"x", "utf-9")


def test_spoilt_letters_are_left_alone_and_said() -> None:
    """UTF-8 that was read as cp1252 and saved is not mended behind anybody's back."""
    spoilt = "RenÃ© rÃ©pÃ¨te"

    found = decode(spoilt.encode())

    assert spoilt == found.text
    assert ["W_MOJIBAKE"] == [notice.code for notice in found.notices]


@pytest.mark.parametrize(
    ("text", "expected", "n_odd"),
    [
        ("a\r\nb\rc\x85d\u2028e\u2029f\x0bg\x0ch", "a\nb\nc\nd\ne\nf\ng\nh", 0),
        ("\ufeffa\u200bb\u2060c", "abc", 0),
        ("a\x00b\x07c\td", "abc\td", 2),
        ("a\ud800b", "a\ufffdb", 1),
        ("e\u0301\u00a0\u00ad\u2019\uff1a", "e\u0301\u00a0\u00ad\u2019\uff1a", 0),
    ],
)
def test_canonical_characters(text: str, expected: str, n_odd: int) -> None:
    """One line end, no invisible marks, no controls; accents, NBSP and quotes stay as they are."""
    assert (expected, n_odd) == canonical_characters(text)


@given(st.text())
def test_canonical_characters_are_canonical(text: str) -> None:
    """Doing it twice is doing it once."""
    once, _ = canonical_characters(text)

    assert (once, 0) == canonical_characters(once)


@given(st.binary(max_size=400))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    """No bytes raise anything but our own error."""
    with contextlib.suppress(TranscriptError):
        text = decode(data).text

        assert canonical_characters(text) == (text, 0)


def test_what_was_taken_out_is_said() -> None:
    """A stray NUL does not make a file binary, but its loss is told."""
    found = decode(b"I: Who counts them?\nP: We \x00do." + b"\nI: And when?\nP: On Sundays." * 9)

    assert ["W_CONTROL_CHARS"] == [notice.code for notice in found.notices]
    assert "\x00" not in found.text
