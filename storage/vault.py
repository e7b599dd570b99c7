"""Sealing: one key per case, person, day or desk, each wrapped by the service's master key."""

import base64
import hmac
import json
import os
import stat
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.engine import RootTransaction
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conflict import insert_or_ignore
from storage.tables import vault_key

Random = Callable[[int], bytes]
"""`os.urandom` in service, a seeded generator in tests."""

FORMAT = b"\x01"
ID, NONCE = 8, 12
HEAD = len(FORMAT) + ID + NONCE
CACHED = 4096


class KeyDestroyed(Exception):
    """The key this was sealed with is gone for good: the content is erased."""


class Tampered(Exception):
    """The content was changed or moved to another row."""


class WrongMaster(Exception):
    """The key file is not the one these keys were wrapped with."""


class Sealer:
    """One subject's key, usable without awaiting. A new subject's sealer is good once its transaction committed."""

    __slots__ = ("_aad", "_aead", "_random", "id", "subject")

    def __init__(self, subject: str, key_id: bytes, key: bytes, random: Random) -> None:
        self.subject, self.id, self._random = subject, key_id, random
        self._aead = AESGCM(key)
        self._aad = subject.encode() + b"|" + key_id + b"|"

    def seal(self, context: str, plain: bytes) -> bytes:
        """`context` is `table|column|row id`: the same bytes open nowhere else."""
        nonce = self._random(NONCE)
        return FORMAT + self.id + nonce + self._aead.encrypt(nonce, plain, self._aad + context.encode())

    def open(self, context: str, blob: bytes) -> bytes:
        """Raises `KeyDestroyed` for another key's blob, `Tampered` when it was changed or moved."""
        if key_id_of(blob) != self.id:
            raise KeyDestroyed(self.subject)
        try:
            return self._aead.decrypt(blob[HEAD - NONCE : HEAD], blob[HEAD:], self._aad + context.encode())
        except InvalidTag:
            raise Tampered(context) from None


def key_id_of(blob: bytes) -> bytes:
    """Which key a blob was sealed with."""
    if blob[:1] != FORMAT or len(blob) < HEAD:
        raise Tampered("unknown format")
    return bytes(blob[1 : 1 + ID])


def opened(sealer: Sealer | None, context: str, blob: bytes | None) -> Any:
    """What `pack` sealed, or None where nothing was stored or its key is destroyed."""
    if sealer is None or not blob or key_id_of(blob) != sealer.id:
        return None
    return unpack(sealer.open(context, blob))


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def pack(value: Any) -> bytes:
    """JSON as the bytes that are sealed."""
    return _encode(value).encode()


def unpack(plain: bytes) -> Any:
    return json.loads(plain)


_KEY_OF = sa.select(vault_key.c.id, vault_key.c.wrapped).where(vault_key.c.subject == sa.bindparam("subject"))
_KEY_BY_ID = sa.select(vault_key.c.wrapped).where(
    vault_key.c.id == sa.bindparam("id"), vault_key.c.subject == sa.bindparam("subject")
)
_DESTROY = sa.delete(vault_key).where(vault_key.c.subject == sa.bindparam("of"))
_NEW = sa.insert(vault_key)
_NEW_UNLESS_THERE = insert_or_ignore(vault_key, [vault_key.c.subject])
_ANY = sa.select(vault_key).limit(1)


class Vault:
    """Keys by subject: `case:<id>`, `sealed:<case>`, `person:<id>`, `inbox:<yyyy-mm-dd>`, `staff:desk`.

    What seals is looked up once per transaction, so nothing is ever sealed with a key that was rolled
    back, or destroyed by another process; what only opens may come from memory.
    """

    def __init__(self, master: bytes, random: Random) -> None:
        if len(master) != 32:
            raise WrongMaster("the master key has 32 bytes")
        self._random = random
        self._wrap = AESGCM(_derive(master, "wrap"))
        self._master_id = _derive(master, "id")[:4]
        self._tokens = _derive(master, "token")
        self.audit_key = _derive(master, "audit")
        self._known: OrderedDict[bytes, Sealer] = OrderedDict()
        self._current: WeakKeyDictionary[RootTransaction, dict[str, Sealer | None]] = WeakKeyDictionary()

    def row_id(self) -> str:
        """A random id for a row whose number is not known before it is stored."""
        return self._random(16).hex()

    async def key(self, conn: AsyncConnection, subject: str) -> Sealer:
        """The subject's key, made on first use."""
        return await self.find(conn, subject) or await self._make(conn, subject)

    async def find(self, conn: AsyncConnection, subject: str) -> Sealer | None:
        """The subject's key, None when there is none (never made, or destroyed)."""
        seen = self._seen(conn)
        if subject in seen:
            return seen[subject]
        row = (await conn.execute(_KEY_OF, {"subject": subject})).first()
        return self.learn(conn, subject, row.id if row else None, row.wrapped if row else None)

    async def create(self, conn: AsyncConnection, subject: str) -> Sealer:
        """A key for a subject that cannot exist yet (a row being inserted): one statement."""
        sealer, row = self.fresh(subject)
        await conn.execute(_NEW, row)
        self._seen(conn)[subject] = sealer
        return sealer

    def learn(
        self, conn: AsyncConnection, subject: str, key_id: bytes | None, wrapped: bytes | None
    ) -> Sealer | None:
        """What a query that joined `vault_key` found; None means that there is no key."""
        sealer = self._unwrap(subject, key_id, wrapped) if key_id and wrapped else None
        self._seen(conn)[subject] = sealer
        return sealer

    async def seal(self, conn: AsyncConnection, subject: str, context: str, plain: bytes) -> bytes:
        return (await self.key(conn, subject)).seal(context, plain)

    async def open(self, conn: AsyncConnection, subject: str, context: str, blob: bytes) -> bytes:
        """Raises `KeyDestroyed` and `Tampered`."""
        return (await self._opener(conn, subject, key_id_of(blob))).open(context, blob)

    async def destroy(self, conn: AsyncConnection, subject: str) -> None:
        """Everything sealed for the subject is erased with the commit; what is sealed later gets a new key."""
        await conn.execute(_DESTROY, {"of": subject})
        self._seen(conn)[subject] = None
        for sealer in [s for s in self._known.values() if s.subject == subject]:
            del self._known[sealer.id]

    def token(self, kind: str, value: str) -> str:
        """A keyed token to look an encrypted value up by: 32 hex digits."""
        return hmac.digest(self._tokens, f"{kind}\0{value}".encode(), "sha256").hex()[:32]

    async def check(self, conn: AsyncConnection) -> None:
        """Raises `WrongMaster` when the key file does not belong to this database."""
        row = (await conn.execute(_ANY)).first()
        if row:
            self._unwrap(row.subject, row.id, row.wrapped)

    def _seen(self, conn: AsyncConnection) -> dict[str, Sealer | None]:
        inside = conn.sync_connection.get_transaction() if conn.sync_connection else None
        return {} if inside is None else self._current.setdefault(inside, {})

    async def _opener(self, conn: AsyncConnection, subject: str, key_id: bytes) -> Sealer:
        current = self._seen(conn).get(subject)
        found = current if current and current.id == key_id else self._known.get(key_id)
        if found and found.subject == subject:
            return found
        row = (await conn.execute(_KEY_BY_ID, {"id": key_id, "subject": subject})).first()
        if row is None:
            raise KeyDestroyed(subject)
        return self._unwrap(subject, key_id, row.wrapped)

    async def _make(self, conn: AsyncConnection, subject: str) -> Sealer:
        sealer, row = self.fresh(subject)
        made = await conn.execute(_NEW_UNLESS_THERE.on(conn), row)
        if made.rowcount == 0:
            there = (await conn.execute(_KEY_OF, {"subject": subject})).one()
            sealer = self._unwrap(subject, there.id, there.wrapped)
        self._seen(conn)[subject] = sealer
        return sealer

    def fresh(self, subject: str) -> tuple[Sealer, dict[str, Any]]:
        """A key for a subject that cannot exist yet, and its row of `vault_key`, for whoever inserts it."""
        key_id, key, nonce = self._random(ID), self._random(32), self._random(NONCE)
        wrapped = FORMAT + self._master_id + nonce + self._wrap.encrypt(nonce, key, _bound(subject, key_id))
        return Sealer(subject, key_id, key, self._random), {
            "id": key_id,
            "subject": subject,
            "wrapped": wrapped,
        }

    def _unwrap(self, subject: str, key_id: bytes, wrapped: bytes) -> Sealer:
        known = self._known.get(key_id)
        if known and known.subject == subject:
            self._known.move_to_end(key_id)
            return known
        sealer = Sealer(subject, key_id, self._plain_key(subject, key_id, wrapped), self._random)
        self._known[key_id] = sealer
        if len(self._known) > CACHED:
            self._known.popitem(last=False)
        return sealer

    def _plain_key(self, subject: str, key_id: bytes, wrapped: bytes) -> bytes:
        if wrapped[:5] != FORMAT + self._master_id:
            raise WrongMaster("these keys were wrapped with another key file")
        try:
            return self._wrap.decrypt(wrapped[5 : 5 + NONCE], wrapped[5 + NONCE :], _bound(subject, key_id))
        except InvalidTag:
            raise Tampered(subject) from None


def _derive(master: bytes, use: str) -> bytes:
    return hmac.digest(master, f"rescue {use}".encode(), "sha256")


def _bound(subject: str, key_id: bytes) -> bytes:
    return f"vault_key|wrapped|{subject}|".encode() + key_id


def load_master(
    key_file: Path | None, data_dir: Path, *, may_generate: bool, random: Random = os.urandom
) -> bytes:
    """The 32-byte key from `key_file`, or from `<data_dir>/master.key`, made there (0600) if allowed.

    Raises `WrongMaster` in words when it is missing, readable by others or not 32 bytes of base64.
    """
    path = key_file or data_dir / "master.key"
    if not path.exists():
        if key_file or not may_generate:
            raise WrongMaster(f"there is no key file at {path}")
        _write_new(path, base64.b64encode(random(32)) + b"\n")
    if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise WrongMaster(f"{path} may be read by others: chmod 600")
    return _decoded(path)


def _decoded(path: Path) -> bytes:
    try:
        master = base64.b64decode(path.read_bytes(), validate=False)
    except ValueError:
        master = b""
    if len(master) != 32:
        raise WrongMaster(f"{path} does not hold 32 bytes of base64")
    return master


def _write_new(path: Path, body: bytes) -> None:
    """On disk, with its directory entry, before anything is sealed with it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as out:
        out.write(body)
        out.flush()
        os.fsync(file)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
