"""Whether names are replaced in a corpus, which, and what can be told of it without naming them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pipeline.core.receipts import key_of
from pipeline.core.settings import PrivacySettings, Settings
from pipeline.ingest.participants import People
from pipeline.ingest.pseudonyms.key import read_key
from pipeline.ingest.pseudonyms.mask import Masks
from pipeline.ingest.pseudonyms.table import (
    cautions,
    clean,
    is_private,
    seeker_of,
    without_names,
)
from pipeline.ingest.pseudonyms.words import WORD, tokens
from pipeline.text.entities import installed_model, people_named, recogniser

VERSION = "pseudonyms-1"  # raise it when the same words would be replaced otherwise


@dataclass(frozen=True, slots=True)
class Plan:
    """How names are replaced in a corpus; ``model`` is a recogniser that proposes further names."""

    settings: PrivacySettings
    people: People
    masks: Masks
    model: str | None

    @property
    def key(self) -> str:
        """A hash of all that tells which words are replaced, but for the participants table.

        Names in the settings are part of it, so a new one makes every file anew; the key's numbers
        are not, for they never change.
        """
        return key_of(VERSION, self.settings, self.model)

    @property
    def allowed(self) -> frozenset[str]:
        """What may stand in a transcript for names: what the key or the table gives."""
        given = {person.pseudonym for person in self.masks.seeker.people if person.pseudonym}
        return self.masks.key.replacements | given

    def told(self) -> dict[str, Any]:
        """Return what the report says of the corpus."""
        said = f"{self.model} proposed names" if self.model else "no model is installed"
        columns = [name for name in self.people.columns if is_private(name)]
        return {
            "recogniser": said,
            "columns_left_out": columns,
            "cautions": cautions(self.people, self.masks.seeker),
        }

    def proposals(self, text: str) -> Mapping[str, int]:
        """Return words of a masked text that may be names and how often they stand there."""
        if self.model is None:
            return {}
        counts = people_named([text], recogniser(self.model))
        pseudonyms = {tokens(clean(row.participant.pseudonym) or "") for row in self.people.rows}
        return {
            name: count
            for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
            if tokens(name) not in pseudonyms and self.is_new(name)
        }

    def is_new(self, name: str) -> bool:
        """Whether neither the table nor the settings say what ``name`` is."""
        seeker = self.masks.seeker
        is_plain = "[" not in name and "]" not in name and bool(WORD.search(name))
        is_counted = any(char.isdigit() for char in name)
        is_told = seeker.is_never(name) or bool(seeker.find(name, is_label=True))
        return is_plain and not is_counted and not is_told


def plan_for(people: People, settings: Settings, key: Path) -> Plan | None:
    """Return how names are replaced, None if the settings do not ask for it.

    Parameters
    ----------
    people
        The participants table, with real names.
    settings
        Of the corpus.
    key
        Where the key lies, if it has been made.

    Raises
    ------
    InputError
        ``E_KEY_DAMAGED`` if the key cannot be trusted.
    """
    if not settings.privacy.pseudonymise:
        return None
    masks = Masks(seeker_of(people, settings.privacy), read_key(key))
    masks = replace(masks, key=masks.key.with_people(masks.seeker.people))
    return Plan(settings.privacy, people, masks, installed_model(settings.language))


def mask_people(plan: Plan) -> tuple[Plan, People]:
    """Return the participants as later stages may see them, and the plan with their numbers."""
    masker = plan.masks.masker()
    without_names(plan.people, masker)
    masks = replace(plan.masks, key=plan.masks.key.with_finds(masker.fresh))
    return replace(plan, masks=masks), without_names(plan.people, masks.masker())
