"""Puts the sample corpus and the codebooks into the wheel; everything else is in pyproject.toml."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

PARTS = (
    "configs/demo.toml",
    "configs/codebooks",
    "corpora/demo/README.md",
    "corpora/demo/participants.csv",
    "corpora/demo/decisions",
    "corpora/demo/raw",
)


class BundlingBuild(build_py):
    """Builds the package, then lays the sample beside its modules."""

    def run(self) -> None:
        """Build; an editable installation finds the sample in the checkout."""
        super().run()
        if self.editable_mode:
            return
        for part in PARTS:
            target = Path(self.build_lib) / "pipeline" / "bundled" / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if Path(part).is_dir():
                shutil.copytree(part, target, dirs_exist_ok=True)
            else:
                shutil.copyfile(part, target)


setup(cmdclass={"build_py": BundlingBuild})
