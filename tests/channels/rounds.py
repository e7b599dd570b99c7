"""Short rounds through the played platforms; each ends with what must be true if the adapters do their part."""

import asyncio
from dataclasses import replace
from typing import Any

from backoffice.kernel import errors, geo, geodesy
from backoffice.kernel.exchange import Address
from bot.assembly import setup
from bot.sandbox.client import SandboxRefused
from tests.bot.handlers.wechat import support
from tests.channels import observing, samples
from tests.channels.test_bad_input import OURS, open_case, status_of
from tests.house import BANGKOK, BEIJING, House, last, texts

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
Phones = tuple[Any, Any]


async def registering(house: House) -> None:
    """`setup-channels`, the platform's check of our address, and a press that can only come if it was asked for."""
    settings = house.core.settings.model_copy(update={"public_url": house.base})
    assert await setup.register(replace(house.core, settings=settings), house.channels) == 0
    assert (await house.phones.verify())["ok"]
    phone = await house.telegram("Anna", "en")
    await phone.location(*BANGKOK)
    await house.settle()
    await phone.press(1)
    await house.settle()
    case = await house.case_of(phone)
    assert case is not None
    assert case.status == "cancelled"
    press = (await phone.info())["presses"][-1]
    assert press["answered_at"] is not None
    follower = await house.wechat()
    await follower.menu("help")
    await house.settle()
    assert len(await texts(follower)) == 1


async def the_door(house: House) -> None:
    """Only the platforms come in, each push has one effect, and none is taken before it is stored."""
    assert (
        await status_of(house, "/telegram/webhook", b'{"update_id": 1}', headers={samples.HEADER: "guess"})
        == 401
    )
    params, body = support.pushed(support.text("x"), OURS)
    assert (
        await status_of(house, "/wechat/webhook", body, params={**params, "msg_signature": "0" * 40}) == 403
    )
    assert await status_of(house, "/wechat/webhook", body, params={**params, "signature": "0" * 40}) == 403
    phone = await house.wechat()
    await house.phones.fault("duplicate", platform="wechat", times=1, params={"copies": 3})
    await phone.location(*BEIJING)
    await house.settle()
    case = await house.case_of(phone)
    assert case is not None
    assert case.fix is not None
    assert geodesy.distance_m(case.fix.point, geo.Point(*BEIJING)) < 30
    person = await observing.owner(house, phone)
    assert len(await observing.posted(house, person.id)) == 1
    assert "5" in (await last(phone)).text
    await _store_fails_once(house)


async def _store_fails_once(house: House) -> None:
    inbox, store = house.core.inbox, house.core.inbox.store

    async def full(raw: Any) -> Any:
        inbox.store = store  # type: ignore[method-assign]
        raise errors.Unavailable("disk full")

    inbox.store = full  # type: ignore[method-assign]
    phone = await house.telegram("Anna", "en")
    await phone.location(*BANGKOK)
    for _ in range(3):
        await asyncio.sleep(0.05)
        house.clock.advance(2)
    await house.settle()
    assert await house.case_of(phone) is not None


async def to_telegram(house: House) -> None:
    """Everything an envoy's phone shows: offer, buttons, moving map, long words, files."""
    traveller, envoy = await open_case(house)
    maps = [m for m in await envoy.chat() if m.kind == "location"]
    assert [(round(m.point["lat"], 3), round(m.point["lon"], 3)) for m in maps] == [(13.756, 100.502)]
    await traveller.location(13.77, 100.51)
    await house.pass_time(3, 1)
    maps = [m for m in await envoy.chat() if m.kind == "location"]
    assert [(round(m.point["lat"], 2), round(m.point["lon"], 2)) for m in maps] == [(13.77, 100.51)]
    words = "<b>&".join(f"{n:04d}{FAMILY}" for n in range(500))
    await traveller.text(words)
    await traveller.photo()
    await house.phones.fault("too_many", method="sendMessage", times=1, params={"retry_after": 3})
    await house.pass_time(10, 1)
    heard = "".join(await texts(envoy))
    assert all(f"{n:04d}{FAMILY}" in heard for n in range(500))
    assert "<b>&" in heard
    assert [m.kind for m in await envoy.chat() if m.sender == "bot"].count("photo") == 1
    await envoy.press(0)
    await house.pass_time(2, 1)
    assert "陈静" in "".join(await texts(traveller))


async def to_wechat(house: House) -> None:
    """Everything a traveller's phone shows: passive words, messages, files, and the notice when the window is shut."""
    traveller, envoy = await open_case(house)
    first = [m for m in await traveller.chat() if m.sender == "bot"][0]
    assert first.via == "passive"
    await traveller.text("在")
    await house.pass_time(3, 1)
    await house.phones.invalidate_token()
    await envoy.text("".join(f"{n:03d}救{FAMILY}" for n in range(120)))
    await envoy.photo()
    await house.pass_time(4, 1)
    heard = "".join(await texts(traveller))
    assert all(f"{n:03d}救" in heard for n in range(120))
    assert [m.kind for m in await traveller.chat() if m.sender == "bot"].count("photo") == 1
    await traveller.text("看到了")
    await house.pass_time(3, 1)
    used = {"errcode": 45047, "description": "out of response count limit"}
    await house.phones.fault("error", platform="wechat", method="message/custom/send", times=1, params=used)
    await envoy.text("第二条")
    await house.pass_time(3, 1)
    assert len([m for m in await traveller.chat() if m.kind == "template"]) == 1
    assert "第二条" not in "".join(await texts(traveller))
    await traveller.text("好")
    await house.pass_time(3, 1)
    assert "".join(await texts(traveller)).count("第二条") == 1
    assert await observing.reach(house, Address("wechat", traveller.id)) == "ok"


async def nothing(house: House) -> None:
    """No round: only what stands on record."""


ROUNDS = {f.__name__: f for f in (registering, the_door, to_telegram, to_wechat)}


async def trouble(house: House, name: str) -> str:
    """What is wrong after one round; "" when all is well."""
    try:
        await ROUNDS.get(name, nothing)(house)
    except (AssertionError, SandboxRefused, TimeoutError, ValueError) as error:
        return f"{type(error).__name__}: {str(error)[:200]}"
    found = [f"{v['where']}: {v['what']}" for v in await house.phones.violations()]
    states = {p.state for p in await observing.posted(house)}
    failed = [str(s) for s in states if s in ("failed", "unknown")]
    return "; ".join(found + failed)
