"""Tracked changes of OpenDocument texts: what was inserted and deleted, if both are rejected.

Insertions stand in the text between two marks; deletions stand apart, and a mark says from where.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from pipeline.core.settings import IngestSettings
from pipeline.ingest.readers.markup import local
from pipeline.ingest.readers.tally import Tally

MARKS = ("change", "change-start", "change-end")


@dataclass(slots=True)
class Changes:
    """The changes to reject, none if they are accepted; knows whether an insertion is open.

    ``deleted`` are deletions by their names, until each is put back; ``inserted`` names insertions.
    """

    deleted: dict[str, etree._Element] = field(default_factory=dict)
    inserted: set[str] = field(default_factory=set)
    open: set[str] = field(default_factory=set)
    words: list[str] = field(default_factory=list)

    def see(self, mark: etree._Element, tally: Tally) -> etree._Element | None:
        """Take a mark; return the deletion that is to be put back there, if there is one."""
        name, change = local(mark), attribute(mark, "change-id")
        if name == "change":
            return self.deleted.pop(change, None)
        if name == "change-start" and change in self.inserted:
            self.open.add(change)
        elif change in self.open:
            self.open.remove(change)
            self.count(tally)
        return None

    def takes_out(self, text: str) -> bool:
        """Whether ``text`` was inserted; remembers its words."""
        if self.open:
            self.words.append(text)
        return bool(self.open)

    def count(self, tally: Tally) -> None:
        """Count what was taken out, if no insertion is open any more."""
        if not self.open and "".join(self.words).strip():
            tally.add("inserted text", "".join(self.words))
        if not self.open:
            self.words.clear()

    def close(self, tally: Tally) -> None:
        """Count insertions without an end, and deletions that stand nowhere in the text."""
        self.open.clear()
        self.count(tally)
        for deletion in self.deleted.values():
            tally.add("deleted text", " ".join("".join(p.itertext()) for p in paragraphs(deletion)))


def changes_of(root: etree._Element, settings: IngestSettings) -> Changes:
    """Return the tracked changes of a text that the settings reject."""
    changes = Changes()
    if settings.tracked_changes == "accept":
        return changes
    for region in root.iter("{*}changed-region"):
        name = attribute(region, "id")
        for change in region:
            if local(change) == "deletion":
                changes.deleted[name] = change
            elif local(change) == "insertion":
                changes.inserted.add(name)
    return changes


def paragraphs(deletion: etree._Element) -> list[etree._Element]:
    """Return the paragraphs and headings of a deletion, not what hangs on them."""
    return [
        p
        for p in deletion.iter("{*}p", "{*}h")
        if not any(local(a) in {"p", "h", "change-info"} for a in p.iterancestors())
    ]


def attribute(element: etree._Element, name: str) -> str:
    """Return an attribute by its name without name space; empty if it is not there."""
    values = (value for key, value in element.attrib.items() if key.rpartition("}")[2] == name)
    return next(values, "")
