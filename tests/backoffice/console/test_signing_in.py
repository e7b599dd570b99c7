"""Signing in without a link: codes that work once, pauses that grow, the same words for every wrong answer."""

import asyncio
import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse

from backoffice import ports
from backoffice.ports import Operator, OperatorRole
from backoffice.staff import recovery, totp
from backoffice.workflows.work import Work
from storage.tables import audit, console_session
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.test_entrance import cookie, rows

SECRET = b"the-secret-of-lin-xi"
RECOVERY = "ABCD-EFGH-JKMN-PQRS"
SIGN_IN = "/console/sign-in/code"


@pytest.fixture
async def lin(evening: Evening) -> Operator:
    """An operator with an authenticator and one recovery code."""
    made = await evening.operator("林晓", OperatorRole.OPERATOR)

    async def equip(w: Work) -> None:
        await w.uow.credentials.put_totp(made.id, SECRET)
        await w.uow.credentials.confirm_totp(made.id, w.now)
        code = ports.RecoveryCode(recovery.selector(RECOVERY), recovery.hashed(RECOVERY))
        await w.uow.credentials.put_recovery(made.id, [code])

    await evening.act(equip)
    return made


def code(evening: Evening) -> str:
    return totp.code_at(SECRET, evening.clock.now())


async def type_in(nobody: Visitor, name: str, said: str, **headers: str) -> ClientResponse:
    return await nobody.post(SIGN_IN, {"name": name, "code": said}, **headers)


async def test_a_code_signs_in_once(evening: Evening, nobody: Visitor, lin: Operator) -> None:
    """Spaces are how people type it; whoever read it over a shoulder comes too late."""
    typed = code(evening)
    first = await type_in(nobody, " 林晓 ", f"{typed[:3]} {typed[3:]}")
    assert (first.status, first.headers["Location"]) == (303, "/console/")
    assert (await Visitor(nobody.client, cookie(first)).get("/console/")).status == 200
    assert (await type_in(nobody, "林晓", typed)).status == 403
    evening.clock.advance(30)
    assert (await type_in(nobody, "林晓", code(evening))).status == 303
    assert {r.how for r in await rows(evening, console_session)} == {"totp"}


async def test_one_code_typed_twice_at_the_same_moment_signs_in_once(
    evening: Evening, nobody: Visitor, lin: Operator
) -> None:
    answers = await asyncio.gather(*(type_in(nobody, "林晓", code(evening)) for _ in range(3)))
    assert sorted(a.status for a in answers).count(303) == 1


async def test_a_recovery_code_signs_in_once(evening: Evening, nobody: Visitor, lin: Operator) -> None:
    """Typed as it stands on paper, in small letters."""
    assert (await type_in(nobody, "林晓", "abcd efgh jkmn pqrs")).status == 303
    assert (await type_in(nobody, "林晓", RECOVERY)).status == 403
    assert [r.how for r in await rows(evening, console_session)] == ["recovery"]


async def test_a_wrong_name_and_a_wrong_code_read_the_same(nobody: Visitor, lin: Operator) -> None:
    """Nobody learns who works here, from words, status or the pauses that follow."""
    texts: dict[str, list[tuple[int, str]]] = {}
    for name in ("林晓", "没有这个人"):
        for said in ("000000", "ZZZZ-ZZZZ-ZZZZ-ZZZZ", "000000", "000000", "000000"):
            answer = await type_in(nobody, name, said)
            texts.setdefault(name, []).append((answer.status, await answer.text()))
    assert texts["林晓"] == texts["没有这个人"]
    assert [status for status, _ in texts["林晓"]] == [403, 403, 403, 429, 429]


async def test_pauses_hold_the_right_code_back_and_end(
    evening: Evening, nobody: Visitor, lin: Operator
) -> None:
    """Else a guesser would only have to keep guessing; the person behind the name waits seconds, not hours."""
    for _ in range(4):
        await type_in(nobody, "林晓", "000000")
    held = await type_in(nobody, "林晓", code(evening))
    assert held.status == 429
    assert "错误次数太多，请在 5 s" in (await held.text()) or "错误次数太多，请在 5" in (await held.text())
    evening.clock.advance(6)
    assert (await type_in(nobody, "林晓", code(evening))).status == 303
    evening.clock.advance(30)
    assert (await type_in(nobody, "林晓", "000000")).status == 403


async def test_many_guesses_at_the_same_moment_are_not_one(nobody: Visitor, lin: Operator) -> None:
    """Ten at once: at most the free ones are looked at, the rest are held back."""
    answers = await asyncio.gather(*(type_in(nobody, "林晓", f"{n:06d}") for n in range(10)))
    assert sum(a.status == 403 for a in answers) <= 4


async def test_one_address_that_tries_many_names_is_slowed_down(
    evening: Evening, nobody: Visitor, lin: Operator
) -> None:
    for n in range(21):
        await type_in(nobody, f"猜的名字{n}", "000000")
    assert (await type_in(nobody, "林晓", code(evening))).status == 429


async def test_what_others_write_into_forwarded_addresses_counts_for_nothing(
    nobody: Visitor, lin: Operator
) -> None:
    """Without a proxy of our own the header is a stranger's claim."""
    for n in range(21):
        await type_in(nobody, f"猜{n}", "000000", X_Forwarded_For=f"10.0.0.{n}")
    assert (await type_in(nobody, "另一个", "000000", X_Forwarded_For="10.9.9.9")).status == 429


async def test_whoever_is_switched_off_signs_in_with_nothing(
    evening: Evening, nobody: Visitor, lin: Operator
) -> None:
    await evening.act(lambda w: w.uow.staff.change(Operator(lin.id, lin.name, lin.role, active=False)))
    assert (await type_in(nobody, "林晓", code(evening))).status == 403
    assert (await type_in(nobody, "林晓", RECOVERY)).status == 403


async def test_tries_are_in_the_trail_without_the_words_typed(
    evening: Evening, nobody: Visitor, lin: Operator
) -> None:
    """People type their secrets into the wrong field."""
    await type_in(nobody, "hunter2-secret", "000000")
    [row] = await rows(evening, audit)
    assert row.action == "console.tried"
    assert "hunter2" not in row.object


async def test_the_link_leads_to_the_account_until_something_better_is_there(
    evening: Evening, nobody: Visitor, lin: Operator
) -> None:
    """A link works once: who has nothing else would be locked out tomorrow."""
    fresh = await evening.operator("新人", OperatorRole.OPERATOR)
    first = await nobody.post(f"/console/enter/{await evening.link(fresh)}")
    assert first.headers["Location"] == "/console/account"
    second = await nobody.post(f"/console/enter/{await evening.link(lin)}")
    assert second.headers["Location"] == "/console/"


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"credential": 1},
        {"credential": {"id": "x"}},
        {"credential": {"id": "x", "response": {"clientDataJSON": "!!"}}},
        {"credential": {"id": "x", "response": {"clientDataJSON": base64.b64encode(b"{}").decode()}}},
        [],
    ],
)
async def test_a_made_up_passkey_answer_signs_nobody_in(answer: Any, nobody: Visitor, lin: Operator) -> None:
    """Whatever is sent, it is a refusal in words and no session."""
    local = {"Host": f"localhost:{nobody.client.port}", "Origin": f"http://localhost:{nobody.client.port}"}
    sent = await nobody.client.post(
        "/console/sign-in/passkey", data=json.dumps(answer), headers={**local, "Accept": "application/json"}
    )
    assert sent.status == 403
    assert (await sent.json())["said"] == "这个通行密钥不能在这里登录。"
    assert "Set-Cookie" not in sent.headers


async def test_a_ceremony_nobody_began_or_too_old_is_refused(
    evening: Evening, nobody: Visitor, lin: Operator
) -> None:
    """The challenge inside must be ours, of the last five minutes."""
    local = {"Host": f"localhost:{nobody.client.port}", "Origin": f"http://localhost:{nobody.client.port}"}
    asked = await nobody.client.post("/console/sign-in/passkey/options", headers=local)
    options = await asked.json()
    assert options["userVerification"] == "required"
    assert options["rpId"] == "localhost"
    evening.clock.advance(timedelta(minutes=6))
    told = base64.urlsafe_b64encode(json.dumps({"challenge": options["challenge"]}).encode()).decode()
    proof = {"credential": {"id": "x", "response": {"clientDataJSON": told}}}
    answer = await nobody.client.post("/console/sign-in/passkey", data=json.dumps(proof), headers=local)
    assert answer.status == 403


async def test_a_bare_address_says_why_there_are_no_passkeys(
    nobody: Visitor, evening: Evening, visit: Callable[[Operator], Any], lin: Operator
) -> None:
    """Browsers refuse them there; the page says so instead of failing at the button."""
    shown = await (await nobody.get("/console/signed-out")).text()
    assert "用 IP 地址打开时不能使用通行密钥" in shown
    assert "passkey-enter" not in shown
    visitor: Visitor = await visit(lin)
    answer = await visitor.post("/console/account/passkeys/options", {}, Accept="application/json")
    assert (answer.status, (await answer.json())["said"]) == (409, "用 IP 地址打开时不能使用通行密钥。")
