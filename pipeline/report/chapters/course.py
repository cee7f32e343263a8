"""Where codes stand in each transcript."""

from __future__ import annotations

from pipeline.report.figures.timeline import Course, Row, timeline_figure
from pipeline.report.page import Block, Chapter, Figure, Note, Paragraph, counted
from pipeline.report.study import Study

MOST_TICKS = 18  # turns named below a figure


def course_chapter(study: Study) -> Chapter:
    """Return a timeline of codes for each transcript that has any."""
    title = "Codes through each transcript"
    names = sorted({mark.place[0] for mark in study.marks})
    if not names:
        return Chapter("course", title, [Note("No transcript carries a code yet.")])
    without = len(study.transcripts) - len(names)
    words = f"Each transcript from left to right. {counted(without, 'transcript')} without a code."
    blocks: list[Block] = [Paragraph(words if without else "Each transcript from left to right.")]
    blocks += [timeline(study, name, number) for number, name in enumerate(names, 1)]
    return Chapter("course", title, blocks)


def timeline(study: Study, name: str, number: int) -> Figure:
    """Return the timeline of one transcript."""
    groups = list(study.dimensions)
    rows = []
    for code, code_name in study.code_names.items():
        spans = [m.place[1:] for m in study.marks if m.code == code and m.place[0] == name]
        if spans:
            rows.append(Row(code_name, groups.index(code.partition(".")[0]), sorted(set(spans))))
    segments = [row for row in study.segments if row.transcript_id == name]
    starts: dict[int, int] = {}
    for segment in segments:
        starts.setdefault(segment.turn, segment.start)
    step = max(1, -(-len(starts) // MOST_TICKS))
    ticks = [(start, turn) for turn, start in sorted(starts.items())][::step]
    unseen = [(row.start, row.end) for row in segments if row.segment_id not in study.finished]
    course = Course(len(study.transcripts[name].text), rows, unseen, ticks)
    words = f"Codes through {name}", f"Where {len(rows)} codes stand in {name}; see the quotations."
    caption = (
        f"{name}. Marks: dimensions. Faintly hatched: segments that nobody finished. Below: turns."
    )
    return Figure(timeline_figure(f"course-{number}", words, course), caption)
