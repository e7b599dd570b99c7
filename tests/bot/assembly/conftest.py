"""Settings of an installation in a folder of its own, and a real service on them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.assembly import serve
from config.settings import Http, Settings, Sos
from tests import house, wiring
from tests.house import House
from tests.servers import free_port

Given = dict[str, Any]


@pytest.fixture
def given(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Both channels on (their platforms answer nowhere), a short countdown, no metrics port."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("gc.freeze", lambda: None)
    monkeypatch.setattr("bot.assembly.core.Gazetteer", lambda datum: house.gazetteer())
    data = tmp_path / "var"
    wiring.write_key(data)
    http = Http(port=free_port(), metrics_port=0)
    sos = Sos(countdown_seconds=0.3)
    return wiring.settings(sqlite_url, data, f"http://127.0.0.1:{free_port()}", http=http, sos=sos)


@pytest.fixture
async def running(given: Settings) -> AsyncIterator[serve.Running]:
    """The service as `serve` starts it, on the machine's own clock."""
    async with serve.running(given, serve.Role()) as process:
        yield process


@pytest.fixture
async def with_platforms(sqlite_url: str, tmp_path: Path, clock: house.FakeClock) -> AsyncIterator[House]:
    """The service over the played platforms."""
    async with house.opened(sqlite_url, tmp_path / "data", clock) as opened:
        yield opened
