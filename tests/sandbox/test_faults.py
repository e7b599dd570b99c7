"""Every fault that can be switched on does what its name says, where and as often as it was told to."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from tests.sandbox.stage import LI, TOKEN, WANG, Stage

CHAT = int(LI.id)


async def raw(stage: Stage, **options: Any) -> tuple[int, str, bytes]:
    url = f"{stage.base}/bot{TOKEN}/sendMessage"
    async with stage.session.post(url, json={"chat_id": CHAT, "text": "x"}, **options) as response:
        return response.status, response.content_type, await response.read()


async def shown(stage: Stage) -> int:
    return len(await (await stage.li()).chat())


async def test_429_as_often_as_told(stage: Stage) -> None:
    """Twice, with its delay, then no more."""
    await stage.phones.fault("too_many", platform="telegram", times=2, params={"retry_after": 7})
    answers = [json.loads((await raw(stage))[2]) for _ in range(3)]
    assert [answer.get("parameters", {}).get("retry_after") for answer in answers] == [7, 7, None]
    assert answers[2]["ok"]


async def test_a_fault_for_a_time_heals_by_itself(stage: Stage) -> None:
    """500 in JSON for ten seconds."""
    await stage.phones.fault("server_error", method="sendMessage", seconds=10)
    status, _, body = await raw(stage)
    assert (status, json.loads(body)["error_code"]) == (500, 500)
    await stage.advance(11)
    assert (await raw(stage))[0] == 200
    assert await stage.phones.faults() == []


async def test_a_gateways_html_instead_of_json(stage: Stage) -> None:
    """502 with a page in it."""
    await stage.phones.fault("bad_gateway", times=1)
    status, kind, body = await raw(stage)
    assert (status, kind) == (502, "text/html")
    assert b"Bad Gateway" in body


async def test_a_reset_connection_did_nothing_a_lost_answer_did(stage: Stage) -> None:
    """Both look the same from outside; only one message is on the phone."""
    for kind, count in (("reset", 0), ("lost_answer", 1)):
        await stage.phones.fault(kind, times=1)
        with pytest.raises(aiohttp.ClientError):
            await raw(stage)
        assert await shown(stage) == count


async def test_half_an_answer_is_no_json(stage: Stage) -> None:
    """Status 200, a body that stops in the middle, and the message was sent."""
    await stage.phones.fault("truncated", times=1)
    status, _, body = await raw(stage)
    assert status == 200
    with pytest.raises(ValueError, match="."):
        json.loads(body)
    assert await shown(stage) == 1


async def test_no_answer_at_all(stage: Stage) -> None:
    """The caller's own time-out ends it."""
    await stage.phones.fault("timeout", times=1)
    with pytest.raises(asyncio.TimeoutError):
        await raw(stage, timeout=aiohttp.ClientTimeout(total=0.1))
    assert await shown(stage) == 0


async def test_a_slow_answer_comes_after_its_seconds(stage: Stage) -> None:
    """On the sandbox's clock."""
    await stage.phones.fault("slow", times=1, params={"seconds": 9})
    call = asyncio.ensure_future(raw(stage))
    await asyncio.sleep(0.05)
    assert not call.done()
    await stage.advance(9)
    assert (await call)[0] == 200


async def test_a_fault_may_be_for_one_platform_one_method_one_chat(stage: Stage) -> None:
    """Others go on."""
    await stage.phones.fault("error", platform="telegram", params={"chat": str(CHAT), "code": 403})
    await stage.phones.fault("error", platform="wechat", method="menu/get", params={"errcode": -1})
    assert (await raw(stage))[0] == 403
    assert (await stage.bot("getMe"))["ok"]
    assert (await stage.wechat("menu/get"))["errcode"] == -1
    assert (await stage.wechat("user/info", openid=WANG.id))["subscribe"] == 1
    await stage.phones.heal()
    assert (await raw(stage))[0] == 200


async def test_pushes_come_several_times(stage: Stage) -> None:
    """Five of the same on WeChat, three on Telegram."""
    await stage.phones.fault("duplicate", platform="wechat", params={"copies": 5})
    await stage.phones.fault("duplicate", platform="telegram", params={"copies": 3})
    await (await stage.wang()).text("救命")
    await (await stage.li()).text("救命")
    await stage.phones.idle()
    bodies = [heard.body for heard in stage.service.heard]
    assert sorted(bodies.count(body) for body in set(bodies)) == [3, 5]


async def test_pushes_come_out_of_order(stage: Stage) -> None:
    """Scattered over seconds, none is lost."""
    await stage.phones.fault("scatter", params={"seconds": 5})
    li, wang = await stage.li(), await stage.wang()
    for number in range(6):
        await li.text(str(number))
        await wang.text(str(number))
    await stage.advance(6)
    await stage.phones.idle()
    telegram = [heard.update["message"]["text"] for heard in stage.service.heard if "telegram" in heard.path]
    wechat = [heard.push.find("Content") for heard in stage.service.heard if "wechat" in heard.path]
    for order in (telegram, wechat):
        assert order != sorted(order)
        assert sorted(order) == list("012345")


async def test_an_unheard_answer_brings_the_push_again(stage: Stage) -> None:
    """The service answered; the platform did not hear it and tries again."""
    await stage.phones.fault("push_unheard", times=2)
    await (await stage.li()).text("救命")
    await (await stage.wang()).text("救命")
    await stage.service.until(4)
    await stage.phones.idle()
    assert len(stage.service.heard) == 4


async def test_an_unknown_fault_is_refused(stage: Stage) -> None:
    """By name."""
    with pytest.raises(Exception, match="no such fault"):
        await stage.phones.fault("gremlins")
