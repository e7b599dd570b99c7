"""Every way Telegram can fail, and what it means for the letter."""

import traceback

import aiohttp
import pytest

from backoffice.kernel.exchange import Address
from backoffice.kernel.messages import Urgency
from bot.channel import (
    AddressMoved,
    ChannelDown,
    Envelope,
    PermanentFailure,
    SendFailure,
    TemporaryFailure,
    TextPart,
    UnknownOutcome,
    Unreachable,
)
from bot.handlers.telegram import client, outbound
from bot.handlers.telegram.config import TelegramConfig

ENVELOPE = Envelope(Address("telegram", "42"), Urgency.SOS, "key")
TOKEN = "700000001:AAF-planted_token-for_the_tests-000000"
HTML = "<html><body><h1>502 Bad Gateway</h1></body></html>"


async def failure_of(channel) -> SendFailure:
    with pytest.raises(SendFailure) as caught:
        await channel.send(ENVELOPE, TextPart("救命"))
    assert TOKEN not in "".join(traceback.format_exception(caught.value, chain=True))
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return caught.value


@pytest.mark.parametrize(
    ("status", "description", "kind", "code"),
    [
        (403, "Forbidden: bot was blocked by the user", Unreachable, "blocked"),
        (403, "Forbidden: user is deactivated", Unreachable, "deactivated"),
        (403, "Forbidden: bot can't initiate conversation with a user", Unreachable, "never_started"),
        (403, "Forbidden: bot was kicked from the supergroup chat", Unreachable, "kicked"),
        (403, "Forbidden: something new", Unreachable, "forbidden"),
        (400, "Bad Request: chat not found", Unreachable, "chat_not_found"),
        (400, "Bad Request: PEER_ID_INVALID", Unreachable, "chat_not_found"),
        (400, "Bad Request: INPUT_USER_DEACTIVATED", Unreachable, "deactivated"),
        (400, "Bad Request: not enough rights to send text messages to the chat", Unreachable, "no_rights"),
        (400, "Bad Request: message is too long", PermanentFailure, "too_long"),
        (400, "Bad Request: message text is empty", PermanentFailure, "empty"),
        (400, "Bad Request: BUTTON_DATA_INVALID", PermanentFailure, "bad_button"),
        (400, "Bad Request: PHOTO_INVALID_DIMENSIONS", PermanentFailure, "bad_photo"),
        (400, "Bad Request: VOICE_MESSAGES_FORBIDDEN", PermanentFailure, "voice_forbidden"),
        (400, "Bad Request: a reason of tomorrow", PermanentFailure, "bad_request"),
        (400, None, PermanentFailure, "bad_request"),
        (400, "Logged out", ChannelDown, "token_refused"),
        (401, "Unauthorized", ChannelDown, "token_refused"),
        (404, "Not Found", ChannelDown, "token_refused"),
        (409, "Conflict: terminated by other getUpdates request", TemporaryFailure, "conflict"),
        (413, "Request Entity Too Large", PermanentFailure, "too_large"),
        (429, "Too Many Requests", TemporaryFailure, "flood"),
        (402, "Payment Required", TemporaryFailure, "api_error"),
        (500, "Internal Server Error", UnknownOutcome, "server_error"),
        (500, "Internal Server Error: restart", UnknownOutcome, "server_error"),
        (502, "Bad Gateway", UnknownOutcome, "server_error"),
        (504, None, UnknownOutcome, "server_error"),
    ],
)
async def test_every_refusal_has_its_meaning(channel, api, status, description, kind, code):
    api.refuse(status, description)
    failure = await failure_of(channel)
    assert (type(failure), failure.code) == (kind, code)


async def test_the_delay_is_the_one_telegram_names(channel, api):
    api.refuse(429, "Too Many Requests: retry after 35", retry_after=35)
    failure = await failure_of(channel)
    assert isinstance(failure, TemporaryFailure)
    assert (failure.code, failure.delay_s) == ("flood", 35.0)


async def test_a_moved_group_names_its_new_address(channel, api):
    api.refuse(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=-1009)
    failure = await failure_of(channel)
    assert isinstance(failure, AddressMoved)
    assert failure.to == "-1009"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (502, HTML),
        (200, HTML),
        (200, ""),
        (200, '{"ok": true, "result": {"message_id": 5'),
        (200, b"\xff\xfe\x00"),
        (200, "[]"),
        (200, "[" * 100_000),
        (302, ""),
        (500, '{"error": "proxy"}'),
        (200, "x" * (client.ANSWER_CAP + 1)),
    ],
)
async def test_an_answer_that_is_not_telegrams_leaves_the_outcome_unknown(channel, api, status, body):
    api.reply(body, status)
    assert isinstance(await failure_of(channel), UnknownOutcome)


async def test_a_429_in_html_is_certainly_not_taken(channel, api):
    api.reply(HTML, 429)
    assert type(await failure_of(channel)) is TemporaryFailure


async def test_a_no_in_an_unknown_shape_is_still_a_no(channel, api):
    api.reply({"ok": False, "description": "Forbidden: bot was blocked by the user", "parameters": []}, 403)
    assert type(await failure_of(channel)) is Unreachable


async def test_a_success_in_an_unknown_shape_is_still_a_success(channel, api):
    """A new Bot API version must not make the SOS lane send everything twice."""
    api.reply({"ok": True, "result": {"message_id": 9, "date": "tomorrow's format", "chat": None}})
    assert (await channel.send(ENVELOPE, TextPart("x"))).ref == "9"


async def test_a_dropped_connection_leaves_the_outcome_unknown(channel, api):
    api.drop()
    failure = await failure_of(channel)
    assert (type(failure), failure.code) == (UnknownOutcome, "connection_lost")


async def test_no_answer_in_time_leaves_the_outcome_unknown(channel, api, monkeypatch):
    monkeypatch.setattr(client, "CALL_S", 0.05)
    api.hang()
    failure = await failure_of(channel)
    assert (type(failure), failure.code) == (UnknownOutcome, "timeout")
    assert len(api.calls) == 1


@pytest.mark.parametrize(
    "base", ["http://127.0.0.1:1", "http://no-such-host.invalid", "http://", "ftp://127.0.0.1"]
)
async def test_what_never_left_the_house_was_certainly_not_sent(http, clock, base):
    channel = outbound.build(TelegramConfig(TOKEN, "s", base), http, clock)
    failure = await failure_of(channel)
    assert (type(failure), failure.code) == (TemporaryFailure, "not_connected")


class Failing:
    """An HTTP session whose every request fails in one way."""

    closed = False

    def __init__(self, error: Exception) -> None:
        self.error = error

    def request(self, *_: object, **options: object) -> object:
        self.options = options
        raise self.error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (
            aiohttp.ConnectionTimeoutError(f"Connection timeout to host http://x/bot{TOKEN}/"),
            TemporaryFailure,
        ),
        (aiohttp.SocketTimeoutError(f"http://x/bot{TOKEN}/"), UnknownOutcome),
        (aiohttp.ServerDisconnectedError(), UnknownOutcome),
        (aiohttp.ClientPayloadError(), UnknownOutcome),
        (aiohttp.ClientOSError(104, "reset"), UnknownOutcome),
        (ConnectionResetError(), UnknownOutcome),
        (TimeoutError(), UnknownOutcome),
    ],
)
async def test_only_a_failure_before_sending_is_certain(clock, error, kind):
    channel = outbound.build(TelegramConfig(TOKEN, "s", "http://x"), Failing(error), clock)
    assert type(await failure_of(channel)) is kind


async def test_connecting_has_less_time_than_the_call(clock):
    """Else a connection never made would look like an answer never given, and an SOS would not be tried again."""
    http = Failing(aiohttp.ServerDisconnectedError())
    await failure_of(outbound.build(TelegramConfig(TOKEN, "s", "http://x"), http, clock))
    assert http.options["timeout"].connect < http.options["timeout"].total == 10


async def test_a_closed_house_sends_nothing(channel, http):
    await http.close()
    failure = await failure_of(channel)
    assert (type(failure), failure.code) == (TemporaryFailure, "closing")


async def test_a_redirect_is_not_followed_with_the_token(channel, api):
    api.replies.append((307, b""))
    assert isinstance(await failure_of(channel), UnknownOutcome)
    assert len(api.calls) == 1


async def test_a_refusal_is_logged_without_chat_ids(channel, api, caplog):
    api.refuse(400, "Bad Request: chat 7000000001 said something new")
    await failure_of(channel)
    (line,) = [record.getMessage() for record in caplog.records if "telegram" in record.name]
    assert "bad_request" in line
    assert "7000000001" not in line
