"""What the package brings along: the sample corpus and its settings, and the codebooks."""

from __future__ import annotations

import shutil
from pathlib import Path

SAMPLE = "demo"
PARTS = ("README.md", "participants.csv", "decisions", "raw")  # of the sample corpus
PACKAGE = Path(__file__).parents[1]


def source() -> Path:
    """Return the folder that holds the sample and the codebooks.

    An installed package has them inside; a checkout of the project has them beside it.
    """
    inside = PACKAGE / "bundled"
    return inside if inside.is_dir() else PACKAGE.parent


def codebooks() -> list[str]:
    """Return the names of the codebooks that come along."""
    return sorted(path.stem for path in (source() / "configs" / "codebooks").glob("*.yaml"))


def lay_codebook(root: Path, name: str) -> bool:
    """Put a codebook that comes along into the project at ``root``; whether it was not there."""
    place = Path("configs") / "codebooks" / f"{name}.yaml"
    return name in codebooks() and lay(source() / place, root / place)


def lay_sample(root: Path) -> bool:
    """Put the sample corpus into the project at ``root``; whether anything was not there.

    What is there stays as it is.
    """
    folder = Path("corpora") / SAMPLE
    settings = Path("configs") / f"{SAMPLE}.toml"
    laid = [
        lay(source() / place, root / place) for place in (settings, *map(folder.joinpath, PARTS))
    ]
    laid += [lay_codebook(root, name) for name in codebooks()]
    return any(laid)


def lay(origin: Path, target: Path) -> bool:
    """Copy a file or a folder unless ``target`` is there; whether it was copied."""
    if target.exists():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    if origin.is_dir():
        shutil.copytree(origin, target)
    else:
        shutil.copyfile(origin, target)
    return True
