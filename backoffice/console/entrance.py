"""The doors: one-time link, signed out, leaving, presence, language."""

from aiohttp import web

from backoffice.console import auth, texts, view
from backoffice.console.deps import DEPS

YEAR_S = 365 * 86400


async def home(request: web.Request) -> web.Response:
    """`/console` as people type it."""
    raise web.HTTPSeeOther("/console/")


async def show_link(request: web.Request) -> web.Response:
    """The same page for every token: robots that preview links use nothing up and learn nothing."""
    return view.page(request, "enter.html")


async def use_link(request: web.Request) -> web.Response:
    deps = request.config_dict[DEPS]
    token = await auth.enter(deps, request.match_info["token"], auth.session_of(request))
    if token is None:
        return view.trouble(request, 404, "error.link")
    response = web.Response(status=303, headers={"Location": "/console/"})
    auth.set_cookie(deps, response, token)
    return response


async def signed_out(request: web.Request) -> web.Response:
    return view.page(request, "message.html", said=view.catalogue(request)("enter.signed_out"), reference="")


async def leave(request: web.Request) -> web.Response:
    deps = request.config_dict[DEPS]
    await auth.leave(deps, request[auth.SESSION], request[auth.SIGN_IN].operator)
    response = web.Response(status=303, headers={"Location": "/console/signed-out"})
    auth.clear_cookie(deps, response)
    return response


async def present(request: web.Request) -> web.Response:
    """Somebody touched key or pointer: the gate has noted it."""
    return web.Response(status=204)


async def language(request: web.Request) -> web.Response:
    """Another language for this browser, then back to where the person was."""
    form = await request.post()
    chosen, back = str(form.get("to", "")), str(form.get("back", ""))
    if chosen not in texts.LOCALES:
        raise web.HTTPBadRequest
    safe = back if back.startswith("/console/") and "\\" not in back and not _control(back) else "/console/"
    response = web.Response(status=303, headers={"Location": safe})
    secure = request.config_dict[DEPS].secure
    response.set_cookie(
        view.LANGUAGE_COOKIE,
        chosen,
        max_age=YEAR_S,
        path="/console",
        secure=secure,
        httponly=True,
        samesite="Lax",
    )
    return response


def _control(text: str) -> bool:
    return any(ord(c) < 32 for c in text)
