"""The trail: every view and every change is in it, people read it by filter, and a forged row is found."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from backoffice.ports import Operator, OperatorRole
from storage import audit as chain
from storage.tables import audit
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.test_entrance import rows
from tests.backoffice.console.world import Cast, busy

CASE = "/console/cases/case-7K3F"


@pytest.fixture
async def cast(evening: Evening) -> Cast:
    return await busy(evening)


async def trail(evening: Evening) -> list[tuple[str, str, str]]:
    return [(r.actor, r.action, r.object) for r in await rows(evening, audit)]


async def test_a_change_is_on_record_before_it_is_made(
    cast: Cast, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """Even one the workflow then refuses: that it was tried is worth knowing."""
    evening.still = True
    visitor: Visitor = await visit(cast.lin)
    await visitor.post(f"{CASE}/reply", {"text": "您好"})
    assert (cast.lin.id, "case.reply", "case:case-7K3F") in await trail(evening)
    assert "您好" not in str(await trail(evening))


async def test_a_request_the_gate_refused_is_no_view(
    cast: Cast, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    doctor: Visitor = await visit(await evening.operator("doc", OperatorRole.DOCTOR))
    await doctor.get("/console/cases/case-Q8DN")
    await doctor.post(f"{CASE}/reply", {"text": "x"})
    assert await trail(evening) == []


async def test_what_is_not_there_or_leads_elsewhere_was_seen_by_nobody(
    cast: Cast, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """No row says that somebody looked at a thing they were not shown, and none keeps what was typed as an address."""
    admin: Visitor = await visit(await evening.operator("adm", OperatorRole.ADMIN))
    boss: Visitor = await visit(cast.chen)
    assert (await admin.get("/console/people/王小明")).status == 404
    assert (await boss.get("/console/orders/nothing")).status == 404
    assert (await boss.get(f"{CASE}/glass")).status == 303
    assert await trail(evening) == []
    assert (await admin.get(f"/console/people/{cast.lin.id}")).status == 200
    assert [object_ for _, _, object_ in await trail(evening)] == [f"operator:{cast.lin.id}"]


async def test_views_are_recorded_and_a_pages_own_refreshes_once_in_ten_minutes(
    cast: Cast, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    visitor: Visitor = await visit(cast.lin)
    for _ in range(3):
        await visitor.get("/console/", X_Live="1")
    assert [a for _, a, _ in await trail(evening)] == ["board.view"]
    await visitor.get("/console/")
    evening.clock.advance(timedelta(minutes=11))
    await visitor.get("/console/", X_Live="1")
    assert [a for _, a, _ in await trail(evening)] == ["board.view"] * 3


async def test_the_trail_is_read_by_person_action_object_and_day(
    cast: Cast, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """And reading it is in it."""
    lin, boss = await visit(cast.lin), await visit(cast.chen)
    await lin.get(CASE)
    await lin.get("/console/cases/case-M4TR")
    await boss.get(CASE)
    evening.clock.advance(timedelta(minutes=1))

    async def found(query: str) -> str:
        page = await (await boss.get(f"/console/audit?{query}")).text()
        return page[page.index("<tbody>") : page.index("</tbody>")] if "<tbody>" in page else ""

    every = await found("")
    assert every.count("case:case-7K3F") == 2
    assert "林晓" in every
    only = await found(f"actor={cast.lin.id}&action=case.&object=7K3F")
    assert (only.count("<tr>"), only.count("case:case-7K3F")) == (1, 1)
    assert await found("day=2020-01-01") == ""
    assert await found("day=nonsense&before=x") != ""
    assert await found("action=%25") == ""
    assert (cast.chen.id, "audit.view", f"operator:{cast.lin.id}") in await trail(evening)


async def test_older_rows_follow_page_by_page(
    cast: Cast, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    for n in range(150):
        await evening.act(lambda w, n=n: w.uow.staff.audit(w.now, "x", "made.up", f"thing:{n}"))
    boss: Visitor = await visit(cast.chen)
    first = await (await boss.get("/console/audit?action=made.up")).text()
    assert "thing:149<" in first
    assert "thing:49<" not in first
    before = first.split('name="before" value="')[1].split('"')[0]
    second = await (await boss.get(f"/console/audit?action=made.up&before={before}")).text()
    assert "thing:49<" in second
    assert "thing:0<" in second
    assert 'name="before"' not in second


async def test_the_console_leaves_a_chain_that_holds(
    cast: Cast, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    visitor: Visitor = await visit(cast.lin)
    for path in ("/console/", CASE, "/console/account"):
        await visitor.get(path)
    await visitor.post(f"{CASE}/note", {"text": "一句话"})
    async with evening.database.reading() as conn:
        assert await chain.verify(conn, evening.vault) is None
        assert (await chain.head(conn)).seq >= 3
