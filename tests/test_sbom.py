"""The bill of materials has every package of the lock."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_pinned_package_is_in_the_bill_with_its_hashes_and_a_licence() -> None:
    """Name, version and each hash of the lock are there once; what is installed has a licence."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    made = runpy.run_path(str(ROOT / "docs" / "sbom.py"))["bill"](lock, "0")
    pins = re.findall(r"^([\w.-]+)==([^\s;\\]+)", lock, re.MULTILINE)
    hashes = re.findall(r"--hash=sha256:(\w+)", lock)

    found = [(one["name"], one["version"]) for one in made["components"]]
    assert sorted((re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in pins) == (
        sorted(found)
    )
    assert sorted(hashes) == sorted(
        item["content"]
        for one in made["components"]
        for file in one["externalReferences"]
        for item in file["hashes"]
    )
    bare = {one["name"] for one in made["components"] if "licenses" not in one}
    assert bare <= {"colorama"}  # which is for Windows, and not installed elsewhere
