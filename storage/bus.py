"""The bus: hints with rows behind them, inside one process or over Redis. A lost hint costs a moment, never data."""

import asyncio
import json
import logging
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from redis import asyncio as aioredis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

ROOM = 1024
"""Hints a slow reader may lie behind; then its oldest go."""
CHANNEL = "rescue:hints"
TIMEOUT_S = 0.5
LISTEN_S = 1.0
PING_EVERY = 5
"""Silent listens between two pings that prove the connection alive."""
PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0


class LocalBus:
    """`ports.Bus` inside one process."""

    def __init__(self) -> None:
        self._readers: set[asyncio.Queue[str]] = set()
        self.dropped = 0

    async def publish(self, topics: Sequence[str]) -> None:
        """Never waits and never fails."""
        self._tell(topics)

    def subscribe(self) -> AbstractAsyncContextManager[AsyncIterator[str]]:
        """Hints from now on, in order."""
        return self._subscribe()

    @asynccontextmanager
    async def _subscribe(self) -> AsyncIterator[AsyncIterator[str]]:
        queue: asyncio.Queue[str] = asyncio.Queue(ROOM)
        self._readers.add(queue)
        try:
            yield _read(queue)
        finally:
            self._readers.discard(queue)

    def _tell(self, topics: Sequence[str]) -> None:
        for queue in self._readers:
            for topic in topics:
                self._push(queue, topic)

    def _push(self, queue: asyncio.Queue[str], topic: str) -> None:
        if queue.full():
            queue.get_nowait()
            self.dropped += 1
        queue.put_nowait(topic)


async def _read(queue: asyncio.Queue[str]) -> AsyncIterator[str]:
    while True:
        yield await queue.get()


class RedisBus(LocalBus):
    """`ports.Bus` over processes. Readers in this process are told directly; Redis only carries to the others.

    `dropped` also counts hints Redis could not take: publishing is handed to a task, so that a dead Redis
    neither delays nor fails whoever publishes.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._redis = _client(url)
        self._me = secrets.token_hex(8)
        self._outgoing: asyncio.Queue[str] = asyncio.Queue(ROOM)
        self._tasks: list[asyncio.Task[None]] = []
        self.connected = asyncio.Event()

    async def start(self) -> None:
        """Begin to carry and to listen; succeeds without a Redis too."""
        self._tasks = [asyncio.create_task(self._carry()), asyncio.create_task(self._listen())]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self._redis.aclose()

    async def publish(self, topics: Sequence[str]) -> None:
        self._tell(topics)
        self._push(self._outgoing, json.dumps([self._me, list(topics)]))

    async def ping(self) -> None:
        """Raises redis's error, `OSError` or `TimeoutError` when no Redis answers within a second."""
        await self._redis.ping()

    async def _carry(self) -> None:
        while True:
            parcel = await self._outgoing.get()
            try:
                await self._redis.publish(CHANNEL, parcel)
            except (RedisError, OSError, TimeoutError) as error:
                self.dropped += 1
                log.debug("a hint was not carried: %s", error)

    async def _listen(self) -> None:
        pause = PAUSE_S
        while True:
            try:
                await self._listen_once()
                pause = PAUSE_S
            except (RedisError, OSError, TimeoutError) as error:
                log.info("no hints from Redis: %s", error)
                pause = PAUSE_S if self.connected.is_set() else min(pause * 2, LONGEST_PAUSE_S)
            self.connected.clear()
            await asyncio.sleep(pause)

    async def _listen_once(self) -> None:
        """Until the connection fails, or a ping stays unanswered."""
        async with self._redis.pubsub() as pubsub:
            await pubsub.subscribe(CHANNEL)
            self.connected.set()
            silent = 0
            while silent <= PING_EVERY + 1:
                message = await pubsub.get_message(timeout=LISTEN_S)
                silent = 0 if message else silent + 1
                if silent == PING_EVERY:
                    await pubsub.ping()
                if message and message["type"] == "message":
                    self._hear(message["data"])

    def _hear(self, parcel: str | bytes) -> None:
        match _parsed(parcel):
            case [str(sender), [*topics]] if sender != self._me:
                self._tell([topic for topic in topics if isinstance(topic, str)])


def _parsed(parcel: str | bytes) -> object:
    try:
        return json.loads(parcel)
    except ValueError:
        return None


def _client(url: str) -> aioredis.Redis:
    """Fails within half a second: the library's defaults retry for up to 15 s."""
    client: aioredis.Redis = aioredis.Redis.from_url(
        url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=Retry(NoBackoff(), 0)
    )
    return client
