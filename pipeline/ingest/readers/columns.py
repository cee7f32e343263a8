"""Which column of a table holds what, by its header or by the settings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.settings import ColumnSettings


def named(listing: str) -> tuple[str, ...]:
    """Return the names in ``listing``, which are parted by bars."""
    return tuple(listing.split("|"))


# In order of preference; "transcript" is the text where nothing else is, and an id otherwise.
NAMES: Mapping[str, tuple[str, ...]] = {
    "speaker": named(
        "speaker|speaker name|speakername|speakers|speaker label|speaker id|spk|who|voice|talker"
        "|interlocutor|person|participant|participant name|tier|name|user|author|role"
        "|sprecher|sprecherin|sprecher in|locuteur|locutrice|intervenant|hablante|orador|oradora"
        "|interlocutor a|falante|locutor|parlante|relatore|talare|taler|taleperson|spreker|puhuja"
        "|mówca|mluvčí|govornik|beszélő|vorbitor|говорящий|спикер|ομιλητής|متحدث|דובר"
        "|说话人|講者|发言人|話者|発言者|화자"
    ),
    "text": named(
        "text|transcription|transcribed text|transcript text|utterance|utterance text|sentence"
        "|sentences|words|speech|content|dialogue|dialog|message|caption|subtitle|quote|body"
        "|response|utt|comment|said|what|texte|texto|testo|tekst|teksti|szöveg|metin|текст|κείμενο|نص|טקסט|文本|内容"
        "|發言|发言|テキスト|発言|발언|텍스트|transkription|transkript|inhalt|äußerung|aussage"
        "|transcripción|transcrição|trascrizione|transkriptio|paroles|contenu|contenido|conteúdo"
        "|contenuto|yttrande|ytring|uiting|transcript"
    ),
    "start": named(
        "start|start time|starttime|begin|begin time|from|tmin|onset|time|timestamp|time stamp"
        "|timecode|time code|in|startzeit|anfang|beginn|zeit|zeitmarke|début|temps|heure|inicio"
        "|início|inizio|tiempo|tempo|hora|starttid|tid|tijd|begintijd|aika|czas|время|时间|時間"
        "|시간"
    ),
    "end": named(
        "end|end time|endtime|stop|stop time|finish|to|until|tmax|offset|out|ende|endzeit|fin"
        "|fim|fine|sluttid|slut|slutt|eind|eindtijd|loppu|koniec|конец|结束|結束|終了"
    ),
    "turn": ("turn", "turn id", "turn number", "turn no", "turn nr"),
    "transcript": named(
        "transcript id|transcript name|transcript|interview id|interview|file|filename|file name"
        "|document|document id|doc id|session|session id|recording|recording id|conversation"
        "|conversation id|episode|source"
    ),
}
UNIT = re.compile(r"\(([^()]{0,40})\)")
GAPS = re.compile(r"[\s_\-./:*#]+")
IN_MS = re.compile(r"\b(ms|msec|millis|milliseconds?)\b")


@dataclass(frozen=True, slots=True)
class Columns:
    """Where in a row each thing stands; None: nowhere. ``is_ms``: the header says milliseconds."""

    text: int
    speaker: int | None = None
    start: int | None = None
    end: int | None = None
    turn: int | None = None
    transcript: int | None = None
    is_ms: bool = False

    def rest(self, n_cells: int) -> list[int]:
        """Return the columns that hold none of it."""
        used = {self.text, self.speaker, self.start, self.end, self.turn, self.transcript}
        return [at for at in range(n_cells) if at not in used]


def fold(header: str) -> str:
    """Return a header as it is compared: NFKC, no case, no unit in brackets, gaps as one space."""
    plain = unicodedata.normalize("NFKC", header).casefold()
    return GAPS.sub(" ", UNIT.sub(" ", plain)).strip().removesuffix(" ms").removesuffix(" s")


def match_columns(header: Sequence[str], settings: ColumnSettings) -> Columns | None:
    """Return where ``header`` names the columns, or None if no column of text is among them.

    A column named in the settings must be there; the others are found by their usual names.
    """
    folded = [fold(cell) for cell in header]
    found: dict[str, int] = {}
    for thing, names in NAMES.items():
        named = getattr(settings, thing, "")
        at = first_of((fold(named),) if named else names, folded, taken=found.values())
        if at is not None:
            found[thing] = at
        elif named:
            return None
    if "text" not in found:
        return None
    start = header[found["start"]] if "start" in found else ""
    is_ms = IN_MS.search(start.casefold().replace("_", " ")) is not None
    return Columns(**found, is_ms=is_ms)


def first_of(names: Sequence[str], folded: Sequence[str], *, taken: object) -> int | None:
    """Return the column of the first of ``names`` that is there and not ``taken``."""
    used = set(taken)  # type: ignore[call-overload]  # a view of column numbers
    for name in names:
        for at, cell in enumerate(folded):
            if cell == name and at not in used:
                return at
    return None
