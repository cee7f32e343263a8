"""The wheel alone is enough: built, installed in a fresh environment, run far from the checkout.

The libraries are those of the environment that runs the tests, so that no index is asked for them;
a .pth file of the fresh one names their folder. Our own code is found in the wheel only.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PARTS = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "LICENSE", "pipeline", "configs")
SAMPLE = ("README.md", "participants.csv", "decisions", "raw")
HAS_TOOLS = all(map(importlib.util.find_spec, ("pip", "setuptools")))

pytestmark = pytest.mark.skipif(not HAS_TOOLS, reason="no pip or setuptools here to build a wheel")


def call(folder: Path, *words: str | Path) -> str:
    """Return what a command says that is run in ``folder``, knowing nothing of the checkout."""
    done = subprocess.run(
        [*map(str, words)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder)},
    )
    assert 0 == done.returncode, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel, built from a copy, since building leaves folders behind."""
    copy, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for part in (*PARTS, *(f"corpora/demo/{name}" for name in SAMPLE)):
        origin, target = ROOT / part, copy / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copyfile(origin, target)
    building = ("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", out)
    call(copy, sys.executable, "-m", "pip", *building, copy)
    [found] = out.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def fresh(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a fresh environment in which the wheel is installed."""
    folder = tmp_path_factory.mktemp("fresh")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    place = Path(
        call(folder, python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))")
    )
    (Path(str(place).strip()) / "libraries.pth").write_text(sysconfig.get_path("purelib"))
    installing = ("install", "--no-deps", "--no-index", wheel)
    call(folder, sys.executable, "-m", "pip", "--python", python, *installing)
    return folder


def test_the_demo_runs_without_the_checkout(fresh: Path, tmp_path: Path) -> None:
    """From an empty folder to the report, with the sample that the wheel brings along."""
    where = call(
        tmp_path, fresh / "bin" / "python", "-c", "import pipeline; print(pipeline.__file__)"
    )
    assert Path(where.strip()).is_relative_to(fresh)

    said = call(tmp_path, fresh / "bin" / "glossator", "--jobs", "2", "demo")

    assert "demo: 16 transcripts" in said
    assert (tmp_path / said.strip().splitlines()[-1].strip()).is_file()
    assert (tmp_path / "corpora/demo/export/coded_segments.xlsx").is_file()


def test_a_newcomer_begins_in_an_empty_folder(fresh: Path, tmp_path: Path) -> None:
    """The codebook and the settings of a first corpus come out of the wheel, too."""
    said = call(tmp_path, fresh / "bin" / "glossator", "init", "pilot")

    assert "Next: put transcripts into corpora/pilot/raw" in said
    assert (tmp_path / "configs/codebooks/vcc.yaml").is_file()
    assert "0.1" in call(tmp_path, fresh / "bin" / "glossator", "--version")
