"""A classifier as bytes: the same learned state as the same bytes, read back only if trusted.

Skops files are data, never code; still, every kind of node and every type in one is compared with
the short lists below before anything is made from it.
"""

from __future__ import annotations

import copy
import hashlib
import io
import json
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from tokenize import TokenError
from typing import Any, Protocol, Self

import numpy as np
import skops.io
from sklearn.exceptions import InconsistentVersionWarning

from pipeline.core.codebook import Codebook
from pipeline.core.errors import ModelError

SCHEMA = "schema.json"
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest date that a zip can hold: files carry no clock
MAX_BYTES = 2 * 2**30  # unpacked; far above any model, far below what would fill a machine
SAMPLE = 2**16  # bytes of a member that are packed to see whether they shrink
WORTH_IT = 0.8  # of their size
# An encoder stays where it lies, the model knows its hash; the other follows from what is stored.
NOT_STORED = ("encoder", "through_topics")

PLAIN_NODES = frozenset({"JsonNode", "TypeNode", "SparseMatrixNode"})
NESTED_NODES = frozenset(
    {"DictNode", "ListNode", "TupleNode", "SetNode", "ObjectNode", "NdArrayNode"}
)
TRUSTED = frozenset(
    {
        *(
            f"builtins.{name}"
            for name in ("bool", "dict", "float", "int", "list", "set", "str", "tuple")
        ),
        *(f"numpy.{name}" for name in ("ndarray", "bool", "float64", "int64", "str_")),
        "scipy.sparse._csr.csr_matrix",
        "pipeline.core.codebook.Code",
        "pipeline.core.codebook.Codebook",
        "pipeline.learn.classifier.CodebookClassifier",
        "pipeline.learn.context.ContextFeatures",
        "pipeline.learn.explain.Memory",
        "pipeline.learn.features.TextViews",
        "pipeline.learn.training.Linear",
    }
)

Array = np.ndarray[Any, Any]
LOADING_ERRORS = (  # all that zipfile, json, numpy, scipy and skops raise on a broken file
    zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, MemoryError, OverflowError,
    ImportError, AttributeError, LookupError, TypeError, ValueError, SyntaxError, TokenError,
)  # fmt: skip


class Classifier(Protocol):
    """What is stored and judged: scikit-learn's contract, with a codebook."""

    codebook: Codebook
    codes_: Any
    is_calibrated_: Any

    def fit(self, X: Any, Y: Any, groups: Any = None, sample_weight: Any = None) -> Self:
        """Learn from segments ``X`` and codes ``Y`` (1, 0, nan), or from the codebook alone."""
        ...

    def predict_proba(self, X: Any) -> Array:
        """Return the probability of each code (columns) for each segment (rows)."""
        ...

    def lists(self, proba: Array) -> Array:
        """Return which codes are shown where these are the probabilities."""
        ...


def model_bytes(classifier: Classifier) -> bytes:
    """Return ``classifier`` as a skops file that depends on nothing but what was learned.

    Skops names arrays after their place in memory and stamps the hour on each member. Here arrays
    are named after their content, memory addresses go, sets are sorted, and no date is kept.

    Raises
    ------
    ModelError
        If skops cannot store something that the classifier holds.
    """
    stored = copy.copy(classifier)
    for name in NOT_STORED:
        vars(stored).pop(name, None)
    try:
        raw = skops.io.dumps(stored)
    except TypeError as error:
        raise ModelError(
            f"the model cannot be stored: {error}. Only arrays and plain values can."
        ) from error
    members = unpack(raw)
    schema = json.loads(members.pop(SCHEMA))
    names = {}
    content = {}
    for name, data in members.items():
        data_here = pack(unpack(data)) if name.endswith(".npz") else data
        names[name] = hashlib.sha256(data_here).hexdigest()[:32] + Path(name).suffix
        content[names[name]] = data_here
    compact = json.dumps(tidied(schema, names), separators=(",", ":"))
    return pack({SCHEMA: compact.encode(), **dict(sorted(content.items()))})


def tidied(state: Any, names: Mapping[str, str]) -> Any:
    """Return a part of the schema without memory addresses, with members under their new ``names``.

    No node refers to another by address (skops writes shared objects out in full), and in a user's
    own dictionary every value is a table, so only skops's own keys are touched.
    """
    if isinstance(state, list):
        return [tidied(item, names) for item in state]
    if not isinstance(state, dict):
        return state
    found = {
        key: names.get(value, value)
        if key == "file" and isinstance(value, str)
        else tidied(value, names)
        for key, value in state.items()
        if not (key == "__id__" and isinstance(value, int))
    }
    if found.get("__loader__") == "SetNode":
        found["content"] = sorted(found["content"], key=json.dumps)
    return found


def pack(members: Mapping[str, bytes]) -> bytes:
    """Return a zip of ``members`` that is the same wherever and whenever it is made.

    What hardly shrinks, such as learned numbers, is stored as it is: it is read in a tenth of the
    time.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, date_time=EPOCH)
            shrinks = len(zlib.compress(data[:SAMPLE])) < WORTH_IT * len(data[:SAMPLE])
            info.compress_type = zipfile.ZIP_DEFLATED if shrinks else zipfile.ZIP_STORED
            info.create_system = 3  # zipfile would write the platform that it runs on
            archive.writestr(info, data)
    return buffer.getvalue()


def unpack(data: bytes, only: str | None = None) -> dict[str, bytes]:
    """Return the members of a zip, or ``only`` one.

    `zipfile.BadZipFile` if all unpack to more than `MAX_BYTES`.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = sum(info.file_size for info in archive.infolist())
        if size > MAX_BYTES:
            raise zipfile.BadZipFile(f"unpacks to {size:,} bytes; at most {MAX_BYTES:,} are read")
        names = [info.filename for info in archive.infolist()] if only is None else [only]
        return {name: archive.read(name) for name in names}


def load_classifier(data: bytes, trusted: frozenset[str], where: str) -> Any:
    """Return the classifier in the skops file ``data``; see `load_model` for what is refused."""
    check_types(data, trusted, where)
    try:
        with warnings.catch_warnings():
            # learned values are plain arrays; the card tells which versions made them
            warnings.simplefilter("ignore", InconsistentVersionWarning)
            return skops.io.loads(data, trusted=sorted(trusted))
    except LOADING_ERRORS as error:
        raise damaged(where, error) from error


def check_types(data: bytes, trusted: frozenset[str], where: str) -> None:
    """Raise `ModelError` naming what the skops file ``data`` holds beyond the trusted types."""
    try:
        found = set(types_in(json.loads(unpack(data, SCHEMA)[SCHEMA])))
    except LOADING_ERRORS as error:
        raise damaged(where, error) from error
    foreign = sorted(found - trusted)
    if foreign:
        raise ModelError(
            f"{where}: the model holds {', '.join(foreign)}, which is not on the list of "
            "trusted types. It was not loaded. Use a model that glossator trained, or train again.",
            code="E_UNTRUSTED_MODEL",
        )


def types_in(node: Mapping[str, Any]) -> Iterator[str]:
    """Yield the type of ``node`` and of each below it; an unknown kind of node counts as one."""
    loader = node["__loader__"]
    if loader not in PLAIN_NODES | NESTED_NODES:
        yield f"{loader} of {node.get('__module__')}.{node.get('__class__')}"
        return
    yield f"{node['__module__']}.{node['__class__']}"
    if loader in NESTED_NODES:
        for child in children_of(node):
            yield from types_in(child)


def children_of(node: Mapping[str, Any]) -> list[Any]:
    """Return the nodes straight below ``node``, which is one of `NESTED_NODES`."""
    content = node.get("content")
    below = [node[key] for key in ("key_types", "shape") if key in node]
    if node["__loader__"] == "DictNode":
        return below + list((content or {}).values())
    if node["__loader__"] == "ObjectNode":
        return below if content is None else [*below, content]
    return below + list(content or [])


def damaged(where: str, error: BaseException) -> ModelError:
    """Return the sentence for a file that is no whole model."""
    detail = " ".join(str(error).split())[:200] or type(error).__name__
    return ModelError(
        f"{where}: not a whole model file ({detail}). Take it from a backup, or train again."
    )
