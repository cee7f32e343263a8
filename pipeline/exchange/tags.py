"""Flat names of codes, such as tags, as a tree: ``work.pay`` stands below ``work``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pipeline.core.codebook import SLUG
from pipeline.exchange.refi.model import Code

DEEPEST = 20
Path = tuple[str, ...]
Name = Callable[..., str]


@dataclass(slots=True)
class Tree:
    """Codes by their path of names; ``guids`` by the tag as it is written."""

    name: Name
    below: dict[Path, list[Path]] = field(default_factory=dict)
    own: dict[Path, str] = field(default_factory=dict)
    descriptions: dict[Path, str] = field(default_factory=dict)
    guids: dict[str, str] = field(default_factory=dict)

    def add(self, path: Path) -> str:
        """Return the GUID of the code at ``path``, which is made if it is not there."""
        if path not in self.own:
            if path[:-1]:
                self.add(path[:-1])
            self.own[path] = self.name("code", *path)
            self.below.setdefault(path[:-1], []).append(path)
        return self.own[path]

    def codes(self, above: Path = ()) -> tuple[Code, ...]:
        """Return the codes below ``above``; one that is no tag only holds others together."""
        return tuple(
            Code(
                self.own[path],
                path[-1],
                is_codable=path in self.descriptions,
                description=self.descriptions.get(path, ""),
                codes=self.codes(path),
            )
            for path in self.below.get(above, ())
        )


def tree_of(tags: Mapping[str, str], name: Name) -> Tree:
    """Return the tree of ``tags``, which have descriptions.

    Parameters
    ----------
    tags
        In their order.
    name
        Gives the GUID of a kind of thing known by a key.
    """
    tree = Tree(name)
    for tag, description in tags.items():
        path = path_of(tag, tags)
        tree.guids[tag] = tree.add(path)
        tree.descriptions.setdefault(path, description)
    return tree


def path_of(tag: str, tags: Mapping[str, str]) -> Path:
    """Return the path of names that a tag means.

    A dot parts levels only if what stands before it is a tag, too, or if all is written as the ids
    of a codebook are: ``e.g. money`` and ``v1.2`` are names.
    """
    parts = tag.split(".")
    if len(parts) > DEEPEST:
        return (flat(tag),)
    if all(SLUG.fullmatch(part) and part[0].isalpha() for part in parts):
        return tuple(parts)
    head, dot, tail = tag.rpartition(".")
    if dot and head in tags and tail and tail == tail.strip():
        return (*path_of(head, tags), flat(tail))
    return (flat(tag),)


def flat(name: str) -> str:
    """Return a name on one line."""
    return " ".join(name.split()) or "(no name)"
