"""Signing in from a one-time link, the session behind the cookie, and signing out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest

from aiohttp import web

from backoffice import ports
from backoffice.console import access, browsers, tokens
from backoffice.console.deps import DEPS, ConsoleDeps

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
WALL = timedelta(days=400)
"""A display has no hand to sign in again; it is switched off from the people page."""
TOUCH = timedelta(minutes=1)
"""A session's last use is written at most this often."""

SIGN_IN: web.RequestKey[ports.SignIn] = web.RequestKey("console_sign_in", ports.SignIn)
SESSION: web.RequestKey[str] = web.RequestKey("console_session", str)
ABOUT: web.RequestKey[access.OnCase] = web.RequestKey("console_about", access.OnCase)
"""The case a request is about, as its person stands to it."""


def cookie_name(deps: ConsoleDeps) -> str:
    """`__Host-` binds the cookie to this host over https; browsers refuse it on plain http."""
    return "__Host-rescue" if deps.secure else "rescue_session"


def alive(sign_in: ports.SignIn, now: datetime) -> bool:
    """Used within half an hour, and not older than a shift; a wall only not older than its token."""
    if sign_in.operator.role is ports.OperatorRole.WALL:
        return sign_in.operator.active and now - sign_in.started_at < WALL
    return sign_in.operator.active and now - sign_in.seen_at < IDLE and now - sign_in.started_at < ABSOLUTE


async def current(deps: ConsoleDeps, session: str) -> ports.SignIn | None:
    """The living session behind a hash; None when it is unknown, idle too long, too old, or its operator is off."""
    found = await deps.queries.sign_in(session) if session else None
    return found if found and alive(found, deps.clock.now()) else None


def session_of(request: web.Request) -> str:
    """The hash of the cookie's token; empty without one."""
    token = request.cookies.get(cookie_name(request.config_dict[DEPS]), "")
    return tokens.digest(token) if token else ""


def check_csrf(sign_in: ports.SignIn, given: str) -> None:
    if not compare_digest(sign_in.csrf.encode(), given.encode()):
        raise web.HTTPForbidden(reason="csrf")


async def touch(deps: ConsoleDeps, session: str, sign_in: ports.SignIn) -> None:
    """A person did something: the idle clock starts again."""
    now = deps.clock.now()
    if now - sign_in.seen_at < TOUCH:
        return
    async with deps.store.begin(now) as uow:
        await uow.staff.touch_session(session, now)
        await uow.commit()


@dataclass(frozen=True, slots=True)
class Opening:
    """A session that begins: how, where (the browser as a code), and which one it replaces here."""

    how: ports.Entrance
    browser: str
    old_session: str


def opening(request: web.Request, how: ports.Entrance) -> Opening:
    return Opening(how, browsers.code(request.headers.get("User-Agent", "")), session_of(request))


async def admit(deps: ConsoleDeps, uow: ports.UnitOfWork, operator: ports.Operator, begins: Opening) -> str:
    """A new session's token, and the old session of this browser ended; the caller commits."""
    now, token = deps.clock.now(), tokens.fresh(deps.bits)
    if begins.old_session:
        await uow.staff.end_session(begins.old_session)
    session = tokens.digest(token)
    await uow.staff.open_session(session, operator.id, tokens.fresh(deps.bits), now)
    await uow.staff.describe_session(session, begins.how, begins.browser)
    await uow.staff.audit(now, operator.id, "console.enter", operator.id)
    return token


async def enter(deps: ConsoleDeps, link: str, begins: Opening) -> tuple[str, ports.Operator] | None:
    """Use the one-time link: a new session's token and whose it is; None for a wrong, used or old one."""
    now = deps.clock.now()
    async with deps.store.begin(now) as uow:
        operator = await uow.staff.use_link(tokens.digest(link), now)
        if operator is None:
            return None
        token = await admit(deps, uow, operator, begins)
        await uow.commit()
    return token, operator


async def enter_wall(deps: ConsoleDeps, link: str, begins: Opening) -> str | None:
    """A display's own token, good again after every restart of the display."""
    now = deps.clock.now()
    async with deps.store.begin(now) as uow:
        wall = await uow.staff.wall_link(tokens.digest(link), now)
        if wall is None:
            return None
        token = await admit(deps, uow, wall, begins)
        await uow.commit()
    return token


async def leave(deps: ConsoleDeps, session: str, operator: ports.Operator) -> None:
    now = deps.clock.now()
    async with deps.store.begin(now) as uow:
        await uow.staff.end_session(session)
        await uow.staff.audit(now, operator.id, "console.leave", operator.id)
        await uow.commit()


def set_cookie(
    deps: ConsoleDeps, response: web.StreamResponse, token: str, lives: timedelta = ABSOLUTE
) -> None:
    response.set_cookie(
        cookie_name(deps),
        token,
        max_age=int(lives.total_seconds()),
        path="/",
        httponly=True,
        secure=deps.secure,
        samesite="Lax",
    )


def clear_cookie(deps: ConsoleDeps, response: web.StreamResponse) -> None:
    response.del_cookie(cookie_name(deps), path="/", secure=deps.secure, httponly=True, samesite="Lax")
