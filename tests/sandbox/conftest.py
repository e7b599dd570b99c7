"""Fixtures of the sandbox's own tests: a stage on a clock that stands still."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot.sandbox.clock import ManualClock
from tests.sandbox import stage as stages


@pytest.fixture
async def stage() -> AsyncIterator[stages.Stage]:
    built, down = await stages.raised(ManualClock())
    yield built
    await down()
