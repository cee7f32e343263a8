"""Ways to spoil a file: bytes, tokens, lines, numbers, encodings, trees, members of archives."""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from random import Random
from typing import Any

from lxml import etree

MAX_BYTES = 400_000  # of a mutated input; longer ones are cut
MAX_ELEMENTS = 5_000  # of XML that may still grow
TOKEN = re.compile(rb"\w+|[^\w\s]")
DIGITS = re.compile(rb"-?\d+(?:[.,]\d+)*")
ENCODINGS = (
    *("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"),
    *("cp1252", "mac_roman", "shift_jis", "cp1251", "cp037"),
)
NUMBERS = (
    *(b"0", b"-1", b"1e999", b"1e-999", b"NaN", b"Infinity", b"9" * 19, b"9" * 400, b"9" * 5000),
    *(b"00:99:99", b"999:99", b"1.2.3", b"\xd9\xa1\xd9\xa2", b"\xc2\xb2", b"0x1F"),
    *(b"true", b"null", b'""', b"{}", b"[]"),
)
STRANGE = tuple(
    text.encode("utf-8", "surrogatepass")
    for text in (
        *("\0", "\x0b", "\x1c", "\x15", "\x85", "\u2028", "\ufeff", "\u200b", "\u200d", "\u202e"),
        *("\ud800", "\udc00", "\ufffe", "\U0010ffff", "\U0001f468\u200d\U0001f469", "\u0301" * 40),
        *("\u3000", "\ufdfa", "\u0130", "\u1e9e", "\uff1a", "\t", "\n\n\n", "\r", "\\", '"', "'"),
        *(":", "::", "[", "]", "((", ">>", "-->", "**", "# ", "| ", "---\n", "#00:00:01-1#", "I: "),
        *("&amp;", "&#x110000;", "&#0;", "&lol;", "<v >", "<v x>", "<!ENTITY a 'b'>", "<![CDATA["),
        *("]]>", "<!--", "<?x", 'xmlns:w="u"', "\\ud83d", "\\u0000", "\\u-1", "\\'zz", "\\uc999"),
        *("\\bin99999999 ", "%s", "{0}"),
    )
)
OPENERS = (
    *(b"[", b"{", b'{"a":[', b"(", b"((", b"[[", b"<a>", b"<p>", b"<div>", b"<w:ins>"),
    *(b"<text:list>", b"{\\b ", b"*", b"**", b"> ", b"\t"),
)
FILLERS = (b"a", b" ", b"\t", b": ", b"a: ", b"1", b"1:", b".")
JSON_VALUES = (
    *(None, True, 0, -1, 10**400, 2**63, 1e308, float("nan"), float("inf"), "1e999", "NaN", "-5"),
    *("", " ", "x", ":", "1:2:3", "\ud800", "\0", "\u2028", "I: Who?\nP: We.", "x" * 50_000),
    *([], {}, [[]], [None], ["x"], {"text": "x"}, [{"text": "x"}]),
)
XML_VALUES = (
    *("", " ", "0", "-1", "5", "999", "9" * 5000, "1e999", "NaN", "1:2:3", "true", "x", "t"),
    *("I: Who?\nP: We.", "\u2028", "\u00b2", "\ufeff", "#P1", "a b c", "restart"),
)
NAMES = ("../x", "/x", "a\\..\\..\\x", "x")
BROKEN_ZIP = (
    *(zipfile.BadZipFile, zlib.error, ValueError, OSError, RuntimeError, EOFError),
    *(NotImplementedError, KeyError, AttributeError, OverflowError),
)


def span(random: Random, data: bytes, most: int = 400) -> tuple[int, int]:
    """Return where a piece of ``data`` begins and ends."""
    start = random.randrange(len(data) + 1)
    return start, min(len(data), start + random.randrange(1, most))


def flip(random: Random, data: bytes, _: bytes) -> bytes:
    """Change single bytes."""
    out = bytearray(data)
    for _n in range(random.choice((1, 1, 3, 30)) if out else 0):
        out[random.randrange(len(out))] = random.randrange(256)
    return bytes(out)


def cut(random: Random, data: bytes, _: bytes) -> bytes:
    """Cut the end or the beginning off."""
    at = random.randrange(len(data) + 1)
    return random.choice((data[:at], data[:at], data[:at], data[at:]))


def drop(random: Random, data: bytes, _: bytes) -> bytes:
    """Take a piece out."""
    start, end = span(random, data)
    return data[:start] + data[end:]


def repeat(random: Random, data: bytes, _: bytes) -> bytes:
    """Say a piece several times."""
    start, end = span(random, data, random.choice((3, 40, 400)))
    return data[:end] + data[start:end] * random.choice((1, 2, 50, 3000)) + data[end:]


def splice(random: Random, data: bytes, other: bytes) -> bytes:
    """Go on, or go on for a while, with another file."""
    start, end = span(random, other, 2000)
    at = random.randrange(len(data) + 1)
    return data[:at] + other[start:end] + random.choice((data[at:], b""))


def strange(random: Random, data: bytes, _: bytes) -> bytes:
    """Put in what programs stumble over."""
    for _n in range(random.choice((1, 2, 10))):
        at = random.randrange(len(data) + 1)
        data = data[:at] + random.choice(STRANGE) + data[at:]
    return data


def tokens(random: Random, data: bytes, _: bytes) -> bytes:
    """Swap two tokens, or write one of them everywhere in place of the other."""
    found = list(TOKEN.finditer(data))
    if not found:
        return data
    first, second = sorted(random.choices(found, k=2), key=lambda match: match.start())
    between = data[first.end() : second.start()]
    swapped = data[: first.start()] + second[0] + between + first[0] + data[second.end() :]
    everywhere = data.replace(first[0], second[0])
    return random.choice((swapped, swapped, swapped, everywhere))


def numbers(random: Random, data: bytes, _: bytes) -> bytes:
    """Write impossible numbers, or other things, where numbers stand."""
    found = list(DIGITS.finditer(data))
    chosen = random.sample(found, min(len(found), random.choice((1, 3))))
    for match in sorted(chosen, key=lambda match: -match.start()):
        data = data[: match.start()] + random.choice(NUMBERS) + data[match.end() :]
    return data


def nest(random: Random, data: bytes, _: bytes) -> bytes:
    """Open something very often."""
    at = random.randrange(len(data) + 1)
    return data[:at] + random.choice(OPENERS) * random.choice((5, 300, 20_000)) + data[at:]


def lengthen(random: Random, data: bytes, _: bytes) -> bytes:
    """Write a very long line."""
    start, end = span(random, data, 20)
    piece = random.choice((*FILLERS, data[start:end]))
    at = random.randrange(len(data) + 1)
    return data[:at] + piece * random.choice((200, 20_000, 100_000)) + data[at:]


def lines(random: Random, data: bytes, _: bytes) -> bytes:
    """Shuffle, double, drop or join lines."""
    found = data.split(b"\n")
    shuffled = random.sample(found, len(found))
    kept = found[random.randrange(len(found)) :: random.choice((1, 2))]
    ends = random.choice((b"\r", b"\r\n", b" ", b"", b"\x0c"))
    many = found * random.choice((2, 30))
    joined = (b"\n".join(shuffled), b"\n".join(kept), b"\n".join(many), ends.join(found))
    return random.choice(joined)


def recode(random: Random, data: bytes, _: bytes) -> bytes:
    """Write the same words in another encoding."""
    return data.decode("utf-8", "replace").encode(random.choice(ENCODINGS), "replace")


def in_json(random: Random, data: bytes, _: bytes) -> bytes:
    """Change, copy, wrap or drop values of JSON, which stays JSON."""
    try:
        tree = json.loads(data)
    except (ValueError, RecursionError):
        return strange(random, data, b"")
    for _n in range(random.choice((1, 2, 10))):
        holders = [(holder, key) for holder in containers(tree) for key in keys_of(holder)]
        if not holders:
            break
        (holder, key), (other, at) = random.choices(holders, k=2)
        act = random.choice(("set", "set", "set", "copy", "wrap", "name", "drop"))
        if act == "set":
            holder[key] = random.choice(JSON_VALUES)
        elif act == "copy":
            holder[key] = json.loads(json.dumps(other[at]))
        elif act == "wrap":
            holder[key] = [holder[key]] * random.choice((0, 1, 2))
        elif act == "name":
            holder[key] = {random.choice(("text", "speaker", "words", "")): holder[key]}
        else:
            del holder[key]
    return json.dumps(tree, ensure_ascii=random.choice((True, False))).encode(
        "utf-8", "surrogatepass"
    )


def containers(tree: object) -> Iterator[Any]:
    """Yield every list and object of JSON, from the outside in."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict | list):
            yield node
            waiting += node.values() if isinstance(node, dict) else node


def keys_of(holder: dict[str, object] | list[object]) -> list[Any]:
    """Return the keys or the places of what ``holder`` holds."""
    return list(holder) if isinstance(holder, dict) else list(range(len(holder)))


def in_xml(random: Random, data: bytes, _: bytes) -> bytes:
    """Change, copy, rename or drop elements, attributes and texts of XML, which stays XML."""
    try:
        root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.LxmlError, ValueError):
        return strange(random, data, b"")
    for _n in range(random.choice((1, 2, 10))):
        elements = [element for element in root.iter() if isinstance(element.tag, str)]
        change_element(
            random, *random.choices(elements, k=2), may_grow=len(elements) < MAX_ELEMENTS
        )
    return etree.tostring(root, encoding=random.choice(("utf-8", "utf-16", "iso-8859-1")))


def change_element(random: Random, one: Any, other: Any, *, may_grow: bool) -> None:
    """Change an element, or copy it into another."""
    act, value = (
        random.choice(("set", "set", "text", "tag", "copy", "drop")),
        random.choice(XML_VALUES),
    )
    if act == "set" and one.attrib:
        one.set(random.choice(sorted(one.attrib)), random.choice((value, *other.attrib.values())))
    elif act == "text":
        one.text, one.tail = random.choice((value, other.text)), random.choice((value, one.tail))
    elif act == "tag":
        one.tag = other.tag
    elif act == "copy" and may_grow:
        other.append(deepcopy(one))
    elif act == "drop" and one.getparent() is not None:
        one.getparent().remove(one)


def in_archive(random: Random, data: bytes, other: bytes) -> bytes:
    """Spoil one member of an archive, its name or its neighbours."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            held = [(info.filename, archive.read(info)) for info in archive.infolist()]
    except BROKEN_ZIP:
        return flip(random, data, other)
    if not held:
        return other
    at = random.randrange(len(held))
    name, text = held[at]
    act = random.choice((*["spoil"] * 12, "drop", "name", "swap", "other"))
    if act == "spoil":
        held[at] = name, mutated(random, text, other, random.choice((1, 1, 2)))
    elif act == "drop":
        del held[at]
    elif act == "name":
        held.append((random.choice((*NAMES, name, name.upper())), text))
    else:
        held[at] = name, other if act == "other" else random.choice(held)[1]
    return zipped(random, held)


def zipped(random: Random, members: Sequence[tuple[str, bytes]]) -> bytes:
    """Return an archive of ``members``, packed or not."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in members:
            method = random.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
            archive.writestr(zipfile.ZipInfo(name or "x"), data, compress_type=method)
    return out.getvalue()


Mutator = Callable[[Random, bytes, bytes], bytes]
MUTATORS: Sequence[Mutator] = (
    *(flip, flip, cut, drop, repeat, splice, strange, strange, tokens, tokens),
    *(numbers, numbers, nest, lengthen, lines, recode),
)
STRUCTURED = ((b"PK", in_archive), (b"{", in_json), (b"[", in_json), (b"<", in_xml))
STRUCTURED_SHARE = 0.7


def mutated(random: Random, data: bytes, other: bytes, times: int) -> bytes:
    """Return ``data`` spoilt ``times`` times; ``other`` is a file to splice from."""
    for _ in range(times):
        mutator = random.choice(MUTATORS)
        for sign, structured in STRUCTURED:
            if data.lstrip().startswith(sign) and random.random() < STRUCTURED_SHARE:
                mutator = structured
        try:
            data = mutator(random, data, other)[:MAX_BYTES]
        except (MemoryError, RecursionError, ValueError):  # spoiling itself may go in circles
            continue
    return data
