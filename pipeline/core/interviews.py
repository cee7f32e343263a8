"""Which transcripts make one interview: those in which the same participant speaks."""

from __future__ import annotations

from collections.abc import Iterable

from pipeline.core.records import INTERVIEWER


def interviews_of(spoken: Iterable[tuple[str, str | None, str]]) -> dict[str, str]:
    """Return the interview of each transcript, named after the first of its transcripts.

    Segments of one person resemble each other wherever they stand, so whatever must be split by
    interview keeps together all transcripts that a chain of shared participants joins.

    Parameters
    ----------
    spoken
        Transcript, participant (None: nobody known) and role. Interviewers join nothing.
    """
    parent: dict[str, str] = {}
    seen_in: dict[str, str] = {}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = parent[parent[name]]
            name = parent[name]
        return name

    for transcript, participant, role in dict.fromkeys(spoken):
        parent.setdefault(transcript, transcript)
        if participant is None or role == INTERVIEWER:
            continue
        one, other = sorted((root(transcript), root(seen_in.setdefault(participant, transcript))))
        parent[other] = one
    return {name: root(name) for name in parent}
