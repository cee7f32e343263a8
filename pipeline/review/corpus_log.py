"""The log of one corpus: what commands ask of it."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.core.atomic import read_given, write_bytes
from pipeline.core.corpus import Corpus
from pipeline.core.errors import InputError, ReviewError
from pipeline.review.desk import KINDS, ROLES
from pipeline.review.facts import read_texts
from pipeline.review.log import backup as copies
from pipeline.review.log import transfer
from pipeline.review.log import verify as checks
from pipeline.review.log.parcel import Parcel, format_parcel, parse_parcel
from pipeline.review.log.rows import Coder, Heads
from pipeline.review.log.store import check_there, create_log, open_log, unknown_coder

NAME = re.compile(r"[^\W_][\w.@-]*(?: [\w.@-]+)*")
LONGEST_NAME = 60


def add_coder(corpus: Corpus, name: str, kind: str = "person", role: str = "coder") -> Coder:
    """Add somebody who may decide, or give them another role; the log is made if there is none.

    Raises
    ------
    ReviewError
        If the name cannot be one, kind or role are unknown, or a person is to become a program.
    """
    if not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise ReviewError(
            f"{name!r}: a coder's name has letters, digits, single spaces and . _ @ - in it, "
            f"and at most {LONGEST_NAME} characters. Take a short pseudonym.",
            code="E_CODER_NAME",
        )
    for value, known in ((kind, KINDS), (role, ROLES)):
        if value not in known:
            raise ReviewError(f"{value}: must be one of {', '.join(known)}.", code="E_CODER")
    coder = Coder(name, kind, role)
    with create_log(corpus.log, corpus.name) as log, log.writing():
        before = log.coders().get(name)
        if before is not None and before.kind != kind:
            raise ReviewError(
                f"{name}: is a {before.kind} already; what they decided would change its meaning. "
                "Take another name.",
                code="E_CODER",
            )
        log.add_coder(coder)
    return coder


def coders(corpus: Corpus) -> list[Coder]:
    """Return who may decide, by name; nobody where there is no log."""
    if not corpus.log.exists():
        return []
    with open_log(corpus.log) as log:
        return [log.coders()[name] for name in sorted(log.coders())]


def export_log(
    corpus: Corpus, path: Path, *, coder: str | None = None, has_memos: bool = True
) -> int:
    """Write the log as JSON lines to ``path``, all of it or one coder's part; return how many.

    Raises
    ------
    ReviewError
        If there is no log or no such coder.
    """
    with open_log(corpus.log) as log:
        if coder is not None and coder not in log.coders():
            raise unknown_coder(coder, log.coders())
        parcel = transfer.parcel_of(log, coder=coder, has_memos=has_memos)
    write_bytes(path, format_parcel(parcel).encode())
    return len(parcel.rows)


def import_log(corpus: Corpus, path: Path, *, is_dry: bool | None = None) -> transfer.Imported:
    """Take in what the exported log at ``path`` holds and this one does not, all or nothing.

    Parameters
    ----------
    corpus
        The corpus; its log is made if there is none.
    path
        A file that `export_log` wrote.
    is_dry
        Whether nothing is to be written; None: only if there are conflicts.

    Raises
    ------
    GlossatorError
        If the file is damaged or of another corpus, or a quote does not stand in today's text.
    """
    parcel = parse_parcel(read_given(path), where=str(path))
    texts = read_texts(corpus)
    transfer.check_corpus(parcel, corpus.name)
    if not corpus.log.exists():
        with tempfile.TemporaryDirectory() as folder:
            rehearsed = rehearse(Path(folder) / corpus.log.name, parcel, texts)
        if is_dry or (is_dry is None and rehearsed.conflicts):
            return rehearsed
    with create_log(corpus.log, corpus.name) as log:
        return transfer.merge(log, parcel, texts, is_dry=is_dry)


def rehearse(path: Path, parcel: Parcel, texts: Mapping[str, str]) -> transfer.Imported:
    """Return what an import into a new log would do; a refused one must not leave a log behind."""
    with create_log(path, parcel.corpus) as log:
        return transfer.merge(log, parcel, texts, is_dry=True)


def verify_log(
    corpus: Corpus, *, heads: Path | None = None, is_rebuilding: bool = False
) -> checks.Verification:
    """Return what is wrong with the log of ``corpus``; see `pipeline.review.log.verify.verify`.

    Parameters
    ----------
    corpus
        The corpus; without transcripts, quotes are not checked.
    heads
        A file with heads noted earlier: JSON, or an exported log.
    is_rebuilding
        Whether the derived table is made anew where it differs.

    Raises
    ------
    ReviewError
        If there is no log.
    """
    recorded = read_heads(heads) if heads is not None else None
    check_there(corpus.log)
    texts = read_texts(corpus) if corpus.table("transcripts").exists() else None
    return checks.verify(corpus.log, texts, recorded=recorded, is_rebuilding=is_rebuilding)


def backup_log(corpus: Corpus, target: Path) -> checks.Verification:
    """Copy the log to ``target``, whole, verify the copy and return what it holds.

    Raises
    ------
    ReviewError
        If there is no log, it is damaged, or ``target`` is there already.
    """
    check_there(corpus.log)
    return copies.backup(corpus.log, target)


def read_heads(path: Path) -> Heads:
    """Return the heads noted in ``path``: JSON lists by coder, alone or under ``heads``.

    Raises
    ------
    InputError
        If the file holds no heads.
    """
    first = read_given(path).decode("utf-8-sig", "replace")
    found = first_object(first)
    heads = found.get("heads", found)
    if not isinstance(heads, dict) or not all(isinstance(item, list) for item in heads.values()):
        raise InputError(
            f"{path}: holds no heads. Note them with 'glossator log verify --json' or 'log backup'."
        )
    return {str(coder): tuple(map(str, found)) for coder, found in heads.items()}


def first_object(text: str) -> Mapping[str, Any]:
    """Return the JSON object that ``text`` or its first line is, empty if neither is one."""
    for piece in (text, text.partition("\n")[0]):
        try:
            found = json.loads(piece)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict):
            return found
    return {"heads": None}
