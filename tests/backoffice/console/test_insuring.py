"""The room of insurers: a yes recorded by hand needs two persons, premiums are passed on once, people stay masked."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backoffice.insurance.policies import Policy, PolicyStatus, Request, RequestState
from backoffice.kernel.money import Money
from backoffice.money import premiums
from backoffice.ports import AuditWanted, Operator, OperatorRole
from tests.backoffice.console import policy_world
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening

ROOM, PAGE = "/console/insuring", "/console/insuring/policies/pol-1"
REQUEST = f"{ROOM}/requests/req-1"
YES = {"said": "confirmed", "number": "PA-2026-1", "reason": ""}


@pytest.fixture
async def finance(evening: Evening, visit: Callable[[Operator], Any]) -> tuple[Visitor, Visitor]:
    """Two of finance, and a policy whose insurer has not answered."""
    await policy_world.applied(evening)
    names = ("钱进", "算清")
    first, second = [await visit(await evening.operator(name, OperatorRole.FINANCE)) for name in names]
    return first, second


async def row(evening: Evening) -> tuple[Policy, Request]:
    async with evening.store.begin(evening.clock.now()) as uow:
        return await uow.policies.get(policy_world.POLICY), await uow.policies.request(policy_world.REQUEST)


async def text(visitor: Visitor, path: str) -> str:
    answer = await visitor.get(path)
    assert answer.status == 200
    return str(await answer.text())


async def test_a_yes_recorded_by_hand_covers_once_a_second_person_has_signed(
    evening: Evening, finance: tuple[Visitor, Visitor]
) -> None:
    """Without a reference nothing is recorded; the same person signs nothing; then the holder is covered."""
    first, second = finance
    shown = await text(first, ROOM)
    assert "结果不明" in shown
    assert "已试 7 次" in shown
    assert (await first.post(f"{REQUEST}/record", YES | {"number": " "})).status == 422
    assert (await first.post(f"{REQUEST}/record", YES)).status == 303
    policy, request = await row(evening)
    assert (policy.status, request.state) == (PolicyStatus.APPLIED, RequestState.UNKNOWN)
    assert (await first.post(f"{REQUEST}/sign", {"number": "PA-2026-1"})).status == 403
    assert (await second.post(f"{REQUEST}/sign", {"number": "PA-2026-9"})).status == 403
    assert "等第二人签字" in await text(second, ROOM)
    assert (await second.post(f"{REQUEST}/sign", {"number": "PA-2026-1"})).status == 303
    policy, request = await row(evening)
    assert (policy.status, policy.number) == (PolicyStatus.CONFIRMED, "PA-2026-1")
    assert (request.state, request.reference) == (RequestState.CONFIRMED, "PA-2026-1")
    assert (await second.post(f"{REQUEST}/sign", {"number": "PA-2026-1"})).status == 403


async def test_a_no_and_a_withdrawn_record(evening: Evening, finance: tuple[Visitor, Visitor]) -> None:
    """A withdrawn yes counts for nothing; a no needs one person and gives everything back."""
    first, second = finance
    await first.post(f"{REQUEST}/record", YES)
    assert (await second.post(f"{REQUEST}/withdraw")).status == 303
    assert (await second.post(f"{REQUEST}/sign", {"number": "PA-2026-1"})).status == 403
    assert (await first.post(f"{REQUEST}/record", YES | {"said": "refused", "reason": "超龄"})).status == 303
    policy, request = await row(evening)
    assert (policy.status, policy.reason) == (PolicyStatus.REFUSED, "超龄")
    assert request.settled
    assert "超龄" in await text(first, ROOM)


async def test_asking_again_is_due_at_once_and_never_a_second_order(
    evening: Evening, finance: tuple[Visitor, Visitor]
) -> None:
    evening.clock.advance(timedelta(minutes=3))
    assert (await finance[0].post(f"{REQUEST}/ask")).status == 303
    _, request = await row(evening)
    assert (request.due, request.state) == (evening.clock.now(), RequestState.UNKNOWN)


async def test_premiums_are_passed_on_once_and_never_more_than_is_held(
    evening: Evening, finance: tuple[Visitor, Visitor]
) -> None:
    """What is held and the month's statement follow; over the limit the second person signs."""
    first, second = finance
    await first.post(f"{REQUEST}/record", YES)
    await second.post(f"{REQUEST}/sign", {"number": "PA-2026-1"})
    assert "CNY 225.00" in await text(first, ROOM)
    slip = {
        "amount": "225",
        "currency": "CNY",
        "way": "bank",
        "reference": "T-1",
        "day": "",
        "subject": "sample",
    }
    assert (await first.post(f"{ROOM}/remittances", slip | {"amount": "225.01"})).status >= 400
    for _ in range(2):
        assert (await first.post(f"{ROOM}/remittances", slip)).status == 303
    async with evening.store.begin(evening.clock.now()) as uow:
        assert await uow.ledger.balance(premiums.owed_to("sample"), "CNY") == Money(0, "CNY")
    month = f"{evening.clock.now():%Y-%m}"
    told = await text(first, f"{ROOM}/statement?insurer=sample&month={month}")
    assert [line.split(",")[1] for line in told.splitlines()[1:]] == [
        "opening",
        "capture",
        "remit",
        "closing",
    ]
    assert told.splitlines()[-1].endswith(",0.00,CNY")
    assert (await first.get(f"{ROOM}/statement?insurer=sample&month=x")).status == 400


async def test_a_big_transfer_waits_for_its_second_person(
    evening: Evening, finance: tuple[Visitor, Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written down by one, signed by the other in the room or on the page of money; only then is it booked."""
    first, second = finance
    monkeypatch.setattr("backoffice.workflows.money_desk.prices.convert", lambda *_: Money(9999_00, "CNY"))
    await first.post(f"{REQUEST}/record", YES)
    await second.post(f"{REQUEST}/sign", {"number": "PA-2026-1"})
    slip = {
        "amount": "100",
        "currency": "CNY",
        "way": "bank",
        "reference": "T-2",
        "day": "",
        "subject": "sample",
    }
    await first.post(f"{ROOM}/remittances", slip)
    assert "CNY 225.00" in await text(first, ROOM)
    async with evening.store.begin(evening.clock.now()) as uow:
        (waiting,) = await uow.slips.waiting()
    assert (await first.post(f"/console/money/slips/{waiting.id}/sign")).status == 403
    assert (await second.post(f"/console/money/slips/{waiting.id}/sign")).status == 303
    assert "CNY 125.00" in await text(first, ROOM)


async def test_people_are_masked_until_a_reason_is_given_and_every_look_is_on_record(
    evening: Evening, finance: tuple[Visitor, Visitor], visit: Callable[[Operator], Any]
) -> None:
    """Found by number; full for a quarter of an hour, for this person only; the reason stands on the page, sealed."""
    clerk = await visit(await evening.operator("理赔", OperatorRole.CLAIMS))
    first, second = finance
    await first.post(f"{REQUEST}/record", YES)
    await second.post(f"{REQUEST}/sign", {"number": "PA-2026-1"})
    assert "没有这个号码" in await text(clerk, f"{ROOM}?number=PA")
    assert PAGE in await text(clerk, f"{ROOM}?number=PA-2026-1")
    shown = await text(clerk, PAGE)
    for each in ("PA-2026-1", "…6666", "欧＊", "条款 ", "CNY 300.00", "已确认"):
        assert each in shown
    for secret in (policy_world.DOCUMENT, policy_world.NAME, "1990-03-07", "13800138777"):
        assert secret not in shown
    assert (await clerk.post(f"{PAGE}/unmask", {"reason": " "})).status == 400
    assert (await clerk.post(f"{PAGE}/unmask", {"reason": "核对住院病历"})).status == 303
    shown = await text(clerk, PAGE)
    assert policy_world.DOCUMENT in shown
    assert "核对住院病历" in shown
    assert policy_world.DOCUMENT not in await text(first, PAGE)
    evening.clock.advance(timedelta(minutes=16))
    assert policy_world.DOCUMENT not in await text(clerk, PAGE)
    async with evening.store.begin(evening.clock.now()) as uow:
        trail = [line.action for line in await uow.staff.trail(AuditWanted(object="policy:pol-1"))]
    assert {"policy.found", "insuring.policy.view", "policy.unmask"} <= set(trail)
