"""Where a log may lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.core.errors import ReviewError
from pipeline.review.log.place import cloud_of, filesystem_of, refuse_network_drive

MOUNTS = """/dev/sda1 / ext4 rw 0 0
server:/share /share nfs4 rw 0 0
/dev/sdb1 /share/ana/local\\040disk ext4 rw 0 0
odd
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/data/review.sqlite", "ext4"),
        ("/share/ana/review.sqlite", "nfs4"),
        ("/share/ana/local disk/review.sqlite", "ext4"),
        ("/shared/review.sqlite", "ext4"),
    ],
)
def test_the_longest_mount_point_counts(path: str, expected: str) -> None:
    """A disk mounted inside a network drive is a disk."""
    assert expected == filesystem_of(Path(path), MOUNTS)


def test_a_network_drive_is_refused(tmp_path: Path) -> None:
    """SQLite's write-ahead log loses data over a network."""
    mounts = tmp_path / "mounts"
    mounts.write_text("server:/ / cifs rw 0 0\n")

    with pytest.raises(ReviewError, match="network drive") as caught:
        refuse_network_drive(tmp_path / "review.sqlite", mounts)

    assert "E_NETWORK_DRIVE" == caught.value.code


def test_where_the_system_does_not_tell_nothing_is_refused(tmp_path: Path) -> None:
    """Without a table of mounts nobody knows."""
    refuse_network_drive(tmp_path / "review.sqlite", tmp_path / "none")

    assert "" == filesystem_of(tmp_path, "")


def test_a_folder_in_a_cloud_is_named(tmp_path: Path) -> None:
    """A program that synchronises folders may copy half a log."""
    assert "OneDrive - Uni" == cloud_of(tmp_path / "OneDrive - Uni" / "a" / "review.sqlite")
    assert cloud_of(tmp_path / "review.sqlite") is None
