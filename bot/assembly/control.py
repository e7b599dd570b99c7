"""A second command beside a running embedded service writes through `var/control.sock` (0600)."""

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator
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
            asked = json.loads(await reader.readline())
            answer = {"ok": await deeds.do(self._base, asked["deed"], asked["with"])}
        except (Refusal, deeds.Refused) as refusal:
            answer = {"refused": str(refusal)}
        except Exception as error:
            log.exception("a control request failed")
            answer = {"failed": type(error).__name__}
        writer.write(json.dumps(answer).encode() + b"\n")
        await writer.drain()
        writer.close()


async def perform(settings: Settings, deed: str, given: dict[str, Any]) -> Any:
    """Do a deed: through the running service when there is one on SQLite, else here. Raises `deeds.Refused`."""
    if settings.embedded:
        try:
            return await _over_socket(socket_path(settings), deed, given)
        except (FileNotFoundError, ConnectionRefusedError):
            pass
    async with core.opened(settings) as base:
        return await deeds.do(base, deed, given)


async def _over_socket(path: Path, deed: str, given: dict[str, Any]) -> Any:
    reader, writer = await asyncio.open_unix_connection(path, limit=LINE_LIMIT)
    writer.write(json.dumps({"deed": deed, "with": given}).encode() + b"\n")
    await writer.drain()
    answer = json.loads(await reader.readline())
    writer.close()
    if "ok" not in answer:
        raise deeds.Refused(answer.get("refused") or answer.get("failed"))
    return answer["ok"]
