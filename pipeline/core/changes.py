"""What differs between two versions of a codebook, and whose decisions want a second look."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from pipeline.core.codebook import Code, Codebook


@dataclass(frozen=True, slots=True)
class Change:
    """One difference: its kind, the code paths before and after, and a sentence.

    ``kind`` is added, removed, renamed, moved, redefined, merged or split.
    """

    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    def __str__(self) -> str:
        arrow = " -> " if self.before and self.after and self.before != self.after else ""
        after = "" if self.before == self.after else ", ".join(self.after)
        return f"{self.kind}: {', '.join(self.before)}{arrow}{after}"


def compare(old: Codebook, new: Codebook) -> list[Change]:
    """Return the changes from ``old`` to ``new``, in the order of the new codebook.

    A code is known again by its path, else by an alias of the new code, else by its id elsewhere,
    else by its name; the last two only where a single code fits.
    """
    heirs = match(old, new)
    sources: dict[str, list[str]] = defaultdict(list)
    for path, found in heirs.items():
        for heir in found:
            sources[heir].append(path)
    changes: list[Change] = []
    for code in new.codes:
        changes += changes_of(code, old, sources[code.path], heirs)
    changes += [Change("removed", (path,), ()) for path, found in heirs.items() if not found]
    return list(dict.fromkeys(changes))


def to_review(changes: Iterable[Change]) -> list[str]:
    """Return the old paths whose decisions stand on a meaning that changed or went."""
    kinds = {"removed", "redefined", "merged", "split"}
    return sorted({path for change in changes if change.kind in kinds for path in change.before})


def match(old: Codebook, new: Codebook) -> dict[str, list[str]]:
    """Return the codes of ``new`` that each code of ``old`` became."""
    heirs: dict[str, list[str]] = {code.path: [] for code in old.codes}
    for code in old.codes:
        if code.path in new:
            heirs[code.path].append(code.path)
        heirs[code.path] += [
            other.path
            for other in new.codes
            if other.path != code.path and {code.path, code.name} & set(other.aliases)
        ]
    for feature in (slug_of, name_of):
        pair_up(old, new, heirs, feature)
    return heirs


def pair_up(
    old: Codebook,
    new: Codebook,
    heirs: Mapping[str, list[str]],
    feature: Callable[[Code], str],
) -> None:
    """Join codes left over on both sides that alone share a feature."""
    taken = {heir for found in heirs.values() for heir in found}
    left = [code for code in old.codes if not heirs[code.path]]
    free = [code for code in new.codes if code.path not in taken]
    for code in left:
        fitting = [other for other in free if feature(other) == feature(code)]
        rivals = [other for other in left if feature(other) == feature(code)]
        if len(fitting) == len(rivals) == 1:
            heirs[code.path].append(fitting[0].path)


def changes_of(
    code: Code, old: Codebook, sources: list[str], heirs: Mapping[str, list[str]]
) -> list[Change]:
    """Return what happened to one code of the new codebook."""
    if not sources:
        return [Change("added", (), (code.path,))]
    if len(sources) > 1:
        return [Change("merged", tuple(sources), (code.path,))]
    [source] = sources
    if len(heirs[source]) > 1:
        return [Change("split", (source,), tuple(heirs[source]))]
    before = old[source]
    kinds = []
    if slug_of(before) != slug_of(code) or before.name != code.name:
        kinds.append("renamed")
    if before.parent != code.parent:
        kinds.append("moved")
    if meaning_of(before) != meaning_of(code):
        kinds.append("redefined")
    return [Change(kind, (source,), (code.path,)) for kind in kinds]


def meaning_of(code: Code) -> tuple[object, ...]:
    """Return what tells a coder when to apply the code; examples and indicators illustrate it."""
    return (code.definition, code.include, code.exclude, code.roles, code.codable)


def slug_of(code: Code) -> str:
    """Return the last part of the path."""
    return code.path.rpartition(".")[2]


def name_of(code: Code) -> str:
    """Return the name without regard to case."""
    return code.name.casefold()
