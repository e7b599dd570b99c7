"""The Telegram door: who may knock, what it takes, and that nothing is answered before it is stored."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from unittest.mock import Mock

import pytest
from aiohttp import web
from aiohttp.streams import StreamReader
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from backoffice.kernel import errors
from bot.handlers.telegram import webhook
from bot.handlers.telegram.config import TelegramConfig

SECRET = "Planted_Secret-1"
HEADERS = {webhook.HEADER: SECRET, "Content-Type": "application/json"}
USER = {"id": 7000000001, "is_bot": False, "first_name": "测试"}
CHAT = {"id": 7000000001, "type": "private"}
PIN = {
    "update_id": 4,
    "message": {"message_id": 4, "from": USER, "chat": CHAT, "date": 1767225600, "text": "救命"},
}
PRESS = {
    "update_id": 5,
    "callback_query": {"id": "cb-1", "from": USER, "data": "q:ab:1", "chat_instance": "1"},
}
LIMITS = webhook.Limits(body=4096, read_s=0.05)


@pytest.fixture
async def door(intake, clock) -> AsyncIterator[TestClient]:
    app = web.Application()
    app.add_routes(webhook.routes(TelegramConfig("1:x", SECRET), intake, clock, LIMITS))
    async with TestClient(TestServer(app)) as client:
        yield client


async def post(door, update, headers=HEADERS):
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    async with door.post(webhook.PATH, data=body, headers=headers) as answer:
        return answer.status, await answer.text()


async def knock(door, head: bytes, *body: bytes) -> bytes:
    """What a client gets that does not speak tidy HTTP; the pieces of its body come one after the other."""
    reader, writer = await asyncio.open_connection(door.server.host, door.server.port)
    writer.write(b"POST /telegram/webhook HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n")
    for piece in body:
        writer.write(piece)
        await asyncio.sleep(0.01)
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return answer


@pytest.mark.parametrize(
    "secret", [None, "", "Planted_Secret-", "Planted_Secret-1x", "planted_secret-1", "é"]
)
async def test_a_wrong_secret_is_refused_and_nothing_is_stored(door, intake, secret):
    headers = {"Content-Type": "application/json"} | ({} if secret is None else {webhook.HEADER: secret})
    assert (await post(door, PIN, headers))[0] == 401
    assert not intake.stored


@pytest.mark.parametrize("secret", [b"\xff\xfe", "密".encode(), SECRET.encode() + b"\xe9"])
async def test_a_secret_of_any_bytes_is_refused_not_a_crash(door, intake, secret):
    head = webhook.HEADER.encode() + b": " + secret + b"\r\nConnection: close\r\nContent-Length: 2\r\n"
    assert b" 401 " in (await knock(door, head, b"{}")).split(b"\r\n")[0]
    assert not intake.stored


async def test_a_secret_given_twice_is_refused(door, intake):
    one = webhook.HEADER.encode() + b": " + SECRET.encode() + b"\r\n"
    answer = await knock(door, one + one + b"Connection: close\r\nContent-Length: 2\r\n", b"{}")
    assert b" 401 " in answer.split(b"\r\n")[0]


def test_a_door_without_a_secret_is_not_built(intake, clock):
    with pytest.raises(ValueError, match="secret"):
        webhook.routes(TelegramConfig("1:x", ""), intake, clock)


async def test_an_update_is_stored_under_its_id_and_its_sender_with_its_time_of_arrival(door, intake, clock):
    assert await post(door, PIN) == (200, "{}")
    (raw,) = intake.stored
    assert (raw.key, raw.sender.lane, raw.arrived_at) == ("4", "telegram:7000000001", clock.now())
    assert json.loads(raw.body) == PIN


async def test_nothing_is_answered_before_it_is_stored(door, intake):
    intake.gate = asyncio.Event()
    waiting = asyncio.create_task(post(door, PIN))
    done, _ = await asyncio.wait({waiting}, timeout=0.1)
    assert not done
    assert not intake.stored
    intake.gate.set()
    assert (await waiting)[0] == 200
    assert len(intake.stored) == 1


async def test_the_answer_does_not_wait_for_the_turn(door, intake):
    await post(door, PIN)
    assert intake.asked_for_words == 0


async def test_a_store_that_cannot_take_it_makes_telegram_send_again(door, intake):
    intake.fault = errors.Unavailable()
    async with door.post(webhook.PATH, data=json.dumps(PIN), headers=HEADERS) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (503, "2")


async def test_a_defect_while_storing_is_never_answered_with_success(door, intake):
    intake.fault = RuntimeError("a defect")
    assert (await post(door, PIN))[0] == 500


async def test_a_repeated_update_is_answered_like_the_first(door, intake):
    assert await post(door, PIN) == await post(door, PIN) == (200, "{}")
    assert len(intake.stored) == 1


async def test_a_press_is_acknowledged_in_the_answer_itself(door, intake):
    for _ in range(2):
        status, body = await post(door, PRESS)
        assert status == 200
        assert json.loads(body) == {"method": "answerCallbackQuery", "callback_query_id": "cb-1"}
    assert [raw.sender.address for raw in intake.stored] == ["7000000001"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"\xff\xfe\x00",
        b"{}",
        b'{"update_id": null}',
        b'{"update_id": true}',
        b'{"update_id": 1.5}',
        b'{"update_id": "x"}',
        b'{"update_id": 99999999999999999999}',
        b'{"message": {}}',
        b"[" * 4000,
        b'{"a":' * 800,
        b'{"update_id":' + b"9" * 4050 + b"}",
    ],
)
async def test_what_is_no_update_is_refused_cleanly(door, intake, body):
    assert (await post(door, body))[0] == 400
    assert not intake.stored


async def test_an_update_of_any_depth_that_can_be_read_is_kept(door, intake):
    deep = b'{"update_id": 9, "message": {"x": ' + b"[" * 200 + b"]" * 200 + b"}}"
    assert (await post(door, deep))[0] == 200
    assert intake.stored[0].body == deep


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_over_the_cap_is_refused(door, intake, chunked):
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(8):
            yield b"x" * 1024

    data = pieces() if chunked else b"x" * 4097
    async with door.post(webhook.PATH, data=data, headers=HEADERS) as answer:
        assert answer.status == 413
    assert not intake.stored


async def test_a_packed_body_is_refused_unread(door, intake):
    packed = gzip.compress(json.dumps(PIN).encode())
    assert (await post(door, packed, HEADERS | {"Content-Encoding": "gzip"}))[0] == 415
    assert not intake.stored


async def test_a_body_that_does_not_come_is_given_up_and_closed(door, intake):
    head = f"{webhook.HEADER}: {SECRET}\r\nContent-Length: 100\r\n".encode()
    answer = await knock(door, head, b'{"update_id"')
    assert b" 408 " in answer.split(b"\r\n")[0]
    assert not intake.stored


@pytest.mark.parametrize("pieces", [[b"zz\r\n{}\r\n0\r\n\r\n"], [b"2\r\n{}\r\n", b"zz\r\n"]])
async def test_a_broken_chunk_is_refused_cleanly(door, intake, pieces):
    head = f"{webhook.HEADER}: {SECRET}\r\nTransfer-Encoding: chunked\r\n".encode()
    answer = await knock(door, head, *pieces)
    assert answer.split(b" ")[1] in (b"400", b"408")
    assert not intake.stored


async def test_a_caller_who_hangs_up_in_the_middle_is_no_defect(door, intake, caplog):
    _, writer = await asyncio.open_connection(door.server.host, door.server.port)
    head = (
        f"POST {webhook.PATH} HTTP/1.1\r\nHost: x\r\n{webhook.HEADER}: {SECRET}\r\nContent-Length: 99\r\n\r\n"
    )
    writer.write(head.encode() + b"{")
    await asyncio.sleep(0.01)
    writer.transport.abort()
    await asyncio.sleep(0.02)
    assert not intake.stored
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize("broken", [web.RequestPayloadError("bad"), ConnectionResetError()])
async def test_a_body_that_breaks_while_it_is_read_is_a_bad_request(intake, clock, broken):
    payload = StreamReader(Mock(), 1024, loop=asyncio.get_running_loop())
    payload.set_exception(broken)
    (route,) = webhook.routes(TelegramConfig("1:x", SECRET), intake, clock)
    with pytest.raises(web.HTTPBadRequest):
        await route.handler(make_mocked_request("POST", webhook.PATH, HEADERS, payload=payload))
    assert not intake.stored


async def test_only_posting_is_possible(door):
    async with door.get(webhook.PATH, headers=HEADERS) as answer:
        assert answer.status == 405


def test_the_ordinary_limits_are_256_kib_and_five_seconds():
    assert webhook.Limits() == webhook.Limits(body=262_144, read_s=5.0)
