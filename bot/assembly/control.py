"""A second command beside a running embedded service writes through `var/control.sock` (0600)."""

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from backoffice.kernel.errors import Refusal
from bot.assembly import core, deeds
from bot.assembly.core import Core
from config.settings import Settings

log = logging.getLogger(__name__)
LINE_LIMIT = 64 * 2**20
"""An import of a large file travels as one line."""
NOBODY = (FileNotFoundError, ConnectionRefusedError)
"""No service listens: never started, ended, or killed with its socket left behind."""
Perform = Callable[[str, dict[str, Any]], Awaitable[Any]]
"""(deed, its values) -> its JSON answer. Raises `deeds.Refused`."""


def socket_path(settings: Settings) -> Path:
    return settings.data_dir / "control.sock"


@asynccontextmanager
async def served(base: Core) -> AsyncIterator[None]:
    """Listen on the control socket while the service runs."""
    path = socket_path(base.settings)
    path.unlink(missing_ok=True)
    before = os.umask(0o177)
    try:
        server = await asyncio.start_unix_server(_Handler(base).handle, path, limit=LINE_LIMIT)
    finally:
        os.umask(before)
    try:
        yield
    finally:
        server.close()
        path.unlink(missing_ok=True)


class _Handler:
    def __init__(self, base: Core) -> None:
        self._base = base

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request line, one answer line."""
        try:
            line = await reader.readline()
            if line:
                writer.write(json.dumps(await self._answer(line)).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            log.warning("a control request broke off or was longer than %d bytes", LINE_LIMIT)
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> dict[str, Any]:
        try:
            asked = json.loads(line)
            return {"ok": await deeds.do(self._base, asked["deed"], asked["with"])}
        except (Refusal, deeds.Refused) as refusal:
            return {"refused": str(refusal)}
        except Exception as error:
            log.exception("a control request failed")
            return {"failed": type(error).__name__}


@asynccontextmanager
async def performing(settings: Settings) -> AsyncIterator[Perform]:
    """A way to do deeds: through the running service when there is one on SQLite, else over a core of our own."""
    path = socket_path(settings)
    if settings.embedded and await _listening(path):
        yield lambda deed, given: _over_socket(path, deed, given)
        return
    async with core.opened(settings) as base:
        yield lambda deed, given: deeds.do(base, deed, given)


async def perform(settings: Settings, deed: str, given: dict[str, Any]) -> Any:
    """Do one deed. Raises `deeds.Refused`."""
    async with performing(settings) as do:
        return await do(deed, given)


async def _listening(path: Path) -> bool:
    try:
        _, writer = await asyncio.open_unix_connection(path)
    except NOBODY:
        return False
    writer.close()
    return True


async def _over_socket(path: Path, deed: str, given: dict[str, Any]) -> Any:
    try:
        reader, writer = await asyncio.open_unix_connection(path, limit=LINE_LIMIT)
        writer.write(json.dumps({"deed": deed, "with": given}).encode() + b"\n")
        await writer.drain()
        line = await reader.readline()
        writer.close()
    except (*NOBODY, ConnectionError):
        line = b""
    if not line:
        raise deeds.Refused("the running service ended before it answered; look whether it was done")
    answer = json.loads(line)
    if "ok" not in answer:
        raise deeds.Refused(answer.get("refused") or f"the running service failed: {answer.get('failed')}")
    return answer["ok"]
