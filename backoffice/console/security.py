"""Headers on every answer, and the check that an unsafe request was made by our own page."""

from urllib.parse import urlsplit

from aiohttp import web

from backoffice.console import files
from backoffice.console.deps import DEPS
from backoffice.kernel import files as kept

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self'; connect-src 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'"
)
SANDBOX = "default-src 'none'; sandbox"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def policy(tile_host: str) -> str:
    """The policy of our pages; a configured tile server is the only outside host it names, for pictures alone."""
    return CSP.replace("img-src 'self'", f"img-src 'self' {tile_host}") if tile_host else CSP


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """For `on_response_prepare`: it also covers streams, files and errors."""
    response.headers.update(HEADERS)
    response.headers.setdefault("Content-Security-Policy", policy(request.config_dict[DEPS].tiles.host))
    is_file = request.match_info.route.name in files.ROUTES and response.status < 400
    response.headers["Cache-Control"] = kept.KEPT if is_file else "no-store"
    if request.config_dict[DEPS].secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"


def check_origin(request: web.Request) -> None:
    """Refuse an unsafe request of another site.

    `Referrer-Policy: no-referrer` makes browsers send `Origin: null` with a plain form; then the browser's own
    `Sec-Fetch-Site` decides, which no page can set.
    """
    origin = request.headers.get("Origin", "null")
    if origin != "null":
        allowed = _origin(request.config_dict[DEPS].public_url) == origin or _same_host(request, origin)
    else:
        allowed = request.headers.get("Sec-Fetch-Site") == "same-origin"
    if not allowed:
        raise web.HTTPForbidden(reason="foreign origin")


def address(request: web.Request) -> str:
    """The network address of whom we talk to, as our own proxies saw it; what others wrote there counts for nothing."""
    proxies = request.config_dict[DEPS].proxies
    hops = [
        h.strip() for h in ",".join(request.headers.getall("X-Forwarded-For", [])).split(",") if h.strip()
    ]
    if proxies and len(hops) >= proxies:
        return hops[-proxies]
    return request.remote or ""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _same_host(request: web.Request, origin: str) -> bool:
    """On loopback the page may be opened as localhost or 127.0.0.1: the host asked for counts."""
    if request.config_dict[DEPS].secure:
        return False
    return origin == f"http://{request.host}"
