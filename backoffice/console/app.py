"""The console as one sub-application under /console: its routes, its gate, its headers."""

from aiohttp import web

from backoffice.console import (
    access,
    actions,
    board,
    books,
    case,
    case_papers,
    casework,
    centre_rooms,
    claim_rooms,
    entrance,
    families,
    files,
    guard,
    guest_claims,
    insuring,
    live,
    major,
    media,
    nearby,
    on_call,
    people_rooms,
    presence,
    security,
    shared,
    shop_rooms,
    trail,
    vetting,
    view,
    voices,
    wall,
)
from backoffice.console.deps import DEPS, ConsoleDeps

ID = "[0-9a-zA-Z_-]{1,64}"
NUMBER = "[0-9]{1,18}"


class UnguardedRoute(RuntimeError):
    """A route without an entry in `access.ROUTES`: the console refuses to start."""


def build(deps: ConsoleDeps) -> web.Application:
    """The sub-application; mount it with `app.add_subapp("/console", build(deps))`."""
    app = web.Application(middlewares=[guard.explain, guard.admit])
    app[DEPS], app[view.PAGES], app[case.VIEWS] = deps, view.Pages(), {}
    app[trail.VIEWS] = {}
    app[guest_claims.UNMASKED] = {}
    app[presence.PRESENCE] = presence.Presence(deps.bus, deps.clock, deps.bits)
    app[board.SHARED] = shared.Shared(deps.bus, deps.bits)
    app.cleanup_ctx.extend([app[presence.PRESENCE].run, app[board.SHARED].run])
    app[live.STREAMS] = live.Streams()
    app.on_response_prepare.append(security.add_headers)
    app.on_shutdown.append(app[live.STREAMS].end)
    _doors(app.router)
    _pages(app.router)
    _deeds(app.router)
    _envoys(app.router)
    _on_call(app.router)
    people_rooms.add(app.router)
    shop_rooms.add(app.router)
    claim_rooms.add(app.router)
    families.add(app.router)
    casework.add(app.router)
    case_papers.add(app.router)
    books.add(app.router)
    wall.add(app)
    centre_rooms.add(app.router)
    insuring.add(app.router)
    major.add(app.router)
    _check(app)
    return app


def _doors(router: web.UrlDispatcher) -> None:
    files.add(router)
    router.add_get("", entrance.home, name="home")
    router.add_get("/enter/{token:[0-9a-f]{64}}", entrance.show_link, name="enter")
    router.add_post("/enter/{token:[0-9a-f]{64}}", entrance.use_link, name="enter.use")
    router.add_get("/signed-out", entrance.signed_out, name="signed_out")
    router.add_post("/language", entrance.language, name="language")
    router.add_post("/leave", entrance.leave, name="leave")
    router.add_post("/present", entrance.present, name="present")


def _pages(router: web.UrlDispatcher) -> None:
    router.add_get("/", board.show, name="board")
    router.add_get("/ringing", board.ringing, name="ringing")
    router.add_get("/live", live.stream, name="live")
    router.add_get(f"/live/{{case:{ID}}}", live.stream, name="live.case")
    router.add_get(f"/cases/{{case:{ID}}}", case.show, name="case")
    router.add_get(f"/media/{{media:{ID}}}", media.show, name="media")
    router.add_get(f"/media/{{media:{ID}}}/voice", voices.play, name="media.voice")


def _deeds(router: web.UrlDispatcher) -> None:
    for name, (path, step) in actions.ON_CASE.items():
        router.add_post(f"/cases/{{case:{ID}}}/{path}", actions.on_case(name, step), name=name)
    router.add_get(f"/queue/{{item:{NUMBER}}}/media", media.queued, name="queue.media")
    router.add_post(f"/queue/{{item:{NUMBER}}}/done", actions.queue_done, name="queue.done")
    router.add_post(f"/queue/{{item:{NUMBER}}}/answer", actions.queue_answer, name="queue.answer")
    router.add_post(f"/queue/{{item:{NUMBER}}}/reopen", actions.queue_reopen, name="queue.reopen")
    router.add_post(f"/alerts/{{alert:{NUMBER}}}/seen", actions.alert_seen, name="alert.seen")


def _envoys(router: web.UrlDispatcher) -> None:
    one = f"/envoys/{{application:{ID}}}"
    router.add_get("/envoys", vetting.show, name="envoys")
    router.add_get(one, vetting.application, name="envoy.application")
    router.add_get(f"{one}/photo/{{photo:{ID}}}", vetting.photo, name="envoy.photo")
    router.add_post(f"{one}/approve", vetting.approve, name="envoy.approve")
    router.add_post(f"{one}/more", vetting.want_more, name="envoy.more")
    router.add_post(f"{one}/refuse", vetting.refuse, name="envoy.refuse")
    router.add_post("/drills", vetting.drill, name="drill.start")
    router.add_post(f"/drills/{{drill:{ID}}}/stop", vetting.stop_drill, name="drill.stop")


def _on_call(router: web.UrlDispatcher) -> None:
    """Who else is at a case, whose console hears, and whom to wake when none does."""
    router.add_get(f"/cases/{{case:{ID}}}/people", presence.people, name="case.people")
    router.add_post(f"/cases/{{case:{ID}}}/typing", presence.typing, name="case.typing")
    router.add_get(f"/cases/{{case:{ID}}}/nearest", nearby.show, name="case.nearest")
    router.add_post("/hearing", presence.hearing, name="hearing")
    router.add_get("/on-call", on_call.show, name="on_call")
    router.add_post("/on-call", on_call.put, name="on_call.put")
    router.add_post(f"/on-call/{{entry:{ID}}}/remove", on_call.remove, name="on_call.remove")
    router.add_post(f"/on-call/{{entry:{ID}}}/test", on_call.test, name="on_call.test")


def _check(app: web.Application) -> None:
    open_ = [str(route) for route in app.router.routes() if (route.name or "") not in access.ROUTES]
    if open_:
        raise UnguardedRoute(", ".join(open_))
