"""The chapters of a report: each from what is known to paragraphs, tables and figures."""

from __future__ import annotations

from pipeline.report.chapters.activities import activities_chapter
from pipeline.report.chapters.codes import codes_chapter, columns_of
from pipeline.report.chapters.course import course_chapter
from pipeline.report.chapters.methods import methods_chapter
from pipeline.report.chapters.together import actors_chapter, together_chapter
from pipeline.report.chapters.trust import agreement_chapter, agreement_report
from pipeline.report.page import Chapter, Links
from pipeline.report.ratings import rated
from pipeline.report.study import Study


def chapters_of(study: Study, links: Links, by: tuple[str, ...]) -> list[Chapter]:
    """Return all chapters of the report on one corpus, in the order in which they are read.

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
    return [
        methods_chapter(study, links, report),
        agreement_chapter(study, report),
        codes_chapter(study, links, by),
        activities_chapter(study, links, columns[0]),
        together_chapter(study, links),
        actors_chapter(study, links, columns),
        course_chapter(study),
    ]
