"""Reviewed codes of a study to its page, figures and tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline import __version__
from pipeline.core.codebook import Codebook
from pipeline.core.receipts import Receipt, key_of, sha256_of
from pipeline.core.settings import Settings
from pipeline.exchange.workbook import Sheet, csv_of, workbook_of
from pipeline.report.chapters import chapters_of
from pipeline.report.chapters.comparison import comparison_chapters
from pipeline.report.folder import RECEIPT, STAGE, check_folder, write_folder
from pipeline.report.page import Chapter, Figure, Links, Table, counted, listed
from pipeline.report.render import Page, render
from pipeline.report.study import Sources, Study, read_study

PAGE = "report.html"
WORKBOOK = "tables.xlsx"
CUT = " [continues in the CSV file]"


@dataclass(frozen=True, slots=True)
class Job:
    """One corpus to be told of."""

    name: str
    sources: Sources
    codebook: Codebook
    settings: Settings


@dataclass(frozen=True, slots=True)
class Reported:
    """Where the page is, and what stands in it."""

    page: Path
    n_tables: int
    n_figures: int
    n_passages: int


def run(job: Job, out: Path, *, by: tuple[str, ...] = ()) -> Reported:
    """Write the report of one corpus to the folder ``out``, whole or not at all.

    Parameters
    ----------
    job
        The corpus; its tables must be up to date.
    out
        A folder that does not exist, or that an earlier report wrote.
    by
        Columns to set codes against; empty: those of the settings.

    Raises
    ------
    ConfigError
        If a column or the dimension of activities is not known.
    InputError
        If ``out`` holds what no report wrote.
    TableError
        If a table is missing or damaged.
    """
    check_folder(out)  # before the work, not after it
    study = read_study(job.sources, job.codebook, job.settings, name=job.name)
    links = Links(study)
    chapters = chapters_of(study, links, by, job.sources.scores)
    page = Page(title_of(study), subtitle_of(study), colophon_of(study, job))
    html = render(page, chapters, [links])
    return write_report(out, html, chapters, receipt_of([job], by, len(study.passages)))


def run_both(jobs: tuple[Job, Job], out: Path) -> Reported:
    """Write the report of two corpora side by side to the folder ``out``; raises as `run`."""
    check_folder(out)
    one, two = (read_study(job.sources, job.codebook, job.settings, name=job.name) for job in jobs)
    links = Links(one, "a-"), Links(two, "b-")
    chapters = comparison_chapters((one, two), links)
    title = f"{one.name} and {two.name}: codes side by side"
    books = [f"{study.codebook.slug} {study.codebook.version}" for study in (one, two)]
    words = f"Coded with {listed(list(dict.fromkeys(books)))}."
    colophon = [
        line
        for job, study in zip(jobs, (one, two), strict=True)
        for line in colophon_of(study, job)
    ]
    html = render(Page(title, words, colophon), chapters, links)
    n_passages = len(one.passages) + len(two.passages)
    return write_report(out, html, chapters, receipt_of(jobs, (), n_passages))


def write_report(out: Path, html: str, chapters: Sequence[Chapter], receipt: Receipt) -> Reported:
    """Write the page with its figures and tables, and tell what was written."""
    sheets, figures = sheets_of(chapters), figures_of(chapters)
    files: dict[str, bytes] = {PAGE: html.encode("utf-8", "replace")}
    for figure in figures:
        files[f"figures/{figure.drawing.name}.svg"] = figure.drawing.svg.encode()
        files[f"figures/{figure.drawing.name}.pdf"] = figure.drawing.pdf
    for sheet in sheets:
        files[f"tables/{sheet.name}.csv"] = csv_of(sheet)
    if sheets:
        files[WORKBOOK] = workbook_of(sheets, CUT)
    details = {**receipt.details, "files": sorted(files)}
    told = Receipt(
        STAGE,
        receipt.inputs,
        settings=receipt.settings,
        rows_in=receipt.rows_in,
        rows_out=sum(len(sheet.rows) for sheet in sheets),
        details=details,
    )
    files[RECEIPT] = (told.to_json() + "\n").encode()
    write_folder(out, files)
    n_tables = sum(isinstance(block, Table) for chapter in chapters for block in chapter.blocks)
    return Reported(out / PAGE, n_tables, len(figures), receipt.rows_in)


def sheets_of(chapters: Sequence[Chapter]) -> list[Sheet]:
    """Return the tables of all chapters as files, in order."""
    blocks = (block for chapter in chapters for block in chapter.blocks)
    return [block.sheet for block in blocks if isinstance(block, Table) and block.sheet]


def figures_of(chapters: Sequence[Chapter]) -> list[Figure]:
    """Return the figures of all chapters, in order."""
    blocks = (block for chapter in chapters for block in chapter.blocks)
    return [block for block in blocks if isinstance(block, Figure)]


def receipt_of(jobs: Sequence[Job], by: tuple[str, ...], n_passages: int) -> Receipt:
    """Return what went in."""
    inputs = {
        f"{job.name}/{path.name}": sha256_of(path) for job in jobs for path in job.sources.present
    }
    details: Mapping[str, object] = {
        "codebooks": {job.name: job.codebook.version_id for job in jobs},
        "by": list(by),
    }
    settings = key_of([(job.settings.report, job.settings.seed) for job in jobs], by)
    return Receipt(STAGE, inputs, settings, rows_in=n_passages, details=details)


def title_of(study: Study) -> str:
    """Return the title of a report on one corpus."""
    return f"{study.name}: report of the coding"


def subtitle_of(study: Study) -> str:
    """Return what was coded with which codebook."""
    book = study.codebook
    return (
        f"{counted(len(study.transcripts), 'transcript')}, coded with the codebook {book.slug} "
        f"{book.version}{f' ({book.title})' if book.title else ''}."
    )


def colophon_of(study: Study, job: Job) -> list[str]:
    """Return what the page was made from."""
    inputs = ", ".join(f"{path.stem} {sha256_of(path)[:12]}" for path in job.sources.present)
    return [
        (
            f"Made by Glossator {__version__} from the corpus {study.name}, codebook "
            f"{study.codebook.slug} {study.codebook.version_id}. The same tables give the "
            "same page."
        ),
        f"Tables and the start of their SHA-256: {inputs}.",
    ]
