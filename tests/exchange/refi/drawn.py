"""Projects for tests: one that has everything, and any number drawn at random."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from pipeline.exchange.refi.guids import (
    code_guid,
    coding_guid,
    derived,
    note_guid,
    selection_guid,
    user_guid,
)
from pipeline.exchange.refi.model import (
    KINDS,
    Case,
    Code,
    Coding,
    Note,
    Project,
    Selection,
    Source,
    User,
    Value,
    Variable,
)
from pipeline.exchange.refi.offsets import name_of

WHEN = "2026-02-03T04:05:06.789Z"
PIECES = (
    "Anna:",
    "rain",
    " ",
    " ",
    "\n",
    "cafe\u0301",
    "👨\u200d👩\u200d👧",
    "😀",
    "سلام",
    "日本語",
    "\u2028",
    "\u00a0",
    "é",
    "x_1",
    "…",
    "\u0007",
    "\ufeff",
)
# a text without words is no transcript: it stays in the imported file and is listed
TEXTS = st.lists(st.sampled_from(PIECES), min_size=1, max_size=40).map("".join).filter(str.strip)
LEGAL = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufffe\uffff"), max_size=20
)
VALUES = {
    "Text": "f/é😀",
    "Boolean": "true",
    "Integer": "42",
    "Float": "1.50",
    "Date": "1980-01-31",
    "DateTime": WHEN,
}


def selection(source: str, text: str, span: tuple[int, int], coder: str, memo: str) -> Selection:
    """Return a selection with one coding that has a memo."""
    guid = selection_guid(source, *span, coder)
    coding = coding_guid(guid, code_guid("book", "rain"))
    user, code = user_guid(coder), code_guid("book", "rain")
    notes = (note_guid(coding),) if memo else ()
    words = name_of(text[slice(*span)])
    one = Coding(coding, code, user, WHEN, notes)
    return Selection(guid, *span, words, user, WHEN, memo, (one,))


def sample(text: str = "Ann: I like 😀 rain.\nBob: So do I.\n") -> Project:
    """Return a project with one of everything."""
    source = derived("source", "c", "one")
    marks = (
        selection(source, text, (5, 11), "ann", ""),
        selection(source, text, (14, 18), "ann", "a memo"),
    )
    case = Case(
        derived("case", "c", "P1"),
        "P1",
        "first",
        values=tuple(Value(derived("variable", "c", k), VALUES[k], k) for k in KINDS),
        sources=(source,),
        selections=(marks[0].guid,),
    )
    note = note_guid(marks[1].codings[0].guid)
    return Project(
        "c",
        "Glossator",
        user_guid("ann"),
        WHEN,
        WHEN,
        (User(user_guid("ann"), "ann"),),
        (
            Code(
                code_guid("book", "weather"),
                "Weather",
                is_codable=False,
                color="#336699",
                codes=(Code(code_guid("book", "rain"), "Rain", description="Water."),),
            ),
        ),
        tuple(Variable(derived("variable", "c", kind), kind.lower(), kind) for kind in KINDS),
        (case,),
        (
            Source(
                source,
                "one",
                text,
                derived("text", "c", "one"),
                user_guid("ann"),
                WHEN,
                selections=marks,
            ),
        ),
        (Note(note, "rain", "a memo", user_guid("ann"), WHEN),),
    )


def with_sun(mark: Selection, memo: str) -> tuple[Selection, Note]:
    """Return a selection with a second code, and the memo on it."""
    code = code_guid("book", "sun")
    guid = coding_guid(mark.guid, code)
    note = Note(note_guid(guid), "sun", memo, mark.user, WHEN)
    second = Coding(guid, code, mark.user, WHEN, (note.guid,))
    return replace(mark, codings=(*mark.codings, second)), note


@st.composite
def projects(draw: st.DrawFn) -> Project:
    """Draw a project: texts of any script, spans that overlap, nest or are equal."""
    sources, notes = [], []
    for number in range(draw(st.integers(1, 3))):
        text = draw(TEXTS)
        guid = derived("source", "c", number)
        place = st.tuples(st.integers(0, len(text) - 1), st.integers(1, len(text)))
        spans = draw(st.sets(st.tuples(place, st.sampled_from(("ann", "Bob É"))), max_size=8))
        marks = {}
        for (start, length), coder in sorted(spans):
            span = (start, min(len(text), start + length))
            memo = draw(st.one_of(st.just(""), LEGAL.map(lambda t: f"m {t}")))
            marks[span, coder] = selection(guid, text, span, coder, memo)
            if memo:
                owner = marks[span, coder].codings[0]
                notes.append(Note(owner.notes[0], "n", memo, owner.user, WHEN))
            if draw(st.booleans()):
                marks[span, coder], note = with_sun(marks[span, coder], draw(LEGAL))
                notes.append(note)
        sources.append(
            Source(
                guid,
                f"t{number}",
                text,
                derived("text", number),
                user_guid("ann"),
                WHEN,
                selections=tuple(marks[key] for key in sorted(marks)),
            )
        )
    whole = sample()
    unique = {note.guid: note for note in notes}
    users = (*whole.users, User(user_guid("Bob É"), "Bob É"))
    return Project(
        draw(LEGAL) or "c",
        whole.origin,
        whole.user,
        WHEN,
        WHEN,
        users,
        (*whole.codes, Code(code_guid("book", "sun"), "Sun", color="#ffcc00")),
        sources=tuple(sources),
        notes=tuple(unique.values()),
    )
