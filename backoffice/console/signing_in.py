"""Signing in with a name and a code: an authenticator's or a recovery code, slowed down after failures."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime

from backoffice import ports
from backoffice.console import auth
from backoffice.console.deps import ConsoleDeps
from backoffice.staff import pauses, recovery, totp

NAMESAKES = 5
NAME = 128
NO_SECRET = bytes(20)
"""Tried in vain for a name nobody has, so that it takes as long as a wrong code."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody typed, and from which network address."""

    name: str
    code: str
    address: str


@dataclass(frozen=True, slots=True)
class Refused:
    """No: the same for a wrong name and a wrong code. `until`: no try counts before it."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A try that was counted as a failure before anything was compared, and what stood there before."""

    key: str
    before: ports.Pause | None
    now: ports.Pause


async def by_code(deps: ConsoleDeps, attempt: Attempt, begins: auth.Opening) -> str | Refused:
    """A new session's token, or why not."""
    counted = await _count(deps, attempt)
    if isinstance(counted, Refused):
        return counted
    found = await _find(deps, attempt)
    if found is None:
        return Refused(max((c.now.until for c in counted if c.now.until > deps.clock.now()), default=None))
    return await _admit(deps, found, begins, counted) or Refused()


async def _count(deps: ConsoleDeps, attempt: Attempt) -> list[Counted] | Refused:
    """Both the name and the address count one failure more; neither may be in a pause. Two tries at once are two."""
    now = deps.clock.now()
    async with deps.store.begin(now) as uow:
        rows = uow.credentials
        kept = [
            (rows.pause_key("name", attempt.name.strip().casefold()[:NAME]), pauses.ACCOUNT),
            (rows.pause_key("address", attempt.address), pauses.ADDRESS),
        ]
        counted = [await _one(rows, key, patience, now) for key, patience in kept]
        good = [c for c in counted if isinstance(c, Counted)]
        if len(good) < len(counted):
            return max((c for c in counted if isinstance(c, Refused)), key=lambda r: r.until or now)
        await uow.staff.audit(now, "", "console.tried", f"name:{kept[0][0]}")
        await uow.commit()
    return good


async def _one(
    rows: ports.Credentials, key: str, patience: pauses.Patience, now: datetime
) -> Counted | Refused:
    before = await rows.pause(key)
    if before and now < before.until:
        return Refused(before.until)
    failures = 1 + (pauses.counted(before.failures, before.failed_at, now) if before else 0)
    made = ports.Pause(failures, now + pauses.pause(patience, failures), now)
    if not await rows.put_pause(key, made, before):
        return Refused(now + patience.first)
    return Counted(key, before, made)


@dataclass(frozen=True, slots=True)
class Found:
    """Whose code it is, and how it is used up: by its step or by its selector."""

    operator: ports.Operator
    how: ports.Entrance
    step: int = 0
    selector: str = ""


async def _find(deps: ConsoleDeps, attempt: Attempt) -> Found | None:
    now = deps.clock.now()
    async with deps.store.begin(now) as uow:
        people = (await uow.staff.by_name(attempt.name.strip()))[:NAMESAKES]
        secrets = [(p, await uow.credentials.totp(p.id)) for p in people]
        codes = [(p, c) for p in people for c in await uow.credentials.recovery(p.id)]
    if recovery.is_one(attempt.code):
        return await _by_recovery(attempt, codes)
    totp.matching_step(NO_SECRET, _digits(attempt.code), now)
    for person, secret in secrets:
        if secret is None or secret.confirmed_at is None:
            continue
        step = totp.matching_step(secret.secret, _digits(attempt.code), now)
        if step is not None:
            return Found(person, ports.Entrance.TOTP, step=step)
    return None


def _digits(code: str) -> str:
    return "".join(c for c in code if c.isdigit() and c.isascii())


async def _by_recovery(
    attempt: Attempt, codes: list[tuple[ports.Operator, ports.RecoveryCode]]
) -> Found | None:
    """One slow comparison, whether the name and the code's first part exist or not."""
    selector = recovery.selector(attempt.code)
    whose = next(((p, c) for p, c in codes if c.selector == selector), None)
    hash_ = whose[1].hash if whose else recovery.NOBODYS
    proved = await asyncio.to_thread(recovery.proves, hash_, attempt.code)
    return Found(whose[0], ports.Entrance.RECOVERY, selector=selector) if proved and whose else None


async def _admit(deps: ConsoleDeps, found: Found, begins: auth.Opening, counted: list[Counted]) -> str | None:
    """The code is used up and the session begins in one transaction; None when the code was used a moment ago."""
    now, who = deps.clock.now(), found.operator
    async with deps.store.begin(now) as uow:
        used = (
            await uow.credentials.use_step(who.id, found.step)
            if found.how is ports.Entrance.TOTP
            else await uow.credentials.use_recovery(who.id, found.selector, now)
        )
        if not used:
            return None
        await _forgive(uow.credentials, counted)
        token = await auth.admit(deps, uow, who, replace(begins, how=found.how))
        await uow.commit()
    return token


async def _forgive(rows: ports.Credentials, counted: list[Counted]) -> None:
    """The name's failures are forgotten; the address stands as it stood before this try."""
    name, address = counted
    await rows.forget_pause(name.key)
    if address.before:
        await rows.put_pause(address.key, address.before, address.now)
    else:
        await rows.forget_pause(address.key)
