"""The door insurers knock on: proves who they are, takes policies whole or not at all, and their word on requests."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from aiohttp import web

from backoffice.adapters import insurer_signing as signing
from backoffice.adapters.insurer_signing import BadSignature, Shared
from backoffice.insurance.policies import Answer, Said
from backoffice.kernel import errors
from backoffice.kernel.clock import Clock
from backoffice.ports.insurance import Heard

log = logging.getLogger(__name__)
PATH: Final = "/push/policies/{insurer:[a-z0-9_-]{1,64}}"
BODY_CAP: Final = 2 * 1024 * 1024
MOST_ROWS: Final = 2_000
READ_S: Final = 20.0
_TOLD: Final = frozenset({Said.CONFIRMED, Said.REFUSED})


class News(Protocol):
    """Where the word on a request is kept (`storage.insurer_queue`)."""

    async def store(self, heard: Heard, now: datetime) -> bool: ...


class BadRows(Exception):
    """Rows that cannot be taken, each with its line and reason; nothing was taken."""

    def __init__(self, troubles: Sequence[str]) -> None:
        super().__init__(f"{len(troubles)} bad rows")
        self.troubles = list(troubles)


Take = Callable[[str, Sequence[Mapping[str, Any]]], Awaitable[int]]
"""(insurer, rows) -> how many people are insured by them. Raises `BadRows`."""


@dataclass(frozen=True, slots=True)
class Behind:
    """What stands behind the door."""

    keys: Mapping[str, Shared]
    take: Take
    news: News
    clock: Clock
    wake: Callable[[], None]


class PolicyDoor:
    """`{"policies": [row …], "answers": [{"request", "state", "number", "reason"} …]}`, signed."""

    def __init__(self, behind: Behind) -> None:
        self._behind = behind
        self._one = asyncio.Semaphore(2)

    def routes(self) -> list[web.RouteDef]:
        return [web.post(PATH, self.handle)]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """200 once everything is stored; the same again is 200 as well and changes nothing."""
        insurer = request.match_info["insurer"]
        key = self._behind.keys.get(insurer)
        if key is None:
            raise web.HTTPNotFound
        body = await _body(request)
        try:
            signing.check(key, request.headers, request.method, request.path, body)
        except BadSignature as error:
            return _no(401, str(error))
        try:
            rows, answers = _read(body)
            async with self._one:
                taken = await self._behind.take(insurer, rows) if rows else 0
            heard = [self._heard(insurer, each) for each in answers]
        except BadRows as bad:
            return web.json_response({"error": "nothing was taken", "rows": bad.troubles[:200]}, status=422)
        except ValueError as error:
            return _no(400, str(error))
        except (errors.Unavailable, OSError):
            log.exception("a push of policies could not be stored")
            return _no(503, "not stored, send again")
        for each in heard:
            await self._behind.news.store(each, self._behind.clock.now())
        if heard:
            self._behind.wake()
        return web.json_response({"people": taken, "answers": len(heard)})

    def _heard(self, insurer: str, given: Any) -> Heard:
        if not isinstance(given, Mapping):
            raise ValueError("an answer is an object")
        try:
            said = Said(str(given.get("state")))
        except ValueError:
            said = Said.PENDING
        if said not in _TOLD:
            raise ValueError("an answer's state is confirmed or refused")
        request = str(given.get("request") or "")
        if not 0 < len(request) <= 64:
            raise ValueError("an answer names its request")
        answer = Answer(said, str(given.get("number") or "")[:128], str(given.get("reason") or "")[:500])
        return Heard(insurer, request, answer, self._behind.clock.now())


def _read(body: bytes) -> tuple[list[Mapping[str, Any]], list[Any]]:
    """Raises ValueError in words for anything that is not a push."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise ValueError("the body is not JSON") from None
    if not isinstance(found, dict):
        raise ValueError("an object with policies or answers is wanted")
    rows, answers = found.get("policies") or [], found.get("answers") or []
    if not (isinstance(rows, list) and isinstance(answers, list)):
        raise ValueError("policies and answers are lists")
    if len(rows) > MOST_ROWS or len(answers) > MOST_ROWS:
        raise ValueError(f"at most {MOST_ROWS} rows at once; use the file import for more")
    if any(not isinstance(row, Mapping) for row in rows):
        raise ValueError("a policy is an object")
    return rows, answers


async def _body(request: web.Request) -> bytes:
    """At most the cap; 408 for one that dawdles."""
    if (request.content_length or 0) > BODY_CAP:
        raise web.HTTPRequestEntityTooLarge(BODY_CAP, request.content_length or 0)
    body = bytearray()
    try:
        async with asyncio.timeout(READ_S):
            async for chunk in request.content.iter_chunked(1 << 16):
                body += chunk
                if len(body) > BODY_CAP:
                    raise web.HTTPRequestEntityTooLarge(BODY_CAP, len(body))
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    return bytes(body)


def _no(status: int, message: str) -> web.Response:
    return web.json_response({"error": message}, status=status)
