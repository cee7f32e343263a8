"""Strangers' files to records: opened with care, read leniently, and exact about what was odd."""

from __future__ import annotations

import codecs
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice

from pipeline.core.errors import InputError
from pipeline.exchange.refi.archive import Archive, open_archive
from pipeline.exchange.refi.model import Code, Problem, Project
from pipeline.exchange.refi.offsets import Convention, FileText, Inference
from pipeline.exchange.refi.parse import NoTextError, Parser
from pipeline.exchange.refi.settle import settle
from pipeline.exchange.refi.sound import sound
from pipeline.exchange.refi.structure import CODEBOOK, structure_problems
from pipeline.exchange.refi.xml import local, parse_xml

MOST_WARNINGS = 10
MAX_TEXT = 64 * 2**20  # bytes of one text
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What a file holds.

    ``problems`` could not be read and are left out, or were mended as they say; ``moved`` are
    selections placed by their words; ``warnings`` say where the file breaks the standard;
    ``encodings`` are of texts that are not UTF-8, by member; ``n_codings`` counts all on texts.
    """

    project: Project
    sha256: str
    conventions: Mapping[str, Inference] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    moved: tuple[Problem, ...] = ()
    warnings: tuple[str, ...] = ()
    encodings: Mapping[str, str] = field(default_factory=dict)
    n_codings: int = 0


def read_qdpx(data: bytes, asked: Convention | None = None) -> Found:
    """Return what the project file in ``data`` holds, with offsets in code points.

    Parameters
    ----------
    data
        The bytes of a ``.qdpx``.
    asked
        How offsets are to be read; None: measured, source by source.

    Raises
    ------
    InputError
        If it is no such file, or one that could harm; nothing of it is read then.
    """
    archive = open_archive(data)
    root = parse_xml(archive.read(archive.project), archive.project)
    if local(root) != "Project":
        raise InputError(
            f"{archive.project}: it begins with {local(root)!r:.40}; a REFI-QDA project begins "
            "with Project. Export it again as a REFI-QDA project.",
            code="E_NO_PROJECT",
        )
    texts = Texts(archive)
    parser = Parser(texts.read)
    raw = parser.project(root)
    warnings = tuple(islice(structure_problems(root), MOST_WARNINGS))
    cleaned, astray = sound(raw)
    project, settled = settle(cleaned, parser.texts, asked)
    return Found(
        project,
        hashlib.sha256(data).hexdigest(),
        settled.conventions,
        (*parser.problems, *astray, *settled.problems),
        tuple(settled.moved),
        warnings,
        texts.encodings,
        sum(1 for item in root.iter("{*}TextSource") for _ in item.iter("{*}Coding")),
    )


def read_qdc(data: bytes) -> Found:
    """Return the codes of the codebook file in ``data``.

    Raises
    ------
    InputError
        If it is no codebook of REFI-QDA.
    """
    root = parse_xml(data, "codebook")
    if local(root) != "CodeBook":
        raise InputError(
            f"it begins with {local(root)!r:.40}; a REFI-QDA codebook begins with CodeBook. "
            "Export it again as a REFI-QDA codebook.",
            code="E_NO_CODEBOOK",
        )
    parser = Parser(no_text)
    codes: tuple[Code, ...] = parser.codebook(root)
    warnings = tuple(islice(structure_problems(root, CODEBOOK), MOST_WARNINGS))
    name = str(root.get("origin", ""))
    project = Project("", origin=name, codes=codes)
    found = hashlib.sha256(data).hexdigest()
    return Found(project, found, problems=tuple(parser.problems), warnings=warnings)


def no_text(path: str) -> FileText:
    """Raise: a codebook has no texts."""
    raise NoTextError(path)


@dataclass(slots=True)
class Texts:
    """The members of an archive as texts; ``encodings`` are those that are not UTF-8."""

    archive: Archive
    encodings: dict[str, str] = field(default_factory=dict)

    def read(self, path: str) -> FileText:
        """Return the text at an internal path.

        Raises
        ------
        NoTextError
            If the path leads outside the file, or to nothing, or to what is no text.
        """
        scheme, found, rest = path.partition("://")
        if found and scheme.lower() != "internal":
            raise NoTextError(f"its text lies outside the file ({path!r:.80}) and is never opened")
        name = rest if found else path
        if ".." in name or "\\" in name or name.startswith("/"):
            raise NoTextError(f"its path leads outside ({path!r:.80})")
        member = self.archive.find(name)
        if member is None:
            raise NoTextError(f"its text {name!r:.80} is not in the file")
        if self.archive.zip.getinfo(member).file_size > MAX_TEXT:
            raise NoTextError(f"its text {name!r:.80} is larger than {MAX_TEXT // 2**20} MiB")
        text, encoding = decoded(self.archive.read(member), name)
        if encoding != "utf-8":
            self.encodings[member] = encoding
        return text


def decoded(data: bytes, name: str) -> tuple[FileText, str]:
    """Return the text of a member and its encoding (`NoTextError` if it is none)."""
    for mark, encoding in BOMS:
        if data.startswith(mark):
            return as_text(data[len(mark) :], encoding, name, has_bom=True), encoding
    n_nul = data[:4096].count(0)
    if n_nul > len(data[:4096]) / 4:
        encoding = "utf-16-le" if data[1:4096:2].count(0) > n_nul / 2 else "utf-16-be"
        return as_text(data, encoding, name), encoding
    try:
        return FileText.of(data.decode()), "utf-8"
    except UnicodeDecodeError:
        return as_text(data, "cp1252", name), "cp1252"


def as_text(data: bytes, encoding: str, name: str, *, has_bom: bool = False) -> FileText:
    """Return ``data`` as text (`NoTextError` if it is not in ``encoding``)."""
    try:
        return FileText.of(data.decode(encoding), has_bom=has_bom)
    except UnicodeDecodeError as error:
        raise NoTextError(f"its text {name!r:.80} is no {encoding}: {error.reason}") from error
