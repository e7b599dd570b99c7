"""Tokens and transport: one fetch however many ask, a refused token renewed once, every answer read."""

import asyncio
import logging
import traceback

import aiohttp
import pytest
from aiohttp import web

from bot import channel
from bot.handlers.wechat import transport, wire
from tests.bot.handlers.wechat import api, support

SEND = "message/custom/send"


async def _send(on: api.Bench, words: str = "x") -> dict[str, object]:
    result: dict[str, object] = await on.channel.client.message.send_text(support.OPENID, words)
    return result


async def test_fifty_first_sends_fetch_one_token() -> None:
    """Each fetch of the old kind would have killed the token before it."""
    async with api.bench() as on:
        await asyncio.gather(*(_send(on) for _ in range(50)))
        (fetch,) = on.api.at("stable_token")
        assert fetch.json["force_refresh"] is False
        assert {seen.query["access_token"] for seen in on.api.at(SEND)} == {"token-1"}


async def test_a_token_is_given_up_five_minutes_before_its_end() -> None:
    async with api.bench() as on:
        await _send(on)
        await on.clock.sleep(6899)
        await _send(on)
        assert len(on.api.at("stable_token")) == 1
        await on.clock.sleep(2)
        await _send(on)
        assert len(on.api.at("stable_token")) == 2


async def test_a_token_about_to_end_is_still_used_not_fetched_for_each_send() -> None:
    async with api.bench() as on:
        on.api.answers["stable_token"] = [{"access_token": "token-1", "expires_in": 120}]
        await asyncio.gather(*(_send(on) for _ in range(20)))
        assert len(on.api.at("stable_token")) == 1


async def test_a_revoked_token_is_renewed_once_for_all_who_hold_it() -> None:
    """Fifty sends find the token dead at once: one fetch, nobody's message is lost or doubled."""
    async with api.bench() as on:
        await _send(on)
        on.api.good_token = "token-2"
        await asyncio.gather(*(_send(on, str(number)) for number in range(50)))
        assert len(on.api.at("stable_token")) == 2
        taken = [seen for seen in on.api.at(SEND) if seen.query["access_token"] == "token-2"]
        assert len({seen.json["text"]["content"] for seen in taken}) == len(taken) == 50


async def test_a_newer_token_is_not_dropped_for_an_older_ones_refusal() -> None:
    async with api.bench() as on:
        await _send(on)
        await on.tokens.drop_if_equal(support.CONFIG.app_id, "token-0")
        await _send(on)
        assert len(on.api.at("stable_token")) == 1


async def test_a_permanent_refusal_ends_after_one_renewal() -> None:
    """The library would have asked 486 times; the whole channel is out and staff are told."""
    async with api.bench() as on:
        on.api.answers[SEND] = [{"errcode": 40001, "errmsg": "invalid credential"}]
        with pytest.raises(channel.ChannelDown, match="40001"):
            await _send(on)
        assert (len(on.api.at("stable_token")), len(on.api.at(SEND))) == (2, 2)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ({"errcode": 40164, "errmsg": "invalid ip"}, channel.ChannelDown),
        ({"errcode": 40243, "errmsg": "frozen"}, channel.ChannelDown),
        ({"errcode": 40125, "errmsg": "invalid appsecret"}, channel.ChannelDown),
        ({"errcode": -1, "errmsg": "busy"}, channel.TemporaryFailure),
        ({"expires_in": 7200}, channel.TemporaryFailure),
        (web.Response(text="<html>", content_type="text/html"), channel.TemporaryFailure),
        (web.Response(status=502, text="<html>"), channel.TemporaryFailure),
    ],
)
async def test_without_a_token_nothing_was_sent(answer: api.Answer, failure: type[Exception]) -> None:
    """So it is never an unknown outcome."""
    async with api.bench() as on:
        on.api.answers["stable_token"] = [answer]
        with pytest.raises(failure):
            await _send(on)
        assert on.api.at(SEND) == []


async def test_chinese_goes_out_as_utf8() -> None:
    r"""The platform refuses `\uXXXX` (40033)."""
    async with api.bench() as on:
        await _send(on, "救命 😀")
        assert "救命 😀".encode() in on.api.at(SEND)[0].body


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (web.Response(text="<html>maintenance</html>", content_type="text/html"), channel.UnknownOutcome),
        (web.Response(text='{"errcode":0,', content_type="application/json"), channel.UnknownOutcome),
        (web.Response(text="", content_type="application/json"), channel.UnknownOutcome),
        (web.Response(text="[]", content_type="application/json"), channel.UnknownOutcome),
        (web.Response(text='{"errcode": "many"}'), channel.UnknownOutcome),
        (web.Response(status=502, text="bad gateway"), channel.UnknownOutcome),
        (web.Response(status=500, text='{"message": "oops"}'), channel.UnknownOutcome),
        (web.Response(status=404, text='{"message": "no such page"}'), channel.TemporaryFailure),
        (web.Response(status=302, headers={"Location": "http://127.0.0.1:1/"}), channel.TemporaryFailure),
        (web.Response(status=500, text='{"errcode": 45009}'), channel.ChannelDown),
    ],
)
async def test_an_answer_that_is_none_is_never_taken_for_success(
    answer: api.Answer, failure: type[Exception]
) -> None:
    async with api.bench() as on:
        on.api.answers[SEND] = [answer]
        with pytest.raises(failure):
            await _send(on)


async def test_silence_after_writing_is_an_unknown_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message may be on the phone already: only delivery may decide to repeat it."""
    monkeypatch.setattr(transport, "SEND_S", 0.05)
    async with api.bench() as on:
        on.api.hang[SEND] = asyncio.Event()
        with pytest.raises(channel.UnknownOutcome):
            await _send(on)


async def test_a_refused_connection_sent_nothing(unused_tcp_port: int) -> None:
    async with aiohttp.ClientSession() as http:
        with pytest.raises(channel.TemporaryFailure):
            await wire.exchange(http, wire.Call("POST", f"http://127.0.0.1:{unused_tcp_port}/x"))


async def test_a_connection_cut_off_after_writing_is_an_unknown_outcome() -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.close()

    server = await asyncio.start_server(cut, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with aiohttp.ClientSession() as http:
        with pytest.raises(channel.UnknownOutcome) as raised:
            await wire.exchange(
                http, wire.Call("POST", f"http://127.0.0.1:{port}/x", {"access_token": "t-9"}, b"{}")
            )
    assert "t-9" not in "".join(traceback.format_exception(raised.value))
    server.close()


async def test_no_token_and_no_secret_in_logs_or_failures(caplog: pytest.LogCaptureFixture) -> None:
    """What staff and log files see is the platform's code and its own words."""
    caplog.set_level(logging.DEBUG)
    async with api.bench() as on:
        on.api.answers[SEND] = [{"errcode": 45047, "errmsg": "out of response count limit rid: 6-7"}]
        with pytest.raises(channel.WindowClosed) as raised:
            await _send(on)
    ours = (record.getMessage() for record in caplog.records if record.name != "aiohttp.access")
    shown = "\n".join([*ours, *traceback.format_exception(raised.value)])
    assert "rid: 6-7" in shown
    assert "token-1" not in shown
    assert support.CONFIG.app_secret not in shown
