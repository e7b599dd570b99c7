"""The centre in an order, over the real service: its words arrive on both channels, its money is signed by two."""

from datetime import date

import pytest

from backoffice.kernel.ids import OperatorId
from backoffice.kernel.messages import Role
from backoffice.kernel.money import Money
from backoffice.money.slips import SlipKind, Way
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows import money_desk, order_desk
from backoffice.workflows.money_desk import Written
from bot.assembly import deeds
from tests.house import BANGKOK, House, texts
from tests.journeys import order_stories as stories

NEAR = (13.76, 100.51)
FIN = Operator(OperatorId("fin"), "钱", OperatorRole.FINANCE)


@pytest.mark.parametrize("mixed", [False, True])
async def test_the_centre_speaks_records_the_price_and_sends_somebody_else(house: House, mixed: bool) -> None:
    """Under the traveller's lock; the order hears of its money from a second person's signature."""
    traveller = await (house.wechat() if mixed else house.telegram())
    envoy = await (house.telegram("陈静", "zh-hans") if mixed else house.wechat("陈静"))
    await stories.prices(house)
    await house.envoy(envoy, NEAR)
    await stories.types(house, envoy, "值班")
    await stories.orders_interpreting(house, traveller, BANGKOK, "明天 14:30")
    await stories.picks(house, traveller, "order.summary", "first")
    await house.pass_time(3)
    await stories.picks(house, envoy, "order.offer", "accept")
    order = await stories.order_of(house, traveller)
    key = f"order:{order.id}"
    for role, words in ((Role.TRAVELLER, "请带护照"), (Role.ENVOY, "旅客听力不好")):
        await house.actions(
            lambda w, r=role, x=words: order_desk.answer(w, order.id, house.operator, r, x), key
        )
    await house.settle()
    await house.pass_time(5)
    assert any("请带护照" in text for text in await texts(traveller))
    assert any("旅客听力不好" in text for text in await texts(envoy))
    await signed(house, order.payment)
    assert (await stories.order_of(house, traveller)).paid
    await house.actions(lambda w: order_desk.reassign(w, order.id, house.operator, "车坏了"), key)
    await house.pass_time(5)
    assert "job.order_reassigned" in await house.heard(envoy)
    (shown,) = await deeds.do(house.core, "export_orders", {"ref": order.ref})
    assert "请带护照" in [message["text"] for message in shown["messages"]]


async def signed(house: House, payment: str) -> None:
    """The price by one person; the fund's thousands by finance and the supervisor."""
    price = Money(1200_00, "THB")
    written = Written(SlipKind.PAYMENT, payment, price, Way.CASH, "R-1", date(2026, 3, 1))
    fund = Written(SlipKind.TOP_UP, "", Money(9000_00, "CNY"), Way.BANK, "F-1", date(2026, 3, 1))
    await house.actions(lambda w: money_desk.write_down(w, FIN, written), f"payment:{payment}")
    await house.actions(lambda w: money_desk.write_down(w, FIN, fund), None)
    async with house.core.store.begin(house.clock.now()) as uow:
        (waits,) = await uow.slips.waiting()
    assert waits.kind is SlipKind.TOP_UP, "240 yuan need one person, 9,000 need two"
    await house.actions(lambda w: money_desk.sign(w, waits.id, house.operator), f"slip:{waits.id}")
    await house.settle()
