"""Where sealed bytes lie by random names: a folder here, a bucket in `storage/bucket`."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

Run = Callable[..., Awaitable[Any]]
"""How blocking work is run: `asyncio.to_thread` in service, at once in a simulation."""


class Blobs(Protocol):
    """A place for bytes by name."""

    async def write(self, name: str, body: bytes) -> None:
        """Durable when this returns."""
        ...

    async def read(self, name: str) -> bytes:
        """Raises `FileNotFoundError`."""
        ...

    async def delete(self, name: str) -> None:
        """Also when it is not there."""
        ...


class FolderBlobs:
    """Files under one folder, 0600, spread over 256 subfolders."""

    def __init__(self, folder: Path, run: Run = asyncio.to_thread) -> None:
        self._folder = folder
        self._run = run

    async def write(self, name: str, body: bytes) -> None:
        await self._run(_write, self._path(name), body)

    async def read(self, name: str) -> bytes:
        body: bytes = await self._run(self._path(name).read_bytes)
        return body

    async def delete(self, name: str) -> None:
        await self._run(self._path(name).unlink, missing_ok=True)

    async def older_than(self, moment: float) -> list[str]:
        """Names of files last written before a POSIX time."""
        found: list[str] = await self._run(lambda: list(_older(self._folder, moment)))
        return found

    def _path(self, name: str) -> Path:
        if not name.isalnum():
            raise FileNotFoundError(name)
        return self._folder / name[:2] / name


def _write(path: Path, body: bytes) -> None:
    """The file, then the folder that names it, are on disk before anybody refers to them."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(file, "wb") as out:
        out.write(body)
        out.flush()
        os.fsync(file)
    for folder in (path.parent, path.parent.parent):
        sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """A new name in a folder survives a power cut only after this."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _older(folder: Path, moment: float) -> Iterator[str]:
    for path in folder.glob("??/*"):
        if path.is_file() and path.stat().st_mtime < moment:
            yield path.name
