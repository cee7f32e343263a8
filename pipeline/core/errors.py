"""Every error raised on purpose.

A message is a sentence: *where: what was found; what is allowed. What to do.*
A bug in our code is a `ValueError`; a fact about the user's files is a `GlossatorError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

MOST_LINES = 100
LONGEST_LINE = 900  # characters
HEAD, TAIL = 600, 250


class GlossatorError(Exception):
    """Something a user can understand and mend; the command ends with exit code 3.

    Parameters
    ----------
    message
        The sentence for the user.
    code
        A stable name such as ``E_ENCRYPTED``; each class has a default.
    """

    default_code: ClassVar[str] = "E_GLOSSATOR"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(readable(message))
        self.code = code or self.default_code


class InputError(GlossatorError):
    """A file or an argument that the user gave is not what it should be."""

    default_code = "E_INPUT"


class TranscriptError(InputError):
    """A transcript cannot be read as one."""

    default_code = "E_TRANSCRIPT"


class CodebookError(InputError):
    """A codebook breaks a rule of its format."""

    default_code = "E_CODEBOOK"


class ConfigError(InputError):
    """A setting is unknown, of the wrong kind or out of range."""

    default_code = "E_CONFIG"


class TableError(InputError):
    """A stage file is missing, damaged or of another shape."""

    default_code = "E_TABLE"


class StaleError(GlossatorError):
    """Something stands on a text, a codebook or a model that has changed since."""

    default_code = "E_STALE"


class ModelError(GlossatorError):
    """A model file is damaged, changed, or holds what we do not trust."""

    default_code = "E_MODEL"


class ReviewError(GlossatorError):
    """A decision cannot be taken as asked, or the log of decisions is damaged."""

    default_code = "E_REVIEW"


class BusyError(GlossatorError):
    """Another command is writing in the same corpus."""

    default_code = "E_BUSY"


class StorageError(GlossatorError):
    """The disk is full or refuses to write."""

    default_code = "E_STORAGE"


class ClusterError(GlossatorError):
    """A cluster is not there, has no workers, or cannot be spoken to."""

    default_code = "E_CLUSTER"


def readable(message: str) -> str:
    """Return ``message`` as a terminal can show it: what a file holds may be endless or no text.

    Of a line that is too long its beginning and its end stay, which says what to do.
    """
    lines = message.encode("utf-8", "replace").decode("utf-8").split("\n")
    if len(lines) > MOST_LINES:
        rest = len(lines) - MOST_LINES
        lines = [*lines[:MOST_LINES], f"  ... and {rest} more"]
    return "\n".join(
        line if len(line) <= LONGEST_LINE else f"{line[:HEAD]} ... {line[-TAIL:]}" for line in lines
    )


def listed(problems: Sequence[str]) -> str:
    """Return one text for all problems: the only one as it is, several a line each."""
    if len(problems) == 1:
        return problems[0]
    return f"{len(problems)} problems:\n" + "\n".join(f"  {problem}" for problem in problems)
