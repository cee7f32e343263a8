"""Makes file permissions count for a child process, also where the tests run as root."""

from __future__ import annotations

import contextlib
import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

DROP_FROM_BOUNDS = 24  # PR_CAPBSET_DROP of Linux
OVERRIDES = (1, 2)  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH


@contextlib.contextmanager
def permissions_counting() -> Iterator[None]:
    """Start a child with `give_up_overrides` in here; where root cannot, the test is skipped."""
    try:
        yield
    except subprocess.SubprocessError as error:
        if isinstance(error, subprocess.TimeoutExpired):
            raise
        pytest.skip("root cannot give up its right to pass permissions by: they are not tried")


def give_up_overrides() -> None:
    """Give up, in a child before it becomes another program, root's rights over files."""
    if os.geteuid():
        return
    if sys.platform != "linux":
        raise OSError("only Linux lets root give up a right")
    library = ctypes.CDLL(None, use_errno=True)
    for capability in OVERRIDES:
        if library.prctl(DROP_FROM_BOUNDS, capability, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "root cannot give up its rights over files")
