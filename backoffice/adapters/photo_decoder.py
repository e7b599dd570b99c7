"""Opens strangers' photos and PDFs in one warm, confined child process; killed when it takes too long."""

import asyncio
import json
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path
from typing import Any

from backoffice.adapters import photo_jobs
from backoffice.claims.evidence import Print, Unfit
from backoffice.ports.claims import Look, PhotoDecoder, Unreadable

log = logging.getLogger(__name__)
ROOT = Path(__file__).parents[2]
TIMEOUT_S = 15.0
START_S = 60.0
JOBS_EACH = 300
"""After so many files a fresh child takes over: what a library leaks goes with the old one."""


class ChildDecoder:
    """`ports.claims.PhotoDecoder`. One file at a time; the child starts with the first and stays warm."""

    def __init__(self, timeout_s: float = TIMEOUT_S, jobs_each: int = JOBS_EACH) -> None:
        self._timeout_s, self._jobs_each = timeout_s, jobs_each
        self._child: Process | None = None
        self._left = 0
        self._one = asyncio.Lock()

    async def look(self, body: bytes) -> Look:
        """Type by content, legibility, a copy to show; a file that ends or holds up the child is `slow`."""
        if len(body) > photo_jobs.LARGEST:
            return Look("", unfit=Unfit.HUGE)
        answer = await self._job(photo_jobs.LOOK, body)
        if answer is None:
            return Look("", unfit=Unfit.SLOW)
        said, picture = answer
        exact, small, large = said["prints"]
        print_ = Print(exact, small, large)
        head = said["mime"], said["pages"], said["unfit"], said["fault"]
        return Look(*head, view=picture, print_=print_)

    async def redraw(self, body: bytes) -> bytes:
        """A photo as a new JPEG without metadata. Raises `Unreadable`."""
        answer = await self._job(photo_jobs.REDRAW, body) if len(body) <= photo_jobs.LARGEST else None
        if answer is None or answer[0]["unfit"] or not answer[1]:
            raise Unreadable(answer[0]["unfit"] if answer else "slow")
        return answer[1]

    async def close(self) -> None:
        """The child ends with the service."""
        async with self._one:
            await self._end()

    @property
    def child(self) -> int | None:
        """The process at work, for those who watch its memory."""
        return self._child.pid if self._child else None

    async def _job(self, kind: bytes, body: bytes) -> tuple[dict[str, Any], bytes] | None:
        """None when the child died of it or took too long; the next file gets a new one."""
        async with self._one:
            child = await self._ready()
            try:
                return await asyncio.wait_for(_ask(child, kind, body), self._timeout_s)
            except (TimeoutError, asyncio.IncompleteReadError, OSError, ValueError) as trouble:
                log.warning("a file ended or held up the decoder: %s", type(trouble).__name__)
                await self._end()
                return None
            except BaseException:
                await self._end()
                raise

    async def _ready(self) -> Process:
        if self._child is not None and (self._left <= 0 or self._child.returncode is not None):
            await self._end()
        if self._child is None:
            self._child, self._left = await _start(), self._jobs_each
        self._left -= 1
        return self._child

    async def _end(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        if child.returncode is None:
            child.kill()
        await child.wait()


async def _start() -> Process:
    """Its environment holds nothing of ours."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-B", "-m", "backoffice.adapters.photo_worker",
        stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=ROOT, env=_environment(), limit=2**20,
    )  # fmt: skip


def _environment() -> dict[str, str]:
    """One thread for the numbers: threads cost address space, and nothing here is large."""
    return {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "LANG": "C.UTF-8"}


async def _ask(child: Process, kind: bytes, body: bytes) -> tuple[dict[str, Any], bytes]:
    if child.stdin is None or child.stdout is None:
        raise OSError("no pipe")
    child.stdin.write(photo_jobs.HEAD.pack(len(body)) + kind)
    child.stdin.write(body)
    await child.stdin.drain()
    said = json.loads(await _part(child.stdout))
    return said, await _part(child.stdout)


async def _part(answers: asyncio.StreamReader) -> bytes:
    (size,) = photo_jobs.HEAD.unpack(await answers.readexactly(photo_jobs.HEAD.size))
    if size > photo_jobs.LARGEST_ANSWER:
        raise ValueError("an answer larger than any picture we draw")
    return await answers.readexactly(size)


_: type[PhotoDecoder] = ChildDecoder
