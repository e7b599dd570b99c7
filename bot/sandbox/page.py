"""The page with the phones: static files of our own and Leaflet's, under a policy that lets nothing else in."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from aiohttp import web
from xstatic.pkg import leaflet

STATIC = Path(__file__).parent / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
LEAFLET_FILES = frozenset({"leaflet.js", "leaflet.css"})


def routes() -> list[web.RouteDef]:
    """`/sandbox` sends on to `/sandbox/`, so that everything below can be named relative to the page."""
    return [
        web.get("/", _to_page),
        web.get("/sandbox", _to_page),
        web.get("/sandbox/", _index),
        web.get("/sandbox/static/{name}", _static),
        web.get("/sandbox/leaflet/{name}", _leaflet),
    ]


async def _to_page(request: web.Request) -> web.Response:
    raise web.HTTPFound("sandbox/")


async def _index(request: web.Request) -> web.Response:
    return _file(STATIC / "index.html")


async def _static(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in {path.name for path in STATIC.iterdir()}:
        raise web.HTTPNotFound
    return _file(STATIC / name)


async def _leaflet(request: web.Request) -> web.Response:
    name = request.match_info["name"]
    if name not in LEAFLET_FILES:
        raise web.HTTPNotFound
    return _file(Path(leaflet.BASE_DIR) / name)


def _file(path: Path) -> web.Response:
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    charset = "utf-8" if kind.startswith("text/") or kind.endswith(("javascript", "json")) else None
    response = web.Response(body=path.read_bytes(), content_type=kind, charset=charset, headers=HEADERS)
    response.enable_compression()
    return response
