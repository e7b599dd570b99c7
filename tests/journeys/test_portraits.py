"""An envoy's portrait: whoever they help sees it after the acceptance, and nobody else ever does."""

import io

import pytest
from PIL import Image

from backoffice.enrolment import portrait
from backoffice.enrolment.model import Step
from backoffice.kernel.errors import NotFound
from backoffice.kernel.exchange import Address, LetterState
from backoffice.kernel.ids import EnvoyId, MediaId
from backoffice.workflows import calling_envoys, centre, offers, vetting
from bot.channel import PermanentFailure
from bot.rendering import PORTRAIT
from bot.sandbox.client import ChatMessage, Phone
from tests.house import BANGKOK, House, last, texts
from tests.journeys import families, order_stories, stories, test_enrolment
from tests.journeys.test_enrolment import say

WHERE_IT_WAS_TAKEN = b"taken at home, 12 Soi 3"
WORD = "blue umbrella"


def selfie() -> bytes:
    """A photo as telephones make them: with more in it than a face."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x010E] = WHERE_IT_WAS_TAKEN.decode()
    Image.effect_noise((320, 320), 60).convert("RGB").save(out, "JPEG", exif=exif)
    assert WHERE_IT_WAS_TAKEN in out.getvalue()
    return out.getvalue()


async def sends_face(house: House, phone: Phone) -> str:
    await phone.upload("photo", selfie(), "me.jpg", "image/jpeg")
    await house.pass_time(3, step=1)
    return (await last(phone)).text


async def with_portrait(house: House, name: str = "陈静") -> Phone:
    """An envoy on duty who has given their portrait."""
    envoy = await stories.envoy(house, name, BANGKOK)
    await gives(house, envoy)
    return envoy


async def gives(house: House, envoy: Phone) -> None:
    await say(house, envoy, "我的照片")
    assert "看到这张照片" in await sends_face(house, envoy)


async def faces(phone: Phone) -> list[ChatMessage]:
    """The photos the service has on this screen; codes to scan are PNG."""
    found = [m for m in await phone.chat() if m.sender == "bot" and m.kind in ("photo", "image") and m.media]
    return [m for m in found if m.media and m.media["mime"] == "image/jpeg"]


async def envoy_of(house: House, phone: Phone) -> EnvoyId:
    person = await order_stories.person_id(house, phone)
    async with house.core.store.begin(house.clock.now()) as uow:
        found = await uow.envoys.of_person(person)
    assert found is not None
    return found.id


async def given(house: House, phone: Phone) -> str:
    found = await house.person(phone)
    assert found is not None
    return found.profile.portrait


async def kept(house: House, picture: str) -> list[MediaId]:
    """What there still is of a portrait."""
    found = []
    for file in portrait.files(picture):
        try:
            await house.core.media.get(file)
            found.append(file)
        except NotFound:
            continue
    return found


async def seen(house: House, message: ChatMessage) -> bytes:
    assert message.media is not None
    async with house.http.get(f"{house.phones._base}/media/{message.media['id']}") as answer:
        return await answer.read()


async def test_whoever_cried_sees_who_comes_and_nobody_else_does(either_house: House) -> None:
    """Once, drawn anew; another envoy who was asked and the relative who follows see nothing of it."""
    house = either_house
    envoy, other = await with_portrait(house), await stories.envoy(house, "王芳", BANGKOK)
    phone = await house.telegram()
    await stories.dispatched(house, phone)
    page = families.Page(house, await families.invited(house, phone, "Mum", "city"))
    await page.opened()
    assert await faces(phone) == []
    await stories.says(house, envoy, "1")
    await house.pass_time(5, step=1)
    (shown,) = await faces(phone)
    picture = await seen(house, shown)
    assert picture.startswith(b"\xff\xd8")
    assert WHERE_IT_WAS_TAKEN not in picture
    assert any("This is envoy 陈静" in said for said in await texts(phone))
    assert await faces(other) == await faces(envoy) == []
    assert "<img" not in await page.shown()
    await stories.says(house, envoy, "1", "2")
    await house.pass_time(5, step=1)
    assert len(await faces(phone)) == 1
    await house.close(await stories.now(house, phone))
    await house.pass_time(3, step=1)
    assert len(await faces(phone)) == 1, "they have met"
    assert await house.phones.violations() == []


async def test_on_wechat_the_picture_comes_alone(house: House) -> None:
    """Messages are counted there: the name stands in the one before."""
    envoy, phone = await with_portrait(house), await house.wechat()
    await stories.dispatched(house, phone)
    await stories.says(house, envoy, "1")
    await house.pass_time(8, step=1)
    (shown,) = await faces(phone)
    assert WHERE_IT_WAS_TAKEN not in await seen(house, shown)
    assert not any("这是星使" in said for said in await texts(phone))
    assert any("陈静" in said for said in await texts(phone))
    assert await faces(envoy) == []
    assert await house.phones.violations() == []


@pytest.mark.parametrize("channel", ["telegram", "wechat"])
async def test_without_a_portrait_nothing_is_said_about_one(house: House, channel: str) -> None:
    envoy = await stories.envoy(house, "陈静", BANGKOK)
    phone = await (house.telegram() if channel == "telegram" else house.wechat())
    await stories.dispatched(house, phone)
    await stories.says(house, envoy, "1")
    await house.pass_time(5, step=1)
    assert await faces(phone) == []
    assert PORTRAIT not in [letter.message.key for letter in await house.letters(phone, *LetterState)]


async def test_who_does_not_come_after_all_goes_from_the_screen(house: House) -> None:
    """The job is given back on the way; whoever comes next is shown instead."""
    first, second = await with_portrait(house), await with_portrait(house, "王芳")
    phone = await house.telegram()
    await stories.dispatched(house, phone)
    await stories.says(house, first, "1")
    await house.pass_time(3, step=1)
    (before,) = await faces(phone)
    await stories.says(house, first, "4")
    await house.pass_time(3, step=1)
    assert await faces(phone) == []
    await stories.says(house, second, "1")
    await house.pass_time(5, step=1)
    (after,) = await faces(phone)
    assert after.message_id != before.message_id
    assert await house.phones.violations() == []


async def test_what_was_held_is_not_shown_of_somebody_who_no_longer_comes(house: House) -> None:
    """The platform takes nothing for a while: by then the envoy is out."""
    envoy, phone = await with_portrait(house), await house.telegram()
    await stories.dispatched(house, phone)
    await house.phones.fault("too_many", method="sendPhoto", times=1, params={"retry_after": 20})
    await stories.says(house, envoy, "1")
    await stories.says(house, envoy, "4")
    await house.pass_time(40, step=5)
    assert await faces(phone) == []


@pytest.mark.parametrize("cried", [False, True])
async def test_a_screen_under_duress_shows_nobodys_face(house: House, cried: bool) -> None:
    """The word in the countdown, or after the dispatch: who accepts then is not shown."""
    envoy, anna = await with_portrait(house), await house.telegram("Anna")
    await stories.says(house, anna, "/profile", "1", "10", WORD)
    await house.pass_time(8, step=1)
    if cried:
        await stories.dispatched(house, anna)
    else:
        await stories.pin(house, anna)
    await stories.says(house, anna, WORD)
    await house.pass_time(10, step=1)
    case = await house.silent(anna)
    assert (case.faced, case.hidden) == (cried, not cried)
    await house.do(centre.take, case.id)
    await house.do(calling_envoys.by_name, case.id, await envoy_of(house, envoy), offers.Part())
    await stories.says(house, envoy, "1")
    await house.pass_time(10, step=1)
    assert "job.accepted" in await house.heard(envoy)
    assert await faces(anna) == []


async def test_under_duress_who_was_coming_stays_on_the_screen(house: House) -> None:
    """The chat goes on saying that they come: their picture does not vanish when they give the job back."""
    envoy, anna = await with_portrait(house), await house.telegram("Anna")
    await stories.says(house, anna, "/profile", "1", "10", WORD)
    await house.pass_time(8, step=1)
    await stories.dispatched(house, anna)
    await stories.says(house, envoy, "1")
    await house.pass_time(3, step=1)
    assert len(await faces(anna)) == 1
    await stories.says(house, anna, WORD)
    await stories.says(house, envoy, "4")
    await house.pass_time(5, step=1)
    assert len(await faces(anna)) == 1
    assert "job.withdrawn" in await house.heard(envoy)


async def test_the_customer_of_an_order_sees_whom_they_meet(house: House) -> None:
    """As soon as it is booked; given back, the picture goes."""
    await order_stories.prices(house)
    envoy, phone = await with_portrait(house), await house.telegram()
    await order_stories.places(house, phone, BANGKOK, "tomorrow 10:00")
    assert await faces(phone) == []
    await order_stories.picks(house, envoy, "order.offer", "accept")
    await house.pass_time(5, step=1)
    assert len(await faces(phone)) == 1
    await order_stories.does(house, envoy, "withdraw")
    await order_stories.picks(house, envoy, "order.withdraw_ok", "yes")
    await house.pass_time(5, step=1)
    assert await faces(phone) == []


async def test_a_customer_under_duress_sees_nobodys_face(house: House) -> None:
    """A silent case runs beside the order: the booking is told as always, without a picture."""
    await order_stories.prices(house)
    envoy, anna = await with_portrait(house), await house.telegram("Anna")
    await order_stories.places(house, anna, BANGKOK, "tomorrow 10:00")
    async with house.core.store.begin(house.clock.now()) as uow:
        customer = await uow.people.at(Address("telegram", anna.id))
        assert customer is not None
        customer.profile.duress_word = WORD
        await uow.people.save(customer)
        await uow.commit()
    await stories.says(house, anna, WORD)
    assert (await house.silent(anna)).hidden
    await order_stories.picks(house, envoy, "order.offer", "accept")
    await house.pass_time(5, step=1)
    assert "order.booked" in await house.heard(anna)
    assert await faces(anna) == []


async def test_a_photo_that_cannot_be_opened_is_never_spoken_of(house: House) -> None:
    """Its envoy, who had read that it is shown, hears that it is not; the traveller hears nothing of it."""
    envoy, phone = await stories.envoy(house, "陈静", BANGKOK), await house.telegram()
    await say(house, envoy, "我的照片")
    await envoy.upload("photo", b"\xff\xd8\xff no picture", "me.jpg", "image/jpeg")
    await house.pass_time(3, step=1)
    assert "打不开" in (await last(envoy)).text
    assert await given(house, envoy) == ""
    await stories.dispatched(house, phone)
    await stories.says(house, envoy, "1", "1")
    await house.pass_time(30, step=5)
    said = await texts(phone)
    assert not any("This is envoy" in text or "file" in text for text in said)
    assert any("has set off" in text for text in said)
    assert await faces(phone) == []


async def test_my_photo_gives_replaces_and_withdraws(house: House) -> None:
    """Nothing of an earlier one is kept, staff hear of each, and withdrawn it is shown to nobody."""
    envoy = await with_portrait(house)
    first = await given(house, envoy)
    assert len(await kept(house, first)) == 2
    assert "envoy_portrait" in await house.told_staff()
    seen_by_staff = [item.media.id for item in await house.queue() if item.media]
    assert [portrait.drawn(MediaId(photo)) for photo in seen_by_staff] == [first]
    assert "已在用" in await say(house, envoy, "我的照片")
    await sends_face(house, envoy)
    second = await given(house, envoy)
    assert second != first
    assert await kept(house, first) == []
    await say(house, envoy, "我的照片")
    await say(house, envoy, "8")
    assert (await given(house, envoy), await kept(house, second)) == ("", [])
    phone = await house.telegram()
    await stories.dispatched(house, phone)
    await stories.says(house, envoy, "1")
    await house.pass_time(3, step=1)
    assert await faces(phone) == []


async def test_a_photo_the_platform_never_gives_is_said_to_be_lost_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is gone there; trying again tells nothing twice."""
    envoy = await stories.envoy(house, "陈静", BANGKOK)
    await say(house, envoy, "我的照片")

    async def gone(handle: str, limit: int) -> bytes:
        raise PermanentFailure("gone")

    monkeypatch.setattr(house.service.parts.fetching._sources["telegram"], "fetch", gone)
    await sends_face(house, envoy)
    await house.pass_time(60, step=20)
    assert (await house.heard(envoy)).count("envoy.portrait_lost") == 1
    assert await given(house, envoy) == ""


async def test_my_photo_is_for_envoys(house: House) -> None:
    """Anybody else's words go where words go, and their photo is no portrait."""
    phone = await house.telegram("Li", "en")
    await say(house, phone, "my photo")
    await sends_face(house, phone)
    assert await given(house, phone) == ""


@pytest.mark.parametrize("channel", ["wechat", "telegram"])
async def test_given_with_the_application_it_is_the_envoys_once_approved(house: House, channel: str) -> None:
    """Asked last, for itself; in the summary; resumed like every answer; nobody's before the decision."""
    phone = await test_enrolment.newcomer(house, channel)
    await test_enrolment.filled(house, phone, Step.SELFIE, Step.PORTRAIT)
    await test_enrolment.send_photo(house, phone)
    said = {"wechat": ("不放照片", "以后再填", "已提供"), "telegram": ("No photo", "later", "given")}
    skip, later, given_word = said[channel]
    assert skip in (await last(phone)).text
    await say(house, phone, later)
    assert skip in await say(house, phone, test_enrolment.WORDS[channel][0])
    assert given_word in await sends_face(house, phone)
    sent = (await test_enrolment.application_of(house, phone)).answers
    assert len(await kept(house, sent.portrait)) == 2
    assert sent.portrait not in sent.selfies
    assert await given(house, phone) == ""
    await say(house, phone, "1")
    await test_enrolment.decide(house, phone, vetting.approve)
    assert await given(house, phone) == sent.portrait
    assert len(await kept(house, sent.portrait)) == 2


async def test_skipped_it_is_not_asked_again(house: House) -> None:
    phone = await house.wechat("小陈")
    await test_enrolment.filled(house, phone, Step.PORTRAIT)
    assert "不提供" in await say(house, phone, "不放照片")
    await say(house, phone, "1")
    await test_enrolment.decide(house, phone, vetting.approve)
    assert await given(house, phone) == ""


async def test_withdrawn_with_the_application_nothing_of_it_is_kept(house: House) -> None:
    phone = await house.wechat("小陈")
    await test_enrolment.filled(house, phone, Step.PORTRAIT)
    await sends_face(house, phone)
    picture = (await test_enrolment.application_of(house, phone)).answers.portrait
    await say(house, phone, "3")
    assert await kept(house, picture) == []


async def test_who_leaves_takes_their_portrait_along(house: House) -> None:
    envoy = await with_portrait(house)
    picture = await given(house, envoy)
    await say(house, envoy, "不做星使了")
    await say(house, envoy, "1")
    assert (await given(house, envoy), await kept(house, picture)) == ("", [])


async def test_a_portrait_is_a_photo(house: House) -> None:
    """Anything else is asked for again, and words are the question's still."""
    envoy = await stories.envoy(house, "陈静", BANGKOK)
    await say(house, envoy, "我的照片")
    await envoy.voice()
    await house.pass_time(3, step=1)
    assert "enrol.photo_please" in await house.heard(envoy)
    assert await given(house, envoy) == ""
    await sends_face(house, envoy)
    assert await given(house, envoy)
