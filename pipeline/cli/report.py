"""``glossator report``: the tables and figures of a study, and its page."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.cli.console import TO_CONFIRM, Console, as_mapping, counted
from pipeline.cli.export import exit_code, refresh_coded, say_left_out
from pipeline.cli.options import CORPUS, json_option
from pipeline.cli.privacy import find_leaks, names_of, warn_of
from pipeline.core.corpus import Corpus

if TYPE_CHECKING:
    from pipeline.ingest.pseudonyms.leaks import Leak
    from pipeline.report.stage import Job


@click.command("report")
@click.argument("corpus", type=CORPUS)
@click.argument("other", type=CORPUS, required=False)
@click.option("--by", multiple=True, help="Set codes against this attribute (may be given again).")
@click.option(
    "--out", type=click.Path(path_type=Path), help="The folder to write; export/report by default."
)
@json_option
@click.pass_obj
def report_command(  # noqa: PLR0913  # one option each
    console: Console,
    *,
    corpus: Corpus,
    other: Corpus | None,
    by: tuple[str, ...],
    out: Path | None,
    as_json: bool,
) -> int:
    """Write the tables, figures and page of a study, or of two that are compared.

    The page opens in a browser, without a network, and prints; figures are SVG and PDF, tables CSV
    and one Excel workbook. With OTHER, codes are set side by side: new interviews against old ones.
    """
    from pipeline.report import stage

    if other is not None and by:
        raise click.UsageError("--by is for one corpus; two are compared code by code.")
    corpora = [corpus] if other is None else [corpus, other]
    coded = [refresh_coded(console, each) for each in corpora]
    jobs = [job_of(each) for each in corpora]
    name = "report" if other is None else f"report-with-{other.name}"
    folder = (Path.cwd() / out).resolve() if out else corpus.export / name
    with corpus.locked():
        if other is None:
            done = stage.run(jobs[0], folder, by=by)
        else:
            done = stage.run_both((jobs[0], jobs[1]), folder)
    leaks = [leak for each in corpora for leak in leaks_of(each, folder)]
    warn_of(console, leaks)
    code = max([TO_CONFIRM if leaks else 0, *map(exit_code, coded)])
    if as_json:
        told = {"leaks": [as_mapping(leak) for leak in leaks]} if leaks else {}
        console.show_json({**as_mapping(done), **told})
        return code
    console.say(
        f"report   {counted(done.n_tables, 'table')}, {counted(done.n_figures, 'figure')}, "
        f"{counted(done.n_passages, 'passage')}"
    )
    console.say(f"  {corpus.shown(done.page)}")
    for each in coded:
        say_left_out(console, each)
    return code


def job_of(corpus: Corpus) -> Job:
    """Return a corpus as the report takes it."""
    from pipeline.core.codebook import read_codebook
    from pipeline.report.stage import Job
    from pipeline.report.study import Sources

    settings = corpus.settings()
    codebook = read_codebook(corpus.codebook(settings))
    return Job(corpus.name, Sources.of(corpus), codebook, settings)


def leaks_of(corpus: Corpus, folder: Path) -> list[Leak]:
    """Return the known names that stand in the report, if names are to be replaced."""
    from pipeline.ingest.pseudonyms.leaks import search_files

    if not corpus.settings().privacy.pseudonymise:
        return []
    if folder.is_relative_to(corpus.folder):
        return find_leaks(corpus)
    return search_files([folder], folder, names_of(corpus))
