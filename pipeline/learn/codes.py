"""What the tree of codes and the roles ask of labels and probabilities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from pipeline.core.codebook import Codebook
from pipeline.core.records import UNKNOWN
from pipeline.learn.words import Array


def ancestors_of(codebook: Codebook) -> list[list[int]]:
    """Return, for each codable code, the columns of the codable codes above it."""
    column = {code.path: number for number, code in enumerate(codebook.codable)}
    return [[column[up.path] for up in codebook.ancestors(path)] for path in column]


def with_parents(Y: Array, ancestors: Sequence[Sequence[int]]) -> Array:
    """Return ``Y`` where a code that was applied counts for the codes above it."""
    Y = Y.copy()
    for code, above in enumerate(ancestors):
        for parent in above:
            Y[Y[:, code] == 1, parent] = 1
    return Y


def lifted(proba: Array, ancestors: Sequence[Sequence[int]]) -> Array:
    """Return ``proba`` where no parent is below its child."""
    proba = proba.copy()
    for code, above in enumerate(ancestors):
        for parent in above:
            proba[:, parent] = np.maximum(proba[:, parent], proba[:, code])
    return proba


def roles_of(codebook: Codebook) -> list[list[str]]:
    """Return the roles that can carry each codable code; an empty list allows every role."""
    return [sorted(code.roles) for code in codebook.codable]


def with_seen_roles(code_roles: Sequence[Sequence[str]], roles: Array, Y: Array) -> list[list[str]]:
    """Return ``code_roles`` widened by the roles that people did code so: they know better."""
    return [
        sorted({*allowed, *roles[Y[:, code] == 1]}) if allowed else []
        for code, allowed in enumerate(code_roles)
    ]


def permitted(code_roles: Sequence[Sequence[str]], roles: Array) -> Array:
    """Return whether each row's speaker can carry each code; of an unknown role all can."""
    columns = [
        np.isin(roles.astype(str), [*allowed, UNKNOWN]) if allowed else np.ones(len(roles), bool)
        for allowed in code_roles
    ]
    return np.array(columns, dtype=bool).reshape(-1, len(roles)).T
