"""What tests of REFI-QDA share: the probes, the schemas, and projects drawn at random."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from pipeline.exchange.refi.archive import open_archive

SHARED = Path(__file__).parents[3].parent / "shared" / "data" / "refi"


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of schemas and probes; without it the test is skipped."""
    if not SHARED.is_dir():
        pytest.skip(f"{SHARED}: the schemas and probes of REFI-QDA are not here")
    return SHARED


@pytest.fixture(scope="session")
def expected(shared: Path) -> Any:
    """Return what a correct importer finds in the probes."""
    return json.loads((shared / "probes" / "expected.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def schema(shared: Path) -> etree.XMLSchema:
    """Return the schema of a project."""
    return etree.XMLSchema(etree.parse(str(shared / "Project.xsd")))


@pytest.fixture(scope="session")
def codebook_schema(shared: Path) -> etree.XMLSchema:
    """Return the schema of a codebook."""
    return etree.XMLSchema(etree.parse(str(shared / "Codebook.xsd")))


@pytest.fixture(scope="session")
def xml_of() -> Callable[[bytes], bytes]:
    """Return a way to take the project's XML out of a file."""

    def take(data: bytes) -> bytes:
        archive = open_archive(data)
        return archive.read(archive.project)

    return take
