"""The shell completes commands, options, corpora and codebooks, as the guide switches it on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HERE = Path(sys.executable).parent  # where the command stands beside its interpreter
ASK = """
{line}
COMP_WORDS=({words})
COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_glossator_completion glossator
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project of three corpora and two codebooks."""
    folder = tmp_path_factory.mktemp("completion")
    for name in ("pilot", "pears", "demo"):
        (folder / "corpora" / name / "raw").mkdir(parents=True)
    (folder / "configs" / "codebooks").mkdir(parents=True)
    for name in ("vcc", "midstream"):
        (folder / "configs" / "codebooks" / f"{name}.yaml").touch()
    return folder


def completed(folder: Path, words: str) -> list[str]:
    """Return what bash offers behind ``words``, after the guide's line for it."""
    bash = shutil.which("bash")
    if bash is None or not (HERE / "glossator").exists():
        pytest.skip(f"completion is not tried: bash is {bash}, or no glossator in {HERE}")
    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    line = re.search(r'^ {4}(eval "\$\(_GLOSSATOR_COMPLETE=bash_source .*)$', guide, re.MULTILINE)
    assert line is not None
    done = subprocess.run(
        [bash, "--norc", "-c", ASK.format(line=line[1], words=words)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": f"{HERE}:{os.environ['PATH']}"},
    )
    assert "" == done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        ("glossator se", ["segment"]),
        ("glossator log ver", ["verify"]),
        ("glossator run p", ["pears", "pilot"]),
        ("glossator import de", ["demo"]),
        ("glossator models list m", ["midstream"]),
        ("glossator review pilot --mode b", ["blind-first"]),
        ("glossator export pilot --to d", ["doccano", "docbin", "displacy"]),
    ],
)
def test_the_shell_completes_what_was_begun(project: Path, words: str, offered: list[str]) -> None:
    """Commands, corpora and codebooks of the project, and the values of an option."""
    assert offered == completed(project, words)


def test_completion_says_nothing_where_there_is_no_project(tmp_path: Path) -> None:
    """No corpus, no offer, no error."""
    assert [] == completed(tmp_path, "glossator run p")
