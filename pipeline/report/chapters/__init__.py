"""The chapters of a report: each from what is known to paragraphs, tables and figures."""

from __future__ import annotations

from pathlib import Path

from pipeline.report.audit import basis_of
from pipeline.report.chapters.activities import activities_chapter
from pipeline.report.chapters.codes import codes_chapter, columns_of
from pipeline.report.chapters.course import course_chapter
from pipeline.report.chapters.machine import machine_chapter
from pipeline.report.chapters.methods import methods_chapter
from pipeline.report.chapters.saturation import saturation_chapter
from pipeline.report.chapters.shares import shares_chapter
from pipeline.report.chapters.stopping import stopping_chapter
from pipeline.report.chapters.together import actors_chapter, together_chapter
from pipeline.report.chapters.trust import agreement_chapter, agreement_report
from pipeline.report.page import Chapter, Links
from pipeline.report.ratings import rated
from pipeline.report.study import Study


def chapters_of(study: Study, links: Links, by: tuple[str, ...], scores: Path) -> list[Chapter]:
    """Return all chapters of the report on one corpus, in the order in which they are read.

    Parameters
    ----------
    study, links
        The corpus, and where numbers lead.
    by
        Columns to set codes against; empty: those of the settings.
    scores
        The table of scores for statistics; it may not be there.

    Raises
    ------
    ConfigError
        If a column or the dimension of activities is not known.
    """
    columns = columns_of(study, by)
    texts = {name: row.text for name, row in study.transcripts.items()}
    codes = [code.path for code in study.codebook.codable]
    found = rated(study.segments, study.decisions, texts, codes)
    report = agreement_report(study, found)
    basis = basis_of(study, found, scores)
    return [
        methods_chapter(study, links, report),
        agreement_chapter(study, report),
        codes_chapter(study, links, by),
        activities_chapter(study, links, columns[0]),
        together_chapter(study, links),
        actors_chapter(study, links, columns),
        shares_chapter(study, basis, columns),
        saturation_chapter(study),
        stopping_chapter(study),
        machine_chapter(study, links, basis),
        course_chapter(study),
    ]
