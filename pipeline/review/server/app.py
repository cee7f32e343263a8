"""The routes of the review page: each asks the bench, in the one thread that the log belongs to."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from pipeline.core.errors import BusyError, GlossatorError, StorageError
from pipeline.review.facts import Place
from pipeline.review.server import views
from pipeline.review.server.agreeing import Agreement, behind, check_ready
from pipeline.review.server.asked import parse_place
from pipeline.review.server.bench import Bench
from pipeline.review.server.door import MAX_BODY, refused, too_large
from pipeline.review.server.evidence import evidence
from pipeline.review.server.finding import Query
from pipeline.review.server.gather import Gathering
from pipeline.review.server.looking import next_look
from pipeline.review.server.opening import renew
from pipeline.review.server.retrain import Retraining
from pipeline.review.server.settling import disputes
from pipeline.review.server.static import static
from pipeline.review.server.taking import decide

T = TypeVar("T")
NUMBER = re.compile(r"[0-9]{1,12}")
LONGEST_QUERY = 400
MOST_PLACES = 20
MOST_DECISIONS = 50


class Pages:
    """The routes of one bench; ``thread`` is an executor with the one thread that made it."""

    def __init__(self, bench: Bench, thread: Executor) -> None:
        self.bench = bench
        self.thread = thread
        self.gathering = Gathering(lambda requests: self.ask(decide, bench, requests))
        self.agreeing = Agreement(bench.work.corpus)
        self.retraining = Retraining(bench.work.corpus, lambda: self.ask(renew, bench))

    def app(self) -> Starlette:
        """Return the application without its door."""
        return Starlette(
            routes=[
                Route("/", self.home),
                Route("/review", self.review),
                Route("/static/{version}/{name}", static),
                Route("/api/states", self.states),
                Route("/api/history", self.history),
                Route("/adjudicate", self.adjudicate),
                Route("/api/disputes", self.disputes),
                Route("/second-look", self.second_look),
                Route("/api/look", self.look, methods=["POST"]),
                Route("/agreement", self.agreement_page),
                Route("/api/agreement", self.agreement),
                Route("/find", self.find),
                Route("/api/evidence", self.evidence),
                Route("/api/retrain", self.retrain, methods=["GET", "POST"]),
                Route("/api/open", self.open, methods=["POST"]),
                Route("/api/decisions", self.decisions, methods=["POST"]),
            ],
            exception_handlers={
                GlossatorError: expected,
                HTTPException: unexpected,
                Exception: bug,
            },
        )

    async def ask(self, question: Callable[..., T], *values: Any) -> T:
        """Return what the bench says, asked in its own thread."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.thread, question, *values)

    async def home(self, _: Request) -> Response:
        """Answer with the queue."""
        return HTMLResponse(await self.ask(views.home, self.bench))

    async def review(self, request: Request) -> Response:
        """Answer with one transcript."""
        asked = request.query_params.get("lane")
        lane = asked if asked in views.LANE_WORDS else None
        name = self.transcript(request)
        return HTMLResponse(await self.ask(views.review, self.bench, name, lane))

    async def states(self, request: Request) -> Response:
        """Answer with what stands in a transcript."""
        return JSONResponse(await self.ask(self.bench.states, self.transcript(request)))

    async def history(self, request: Request) -> Response:
        """Answer with the coder's decisions on a segment."""
        return JSONResponse(await self.ask(self.bench.history, self.place(request)))

    async def adjudicate(self, _: Request) -> Response:
        """Answer with what coders see differently."""
        return HTMLResponse(await self.ask(views.adjudicate, self.bench))

    async def disputes(self, _: Request) -> Response:
        """Answer with what may be settled, as it stands now."""
        return JSONResponse(await self.ask(disputes, self.bench))

    async def second_look(self, _: Request) -> Response:
        """Answer with the page that asks once more."""
        return HTMLResponse(await self.ask(views.second_look, self.bench))

    async def look(self, request: Request) -> Response:
        """Answer with the next question, which counts as shown from now on."""
        table = await body(request)
        later = table.get("later") if isinstance(table, dict) else None
        if not isinstance(later, list) or not all(isinstance(item, str) for item in later):
            raise HTTPException(400)
        return JSONResponse(await self.ask(next_look, self.bench, later))

    async def agreement_page(self, _: Request) -> Response:
        """Answer with the page that asks how far coders agree."""
        return HTMLResponse(await self.ask(views.agreement, self.bench))

    async def agreement(self, _: Request) -> Response:
        """Answer with how far coders agree, or that it is being worked out."""
        await self.ask(check_ready, self.bench)
        figures = await self.agreeing.figures(await self.ask(self.bench.log.heads))
        told = {} if figures is None else await self.ask(behind, self.bench)
        return JSONResponse({"figures": figures, "behind": told})

    async def find(self, request: Request) -> Response:
        """Answer with the segments that a form asks for."""
        query = request.query_params
        names = ("q", "code", "speaker", "state", "t")
        asked = Query(*(query.get(name, "")[:LONGEST_QUERY] for name in names))
        return HTMLResponse(await self.ask(views.find_page, self.bench, asked))

    async def evidence(self, request: Request) -> Response:
        """Answer with what speaks for and against the suggestions on a segment."""
        return JSONResponse(await self.ask(evidence, self.bench, self.place(request)))

    async def retrain(self, request: Request) -> Response:
        """Start or cancel retraining, and answer with how far it is."""
        if request.method == "POST":
            wanted = await body(request)
            act = wanted.get("act") if isinstance(wanted, dict) else None
            if act not in {"start", "cancel"}:
                raise HTTPException(400)
            if act == "start":
                self.retraining.start()
            else:
                await self.retraining.cancel()
        return JSONResponse(self.retraining.told())

    async def open(self, request: Request) -> Response:
        """Answer with the suggestions for segments, which count as shown from now on."""
        table = await body(request)
        places = [parse_place(item) for item in listed(table, "places", MOST_PLACES)]
        return JSONResponse(await self.ask(self.bench.deliver, places))

    async def decisions(self, request: Request) -> Response:
        """Answer when decisions are on disk, each with what became of it."""
        tables = listed(await body(request), "decisions", MOST_DECISIONS)
        return JSONResponse(await self.gathering.put(tables))

    def place(self, request: Request) -> Place:
        """Return the place that a request names."""
        query = request.query_params
        numbers = {
            key: int(query[key]) for key in ("start", "end") if NUMBER.fullmatch(query.get(key, ""))
        }
        return parse_place({"transcript_id": self.transcript(request), **numbers})

    def transcript(self, request: Request) -> str:
        """Return the transcript that a request names, if there is one."""
        name = request.query_params.get("t", "")
        if name not in self.bench.by_transcript:
            raise HTTPException(404)
        return name


async def body(request: Request) -> Any:
    """Return the JSON of a request (413 if it is too long, 400 if it is none)."""
    data = b""
    async for piece in request.stream():
        data += piece
        if len(data) > MAX_BODY:
            raise HTTPException(413)
    try:
        return json.loads(data)
    except (ValueError, RecursionError) as error:
        raise HTTPException(400) from error


def listed(table: Any, name: str, most: int) -> list[Any]:
    """Return the list called ``name`` in a table (400 if there is none or it is too long)."""
    found = table.get(name) if isinstance(table, dict) else None
    if not isinstance(found, list) or not 0 < len(found) <= most:
        raise HTTPException(400)
    return found


async def expected(_: Request, error: Exception) -> Response:
    """Answer an expected error with its sentence; 503 says that trying again may help."""
    status = 503 if isinstance(error, BusyError | StorageError) else 400
    return refused(status, getattr(error, "code", "E_GLOSSATOR"), str(error))


async def bug(_: Request, __: Exception) -> Response:
    """Answer what we did not foresee; the door writes down its kind."""
    return refused(500, "E_BUG", "Something went wrong in the program; nothing was written.")


async def unexpected(_: Request, error: Exception) -> Response:
    """Answer what no page of ours asks for."""
    status = getattr(error, "status_code", 400)
    if status == 413:  # noqa: PLR2004  # the status for a body that is too long
        return too_large()
    return refused(status, f"E_{status}", "There is nothing here for that request.")
