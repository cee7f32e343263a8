"""Runs commands that meet a fault: started by faults.py below the library made of faults.c.

Each line that comes in is a command as JSON; it is run in a fork, so that libraries are loaded
once. The line that goes out tells how it ended, how many points it passed, and what it loaded.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import importlib
import json
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

CUTS = (6, 7)  # kinds of a power cut, which may also come after the end
FINISHED = "finished"


def run(order: Mapping[str, Any], pipe: int) -> int:
    """Run one command in this process, watched; return its exit code."""
    library = ctypes.CDLL(None)
    os.chdir(order["folder"])
    sys.argv = ["glossator", *order["words"]]
    library.faults_clock(ctypes.c_long(order["clock"]), ctypes.c_long(order["step"]))
    folders = (order["folder"].encode(), order["aside"].encode())
    library.faults_arm(*folders, order["kind"], order["at"])
    try:
        from pipeline.cli import main

        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001  # a bug, which is what is looked for
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    if order["kind"] in CUTS:
        library.faults_cut()
    n_points = library.faults_disarm()
    os.write(pipe, json.dumps([n_points, sorted(sys.modules)]).encode())
    return code


def forked(order: Mapping[str, Any]) -> dict[str, Any]:
    """Run one command in a fork and return how it ended."""
    ours, theirs = os.pipe()
    told = Path(order["aside"], "told.txt")
    pid = os.fork()
    if not pid:
        os.close(ours)
        handle = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        code = 1
        with contextlib.suppress(BaseException):
            code = run(order, theirs)
        os._exit(code)
    os.close(theirs)
    data = b""
    while piece := os.read(ours, 1 << 16):
        data += piece
    os.close(ours)
    _, status = os.waitpid(pid, 0)
    n_points, modules = json.loads(data) if data else (None, [])
    text = told.read_text(encoding="utf-8", errors="replace")
    code = os.waitstatus_to_exitcode(status)
    return {"code": code, "n_points": n_points, "modules": modules, "text": text}


def load(modules: Sequence[str]) -> None:
    """Import what a command used, so that later forks have it."""
    for name in modules:
        if name not in sys.modules and not name.startswith("_"):
            with contextlib.suppress(ImportError, AttributeError):
                importlib.import_module(name)


def main() -> None:
    """Run what comes in, line by line."""
    for line in sys.stdin:
        order = json.loads(line)
        gc.collect()
        gc.freeze()  # so that a fork does not copy what it only looks at
        done = forked(order)
        modules = done.pop("modules")
        if order["is_kept"]:
            load(modules)
        sys.stdout.write(json.dumps(done) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
