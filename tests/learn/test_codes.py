"""What the tree of codes and the roles ask of labels and probabilities."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pipeline.core.codebook import Codebook
from pipeline.learn.codes import (
    ancestors_of,
    lifted,
    permitted,
    roles_of,
    with_parents,
    with_seen_roles,
)

CHAIN = [[], [0], [1, 0]]  # 2 stands below 1, which stands below 0


def test_ancestors_are_columns_of_codable_codes(codebook: Codebook) -> None:
    """A code that only holds others together is no column."""
    assert [[], [0], [], []] == ancestors_of(codebook)


def test_a_decision_on_a_child_counts_for_all_above() -> None:
    """Also where the parent was not judged, or judged not to apply; the rest stays as it is."""
    Y = np.array([[np.nan, 0.0, 1.0], [np.nan, 0.0, 0.0]])

    found = with_parents(Y, CHAIN)

    assert [1.0, 1.0, 1.0] == found[0].tolist()
    assert np.isnan(found[1, 0])


@given(st.lists(st.tuples(*[st.floats(0, 1)] * 3), min_size=1, max_size=4))
def test_no_parent_is_below_its_child(rows: list[tuple[float, ...]]) -> None:
    """Whatever the single scores say; and nothing is lowered."""
    proba = np.array(rows)

    found = lifted(proba, CHAIN)

    assert (found[:, 0] >= found[:, 1]).all()
    assert (found[:, 1] >= found[:, 2]).all()
    assert (found >= proba).all()


def test_roles_bound_who_can_carry_a_code(codebook: Codebook) -> None:
    """Without roles everybody can; of an unknown role everything is possible."""
    roles = np.array(["participant", "employer", "unknown"], dtype=object)

    found = permitted(roles_of(codebook), roles)

    assert found[:, :3].all()
    assert [True, False, True] == found[:, 3].tolist()


def test_a_role_that_people_coded_can_carry_the_code() -> None:
    """People know better than the codebook; where it names no role, none is added."""
    Y = np.array([[1.0, 1.0], [0.0, 0.0]])

    found = with_seen_roles([["client"], []], np.array(["nurse", "porter"], dtype=object), Y)

    assert [["client", "nurse"], []] == found
