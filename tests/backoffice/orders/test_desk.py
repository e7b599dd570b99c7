"""The centre and an order: complaints, statements, reports, exports; who is told, who is blamed, who pays."""

from dataclasses import replace
from datetime import UTC, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from backoffice.kernel.errors import NotFound, Refusal
from backoffice.kernel.ids import OperatorId, OrderId, PersonId
from backoffice.kernel.messages import Role
from backoffice.kernel.money import Money
from backoffice.money import ledger
from backoffice.money.accounts import Account, AccountKind
from backoffice.money.prices import SosPay
from backoffice.orders.model import OrderStatus
from backoffice.organisations.model import Organisation, OrganisationKind
from backoffice.ports import Operator, OperatorRole
from backoffice.ports.money import PriceTable
from backoffice.workflows import envoy_day, order_desk, order_running, papers, pricing, relay
from storage.export_orders import export_orders
from tests.backoffice.orders.shop import BANGKOK, SINCE, Shop
from tests.storage import samples

LIN = Operator(OperatorId("op1"), "林晓", OperatorRole.OPERATOR)


async def served(shop: Shop, order: OrderId) -> None:
    """An hour and a bit, then the traveller ends it."""
    await shop.wait(minutes=70)
    await shop.on(order, lambda w, o: order_running.end(w, o, Role.TRAVELLER))


async def kinds(shop: Shop) -> list[str]:
    found = await shop.look(lambda work: work.uow.order_ratings.open_reviews())
    return [review.reason for review in found]


async def envoy_says(shop: Shop, name: str, ref: str, words: str) -> None:
    async def step(work: Any) -> None:
        await envoy_day.complain(work, await work.uow.envoys.get(shop.envoys[name]), ref, words)

    await shop.act(step)


async def test_an_envoys_complaint_about_an_order_opens_a_review(shop: Shop) -> None:
    """Also after its end; about somebody else's order it is words for the desk."""
    await shop.envoy("陈静")
    await shop.envoy("李敏", 2.0)
    order = await shop.running("周婷", "陈静")
    ref = (await shop.order(order)).ref
    await shop.on(order, lambda w, o: order_running.end(w, o, Role.TRAVELLER))

    async def recent(work: Any) -> Any:
        return await envoy_day.recent(work, await work.uow.envoys.get(shop.envoys["陈静"]))

    assert ref in [r for r, _ in await shop.look(recent)]
    await envoy_says(shop, "陈静", ref, "旅客让我垫钱")
    assert await kinds(shop) == ["complaint"]
    await envoy_says(shop, "李敏", ref, "不是我的单")
    assert await kinds(shop) == ["complaint"]


async def test_who_is_replaced_by_the_centre_is_told_and_not_blamed(shop: Shop) -> None:
    await shop.envoy("陈静")
    order = await shop.booked("周婷", "陈静")
    await shop.act(lambda work: order_desk.reassign(work, order, LIN, "车坏了"))
    assert "job.order_reassigned" in await shop.told("陈静")
    assert await kinds(shop) == []
    assert (await shop.order(order)).envoy is None


async def test_the_centre_asks_the_next_ones_beside_those_who_still_think(shop: Shop) -> None:
    """Nobody is asked twice at once; with nobody left the operator is told so."""
    await shop.envoy("陈静")
    order = await shop.place("周婷")
    with pytest.raises(Refusal, match="nobody_left"):
        await shop.act(lambda work: order_desk.ask_again(work, order, LIN))
    await shop.envoy("李敏", 15.0)
    await shop.act(lambda work: order_desk.ask_again(work, order, LIN))
    assert set(await shop.offers(order)) == {"陈静", "李敏"}


async def test_a_statement_comes_on_monday_morning_where_the_envoy_works(shop: Shop) -> None:
    """By day there, once, and never when the week had nothing in it."""
    await shop.envoy("陈静")
    order = await shop.running("周婷", "陈静")
    await served(shop, order)
    there = shop.clock.now().astimezone(ZoneInfo("Asia/Bangkok"))
    monday = (there + timedelta(days=7 - there.weekday())).replace(hour=9, minute=0, second=0, microsecond=0)
    await shop.until((monday - timedelta(minutes=1)).astimezone(UTC))
    assert "paper.statement_here" not in await shop.told("陈静")
    await shop.until((monday + timedelta(minutes=1)).astimezone(UTC))
    assert (await shop.told("陈静")).count("paper.statement_here") == 1
    await shop.until((monday + timedelta(days=15)).astimezone(UTC))
    assert (await shop.told("陈静")).count("paper.statement_here") == 1, "a standing balance alone is no news"


async def test_the_report_is_a_paper_without_the_numbers_that_were_masked(shop: Shop) -> None:
    """What the envoy reported, in order; before that there is no paper."""
    await shop.envoy("陈静")
    order = await shop.running("周婷", "陈静")
    handle = f"{papers.REPORT}:{order}:zh_Hans"
    with pytest.raises(NotFound):
        await shop.look(lambda work: papers.facts(work, handle))
    said = relay.Said("医生说要拍片，有事打 13800138000")
    await shop.on(order, lambda w, o: order_running.report(w, o, said))
    facts = await shop.look(lambda work: papers.facts(work, handle))
    assert isinstance(facts, papers.SceneFacts)
    (seen,) = facts.seen
    assert "医生说要拍片" in seen.text
    assert "13800138000" not in seen.text
    assert facts.envoy == "陈静"
    await shop.on(order, lambda w, o: order_running.end(w, o, Role.TRAVELLER))
    assert "paper.report_here" in await shop.told("周婷"), "at the end it comes with the receipt"


async def test_an_order_is_exported_like_a_case(shop: Shop) -> None:
    """Live with its point, over without; the words of its thread; never a code word."""
    await shop.envoy("陈静")
    order = await shop.running("周婷", "陈静")
    await shop.act(lambda work: order_desk.answer(work, order, LIN, Role.ENVOY, "请等叫号"))
    live = await shop.order(order)
    (shown,) = await export_orders(shop.database, shop.vault, live.ref)
    assert (shown["status"], shown["envoy"], shown["price"]) == (
        "running", "陈静", {"minor": 1200_00, "currency": "THB"}
    )  # fmt: skip
    assert shown["position"]["cell"] is False
    assert "请等叫号" in [m["text"] for m in shown["messages"]]
    assert [o["status"] for o in shown["offers"]] == ["chosen"]
    assert not {live.said[Role.ENVOY], live.said[Role.TRAVELLER]} & set(str(shown).split("'"))
    await shop.on(order, lambda w, o: order_running.end(w, o, Role.TRAVELLER))
    await shop.wait(minutes=2)
    (over,) = await export_orders(shop.database, shop.vault)
    assert over["position"] is None
    assert over["offers"][0]["distance_m"] is None
    assert await export_orders(shop.database, shop.vault, "NONE9") == []


async def test_an_organisation_pays_for_its_own_people_and_the_fund_for_others(shop: Shop) -> None:
    """Asked when the SOS is settled, by the person who called."""
    table = PriceTable(sos=[SosPay("TH", "THB", 500_00, 300_00, 0, 0, SINCE)])
    await shop.act(lambda work: work.uow.prices.put(table))
    await shop.envoy("陈静")
    bound = await shop.person("王芳")

    async def bind(work: Any) -> None:
        await work.uow.organisations.put(Organisation("ACME", "ACME", OrganisationKind.EMPLOYER))
        await work.uow.organisations.bind(bound, "ACME", work.now)

    await shop.act(bind)
    await earns(shop, bound)
    sponsor = Account(AccountKind.SPONSOR, "organisation:ACME")
    assert await balance(shop, sponsor) == Money(800_00, "THB")
    assert not await balance(shop, ledger.fund())
    await earns(shop, shop.people["周婷"])
    assert await balance(shop, ledger.fund()) == Money(800_00, "THB")
    assert await shop.owed("陈静") == Money(1600_00, "THB")


async def balance(shop: Shop, account: Account) -> Money:
    return await shop.look(lambda work: work.uow.ledger.balance(account, "THB"))


async def earns(shop: Shop, person: PersonId) -> None:
    """An hour at an SOS of this person."""

    async def step(work: Any) -> None:
        case = samples.open_case(person, place=work.world.places.describe(BANGKOK), opened_at=work.now)
        envoy = await work.uow.envoys.get(shop.envoys["陈静"])
        answered = work.now - timedelta(hours=1)
        await pricing.earn(work, case, samples.assignment(case.id, envoy.id, answered_at=answered), envoy)

    await shop.act(step)


async def test_what_the_platform_keeps_is_booked_when_money_is_shared_out(shop: Shop) -> None:
    """By its contract, of what it was paid; the traveller and the envoy see nothing of it."""
    shop.world = replace(shop.world, pay=replace(shop.world.pay, fees={"recorded": Fraction(6, 1000)}))
    await shop.envoy("陈静")
    order = await shop.running("周婷", "陈静")
    await served(shop, order)
    charged = (await shop.order(order)).charged
    assert charged == Money(900_00, "THB"), "an hour and a begun half hour"
    kept = Account(AccountKind.PROVIDER_FEES, "recorded")
    booked = await shop.look(lambda work: work.uow.ledger.balance(kept, "THB"))
    assert booked == charged.part(Fraction(6, 1000))
    assert await shop.owed("陈静") == charged.part(Fraction(4, 5))
    assert not any((await shop.sums()).values())


async def test_an_order_turned_into_an_sos_is_in_the_operators_hands(shop: Shop) -> None:
    """Nothing counts down; one that begins tomorrow is no emergency of now."""
    await shop.envoy("陈静")
    order = await shop.booked("周婷", "陈静")
    with pytest.raises(Refusal, match="order_not_due"):
        await shop.act(lambda work: order_desk.to_sos(work, order, LIN, "昏倒"))
    await shop.until((await shop.order(order)).start_at)
    case = await shop.act(lambda work: order_desk.to_sos(work, order, LIN, "昏倒"))
    assert (await shop.order(order)).status is OrderStatus.HANDED_OVER
    assert (case.owner, case.ringing) == (LIN.id, False)
    assert "sos.countdown" not in await shop.told("周婷")
    assert "job.order_became_sos" in await shop.told("陈静")
