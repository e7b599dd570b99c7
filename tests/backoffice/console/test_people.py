"""The administrator's page: new people, links, roles, on and off, sessions; and the wall."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from backoffice.organisations.model import Organisation, OrganisationKind
from backoffice.ports import Operator, OperatorRole
from storage.tables import audit
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.test_entrance import cookie, rows
from tests.backoffice.console.test_live import event, listen
from tests.backoffice.console.world import busy

HERE = "/console/people"


@pytest.fixture
async def boss(evening: Evening) -> Operator:
    return await evening.operator("管理员", OperatorRole.ADMIN)


@pytest.fixture
async def admin(visit: Callable[[Operator], Any], boss: Operator) -> Visitor:
    made: Visitor = await visit(boss)
    return made


@pytest.fixture
async def lin(evening: Evening) -> Operator:
    return await evening.operator("林晓", OperatorRole.OPERATOR)


def link_in(text: str) -> str:
    found = re.search(r"http://127\.0\.0\.1(/console/[a-z/]*enter/[0-9a-f]{64})", text)
    assert found
    return found[1]


async def operator(evening: Evening, name: str) -> Operator:
    async with evening.store.begin(evening.clock.now()) as uow:
        return next(o for o in await uow.staff.everybody() if o.name == name)


async def test_somebody_new_gets_a_link_that_is_shown_once(
    evening: Evening, admin: Visitor, nobody: Visitor
) -> None:
    shown = await admin.post(HERE, {"name": "新人", "role": "doctor", "centre": "上海"})
    link = link_in(await shown.text())
    assert shown.headers["Cache-Control"] == "no-store"
    assert (await nobody.post(link)).status == 303
    made = await operator(evening, "新人")
    assert (made.role, made.centre, made.active) == (OperatorRole.DOCTOR, "上海", True)
    assert link not in await (await admin.get(f"{HERE}/{made.id}")).text()


async def test_a_fresh_link_ends_the_one_before(
    admin: Visitor, nobody: Visitor, evening: Evening, lin: Operator
) -> None:
    old = f"/console/enter/{await evening.link(lin)}"
    fresh = link_in(await (await admin.post(f"{HERE}/{lin.id}/link")).text())
    assert (await nobody.post(old)).status == 404
    assert (await nobody.post(fresh)).status == 303


@pytest.mark.parametrize("form", [{"name": ""}, {"role": "king"}, {"role": "guest"}, {"role": ""}])
async def test_a_form_that_says_nonsense_changes_nobody(
    form: dict[str, str], admin: Visitor, evening: Evening, lin: Operator
) -> None:
    """A guest without an organisation would see nobody's cases, or everybody's."""
    full = {"name": "林晓", "role": "operator", "active": "yes", **form}
    assert (await admin.post(f"{HERE}/{lin.id}/change", full)).status == 400
    assert await operator(evening, "林晓") == lin


async def test_a_guest_belongs_to_an_organisation(admin: Visitor, evening: Evening) -> None:
    await evening.act(
        lambda w: w.uow.organisations.put(Organisation("ACME", "平安", OrganisationKind.INSURER))
    )
    await admin.post(HERE, {"name": "王核", "role": "guest", "organisation": "ACME"})
    await admin.post(HERE, {"name": "赵内", "role": "operator", "organisation": "ACME"})
    assert (await operator(evening, "王核")).organisation == "ACME"
    assert (await operator(evening, "赵内")).organisation == ""


async def test_a_changed_role_holds_at_once_and_ends_open_streams(
    admin: Visitor, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """Within about a second, and the page is told; the session itself goes on in the new role."""
    lin = (await busy(evening)).lin
    visitor: Visitor = await visit(lin)
    stream = await listen(visitor)
    form = {"name": lin.name, "role": "finance", "active": "yes"}
    assert (await admin.post(f"{HERE}/{lin.id}/change", form)).status == 303
    while (name := await event(stream)) == "board":
        pass
    assert (name, await event(stream)) == ("gone", "")
    assert (await visitor.get("/console/cases/case-7K3F")).status in (403, 404)


async def test_an_ended_session_ends_its_stream_and_an_operator_off_is_out(
    admin: Visitor, evening: Evening, visit: Callable[[Operator], Any], nobody: Visitor
) -> None:
    lin = (await busy(evening)).lin
    visitor: Visitor = await visit(lin)
    stream = await listen(visitor, "/console/live/case-7K3F")
    assert (await admin.post(f"{HERE}/{lin.id}/sessions/end")).status == 303
    while (name := await event(stream)) in ("board", "case"):
        pass
    assert name == "gone"
    again: Visitor = await visit(lin)
    link = f"/console/enter/{await evening.link(lin)}"
    await admin.post(f"{HERE}/{lin.id}/change", {"name": lin.name, "role": "operator", "active": "no"})
    assert (await again.get("/console/")).status == 303
    assert (await nobody.post(link)).status == 404


async def test_an_administrator_always_remains(admin: Visitor, boss: Operator) -> None:
    """Nobody changes their own role or switches themselves off."""
    for form in ({"role": "operator", "active": "yes"}, {"role": "admin", "active": "no"}):
        assert (await admin.post(f"{HERE}/{boss.id}/change", {"name": "我", **form})).status == 409
    assert (await admin.get(HERE)).status == 200


async def test_lost_devices_sign_nobody_in(
    admin: Visitor, evening: Evening, lin: Operator, visit: Callable[[Operator], Any]
) -> None:
    visitor: Visitor = await visit(lin)
    await evening.act(lambda w: w.uow.credentials.put_totp(lin.id, b"s" * 20))
    assert (await admin.post(f"{HERE}/{lin.id}/factors")).status == 303
    assert (await visitor.get("/console/")).status == 303
    async with evening.store.begin(evening.clock.now()) as uow:
        assert await uow.credentials.totp(lin.id) is None


async def test_what_was_changed_is_in_the_trail_without_names(
    admin: Visitor, boss: Operator, evening: Evening, lin: Operator
) -> None:
    await admin.post(f"{HERE}/{lin.id}/change", {"name": "林晓晓", "role": "supervisor", "active": "no"})
    found = [(r.actor, r.action, r.object) for r in await rows(evening, audit)]
    about = f"operator:{lin.id}"
    assert (boss.id, "people.change", about) in found
    assert {(boss.id, f"operator.{what}", about) for what in ("role_supervisor", "off", "details")} <= set(
        found
    )
    assert not [row for row in found if "林晓晓" in str(row)]


async def test_a_wall_has_an_address_of_its_own_that_reads_the_wall_and_nothing_else(
    admin: Visitor, nobody: Visitor, evening: Evening, boss: Operator
) -> None:
    """Good after every restart of the display, for a year; worth nothing once the wall is switched off."""
    await busy(evening)
    token = link_in(await (await admin.post(HERE, {"name": "大屏一", "role": "wall"})).text())
    assert token.startswith("/console/wall/enter/")
    first, second = await nobody.get(token), await nobody.get(token)
    assert {first.headers["Location"], second.headers["Location"]} == {"/console/wall"}
    display = Visitor(nobody.client, cookie(first))
    evening.clock.advance(8 * 86400)
    for path in ("/console/account", "/console/cases/case-7K3F", "/console/live", "/console/people"):
        assert (await display.get(path)).status in (403, 404), path
    async with evening.store.begin(evening.clock.now()) as uow:
        walls = [s for s in await uow.staff.sessions() if s.how == "wall"]
    assert len(walls) == 2
    wall = await operator(evening, "大屏一")
    fresh: Visitor = Visitor(nobody.client, *await evening.session(boss))
    await fresh.post(f"{HERE}/{wall.id}/change", {"name": "大屏一", "role": "wall", "active": "no"})
    assert (await display.get("/console/live")).status == 303
    assert (await nobody.get(token)).status == 404
    assert (await nobody.post(token.replace("/wall", ""))).status == 404
