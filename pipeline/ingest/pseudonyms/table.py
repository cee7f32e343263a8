"""From the participants table and the settings to the people whose names are replaced."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from pipeline.core.records import Attribute
from pipeline.core.settings import PrivacySettings
from pipeline.ingest.decode import canonical_characters
from pipeline.ingest.labels import words
from pipeline.ingest.participants import People, Row
from pipeline.ingest.pseudonyms.contacts import kinds_wanted
from pipeline.ingest.pseudonyms.key import Entry
from pipeline.ingest.pseudonyms.mask import Masker
from pipeline.ingest.pseudonyms.names import Person, identity_of, looks_like_name
from pipeline.ingest.pseudonyms.seek import NAME, Seeker
from pipeline.ingest.pseudonyms.words import tokens

WHOLE = (
    "name",
    "real_name",
    "full_name",
    "realname",
    "fullname",
    "participant_name",
    "speaker_name",
    "navn",
    "nom_complet",
    "nombre_completo",
)
FIRST = ("first_name", "firstname", "forename", "given_name", "vorname", "fornavn", "prénom")
LAST = ("last_name", "lastname", "surname", "family_name", "nachname", "efternavn", "apellido")
FURTHER = ("nickname", "nicknames", "alias", "aliases", "also_known_as", "known_as", "other_names")
CONTACT = words(
    "email e_mail email_address e_mail_address mail phone phone_number telephone tel mobile "
    "mobile_phone cell telefon tlf address street street_address home_address postcode post_code "
    "zip zip_code postal_code date_of_birth birth_date dob"
)
PRIVATE = frozenset((*WHOLE, *FIRST, *LAST, *FURTHER)) | CONTACT
PARTED = re.compile(r"[;|\n]")


def people_of(people: People, settings: PrivacySettings) -> tuple[Person, ...]:
    """Return everybody whose name is replaced: rows of the table, then names of the settings.

    A row counts if it has a name, or a pseudonym and a label that looks like a name.
    """
    found = [person for row in people.rows if (person := person_of(row)) is not None]
    known = {identity_of(name) for person in found for name in person.names}
    for name in settings.names:
        if tokens(name) and identity_of(name) not in known:
            known.add(identity_of(name))
            found.append(Person((name,)))
    return tuple(found)


def person_of(row: Row) -> Person | None:
    """Return the person of one row, None if there is no name in it."""
    pseudonym = clean(row.participant.pseudonym)
    names = tuple(dict.fromkeys(names_in(row.participant.attributes)))
    house = row.participant.organisation or ""
    labels = tuple(
        label
        for label in row.written
        if pseudonym and looks_like_name(label, house) and tokens(label) != tokens(pseudonym)
    )
    if not names and not labels:
        return None
    return Person(names, labels, pseudonym, row.participant.participant_id, row.number)


def names_in(attributes: Mapping[str, Attribute]) -> list[str]:
    """Return the whole names that the columns of one row come to, then nicknames."""
    first, last = (joined(attributes, columns) for columns in (FIRST, LAST))
    texts = [str(attributes.get(column) or "") for column in WHOLE]
    texts += [f"{first} {last}", *(str(attributes.get(column) or "") for column in FURTHER)]
    return [" ".join(name.split()) for text in texts for name in PARTED.split(text) if tokens(name)]


def joined(attributes: Mapping[str, Attribute], columns: Iterable[str]) -> str:
    """Return the first of ``columns`` that holds something."""
    return next((str(attributes[name]) for name in columns if attributes.get(name)), "")


def clean(pseudonym: str | None) -> str | None:
    """Return a pseudonym as the canonical text can hold it."""
    return " ".join(canonical_characters(pseudonym or "")[0].split()) or None


def seeker_of(people: People, settings: PrivacySettings, entries: Sequence[Entry] = ()) -> Seeker:
    """Return what finds everybody of the table and the settings.

    Parameters
    ----------
    people, settings
        Who is known.
    entries
        Of the key, for a search of results: names that table and settings no longer hold.
    """
    found = people_of(people, settings)
    known = {person.identity for person in found}
    old = {e.identity: Person((e.original,)) for e in entries if e.kind == NAME}
    everybody = (*found, *(person for name, person in old.items() if name not in known))
    return Seeker.of(
        everybody, kinds_wanted(settings), settings.never, kept_pseudonyms(found, people)
    )


def kept_pseudonyms(found: Sequence[Person], people: People) -> list[str]:
    """Return the pseudonyms that stay where they stand: those without their owner's own name."""
    own = {
        person.pseudonym
        for person in found
        if person.pseudonym and Seeker.of([person]).find(person.pseudonym, is_label=True)
    }
    every = [clean(row.participant.pseudonym) for row in people.rows]
    return [name for name in every if name is not None and name not in own]


def people_here(seeker: Seeker, people: People, source: str, transcript_id: str) -> frozenset[int]:
    """Return the people whose rows are for this transcript alone, as the seeker counts them."""
    here = {row.number for row in people.of(source, transcript_id)}
    return frozenset(n for n, person in enumerate(seeker.people) if person.row in here)


def without_names(people: People, masker: Masker) -> People:
    """Return the table as later stages may see it.

    Columns of names and contacts are gone; in other cells, what ``masker`` finds is replaced.
    """
    columns = {name: kind for name, kind in people.columns.items() if not is_private(name)}
    return People(tuple(masked_row(row, masker) for row in people.rows), columns)


def is_private(column: str) -> bool:
    """Whether a column holds names, addresses or dates of birth."""
    return column.replace("-", "_") in PRIVATE


def masked_row(row: Row, masker: Masker) -> Row:
    """Return one row without names."""
    person = row.participant
    attributes = {
        name: masker.text(value) if isinstance(value, str) else value
        for name, value in person.attributes.items()
        if not is_private(name)
    }
    organisation = person.organisation and masker.text(person.organisation)
    return replace(
        row, participant=replace(person, attributes=attributes, organisation=organisation)
    )


def cautions(people: People, seeker: Seeker) -> list[str]:
    """Return what in the table itself would give names away, a sentence each, without the names."""
    found = []
    for row in people.rows:
        where = f"participants table, row {row.number}"
        if holds_name(seeker, row.participant.participant_id):
            found.append(
                f"{where}: its participant_id holds a name that is replaced elsewhere; it stands "
                "in every export. Choose an id that names nobody."
            )
        if row.participant.pseudonym and holds_name(bare(seeker), row.participant.pseudonym):
            found.append(
                f"{where}: its pseudonym holds a name of a real person; readers will take one "
                "for the other. Choose another pseudonym."
            )
    return found


def holds_name(seeker: Seeker, text: str) -> bool:
    """Whether a name that is known stands in ``text``."""
    return any(found.kind == NAME for found in seeker.find(text, is_label=True))


def bare(seeker: Seeker) -> Seeker:
    """Return a seeker of the same people that spares no pseudonym."""
    return Seeker.of(seeker.people, (), tuple(seeker.never))
