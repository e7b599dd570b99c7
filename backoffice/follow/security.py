"""Headers on every answer of the families' page, and whose address a request comes from."""

from aiohttp import web

from backoffice.follow.deps import DEPS
from backoffice.kernel import files

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'"
)
HEADERS = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow, noarchive, nosnippet",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(), camera=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
CACHING = {"static": files.KEPT, "leaflet": "no-cache", "outlines": "no-cache"}
"""Route of files without data -> for how long a browser may keep them."""


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """For `on_response_prepare`: it also covers streams, files and errors."""
    response.headers.update(HEADERS)
    caching = CACHING.get(request.match_info.route.name or "", "no-store")
    response.headers["Cache-Control"] = caching if response.status < 400 else "no-store"
    if request.config_dict[DEPS].secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"


def address(request: web.Request) -> str:
    """Who asks, as far as our own proxies say it truly (`RESCUE_HTTP__TRUSTED_PROXIES`)."""
    proxies = request.config_dict[DEPS].trusted_proxies
    passed = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",") if part.strip()]
    return passed[-proxies] if 0 < proxies <= len(passed) else request.remote or ""
