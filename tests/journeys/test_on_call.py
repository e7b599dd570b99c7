"""The ladder outside the console: whom it wakes, over what, and what happens when a way fails."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from backoffice.adapters.pager_on_call import OnCallPager, PagerDeps
from backoffice.adapters.pager_ways import ChatWay, NoticeWay
from backoffice.oncall.model import Hours, OnCall, PageState, Reach, WayKind
from backoffice.ports import Notice, NotSent, PageFailed
from backoffice.workflows import centre
from bot.assembly.words import PlainWords
from bot.sandbox.client import Phone
from tests import house as house_
from tests.house import House, texts
from tests.journeys import stories

SMS = Reach(WayKind.SMS, "+8613800138000")
MAIL = Reach(WayKind.EMAIL, "wen@example.org")


@dataclass
class Carrier:
    """Takes notices, or refuses them, or never answers."""

    got: list[Notice] = field(default_factory=list)
    fails: bool = False

    async def send(self, notice: Notice) -> None:
        if self.fails:
            raise NotSent("the gateway answered 503")
        self.got.append(notice)


@dataclass
class Ladder:
    """A house whose pages go to people."""

    house: House
    pager: OnCallPager
    sms: Carrier
    mail: Carrier

    async def on_call(
        self, name: str, *reaches: Reach, centre: str = "\u5317\u4eac", **more: object
    ) -> OnCall:
        entry = OnCall(name, centre, len(name), name, reaches, locale="en")
        entry = replace(entry, **more)  # type: ignore[arg-type]
        async with self.house.core.store.begin(self.house.clock.now()) as uow:
            await uow.on_call.put(entry)
            await uow.commit()
        return entry

    async def sent(self) -> list[tuple[str, str, str]]:
        async with self.house.core.store.begin(self.house.clock.now()) as uow:
            return [(s.who, s.kind, s.state) for s in reversed(await uow.on_call.recent())]


@pytest.fixture
def ladder(house: House) -> Iterator[Ladder]:
    core, sms, mail = house.core, Carrier(), Carrier()
    ways = {
        WayKind.CHAT: ChatWay(core.store, core.clock),
        WayKind.SMS: NoticeWay(sms),
        WayKind.EMAIL: NoticeWay(mail),
    }
    words = PlainWords(core.speech)
    deps = PagerDeps(core.store, core.clock, words, ways, "https://centre.example/console/", core.world.bits)
    pager = OnCallPager(deps)
    house_.PAGER.then = pager
    yield Ladder(house, pager, sms, mail)
    house_.PAGER.then = None


async def test_the_whole_ladder_until_somebody_takes_the_case(ladder: Ladder) -> None:
    """15 s the next one, 30 s all, 60 s the supervisor and the second centre, and again every minute; then silence."""
    house = ladder.house
    await ladder.on_call("a", SMS)
    await ladder.on_call("bb", replace(SMS, to="+8613800138001"))
    await ladder.on_call("boss", MAIL, supervisor=True)
    await ladder.on_call("far", replace(MAIL, to="far@example.org"), centre="\u91cc\u65af\u672c")
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)
    numbers, mails = [], []
    for seconds in (14, 2, 15, 30, 60):
        await house.pass_time(seconds, step=5)
        numbers.append([n.to[-1] for n in ladder.sms.got])
        mails.append([n.to for n in ladder.mail.got])
    assert numbers == [
        [],
        ["0"],
        ["0", "0", "1"],
        ["0", "0", "1", "0", "1"],
        ["0", "0", "1"] + ["0", "1"] * 2,
    ]
    assert [len(m) for m in mails] == [0, 0, 0, 2, 4]
    said = ladder.sms.got[0].text
    assert case.ref in said
    assert "/console/" in said
    assert "Anna" not in said
    await house.do(centre.take, case.id)
    await house.pass_time(130, step=10)
    assert len(ladder.sms.got) == 7


async def test_a_failing_gateway_goes_to_the_next_way_and_is_listed(ladder: Ladder) -> None:
    """SMS is down: the mail goes; both tries are on record, the case's timeline is not the place for them."""
    await ladder.on_call("wen", SMS, MAIL)
    ladder.sms.fails = True
    await ladder.pager.page(1, "7K3F", "unanswered")
    assert [n.to for n in ladder.mail.got] == ["wen@example.org"]
    assert await ladder.sent() == [("wen", "sms", "failed"), ("wen", "email", "taken")]
    await ladder.pager.page(1, "7K3F", "unanswered")
    assert await ladder.house.told_staff() == ["page_way_failed"]


async def test_from_the_third_rung_every_way_at_once(ladder: Ladder) -> None:
    """A way that takes pages and wakes nobody is not waited for any longer."""
    await ladder.on_call("wen", SMS, MAIL)
    await ladder.pager.page(3, "7K3F", "unanswered")
    assert (len(ladder.sms.got), len(ladder.mail.got)) == (1, 1)


async def test_nobody_reached_is_a_failure_staff_see(ladder: Ladder) -> None:
    """An empty list, or every way down: `pager_failed` stands among the alerts."""
    with pytest.raises(PageFailed, match="nobody is on call"):
        await ladder.pager.page(1, "7K3F", "unanswered")
    await ladder.on_call("wen", SMS, Reach(WayKind.CHAT, "telegram:404"))
    ladder.sms.fails = True
    phone = await ladder.house.telegram()
    await stories.dispatched(ladder.house, phone)
    await ladder.house.pass_time(16, step=4)
    assert "pager_failed" in await ladder.house.told_staff()
    assert {state for _, _, state in await ladder.sent()} == {"failed"}


async def test_a_way_that_never_answers_is_left_after_a_while(
    ladder: Ladder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(notice: Notice) -> None:
        await asyncio.sleep(9)

    monkeypatch.setattr("backoffice.adapters.pager_on_call.PATIENCE_S", 0.05)
    monkeypatch.setattr(ladder.sms, "send", silent)
    await ladder.on_call("wen", SMS, MAIL)
    await ladder.pager.page(1, "7K3F", "unanswered")
    assert await ladder.sent() == [("wen", "sms", "failed"), ("wen", "email", "taken")]


async def _staff_phone(ladder: Ladder) -> Phone:
    phone = await ladder.house.telegram("Wen")
    await phone.text("hello")
    await ladder.house.settle()
    return phone


async def test_staff_are_woken_in_their_own_chat(ladder: Ladder) -> None:
    """A letter in the SOS lane, over the service's own bot."""
    phone = await _staff_phone(ladder)
    await ladder.on_call("wen", Reach(WayKind.CHAT, f"telegram:{phone.id}"))
    await ladder.pager.page(1, "7K3F", "unanswered")
    await ladder.house.settle()
    assert any("7K3F is ringing" in text for text in await texts(phone))


async def test_a_drill_wakes_nobody(ladder: Ladder) -> None:
    """Its ladder is climbed in the console; no telephone rings for it."""
    house = ladder.house
    await ladder.on_call("wen", SMS)
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)

    async def make_drill(work: centre.Work) -> None:
        found = await work.uow.cases.get(case.id)
        found.drill = True
        await work.uow.cases.save(found)

    await house.actions(make_drill, case.id)
    await house.pass_time(200, step=10)
    assert ladder.sms.got == []
    assert house.pages == []
    assert "unanswered_3" in await house.told_staff()


async def test_a_test_page_goes_over_every_way_and_says_that_it_is_one(ladder: Ladder) -> None:
    entry = await ladder.on_call("wen", SMS, MAIL)
    sent = await ladder.pager.test(entry)
    assert [s.state for s in sent] == [PageState.TAKEN, PageState.TAKEN]
    assert "test" in ladder.sms.got[0].text
    assert "7K3F" not in ladder.mail.got[0].subject


async def test_hours_are_kept_until_it_is_an_incident(ladder: Ladder) -> None:
    """Asleep at one minute, woken at three."""
    local = ladder.house.clock.now() + timedelta(hours=8)
    later = (local.hour * 60 + 120) % 1440
    await ladder.on_call("asleep", SMS, hours=Hours(start=later, end=(later + 60) % 1440))
    await ladder.on_call("far", MAIL, centre="\u91cc\u65af\u672c")
    await ladder.pager.page(3, "7K3F", "unanswered")
    assert (len(ladder.sms.got), len(ladder.mail.got)) == (0, 1)
    await ladder.pager.page(4, "7K3F", "unanswered")
    assert len(ladder.sms.got) == 1
