"""One thread that owns a log, and group commit: what waits is written together, or not at all."""

from __future__ import annotations

import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from pipeline.review.log.store import Log

MOST = 64  # questions that share a commit
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Task:
    """A question and where its answer goes."""

    question: Callable[[], Any]
    future: Future[Any]


class Writer(Executor):
    """Answers questions one after the other in one thread; those that wait share a transaction.

    Nobody is answered before the commit. If it fails, every question of the group gets the error,
    for nothing of it is on disk; a question that is refused takes only its own writes back.

    Attributes
    ----------
    log
        The log whose commits are shared; set it (from a question) once it is open.
    """

    def __init__(self) -> None:
        self.log: Log | None = None
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)
        self._thread.start()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Ask ``fn``; its answer comes when all that it wrote is on disk."""
        future: Future[T] = Future()
        self._tasks.put(Task(lambda: fn(*args, **kwargs), future))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  # the signature of Executor
        """End the thread when what was asked before is answered."""
        self._tasks.put(None)
        if wait:
            self._thread.join()

    def _run(self) -> None:
        is_on = True
        while is_on:
            tasks = self._waiting()
            is_on = tasks[-1] is not None
            self._answer([task for task in tasks if task is not None])

    def _waiting(self) -> list[Task | None]:
        """Wait for a question and return it with those behind it; None is the end."""
        tasks = [self._tasks.get()]
        while len(tasks) < MOST and tasks[-1] is not None:
            try:
                tasks.append(self._tasks.get_nowait())
            except queue.Empty:
                break
        return tasks

    def _answer(self, tasks: Sequence[Task]) -> None:
        asked = [task for task in tasks if task.future.set_running_or_notify_cancel()]
        try:
            with contextlib.nullcontext() if self.log is None else self.log.grouping():
                answers = [answer_to(task.question) for task in asked]
        except BaseException as error:  # noqa: BLE001  # nothing of the group is on disk
            answers = [Answer(error=error)] * len(asked)
        for task, answer in zip(asked, answers, strict=True):
            if answer.error is None:
                task.future.set_result(answer.value)
            else:
                task.future.set_exception(answer.error)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question came to."""

    value: Any = None
    error: BaseException | None = None


def answer_to(question: Callable[[], Any]) -> Answer:
    """Ask, and keep whatever comes of it for who asked."""
    try:
        return Answer(question())
    except BaseException as error:  # noqa: BLE001  # an executor hands every error to who asked
        return Answer(error=error)
