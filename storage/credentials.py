"""Passkeys, codes and pauses of the staff's sign-in. What is good once is used up by a conditional statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backoffice.kernel.ids import OperatorId
from backoffice.ports import Passkey, Pause, RecoveryCode, Totp
from storage.access_tables import passkey, passkey_challenge, recovery_code, sign_in_pause, totp
from storage.conflict import insert_or_ignore
from storage.rows import Rows

_OF = sa.select(passkey).where(passkey.c.operator == sa.bindparam("of")).order_by(passkey.c.added_at)
_BY_CREDENTIAL = sa.select(passkey).where(passkey.c.credential == sa.bindparam("of"))
_ADD = sa.insert(passkey)
_USED = sa.update(passkey).where(passkey.c.id == sa.bindparam("key"))
_REMOVE = sa.delete(passkey).where(
    passkey.c.id == sa.bindparam("key"), passkey.c.operator == sa.bindparam("of")
)
_OLD_CHALLENGES = sa.delete(passkey_challenge).where(passkey_challenge.c.until < sa.bindparam("now"))
_PUT_CHALLENGE = sa.insert(passkey_challenge)
_USE_CHALLENGE = sa.delete(passkey_challenge).where(
    passkey_challenge.c.hash == sa.bindparam("of"),
    passkey_challenge.c.operator == sa.bindparam("whose"),
    passkey_challenge.c.until > sa.bindparam("now"),
)
_TOTP = sa.select(totp).where(totp.c.operator == sa.bindparam("of"))
_PUT_TOTP = sa.insert(totp)
_DROP_UNCONFIRMED = sa.delete(totp).where(
    totp.c.operator == sa.bindparam("of"), totp.c.confirmed_at.is_(None)
)
_CONFIRM = sa.update(totp).where(totp.c.operator == sa.bindparam("of"), totp.c.confirmed_at.is_(None))
_USE_STEP = sa.update(totp).where(
    totp.c.operator == sa.bindparam("of"), totp.c.last_step < sa.bindparam("at")
)
_REMOVE_TOTP = sa.delete(totp).where(totp.c.operator == sa.bindparam("of"))
_CODES = (
    sa.select(recovery_code)
    .where(recovery_code.c.operator == sa.bindparam("of"), recovery_code.c.used_at.is_(None))
    .order_by(recovery_code.c.selector)
)
_DROP_CODES = sa.delete(recovery_code).where(recovery_code.c.operator == sa.bindparam("of"))
_PUT_CODES = sa.insert(recovery_code)
_USE_CODE = sa.update(recovery_code).where(
    recovery_code.c.operator == sa.bindparam("of"),
    recovery_code.c.selector == sa.bindparam("at"),
    recovery_code.c.used_at.is_(None),
)
_PAUSE = sa.select(sign_in_pause).where(sign_in_pause.c.key == sa.bindparam("of"))
_FIRST_PAUSE = insert_or_ignore(sign_in_pause, [sign_in_pause.c.key])
_LONGER = sa.update(sign_in_pause).where(
    sign_in_pause.c.key == sa.bindparam("of"),
    sign_in_pause.c.failures == sa.bindparam("was"),
    sign_in_pause.c.failed_at == sa.bindparam("was_at"),
)
_NO_PAUSE = sa.delete(sign_in_pause).where(sign_in_pause.c.key == sa.bindparam("of"))


def _subject(operator: OperatorId) -> str:
    return f"operator:{operator}"


def _context(operator: OperatorId) -> str:
    return f"totp|secret|{operator}"


class CredentialRows(Rows):
    """`ports.Credentials`."""

    async def passkeys(self, operator: OperatorId) -> Sequence[Passkey]:
        return [_passkey(row) for row in await self._all(_OF, {"of": operator})]

    async def passkey(self, credential: str) -> Passkey | None:
        row = await self._first(_BY_CREDENTIAL, {"of": credential})
        return _passkey(row) if row else None

    async def add_passkey(self, passkey: Passkey) -> None:
        await self._write(_ADD, {name: getattr(passkey, name) for name in Passkey.__slots__})

    async def used_passkey(self, passkey: str, sign_count: int, now: datetime) -> None:
        await self._write(_USED, {"key": passkey, "sign_count": sign_count, "used_at": now})

    async def remove_passkey(self, operator: OperatorId, passkey: str) -> bool:
        return (await self._write(_REMOVE, {"key": passkey, "of": operator})).rowcount > 0

    async def put_challenge(self, hash_: str, operator: str, until: datetime) -> None:
        await self._write(_OLD_CHALLENGES, {"now": self._now})
        await self._write(_PUT_CHALLENGE, {"hash": hash_, "operator": operator, "until": until})

    async def use_challenge(self, hash_: str, operator: str, now: datetime) -> bool:
        used = await self._write(_USE_CHALLENGE, {"of": hash_, "whose": operator, "now": now})
        return used.rowcount > 0

    async def totp(self, operator: OperatorId) -> Totp | None:
        row = await self._first(_TOTP, {"of": operator})
        if row is None:
            return None
        secret = await self._vault.open(self._conn, _subject(operator), _context(operator), row.secret)
        return Totp(secret, row.confirmed_at, row.last_step)

    async def put_totp(self, operator: OperatorId, secret: bytes) -> None:
        sealed = await self._vault.seal(self._conn, _subject(operator), _context(operator), secret)
        await self._write(_DROP_UNCONFIRMED, {"of": operator})
        row = {"operator": operator, "secret": sealed, "confirmed_at": None, "last_step": 0}
        await self._write(_PUT_TOTP, row)

    async def confirm_totp(self, operator: OperatorId, now: datetime) -> None:
        await self._write(_CONFIRM, {"of": operator, "confirmed_at": now})

    async def use_step(self, operator: OperatorId, step: int) -> bool:
        used = await self._write(_USE_STEP, {"of": operator, "at": step, "last_step": step})
        return used.rowcount > 0

    async def remove_totp(self, operator: OperatorId) -> None:
        await self._write(_REMOVE_TOTP, {"of": operator})

    async def recovery(self, operator: OperatorId) -> Sequence[RecoveryCode]:
        return [RecoveryCode(r.selector, r.hash) for r in await self._all(_CODES, {"of": operator})]

    async def put_recovery(self, operator: OperatorId, codes: Sequence[RecoveryCode]) -> None:
        await self._write(_DROP_CODES, {"of": operator})
        rows = [{"operator": operator, "selector": c.selector, "hash": c.hash} for c in codes]
        if rows:
            await self._write(_PUT_CODES, rows)

    async def use_recovery(self, operator: OperatorId, selector: str, now: datetime) -> bool:
        used = await self._write(_USE_CODE, {"of": operator, "at": selector, "used_at": now})
        return used.rowcount > 0

    def pause_key(self, kind: str, words: str) -> str:
        return self._vault.token(f"sign-in {kind}", words)

    async def pause(self, key: str) -> Pause | None:
        row = await self._first(_PAUSE, {"of": key})
        return Pause(row.failures, row.until, row.failed_at) if row else None

    async def put_pause(self, key: str, pause: Pause, seen: Pause | None) -> bool:
        row = {"failures": pause.failures, "until": pause.until, "failed_at": pause.failed_at}
        if seen is None:
            first = await self._conn.execute(_FIRST_PAUSE.on(self._conn), {"key": key, **row})
            return first.rowcount > 0
        was = {"of": key, "was": seen.failures, "was_at": seen.failed_at}
        return (await self._write(_LONGER, {**was, **row})).rowcount > 0

    async def forget_pause(self, key: str) -> None:
        await self._write(_NO_PAUSE, {"of": key})


def _passkey(row: Any) -> Passkey:
    return Passkey(**{name: getattr(row, name) for name in Passkey.__slots__})
