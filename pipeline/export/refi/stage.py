"""The corpus as ``.qdpx`` or ``.qdc``: made, checked, then written, with its loss report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.core.atomic import write_bytes
from pipeline.core.codebook import Codebook
from pipeline.core.config import nearest
from pipeline.core.errors import ConfigError
from pipeline.exchange.refi.check import check_qdc, check_qdpx
from pipeline.exchange.refi.codebook import tree_of
from pipeline.exchange.refi.memory import Memory
from pipeline.exchange.refi.model import Project
from pipeline.exchange.refi.profiles import PROFILES, fit
from pipeline.exchange.refi.write import write_qdc, write_qdpx
from pipeline.export.loss import Loss
from pipeline.export.refi.codings import MEMOS
from pipeline.export.refi.facts import Facts
from pipeline.export.refi.project import ORIGIN, Wish, build

STATUSES = ("single", "agreed", "disputed", "adjudicated")
STAYS = (
    "rejections, sign-offs, scores and the status of codes stay here: REFI-QDA has no place for "
    "them, nor for roles and times of turns"
)
TWINS = "another code has the same name; they go out under their parents' names"


@dataclass(frozen=True, slots=True)
class Sent:
    """What was written: the file, its loss report, and what the report says."""

    files: tuple[Path, ...]
    project: Project
    loss: Loss


def run(facts: Facts, out: Path, wish: Wish) -> Sent:
    """Write ``out`` as a REFI-QDA project, whole and checked or not at all.

    Parameters
    ----------
    facts
        What the corpus comes to.
    out
        The file; the loss report lies beside it as ``<file>.loss.json``.
    wish
        What the user wants of it.

    Raises
    ------
    ConfigError
        If the profile, a status or the place of memos is not known.
    """
    check_wish(wish)
    loss, profile = Loss(), PROFILES[wish.profile]
    fitted = fit(build(facts, wish, loss), profile)
    loss.changed("codes", TWINS, len(fitted.renamed))
    loss.warnings += [*profile.drops, STAYS]
    members = {name: data for (_, name), data in facts.members.items()}
    wanted = {name for one in fitted.project.kept for name in one.members}
    data = write_qdpx(
        fitted.project,
        profile.convention,
        {name: members[name] for name in sorted(wanted)},
    )
    problems = check_qdpx(data, profile.convention, has_cases_as_codes=profile.has_cases_as_codes)
    refuse(out, [*problems, *(f"{kind} do not add up" for kind in unsound(loss))])
    text = loss.to_json(file=out.name, profile=wish.profile, status=sorted(wish.statuses))
    return Sent(written(out, data, text), fitted.project, loss)


def run_codebook(codebook: Codebook, memory: Memory, out: Path) -> Sent:
    """Write the codebook alone as ``.qdc``; GUIDs are those of the project."""
    loss = Loss()
    loss.out("codes", len(codebook.codes))
    text = loss.to_json(file=out.name)
    data = codebook_file(codebook, memory)
    return Sent(written(out, data, text), Project(codebook.slug), loss)


def codebook_file(codebook: Codebook, memory: Memory | None = None) -> bytes:
    """Return the bytes of a checked ``.qdc``; an empty codebook cannot be one.

    Raises
    ------
    ConfigError
        If there is no code: the standard wants one.
    """
    if not codebook.codes:
        raise ConfigError(f"{codebook.slug}: it has no code, and a .qdc must have one. Add codes.")
    guids = {path: link.guid for path, link in memory.codes.items()} if memory else {}
    data = write_qdc(tree_of(codebook.codes, codebook.slug, guids), ORIGIN)
    refuse(Path(f"{codebook.slug}.qdc"), check_qdc(data))
    return data


def check_wish(wish: Wish) -> None:
    """Raise `ConfigError` unless all that the user asks for exists."""
    for option, value, known in (
        ("--profile", wish.profile, tuple(PROFILES)),
        ("--memos", wish.memos, MEMOS),
        *(("--status", status, STATUSES) for status in sorted(wish.statuses)),
    ):
        if value not in known:
            raise ConfigError(f"{option} {value}: unknown{nearest(value, known)}.")


def unsound(loss: Loss) -> list[str]:
    """Return the kinds of things whose counts do not add up."""
    return [kind for kind, count in loss.kinds.items() if not count.adds_up]


def refuse(out: Path, problems: Sequence[str]) -> None:
    """Raise if a file is not in order: that is a bug here, never the user's fault."""
    if problems:
        raise ValueError(f"{out.name} was not written, it would be wrong: {'; '.join(problems)}")


def written(out: Path, data: bytes, report: str) -> tuple[Path, ...]:
    """Write a file and its loss report, the report first."""
    beside = out.with_name(out.name + ".loss.json")
    write_bytes(beside, report.encode())
    write_bytes(out, data)
    return out, beside
