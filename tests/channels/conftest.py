"""The whole service over the sandbox, for what the channels promise."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests import house as house_
from tests.clocks import FakeClock
from tests.house import House


@pytest.fixture
async def house(sqlite_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    """The service on SQLite."""
    async with house_.opened(sqlite_url, tmp_path / "data", clock) as opened:
        yield opened
