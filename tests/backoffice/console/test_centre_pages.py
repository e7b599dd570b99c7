"""The centre's own work at the console: finding, listing, many at once, shifts, reports, health."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backoffice.cases.model import Audience, CaseStatus
from backoffice.cases.protocols import Tick
from backoffice.cases.relations import Relation, RelationKind
from backoffice.cases.tasks import Task, TaskKind
from backoffice.console import case_list
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import CaseId, OperatorId
from backoffice.kernel.messages import Role
from backoffice.major.model import Major, MajorId
from backoffice.oncall.shifts import DutyState
from backoffice.ports import AuditWanted, Operator, OperatorRole
from backoffice.workflows import shifts
from backoffice.workflows.work import Work
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import HANOI, Evening
from tests.backoffice.console.world import Cast, busy

JSON = {"Accept": "application/json"}


async def _found(visitor: Visitor, typed: str) -> list[str]:
    answer = await visitor.post("/console/search", {"q": typed})
    assert answer.status == 200
    return [item["label"] for item in (await answer.json())["items"]]


async def _trail(e: Evening, action: str) -> list[str]:
    async with e.store.begin(e.clock.now()) as uow:
        return [line.object for line in await uow.staff.trail(AuditWanted(action=action))]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("7k3f", ["7K3F"]),
        ("7K", ["7K3F"]),
        ("宋佳怡", ["7K3F"]),
        ("宋女士", ["7K3F"]),
        ("138 0013 8000", ["7K3F"]),
        ("8000", ["7K3F"]),
        ("救护车", ["7K3F"]),
        ("somchai 1669", ["7K3F"]),
        ("没有人说过", []),
    ],
)
async def test_a_case_is_found_by_number_name_phone_and_words(
    typed: str, expected: list[str], evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    cast = await busy(evening)
    assert await _found(await visit(cast.lin), typed) == expected


async def test_what_one_may_not_see_is_not_found_and_every_search_is_on_record(
    evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """Duress is not found by a doctor, nobody's countdown by anybody; the trail knows the search, not its words."""
    cast = await busy(evening)
    waiting = await evening.person("何小小", Address("telegram", "999"))
    await evening.case("CNT2", waiting, status=CaseStatus.COUNTDOWN)
    lin = await visit(cast.lin)
    doctor = await visit(await evening.operator("doc", OperatorRole.DOCTOR))
    claims = await visit(await evening.operator("claims", OperatorRole.CLAIMS))
    assert await _found(lin, "何志强") == ["Q8DN"]
    assert await _found(doctor, "何志强") == []
    assert await _found(doctor, "Q8DN") == []
    assert await _found(claims, "7K3F") == []
    assert await _found(lin, "何小小") == await _found(lin, "CNT2") == []
    rows = await _trail(evening, "search")
    assert len(rows) == 6
    assert len({row.split(",")[0] for row in rows}) == 5
    assert not any("何" in row or "Q8DN" in row for row in rows)


async def test_internal_notes_are_found_by_staff_too(
    evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    cast = await busy(evening)
    await evening.said(
        cast.cases["M4TR"], Role.OPERATOR, cast.lin.id, "林晓", "大使馆周一开门", audience=Audience.STAFF
    )
    assert await _found(await visit(cast.lin), "大使馆") == ["M4TR"]


async def _listed(visitor: Visitor, query: str) -> list[str]:
    answer = await visitor.get(f"/console/list/cases.json?{query}")
    return sorted(row["ref"] for row in json.loads(await answer.text()))


async def test_filters(evening: Evening, visit: Callable[[Operator], Any]) -> None:
    """By clock, owner, country, kind, drill and tag; a value that is no choice is none."""
    cast = await busy(evening)
    lin = await visit(cast.lin)
    everything = await _listed(lin, "")
    assert {"7K3F", "Q8DN", "M4TR", "DR22", "K9BP", "5WXE"} <= set(everything)
    assert "2HVX" not in everything
    assert set(await _listed(lin, "owner=me")) == {"7K3F", "Q8DN", "M4TR", "DR22"}
    assert "K9BP" in await _listed(lin, "owner=none&state=ringing")
    assert "7K3F" not in await _listed(lin, "owner=none")
    assert await _listed(lin, "kind=accident&country=TH") == ["7K3F"]
    assert await _listed(lin, "drill=yes") == ["DR22"]
    assert await _listed(lin, "state=nonsense") == everything
    assert (await lin.post("/console/cases/case-7K3F/tag", {"tag": "媒体"})).status == 303
    assert await _listed(lin, "tag=媒体") == ["7K3F"]
    doctor = await visit(await evening.operator("doc", OperatorRole.DOCTOR))
    assert "Q8DN" not in await (await doctor.get("/console/list")).text()


async def test_an_export_has_no_formula_and_is_on_record(
    evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """An operator named like a formula stays a name; how many rows were taken stands in the trail."""
    cast = await busy(evening)
    lin = await visit(cast.lin)

    async def rename(w: Work) -> None:
        case = await w.uow.cases.get(cast.cases["7K3F"].id)
        case.owner_name = "=HYPERLINK(1)"
        await w.uow.cases.save(case)

    await evening.act(rename)
    await evening.act(lambda w: _worked(w, cast))
    await lin.post("/console/cases/case-7K3F/tag", {"tag": "@sum"})
    answer = await lin.get("/console/list/cases.csv?owner=me")
    assert "attachment" in answer.headers["Content-Disposition"]
    lines = (await answer.text()).splitlines()
    assert lines[0].lstrip("\ufeff").split(",") == list(case_list.HEADER)
    assert any("'=HYPERLINK(1)" in line and "'@sum" in line for line in lines)
    assert not any(cell.startswith(("=", "+", "-", "@")) for line in lines for cell in line.split(","))
    assert any(",accident 1/9,1," in line and "part M4TR; link Q8DN,'=大巴" in line for line in lines)
    assert (await _trail(evening, "list.export"))[0].startswith("csv:4,owner=me")
    assert "宋" not in "".join(lines)


async def _worked(w: Work, cast: Cast) -> None:
    """A checklist begun, a task, two cases beside it, and an accident it belongs to."""
    case, lin = cast.cases["7K3F"], cast.lin
    await w.uow.checklists.begin(case.id, "accident", 1)
    step = (await w.uow.checklists.running(case.id))[0].protocol.steps[0].key
    await w.uow.checklists.tick(case.id, "accident", Tick(step, w.now, lin.id, lin.name))
    await w.uow.tasks.add(Task("t1", case.id, TaskKind.REMINDER, w.now, w.now, lin.id, text="=1"))
    for ref, kind in (("M4TR", RelationKind.PART), ("Q8DN", RelationKind.LINK)):
        await w.uow.relations.add(Relation(cast.cases[ref].id, case.id, kind, w.now, lin.id))
    await w.uow.majors.add(Major(MajorId("m1"), "=大巴", w.now, lin.id, lin.name))
    await w.uow.majors.attach(MajorId("m1"), case.id, lin.id)


async def test_views_are_kept_shared_and_removed(evening: Evening, visit: Callable[[Operator], Any]) -> None:
    cast = await busy(evening)
    lin, chen = await visit(cast.lin), await visit(cast.chen)
    await lin.post("/console/list/views", {"name": "我的", "owner": "me"})
    await lin.post("/console/list/views", {"name": "大家的", "owner": "none", "shared": "1"})
    mine, theirs = (
        await (await lin.get("/console/list")).text(),
        await (await chen.get("/console/list")).text(),
    )
    assert "owner=me" in mine
    assert "大家的" in theirs
    assert "?owner=me" not in theirs
    async with evening.store.begin(evening.clock.now()) as uow:
        shared = next(v for v in await uow.views.seen_by("x") if v.shared)
    assert (await chen.post(f"/console/list/views/{shared.id}/remove")).status == 404
    assert (await lin.post(f"/console/list/views/{shared.id}/remove")).status == 303


async def _bulk(visitor: Visitor, cases: list[str], **form: str) -> dict[str, Any]:
    body = [("csrf", visitor.csrf), *form.items(), *(("case", f"case-{ref}") for ref in cases)]
    headers = visitor._headers({"Origin": visitor.origin, **JSON})
    answer = await visitor.client.post("/console/list/bulk", data=body, headers=headers)
    found: dict[str, Any] = await answer.json()
    return found


async def test_many_at_once_each_by_its_own_rules(evening: Evening, visit: Callable[[Operator], Any]) -> None:
    """What may be done is done; what may not is named with its reason, and nothing else is undone for it."""
    cast = await busy(evening)
    zhou = await evening.operator("周", OperatorRole.OPERATOR)
    visitor = await visit(zhou)
    said = await _bulk(visitor, ["K9BP", "5WXE", "7K3F"], deed="take")
    assert (
        said == {"ok": True, "said": "已完成 2 件。 1 件没有做：7K3F: 林晓 已经接手这件案子。"}
        or "7K3F" in said["said"]
    )
    assert said["said"].startswith("已完成 2 件")
    said = await _bulk(visitor, ["K9BP", "7K3F"], deed="hand_over", to=cast.chen.id)
    assert said["said"].startswith("已完成 1 件")
    async with evening.store.begin(evening.clock.now()) as uow:
        owners = {r: (await uow.cases.get(CaseId(f"case-{r}"))).owner for r in ("K9BP", "5WXE", "7K3F")}
    assert owners == {"K9BP": cast.chen.id, "5WXE": zhou.id, "7K3F": cast.lin.id}
    assert (await _bulk(visitor, ["K9BP", "5WXE"], deed="tag", tag="台风"))["said"] == "已完成 2 件。"
    assert await _listed(visitor, "tag=台风") == ["5WXE", "K9BP"]
    said = await _bulk(visitor, ["NONE", "HHHH", "K9BP"], deed="untag", tag="台风")
    assert said["said"] == "已完成 1 件。 2 件没有做：别的中心的案件; 别的中心的案件"
    assert await _trail(evening, "list.untag") == ["case:case-K9BP"]
    assert set(await _trail(evening, "list.take")) == {f"case:case-{r}" for r in ("K9BP", "5WXE", "7K3F")}
    assert not (await _bulk(visitor, [], deed="take"))["ok"]
    assert not (await _bulk(visitor, ["K9BP"], deed="close"))["ok"]


async def test_a_shift_from_its_page(evening: Evening, visit: Callable[[Operator], Any]) -> None:
    """On duty; no end with cases in hand; handed over in writing; read, and they are the reader's."""
    cast = await busy(evening)
    lin, chen = await visit(cast.lin), await visit(cast.chen)
    assert (await lin.post("/console/shift", {"to": "on"})).status == 303
    refused = await lin.post("/console/shift", {"to": "off"}, **JSON)
    assert "请先书面交班" in (await refused.json())["said"]
    async with evening.store.begin(evening.clock.now()) as uow:
        mine = await uow.shifts.owned(cast.lin.id)
    notes = {f"note-{case}": f"等 {case} 回电" for case in mine}
    lacking = dict(list(notes.items())[1:])
    unfit = await lin.post("/console/shift/handovers", {"to": cast.chen.id, "words": "", **lacking}, **JSON)
    assert "还没有写" in (await unfit.json())["said"]
    assert (
        await lin.post("/console/shift/handovers", {"to": cast.chen.id, "words": "夜里平静", **notes})
    ).status == 303
    page = await (await chen.get("/console/shift")).text()
    assert "夜里平静" in page
    async with evening.store.begin(evening.clock.now()) as uow:
        (paper,) = await uow.shifts.concerning({cast.chen.id})
    assert (await lin.post(f"/console/shift/handovers/{paper.id}")).status == 403
    assert (await chen.post(f"/console/shift/handovers/{paper.id}")).status == 303
    async with evening.store.begin(evening.clock.now()) as uow:
        assert list(await uow.shifts.owned(cast.chen.id)) == list(mine)
    assert (await lin.post("/console/shift", {"to": "off"})).status == 303


async def test_away_from_the_supervisors_page(evening: Evening, visit: Callable[[Operator], Any]) -> None:
    """Every case of the absent rings as nobody's, and their console sounds last."""
    cast = await busy(evening)
    await evening.act(lambda w: shifts.say(w, cast.lin, DutyState.ON))
    chen = await visit(cast.chen)
    before = len((await evening.deps().queries.ringing()).calls)
    assert (await chen.post(f"/console/shift/away/{cast.lin.id}")).status == 303
    rings = await evening.deps().queries.ringing()
    assert len(rings.calls) == before + 4
    assert cast.lin.id in rings.resting
    assert (await chen.post(f"/console/shift/away/{cast.chen.id}")).status == 400
    assert (await chen.post("/console/shift/away/op-nobody")).status == 404


async def test_a_paused_console_sounds_last(evening: Evening, visit: Callable[[Operator], Any]) -> None:
    """With somebody else there; alone the pause changes nothing: somebody must hear."""
    cast = await busy(evening)
    await evening.act(lambda w: shifts.say(w, cast.lin, DutyState.ON))
    await evening.act(lambda w: shifts.say(w, cast.lin, DutyState.PAUSED))
    lin = await visit(cast.lin)
    page = await (await lin.get("/console/ringing")).text()
    assert ", 0.0]" in page
    zhou = await visit(await evening.operator("周", OperatorRole.OPERATOR))
    await evening.act(
        lambda w: shifts.say(w, Operator(OperatorId("op-周"), "周", OperatorRole.OPERATOR), DutyState.ON)
    )
    stream = await zhou.get("/console/live?tab=abcdef12")
    page = await (await lin.get("/console/ringing")).text()
    assert ", 60.0]" in page
    stream.close()


async def test_a_case_is_its_own_centres_to_open(evening: Evening, visit: Callable[[Operator], Any]) -> None:
    """Owned by somebody of nowhere in particular, placed in Shanghai: Shanghai's operators open it without a reason."""
    await busy(evening)
    afar = Operator(OperatorId("op-far"), "远", OperatorRole.OPERATOR, "上海")

    async def add(w: Work) -> None:
        await w.uow.staff.add(afar)

    await evening.act(add)
    visitor = await visit(afar)
    assert (await visitor.get("/console/cases/case-7K3F")).status == 303
    await evening.act(lambda w: w.uow.centres.place(CaseId("case-7K3F"), "上海"))
    assert (await visitor.get("/console/cases/case-7K3F")).status == 200


async def test_reports_count_what_happened_and_leave_drills_out(
    evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """The figures on the page are those of the CSV; the square where nobody came is on the map."""
    cast = await busy(evening)
    alone = await evening.person("x", Address("telegram", "12345"))
    await evening.case("ALNE", alone, point=HANOI)
    chen = await visit(cast.chen)
    page = await (await chen.get("/console/reports")).text()
    assert page.count('<svg class="plot"') >= 8
    stages = (await (await chen.get("/console/reports/stages.csv")).text()).splitlines()
    answered = [line.split(",") for line in stages if ",answered," in line]
    assert sum(int(row[2]) for row in answered) == 3
    assert [row[4] for row in answered if row[2] == "3"] == ["9"]
    hours = json.loads(await (await chen.get("/console/reports/hours.json")).text())
    assert sum(row["cases"] for row in hours) == 7
    coverage = json.loads(await (await chen.get("/console/reports/coverage.json")).text())
    hanoi = next(row for row in coverage if row["south"] == 21.0)
    assert hanoi["nobody_came"] == hanoi["cases"] == 3
    none = await (await chen.get("/console/reports/stages.csv?since=2020-01-01&until=2020-01-03")).text()
    assert len(none.splitlines()) == 1 + 6 * 3
    assert await _trail(evening, "reports.export")
    assert (await chen.get("/console/reports/nothing.csv")).status == 404


async def test_health_says_what_waits(evening: Evening, visit: Callable[[Operator], Any]) -> None:
    cast = await busy(evening)
    lin = await visit(cast.lin)
    page = await (await lin.get("/console/health")).text()
    assert "运行状况" in page
    assert "RESCUE_SYNTHETIC__ON" in page
    evening.clock.advance(timedelta(minutes=3).total_seconds())
    assert "要看" in await (await lin.get("/console/health")).text()
