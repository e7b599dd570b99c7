"""A shop on SQLite."""

from collections.abc import AsyncIterator

import pytest

from storage.engine import Database
from tests.backoffice.orders import shop as shops
from tests.backoffice.orders.shop import Shop


@pytest.fixture
async def shop(sqlite_database: Database) -> AsyncIterator[Shop]:
    async with shops.opened(sqlite_database) as opened:
        yield opened
