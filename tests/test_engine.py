"""The engine: the same results in the same order, whatever the number of processes."""

import pytest

from pipeline.engine import Engine


def double(number: int) -> int:
    """Return twice ``number``; of a module, so that other processes can find it."""
    return 2 * number


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_the_items(jobs: int) -> None:
    """Processes change the time, never the result."""
    assert [2 * n for n in range(20)] == list(Engine(jobs).map(abs, [2 * n for n in range(20)]))


def test_progress_runs_from_none_to_all() -> None:
    """Each item done is told, with the number in all."""
    told: list[tuple[int, int]] = []
    engine = Engine(progress=lambda done, total: told.append((done, total)))

    list(engine.map(double, [1, 2, 3]))

    assert [(0, 3), (1, 3), (2, 3), (3, 3)] == told


def test_nothing_to_do_is_no_work() -> None:
    """An empty list gives nothing and starts no process."""
    assert [] == list(Engine(2).map(double, []))
