"""Transcripts that share a participant are one interview."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.interviews import interviews_of

TALK = st.lists(
    st.tuples(
        st.sampled_from("abcdefgh"),
        st.one_of(st.none(), st.sampled_from("12345678")),
        st.sampled_from(["participant", "interviewer"]),
    ),
    max_size=20,
)


def test_a_chain_of_participants_joins_transcripts() -> None:
    """P1 speaks in a and b, P2 in b and d: a, b and d are one, c stays alone."""
    spoken = [
        ("d", "P2", "participant"),
        ("a", "P1", "participant"),
        ("b", "P1", "participant"),
        ("b", "P2", "other"),
        ("c", None, "unknown"),
    ]

    assert {"a": "a", "b": "a", "d": "a", "c": "c"} == interviews_of(spoken)


def test_an_interviewer_joins_nothing() -> None:
    """Who asks in every interview does not make them one."""
    spoken = [(name, "I1", "interviewer") for name in "abc"]

    assert {"a": "a", "b": "b", "c": "c"} == interviews_of(spoken)


@given(TALK)
def test_sharing_a_participant_is_being_one_interview(
    spoken: list[tuple[str, str | None, str]],
) -> None:
    """Whoever speaks in two transcripts joins them, whatever the order; the first names them."""
    found = interviews_of(spoken)

    people: dict[str, set[str]] = {}
    for transcript, participant, role in spoken:
        if participant is not None and role != "interviewer":
            people.setdefault(participant, set()).add(found[transcript])
    assert all(len(interviews) == 1 for interviews in people.values())
    assert found == interviews_of(spoken[::-1])
    first = {name: min(t for t, other in found.items() if other == name) for name in found.values()}
    assert all(name == least for name, least in first.items())
