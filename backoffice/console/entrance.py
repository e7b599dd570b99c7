"""The doors: one-time link, signed out, leaving, presence, language."""

from aiohttp import web

from backoffice import ports
from backoffice.console import auth, passkeys, security, signing_in, speech, texts, view
from backoffice.console.deps import DEPS, ConsoleDeps

YEAR_S = 365 * 86400


async def home(request: web.Request) -> web.Response:
    """`/console` as people type it."""
    raise web.HTTPSeeOther("/console/")


async def show_link(request: web.Request) -> web.Response:
    """The same page for every token: robots that preview links use nothing up and learn nothing."""
    return view.page(request, "enter.html")


async def use_link(request: web.Request) -> web.Response:
    """In; somebody without passkey or code is led to make one, because this link opens nothing again."""
    deps = request.config_dict[DEPS]
    entered = await auth.enter(deps, request.match_info["token"], auth.opening(request, ports.Entrance.LINK))
    if entered is None:
        return view.trouble(request, 404, "error.link")
    token, operator = entered
    to = view.home(operator) if await _has_factor(deps, operator) else "/console/account"
    response = web.Response(status=303, headers={"Location": to})
    auth.set_cookie(deps, response, token)
    return response


async def _has_factor(deps: ConsoleDeps, operator: ports.Operator) -> bool:
    async with deps.store.begin(deps.clock.now()) as uow:
        totp = await uow.credentials.totp(operator.id)
        return bool(totp and totp.confirmed_at) or bool(await uow.credentials.passkeys(operator.id))


async def use_wall_token(request: web.Request) -> web.Response:
    """A display opens its own address after every restart; the address stays good until it is switched off."""
    deps = request.config_dict[DEPS]
    token = await auth.enter_wall(
        deps, request.match_info["token"], auth.opening(request, ports.Entrance.WALL)
    )
    if token is None:
        return view.trouble(request, 404, "error.link")
    response = web.Response(status=303, headers={"Location": "/console/wall"})
    auth.set_cookie(deps, response, token, auth.WALL)
    return response


async def signed_out(request: web.Request) -> web.Response:
    """Where people sign in: with a passkey, or with name and code."""
    return _sign_in(request, 200, "")


def _sign_in(request: web.Request, status: int, said: str) -> web.Response:
    possible = passkeys.party(request) is not None
    return view.page(request, "sign_in.html", status, said=said, passkeys_possible=possible)


async def use_code(request: web.Request) -> web.Response:
    """Name and code; every refusal reads the same, and after a few it says when to try again."""
    deps, form = request.config_dict[DEPS], await request.post()
    name, code = str(form.get("name", "")), str(form.get("code", ""))
    attempt = signing_in.Attempt(name, code, security.address(request))
    token = await signing_in.by_code(deps, attempt, auth.opening(request, ports.Entrance.TOTP))
    if isinstance(token, signing_in.Refused):
        return _refused(request, token)
    response = web.Response(status=303, headers={"Location": "/console/"})
    auth.set_cookie(deps, response, token)
    return response


def _refused(request: web.Request, refused: signing_in.Refused) -> web.Response:
    t, deps = view.catalogue(request), request.config_dict[DEPS]
    if refused.until is None:
        return _sign_in(request, 403, t("enter.refused"))
    wait = speech.span(t, refused.until - deps.clock.now())
    return _sign_in(request, 429, t("enter.paused", wait=wait))


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
