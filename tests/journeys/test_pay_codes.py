"""Paying by a code: a picture in the chat and a page, for WeChat and for Telegram without a provider of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from backoffice.kernel.money import Money
from backoffice.money.model import PaymentStatus, Purpose
from backoffice.workflows import payments
from backoffice.workflows.work import Work
from bot.assembly import pay_rules
from tests import house as house_
from tests import paying, wiring
from tests.clocks import FakeClock
from tests.house import House, texts

YUAN = Money.of(100, "CNY")


@pytest.fixture
async def shop(sqlite_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[House]:
    """The service taking money by codes only."""
    async with house_.opened(sqlite_url, tmp_path / "data", clock, pays=True, trade="native") as opened:
        yield opened


def test_without_a_telegram_provider_telegram_pays_by_the_same_code(tmp_path: Path) -> None:
    """A code can be scanned wherever it is read; with a provider of its own Telegram keeps its invoices."""
    given = wiring.settings("sqlite+aiosqlite://", tmp_path, "http://127.0.0.1:1")
    for token, way in ((None, "wechat"), (SecretStr("t"), "telegram")):
        chosen = paying.settings("http://127.0.0.1:1", "native").model_copy(
            update={"telegram_provider_token": token}
        )
        ways = pay_rules.rules(given.model_copy(update={"payments": chosen})).ways
        assert ways == {"wechat": "wechat", "telegram": way}


async def test_a_code_comes_as_a_picture_and_stands_on_the_page(shop: House) -> None:
    """The picture is a PNG in the chat; the page draws the same code; paid, the money is held."""
    phone = await shop.wechat()
    await phone.text("/help")
    await shop.settle()
    person = await shop.person(phone)
    assert person is not None
    async with shop.core.store.begin(shop.clock.now()) as uow:
        work = Work(uow, shop.clock.now(), shop.core.world)
        payment = await payments.request(work, Purpose("test", "t1"), person.id, YUAN, "k1")
        await uow.commit()
    await shop.pass_time(5, step=1)
    pictures = [m for m in await phone.chat() if m.sender == "bot" and m.kind in ("photo", "image")]
    assert len(pictures) == 1
    told = next(text for text in await texts(phone) if "/pay/" in text)
    assert "¥100.00" in told
    token = told.partition("/pay/")[2][:32]
    page = await (await shop.http.get(f"{shop.base}/pay/{token}")).text()
    assert "<svg" in page
    assert "扫" in page
    await shop.phones.ask("POST", f"pay/pay/{payment.id}")
    await shop.pass_time(5, step=1)
    async with shop.core.store.begin(shop.clock.now()) as uow:
        assert (await uow.payments.get(payment.id)).status is PaymentStatus.AUTHORISED
    page = await (await shop.http.get(f"{shop.base}/pay/{token}")).text()
    assert "<svg" not in page
