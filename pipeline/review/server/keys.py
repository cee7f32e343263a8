"""The keys of the review page: one table for the keyboard, the buttons and the help."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Key:
    """One act of the page: the browser's names of its keys, how they are printed, what they do.

    ``codes`` are physical keys (digits, whose characters differ between layouts); ``repeats`` says
    that holding the key down may do it again, which nothing that writes does.
    """

    act: str
    keys: tuple[str, ...]
    shown: str
    label: str
    repeats: bool = False


KEYS = (
    Key("next", ("j", "ArrowDown"), "J or ↓", "next segment", repeats=True),
    Key("previous", ("k", "ArrowUp"), "K or ↑", "previous segment", repeats=True),
    Key("accept", ("1-9",), "1-9", "accept suggestion n; again: take it back"),
    Key("reject", ("Shift+1-9",), "Shift+1-9", "reject suggestion n; again: take it back"),
    Key("rejectAll", ("x",), "X", "reject all suggestions still open here"),
    Key("done", ("Enter",), "Enter", "done with this segment, and next"),
    Key("skip", ("s",), "S", "skip for now"),
    Key("unsure", ("q",), "Q", "unsure about the code in focus"),
    Key("add", ("c",), "C", "add any code"),
    Key("words", ("w",), "W", "choose words, to code a part: arrows move, Shift+arrows extend"),
    Key("memo", ("m",), "M", "write a memo"),
    Key("codebook", ("d",), "D", "open the codebook"),
    Key("evidence", ("e",), "E", "evidence: what speaks for and against the suggestions"),
    Key("search", ("/",), "/", "search in the transcript"),
    Key("filters", ("f",), "F", "filter by code, speaker, state"),
    Key("undecided", ("n",), "N", "next segment that is not done"),
    Key("goto", ("g",), "G", "go to a segment by its number"),
    Key("reveal", ("r",), "R", "show the suggestions (blind-first rounds)"),
    Key("history", ("h",), "H", "history of this segment"),
    Key("undo", ("u", "Ctrl+z"), "U or Ctrl+Z", "undo"),
    Key("redo", ("Shift+u", "Ctrl+Shift+z"), "Shift+U", "redo"),
    Key("retrain", ("t",), "T", "retrain on what was decided so far"),
    Key("help", ("?",), "?", "these keys"),
    Key("leave", ("Escape",), "Esc", "leave a field, back to the segment"),
)

SETTLE_KEYS = (
    Key("next", ("j", "ArrowDown"), "J or ↓", "next span", repeats=True),
    Key("previous", ("k", "ArrowUp"), "K or ↑", "previous span", repeats=True),
    Key("nextCode", ("ArrowRight",), "→", "next code on this span", repeats=True),
    Key("previousCode", ("ArrowLeft",), "←", "previous code on this span", repeats=True),
    Key("yes", ("y",), "Y", "the code holds; then a reason"),
    Key("no", ("n",), "N", "the code does not hold; then a reason"),
    Key("both", ("b",), "B", "both readings stand, as different readings"),
    Key("reason", ("1-9",), "1-4", "the reason: it settles the code in hand"),
    Key("memo", ("m",), "M", "a note that is kept with the settlement"),
    Key("open", ("o",), "O", "next span that is open"),
    Key("undo", ("u", "Ctrl+z"), "U or Ctrl+Z", "take the last settlement back"),
    Key("help", ("?",), "?", "these keys"),
    Key("leave", ("Escape",), "Esc", "leave a field; choose another verdict"),
)


def printed() -> dict[str, str]:
    """Return what is printed on each act's button."""
    return {key.act: key.shown.partition(" or ")[0].replace("Shift+", "⇧") for key in KEYS}
