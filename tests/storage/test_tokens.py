"""One access token for all processes, sealed, dropped only while it is still the one that was refused."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backoffice.kernel.exchange import AccessToken
from storage import exchange_tables
from storage.engine import Database
from storage.tokens import SUBJECT, Tokens
from storage.vault import Vault
from tests.clocks import START

OLD = AccessToken("planted-old", START + timedelta(hours=2))
NEW = AccessToken("planted-new", START + timedelta(hours=4))


@pytest.fixture
def tokens(database: Database, vault: Vault) -> Tokens:
    return Tokens(database, vault)


async def test_a_token_is_kept_per_account_and_replaced(tokens: Tokens) -> None:
    assert await tokens.get("wx1") is None
    await tokens.put("wx1", OLD)
    await tokens.put("wx2", NEW)
    assert (await tokens.get("wx1"), await tokens.get("wx2")) == (OLD, NEW)
    await tokens.put("wx1", NEW)
    assert await tokens.get("wx1") == NEW


async def test_a_newer_token_is_not_dropped_for_the_older(tokens: Tokens) -> None:
    """Two processes were refused with the old token; the second must not throw the fresh one away."""
    await tokens.put("wx1", NEW)
    await tokens.drop_if_equal("wx1", OLD.value)
    assert await tokens.get("wx1") == NEW
    await tokens.drop_if_equal("wx1", NEW.value)
    assert await tokens.get("wx1") is None


async def test_the_token_does_not_lie_open(tokens: Tokens, database: Database) -> None:
    """A stolen database sends nothing in our name."""
    await tokens.put("wx1", OLD)
    async with database.reading() as conn:
        row = (await conn.execute(sa.select(exchange_tables.access_token))).one()
    assert "planted" not in repr(row)


async def test_a_token_that_cannot_be_opened_is_fetched_anew(
    tokens: Tokens, database: Database, vault: Vault
) -> None:
    """Its key destroyed, the token counts as not there."""
    await tokens.put("wx1", OLD)
    async with database.writing() as conn:
        await vault.destroy(conn, SUBJECT)
        await conn.commit()
    assert await tokens.get("wx1") is None
    await tokens.put("wx1", NEW)
    assert await tokens.get("wx1") == NEW
