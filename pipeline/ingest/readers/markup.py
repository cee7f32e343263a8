"""XML that may be hostile: nothing is loaded, nothing is expanded, nesting is bounded."""

from __future__ import annotations

import re

from lxml import etree

from pipeline.core.errors import TranscriptError

ENTITY = re.compile(rb"<!ENTITY\s")
COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
ROOT = re.compile(rb"<[^!?]")
TOO_DEEP = "Excessive depth"  # libxml2's own words for more than 256 levels
AMPLIFIED = "amplification"


def parse_xml(data: bytes) -> etree._Element:
    """Return the root of ``data``.

    Raises
    ------
    TranscriptError
        ``E_UNSAFE_XML`` if entities are declared or elements nest deeper than 256;
        ``E_CORRUPT`` if it is not XML.
    """
    if declares_entities(data):
        raise unsafe("its XML declares entities")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        remove_pis=True,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise syntax_error(error) from error
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):
        raise unsafe("its XML declares entities")
    return root


def declares_entities(data: bytes) -> bool:
    """Whether an entity is declared before the root; NULs are dropped so that UTF-16 is seen."""
    if b"<!" not in data and b"<\0!" not in data:
        return False
    plain = COMMENT.sub(b"", data.replace(b"\0", b""))
    root = ROOT.search(plain)
    return ENTITY.search(plain, 0, root.start() if root else len(plain)) is not None


def syntax_error(error: etree.XMLSyntaxError) -> TranscriptError:
    """Return our error for the parser's."""
    message = error.msg or ""
    if TOO_DEEP in message:
        return unsafe("its XML nests more than 256 deep")
    if AMPLIFIED in message:
        return unsafe("its XML declares entities")
    return TranscriptError(
        f"its XML ends or breaks at line {error.lineno or 1} ({message:.120}). "
        "Copy or export it again.",
        code="E_CORRUPT",
    )


def unsafe(what: str) -> TranscriptError:
    """Return the error for XML that could harm."""
    return TranscriptError(
        f"{what}, which transcripts never need. Export it again.", code="E_UNSAFE_XML"
    )


def local(element: etree._Element) -> str:
    """Return the tag of ``element`` without its namespace; empty for comments and entities."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def encoding_of(root: etree._Element) -> str:
    """Return the encoding that a document declares, in small letters."""
    return (root.getroottree().docinfo.encoding or "utf-8").lower()
