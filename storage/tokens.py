"""Platform access tokens shared by all processes, sealed."""

import sqlalchemy as sa

from backoffice.kernel.exchange import AccessToken
from storage import conflict
from storage.engine import Database
from storage.exchange_tables import access_token as t
from storage.vault import KeyDestroyed, Vault

SUBJECT = "service:tokens"

_GET = sa.select(t.c.value, t.c.expires_at).where(t.c.name == sa.bindparam("of"))
_PUT = conflict.upsert(t, [t.c.name], [t.c.value, t.c.fingerprint, t.c.expires_at])
_DROP = sa.delete(t).where(t.c.name == sa.bindparam("of"), t.c.fingerprint == sa.bindparam("was"))


def _context(app_id: str) -> str:
    return f"access_token|value|{app_id}"


class Tokens:
    """One token per account. Every call is its own transaction."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def get(self, app_id: str) -> AccessToken | None:
        async with self._database.reading() as conn:
            row = (await conn.execute(_GET, {"of": app_id})).first()
            if row is None:
                return None
            try:
                value = await self._vault.open(conn, SUBJECT, _context(app_id), row.value)
            except KeyDestroyed:
                return None
            return AccessToken(value.decode(), row.expires_at)

    async def put(self, app_id: str, token: AccessToken) -> None:
        async with self._database.writing() as conn:
            sealed = await self._vault.seal(conn, SUBJECT, _context(app_id), token.value.encode())
            values = {
                "name": app_id,
                "value": sealed,
                "fingerprint": self._fingerprint(token.value),
                "expires_at": token.expires_at,
            }
            await conn.execute(_PUT.on(conn), values)
            await conn.commit()

    async def drop_if_equal(self, app_id: str, value: str) -> None:
        """Forget the token while it is still this one; a newer one stays."""
        async with self._database.writing() as conn:
            await conn.execute(_DROP, {"of": app_id, "was": self._fingerprint(value)})
            await conn.commit()

    def _fingerprint(self, value: str) -> str:
        return self._vault.token("access_token", value)
