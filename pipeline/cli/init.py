"""``glossator init``: the folders and settings of a new corpus."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.console import Console
from pipeline.core.atomic import write_bytes
from pipeline.core.bundled import codebooks, lay_codebook
from pipeline.core.config import nearest
from pipeline.core.corpus import Corpus, check_new_name, find_root
from pipeline.core.errors import ConfigError

SETTINGS = """\
# Settings of the corpus {name}. Unknown names are refused, so a slip of the pen is noticed.
codebook = "{codebook}"      # configs/codebooks/{codebook}.yaml
language = "en"       # two letters; for finding sentences
seed = 0              # the same seed gives the same results

[ingest]
source_type = "interview"   # interview, focus-group, observation or document

# Settings for single files; 'glossator ingest {name} --dry-run' prints a stub to paste.
# [[ingest.files]]
# match = "focus-*.docx"
# source_type = "focus-group"

# Questions of the interview guide: each turn is matched to the question that it asks or answers,
# and codes can be counted by question.
# [[questions]]
# id = "start"
# text = "How did it begin?"
# probes = ["What was the first thing that you did?"]

# Names of participants.csv, those named here, addresses and numbers are replaced at ingest.
# [privacy]
# pseudonymise = true
# names = ["Ana Reyes"]    # people and places beside those of participants.csv
# never = ["Will"]         # words that look like a name and are none

[segment]
unit = "chunk"        # sentences packed up to max_words within a turn; or: turn, sentence
max_words = 60

[suggest]
top = 3               # codes suggested for a segment at most

[export]
by = ["role"]         # count codes by role, and by columns of participants.csv
"""

PARTICIPANTS = "participant_id,label,transcript,pseudonym,role,organisation\n"


@click.command("init")
@click.argument("name")
@click.option("--codebook", default="vcc", show_default=True, help="Name of a codebook.")
@click.pass_obj
def init_command(console: Console, *, name: str, codebook: str) -> None:
    """Make the folders and settings of a corpus called NAME.

    What is already there stays as it is.
    """
    corpus = Corpus(find_root(Path.cwd()), name)
    check_new_name(corpus.root, name)
    check_codebook(corpus.root / "configs" / "codebooks", codebook)
    corpus.raw.mkdir(parents=True, exist_ok=True)
    made = [
        write_new(corpus.config, SETTINGS.format(name=name, codebook=codebook)),
        write_new(corpus.folder / "participants.csv", PARTICIPANTS),
    ]
    console.say(f"{corpus.shown(corpus.folder)} is ready" + ("." if any(made) else " as it was."))
    console.say(f"  settings        {corpus.shown(corpus.config)}")
    console.say(f"  codebook        {corpus.shown(corpus.codebook(corpus.settings()))}")
    console.say(f"  who speaks      {corpus.shown(corpus.folder / 'participants.csv')}")
    console.say(f"Next: put transcripts into {corpus.shown(corpus.raw)}, then type")
    console.say(f"  glossator run {name}")


def check_codebook(folder: Path, codebook: str) -> None:
    """Raise `ConfigError` if there is no such codebook in ``folder`` and none that comes along."""
    lay_codebook(folder.parents[1], codebook)
    known = sorted({*(path.stem for path in folder.glob("*.yaml")), *codebooks()})
    if codebook not in known:
        hint = nearest(codebook, known) if known else ""
        raise ConfigError(
            f"{folder / codebook}.yaml: there is no such codebook{hint}. "
            "Put the file there, or choose another with --codebook."
        )


def write_new(path: Path, text: str) -> bool:
    """Write ``text`` unless ``path`` is there; return whether it was written."""
    if path.exists():
        return False
    write_bytes(path, text.encode())
    return True
