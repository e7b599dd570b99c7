"""Files: albums, those that are too large, and whose key seals them."""

from backoffice.kernel.ids import MediaId
from backoffice.kernel.messages import MediaKind
from backoffice.workflows import centre
from bot.sandbox.client import Phone
from storage.exchange_tables import media as media_table
from tests.house import BANGKOK, House, texts
from tests.journeys import stories

VIDEO = {
    "file_id": "big",
    "file_unique_id": "b",
    "width": 640,
    "height": 480,
    "duration": 90,
    "file_size": 36_000_000,
}


async def _large(house: House, phone: Phone, caption: str = "") -> None:
    await stories.update(house, phone, house.clock.now(), {"video": VIDEO, "caption": caption})


async def test_an_album_gets_one_reply(either_house: House) -> None:
    """And every one of its pictures is on the case."""
    house = either_house
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)
    await house.pass_time(3)
    before = len(await house.heard(phone))
    for number in range(3):
        await phone.photo(album="a1", text="我在这里" if number == 1 else None)
        await house.settle()
    assert (await house.heard(phone))[before:] == ["case.noted"]
    assert (await house.entries(case))[-3:] == ["[photo]", "我在这里", "[photo]"]
    await phone.photo(album="a2")
    await house.pass_time(3)
    assert (await house.heard(phone))[before:] == ["case.noted"] * 2


async def test_a_photo_outside_any_case_is_in_the_queue_with_its_picture(either_house: House) -> None:
    """Sealed under its sender's key, and there for whoever answers."""
    house = either_house
    phone = await house.telegram()
    await phone.photo()
    await house.pass_time(2)
    (item,) = await house.queue()
    assert item.media is not None
    assert (item.text, item.media.kind) == ("[photo]", MediaKind.PHOTO)
    assert (await house.core.media.get(MediaId(item.media.id))).startswith(b"\xff\xd8")


async def test_an_album_outside_any_case_gets_one_reply(house: House) -> None:
    phone = await house.telegram()
    for _ in range(3):
        await phone.photo(album="a1")
        await house.settle()
    assert (await house.heard(phone)) == ["menu.not_understood"]
    assert len(await house.queue()) == 3


async def test_a_file_too_large_is_said_and_noted(house: House) -> None:
    """What we could not fetch and what to do; its words are on the case, and staff know of the file."""
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)
    await _large(house, phone, "拍到了他的车牌")
    assert (await house.heard(phone))[-1] == "file.too_large"
    await house.pass_time(3)
    assert any("35 MB" in text for text in await texts(phone))
    assert (await house.entries(case))[-1] == "拍到了他的车牌"
    assert "case.noted" not in await house.heard(phone)
    assert "file.too_large" in await house.timeline(case)


async def test_an_envoys_file_too_large_is_noted_on_their_job(house: House) -> None:
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", BANGKOK)
    case = await stories.dispatched(house, phone)
    await stories.says(house, envoy, "1")
    await _large(house, envoy)
    assert (await house.heard(envoy))[-1] == "file.too_large"
    assert "file.too_large" in await house.timeline(case)


async def test_a_file_too_large_outside_any_case_is_in_the_queue(house: House) -> None:
    phone = await house.telegram()
    await _large(house, phone)
    assert await house.heard(phone) == ["file.too_large"]
    assert [item.text for item in await house.queue()] == ["[video]"]


async def test_what_an_envoy_sends_is_sealed_with_the_cases_key(house: House) -> None:
    """It is the case's, and is gone with it."""
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", BANGKOK)
    case = await stories.dispatched(house, phone)
    await stories.says(house, envoy, "1")
    await house.do(centre.take, case.id)
    await envoy.photo(text="是这栋楼吗")
    await house.pass_time(2)
    async with house.core.store.begin(house.clock.now()) as uow:
        entry = (await uow.cases.entries(case.id))[-1]
    assert entry.media is not None
    async with house.core.database.reading() as conn:
        row = (await conn.execute(media_table.select().where(media_table.c.id == entry.media.id))).one()
    assert row.case_id == case.id
