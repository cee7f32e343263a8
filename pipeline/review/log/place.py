"""Where a log may lie: not on a network drive, better not in a folder that a cloud synchronises."""

from __future__ import annotations

from pathlib import Path

from pipeline.core.errors import ReviewError

MOUNTS = Path("/proc/mounts")
NETWORK = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ncpfs", "davfs", "fuse.sshfs", "fuse.davfs2"}
)
CLOUDS = ("dropbox", "onedrive", "google drive", "googledrive", "icloud", "nextcloud", "owncloud")


def filesystem_of(path: Path, mounts: str) -> str:
    """Return the kind of file system that ``path`` lies on, empty if unknown.

    Parameters
    ----------
    path
        An absolute path.
    mounts
        The text of Linux's ``/proc/mounts``; the longest mount point above ``path`` counts.
    """
    best = ("", "")
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:  # noqa: PLR2004  # device, mount point, kind
            continue
        point = fields[1].replace("\\040", " ")
        if path.is_relative_to(point) and len(point) >= len(best[0]):
            best = (point, fields[2])
    return best[1]


def refuse_network_drive(path: Path, mounts: Path = MOUNTS) -> None:
    """Raise `ReviewError` if the system says that ``path`` lies on a network drive.

    SQLite's write-ahead log needs memory that all writers share; over a network it loses data.
    """
    if not mounts.exists():
        return
    kind = filesystem_of(path.resolve(), mounts.read_text(encoding="utf-8", errors="replace"))
    if kind in NETWORK:
        raise ReviewError(
            f"{path}: lies on a network drive ({kind}); decisions are safe on a local disk only. "
            "Move the project to a disk of this machine, and exchange decisions with "
            "'glossator log export' and 'glossator log import'.",
            code="E_NETWORK_DRIVE",
        )


def cloud_of(path: Path) -> str | None:
    """Return the folder above ``path`` that a cloud seems to synchronise, None if there is none."""
    for folder in path.resolve().parents:
        if any(folder.name.lower().startswith(cloud) for cloud in CLOUDS):
            return folder.name
    return None
