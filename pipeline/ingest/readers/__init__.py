"""Readers: bytes of one format in, blocks out. A new format is a file, a line here and in sniff."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType

from pipeline.core.settings import IngestSettings
from pipeline.ingest.blocks import Reading

Reader = Callable[[bytes, IngestSettings], Reading]

# Named, not imported: a reader's library is loaded when the first file of its format is read.
READERS: Mapping[str, str] = MappingProxyType(
    {
        "text": "pipeline.ingest.readers.text:parse_text",
        "docx": "pipeline.ingest.readers.docx:parse_docx",
        "cues": "pipeline.ingest.readers.cues:parse_cues",
        "pdf": "pipeline.ingest.readers.pdf:parse_pdf",
        "csv": "pipeline.ingest.readers.tables:parse_csv",
        "xlsx": "pipeline.ingest.readers.tables:parse_xlsx",
        "json": "pipeline.ingest.readers.json_asr:parse_json",
        "html": "pipeline.ingest.readers.html:parse_html",
        "rtf": "pipeline.ingest.readers.rtf:parse_rtf",
        "odt": "pipeline.ingest.readers.odt:parse_odt",
        "xml": "pipeline.ingest.readers.speech_xml:parse_speech_xml",
        "chat": "pipeline.ingest.readers.chat:parse_chat",
        "textgrid": "pipeline.ingest.readers.textgrid:parse_textgrid",
        "salt": "pipeline.ingest.readers.salt:parse_salt",
    }
)


def reader_for(name: str) -> Reader:
    """Return the reader of the format ``name``.

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.
    """
    if name not in READERS:
        raise ValueError(f"{name}: no such reader; known are {', '.join(READERS)}")
    module, _, function = READERS[name].partition(":")
    reader: Reader = getattr(import_module(module), function)
    return reader
