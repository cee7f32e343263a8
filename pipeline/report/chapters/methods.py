"""How the study was coded, in sentences filled with its own numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from pipeline.core.records import INTERVIEWER, SOURCE_TYPES, Decision
from pipeline.exchange.workbook import Sheet
from pipeline.report.agreement import AgreementReport
from pipeline.report.page import (
    NUMBER,
    TOTAL,
    Block,
    Chapter,
    Entry,
    Line,
    Links,
    Note,
    Paragraph,
    Table,
    counted,
    listed,
    number,
    percent,
)
from pipeline.report.study import Study

KINDS = {
    "interview": ("interview", "interviews"),
    "focus-group": ("focus group", "focus groups"),
    "observation": ("set of field notes", "sets of field notes"),
    "document": ("document", "documents"),
}
ACCEPTED, IMPORTED = "accepted-suggestion", "imported"


@dataclass(frozen=True)
class Work:
    """What people and the machine did, in numbers."""

    study: Study

    @cached_property
    def dones(self) -> list[Decision]:
        """Completions that stand, of people."""
        return [
            row
            for row in self.study.decisions
            if row.standing == "done" and row.coder not in self.study.scripts
        ]

    @property
    def coders(self) -> list[str]:
        """People who completed a segment."""
        return sorted({coder for coders in self.study.finished.values() for coder in coders})

    @property
    def n_double(self) -> int:
        """Segments that two people or more finished."""
        return sum(len(coders) > 1 for coders in self.study.finished.values())

    def n_finished(self, coder: str) -> int:
        """Return how many segments ``coder`` finished."""
        return sum(coder in coders for coders in self.study.finished.values())

    def n_aided(self, coder: str) -> int:
        """Return how many completions of ``coder`` had suggestions in view."""
        return sum(row.suggestion_visible for row in self.dones if row.coder == coder)

    def n_blind(self, coder: str) -> int:
        """Return how many first completions of ``coder`` had nothing in view."""
        rows = (row for row in self.study.decisions if row.act == "done" and row.independent)
        return sum(row.coder == coder for row in rows)

    @property
    def n_drawn(self) -> int:
        """Blind completions of segments that were drawn with a known probability."""
        return sum(
            row.independent and row.inclusion_probability is not None
            for row in self.study.decisions
            if row.act == "done"
        )

    @cached_property
    def origins(self) -> Counter[str]:
        """How the codes that hold came to be."""
        return Counter(mark.origin for mark in self.study.marks)


def methods_chapter(study: Study, links: Links, report: AgreementReport | str) -> Chapter:
    """Return the methods paragraphs, and tables of transcripts and coders."""
    work = Work(study)
    blocks: list[Block] = [Note(sentence) for sentence in missing(study, work)]
    blocks += [Paragraph(text) for text in paragraphs(study, work, report) if text]
    blocks.append(transcripts(study, links))
    if work.coders:
        blocks.append(coders(study, work))
    return Chapter("methods", "How this study was coded", blocks)


def missing(study: Study, work: Work) -> list[str]:
    """Return what the report lacks, and what to do."""
    found = []
    if not study.segments:
        found.append("Nothing is cut into segments yet: run 'glossator run'.")
    elif not work.dones and not study.passages:
        found.append(
            "Nothing is reviewed yet: this page says what there is to review. Decide with "
            "'glossator review', then make it again."
        )
    elif len(work.coders) == 1:
        found.append(
            f"One coder only ({work.coders[0]}): nobody can tell how far another careful coder "
            "would agree. Have a second person code the audit sample."
        )
    if len(study.transcripts) == 1:
        found.append(
            "A single transcript: nothing can be said about interviews like it, so that intervals "
            "and saturation are refused below."
        )
    if study.skipped:
        found.append(
            f"{counted(len(study.skipped), 'decision')} are left out, for their words have changed "
            "since; 'glossator log verify' lists them."
        )
    return found


def paragraphs(study: Study, work: Work, report: AgreementReport | str) -> list[str]:
    """Return the text that a methods section can be written from."""
    return [
        material_words(study),
        people_words(study, work),
        machine_words(study, work),
        agreement_words(study, report),
    ]


def material_words(study: Study) -> str:
    """Return what was coded, and with what."""
    kinds = Counter(row.source_type for row in study.transcripts.values())
    told = [f"{kinds[kind]} {KINDS[kind][kinds[kind] > 1]}" for kind in SOURCE_TYPES if kinds[kind]]
    n_words = sum(len(row.text.split()) for row in study.transcripts.values())
    speakers = {row.participant_id for row in study.segments if row.role != INTERVIEWER} - {None}
    book = study.codebook
    n_dimensions = len({code.dimension for code in book.codes})
    return (
        f"The material consists of {listed(told) or 'no transcripts'} with {n_words:,} words, in "
        f"which {counted(len(speakers), 'participant')} speak. Talk was cut into "
        f"{counted(len(study.segments), 'segment')}, the units of coding. The codebook "
        f"{book.slug}, version {book.version} ({book.version_id}), holds "
        f"{counted(len(book.codable), 'code')} in {counted(n_dimensions, 'dimension')}."
    )


def people_words(study: Study, work: Work) -> str:
    """Return who coded how much, and how disagreement was settled."""
    if not work.coders:
        return ""
    statuses = Counter(mark.status for passage in study.passages for mark in passage.marks)
    n_all, n_blind = len(study.finished), sum(work.n_blind(coder) for coder in work.coders)
    text = (
        f"Coding was done by {counted(len(work.coders), 'person', 'people')} "
        f"({listed(work.coders)}), who finished {n_all:,} segments "
        f"({percent(n_all / len(study.segments))} of all), {work.n_double:,} of them by two "
        f"people or more. A segment finished without a code carries none. "
        f"{n_blind:,} first completions were blind: with neither suggestions "
        "nor other coders' codes in view. "
    )
    text += (
        f"In all, {counted(len(study.marks), 'code')} on passages hold: "
        f"{statuses['single']:,} by one coder, {statuses['agreed']:,} agreed, "
        f"{statuses['adjudicated']:,} adjudicated; {statuses['disputed']:,} more are disputed and "
        "count nowhere but where it is said."
    )
    return text + other_versions(study)


def other_versions(study: Study) -> str:
    """Return how many decisions were taken under another version of the codebook."""
    now = study.codebook.version_id
    versions = Counter(row.codebook_version for row in study.decisions if row.code is not None)
    n = sum(count for version, count in versions.items() if version != now)
    if not n:
        return ""
    return f" {counted(n, 'decision')} on codes were taken under another version of the codebook."


def machine_words(study: Study, work: Work) -> str:
    """Return what the machine did and what it did not do."""
    suggested = study.suggested
    if not suggested:
        return "No code was suggested by a machine."
    n_aided = sum(work.n_aided(coder) for coder in work.coders)
    origins, n = work.origins, max(1, len(study.marks))
    script = (
        f" Decisions of {counted(len(study.scripts), 'program')} ({listed(sorted(study.scripts))}) "
        "count neither as finished nor for agreement."
        if study.scripts
        else ""
    )
    return (
        f"A program on the researchers' own machine proposed {suggested['n_suggestions']:,} codes "
        f"(model {suggested['model_id']}). People had suggestions in view at {n_aided:,} "
        f"completions. Of the codes that hold, {origins[ACCEPTED]:,} "
        f"({percent(origins[ACCEPTED] / n)}) were first applied with the suggestion in view, "
        f"{origins[IMPORTED]:,} were imported and the other "
        f"{len(study.marks) - origins[ACCEPTED] - origins[IMPORTED]:,} were a person's own. No "
        f"code holds without a person's decision, and no count below is of suggestions.{script}"
    )


def agreement_words(study: Study, report: AgreementReport | str) -> str:
    """Return agreement in a sentence."""
    if isinstance(report, str):
        return ""
    values = sorted(
        row.segments.alpha.value for row in report.codes if row.segments.alpha.value is not None
    )
    if not values:
        return ""
    n_codes = len(study.codebook.codable)
    return (
        f"Krippendorff's alpha could be computed for {len(values)} of "
        f"{counted(n_codes, 'code')}, over {counted(report.n_shared, 'segment')} from "
        f"{counted(report.n_interviews, 'interview')} that two people coded blind: median "
        f"{number(median(values))}, from {number(values[0])} to {number(values[-1])}."
    )


def transcripts(study: Study, links: Links) -> Table:
    """Return what there is of each transcript and how far it is coded."""
    rows = [transcript_row(study, name) for name in sorted(study.transcripts)]
    lines = []
    for row in rows:
        name = str(row["transcript_id"])
        places = tuple(sorted({mark.place for mark in study.marks if mark.place[0] == name}))
        numbers = [f"{row[key]:,}" for key in ("n_words", "n_segments", "n_finished")]
        cells = [Entry(str(row["source_type"])), *(Entry(n, kind=NUMBER) for n in numbers)]
        lines.append(Line(Entry(name), (*cells, links.number(len(places), name, places))))
    sums = [sum(int(str(row[key])) for row in rows) for key in COUNTED]
    total = [Entry(""), *(Entry(f"{value:,}", kind=NUMBER) for value in sums)]
    lines.append(Line(Entry("all"), tuple(total), TOTAL))
    columns = ("transcript_id", "source_type", *COUNTED)
    return Table(
        "transcripts",
        "Transcripts.",
        ("Transcript", "Source", "Words", "Segments", "Finished", "Coded passages"),
        lines,
        ("Finished: segments that at least one person signed off.",),
        Sheet("transcripts", columns, rows),
    )


COUNTED = ("n_words", "n_segments", "n_finished", "n_coded")


def transcript_row(study: Study, name: str) -> dict[str, object]:
    """Return the counts of one transcript."""
    segments = [row for row in study.segments if row.transcript_id == name]
    return {
        "transcript_id": name,
        "source_type": study.transcripts[name].source_type,
        "n_words": len(study.transcripts[name].text.split()),
        "n_segments": len(segments),
        "n_finished": sum(row.segment_id in study.finished for row in segments),
        "n_coded": len({mark.place for mark in study.marks if mark.place[0] == name}),
    }


def coders(study: Study, work: Work) -> Table:
    """Return what each person did."""
    rows = [
        {
            "coder": coder,
            "n_finished": work.n_finished(coder),
            "n_blind": work.n_blind(coder),
            "n_with_suggestions": work.n_aided(coder),
            "n_codes": n_codes(study, coder),
            "active_hours": hours(row for row in study.decisions if row.coder == coder),
        }
        for coder in work.coders
    ]
    lines = [
        Line(
            Entry(str(row["coder"])),
            (
                *(Entry(f"{row[key]:,}", kind=NUMBER) for key in list(row)[1:5]),
                Entry(number(row["active_hours"], 1), kind=NUMBER),  # type: ignore[arg-type]  # a float or None
            ),
        )
        for row in rows
    ]
    return Table(
        "coders",
        "Coders.",
        ("Coder", "Finished", "Blind", "With suggestions", "Codes that hold", "Hours"),
        lines,
        (
            (
                "Blind: first completions with nothing in view. With suggestions: completions "
                "with suggestions in view. Hours: time in front of segments, where it was measured."
            ),
        ),
        Sheet("coders", tuple(rows[0]), rows),
    )


def n_codes(study: Study, coder: str) -> int:
    """Return on how many passages a code holds that ``coder`` applied."""
    return sum(coder in mark.coders for mark in study.marks)


def hours(rows: Iterable[Decision]) -> float | None:
    """Return the time that decisions took, None where nobody measured it."""
    times = [row.active_ms for row in rows if row.active_ms is not None]
    return sum(times) / 3_600_000 if times else None
