"""Bytes to canonical characters: the encoding found out, line ends and invisible marks made one."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from itertools import islice

from pipeline.core.errors import ConfigError, TranscriptError
from pipeline.ingest.blocks import Notice

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with the same bytes
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
NUL_SHARE = 0.3  # of every second byte, for UTF-16 without a mark
CONTROL_SHARE = 0.01  # above it, this is no text
FOREIGN = 0.4  # share of letters outside ASCII, above which the script is not Latin
SAMPLE = 20_000  # characters looked at
ENOUGH = 65_536  # bytes that tell an encoding
MAX_ODD_WORD = 30  # characters shown
MIXED_SHARE = 1.0  # of bytes that are no UTF-8 to letters that are, in a file of two encodings

LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
INVISIBLE = re.compile("[\ufeff\u200b\u2060]")
CONTROLS = re.compile("[\x00-\x08\x0e-\x1f]")
SURROGATES = re.compile("[\ud800-\udfff]")
ODD = re.compile("[\x00-\x08\x0b-\x1f\x85\u2028\u2029\ufeff\u200b\u2060\ud800-\udfff]")
CP1252 = {
    byte: char for byte in range(0x80, 0xA0) if (char := bytes([byte]).decode("cp1252", "ignore"))
}
STRAY = {0xDC00 + byte: CP1252.get(byte, chr(byte)) for byte in range(0x80, 0x100)}
AROUND = re.compile(r"(?<=(.))?([^\x00-\x7f])(?=(.))?")
QUOTES = "\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb\u2026\u00bf\u00a1\u00a0"
DASHES = "\u2013\u2014"
SPOILT = ("\u00c2", "\u00c3", "\u00e2\u20ac")  # no mojibake without one of them
MOJIBAKE = re.compile(
    "[\u00c2\u00c3][\u0080-\u00bf\u0152-\u0178\u02c6\u02dc\u2013-\u2122]|\u00e2\u20ac."
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """Canonical characters, the encoding they came in, and what the user should know."""

    text: str
    encoding: str
    notices: tuple[Notice, ...] = ()


def decode(data: bytes, encoding: str = "auto") -> Decoded:
    """Return ``data`` as canonical characters.

    Parameters
    ----------
    data
        The whole file.
    encoding
        The encoding that the settings name, or ``auto``: a byte order mark, else the pattern of
        NULs, else UTF-8, else the best guess, which is reported.

    Raises
    ------
    TranscriptError
        ``E_BINARY`` if more than one character in a hundred is a control character.
    ConfigError
        If the settings name an encoding that does not exist.
    """
    if encoding != "auto":
        text, found = decode_as(data, encoding), encoding
        notices: list[Notice] = []
    else:
        text, found, notices = decode_unnamed(data)
    n_controls = len(CONTROLS.findall(text)) if ODD.search(text) else 0
    if n_controls > max(1, CONTROL_SHARE * len(text)):
        raise TranscriptError(
            f"{n_controls} of {len(text)} characters are control characters, so this is not text; "
            "ingest reads transcripts. Remove it, or replace it with a text.",
            code="E_BINARY",
        )
    if any(sign in text for sign in SPOILT) and len(MOJIBAKE.findall(text)) > 1:
        notices.append(Notice("W_MOJIBAKE", mojibake_sentence(text)))
    clean, n_odd = canonical_characters(text)
    if n_odd:
        notices.append(
            Notice("W_CONTROL_CHARS", f"{n_odd} control characters or broken ones were taken out.")
        )
    return Decoded(clean, found, tuple(notices))


def decode_as(data: bytes, encoding: str) -> str:
    """Return ``data`` in the encoding that the settings name."""
    try:
        return data.decode(encoding, "replace").removeprefix("\ufeff")
    except (LookupError, ValueError) as error:  # "idna" and its like know no replacing
        raise ConfigError(
            f"ingest.encoding: there is no encoding {encoding!r}; auto, utf-8, cp1252 are some. "
            "Mend the name, or leave it out."
        ) from error


def decode_unnamed(data: bytes) -> tuple[str, str, list[Notice]]:
    """Return text, encoding and notices of ``data``, whose encoding nobody has named."""
    for mark, name in BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(name, "replace"), name, []
    sure = utf16_by_nuls(data)
    if sure:
        return data.decode(sure, "replace"), sure, []
    try:
        return data.decode("utf-8"), "utf-8", []
    except UnicodeDecodeError:
        text, name = guess(data)
    words = ", ".join(odd_words(text))
    sentence = (
        f"the encoding was guessed as {name}; see whether these words are right: {words}. "
        'If not, name the encoding: encoding = "..." under [[ingest.files]].'
    )
    return text, name, [Notice("W_ENCODING_GUESSED", sentence)]


def utf16_by_nuls(data: bytes) -> str | None:
    """Return the UTF-16 that the NULs of ``data`` show, if they do."""
    sample = data[:4096]
    half = len(sample) // 2
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if half and odd > NUL_SHARE * half and even < odd / 10:
        return "utf-16-le"
    if half and even > NUL_SHARE * half and odd < even / 10:
        return "utf-16-be"
    return None


def guess(data: bytes) -> tuple[str, str]:
    """Return text and encoding of ``data``, which is not UTF-8, or not wholly."""
    mixed = data.decode("utf-8", "surrogateescape")
    n_bad = len(SURROGATES.findall(mixed))
    n_good = len(mixed) - len(mixed.encode("ascii", "ignore")) - n_bad
    if n_bad <= MIXED_SHARE * n_good:
        return mixed.translate(STRAY), "utf-8 with some cp1252"
    import chardet  # loads its models: only for files that need a guess

    sample = telling(data)
    found = chardet.detect(sample)["encoding"]
    names = ["cp1252", "mac_roman"]
    if found is not None and is_readable(data, found):
        names.append(found.lower())
        if is_foreign(read_as(sample, names[-1])):
            return read_as(data, names[-1]), names[-1]
    best = max(names, key=lambda name: round(plausibility(read_as(sample, name)), 2))
    return read_as(data, best), best


def telling(data: bytes) -> bytes:
    """Return the lines of ``data`` that hold more than ASCII, spread evenly if they are many.

    A part of a long file says as much as the whole; whole lines cut no character in two, and those
    of mere ASCII say nothing.
    """
    if len(data) <= ENOUGH:
        return data
    odd = [line for line in data.splitlines(keepends=True) if not line.isascii()]
    step = max(1, -(-sum(map(len, odd)) // ENOUGH))
    return b"".join(odd[::step])[: 2 * ENOUGH]


def is_readable(data: bytes, encoding: str) -> bool:
    """Whether all of ``data`` can be decoded by ``encoding``."""
    try:
        data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def read_as(data: bytes, encoding: str) -> str:
    """Return ``data`` decoded; in cp1252, its holes are filled with Latin-1."""
    if encoding == "cp1252" and not is_readable(data, encoding):
        return data.decode("latin-1").translate(CP1252)
    return data.decode(encoding, "replace")


def is_foreign(text: str) -> bool:
    """Whether more letters of ``text`` lie outside ASCII than a Latin script would have."""
    letters = [char for char in text[:SAMPLE] if char.isalpha()]
    return sum(char > "\x7f" for char in letters) > FOREIGN * len(letters)


def plausibility(text: str) -> float:
    """Return how well the non-ASCII characters of ``text`` sit in its words, in [0, 1].

    A small letter beside a letter, a capital before a small letter, a quotation mark anywhere and
    a dash between spaces are as they should be; a dash within a word is rare; anything else is a
    sign of the wrong encoding.
    """
    marks = [fit(*found.groups("")) for found in AROUND.finditer(text)]
    return sum(marks) / max(1, len(marks))


def fit(before: str, char: str, after: str) -> float:
    """Return how well ``char`` sits between its neighbours."""
    if char in QUOTES or (char.islower() and (before.isalpha() or after.isalpha())):
        return 1.0
    if char in DASHES:
        return 0.3 if before.isalpha() and after.isalpha() else 1.0
    return float(char.isupper() and not before.islower())


def mojibake_sentence(text: str) -> str:
    """Return what to say of UTF-8 that was read as cp1252 and saved."""
    words = ", ".join(odd_words(text))
    return (
        f"some letters were spoilt before the file came here ({words}); they are left as they are. "
        "Export the transcript again as UTF-8 if you can."
    )


def odd_words(text: str) -> list[str]:
    """Return the first three words of ``text`` that are not all ASCII, cut short."""
    odd = (word[:MAX_ODD_WORD] for word in text.split() if not word.isascii())
    return list(dict.fromkeys(islice(odd, 3)))


def canonical_characters(text: str) -> tuple[str, int]:
    r"""Return ``text`` with one kind of line end and without invisible marks, and how much was odd.

    All line ends become ``\n``; U+FEFF, U+200B, U+2060 go; control characters but tab go and lone
    surrogates become U+FFFD, and these two are counted. Everything else stays as it is.
    """
    if not ODD.search(text):
        return text, 0
    text = INVISIBLE.sub("", LINE_ENDS.sub("\n", text))
    text, n_controls = CONTROLS.subn("", text)
    text, n_surrogates = SURROGATES.subn("\ufffd", text)
    return text, n_controls + n_surrogates
