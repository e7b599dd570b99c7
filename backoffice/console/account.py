"""One's own account: passkeys, authenticator, recovery codes, sessions."""

import asyncio
import io
from typing import Any

import segno
from aiohttp import web
from markupsafe import Markup

from backoffice import ports
from backoffice.console import auth, browsers, passkeys, view
from backoffice.console.deps import DEPS, ConsoleDeps
from backoffice.kernel import errors
from backoffice.staff import recovery, totp

HERE = "/console/account"
NO_CODES: list[str] = []


def _me(request: web.Request) -> ports.Operator:
    return request[auth.SIGN_IN].operator


async def show(request: web.Request) -> web.Response:
    return await _page(request, NO_CODES)


async def _page(request: web.Request, fresh_codes: list[str]) -> web.Response:
    """`fresh_codes` are shown on this answer and never again."""
    deps, me = request.config_dict[DEPS], _me(request)
    async with deps.store.begin(deps.clock.now()) as uow:
        keys = await uow.credentials.passkeys(me.id)
        secret = await uow.credentials.totp(me.id)
        codes = await uow.credentials.recovery(me.id)
        sessions = await uow.staff.sessions(me.id)
    context: dict[str, Any] = {
        "passkeys": keys,
        "passkeys_possible": passkeys.party(request) is not None,
        "totp": secret,
        "asked": _asked(me, secret) if secret and not secret.confirmed_at else None,
        "codes_left": len(codes),
        "fresh_codes": fresh_codes,
        "sessions": sessions,
        "this_session": request[auth.SESSION],
        "browser_words": browsers.words,
        "home": view.home(me),
        "handle": "",
    }
    return view.page(request, "account.html", **context)


def _asked(me: ports.Operator, secret: ports.Totp) -> dict[str, Any]:
    """The QR code as inline SVG, and the secret in letters for those who cannot scan it."""
    out = io.BytesIO()
    code = segno.make(totp.address(secret.secret, passkeys.RP_NAME, me.name), error="m", micro=False)
    code.save(
        out,
        kind="svg",
        scale=4,
        border=4,
        xmldecl=False,
        svgns=False,
        omitsize=True,
        light="#fff",
        dark="#000",
    )
    return {"svg": Markup(out.getvalue().decode()), "spelled": totp.spelled(secret.secret)}  # noqa: S704


async def begin_totp(request: web.Request) -> web.Response:
    """A new secret to scan; nothing changes until a code made with it is typed."""
    deps, me = request.config_dict[DEPS], _me(request)
    secret = deps.bits(totp.SECRET_BITS).to_bytes(totp.SECRET_BITS // 8, "big")
    async with deps.store.begin(deps.clock.now()) as uow:
        known = await uow.credentials.totp(me.id)
        if known is not None and known.confirmed_at:
            raise errors.Refusal("error.totp_there")
        await uow.credentials.put_totp(me.id, secret)
        await uow.commit()
    raise web.HTTPSeeOther(HERE)


async def confirm_totp(request: web.Request) -> web.Response:
    """The first code proves that the app has the secret; it is used up by that."""
    deps, me = request.config_dict[DEPS], _me(request)
    now, code = deps.clock.now(), str((await request.post()).get("code", ""))
    async with deps.store.begin(now) as uow:
        secret = await uow.credentials.totp(me.id)
        step = totp.matching_step(secret.secret, "".join(code.split()), now) if secret else None
        if step is None or not await uow.credentials.use_step(me.id, step):
            raise errors.Refusal("error.code", 403)
        await uow.credentials.confirm_totp(me.id, now)
        has_codes = bool(await uow.credentials.recovery(me.id))
        await uow.commit()
    if has_codes:
        raise web.HTTPSeeOther(HERE)
    return await _page(request, await _new_codes(deps, me))


async def remove_totp(request: web.Request) -> web.Response:
    deps, me = request.config_dict[DEPS], _me(request)
    async with deps.store.begin(deps.clock.now()) as uow:
        await uow.credentials.remove_totp(me.id)
        await uow.commit()
    return view.done(request, "done.account.totp", HERE)


async def new_codes(request: web.Request) -> web.Response:
    """Ten new ones, shown now and never again; the old ones are worth nothing."""
    return await _page(request, await _new_codes(request.config_dict[DEPS], _me(request)))


async def _new_codes(deps: ConsoleDeps, me: ports.Operator) -> list[str]:
    made = recovery.fresh(deps.bits)
    hashes = await asyncio.to_thread(lambda: [recovery.hashed(code) for code in made])
    rows = [ports.RecoveryCode(recovery.selector(c), h) for c, h in zip(made, hashes, strict=True)]
    async with deps.store.begin(deps.clock.now()) as uow:
        await uow.credentials.put_recovery(me.id, rows)
        await uow.commit()
    return made


async def remove_passkey(request: web.Request) -> web.Response:
    deps, me = request.config_dict[DEPS], _me(request)
    async with deps.store.begin(deps.clock.now()) as uow:
        if not await uow.credentials.remove_passkey(me.id, request.match_info["passkey"]):
            raise errors.NotFound
        await uow.commit()
    return view.done(request, "done.account.passkey_gone", HERE)


async def end_session(request: web.Request) -> web.Response:
    """One of my own sessions, by its handle."""
    deps, me = request.config_dict[DEPS], _me(request)
    async with deps.store.begin(deps.clock.now()) as uow:
        if not await uow.staff.end_by_handle(me.id, request.match_info["session"]):
            raise errors.NotFound
        await uow.commit()
    return view.done(request, "done.account.session", HERE)


async def end_others(request: web.Request) -> web.Response:
    deps, me = request.config_dict[DEPS], _me(request)
    async with deps.store.begin(deps.clock.now()) as uow:
        await uow.staff.end_sessions(me.id, but=request[auth.SESSION])
        await uow.commit()
    return view.done(request, "done.account.sessions", HERE)
