"""One's own account: setting up codes, and ending sessions here and elsewhere."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from backoffice.ports import Operator, OperatorRole
from backoffice.staff import totp
from storage.tables import console_session
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.test_entrance import rows

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
HERE = "/console/account"


@pytest.fixture
async def lin(evening: Evening) -> Operator:
    return await evening.operator("林晓", OperatorRole.OPERATOR)


@pytest.fixture
async def visitor(visit: Callable[[Operator], Any], lin: Operator) -> Visitor:
    made: Visitor = await visit(lin)
    return made


async def secret(evening: Evening, lin: Operator) -> bytes:
    async with evening.store.begin(evening.clock.now()) as uow:
        found = await uow.credentials.totp(lin.id)
    assert found is not None
    return found.secret


async def codes_of(text: str) -> list[str]:
    return re.findall(r"<code>((?:[0-9A-Z]{4}-){3}[0-9A-Z]{4})</code>", text)


async def test_an_authenticator_is_set_up_with_its_first_code(
    evening: Evening, visitor: Visitor, nobody: Visitor, lin: Operator
) -> None:
    """The QR code stands inline; nothing counts before a code was typed; ten recovery codes come with it, once."""
    assert (await visitor.post(f"{HERE}/totp")).status == 303
    page = await (await visitor.get(HERE)).text()
    kept = await secret(evening, lin)
    assert "<svg" in page
    assert totp.spelled(kept) in page
    assert (await visitor.post(f"{HERE}/totp/confirm", {"code": "000000"})).status == 403
    shown = await visitor.post(f"{HERE}/totp/confirm", {"code": totp.code_at(kept, evening.clock.now())})
    fresh = await codes_of(await shown.text())
    assert len(fresh) == 10
    assert shown.headers["Cache-Control"] == "no-store"
    again = await (await visitor.get(HERE)).text()
    assert fresh[0] not in again
    assert totp.spelled(kept) not in again
    assert "还剩 10 个" in again
    used = await nobody.post("/console/sign-in/code", {"name": "林晓", "code": fresh[3]})
    assert used.status == 303
    assert "还剩 9 个" in await (await visitor.get(HERE)).text()


async def test_the_code_that_set_it_up_signs_nobody_in(
    evening: Evening, visitor: Visitor, nobody: Visitor, lin: Operator
) -> None:
    await visitor.post(f"{HERE}/totp")
    typed = totp.code_at(await secret(evening, lin), evening.clock.now())
    await visitor.post(f"{HERE}/totp/confirm", {"code": typed})
    assert (await nobody.post("/console/sign-in/code", {"name": "林晓", "code": typed})).status == 403


async def test_an_unconfirmed_secret_signs_nobody_in(
    evening: Evening, visitor: Visitor, nobody: Visitor, lin: Operator
) -> None:
    await visitor.post(f"{HERE}/totp")
    typed = totp.code_at(await secret(evening, lin), evening.clock.now())
    assert (await nobody.post("/console/sign-in/code", {"name": "林晓", "code": typed})).status == 403


async def test_a_second_authenticator_waits_until_the_first_is_removed(
    evening: Evening, visitor: Visitor, lin: Operator
) -> None:
    """A stolen session cannot quietly put its own beside it."""
    await visitor.post(f"{HERE}/totp")
    kept = await secret(evening, lin)
    await visitor.post(f"{HERE}/totp/confirm", {"code": totp.code_at(kept, evening.clock.now())})
    assert (await visitor.post(f"{HERE}/totp")).status == 409
    assert await secret(evening, lin) == kept
    assert (await visitor.post(f"{HERE}/totp/remove")).status == 303
    assert (await visitor.post(f"{HERE}/totp")).status == 303


async def test_sessions_say_where_and_since_when_and_can_be_ended(
    evening: Evening, visitor: Visitor, nobody: Visitor, lin: Operator
) -> None:
    """This one, end that one, end all others; nobody else's."""
    entered = await nobody.post(f"/console/enter/{await evening.link(lin)}", User_Agent=FIREFOX)
    other = Visitor(nobody.client, entered.cookies["rescue_session"].value)
    boss = await evening.operator("boss", OperatorRole.SUPERVISOR)
    foreign, _ = await evening.session(boss)
    page = await (await visitor.get(HERE)).text()
    assert "Firefox · Linux" in page
    assert "一次性链接" in page
    assert page.count(">本机<") == 1
    handles = re.findall(r"/console/account/sessions/([0-9a-f]{16})/end", page)
    assert len(handles) == 1
    assert (await visitor.post(f"{HERE}/sessions/{handles[0]}/end")).status == 303
    assert (await other.get("/console/")).status == 303
    assert (await visitor.get("/console/")).status == 200
    stolen = [r.token_hash[:16] for r in await rows(evening, console_session) if r.operator == boss.id]
    assert (await visitor.post(f"{HERE}/sessions/{stolen[0]}/end")).status == 404
    assert (await Visitor(nobody.client, foreign).get("/console/")).status == 200


async def test_all_others_end_and_this_one_stays(evening: Evening, visitor: Visitor, lin: Operator) -> None:
    for _ in range(3):
        await evening.session(lin)
    assert (await visitor.post(f"{HERE}/sessions/end")).status == 303
    assert len(await rows(evening, console_session)) == 1
    assert (await visitor.get(HERE)).status == 200
