"""The bundled sample corpus: every turn is found, every speaker is a participant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipeline.core.config import read_settings
from pipeline.core.settings import Settings
from pipeline.engine import Engine
from pipeline.ingest.report import Report, TranscriptReport
from pipeline.ingest.stage import dry_run

DEMO = Path(__file__).parents[2] / "corpora" / "demo"
WITHOUT_SPEAKERS = {"field_notes_01_steering_meeting", "document_01_partnership_agreement"}
LABEL = {
    ".txt": re.compile(r"^(?:\[[\d:]+\] )?([A-Z]+\d?|I): ", re.MULTILINE),
    ".md": re.compile(r"^\*\*(?:[\w ]+\()?([A-Z]+)\)?:\*\* ", re.MULTILINE),
}


@pytest.fixture(scope="module")
def report() -> Report:
    """Return the report of a dry run on the sample corpus."""
    return dry_run(DEMO / "raw", DEMO / "participants.csv", Settings(), engine=Engine())


def talks(report: Report) -> list[TranscriptReport]:
    """Return the reports of the transcripts in which somebody speaks."""
    return [part for part in report.transcripts if part.transcript_id not in WITHOUT_SPEAKERS]


def test_every_speaker_is_a_participant(report: Report) -> None:
    """Every label joins its row and every row has a label."""
    assert () == report.unmatched_labels
    assert () == report.unmatched_rows
    assert 14 == len(talks(report))


def test_every_label_in_a_text_is_a_turn(report: Report) -> None:
    """As many turns are found in each text file as a plain search finds labels."""
    for part in talks(report):
        source = DEMO / "raw" / part.source
        if source.suffix in LABEL:
            labels = LABEL[source.suffix].findall(source.read_text(encoding="utf-8"))
            assert len(labels) == part.n_turns, part.source


def test_nothing_is_left_over(report: Report) -> None:
    """Outside turns and labels there are only titles, times and front matter."""
    for part in talks(report):
        left = sum(part.characters.get(kind, 0.0) for kind in ("unattributed", "event", "legend"))
        assert left < 0.03, part.source
        assert [] == part.suspects, part.source
        assert [] == part.labels_without_words, part.source


def test_every_question_of_the_guide_is_asked_somewhere() -> None:
    """The interviews follow the guide loosely: every question is met, no interview meets none."""
    settings = read_settings(DEMO.parents[1] / "configs" / "demo.toml")
    guided = dry_run(DEMO / "raw", DEMO / "participants.csv", settings, engine=Engine())

    asked = [{row["question"] for row in part.questions["asked"]} for part in talks(guided)]

    assert {question.id for question in settings.questions} == set().union(*asked)
    assert min(map(len, asked)) >= 3


def test_notes_and_documents_have_no_speakers(report: Report) -> None:
    """Prose stays prose: no turn in the field notes or the agreement."""
    parts = {part.transcript_id: part.n_turns for part in report.transcripts}

    assert {0} == {parts[name] for name in WITHOUT_SPEAKERS}
