"""Behind the scenes: people, waiting, calls, raw pushes, and the rules a service breaks without an error."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from bot.sandbox import config
from bot.sandbox.client import NothingCame, SandboxRefused
from tests.sandbox.stage import LI, TOKEN, WANG, Stage

SAMPLES = Path(__file__).parents[1] / "samples"
CHAT = int(LI.id)


async def test_a_new_person_gets_a_phone_and_the_same_name_finds_it_again(stage: Stage) -> None:
    """A journey names its people; ids are the platform's business."""
    one = await stage.phones.person("wechat", name="赵先生", role="family")
    two = await stage.phones.person("wechat", name="赵先生")
    assert one.key == two.key
    assert len(one.id) == 28
    with pytest.raises(SandboxRefused, match="phone already"):
        await stage.phones.ask("POST", "people", json={"platform": "wechat", "id": WANG.id, "name": "x"})


async def test_waiting_ends_with_the_message_and_with_the_chat_when_none_came(stage: Stage) -> None:
    """The server holds the request; nobody polls."""
    li = await stage.li()
    waiting = asyncio.ensure_future(li.wait_for("编号", timeout=5))
    await asyncio.sleep(0.02)
    await stage.bot("sendMessage", chat_id=CHAT, text="已呼救，编号 7K3F")
    assert (await waiting).text.endswith("7K3F")
    with pytest.raises(NothingCame, match="7K3F"):
        await li.wait_for("星使", timeout=0.05)


async def test_waiting_looks_only_at_what_came_after_the_last_own_act(stage: Stage) -> None:
    """An old answer does not satisfy a new question; an edit counts as new."""
    li = await stage.li()
    sent = await stage.bot("sendMessage", chat_id=CHAT, text="收到")
    await li.text("再问")
    with pytest.raises(NothingCame):
        await li.wait_for("收到", timeout=0.05)
    place = {"chat_id": CHAT, "message_id": sent["result"]["message_id"]}
    await stage.bot("editMessageText", **place, text="又收到")
    assert (await li.wait_for("收到")).text == "又收到"


async def test_calls_are_recorded_without_secrets(stage: Stage) -> None:
    """Method, parameters, answer; tokens and secrets never."""
    await stage.wechat("menu/get")
    await stage.bot("sendMessage", chat_id=CHAT, text="x")
    calls = await stage.phones.calls()
    assert [call["method"] for call in calls] == ["stable_token", "menu/get", "sendMessage"]
    token = (await stage.stable())["access_token"]
    told = json.dumps(await stage.phones.calls())
    assert token not in told
    assert stage.sandbox.config.wechat is not None
    assert stage.sandbox.config.wechat.app_secret not in told
    assert TOKEN not in told


async def test_a_press_nobody_answers_is_a_violation(stage: Stage) -> None:
    """The button spins until the platform gives up."""
    keyboard = {"inline_keyboard": [[{"text": "1", "callback_data": "1"}]]}
    await stage.bot("sendMessage", chat_id=CHAT, text="?", reply_markup=keyboard)
    li = await stage.li()
    await li.press("1")
    await stage.phones.idle()
    await stage.advance(16)
    assert "never answered" in (await stage.phones.violations())[0]["what"]
    query = stage.service.heard[0].update["callback_query"]["id"]
    assert "too old" in (await stage.bot("answerCallbackQuery", callback_query_id=query))["description"]


async def test_not_waiting_for_retry_after_is_a_violation(stage: Stage) -> None:
    """A call in flight is forgiven; a call a second later, with ten asked for, is not."""
    await stage.phones.fault("too_many", method="sendMessage", times=1, params={"retry_after": 10})
    await stage.bot("sendMessage", chat_id=CHAT, text="x")
    await stage.bot("sendMessage", chat_id=CHAT, text="x")
    assert await stage.phones.violations() == []
    await stage.advance(1)
    await stage.bot("sendMessage", chat_id=CHAT, text="x")
    assert "9.0 s before retry_after" in (await stage.phones.violations())[0]["what"]
    await stage.advance(10)
    await stage.bot("sendMessage", chat_id=CHAT, text="x")
    assert len(await stage.phones.violations()) == 1


@pytest.mark.parametrize("name", sorted(path.name for path in (SAMPLES / "telegram").glob("*.json")))
async def test_every_telegram_sample_can_be_pushed(stage: Stage, name: str) -> None:
    """As it stands, with the secret."""
    update = json.loads((SAMPLES / "telegram" / name).read_text(encoding="utf-8"))
    await stage.phones.update(update)
    assert (await stage.service.until(1))[0].update == update


@pytest.mark.parametrize("name", sorted(path.name for path in (SAMPLES / "wechat").glob("*.xml")))
async def test_every_wechat_sample_can_be_pushed(stage: Stage, name: str) -> None:
    """Sealed as from the person's phone."""
    wang = await stage.wang()
    await stage.phones.push(wang, (SAMPLES / "wechat" / name).read_text(encoding="utf-8"))
    assert (await stage.service.until(1))[0].push.find("FromUserName") == WANG.id


async def test_what_a_phone_cannot_do_is_refused_with_a_reason(stage: Stage) -> None:
    """No live location on WeChat, no button that is not there, no menu before one was made."""
    wang, li = await stage.wang(), await stage.li()
    for act in (wang.live(1, 2), li.press("nowhere"), wang.menu("SOS"), li.move(1, 2)):
        with pytest.raises(SandboxRefused):
            await act


async def test_other_sites_cannot_play_with_the_phones(stage: Stage) -> None:
    """A page elsewhere in the same browser is turned away."""
    url = f"{stage.base}/sandbox/api/people"
    async with stage.session.post(url, json={}, headers={"Sec-Fetch-Site": "cross-site"}) as response:
        assert response.status == 403


def test_settings_come_from_json_and_the_services_own_environment() -> None:
    """One set of secrets for both processes; a misspelt setting is named."""
    environment = {"RESCUE_TELEGRAM__TOKEN": "1:a", "RESCUE_TELEGRAM__WEBHOOK_SECRET": "s"}
    raw = config.with_environment(
        {"service": "http://127.0.0.1:1", "telegram": {"chat_burst": 3}}, environment
    )
    built = config.from_mapping(raw | {"people": [{"platform": "telegram", "id": "5", "name": "A"}]})
    assert built.telegram == config.TelegramConfig("1:a", "s", chat_burst=3)
    assert built.wechat is None
    with pytest.raises(ValueError, match="unknown setting burst"):
        config.from_mapping({"service": "x", "telegram": {"token": "1:a", "burst": 1}})


async def test_a_page_that_was_away_too_long_is_told_to_start_over(stage: Stage) -> None:
    """After a restart of the sandbox the numbers mean something else."""
    url = f"{stage.base}/sandbox/api/events"
    async with stage.session.get(url, headers={"Last-Event-ID": "999"}) as response:
        await response.content.readuntil(b"\n\n")
        assert await response.content.readuntil(b"\n\n") == b'data: {"kind": "restart"}\n\n'
    async with stage.session.get(url, params={"after": "0"}) as response:
        await response.content.readuntil(b"\n\n")
        assert b'"kind": "person"' in await response.content.readuntil(b"\n\n")
