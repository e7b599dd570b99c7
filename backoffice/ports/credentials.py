"""What staff sign in with: passkeys, codes of an authenticator, recovery codes; and the pauses after failures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backoffice.kernel.ids import OperatorId


@dataclass(frozen=True, slots=True)
class Passkey:
    """`credential` is the authenticator's id (base64url), `public_key` COSE bytes, `sign_count` its last counter."""

    id: str
    operator: OperatorId
    credential: str
    public_key: bytes
    sign_count: int
    name: str
    added_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Totp:
    """The shared secret of an authenticator app. Until `confirmed_at` it signs nobody in."""

    secret: bytes
    confirmed_at: datetime | None
    last_step: int


@dataclass(frozen=True, slots=True)
class RecoveryCode:
    """An unused code: `selector` finds it, `hash` (argon2id) proves the rest."""

    selector: str
    hash: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Failures in a row of one name or one network address, and until when no try counts."""

    failures: int
    until: datetime
    failed_at: datetime


class Credentials(Protocol):
    """Every one-time thing is used up by a conditional UPDATE or DELETE: True for the one winner."""

    async def passkeys(self, operator: OperatorId) -> Sequence[Passkey]: ...
    async def passkey(self, credential: str) -> Passkey | None: ...
    async def add_passkey(self, passkey: Passkey) -> None:
        """Raises `errors.Stale` when this authenticator is known already."""
        ...

    async def used_passkey(self, passkey: str, sign_count: int, now: datetime) -> None: ...
    async def remove_passkey(self, operator: OperatorId, passkey: str) -> bool: ...
    async def put_challenge(self, hash_: str, operator: str, until: datetime) -> None:
        """A ceremony begins; ceremonies that ran out are cleared away."""
        ...

    async def use_challenge(self, hash_: str, operator: str, now: datetime) -> bool: ...
    async def totp(self, operator: OperatorId) -> Totp | None: ...
    async def put_totp(self, operator: OperatorId, secret: bytes) -> None:
        """A new secret, unconfirmed; an older unconfirmed one is replaced, a confirmed one never."""
        ...

    async def confirm_totp(self, operator: OperatorId, now: datetime) -> None: ...
    async def use_step(self, operator: OperatorId, step: int) -> bool:
        """The code of this 30-second step is used up, and every older one with it."""
        ...

    async def remove_totp(self, operator: OperatorId) -> None: ...
    async def recovery(self, operator: OperatorId) -> Sequence[RecoveryCode]: ...
    async def put_recovery(self, operator: OperatorId, codes: Sequence[RecoveryCode]) -> None:
        """New codes; every older one is worth nothing."""
        ...

    async def use_recovery(self, operator: OperatorId, selector: str, now: datetime) -> bool: ...
    def pause_key(self, kind: str, words: str) -> str:
        """The keyed token under which tries of a name or an address are counted."""
        ...

    async def pause(self, key: str) -> Pause | None: ...
    async def put_pause(self, key: str, pause: Pause, seen: Pause | None) -> bool:
        """Counted only when nobody counted since `seen`: two guesses at once are not one."""
        ...

    async def forget_pause(self, key: str) -> None: ...
