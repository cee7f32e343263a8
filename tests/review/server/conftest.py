"""A small study behind a server, for the tests of the review page without a browser."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.core.corpus import Corpus
from tests.review.server.site import PASSAGES, Site


@pytest.fixture(scope="session")
def laid(tmp_path_factory: pytest.TempPathFactory, study: Callable[..., Corpus]) -> Corpus:
    """Return a corpus of an interview and a long document, to be copied."""
    return study(tmp_path_factory.mktemp("laid") / "project", PASSAGES)


@pytest.fixture
def pilot(tmp_path: Path, laid: Corpus) -> Corpus:
    """Return a corpus of an interview and a long document."""
    shutil.copytree(laid.root, tmp_path / "project")
    return Corpus(tmp_path / "project", laid.name)


@pytest.fixture
def site(pilot: Corpus) -> Iterator[Site]:
    """Yield a server of an assisted round."""
    made = Site(pilot)
    yield made
    made.close()
