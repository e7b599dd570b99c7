"""Journeys run on SQLite; the ones named in `test_sos.py` run on PostgreSQL too."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.assembly import policy_deeds
from tests import house as house_
from tests.clocks import FakeClock
from tests.house import House


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    """The service on SQLite."""
    async with house_.opened(sqlite_url, tmp_path / "data", clock) as opened:
        yield opened


@pytest.fixture
async def either_house(database_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    """The service once on SQLite and once on PostgreSQL."""
    async with house_.opened(database_url, tmp_path / "data", clock) as opened:
        yield opened


@pytest.fixture
async def desk(house: House) -> House:
    """The same with the two sample products, as an operator puts them in."""
    await policy_deeds.put_products(house.core, {"samples": True})
    return house


@pytest.fixture
async def either_desk(either_house: House) -> House:
    """The same once on SQLite and once on PostgreSQL."""
    await policy_deeds.put_products(either_house.core, {"samples": True})
    return either_house
