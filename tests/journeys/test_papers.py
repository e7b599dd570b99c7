"""A receipt and a week's statement arrive as papers: PDF on Telegram, a picture where no files are taken."""

import io

import pypdfium2
from PIL import Image

from backoffice.kernel.messages import Role
from backoffice.workflows import order_letters, papers
from backoffice.workflows.work import Work
from bot.sandbox.client import ChatMessage, Phone
from tests.house import BANGKOK, House, texts
from tests.journeys import order_stories as stories

NEAR = (13.76, 100.51)


async def served(house: House, traveller: Phone, envoy: Phone) -> None:
    """An order from the wish to its end."""
    await stories.prices(house)
    await house.envoy(envoy, NEAR)
    await stories.types(house, envoy, "值班")
    await stories.orders_interpreting(house, traveller, BANGKOK, "明天 14:30")
    await stories.picks(house, traveller, "order.summary", "first")
    await house.pass_time(3)
    await stories.picks(house, envoy, "order.offer", "accept")
    await stories.pays(house, traveller)
    await stories.meets(house, traveller, envoy)
    await house.pass_time(4000, step=1000)
    await stories.does(house, traveller, "end")
    await stories.picks(house, traveller, "order.end_now", "yes")
    await house.pass_time(6)


async def opened(house: House, phone: Phone) -> tuple[ChatMessage, bytes]:
    """The one file the service sent to this phone, as anybody there would open it."""
    (found,) = [m for m in await phone.chat() if m.sender == "bot" and m.media]
    assert found.media is not None
    async with house.http.get(f"{house.phones._base}/media/{found.media['id']}") as answer:
        return found, await answer.read()


def words_of(pdf: bytes) -> str:
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(str(page.get_textpage().get_text_range()) for page in document).replace(
            "\u00a0", " "
        )


async def test_the_receipt_and_the_envoys_week_come_as_files_on_telegram(house: House) -> None:
    """The words, then the paper with the same number and sum; the envoy's in the envoy's language."""
    traveller, envoy = await house.telegram(), await house.telegram("陈静", "zh-hans")
    await served(house, traveller, envoy)
    order = await stories.order_of(house, traveller)
    assert "order.receipt" in await house.heard(traveller)
    message, body = await opened(house, traveller)
    assert (message.kind, message.media and message.media["name"]) == ("document", f"receipt-{order.ref}.pdf")
    assert [part for part in (order.ref, "THB 900.00", "陈静") if part not in words_of(body)] == []
    person = await stories.person_id(house, envoy)
    now = house.clock.now()
    async with house.core.store.begin(now) as uow:
        await papers.send_statement(Work(uow, now, house.core.world), person, now)
        await uow.commit()
    await house.pass_time(5)
    _, body = await opened(house, envoy)
    assert [part for part in ("周结单", "服务收入", "720.00") if part not in words_of(body)] == []


async def test_the_receipt_comes_as_a_picture_on_wechat(house: House) -> None:
    """WeChat takes no files from a service: the page is shown, and nothing says that it cannot be."""
    traveller, envoy = await house.wechat(), await house.telegram("陈静", "zh-hans")
    await served(house, traveller, envoy)
    message, body = await opened(house, traveller)
    assert message.kind == "photo"
    with Image.open(io.BytesIO(body)) as page:
        assert page.format == "PNG"
        assert page.width >= 1000
    assert not any("打不开" in text for text in await texts(traveller))


async def test_a_report_with_its_photo_is_asked_for_on_paper(house: House) -> None:
    """What the envoy wrote and showed from the scene, as one file, while the service still runs."""
    traveller, envoy = await house.telegram(), await house.telegram("陈静", "zh-hans")
    await stories.prices(house)
    await house.envoy(envoy, NEAR)
    await stories.types(house, envoy, "值班")
    await stories.orders_interpreting(house, traveller, BANGKOK, "明天 14:30")
    await stories.picks(house, traveller, "order.summary", "first")
    await house.pass_time(3)
    await stories.picks(house, envoy, "order.offer", "accept")
    await stories.pays(house, traveller)
    await stories.meets(house, traveller, envoy)
    order = await stories.order_of(house, traveller)
    assert "paper" not in order_letters.can(order, Role.TRAVELLER), "nothing to put on paper yet"
    await stories.does(house, envoy, "report")
    await envoy.photo(text="诊所三楼，医生在看片")
    await house.pass_time(5)
    await stories.does(house, traveller, "paper")
    await house.pass_time(8)
    assert "paper.report_here" in await house.heard(traveller)
    found = [m for m in await traveller.chat() if m.sender == "bot" and m.media and m.kind == "document"]
    assert found[-1].media is not None
    async with house.http.get(f"{house.phones._base}/media/{found[-1].media['id']}") as answer:
        body = await answer.read()
    assert [part for part in (order.ref, "诊所三楼", "陈静") if part not in words_of(body)] == []
    with pypdfium2.PdfDocument(body) as document:
        drawn = [each.type for page in document for each in page.get_objects()]
    assert pypdfium2.raw.FPDF_PAGEOBJ_IMAGE in drawn, "the photo is on it"
