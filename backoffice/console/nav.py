"""The rooms of the console in the header: one line per room, shown to whom its page is open."""

from dataclasses import dataclass

from backoffice import ports
from backoffice.console import access


@dataclass(frozen=True, slots=True)
class Room:
    """A link of the header. `route` is the page's name in `access.ROUTES`; its words are `nav.<route>`."""

    route: str
    path: str


ROOMS = (
    Room("board", "/console/"),
    Room("list", "/console/list"),
    Room("guest", "/console/guest"),
    Room("guest.claims", "/console/guest/claims"),
    Room("orders", "/console/orders"),
    Room("claims", "/console/claims"),
    Room("money", "/console/money"),
    Room("insuring", "/console/insuring"),
    Room("envoys", "/console/envoys"),
    Room("families", "/console/families"),
    Room("tasks", "/console/tasks"),
    Room("protocols", "/console/protocols"),
    Room("major", "/console/major"),
    Room("wall", "/console/wall"),
    Room("reports", "/console/reports"),
    Room("health", "/console/health"),
    Room("shift", "/console/shift"),
    Room("centres", "/console/centres"),
    Room("on_call", "/console/on-call"),
    Room("people", "/console/people"),
    Room("organisations", "/console/organisations"),
    Room("glass", "/console/glass"),
    Room("audit", "/console/audit"),
)
"""In the order of an operator's day. A room whose page is not built yet has no route and no link."""


SHOWN = 8
"""So many stand in the header; the others are under "more", so that it stays one line at 1280 pixels."""


def rooms(operator: ports.Operator) -> list[Room]:
    """The rooms this person may enter."""
    found = [(room, access.ROUTES.get(room.route)) for room in ROOMS]
    return [room for room, act in found if act is not None and access.may(operator, act)]


def here(path: str) -> str:
    """The route of the room a page belongs to; pages about one case belong to the queue."""
    if path.startswith("/console/cases/"):
        return "board"
    inside = [r for r in ROOMS if path == r.path or (r.route != "board" and path.startswith(f"{r.path}/"))]
    return max(inside, key=lambda room: len(room.path)).route if inside else ""
