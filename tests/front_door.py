"""The command make as a newcomer types it, with the set-up taken as done and this interpreter."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def make(folder: Path, *words: str) -> str:
    """Return what make prints in ``folder``; a failure shows all of it."""
    done = subprocess.run(
        ["make", "-o", ".venv/done", f"GLOSS={sys.executable} -m pipeline", *words],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "MAKEFLAGS": "", "MAKELEVEL": "0", "PYTHONPATH": str(ROOT)},
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout
