"""The settings of a new corpus: what is a comment there holds when the marks are taken off."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.cli.init import SETTINGS
from pipeline.core.config import read_settings

STUB = re.compile(r"^# (?=\[|\w+ = )", re.MULTILINE)


def test_every_stub_can_be_taken_up(tmp_path: Path) -> None:
    """Questions, privacy and files of one's own are off, and are settings without their marks."""
    text = SETTINGS.format(name="talk", codebook="vcc")
    path, open_path = tmp_path / "talk.toml", tmp_path / "open.toml"
    path.write_text(text, encoding="utf-8")
    open_path.write_text(STUB.sub("", text), encoding="utf-8")

    settings, opened = read_settings(path), read_settings(open_path)

    assert ((), False, ()) == (
        settings.questions,
        settings.privacy.pseudonymise,
        settings.ingest.files,
    )
    assert opened.privacy.pseudonymise
    assert ("start", 1) == (opened.questions[0].id, len(opened.ingest.files))
