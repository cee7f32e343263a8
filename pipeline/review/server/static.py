"""Scripts, style and picture of the pages, at an address that changes with them.

So a browser may keep them for good: opening a transcript then asks for the transcript alone.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

PAGES = Path(__file__).parents[1] / "pages"
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
FILES = {path.name: path.read_bytes() for path in sorted(PAGES.iterdir()) if path.suffix in KINDS}
VERSION = hashlib.sha256(b"\0".join(FILES.values())).hexdigest()[:12]
FOR_GOOD = {"cache-control": "private, max-age=31536000, immutable"}


async def static(request: Request) -> Response:
    """Answer with one of the files; nothing in them is of a corpus."""
    version, name = request.path_params["version"], request.path_params["name"]
    if version != VERSION or name not in FILES:
        raise HTTPException(404)
    return Response(FILES[name], media_type=KINDS[Path(name).suffix], headers=FOR_GOOD)
