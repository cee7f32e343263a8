"""XML read with care, and the characters that it cannot hold."""

from __future__ import annotations

import re

from lxml import etree

from pipeline.core.errors import InputError

ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
DECLARED = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def parse_xml(data: bytes, where: str) -> etree._Element:
    """Return the root of an XML file; it is never asked to expand or to fetch anything.

    Raises
    ------
    InputError
        ``E_XML`` if it is no XML, ``E_UNSAFE_XML`` if it declares entities or a document type.
    """
    if DECLARED.search(data.replace(b"\0", b"")):  # also where each character takes two bytes
        raise InputError(
            f"{where}: it declares a document type or entities, which a REFI-QDA file never needs. "
            "Do not trust this file.",
            code="E_UNSAFE_XML",
        )
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise InputError(
            f"{where}: this is no XML that can be read ({error!s:.120}). "
            "Export it again from the tool it comes from.",
            code="E_XML",
        ) from error


def legal(text: str) -> str:
    """Return ``text`` without the characters that XML 1.0 cannot hold."""
    return ILLEGAL.sub("", text)


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]
