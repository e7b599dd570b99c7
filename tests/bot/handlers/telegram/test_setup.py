"""Registering the bot: what is set, what is left alone, and what Telegram says of its deliveries."""

import json

import pytest

from bot.channel import PermanentFailure
from bot.handlers.telegram import setup

URL = "https://rescue.example/telegram/webhook"
COMMANDS = {
    "zh_Hans": [("sos", "一键救命"), ("case", "我的案件")],
    "zh_Hant": [("sos", "一鍵救命")],
    "en": [("sos", "Call for help")],
}
AS_WANTED = {
    "url": URL,
    "has_custom_certificate": False,
    "pending_update_count": 0,
    "max_connections": setup.MAX_CONNECTIONS,
    "allowed_updates": list(setup.ALLOWED_UPDATES),
}


def tell(api, **changes) -> None:
    api.reply({"ok": True, "result": AS_WANTED | changes})


def done(api, times: int) -> None:
    for _ in range(times):
        api.reply({"ok": True, "result": True})


def called(api) -> list[str]:
    return [method for method, _ in api.calls]


async def register(channel, config, commands=None, **how) -> list[str]:
    return await setup.register(channel.bot, config, "https://rescue.example/", commands or {}, **how)


async def test_a_new_webhook_is_set_with_its_secret_and_its_kinds_of_updates(channel, config, api):
    tell(api, url="")
    done(api, 1)
    lines = await register(channel, config)
    assert called(api) == ["getWebhookInfo", "setWebhook"]
    assert (api.sent["url"], api.sent["secret_token"]) == (URL, config.webhook_secret)
    assert json.loads(api.sent["allowed_updates"]) == [
        "message",
        "edited_message",
        "callback_query",
        "my_chat_member",
        "pre_checkout_query",
    ]
    assert "drop_pending_updates" not in api.sent
    assert URL in lines[0]
    assert config.webhook_secret not in "".join(lines)


async def test_an_unchanged_webhook_is_left_alone(channel, config, api):
    tell(api)
    assert "unchanged" in (await register(channel, config))[0]
    assert called(api) == ["getWebhookInfo"]


@pytest.mark.parametrize(
    "changes",
    [
        {"url": "https://elsewhere.example/telegram/webhook"},
        {"allowed_updates": ["message"]},
        {"allowed_updates": None},
        {"max_connections": 40},
        {
            "last_error_message": "Wrong response from the webhook: 401 Unauthorized",
            "last_error_date": 1767225600,
        },
    ],
)
async def test_a_webhook_that_differs_or_fails_is_set_again(channel, config, api, changes):
    tell(api, **changes)
    done(api, 1)
    await register(channel, config)
    assert called(api)[-1] == "setWebhook"


async def test_force_sets_a_changed_secret_that_telegram_would_not_tell(channel, config, api):
    tell(api)
    done(api, 1)
    await register(channel, config, force=True)
    assert called(api)[-1] == "setWebhook"


async def test_the_menu_is_set_by_language_with_english_for_everybody_else(channel, config, api):
    tell(api)
    done(api, 2)
    lines = await register(channel, config, COMMANDS)
    menus = {form.get("language_code"): json.loads(form["commands"]) for _, form in api.calls[1:]}
    assert set(menus) == {"zh", None}
    assert menus["zh"][0] == {"command": "sos", "description": "一键救命"}
    assert menus[None] == [{"command": "sos", "description": "Call for help"}]
    assert any("zh_Hant" in line and "no menu" in line for line in lines)


async def test_a_refused_webhook_is_said(channel, config, api):
    tell(api, url="")
    api.refuse(400, "Bad Request: bad webhook: HTTPS URL must be provided for webhook")
    with pytest.raises(PermanentFailure) as failure:
        await register(channel, config)
    assert failure.value.code == "bad_webhook"


async def test_deliveries_that_fail_now_are_trouble(channel, api, clock):
    recent = int(clock.now().timestamp()) - 30
    tell(api, pending_update_count=57, last_error_date=recent, last_error_message="Connection timed out")
    health = await setup.health(channel.bot, clock)
    assert health.error == "57 updates waiting; Connection timed out"
    assert health.last_error is not None
    assert health.last_error.timestamp() == recent


async def test_deliveries_that_failed_long_ago_are_no_trouble(channel, api, clock):
    tell(api, last_error_date=int(clock.now().timestamp()) - 3600, last_error_message="Connection timed out")
    health = await setup.health(channel.bot, clock)
    assert (health.error, health.last_ok) == ("", clock.now())


async def test_a_bot_without_a_webhook_hears_nothing(channel, api, clock):
    tell(api, url="")
    assert "no webhook" in (await setup.health(channel.bot, clock)).error


async def test_a_telegram_that_cannot_be_asked_is_trouble(channel, api, clock):
    api.refuse(401, "Unauthorized")
    health = await setup.health(channel.bot, clock)
    assert (health.last_ok, health.error) == (None, "token_refused")
