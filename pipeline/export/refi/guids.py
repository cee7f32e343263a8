"""GUIDs of an export: those that came in are kept, the others derived; none is used twice."""

from __future__ import annotations

from dataclasses import dataclass, field

from pipeline.exchange.refi.guids import derived, is_guid, user_guid
from pipeline.exchange.refi.memory import Memory


@dataclass(slots=True)
class Guids:
    """Hands out GUIDs for one corpus."""

    corpus: str
    memory: Memory
    _used: set[str] = field(default_factory=set)
    _users: dict[str, str] = field(default_factory=dict)

    def take(self, imported: str, own: str) -> str:
        """Return ``imported`` if it can be used and nothing else has it, else ``own``.

        Where something that came in has ``own`` already, a further one is derived.
        """
        found = imported if is_guid(imported) and imported not in self._used else own
        while found in self._used:
            found = derived("further", found)
        self._used.add(found)
        return found

    def user(self, coder: str) -> str:
        """Return the GUID of a coder, the same at every call."""
        if coder not in self._users:
            known = self.memory.users.get(coder, "")
            self._users[coder] = self.take(known, user_guid(coder))
        return self._users[coder]

    def source(self, transcript_id: str) -> tuple[str, str]:
        """Return the GUIDs of a transcript and of the file with its text."""
        links = self.memory.sources.get(transcript_id, [])
        known = (links[0].guid, links[0].text_guid) if links else ("", "")
        return (
            self.take(known[0], derived("source", self.corpus, transcript_id)),
            self.take(known[1], derived("text", self.corpus, transcript_id)),
        )
