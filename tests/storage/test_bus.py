"""Hints reach whoever listens, and a bus that is down is nobody's trouble."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.exceptions import RedisError

from backoffice import ports
from storage import bus as buses
from storage.bus import LocalBus, RedisBus

NOWHERE = "redis://127.0.0.1:9/0"


@pytest.fixture
async def pair(redis_url: str) -> AsyncIterator[tuple[RedisBus, RedisBus]]:
    """The buses of two processes."""
    made = RedisBus(redis_url), RedisBus(redis_url)
    for each in made:
        await each.start()
        async with asyncio.timeout(5):
            await each.connected.wait()
    yield made
    for each in made:
        await each.close()


async def take(hints: AsyncIterator[str], count: int) -> list[str]:
    async with asyncio.timeout(5):
        return [await anext(hints) for _ in range(count)]


async def test_every_reader_hears_every_hint_in_order() -> None:
    """Two pages see the same hints."""
    bus: ports.Bus = LocalBus()
    async with bus.subscribe() as one, bus.subscribe() as two:
        await bus.publish(["case:1", "letters"])
        await bus.publish(["queue"])
        for hints in (one, two):
            assert await take(hints, 3) == ["case:1", "letters", "queue"]


async def test_hints_before_and_after_reading_are_not_kept() -> None:
    """Who is not there misses hints; the rows are still there."""
    bus = LocalBus()
    await bus.publish(["early"])
    async with bus.subscribe() as hints:
        await bus.publish(["now"])
        assert await take(hints, 1) == ["now"]
    await bus.publish(["late"])
    assert bus.dropped == 0


async def test_a_reader_that_does_not_read_loses_the_oldest_hints_only() -> None:
    """A stuck page neither fills the memory nor holds up the publisher; drops are counted."""
    bus = LocalBus()
    async with bus.subscribe() as hints:
        await bus.publish([str(n) for n in range(buses.ROOM + 10)])
        assert bus.dropped == 10
        assert await take(hints, 1) == ["10"]


@pytest.mark.redis
async def test_hints_cross_processes_once(pair: tuple[RedisBus, RedisBus]) -> None:
    """A hint of one process reaches the other once, and its own readers once."""
    one, two = pair
    async with one.subscribe() as here, two.subscribe() as there:
        await one.publish(["case:1"])
        await two.publish(["case:2"])
        assert sorted(await take(here, 2)) == ["case:1", "case:2"]
        assert sorted(await take(there, 2)) == ["case:1", "case:2"]
        await one.publish(["end"])
        assert await take(there, 1) == ["end"]


async def test_without_redis_publishing_neither_waits_nor_fails() -> None:
    """Redis down: hints still reach this process at once, and the lost ones are counted."""
    bus = RedisBus(NOWHERE)
    await bus.start()
    loop = asyncio.get_running_loop()
    async with bus.subscribe() as hints:
        began = loop.time()
        for n in range(200):
            await bus.publish([str(n)])
        assert loop.time() - began < 0.2
        assert await take(hints, 200) == [str(n) for n in range(200)]
    async with asyncio.timeout(5):
        while bus.dropped == 0:  # noqa: ASYNC110 - a counter has no event
            await asyncio.sleep(0.005)
    await bus.close()


async def test_a_redis_that_swallows_everything_delays_nobody() -> None:
    """A server that takes the connection and never answers costs the publisher nothing."""
    server = await asyncio.start_server(lambda reader, writer: reader.read(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    bus = RedisBus(f"redis://127.0.0.1:{port}/0")
    await bus.start()
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with bus.subscribe() as hints:
        await bus.publish(["case:1"])
        assert await take(hints, 1) == ["case:1"]
    assert loop.time() - began < 0.2
    await bus.close()
    server.close()


@pytest.mark.redis
async def test_a_reader_comes_back_after_redis_did(redis_url: str, monkeypatch) -> None:
    """Cut off from Redis, a process hears hints again once it is back."""
    monkeypatch.setattr(buses, "PAUSE_S", 0.01)
    one, two = RedisBus(redis_url), RedisBus(redis_url)
    for each in (one, two):
        await each.start()
        await each.connected.wait()
    killed = await one._redis.client_kill_filter(_type="pubsub")
    assert killed >= 2
    async with asyncio.timeout(5), two.subscribe() as hints:
        await _until_heard(one, hints)
    for each in (one, two):
        await each.close()


async def _until_heard(bus: RedisBus, hints: AsyncIterator[str]) -> None:
    heard = asyncio.ensure_future(anext(hints))
    while not heard.done():
        await bus.publish(["case:1"])
        await asyncio.wait([heard], timeout=0.02)


@pytest.mark.redis
async def test_strangers_words_on_the_channel_are_not_hints(pair: tuple[RedisBus, RedisBus]) -> None:
    """Anything else on the channel is passed over."""
    one, two = pair
    async with two.subscribe() as hints:
        for rubbish in ("", "{", "1", '"x"', "[1]", '["a", 5]', '["a", "b", "c"]'):
            await one._redis.publish(buses.CHANNEL, rubbish)
        await one.publish(["case:1"])
        assert await take(hints, 1) == ["case:1"]


@pytest.mark.redis
async def test_whether_redis_answers_can_be_asked(redis_url: str) -> None:
    """`check` says in words whether the bus works."""
    there, nowhere = RedisBus(redis_url), RedisBus(NOWHERE)
    await there.ping()
    with pytest.raises(RedisError):
        await nowhere.ping()
    for each in (there, nowhere):
        await each.close()
