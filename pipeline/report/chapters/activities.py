"""Activities: who speaks in each, which codes show themselves there, and in which words."""

from __future__ import annotations

from collections import Counter

from pipeline.exchange.workbook import Sheet
from pipeline.report.figures.activity import Box, Column, activity_figure
from pipeline.report.matrices.cells import Cell, cell_of
from pipeline.report.matrices.evidence import Activity, Evidence, Shown, evidence_of
from pipeline.report.page import (
    GROUP,
    Block,
    Chapter,
    Entry,
    Figure,
    Line,
    Links,
    Note,
    Paragraph,
    Table,
    counted,
    listed,
    source_of,
)
from pipeline.report.study import Study

MOST_SHOWN = 4  # codes in a box of the figure
MOST_VOICES = 5
COLUMNS = (
    "activity",
    "dimension",
    "code",
    "code_name",
    "n_segments",
    "n_transcripts",
    "n_participants",
    "who",
    "quotation",
    "source",
)
NO_DIMENSION = (
    "The settings name no dimension of activities, so there is no evidence table. Name one of the "
    "codebook's: activity_dimension under [report]."
)


def activities_chapter(study: Study, links: Links, voice: str) -> Chapter:
    """Return the evidence table and its figure, or what is missing for them.

    Parameters
    ----------
    study, links
        The corpus, and where numbers lead.
    voice
        The column that says who speaks.
    """
    title = "How codes show themselves in each activity"
    if not study.settings.report.activity_dimension:
        return Chapter("activities", title, [Note(NO_DIMENSION)])
    found = evidence_of(study, voice)
    if not found.shown:
        return Chapter("activities", title, [Note(nothing(found))])
    blocks: list[Block] = [Paragraph(base_words(found)), figure(study, found, voice)]
    blocks.append(table(study, links, found))
    return Chapter("activities", title, blocks)


def nothing(found: Evidence) -> str:
    """Return why the evidence table is empty."""
    names = ", ".join(activity.name for activity in found.activities) or "none"
    return (
        f"No coded passage belongs to an activity ({names}). Code the activities of passages, too, "
        "or give participants an attribute that names theirs."
    )


def base_words(found: Evidence) -> str:
    """Return from where activities were taken."""
    taken = [f"the {source} ({n:,})" for source, n in found.taken_from.items()]
    return (
        f"The activity of a coded passage was taken from {listed(taken)}; of "
        f"{counted(found.n_without, 'further coded passage')} none is known, and they are not in "
        "this chapter."
    )


def in_activity(found: Evidence, activity: Activity) -> list[Shown]:
    """Return what shows itself in an activity, the most frequent code first."""
    items = [item for (code, _), item in found.shown.items() if code == activity.code]
    return sorted(items, key=lambda item: (-item.cell.n_segments, item.code))


def all_of(study: Study, items: list[Shown]) -> Cell:
    """Return the counts of all codes in an activity, each passage once."""
    places = {place for item in items for place in item.cell.places}
    return cell_of(study.by_place[place] for place in sorted(places))


def figure(study: Study, found: Evidence, voice: str) -> Figure:
    """Return activities as arrows with who speaks and what shows itself below each."""
    own = study.settings.report.activity_dimension
    dimensions = [path for path in study.dimensions if path != own]
    columns = []
    for activity in found.activities:
        items = in_activity(found, activity)
        whole = all_of(study, items)
        speakers = Counter(study.value(study.by_place[place], voice) for place in whole.places)
        boxes = [box(sorted(speakers.items(), key=lambda pair: (-pair[1], pair[0])), MOST_VOICES)]
        for dimension in dimensions:
            mine = [item for item in items if item.code.partition(".")[0] == dimension]
            entries = [(study.code_names[item.code], item.cell.n_segments) for item in mine]
            boxes.append(box(entries, MOST_SHOWN))
        columns.append(Column(activity.name, whole.n_segments, boxes))
    rows = [f"who speaks ({voice})", *(study.dimensions[path] for path in dimensions)]
    words = "Activities, who speaks in them, and the codes found", "The table below says the same."
    caption = (
        "Activities from left to right, with who speaks in each and the codes of every dimension "
        "that show themselves there. Numbers are passages; bars compare within a box."
    )
    return Figure(activity_figure("activities", words, rows, columns), caption)


def box(entries: list[tuple[str, int]], most: int) -> Box:
    """Return a box with the first entries and how many are left out."""
    return Box(entries[:most], max(0, len(entries) - most))


def table(study: Study, links: Links, found: Evidence) -> Table:
    """Return the evidence table: activity by activity, dimension by dimension."""
    lines, rows = [], []
    for activity in found.activities:
        items = in_activity(found, activity)
        whole = all_of(study, items)
        every = links.number(whole.n_segments, activity.name, whole.places)
        lines.append(Line(Entry(activity.name), (Entry(""), every, Entry(""), Entry("")), GROUP))
        for dimension, name in study.dimensions.items():
            mine = [item for item in items if item.code.partition(".")[0] == dimension]
            lines += [line_of(study, links, item, name) for item in mine]
            rows += [row_of(study, item) for item in mine]
    return Table(
        "evidence",
        "Practical examples of each dimension, by activity.",
        ("Activity and code", "Dimension", "Passages", "Who speaks", "In their words"),
        lines,
        (
            (
                "One quotation a code and activity: one that the settings name, else agreed by "
                "most coders, then of middling length, then the first. In small figures: "
                "transcripts / participants. Activities without a row below them have no passage."
            ),
        ),
        Sheet(
            "evidence",
            COLUMNS,
            rows,
        ),
    )


def line_of(study: Study, links: Links, item: Shown, dimension: str) -> Line:
    """Return a code in an activity as a row of the page."""
    small = f"{item.cell.n_transcripts}/{item.cell.n_participants}"
    name = study.code_names[item.code]
    return Line(
        Entry(name),
        (
            Entry(dimension),
            links.number(
                item.cell.n_segments, f"{item.activity.name}: {name}", item.cell.places, small
            ),
            Entry(who(item)),
            links.quote(item.quotation),
        ),
    )


def who(item: Shown) -> str:
    """Return who speaks and how often."""
    return ", ".join(f"{value} ({n})" for value, n in item.voices)


def row_of(study: Study, item: Shown) -> dict[str, object]:
    """Return a code in an activity as a row of the file."""
    return {
        "activity": item.activity.name,
        "dimension": item.code.partition(".")[0],
        "code": item.code,
        "code_name": study.code_names[item.code],
        "n_segments": item.cell.n_segments,
        "n_transcripts": item.cell.n_transcripts,
        "n_participants": item.cell.n_participants,
        "who": who(item),
        "quotation": item.quotation.quote,
        "source": source_of(item.quotation),
    }
