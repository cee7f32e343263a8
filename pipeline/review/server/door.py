"""Who comes in: a token that opens once, a cookie, and the rules that every request must keep."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import secrets
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from urllib.parse import parse_qs

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.core.atomic import write_bytes
from pipeline.core.broken import BROKEN_JSON
from pipeline.core.corpus import Corpus

MAX_BODY = 64 * 1024
KEY_BYTES = 32
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
LOGGER = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pass:
    """What a browser must show: a cookie named after the port, since hosts share cookies."""

    port: int
    secret: str

    @property
    def cookie(self) -> str:
        """Name of the cookie."""
        return f"glossator-{self.port}"

    @property
    def hosts(self) -> frozenset[str]:
        """The names by which this server may be called."""
        return frozenset(f"{name}:{self.port}" for name in ("127.0.0.1", "localhost"))

    def is_shown(self, headers: Headers) -> bool:
        """Whether a request carries the cookie."""
        try:
            found = SimpleCookie(headers.get("cookie", "")).get(self.cookie)
        except CookieError:
            return False
        return found is not None and is_same(found.value, self.secret)


def is_same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one.encode(), other.encode())


class Door:
    """Wraps the app: nothing gets to it that is not this coder's own browser."""

    def __init__(self, app: ASGIApp, own: Pass, token: str) -> None:
        self.app = app
        self.own = own
        self._token: str | None = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or hand it on."""
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                headers.setdefault("cache-control", "no-store")
            await send(message)

        refusal = self.refusal(scope)
        if isinstance(refusal, JSONResponse) and "text/html" in Headers(scope=scope).get(
            "accept", ""
        ):
            refusal = in_words(refusal)
        try:
            await (refusal or self.app)(scope, receive, send_guarded)
        except Exception as error:
            # answered by now; the message may hold words of a transcript: only its kind is told
            LOGGER.error("%s: %s", scope["path"], type(error).__name__)  # noqa: TRY400  # see above

    def refusal(self, scope: Scope) -> Response | None:
        """Return why a request is not handed on, None if it is."""
        headers = Headers(scope=scope)
        if headers.get("host") not in self.own.hosts:
            return refused(421, "E_HOST", "This server does not answer to that name.")
        if scope["method"] not in {"GET", "HEAD", "POST"}:
            return refused(405, "E_METHOD", "Only reading and deciding is possible here.")
        token = parse_qs(scope["query_string"].decode("latin-1")).get("token")
        if token and scope["path"] == "/" and scope["method"] == "GET":
            return self.exchange(token[0], headers)
        if not self.own.is_shown(headers):
            return refused(
                401,
                "E_SESSION",
                "This page's session has ended. Type 'glossator review' again and open its link.",
            )
        return write_refusal(headers, scope) if scope["method"] == "POST" else None

    def exchange(self, token: str, headers: Headers) -> Response:
        """Give the cookie for the token, once; a browser that has it may come again."""
        if not self.own.is_shown(headers):
            if self._token is None or not is_same(token, self._token):
                return refused(
                    403,
                    "E_TOKEN",
                    "This link has been used or is not of this run. "
                    "Type 'glossator review' again and open its link.",
                )
            self._token = None
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(
            self.own.cookie, self.own.secret, httponly=True, samesite="strict", path="/"
        )
        return response


def write_refusal(headers: Headers, scope: Scope) -> Response | None:
    """Return why a write is refused, None if it may go on."""
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    own = f"{scope['scheme']}://{headers['host']}"
    if site != "same-origin" if site is not None else origin != own:
        return refused(403, "E_ORIGIN", "Another page may not decide here.")
    if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return refused(415, "E_TYPE", "Send JSON.")
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MAX_BODY:
        return too_large()
    return None


def too_large() -> Response:
    """Return the answer to a body over the limit."""
    return refused(413, "E_SIZE", f"A request may hold {MAX_BODY // 1024} kB at most.")


def refused(status: int, code: str, message: str) -> Response:
    """Return one sentence and its code."""
    return JSONResponse({"code": code, "message": message}, status_code=status)


def in_words(refusal: JSONResponse) -> HTMLResponse:
    """Return a refusal as a page for a person; its sentence is one of ours and holds no markup."""
    sentence = json.loads(bytes(refusal.body))["message"]
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Glossator</title></head>'
        f"<body><main><h1>Glossator</h1><p>{sentence}</p></main></body></html>"
    )
    return HTMLResponse(page, status_code=refusal.status_code)


def new_token() -> str:
    """Return 256 random bits in hex, which no cookie and no URL has to quote."""
    return secrets.token_hex(KEY_BYTES)


@dataclass(frozen=True, slots=True)
class Kept:
    """What a coder's server keeps between runs, so that an open page can go on after a restart."""

    port: int
    secret: str


def kept_file(corpus: Corpus, coder: str) -> Path:
    """Return where a coder's port and secret are kept; names may differ in case only."""
    name = hashlib.sha256(coder.encode()).hexdigest()[:16]
    return corpus.folder / "private" / f"review-{name}.json"


def read_kept(path: Path) -> Kept | None:
    """Return what was kept in ``path``, None if nothing that can be used."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        kept = Kept(int(found["port"]), str(found["secret"]))
    except (OSError, *BROKEN_JSON):
        return None
    return kept if len(kept.secret) == 2 * KEY_BYTES else None


def write_kept(path: Path, kept: Kept) -> None:
    """Keep a coder's port and secret where only they can read them."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    write_bytes(path, json.dumps({"port": kept.port, "secret": kept.secret}).encode())
    path.chmod(0o600)
