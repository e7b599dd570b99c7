"""Somebody answers for the traveller: who may see what is said to them, and a sum is asked and answered."""

from datetime import timedelta

from backoffice.kernel.ids import OperatorId
from backoffice.kernel.money import Money
from backoffice.organisations.model import AuthorisationStatus, Organisation, OrganisationKind
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows import answering_for, authorising, centre
from backoffice.workflows.work import Work
from tests.house import House, texts
from tests.journeys import stories

ACME = Organisation("ACME", "平安健康", OrganisationKind.INSURER)
GUEST = Operator(OperatorId("guest"), "王核", OperatorRole.GUEST, "", "ACME")
DEPOSIT = authorising.Question("ACME", Money.of("30000", "CNY"), "曼谷医院住院押金", timedelta(minutes=30))


async def _founded(house: House, organisation: Organisation = ACME) -> None:
    async with house.core.store.begin(house.clock.now()) as uow:
        await uow.organisations.put(organisation)
        await uow.staff.add(GUEST)
        await uow.commit()


async def test_a_sum_is_asked_nobody_answers_and_then_somebody_does(either_house: House) -> None:
    """The person learns who sees what; the desk is woken by a clock of its own; the answer ends the clock."""
    house = either_house
    phone = await house.wechat()
    await _founded(house)
    case = await stories.dispatched(house, phone)
    await house.do(centre.take, case.id)
    await house.do(answering_for.bind, case.id, "ACME")
    await house.pass_time(4)
    assert (await house.heard(phone))[-1] == "organisation.bound"
    said = (await texts(phone))[-1]
    assert "平安健康" in said
    assert "看不到您的消息" in said
    await house.do(authorising.ask, case.id, DEPOSIT)
    await house.pass_time(31 * 60, step=310)
    kinds = [a.kind for a in await house.alerts()]
    assert kinds.count("authorisation_unanswered") == 1
    async with house.core.store.begin(house.clock.now()) as uow:
        [asked] = await uow.authorisations.of_case(case.id)
    await _answer(house, asked.id)
    await house.pass_time(61 * 60, step=600)
    kinds = [a.kind for a in await house.alerts()]
    assert kinds.count("authorisation_unanswered") == 1
    assert "authorisation_granted" in kinds
    line = await house.timeline(await stories.now(house, phone))
    wanted = [
        "organisation.bound",
        "authorisation.asked",
        "authorisation.unanswered",
        "authorisation.granted",
    ]
    assert [what for what in line if what in wanted] == wanted


async def _answer(house: House, asked: str) -> None:
    async with house.core.store.begin(house.clock.now()) as uow:
        work = Work(uow, house.clock.now(), house.core.world)
        await authorising.answer(work, asked, GUEST, True, "同意")
        await uow.commit()
        assert (await uow.authorisations.get(asked)).status is AuthorisationStatus.GRANTED


async def test_under_duress_nobody_is_told_that_somebody_was_bound(house: House) -> None:
    """Nothing in chat may name the case."""
    phone = await house.wechat()
    await _founded(house)
    case = await stories.dispatched(house, phone)
    await house.do(centre.take, case.id)
    async with house.core.store.begin(house.clock.now()) as uow:
        found = await uow.cases.get(case.id)
        found.duress = True
        await uow.cases.save(found)
        await uow.commit()
    before = await house.heard(phone)
    await house.do(answering_for.bind, case.id, "ACME")
    await house.pass_time(4)
    assert await house.heard(phone) == before


async def test_the_profile_says_who_may_see_a_call_for_help(house: House) -> None:
    """Also who was enlisted by a list before anything happened, and before they agreed to keep a profile."""
    phone = await house.wechat()
    await _founded(house, Organisation("PKU", "北大附中", OrganisationKind.SCHOOL, sees_place=True))
    await stories.says(house, phone, "你好")
    person = await house.person(phone)
    assert person is not None
    async with house.core.store.begin(house.clock.now()) as uow:
        assert await answering_for.enlist(
            Work(uow, house.clock.now(), house.core.world), person.id, "PKU", "command"
        )
        await uow.commit()
    await stories.says(house, phone, "我的资料")
    await house.pass_time(3)
    assert "北大附中（称呼、准确位置、救助进展" in "\n".join(await texts(phone))
