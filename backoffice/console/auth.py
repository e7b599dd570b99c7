"""Signing in from a one-time link, the session behind the cookie, and signing out."""

from datetime import datetime, timedelta
from hmac import compare_digest

from aiohttp import web

from backoffice import ports
from backoffice.console import tokens
from backoffice.console.deps import DEPS, ConsoleDeps

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
TOUCH = timedelta(minutes=1)
"""A session's last use is written at most this often."""

SIGN_IN: web.RequestKey[ports.SignIn] = web.RequestKey("console_sign_in", ports.SignIn)
SESSION: web.RequestKey[str] = web.RequestKey("console_session", str)


def cookie_name(deps: ConsoleDeps) -> str:
    """`__Host-` binds the cookie to this host over https; browsers refuse it on plain http."""
    return "__Host-rescue" if deps.secure else "rescue_session"


def alive(sign_in: ports.SignIn, now: datetime) -> bool:
    """Used within half an hour, and not older than a shift."""
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


async def enter(deps: ConsoleDeps, link: str, old_session: str) -> str | None:
    """Use the one-time link: a new session's token, or None when the link is wrong, used or too old."""
    now = deps.clock.now()
    token = tokens.fresh(deps.bits)
    async with deps.store.begin(now) as uow:
        operator = await uow.staff.use_link(tokens.digest(link), now)
        if operator is None:
            return None
        if old_session:
            await uow.staff.end_session(old_session)
        await uow.staff.open_session(tokens.digest(token), operator.id, tokens.fresh(deps.bits), now)
        await uow.staff.audit(now, operator.id, "console.enter", operator.id)
        await uow.commit()
    return token


async def leave(deps: ConsoleDeps, session: str, operator: ports.Operator) -> None:
    now = deps.clock.now()
    async with deps.store.begin(now) as uow:
        await uow.staff.end_session(session)
        await uow.staff.audit(now, operator.id, "console.leave", operator.id)
        await uow.commit()


def set_cookie(deps: ConsoleDeps, response: web.StreamResponse, token: str) -> None:
    response.set_cookie(
        cookie_name(deps),
        token,
        max_age=int(ABSOLUTE.total_seconds()),
        path="/",
        httponly=True,
        secure=deps.secure,
        samesite="Lax",
    )


def clear_cookie(deps: ConsoleDeps, response: web.StreamResponse) -> None:
    response.del_cookie(cookie_name(deps), path="/", secure=deps.secure, httponly=True, samesite="Lax")
