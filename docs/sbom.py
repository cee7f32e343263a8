"""The bill of materials: what is installed with Glossator, as CycloneDX JSON.

    python docs/sbom.py [LOCK] > glossator.cdx.json

Names, versions and hashes come from the lock; licences from what is installed, where it is.
There is no date and no random number in it: the same lock and installation give the same bytes.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PIN = re.compile(r"^(?P<name>[A-Za-z0-9][\w.-]*)(?:\[[^\]]*\])?==(?P<version>[^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
MAX_LICENCE = 100  # characters: some put the whole text there
CLASS = "License :: "


def components(lock: str) -> Iterator[dict[str, Any]]:
    """Yield each pinned package of the text of a lock, in its order."""
    for entry in re.split(r"\n(?=[A-Za-z0-9])", lock):
        pin = PIN.match(entry)
        if pin is None:
            continue
        name = re.sub(r"[-_.]+", "-", pin["name"]).lower()
        address = f"pkg:pypi/{name}@{pin['version']}"
        found = {"type": "library", "bom-ref": address, "name": name, "version": pin["version"]}
        files = [
            {"type": "distribution", "url": address, "hashes": [{"alg": "SHA-256", "content": one}]}
            for one in sorted(HASH.findall(entry))
        ]
        licence = licence_of(name)
        named = {"licenses": [{"license": {"name": licence}}]} if licence else {}
        yield {**found, "purl": address, **named, "externalReferences": files}


def licence_of(name: str) -> str:
    """Return the licence that an installed package names, empty if it is not here or names none."""
    try:
        told = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    classes = [line for line in told.get_all("Classifier") or () if line.startswith(CLASS)]
    texts = [told.get("License-Expression"), told.get("License")]
    short = [text for text in texts if text and "\n" not in text and len(text) <= MAX_LICENCE]
    return short[0] if short else "; ".join(line.rpartition(" :: ")[2] for line in classes)


def bill(lock: str, version: str) -> dict[str, Any]:
    """Return the bill of what the text of a lock pins."""
    root = {"type": "application", "bom-ref": "glossator", "name": "glossator", "version": version}
    found = list(components(lock))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": {**root, "licenses": [{"license": {"id": "MIT"}}]}},
        "components": found,
        "dependencies": [{"ref": "glossator", "dependsOn": [one["bom-ref"] for one in found]}],
    }


def main() -> None:
    """Print the bill of the lock that is named, or of the one that users install."""
    lock = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "requirements.lock"
    made = bill(lock.read_text(encoding="utf-8"), metadata.version("glossator"))
    print(json.dumps(made, indent=1, sort_keys=True))


if __name__ == "__main__":
    main()
