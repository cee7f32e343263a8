"""The zip around a project: a stranger's opened with care, our own packed alike every time."""

from __future__ import annotations

import io
import re
import stat
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pipeline.core.broken import BROKEN_ARCHIVE
from pipeline.core.errors import InputError

MAX_MEMBERS = 20_000
MAX_TOTAL = 2 * 2**30
MAX_PROJECT = 256 * 2**20  # it is held in memory as a tree
MAX_RATIO = 200
RATIO_FLOOR = 2**20  # below a MiB, a good squeeze harms nobody
IS_ENCRYPTED = 0x1
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
OUTSIDE = re.compile(r"^/|\\|^[A-Za-z]:|(^|/)\.\.(/|$)|\x00")
STAMP = (1980, 1, 1, 0, 0, 0)  # no clock: the same project gives the same bytes
PLAIN_FILE = (stat.S_IFREG | 0o644) << 16


@dataclass(slots=True)
class Archive:
    """An opened project file: its ``.qde``, and its sources by name; nothing goes to the disk."""

    zip: zipfile.ZipFile
    project: str
    _by_name: Mapping[str, str] = field(default_factory=dict)
    _left: int = MAX_TOTAL

    def __post_init__(self) -> None:
        self._by_name = {name.casefold(): name for name in self.zip.namelist()}

    def find(self, name: str) -> str | None:
        """Return the member in the folder of sources that is called ``name``, whatever its case."""
        return self._by_name.get(f"sources/{name}".casefold()) or self._by_name.get(name.casefold())

    def read(self, member: str) -> bytes:
        """Return the bytes of one member.

        Raises
        ------
        InputError
            If it is damaged, or holds more than the directory said.
        """
        limit = self.zip.getinfo(member).file_size
        try:
            with self.zip.open(member) as file:
                data = file.read(limit + 1)
        except BROKEN_ARCHIVE as error:
            raise damaged(f"{member}: {error}") from error
        self._left -= len(data)
        if len(data) != limit or self._left < 0:
            raise damaged(f"{member}: it is not as long as the directory says")
        return data


def open_archive(data: bytes) -> Archive:
    """Return the project file in ``data`` after looking at all that its directory says.

    Raises
    ------
    InputError
        ``E_NOT_ZIP``, ``E_ENCRYPTED``, ``E_UNSAFE_ARCHIVE``, ``E_TOO_LARGE`` or ``E_NO_PROJECT``.
    """
    try:
        opened = zipfile.ZipFile(io.BytesIO(data))
        members = opened.infolist()
    except BROKEN_ARCHIVE as error:
        raise InputError(
            f"this is no zip archive, or not a whole one ({error!s:.80}); a REFI-QDA project is "
            "one. Export it again from the tool it comes from.",
            code="E_NOT_ZIP",
        ) from error
    check_names(members)
    check_sizes(members)
    found = [member.filename for member in members if is_project(member.filename)]
    if len(found) != 1:
        raise InputError(
            f"{len(found)} project files (.qde) in the archive; a REFI-QDA project has one. "
            "Export it again from the tool it comes from.",
            code="E_NO_PROJECT",
        )
    if opened.getinfo(found[0]).file_size > MAX_PROJECT:
        raise too_large(f"a project file of more than {MAX_PROJECT // 2**20} MiB")
    return Archive(opened, found[0])


def is_project(name: str) -> bool:
    """Whether a member is a project file: at the top, whatever it is called."""
    return name.casefold().endswith(".qde") and "/" not in name


def check_names(members: list[zipfile.ZipInfo]) -> None:
    """Raise unless every member is a plain file inside the archive, each of its own name."""
    seen: set[str] = set()
    for member in members:
        name = member.orig_filename
        if OUTSIDE.search(name) or stat.S_ISLNK(member.external_attr >> 16):
            raise unsafe(f"a member that leads outside ({name!r:.80})")
        if name.casefold() in seen:
            raise unsafe(f"two members of one name ({name!r:.80})")
        seen.add(name.casefold())
        if member.flag_bits & IS_ENCRYPTED:
            raise InputError("a password protects it. Export it without one.", code="E_ENCRYPTED")
        if member.compress_type not in METHODS:
            raise damaged(f"method {member.compress_type} of packing is unknown")


def check_sizes(members: list[zipfile.ZipInfo]) -> None:
    """Raise if the archive would unpack to more than it should."""
    if len(members) > MAX_MEMBERS:
        raise too_large(f"{len(members):,} members; the limit is {MAX_MEMBERS:,}")
    for member in members:
        if member.file_size > max(RATIO_FLOOR, MAX_RATIO * member.compress_size):
            raise too_large(
                f"a member ({member.filename!r:.80}) that would grow to "
                f"{member.file_size / 2**20:.0f} MiB, more than {MAX_RATIO} times what it weighs"
            )
    total = sum(member.file_size for member in members)
    if total > MAX_TOTAL:
        raise too_large(
            f"{total / 2**30:.1f} GiB in it when unpacked; the limit is {MAX_TOTAL / 2**30:.0f}"
        )


def unsafe(what: str) -> InputError:
    """Return the error for an archive that could harm."""
    return InputError(f"the archive has {what}. Do not trust this file.", code="E_UNSAFE_ARCHIVE")


def too_large(what: str) -> InputError:
    """Return the error for an archive that is too large when unpacked."""
    return InputError(f"the archive has {what}. Export fewer sources at once.", code="E_TOO_LARGE")


def damaged(why: str) -> InputError:
    """Return the error for an archive that cannot be unpacked."""
    return InputError(
        f"the archive is damaged ({why:.120}). Copy or export it again.", code="E_CORRUPT"
    )


def pack(members: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a zip of (name, bytes) pairs in their order; the same bytes every time."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members:
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, PLAIN_FILE
            info.create_system = 3  # Unix, wherever it is written
            packed.writestr(info, data)
    return out.getvalue()
