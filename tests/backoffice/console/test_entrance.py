"""Getting in, staying in and getting out."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import ClientResponse, DummyCookieJar, web
from aiohttp.test_utils import TestClient, TestServer

from backoffice.console import app as console
from backoffice.console import tokens
from backoffice.ports import Operator, OperatorRole
from storage.tables import audit, console_session
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.world import busy

TEXT = {"text": "一句话"}


@pytest.fixture
async def lin(evening: Evening) -> Operator:
    return await evening.operator("林晓", OperatorRole.OPERATOR)


async def rows(evening: Evening, table: sa.Table) -> list[Any]:
    async with evening.database.reading() as conn:
        return list((await conn.execute(sa.select(table))).all())


def cookie(answer: ClientResponse) -> str:
    return answer.cookies["rescue_session"].value


async def test_looking_at_the_link_uses_nothing_up(evening: Evening, nobody: Visitor, lin: Operator) -> None:
    """Robots that preview links fetch it first; the person still gets in afterwards."""
    link = f"/console/enter/{await evening.link(lin)}"
    for _ in range(3):
        shown = await nobody.get(link)
        assert shown.status == 200
        assert "<form" in await shown.text()
    assert (await nobody.post(link)).status == 303
    assert await rows(evening, console_session)


async def test_the_link_works_once(evening: Evening, nobody: Visitor, lin: Operator) -> None:
    """The second use, a wrong link and an old one get the same answer."""
    used, old = await evening.link(lin), await evening.link(lin, timedelta(hours=1))
    assert (await nobody.post(f"/console/enter/{used}")).status == 303
    evening.clock.advance(timedelta(hours=2))
    answers = [await nobody.post(f"/console/enter/{token}") for token in (used, old, "0" * 64)]
    assert [a.status for a in answers] == [404, 404, 404]
    assert (
        len({(await a.text()).replace(t, "") for a, t in zip(answers, (used, old, "0" * 64), strict=True)})
        == 1
    )


async def test_the_session_is_a_strong_secret_stored_as_a_hash(
    evening: Evening, nobody: Visitor, lin: Operator
) -> None:
    """256 bits in an HttpOnly, SameSite cookie; the database knows its SHA-256 only."""
    answer = await nobody.post(f"/console/enter/{await evening.link(lin)}")
    set_cookie = answer.headers["Set-Cookie"]
    assert len(cookie(answer)) == 64
    assert "HttpOnly" in set_cookie
    assert "SameSite=Lax" in set_cookie
    assert [r.token_hash for r in await rows(evening, console_session)] == [tokens.digest(cookie(answer))]
    visitor = Visitor(nobody.client, cookie(answer))
    assert (await visitor.get("/console/")).status == 200


async def test_over_https_the_cookie_is_bound_to_the_host(evening: Evening, lin: Operator) -> None:
    """`__Host-`, Secure, and HSTS; over http on loopback browsers would refuse that prefix."""
    evening.public_url = "https://rescue.example"
    root = web.Application()
    root.add_subapp("/console", console.build(evening.deps()))
    async with TestClient(TestServer(root), cookie_jar=DummyCookieJar()) as client:
        answer = await client.post(
            f"/console/enter/{await evening.link(lin)}",
            headers={"Origin": "https://rescue.example"},
            allow_redirects=False,
        )
        assert answer.headers["Set-Cookie"].startswith("__Host-rescue=")
        assert "Secure" in answer.headers["Set-Cookie"]
        assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


async def test_a_new_sign_in_ends_the_old_session(evening: Evening, nobody: Visitor, lin: Operator) -> None:
    """No fixation: the token of before is worth nothing afterwards."""
    first = cookie(await nobody.post(f"/console/enter/{await evening.link(lin)}"))
    old = Visitor(nobody.client, first)
    second = cookie(await old.post(f"/console/enter/{await evening.link(lin)}"))
    assert second != first
    assert (await old.get("/console/")).status == 303
    assert (await Visitor(nobody.client, second).get("/console/")).status == 200


async def test_half_an_hour_without_a_hand_ends_the_session(
    evening: Evening, visit: Callable[[Operator], Any], lin: Operator
) -> None:
    """What the page asks for by itself is nobody's presence; a click is."""
    visitor: Visitor = await visit(lin)
    for _ in range(2):
        evening.clock.advance(timedelta(minutes=20))
        assert (await visitor.post("/console/present")).status == 204
    evening.clock.advance(timedelta(minutes=20))
    assert (await visitor.get("/console/", X_Live="1")).status == 200
    evening.clock.advance(timedelta(minutes=11))
    assert (await visitor.get("/console/", X_Live="1")).status == 401
    assert (await visitor.get("/console/")).status == 303


async def test_after_twelve_hours_everybody_signs_in_again(
    evening: Evening, visit: Callable[[Operator], Any], lin: Operator
) -> None:
    """However busy the shift."""
    visitor: Visitor = await visit(lin)
    for _ in range(35):
        evening.clock.advance(timedelta(minutes=20))
        assert (await visitor.post("/console/present")).status == 204
    evening.clock.advance(timedelta(minutes=21))
    assert (await visitor.get("/console/")).status == 303


async def test_signing_out_ends_the_session_here_and_in_the_database(
    evening: Evening, visit: Callable[[Operator], Any], lin: Operator
) -> None:
    """A stolen cookie is worth nothing after it."""
    visitor: Visitor = await visit(lin)
    assert (await visitor.post("/console/leave")).status == 303
    assert await rows(evening, console_session) == []
    assert (await visitor.get("/console/")).headers["Location"] == "/console/signed-out"


async def test_an_operator_switched_off_is_out_at_once(
    evening: Evening, visit: Callable[[Operator], Any], lin: Operator
) -> None:
    """Their open session does not outlive their role."""
    visitor: Visitor = await visit(lin)
    async with evening.database.writing() as conn:
        await conn.execute(sa.text("UPDATE operator SET active = 0"))
        await conn.commit()
    assert (await visitor.get("/console/")).status == 303


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "null", "Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_form_of_another_site_is_refused(
    headers: dict[str, str], evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """Even with the cookie and the right CSRF token."""
    cast = await busy(evening)
    visitor: Visitor = await visit(cast.lin)
    answer = await visitor.post("/console/cases/case-7K3F/note", TEXT, **headers)
    assert answer.status == 403


async def test_a_plain_form_of_our_own_page_is_accepted(
    evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """With no-referrer the browser says `Origin: null`, and `same-origin` where no page can lie."""
    cast = await busy(evening)
    visitor: Visitor = await visit(cast.lin)
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert (await visitor.post("/console/cases/case-7K3F/note", TEXT, **headers)).status == 303


async def test_without_the_csrf_token_nothing_changes(
    evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """Missing, empty, another's: refused, and the note is not there."""
    cast = await busy(evening)
    visitor: Visitor = await visit(cast.lin)
    other: Visitor = await visit(cast.chen)
    for csrf in ("", "0" * 64, other.csrf):
        wrong = replace(visitor, csrf=csrf)
        assert (await wrong.post("/console/cases/case-7K3F/note", {"text": "forged"})).status == 403
    assert "forged" not in await (await visitor.get("/console/cases/case-7K3F")).text()


async def test_the_language_form_leads_only_back_into_the_console(nobody: Visitor) -> None:
    """An open redirect would lend our name to a phishing page."""
    for back in ("https://evil.example", "//evil.example", "/console/\\evil", "/console/\r\nX: y", ""):
        answer = await nobody.post("/console/language", {"to": "en", "back": back})
        assert answer.headers["Location"] == "/console/"
    good = await nobody.post("/console/language", {"to": "en", "back": "/console/cases/x"})
    assert good.headers["Location"] == "/console/cases/x"


async def test_coming_and_going_are_in_the_trail(evening: Evening, nobody: Visitor, lin: Operator) -> None:
    """Who signed in and out, and when."""
    answer = await nobody.post(f"/console/enter/{await evening.link(lin)}")
    csrf = (await rows(evening, console_session))[0].csrf
    await Visitor(nobody.client, cookie(answer), csrf).post("/console/leave")
    assert [(r.actor, r.action) for r in await rows(evening, audit)] == [
        (lin.id, "console.enter"),
        (lin.id, "console.leave"),
    ]
