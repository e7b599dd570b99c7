"""What journeys about money share: time that jumps, actions of workflows, a person who is asked for money and pays."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import TypeVar

from backoffice.kernel.ids import OperatorId, PersonId
from backoffice.kernel.money import Money
from backoffice.money import slips
from backoffice.money.accounts import Account
from backoffice.money.model import Payment, Purpose
from backoffice.money.slips import SlipKind
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows import money_desk, payments
from backoffice.workflows.work import Work
from bot.sandbox.client import Phone
from tests.house import House, texts

T = TypeVar("T")
FINANCE = Operator(OperatorId("fin1"), "钱", OperatorRole.FINANCE)
SECOND = Operator(OperatorId("fin2"), "账", OperatorRole.SUPERVISOR)
THIRD = Operator(OperatorId("fin3"), "审", OperatorRole.ADMIN)
YUAN = Money.of(100, "CNY")


async def later(house: House, *seconds: float) -> None:
    """Time jumps, and what is due then happens."""
    for step in seconds or (1, 3):
        house.clock.advance(timedelta(seconds=step))
        await house.settle()


async def do(house: House, act: Callable[[Work], Awaitable[T]]) -> T:
    """One action of a workflow, committed."""
    now = house.clock.now()
    async with house.core.store.begin(now) as uow:
        found = await act(Work(uow, now, house.core.world))
        await uow.commit()
    return found


async def acquainted(house: House, phone: Phone) -> PersonId:
    """The person behind a phone that has written once."""
    await phone.text("/help")
    await later(house)
    person = await house.person(phone)
    assert person is not None
    return person.id


async def ask(house: House, person: PersonId, amount: Money = YUAN, key: str = "k1") -> Payment:
    """Somebody is asked for money, and everything that follows by itself happens."""
    purpose = Purpose("test", "t1")
    payment = await do(house, lambda work: payments.request(work, purpose, person, amount, key))
    await later(house)
    return await now_(house, payment)


async def now_(house: House, payment: Payment) -> Payment:
    return await do(house, lambda work: work.uow.payments.get(payment.id))


def slip(payment: Payment, reference: str, amount: Money) -> money_desk.Written:
    """What finance writes down about money that came for a payment."""
    return money_desk.Written(
        SlipKind.PAYMENT, payment.id, amount, slips.Way.BANK, reference, date(2026, 3, 1), "银行回单"
    )


async def balance(house: House, account: Account, currency: str = "CNY") -> Money:
    return await do(house, lambda work: work.uow.ledger.balance(account, currency))


async def pay(house: House, payment: Payment) -> None:
    """The thumb on WeChat's own screen."""
    await house.phones.ask("POST", f"pay/pay/{payment.id}")
    await later(house)


async def said(phone: Phone) -> str:
    return "\n".join(await texts(phone))
