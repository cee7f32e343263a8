"""Codings that came from other tools into the log: one transaction, known ones left alone."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

from pipeline import __version__
from pipeline.core.corpus import Corpus
from pipeline.core.records import Decision
from pipeline.review.desk import ASSISTED, CODER, hat
from pipeline.review.hand import id_of
from pipeline.review.log.fold import OPEN, YES
from pipeline.review.log.rows import Coder, canonical, hash_of, utc_now
from pipeline.review.log.store import LAST_HASH, Log, create_log

SURFACE = "import"
PERSON = "person"
Thread = tuple[str, str, int, int, str]


class Brought(Protocol):
    """A coding of another tool, as an import hands it over; see `Decision` for its parts."""

    @property
    def decision_id(self) -> str:
        """The same whenever the same file is imported."""

    @property
    def coder(self) -> str:
        """Who coded."""

    @property
    def transcript_id(self) -> str:
        """The transcript."""

    @property
    def start(self) -> int:
        """First character, in code points."""

    @property
    def end(self) -> int:
        """The place behind the last character."""

    @property
    def quote(self) -> str:
        """The words."""

    @property
    def text_sha256(self) -> str:
        """Hash of the whole text."""

    @property
    def code(self) -> str:
        """Path of the code."""

    @property
    def memo(self) -> str | None:
        """What the coder noted."""

    @property
    def decided_at(self) -> str:
        """When, in UTC."""

    @property
    def detail(self) -> Mapping[str, Any]:
        """Where it came from."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What the log took: ``n_new`` decisions; ``n_known`` stood there already.

    ``conflicts`` are places where a coder decided otherwise here; ``groups`` are the ids by which
    each coder's part can be undone.
    """

    n_new: int
    n_known: int
    conflicts: tuple[str, ...]
    groups: Mapping[str, str]


def take(
    corpus: Corpus,
    brought: Sequence[Brought],
    codebook_version: str,
    source: str,
    *,
    is_dry: bool = False,
) -> Taken:
    """Append what is new of ``brought``, all or nothing; new coders are added as persons.

    Parameters
    ----------
    corpus
        Its log is made if there is none.
    brought
        Codings; each becomes an act ``add`` by the surface ``import``.
    codebook_version
        The version that they stand on from now on.
    source
        Hash of the file that they came in.
    is_dry
        Whether nothing is to be written.

    Raises
    ------
    ReviewError
        If the log is damaged.
    """
    about = (codebook_version, source)
    if not corpus.log.exists() and (is_dry or not brought):
        with tempfile.TemporaryDirectory() as folder:
            return take_into(Path(folder) / corpus.log.name, corpus.name, brought, about)
    return take_into(corpus.log, corpus.name, brought, about, is_kept=not is_dry)


def take_into(
    path: Path,
    corpus: str,
    brought: Sequence[Brought],
    about: tuple[str, str],
    *,
    is_kept: bool = True,
) -> Taken:
    """Append to the log at ``path``; ``about`` is the codebook's version and the file's hash."""
    with create_log(path, corpus) as log, log.writing(is_kept=is_kept):
        intake = Intake(log, *about)
        for item in brought:
            intake.add(item)
        log.adopt(intake.rows, {})
    counts = Counter(row.coder for row in intake.rows)
    groups = {coder: intake.group(coder) for coder in sorted(counts)}
    return Taken(len(intake.rows), intake.n_known, tuple(intake.conflicts), groups)


class Intake:
    """Rows on their way into an open log, chained as the log would chain them."""

    def __init__(self, log: Log, codebook_version: str, source: str) -> None:
        self.log = log
        self.codebook_version = codebook_version
        self.source = source
        self.rows: list[Decision] = []
        self.conflicts: list[str] = []
        self.n_known = 0
        self._now = utc_now()
        self._ids = {row[0] for row in log.rows('SELECT "decision_id" FROM decisions')}
        self._standing: dict[Thread, list[tuple[str | None, str]]] = {}
        for item in log.all_current():
            if item.code is not None:
                thread = (item.coder, item.transcript_id, item.start, item.end, item.code)
                self._standing.setdefault(thread, []).append((item.verdict, item.decision_id))
        self._coders = log.coders()
        self._last: dict[str, str] = {}

    def group(self, coder: str) -> str:
        """Return the id by which one coder's part of the import can be undone."""
        return id_of(SURFACE, self.source, coder)

    def add(self, item: Brought) -> None:
        """Take one coding, unless it stands there or the coder decided otherwise."""
        thread = (item.coder, item.transcript_id, item.start, item.end, item.code)
        standing = self._standing.get(thread, [])
        verdicts = {verdict for verdict, _ in standing}
        if verdicts == {YES}:
            self.n_known += 1
            return
        if item.decision_id in self._ids or verdicts - {OPEN}:  # also what was taken back
            self.conflicts.append(
                f"{item.transcript_id}:{item.start}-{item.end} {item.code}: {item.coder} says "
                f"{', '.join(sorted(map(str, verdicts)))} here and yes in the file; left as it is"
            )
            return
        self.rows.append(self.chained(self.row(item, [name for _, name in standing])))

    def row(self, item: Brought, heads: Sequence[str]) -> Decision:
        """Return the row of a coding, not yet chained; ``heads`` is what stood there."""
        detail = {**item.detail, **({"heads": list(heads)} if len(heads) > 1 else {})}
        return Decision(
            seq=0,
            decision_id=item.decision_id,
            parent_id=heads[0] if heads else None,
            group_id=self.group(item.coder),
            coder=item.coder,
            role=self.role(item.coder),
            act="add",
            transcript_id=item.transcript_id,
            start=item.start,
            end=item.end,
            quote=item.quote,
            text_sha256=item.text_sha256,
            code=item.code,
            codebook_version=self.codebook_version,
            memo=item.memo,
            round_id=None,
            mode=None,
            lane=None,
            inclusion_probability=None,
            suggestion_visible=False,
            model_id=None,
            score=None,
            rank=None,
            detail=canonical(detail),
            surface=SURFACE,
            active_ms=None,
            decided_at=item.decided_at,
            recorded_at=self._now,
            package_version=__version__,
            prev_hash="",
            hash="",
            standing=None,
            independent=False,
        )

    def role(self, name: str) -> str:
        """Return the role in which a coder codes; somebody new is added."""
        if name not in self._coders:
            self._coders[name] = Coder(name, PERSON, CODER)
            self.log.add_coder(self._coders[name])
        return hat(self._coders[name].role, ASSISTED)

    def chained(self, row: Decision) -> Decision:
        """Return ``row`` behind the last one of its coder."""
        if row.coder not in self._last:
            found = self.log.rows(LAST_HASH, (row.coder,))
            self._last[row.coder] = found[0][0] if found else ""
        row = replace(row, prev_hash=self._last[row.coder])
        row = replace(row, hash=hash_of(row))
        self._last[row.coder] = row.hash
        return row
