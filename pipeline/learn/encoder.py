"""Sentence vectors from a small pretrained model in a local folder: an optional further view.

The folder holds ``model.onnx`` and ``tokenizer.json``. Nothing is ever downloaded, and what is run
are the very bytes whose hash the settings name.
"""

from __future__ import annotations

import hashlib
import importlib.util
import io
import os
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from pipeline.core.atomic import write_bytes
from pipeline.core.errors import ConfigError
from pipeline.core.settings import SuggestSettings
from pipeline.learn.words import Array

MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
EXTRA = ("onnxruntime", "tokenizers")
CACHE_FILE = "vectors.npz"
MAX_TOKENS = 256
MAX_BATCH = 32  # texts; more only cost memory on one thread
ODD_TEXT = "a 1 \N{SNOWMAN}"  # a word that no vocabulary has: a tokenizer must bear it
TINY = 1e-12
N_AXES = 3  # texts, tokens, dimensions
WEIGHTS_ELSEWHERE = "session.model_external_initializers_file_folder_path"
KEY_BYTES = 16  # of a text's sha256


class Encoder(Protocol):
    """What a classifier asks for vectors; ``sha256`` tells which vectors they are."""

    @property
    def sha256(self) -> str:
        """The hash of all that vectors depend on but the text."""
        ...

    def encode(self, texts: Sequence[str]) -> Array:
        """Return a vector of length one for each text, float32."""
        ...


class SentenceEncoder:
    """Mean of the tokens' vectors, as sentence-transformers defines it, of length one.

    Texts are run together only with texts of as many tokens, so there is no padding and a text's
    vector does not depend on the texts beside it.

    Parameters
    ----------
    folder
        With ``model.onnx`` and ``tokenizer.json``.
    sha256
        Of both, as `hash_of_folder` gives it.
    cache
        A file with vectors known so far; a missing or damaged one only costs time.
    """

    def __init__(self, folder: Path, sha256: str, cache: Path | None = None) -> None:
        self.folder = folder
        self.sha256 = sha256
        self.cache = cache
        self._known: dict[bytes, Array] | None = None
        self._opened: tuple[Any, Any] | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Return what other processes need: they open the files for themselves."""
        return {**vars(self), "_known": None, "_opened": None}

    def __deepcopy__(self, memo: object) -> SentenceEncoder:
        """Return itself: scikit-learn copies parameters, and a session is not worth two."""
        return self

    def try_out(self) -> None:
        """Raise `ConfigError` unless the files make a vector of a text."""
        self._run([ODD_TEXT])

    def encode(self, texts: Sequence[str]) -> Array:
        """Return a vector of length one for each text, float32; all 0 for one without a token."""
        known = self._vectors()
        keys = [key_of_text(text) for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if new:
            known.update(zip(new, self._run(list(new.values())), strict=True))
        return np.stack([known[key] for key in keys]) if keys else np.zeros((0, 0), np.float32)

    def remember(self, texts: Iterable[str]) -> None:
        """Bring the cache to the vectors of just these ``texts``, for other processes and runs."""
        wanted = list(dict.fromkeys(texts))
        before = set(self._vectors())
        vectors = self.encode(wanted)
        keys = [key_of_text(text) for text in wanted]
        self._known = dict(zip(keys, vectors, strict=True))
        if self.cache is not None and before != set(keys):
            write_bytes(self.cache, bytes_of(self.sha256, self._known))

    def _vectors(self) -> dict[bytes, Array]:
        if self._known is None:
            self._known = {} if self.cache is None else read_cache(self.cache, self.sha256)
        return self._known

    def _run(self, texts: Sequence[str]) -> Array:
        """Return the vectors of distinct texts, the shortest first through the model."""
        session, tokenizer = self._open()
        coded = tokenizer.encode_batch(list(texts))
        lengths = [len(one.ids) for one in coded]
        order = sorted(range(len(texts)), key=lambda row: (lengths[row], texts[row]))
        found: dict[int, Array] = {}
        for length, rows in groupby(order, key=lambda row: lengths[row]):
            same = list(rows)
            for start in range(0, len(same) * (length > 0), MAX_BATCH):
                batch = same[start : start + MAX_BATCH]
                pooled = pooled_by(session, [coded[row] for row in batch])
                found.update(zip(batch, pooled, strict=True))
        empty = np.zeros(session.get_outputs()[0].shape[-1], np.float32)
        return np.stack([found.get(row, empty) for row in range(len(texts))])

    def _open(self) -> tuple[Any, Any]:
        """Return session and tokenizer, made of the bytes that were hashed."""
        if self._opened is None:
            model, words = read_folder(self.folder, self.sha256)
            self._opened = session_of(model, self.folder), tokenizer_of(words, self.folder)
        return self._opened


def encoder_from(settings: SuggestSettings, root: Path, cache: Path) -> SentenceEncoder | None:
    """Return the encoder that the settings name, None if they name none.

    Parameters
    ----------
    settings
        ``encoder`` is a folder, taken from ``root`` unless it is absolute.
    root
        The project's folder.
    cache
        Where vectors are kept.

    Raises
    ------
    ConfigError
        If the extra is not installed, a file is missing, or the hash is another.
    """
    if not settings.encoder:
        return None
    if not all(is_installed(name) for name in EXTRA):
        raise ConfigError(
            f"suggest.encoder: names {settings.encoder!r}, and the libraries that run it are not "
            "installed. Install glossator[encoder], or take the setting out.",
            code="E_ENCODER",
        )
    read_folder(root / settings.encoder, settings.encoder_sha256)
    return SentenceEncoder(root / settings.encoder, settings.encoder_sha256, cache)


def is_installed(name: str) -> bool:
    """Whether a library can be imported."""
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def read_folder(folder: Path, sha256: str) -> tuple[bytes, bytes]:
    """Return model and tokenizer (`ConfigError` unless both are there and have the hash)."""
    try:
        model, words = ((folder / name).read_bytes() for name in (MODEL, TOKENIZER))
    except OSError as error:
        raise ConfigError(
            f"suggest.encoder: {error.filename}: cannot be read ({error.strerror}); an encoder is "
            f"a folder with {MODEL} and {TOKENIZER}. Put them there; nothing is downloaded.",
            code="E_ENCODER",
        ) from error
    found = hash_of(model, words)
    if found != sha256:
        told = f"is {sha256!r}" if sha256 else "is not set"
        raise ConfigError(
            f"suggest.encoder_sha256: {told}, and the files in {folder} have another hash. If they "
            f'are what you mean to use, write encoder_sha256 = "{found}".',
            code="E_ENCODER",
        )
    return model, words


def hash_of(model: bytes, words: bytes) -> str:
    """Return what ``sha256sum model.onnx tokenizer.json | sha256sum`` prints."""
    both = ((model, MODEL), (words, TOKENIZER))
    lines = [f"{hashlib.sha256(data).hexdigest()}  {name}\n" for data, name in both]
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def session_of(model: bytes, folder: Path) -> Any:
    """Return a session that runs ``model`` (`ConfigError` if it is no sentence encoder)."""
    import onnxruntime
    from onnxruntime.capi.onnxruntime_pybind11_state import (
        Fail,
        InvalidArgument,
        InvalidGraph,
        InvalidProtobuf,
    )

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.use_deterministic_compute = True
    options.add_session_config_entry(WEIGHTS_ELSEWHERE, os.devnull)  # only what was hashed
    providers = ["CPUExecutionProvider"]
    try:
        session = onnxruntime.InferenceSession(model, options, providers=providers)
    except (Fail, InvalidArgument, InvalidGraph, InvalidProtobuf) as error:
        raise ConfigError(
            f"suggest.encoder: {folder / MODEL}: cannot be run ({in_short(error)}); wants one "
            "whole ONNX file. Take another model.",
            code="E_ENCODER",
        ) from error
    check_outputs(session, folder)
    return session


def tokenizer_of(words: bytes, folder: Path) -> Any:
    """Return the tokenizer that ``words`` describes (`ConfigError` if it cannot cut a text)."""
    from tokenizers import Tokenizer

    try:
        tokenizer = Tokenizer.from_str(words.decode())
        tokenizer.no_padding()
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.encode(ODD_TEXT)
    except Exception as error:  # the library raises nothing narrower than this
        raise ConfigError(
            f"suggest.encoder: {folder / TOKENIZER}: cannot be used ({in_short(error)}); wants the "
            f"whole file that belongs to {MODEL}. Take both anew from where they came from.",
            code="E_ENCODER",
        ) from error
    return tokenizer


def in_short(error: Exception) -> str:
    """Return on one line what a library says."""
    return " ".join(str(error).split())[:200]


def check_outputs(session: Any, folder: Path) -> None:
    """Raise `ConfigError` unless the model gives a vector for each token."""
    shape = session.get_outputs()[0].shape
    known = {"input_ids", "attention_mask", "token_type_ids"}
    foreign = sorted({one.name for one in session.get_inputs()} - known)
    if foreign or len(shape) != N_AXES or not isinstance(shape[-1], int):
        raise ConfigError(
            f"suggest.encoder: {folder / MODEL}: is no sentence encoder (its first output has the "
            f"shape {shape}, its further inputs are {', '.join(foreign) or 'none'}); wants texts x "
            "tokens x dimensions from input_ids and attention_mask. Take another model.",
            code="E_ENCODER",
        )


def pooled_by(session: Any, coded: Sequence[Any]) -> Array:
    """Return the mean over the attended tokens of each text, of length one."""
    ids = np.array([one.ids for one in coded], dtype=np.int64)
    mask = np.array([one.attention_mask for one in coded], dtype=np.int64)
    every = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
    given = {one.name: every[one.name] for one in session.get_inputs()}
    hidden = run_session(session, given)
    total = (hidden * mask[:, :, None].astype(np.float32)).sum(axis=1)
    mean = total / np.maximum(mask.sum(axis=1, keepdims=True), 1)
    norm = np.sqrt((mean * mean).sum(axis=1, keepdims=True))
    return np.asarray(mean / np.maximum(norm, TINY), dtype=np.float32)


def run_session(session: Any, given: Mapping[str, Array]) -> Array:
    """Return the first output of a model (`ConfigError` where it cannot take its own tokens)."""
    from onnxruntime.capi.onnxruntime_pybind11_state import Fail, InvalidArgument, RuntimeException

    try:
        return np.asarray(session.run([session.get_outputs()[0].name], given)[0])
    except (Fail, InvalidArgument, RuntimeException) as error:
        raise ConfigError(
            f"suggest.encoder: {MODEL} cannot read what {TOKENIZER} makes of a text "
            f"({in_short(error)}); they do not belong together. Take both from one place.",
            code="E_ENCODER",
        ) from error


def key_of_text(text: str) -> bytes:
    """Return the key of a text in the cache."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:KEY_BYTES]


def bytes_of(sha256: str, known: Mapping[bytes, Array]) -> bytes:
    """Return a cache as an .npz file, the same for the same vectors."""
    keys = sorted(known)
    buffer = io.BytesIO()
    np.savez(
        buffer,
        encoder=np.array(sha256),
        keys=np.frombuffer(b"".join(keys), np.uint8).reshape(-1, KEY_BYTES),
        vectors=np.stack([known[key] for key in keys]) if keys else np.zeros((0, 0), np.float32),
    )
    return buffer.getvalue()


def read_cache(path: Path, sha256: str) -> dict[bytes, Array]:
    """Return the vectors in a cache; none from a damaged one or one of another encoder."""
    try:
        data = io.BytesIO(path.read_bytes())
        with np.load(data, allow_pickle=False) as held:
            if str(held["encoder"]) != sha256:
                return {}
            keys, vectors = held["keys"], held["vectors"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}  # all in it can be made again
    return dict(zip((key.tobytes() for key in keys), vectors, strict=False))
