"""The pages' own files: scripts, styles, outlines, the map's library."""

from functools import cache
from pathlib import Path

from aiohttp import web
from xstatic.pkg import leaflet

from backoffice.kernel import files

STATIC = Path(__file__).parent / "static"
ROUTES = frozenset({"static", "leaflet"})
"""Names of the routes whose answers hold no data and never change."""


@cache
def addresses() -> dict[str, str]:
    """Name in the templates -> path without a slash at its end."""
    return {
        "static": f"/console/static/{files.digest(STATIC)}",
        "leaflet": f"/console/leaflet/{files.digest(Path(leaflet.BASE_DIR))}",
    }


def add(router: web.UrlDispatcher) -> None:
    """Below the console's own prefix."""
    for name, folder in (("static", STATIC), ("leaflet", Path(leaflet.BASE_DIR))):
        router.add_static(addresses()[name].removeprefix("/console"), folder, name=name)
