"""The families' page as one sub-application under /follow."""

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
from aiohttp import web
from aiohttp.typedefs import Handler
from xstatic.pkg import leaflet

from backoffice.families import model
from backoffice.families.model import FollowerStatus
from backoffice.follow import live, picture, security
from backoffice.follow.deps import DEPS, FollowDeps
from backoffice.follow.throttle import Throttle
from backoffice.kernel import errors, files
from backoffice.ports.families import FollowView
from backoffice.workflows import family_links, family_talk, following
from backoffice.workflows.relay import Said
from backoffice.workflows.work import Work

log = logging.getLogger(__name__)
FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
BEHIND = "{token:[A-Za-z0-9_-]{1,128}}"
FORM_LIMIT = 16 * 1024
SEEN_AGAIN = timedelta(minutes=1)
"""A page that is opened twice within this is one opening."""
ASKED_WITHIN, ASKED_MOST = timedelta(hours=1), 20
"""Questions one relative may ask from the page: a hand that shakes, not a machine."""

THROTTLE: web.AppKey[Throttle] = web.AppKey("follow_throttle", Throttle)
PAGES: web.AppKey[jinja2.Environment] = web.AppKey("follow_pages", jinja2.Environment)


def build(deps: FollowDeps) -> web.Application:
    """Mount it with `app.add_subapp("/follow", build(deps))`."""
    app = web.Application(middlewares=[_explain], client_max_size=FORM_LIMIT)
    app[DEPS], app[THROTTLE], app[live.STREAMS] = deps, Throttle(deps.clock), live.Streams()
    app[PAGES] = _templates()
    app.on_response_prepare.append(security.add_headers)
    app.on_shutdown.append(app[live.STREAMS].end)
    _routes(app.router)
    return app


@cache
def _templates() -> jinja2.Environment:
    """Compiled once per process; `static` is the address of the page's own files."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["static"] = f"/follow{_static()}"
    return made


def _static() -> str:
    return f"/static/{files.digest(STATIC)}"


def _routes(router: web.UrlDispatcher) -> None:
    router.add_static(_static(), STATIC, name="static")
    router.add_static("/leaflet", leaflet.BASE_DIR, name="leaflet")
    router.add_get("/outlines.json", _outlines, name="outlines")
    router.add_get(f"/{BEHIND}", show, name="page")
    router.add_get(f"/{BEHIND}/live", live.stream, name="live")
    for path, step in (("open", open_), ("seen", seen), ("again", again), ("ask", ask)):
        router.add_post(f"/{BEHIND}/{path}", step, name=path)


async def _outlines(request: web.Request) -> web.StreamResponse:
    return web.FileResponse(request.config_dict[DEPS].outlines)


@web.middleware
async def _explain(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every failure is a page in the reader's words; what we did not expect is logged without the token."""
    try:
        return await handler(request)
    except errors.NotFound:
        return _gone(request)
    except (errors.Unavailable, errors.Stale, errors.Refusal):
        return _trouble(request, 503)
    except web.HTTPException as problem:
        if problem.status in (404, 405):
            return _gone(request)
        raise
    except ConnectionError:
        raise
    except Exception:  # the outermost edge of the page
        log.exception("a follow page failed")
        return _trouble(request, 500)


def _speech(request: web.Request, view: FollowView | None = None) -> picture.Speech:
    """The language asked for; else the follower's own, which until they came is the browser's."""
    deps = request.config_dict[DEPS]
    asked = request.query.get("lang", "")
    ours = view.follower.locale if view else deps.locale
    known = ours if view and _came(view) else _browser(request, ours)
    zone = view.follower.zone if view else "UTC"
    return picture.Speech(deps.words, asked if asked in picture.LOCALES else known, zone)


def _came(view: FollowView) -> bool:
    """They are known: from their chat, or because they have opened the page before."""
    return view.follower.person is not None or view.follower.status is not FollowerStatus.INVITED


def _browser(request: web.Request, default: str) -> str:
    for part in request.headers.get("Accept-Language", "").lower().split(","):
        tag = part.split(";")[0].strip()
        if tag.startswith("zh"):
            return "zh_Hant" if any(t in tag for t in ("hant", "tw", "hk", "mo")) else "zh_Hans"
        if tag[:2] in picture.LOCALES:
            return tag[:2]
    return default


def _html(request: web.Request, template: str, context: dict[str, Any], status: int = 200) -> web.Response:
    query = request.query.get("lang", "")
    lang = query if query in picture.LOCALES else ""
    extra = {"here": request.path, "asked_lang": lang, "map_json": _json}
    body = request.config_dict[PAGES].get_template(f"{template}.html").render(context | extra)
    return web.Response(text=body, status=status, content_type="text/html")


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _gone(request: web.Request) -> web.Response:
    """The same for what never was and for what is over; one guess too many is told so, in the same words."""
    over = request.config_dict[THROTTLE].wrong(security.address(request))
    response = _html(request, "note", picture.gone(_speech(request)), 429 if over else 404)
    if over:
        response.headers["Retry-After"] = "60"
    return response


def _trouble(request: web.Request, status: int) -> web.Response:
    speech = _speech(request)
    context = picture.shell(speech) | {
        "head": speech.say("follow.title"),
        "said": speech.say("follow.trouble"),
    }
    return _html(request, "note", context, status)


async def view_of(request: web.Request) -> FollowView:
    """What lies behind this token. Raises `errors.NotFound` for a wrong one and an ended one alike."""
    deps, token = request.config_dict[DEPS], request.match_info["token"]
    found = (
        await deps.reads.view(family_links.digest(token), deps.clock.now()) if model.is_token(token) else None
    )
    if found is None:
        raise errors.NotFound
    shown = replace(found.follower, scopes=following.may_know(found.case, found.follower))
    return replace(found, follower=shown)


async def show(request: web.Request) -> web.Response:
    """The page; before a person has pressed its button a door that tells nothing. Reading changes nothing."""
    view, deps = await view_of(request), request.config_dict[DEPS]
    speech = _speech(request, view)
    if view.link.opened_at is None or view.follower.status is FollowerStatus.INVITED:
        return _html(request, "door", picture.door(speech))
    now = picture.Now(deps.clock.now(), speech, deps.places, deps.phones)
    return _html(request, "follow", picture.page(view, now))


async def open_(request: web.Request) -> web.StreamResponse:
    """A person pressed the button: from here this link shows the page, and whoever was invited follows."""
    view = await view_of(request)
    locale = _speech(request, view).locale

    async def step(work: Work) -> None:
        follower = await work.uow.families.get(view.follower.id)
        case = await work.uow.cases.get(follower.case)
        await work.uow.families.open_link(view.link.token_hash)
        follower.locale = locale
        await following.accept(work, case, follower)
        await work.uow.families.opened(follower.id)
        work.uow.hint(f"case:{case.id}")

    await request.config_dict[DEPS].actions(step, view.case.id)
    return _back(request)


async def seen(request: web.Request) -> web.StreamResponse:
    """The page stands before somebody's eyes."""
    await _opened(request)
    return web.Response(status=204)


async def again(request: web.Request) -> web.StreamResponse:
    """The button of a page without scripts: an opening, and the page anew."""
    await _opened(request)
    return _back(request)


async def _opened(request: web.Request) -> None:
    view = await view_of(request)
    if view.link.opened_at is None:
        raise errors.NotFound

    async def step(work: Work) -> None:
        follower = await work.uow.families.get(view.follower.id)
        times = await work.uow.families.openings(follower.id)
        follower.heard_at = work.now
        await work.uow.families.save(follower)
        if not times or work.now - times[-1] >= SEEN_AGAIN:
            await work.uow.families.opened(follower.id)

    await request.config_dict[DEPS].actions(step, view.case.id)


async def ask(request: web.Request) -> web.StreamResponse:
    """A question to the centre."""
    view, form = await view_of(request), await request.post()
    words = form.get("text")
    if view.link.opened_at is None or not isinstance(words, str):
        raise errors.NotFound
    await request.config_dict[DEPS].actions(_asking(view, words), view.case.id)
    return _back(request, "#thread")


def _asking(view: FollowView, words: str) -> Callable[[Work], Awaitable[None]]:
    async def step(work: Work) -> None:
        follower = await work.uow.families.get(view.follower.id)
        case = await work.uow.cases.get(follower.case)
        entries = await work.uow.families.entries(case.id)
        lately = [e for e in entries if e.author == follower.id and work.now - e.at < ASKED_WITHIN]
        if follower.live and case.active and len(lately) < ASKED_MOST:
            await family_talk.ask(work, case, follower, Said(words))

    return step


def _back(request: web.Request, mark: str = "") -> web.Response:
    token, lang = request.match_info["token"], request.query.get("lang", "")
    query = f"?lang={lang}" if lang in picture.LOCALES else ""
    return web.Response(status=303, headers={"Location": f"/follow/{token}{query}{mark}"})
