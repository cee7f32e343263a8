"""``glossator demo``: the whole pipeline on the sample corpus, as a user would type it."""

from __future__ import annotations

from pathlib import Path

import click

from pipeline.cli.console import TO_CONFIRM, Console
from pipeline.core.bundled import SAMPLE, lay_sample
from pipeline.core.corpus import find_root

CODERS = ("kb", "rm")
STEPS = (
    ("run", SAMPLE),
    *(("log", "import", SAMPLE, f"corpora/{SAMPLE}/decisions/{name}.jsonl") for name in CODERS),
    ("train", SAMPLE),
    ("suggest", SAMPLE),
    ("export", SAMPLE, "--to", "xlsx"),
    ("export", SAMPLE, "--to", "csv"),
    ("status", SAMPLE),
    ("report", SAMPLE),
)


@click.command("demo")
@click.pass_context
def demo_command(ctx: click.Context) -> None:
    """Run everything on the sample corpus, an invented study of seven charities.

    The sample is put into the project's folder (this one, if there is none above it), unless it is
    there. Each command is shown as you would type it.
    """
    console: Console = ctx.obj
    root = find_root(Path.cwd())
    if lay_sample(root):
        console.say(f"demo     the sample corpus is in {root / 'corpora' / SAMPLE}")
    for step in STEPS:
        console.say(f"\n$ glossator {' '.join(step)}")
        done = run_step(ctx, root, step)
        if done not in {0, TO_CONFIRM}:
            ctx.exit(done)


def run_step(ctx: click.Context, root: Path, words: tuple[str, ...]) -> int:
    """Run one command in the project's folder with the options of this one; its exit code."""
    from contextlib import chdir

    group = ctx.parent.command if ctx.parent is not None else ctx.command
    console: Console = ctx.obj
    given = ["--quiet"] * console.quiet + ["--verbose"] * console.verbose
    given += ["--jobs", str(console.jobs)]
    given += ["--scheduler", console.scheduler] if console.scheduler else []
    with chdir(root):
        code = group.main([*given, *words], standalone_mode=False)
    return code if isinstance(code, int) else 0
