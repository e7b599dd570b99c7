"""The played platforms catch bugs planted in the adapters: each makes a round fail or breaks a rule on record."""

import contextlib
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web

from backoffice.kernel.geo import Datum
from bot.channel import TemporaryFailure
from bot.handlers.telegram import client as t_client
from bot.handlers.telegram import failures as t_failures
from bot.handlers.telegram import methods as t_methods
from bot.handlers.telegram import outbound as t_outbound
from bot.handlers.telegram import setup as t_setup
from bot.handlers.telegram import webhook as t_webhook
from bot.handlers.wechat import crypto as w_crypto
from bot.handlers.wechat import errors as w_errors
from bot.handlers.wechat import inbound as w_inbound
from bot.handlers.wechat import media as w_media
from bot.handlers.wechat import notice as w_notice
from bot.handlers.wechat import outbound as w_outbound
from bot.handlers.wechat import push as w_push
from bot.handlers.wechat import reply as w_reply
from bot.handlers.wechat import setup as w_setup
from bot.handlers.wechat import tokens as w_tokens
from bot.handlers.wechat import transport as w_transport
from bot.handlers.wechat import wire as w_wire
from tests.channels import rounds
from tests.house import House

Patch = pytest.MonkeyPatch
ROUND_OF: dict[str, str] = {}
BUGS: dict[str, Callable[[Patch], None]] = {}


def bug(round_: str) -> Callable[[Callable[[Patch], None]], Callable[[Patch], None]]:
    """Notes a planted bug under its name, and which round meets it."""

    def note(plant: Callable[[Patch], None]) -> Callable[[Patch], None]:
        ROUND_OF[plant.__name__], BUGS[plant.__name__] = round_, plant
        return plant

    return note


def form(patch: Patch, change: Callable[[Any], None]) -> None:
    """Changes the fields of every Telegram call just before it leaves."""
    build = t_client.ApiSession.build_form_data

    def changed(self: Any, bot: Any, method: Any) -> Any:
        made = build(self, bot, method)
        change(made)
        return made

    patch.setattr(t_client.ApiSession, "build_form_data", changed)


def renamed(old: str, new: str | None) -> Callable[[Any], None]:
    """Another name for a field of a form, or none at all."""

    def change(made: Any) -> None:
        kept = []
        for options, headers, value in made._fields:
            if options.get("name") == old:
                if new is None:
                    continue
                options["name"] = new
            kept.append((options, headers, value))
        made._fields[:] = kept

    return change


def body(patch: Patch, change: Callable[[dict[str, Any]], None]) -> None:
    """Changes the JSON of every WeChat call just before it leaves."""
    encoded = w_wire.encoded

    def changed(data: Any) -> bytes:
        given = json.loads(json.dumps(data))
        change(given)
        return encoded(given)

    patch.setattr(w_wire, "encoded", changed)


@bug("to_telegram")
def telegram_without_chat_id(patch: Patch) -> None:
    form(patch, renamed("chat_id", None))


@bug("to_telegram")
def telegram_text_under_a_wrong_name(patch: Patch) -> None:
    form(patch, renamed("text", "message"))


@bug("to_telegram")
def telegram_photo_under_a_wrong_name(patch: Patch) -> None:
    form(patch, renamed("photo", "picture"))


@bug("to_telegram")
def telegram_markup_that_is_no_json(patch: Patch) -> None:
    def change(made: Any) -> None:
        made._fields[:] = [
            (o, h, str(json.loads(v)) if o.get("name") == "reply_markup" else v) for o, h, v in made._fields
        ]

    form(patch, change)


@bug("to_telegram")
def telegram_callback_data_too_long(patch: Patch) -> None:
    button = t_methods._button
    patch.setattr(t_methods, "_button", lambda label, data: button(label, data.ljust(70, "x")))


@bug("to_telegram")
def telegram_text_too_long(patch: Patch) -> None:
    patch.setattr(t_outbound, "FEATURES", replace(t_outbound.FEATURES, text_limit=20_000))


@bug("to_telegram")
def telegram_latitude_and_longitude_swapped(patch: Patch) -> None:
    def change(made: Any) -> None:
        other = {"latitude": "longitude", "longitude": "latitude"}
        for options, _, _ in made._fields:
            options["name"] = other.get(options["name"], options["name"])

    form(patch, change)


@bug("to_telegram")
def telegram_live_period_out_of_range(patch: Patch) -> None:
    patch.setattr(t_methods, "_live", lambda seconds: 10 if seconds else None)


@bug("to_telegram")
def telegram_map_sent_anew_instead_of_moved(patch: Patch) -> None:
    point = t_methods._point
    patch.setattr(t_methods, "_point", lambda chat, part: point(chat, replace(part, editing="", live_s=3600)))


@bug("to_telegram")
def telegram_words_read_as_markup(patch: Patch) -> None:
    def change(made: Any) -> None:
        if any(options.get("name") == "text" for options, _, _ in made._fields):
            made.add_field("parse_mode", "HTML")

    form(patch, change)


@bug("to_telegram")
def telegram_retry_after_not_obeyed(patch: Patch) -> None:
    of = t_failures.of

    def hasty(error: Any, status: int) -> Any:
        failure = of(error, status)
        return TemporaryFailure("busy", 0.1) if failure.code == t_failures.FLOOD else failure

    patch.setattr(t_failures, "of", hasty)


@bug("registering")
def telegram_press_not_answered(patch: Patch) -> None:
    patch.setattr(t_webhook, "_answer", lambda update: {})


@bug("registering")
def telegram_presses_not_asked_for(patch: Patch) -> None:
    patch.setattr(t_setup, "ALLOWED_UPDATES", ("message", "edited_message", "my_chat_member"))


@bug("registering")
def telegram_menu_with_a_capital(patch: Patch) -> None:
    made = t_setup.BotCommand
    patch.setattr(
        t_setup,
        "BotCommand",
        lambda command, description: made(command=command.title(), description=description),
    )


@bug("the_door")
def telegram_secret_not_checked(patch: Patch) -> None:
    patch.setattr(t_webhook._Door, "_authentic", lambda self, request: True)


@bug("the_door")
def telegram_acknowledged_before_stored(patch: Patch) -> None:
    async def lax(self: Any, raw: Any, update: Any) -> web.Response:
        with contextlib.suppress(Exception):
            await self.intake.accept(raw)
        return web.json_response({})

    patch.setattr(t_webhook._Door, "_store", lax)


@bug("the_door")
def wechat_body_signature_not_checked(patch: Patch) -> None:
    patch.setattr(w_crypto, "body_is_signed", lambda token, query, encrypt: True)


@bug("the_door")
def wechat_query_signature_not_checked(patch: Patch) -> None:
    patch.setattr(w_crypto, "query_is_signed", lambda token, query: True)


@bug("registering")
def wechat_signature_parts_not_sorted(patch: Patch) -> None:
    patch.setattr(w_crypto, "sign", lambda *parts: hashlib.sha1("".join(parts).encode()).hexdigest())


@bug("the_door")
def wechat_repeats_not_known(patch: Patch) -> None:
    numbers = iter(range(10_000))
    key = w_push._key
    patch.setattr(w_push, "_key", lambda sender, fields: f"{key(sender, fields)}{next(numbers)}")


@bug("the_door")
def wechat_latitude_and_longitude_swapped(patch: Patch) -> None:
    number = w_inbound._Pushed.number
    other = {"Location_X": "Location_Y", "Location_Y": "Location_X"}
    patch.setattr(w_inbound._Pushed, "number", lambda self, name: number(self, other.get(name, name)))


@bug("the_door")
def wechat_pin_taken_for_wgs84(patch: Patch) -> None:
    def pin(pushed: Any) -> Any:
        found = w_inbound._pin(pushed)
        return replace(found, point=replace(found.point, datum=Datum.WGS84)) if found else None

    patch.setitem(w_inbound._MESSAGES, "location", pin)  # type: ignore[misc]


@bug("to_wechat")
def wechat_reply_not_encrypted(patch: Patch) -> None:
    patch.setattr(w_reply.Sealer, "sealed", lambda self, words, key: w_reply.plain(words))


@bug("to_wechat")
def wechat_reply_the_wrong_way_round(patch: Patch) -> None:
    plain = w_reply.plain
    patch.setattr(w_reply, "plain", lambda r: plain(replace(r, sender=r.to, to=r.sender)))


@bug("to_wechat")
def wechat_reply_signed_without_its_body(patch: Patch) -> None:
    sealed = w_reply.Sealer.sealed

    def other(self: Any, words: Any, key: bytes) -> str:
        made = sealed(self, words, key)
        return re.sub(r"(<MsgSignature><!\[CDATA\[)[0-9a-f]{40}", rf"\g<1>{'0' * 40}", made)

    patch.setattr(w_reply.Sealer, "sealed", other)


@bug("to_wechat")
def wechat_without_touser(patch: Patch) -> None:
    body(patch, lambda given: given.pop("touser", None))


@bug("to_wechat")
def wechat_content_under_a_wrong_name(patch: Patch) -> None:
    def change(given: dict[str, Any]) -> None:
        if "text" in given:
            given["text"] = {"context": given["text"]["content"]}

    body(patch, change)


@bug("to_wechat")
def wechat_unknown_field(patch: Patch) -> None:
    def change(given: dict[str, Any]) -> None:
        if "msgtype" in given:
            given["parse_mode"] = "HTML"

    body(patch, change)


@bug("to_wechat")
def wechat_words_escaped(patch: Patch) -> None:
    patch.setattr(w_wire, "encoded", lambda data: json.dumps(data).encode())


@bug("to_wechat")
def wechat_text_too_long(patch: Patch) -> None:
    patch.setattr(w_outbound, "FEATURES", replace(w_outbound.FEATURES, text_limit=9_000))
    patch.setattr(w_reply, "fits", lambda words: True)


@bug("to_wechat")
def wechat_errcode_not_read(patch: Patch) -> None:
    def lax(result: Any, endpoint: str) -> None:
        if isinstance(result, dict) and "errcode" in result:
            result["errcode"] = 0

    patch.setattr(w_transport, "_raise_for", lax)


@bug("to_wechat")
def wechat_used_up_count_tried_again(patch: Patch) -> None:
    patch.setitem(w_errors._TABLE, 45047, lambda code: TemporaryFailure(code, 1))


@bug("to_wechat")
def wechat_dead_token_kept(patch: Patch) -> None:
    async def nothing(self: Any, value: str) -> None:
        return None

    patch.setattr(w_tokens.TokenProvider, "invalidate", nothing)


@bug("to_wechat")
def wechat_picture_uploaded_as_another_kind(patch: Patch) -> None:
    kind = w_media.MediaKind.PHOTO
    patch.setitem(w_media.FORMATS, kind, replace(w_media.FORMATS[kind], name="video"))


@bug("to_wechat")
def wechat_notice_too_long(patch: Patch) -> None:
    patch.setattr(w_notice, "LONGEST", 100)
    patch.setitem(
        w_notice._SENTENCES, "zh_Hans", "您有{n}条新消息，回复任意字查看，指挥中心在等您的回复，请尽快查看"
    )


@bug("registering")
def wechat_menu_without_keys(patch: Patch) -> None:
    click = w_setup._click
    patch.setattr(w_setup, "_click", lambda *given: {**click(*given), "key": ""})


def test_there_are_at_least_twenty() -> None:
    assert len(BUGS) >= 20


@pytest.fixture(params=BUGS)
def planted(request: pytest.FixtureRequest, monkeypatch: Patch) -> str:
    """The bug is there before the house is built."""
    name: str = request.param
    BUGS[name](monkeypatch)
    return name


async def test_a_planted_bug_is_caught(planted: str, house: House) -> None:
    """The round that meets it fails, or the platform has written down a broken rule."""
    assert await rounds.trouble(house, ROUND_OF[planted]) != ""


@pytest.mark.parametrize("name", rounds.ROUNDS)
async def test_the_adapters_as_they_are_break_no_rule(house: House, name: str) -> None:
    """The same rounds without a planted bug: everything arrives, no violation, no letter lost or in doubt."""
    await rounds.ROUNDS[name](house)
    assert await rounds.trouble(house, "nothing") == ""
