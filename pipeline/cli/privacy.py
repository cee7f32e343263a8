"""``glossator privacy``: whether names stand in what leaves this machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pipeline.cli.console import TO_CONFIRM, Console, as_mapping, counted
from pipeline.cli.options import CORPUS, json_option
from pipeline.core.corpus import Corpus

if TYPE_CHECKING:
    from pipeline.ingest.pseudonyms.leaks import Leak, Names


@click.group("privacy")
def privacy_command() -> None:
    """Look after the names in transcripts and results.

    With pseudonymise = true under [privacy] in the settings, ingest replaces names, e-mail
    addresses, telephone numbers and postcodes; which became which lies in the corpus's folder
    private/ and nowhere else.
    """


@privacy_command.command("check")
@click.argument("corpus", type=CORPUS)
@json_option
@click.pass_obj
def check_command(console: Console, *, corpus: Corpus, as_json: bool) -> int:
    """Search the exports and tables of CORPUS for names that are known."""
    leaks = find_leaks(corpus)
    n_known = len(names_of(corpus))
    if as_json:
        told = [as_mapping(leak) for leak in leaks]
        console.show_json({"n_names_and_contacts": n_known, "leaks": told})
    else:
        warn_of(console, leaks)
        known = counted(n_known, "known name or contact", "known names and contacts")
        if not leaks:
            console.say(f"privacy  no leak: {known} looked for in exports and tables.")
        if not corpus.settings().privacy.pseudonymise:
            console.say(
                "Names are not replaced in this corpus: pseudonymise = true under [privacy] in "
                f"{corpus.shown(corpus.config)} has ingest do it."
            )
    return TO_CONFIRM if leaks else 0


def names_of(corpus: Corpus) -> Names:
    """Return the names and contacts that are known of a corpus."""
    from pipeline.ingest.pseudonyms.key import FILE_NAME
    from pipeline.ingest.pseudonyms.leaks import known_names

    privacy = corpus.settings().privacy
    return known_names(corpus.participants, corpus.private / FILE_NAME, privacy)


def find_leaks(corpus: Corpus) -> list[Leak]:
    """Return the known names that stand in exports and tables."""
    from pipeline.ingest.pseudonyms.leaks import search_files, search_tables

    names = names_of(corpus)
    exported = search_files([corpus.export], corpus.folder, names)
    return [*exported, *search_tables(corpus.build, corpus.folder, names)]


def warn_of(console: Console, leaks: list[Leak]) -> None:
    """Say which names stand where, without the names, and what to do."""
    if not leaks:
        return
    console.warn(f"WARNING: {counted(len(leaks), 'leak')}. Do not pass these files on:")
    for leak in leaks:
        console.warn(f"  {leak}")
    console.warn(
        "Run 'glossator run' and export again if the names are new; rename files and ids that hold "
        "names; mend memos that do; a word that is no name goes into never under [privacy]."
    )
