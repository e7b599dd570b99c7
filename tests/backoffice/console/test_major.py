"""Major cases in the console: the bus with 37 travellers, from the roster to word to the families."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from backoffice.cases.tasks import Task, TaskKind
from backoffice.families.model import Follower, FollowerId, FollowerStatus
from backoffice.families.scopes import Scope
from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import CaseId
from backoffice.major.model import MajorId, PersonState
from backoffice.organisations.model import Organisation, OrganisationKind
from backoffice.ports import OperatorRole
from backoffice.workflows import major
from backoffice.workflows.work import Work
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.world import Cast, busy

BUS = "姓名,电话,家属\n" + "\n".join(f"旅客{n:02d},1380013{8000 + n},家属{n:02d}" for n in range(1, 38))


async def accident(e: Evening, cast: Cast) -> MajorId:
    """Led by Chen, with the case 7K3F."""
    made: list[MajorId] = []

    async def step(w: Work) -> None:
        made.append(await major.open_(w, cast.chen, "清迈大巴事故", Point(18.79, 98.98)))
        await major.attach(w, made[0], cast.chen, "7K3F")

    await e.act(step)
    return made[0]


async def follows(e: Evening, key: str, **changes: Any) -> None:
    """A relative in a chat of their own who follows 7K3F and may know that all is well."""
    person = await e.person(f"家人{key}", Address("telegram", f"fam{key}"))
    found = Follower(
        FollowerId(key), CaseId("case-7K3F"), f"家人{key}", "traveller", e.clock.now(),
        status=FollowerStatus.FOLLOWING, person=person.id, scopes=frozenset({Scope.SAFE}),
    )  # fmt: skip
    await e.act(lambda w: w.uow.families.add(replace(found, **changes)))


@pytest.fixture
async def scene(evening: Evening, visit: Callable[..., Any]) -> tuple[Evening, Cast, Visitor, str]:
    cast = await busy(evening)
    key = await accident(evening, cast)
    return evening, cast, await visit(cast.chen), f"/console/major/{key}"


Scene = tuple[Evening, Cast, Visitor, str]


async def test_a_roster_of_37_is_imported_at_once_and_a_bad_one_not_at_all(scene: Scene) -> None:
    """Bad lines are named by number and reason, what was pasted is still there, and nothing was taken."""
    e, _, chen, here = scene
    answer = await chen.post(f"{here}/roster", {"text": BUS + "\n=cmd,1\n李四,12"})
    text = await answer.text()
    assert answer.status == 422
    assert "第 39 行" in text
    assert "第 40 行" in text
    assert "旅客37" in text
    key = MajorId(here.rpartition("/")[2])
    async with e.store.begin(e.clock.now()) as uow:
        assert not await uow.majors.persons(key)
    assert (await chen.post(f"{here}/roster", {"text": BUS})).status == 303
    async with e.store.begin(e.clock.now()) as uow:
        assert len(await uow.majors.persons(key)) == 37
    csv = await chen.get(f"{here}/roster.csv")
    assert "'+8613800138001" in (await csv.read()).decode()


async def test_persons_are_brought_to_a_hospital_and_an_older_view_changes_nothing(scene: Scene) -> None:
    """Several at once; being in a hospital says so by itself; an older view is told; a death needs a reason."""
    e, cast, chen, here = scene
    key = MajorId(here.rpartition("/")[2])
    await chen.post(f"{here}/roster", {"text": "王磊\n李敏\n张伟"})
    await chen.post(f"{here}/place", {"kind": "hospital", "name": "清迈医院", "point": "18.79, 98.97"})
    async with e.store.begin(e.clock.now()) as uow:
        one, two, _ = await uow.majors.persons(key)
        place = (await uow.majors.places(key))[0]
    form = {"who": f"{one.id}:0", "place": place.id}
    assert (await chen.post(f"{here}/person", form)).status == 303
    assert (await chen.post(f"{here}/person", form)).status == 409
    assert (await chen.post(f"{here}/person", {"who": f"{two.id}:0", "state": "dead"})).status == 400
    assert (
        await chen.post(f"{here}/person", {"who": f"{two.id}:0", "state": "dead", "reason": "医生告知"})
    ).status == 303
    async with e.store.begin(e.clock.now()) as uow:
        states = [p.state for p in await uow.majors.persons(key)]
    assert states == [PersonState.HOSPITAL, PersonState.DEAD, PersonState.MISSING]


async def test_only_who_leads_gives_orders_and_they_are_heard_and_done(
    scene: Scene, visit: Callable[..., Any]
) -> None:
    e, cast, chen, here = scene
    lin = await visit(cast.lin)
    order = {"to": "李敏", "text": "去第二医院清点人数"}
    assert (await lin.post(f"{here}/order", order)).status == 403
    assert (await chen.post(f"{here}/order", order)).status == 303
    assert (await chen.post(f"{here}/close")).status == 409
    page = await (await lin.get(f"{here}/command")).text()
    number = re.search(r'name="order" value="(\w+)"', page)
    assert number
    heard = {"order": number[1], "status": "acknowledged"}
    assert (await lin.post(f"{here}/order-move", heard)).status == 303
    done = {"order": number[1], "status": "done", "outcome": "19 人在那里"}
    assert (await lin.post(f"{here}/order-move", done)).status == 303
    page = await (await lin.get(f"{here}/command")).text()
    assert "19 人在那里" in page
    assert "林晓" in page
    assert (await chen.post(f"{here}/close")).status == 303


async def test_families_are_told_exactly_as_previewed_or_not_at_all(scene: Scene) -> None:
    """Consent counts; who withdraws between preview and sending makes it void; nobody is told twice."""
    e, _, chen, here = scene
    await chen.post(f"{here}/roster", {"text": "王磊,,,,妻子 13900139000"})
    await follows(e, "a")
    await follows(e, "b", scopes=frozenset())
    await follows(e, "c")
    words = {"text": "车上的人都已送到医院检查。", "scope": "safe"}
    page = await (await chen.post(f"{here}/preview", words)).text()
    seal = re.search(r'name="seal" value="(\w+)"', page)
    assert seal
    assert "将告知 2 位家属" in page
    assert "妻子 13900139000" in page
    assert "本人没有同意" in page

    async def withdraws(w: Work) -> None:
        follower = await w.uow.families.get(FollowerId("c"))
        follower.scopes = frozenset()
        await w.uow.families.save(follower)

    await e.act(withdraws)
    refused = await chen.post(f"{here}/send", {**words, "seal": seal[1]})
    assert refused.status == 409
    assert await letters(e) == []
    page = await (await chen.post(f"{here}/preview", words)).text()
    seal = re.search(r'name="seal" value="(\w+)"', page)
    assert seal
    assert (await chen.post(f"{here}/send", {**words, "seal": seal[1]})).status == 303
    assert await letters(e) == ["家人a"]
    assert "Telegram 1" in await (await chen.get(here)).text()


async def letters(e: Evening) -> list[str]:
    """To whom in the families' thread something was said in words."""
    async with e.store.begin(e.clock.now()) as uow:
        entries = await uow.families.entries(CaseId("case-7K3F"))
        found = await uow.families.of_case(CaseId("case-7K3F"))
    if not [x for x in entries if "送到医院" in x.text]:
        return []
    return [f.name for f in found if Scope.SAFE in f.scopes]


async def test_a_report_keeps_its_versions_and_guests_read_only_what_was_sent_to_them(
    scene: Scene, visit: Callable[..., Any]
) -> None:
    """Written from the facts, edited; two writers of one version: the second is told; other guests see nothing."""
    e, _, chen, here = scene
    for code in ("ACME", "OTHER"):
        made = Organisation(code, code, OrganisationKind.EMPLOYER)
        await e.act(lambda w, made=made: w.uow.organisations.put(made))  # type: ignore[misc]
    await chen.post(f"{here}/roster", {"text": "王磊\n李敏"})
    assert "名单 2 人，已知下落 0 人" in await (await chen.get(here)).text()
    assert (await chen.post(f"{here}/report", {"text": "第一版", "seen": "0"})).status == 303
    assert (await chen.post(f"{here}/report", {"text": "别人的", "seen": "0"})).status == 409
    assert (await chen.post(f"{here}/report", {"text": "第二版", "seen": "1"})).status == 303
    form = {"text": "第二版", "scope": "", "organisations": "ACME", "report": "2"}
    page = await (
        await chen.post(f"{here}/preview", {"text": "第二版", "scope": "", "organisation": "ACME"})
    ).text()
    seal = re.search(r'name="seal" value="(\w+)"', page)
    assert seal
    assert (await chen.post(f"{here}/send", {**form, "seal": seal[1]})).status == 303
    for code, sees in (("ACME", True), ("OTHER", False)):
        guest = replace(await e.operator(code, OperatorRole.GUEST), organisation=code)
        await e.act(lambda w, guest=guest: w.uow.staff.change(guest))  # type: ignore[misc]
        text = await (await (await visit(guest)).get("/console/guest/reports")).text()
        assert ("第二版" in text) is sees
        assert "第一版" not in text


async def test_the_command_screen_shows_what_envoys_report_and_the_wall_counts(
    scene: Scene, visit: Callable[..., Any]
) -> None:
    """Photos and words of the scene, envoys and their posts; on the wall numbers and the city, no title and no name."""
    e, cast, chen, here = scene
    await chen.post(f"{here}/roster", {"text": BUS})
    page = await (await chen.get(f"{here}/command")).text()
    assert "m-street" in page
    assert "Somchai Rattana" in page
    wall = await visit(await e.operator("大屏", OperatorRole.WALL))
    said = await (await wall.get("/console/wall/data")).text()
    assert "37" in said
    assert "旅客01" not in said
    assert "清迈大巴事故".encode("unicode_escape").decode() not in said


async def test_the_command_screen_says_what_is_under_way_and_when_there_is_nothing(scene: Scene) -> None:
    """Tasks of the attached cases beside envoys and orders; centres near; what there is not is said, not left out."""
    e, cast, chen, here = scene
    page = await (await chen.get(f"{here}/command")).text()
    assert "在办星使 1 位 · 未完成的命令 0 条 · 待办 0 项" in page
    assert "同一事故的案件里没有待办" in page
    assert "还没有服务商名录" in page
    assert "事发地点还没有确定" not in page
    due = e.clock.now()
    task = Task("t1", CaseId("case-7K3F"), TaskKind.REMINDER, due, due, "op", text="问第二医院床位")
    await e.act(lambda w: w.uow.tasks.add(task))
    await chen.post(f"{here}/order", {"to": "李敏", "text": "清点人数"})
    page = await (await chen.get(f"{here}/command")).text()
    assert "在办星使 1 位 · 未完成的命令 1 条 · 待办 1 项" in page
    assert "问第二医院床位" in page
    bare = await accident_without_case(e, cast)
    page = await (await chen.get(f"/console/major/{bare}/command")).text()
    assert "事发地点还没有确定" in page
    assert "同一事故的案件里还没有星使在工作" in page


async def test_an_envoy_gets_a_post_and_is_told_and_a_case_belongs_to_one_accident(scene: Scene) -> None:
    e, cast, chen, here = scene
    await chen.post(f"{here}/place", {"kind": "hospital", "name": "清迈医院", "point": "18.79, 98.97"})
    key = MajorId(here.rpartition("/")[2])
    async with e.store.begin(e.clock.now()) as uow:
        place = (await uow.majors.places(key))[0]
        working = next(a for a in await uow.assignments.of_case(CaseId("case-7K3F")) if a.working)
    form = {"assignment": working.id, "place": place.id, "task": "清点人数", "of_case": "case-7K3F"}
    assert (await chen.post(f"{here}/post", form)).status == 303
    async with e.store.begin(e.clock.now()) as uow:
        assert (await uow.assignments.get(working.id)).task == "清迈医院 · 清点人数"
        assert [p.place for p in await uow.majors.posts(key)] == [place.id]
    other = await accident_without_case(e, cast)
    assert (await chen.post(f"/console/major/{other}/attach", {"ref": "7K3F"})).status == 409
    assert (await chen.post(f"/console/major/{other}/attach", {"ref": "Q8DN"})).status == 404


async def accident_without_case(e: Evening, cast: Cast) -> MajorId:
    made: list[MajorId] = []

    async def step(w: Work) -> None:
        made.append(await major.open_(w, cast.chen, "另一起", None))

    await e.act(step)
    return made[0]
