"""A real Dask cluster on the loopback: a scheduler and workers, each a process of its own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
START_S = 60


@contextlib.contextmanager
def running_cluster(folder: Path, n_workers: int = 2) -> Iterator[str]:
    """Give the address of a scheduler with ``n_workers`` workers; they end with the block."""
    dask = str(Path(sys.executable).with_name("dask"))
    file = folder / "scheduler.json"
    loopback = ("--host", "127.0.0.1", "--no-dashboard")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}  # workers have to find the tests' modules
    with contextlib.ExitStack() as stack:
        log = stack.enter_context((folder / "cluster.log").open("wb"))

        def start(*words: str) -> None:
            process = subprocess.Popen(
                [dask, *words], env=environment, cwd=folder, stdout=log, stderr=log
            )
            stack.callback(process.wait)
            stack.callback(process.kill)

        start("scheduler", *loopback, "--port", "0", "--scheduler-file", str(file))
        address = wait_for_address(file)
        for _ in range(n_workers):
            start("worker", address, *loopback, "--nthreads", "1", "--local-directory", str(folder))
        if n_workers:
            wait_for_workers(address, n_workers)
        yield address


def wait_for_address(file: Path) -> str:
    """Return the scheduler's address once it has written it."""
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, json.JSONDecodeError):
            return str(json.loads(file.read_text())["address"])
        time.sleep(0.1)
    raise TimeoutError(f"the scheduler did not start: {file.with_name('cluster.log').read_text()}")


def wait_for_workers(address: str, number: int) -> None:
    """Return when ``number`` workers are there."""
    from distributed import Client

    with Client(address, set_as_default=False) as client:  # type: ignore[no-untyped-call]  # without types
        client.wait_for_workers(number, timeout=START_S)


class Kills:
    """Kills, once some work is done, all processes of a cluster that have ``part`` in it."""

    def __init__(self, address: str, part: str) -> None:
        self.address, self.part, self.has_killed = address, part, False

    def __call__(self, done: int, total: int) -> None:
        """Hear how far the work is."""
        if self.has_killed or not 0 < done < total:
            return
        self.has_killed = True
        from distributed import Client

        with Client(self.address, set_as_default=False) as client:  # type: ignore[no-untyped-call]  # without types
            workers, nannies = client.run(os.getpid), client.run(os.getppid)
            scheduler = client.run_on_scheduler(os.getpid)
        parts = {
            "a worker": [min(workers.values())],
            "workers": workers.values(),
            "workers for good": [*nannies.values(), *workers.values()],
            "scheduler": [scheduler],
        }
        for process in parts[self.part]:
            os.kill(process, signal.SIGKILL)
