"""Zip archives that may lie: sizes and names are checked before anything is unpacked."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from pipeline.core.broken import BROKEN_ARCHIVE
from pipeline.core.errors import TranscriptError

MAX_MEMBER = 64 * 2**20
MAX_TOTAL = 512 * 2**20
MAX_RATIO = 200
RATIO_FLOOR = 10 * 2**20
MAX_MEMBERS = 20_000
IS_ENCRYPTED = 0x1
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
OUTSIDE = re.compile(r"^([/\\]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)")


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Return the archive in ``data``, its directory checked.

    `zipfile` hands on no more of a member than the directory declares, so the sizes checked here
    hold while reading, too.

    Raises
    ------
    TranscriptError
        ``E_EMPTY``, ``E_CORRUPT``, ``E_ENCRYPTED``, ``E_UNSAFE_ARCHIVE`` or ``E_TOO_LARGE``.
    """
    if not data:
        raise TranscriptError(
            "the file is empty; a transcript needs words. Remove it or replace it.", code="E_EMPTY"
        )
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        members = archive.infolist()
    except BROKEN_ARCHIVE as error:
        raise broken(str(error)) from error
    check_names(members)
    check_sizes(members)
    return archive


def check_names(members: list[zipfile.ZipInfo]) -> None:
    """Raise unless every member lies inside the archive's own folder and wants no password."""
    for member in members:
        if OUTSIDE.search(member.filename):
            raise TranscriptError(
                f"the archive has a member outside its folder ({member.filename!r:.80}). "
                "Do not trust this file.",
                code="E_UNSAFE_ARCHIVE",
            )
        if member.flag_bits & IS_ENCRYPTED:
            raise TranscriptError(
                "a password protects it. Save a copy without one.", code="E_ENCRYPTED"
            )
        if member.compress_type not in METHODS:
            raise broken(f"method {member.compress_type} of packing is unknown")


def check_sizes(members: list[zipfile.ZipInfo]) -> None:
    """Raise if the archive unpacks to more than a transcript can weigh."""
    if len(members) > MAX_MEMBERS:
        raise TranscriptError(
            f"{len(members)} members in the archive; the limit is {MAX_MEMBERS}. Split it.",
            code="E_TOO_LARGE",
        )
    for member in members:
        bound = max(RATIO_FLOOR, MAX_RATIO * member.compress_size)
        check_size(member.file_size, min(MAX_MEMBER, bound))
    check_size(sum(member.file_size for member in members), MAX_TOTAL)


def check_size(n_bytes: int, limit: int) -> None:
    """Raise if ``n_bytes`` exceed ``limit``."""
    if n_bytes > limit:
        raise TranscriptError(
            f"{n_bytes / 2**20:.0f} MB unpacked; the limit is {limit / 2**20:.0f} MB. "
            "Split it, or save it without pictures.",
            code="E_TOO_LARGE",
        )


def read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return the bytes of one member; empty if there is none of that name."""
    try:
        return archive.read(name)
    except KeyError:
        return b""
    except BROKEN_ARCHIVE as error:
        raise broken(f"{name}: {error}") from error


def broken(why: str) -> TranscriptError:
    """Return the error for an archive that cannot be unpacked."""
    return TranscriptError(
        f"the archive is damaged ({why:.120}). Copy or export it again.", code="E_CORRUPT"
    )
