"""A case among the centres: where it goes, who else is woken, what happens when hours end or somebody is away."""

from datetime import timedelta
from pathlib import Path

import pytest

from backoffice.kernel.errors import NotAllowed, Refusal
from backoffice.kernel.ids import CaseId, OperatorId
from backoffice.oncall import ladder
from backoffice.oncall.centres import Centre
from backoffice.oncall.model import ALL_DAYS, Hours, OnCall, Reach, WayKind
from backoffice.oncall.shifts import DutyState
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows import centre, shifts
from backoffice.workflows.work import Work
from bot.assembly import centre_csv, organisation_csv
from bot.assembly.centre_watch import CentreWatch
from bot.assembly.deeds import Refused
from bot.assembly.paging import pager
from tests.house import House
from tests.journeys import stories


def _hours(house: House, opens: int, closes: int) -> Hours:
    """Minutes from now on, by UTC."""
    now = house.clock.now()
    minute = now.hour * 60 + now.minute
    return Hours("UTC", ALL_DAYS, (minute + opens) % 1440, (minute + closes) % 1440)


async def _put(house: House, *them: Centre) -> None:
    async with house.core.store.begin(house.clock.now()) as uow:
        for one in them:
            await uow.centres.put(one)
        await uow.commit()


async def _whose(house: House, case: CaseId) -> str:
    async with house.core.store.begin(house.clock.now()) as uow:
        return await uow.centres.of_case(case)


async def _staff(house: House, *names: str) -> list[Operator]:
    made = [Operator(OperatorId(name), name, OperatorRole.OPERATOR) for name in names]
    async with house.core.store.begin(house.clock.now()) as uow:
        for one in made:
            await uow.staff.add(one)
        await uow.commit()
    return made


async def test_a_case_goes_to_the_open_centre_and_on_when_its_hours_end(either_house: House) -> None:
    """Thailand's centre is open: it is theirs. Nobody takes it and they close: the next one rings."""
    house = either_house
    day = Centre("day", "白天", _hours(house, -60, 30), ("zh",), ("TH",), 2)
    night = Centre("night", "夜班", _hours(house, 20, 600), ("zh",), (), 1)
    await _put(house, day, night)
    case = await stories.dispatched(house, await house.wechat())
    assert await _whose(house, case.id) == "day"
    watch = CentreWatch(house.core)
    await watch.step()
    assert await _whose(house, case.id) == "day"
    house.clock.advance(31 * 60)
    await watch.step()
    assert await _whose(house, case.id) == "night"
    assert (await house.timeline(case)).count("centre.placed") == 2


async def test_the_second_centre_is_woken_and_no_third(house: House) -> None:
    """At 60 s the case's own list, its supervisors and the centre that stands in; the others only as an incident."""
    own = Centre("own", "自己", _hours(house, -60, 600), ("zh",), ("TH",))
    next_ = Centre("next", "隔壁", _hours(house, -60, 600), ("zh",), ())
    far = Centre("far", "远方", _hours(house, -60, 600), ("fr",), ("FR",))
    await _put(house, own, next_, far)
    async with house.core.store.begin(house.clock.now()) as uow:
        for code in ("own", "next", "far"):
            way = (Reach(WayKind.SMS, "+8613800138000"),)
            await uow.on_call.put(OnCall(code, code, 1, code, way))
        await uow.commit()
    case = await stories.dispatched(house, await house.wechat())
    found = pager(house.core)
    names = [
        [p.name for p in await found._chosen(level, case.ref)] for level in (ladder.NEXT, ladder.BEYOND, 4)
    ]
    assert names == [["own"], ["next", "own"], ["far", "next", "own"]]


async def test_who_is_away_loses_their_cases_loudly(house: House) -> None:
    """On duty, cases in hand, not seen: a supervisor is told once; away, and each case rings and is nobody's."""
    (lin,) = await _staff(house, "林晓")
    await house.actions(lambda w: shifts.say(w, lin, DutyState.ON), None)
    case = await stories.dispatched(house, await house.wechat())
    await house.actions(lambda w: centre.take(w, case.id, lin), case.id)
    watch = CentreWatch(house.core)
    house.clock.advance(16 * 60)
    await watch.step()
    await watch.step()
    assert (await house.told_staff()).count("operator_absent") == 1
    with pytest.raises(Refusal):
        await house.actions(lambda w: shifts.say(w, lin, DutyState.OFF), None)
    await house.actions(lambda w: shifts.away(w, lin.id, house.operator), None)

    async def back(work: Work) -> None:
        assert await shifts.give_back(work, case.id, lin.id, house.operator)

    await house.actions(back, case.id)
    async with house.core.store.begin(house.clock.now()) as uow:
        found = await uow.cases.get(case.id)
        assert found.ringing
        assert found.owner is None
    assert "centre.left_behind" in await house.timeline(case)


async def test_a_shift_is_handed_over_in_writing(house: House) -> None:
    """No case without a word; they are the giver's until the taker has read; then a note stands in each."""
    lin, chen, zhou = await _staff(house, "林晓", "陈立", "周宁")
    phone = await house.wechat()
    case = await stories.dispatched(house, phone)
    await house.actions(lambda w: centre.take(w, case.id, lin), case.id)
    with pytest.raises(Refusal):
        await house.actions(lambda w: _drop(shifts.write(w, lin, chen.id, "", {case.id: " "})), None)
    notes = {str(case.id): "医院 9 点回电，家属已通知"}
    await house.actions(lambda w: _drop(shifts.write(w, lin, chen.id, "夜里平静", notes)), None)
    async with house.core.store.begin(house.clock.now()) as uow:
        (written,) = await uow.shifts.concerning({chen.id})
        assert (await uow.cases.get(case.id)).owner == lin.id
    with pytest.raises(NotAllowed):
        await house.actions(lambda w: shifts.acknowledge(w, written.id, zhou), None)
    await house.actions(lambda w: _drop(shifts.receive(w, case.id, written)), case.id)
    await house.actions(lambda w: shifts.acknowledge(w, written.id, chen), None)
    with pytest.raises(Refusal):
        await house.actions(lambda w: shifts.acknowledge(w, written.id, chen), None)
    async with house.core.store.begin(house.clock.now()) as uow:
        assert (await uow.cases.get(case.id)).owner == chen.id
    assert "医院 9 点回电，家属已通知" in await house.entries(case)


async def _drop(step: object) -> None:
    await step  # type: ignore[misc]


HEAD = "code,name,zone,days,opens,closes,languages,regions,position\n"


async def test_centres_are_imported_all_or_none(house: House, tmp_path: Path) -> None:
    """A bad row names its line and what is wrong; a known code changes."""
    bad, good = tmp_path / "bad.csv", tmp_path / "good.csv"
    bad.write_text(HEAD + "bj,北京,Asia/Shanghai,,08:00,20:00,zh en,CN TH,1\nmad,,Europe/Madrid,,,,,,\n")
    with pytest.raises(Refused, match="line 3"):
        organisation_csv.read("centres", bad)
    good.write_text(HEAD + "bj,北京,Asia/Shanghai,mon tue,08:00,20:00,zh en,CN TH,1\n")
    rows = organisation_csv.read("centres", good)
    assert await centre_csv.put_centres(house.core, {"rows": rows}) == 1
    async with house.core.store.begin(house.clock.now() + timedelta(seconds=1)) as uow:
        (found,) = await uow.centres.all()
    assert found == Centre(
        "bj", "北京", Hours("Asia/Shanghai", (0, 1), 480, 1200), ("zh", "en"), ("CN", "TH"), 1
    )
