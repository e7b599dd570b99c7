"""The page of who is woken: kept as typed, refused where nobody would wake, shown by role, tested on request."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from backoffice.console import app as console
from backoffice.oncall.model import Hours, OnCall, PageState, Reach, Sent, WayKind
from backoffice.ports import Operator, OperatorRole
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening

WEN = {
    "centre": "北京", "name": "文静", "position": "2", "chat": "telegram:81233", "sms": "+8613800138000",
    "email": "", "zone": "Asia/Shanghai", "start": "20:00", "end": "08:00", "day": "4", "locale": "en",
}  # fmt: skip


async def listed(evening: Evening) -> list[OnCall]:
    async with evening.store.begin(evening.clock.now()) as uow:
        return list(await uow.on_call.all())


@pytest.fixture
async def boss(evening: Evening, visit: Callable[[Operator], Any]) -> Visitor:
    visitor: Visitor = await visit(await evening.operator("boss", OperatorRole.SUPERVISOR))
    return visitor


async def test_an_entry_is_kept_changed_and_removed(boss: Visitor, evening: Evening) -> None:
    assert (await boss.post("/console/on-call", WEN)).status == 303
    (entry,) = await listed(evening)
    reaches = (Reach(WayKind.CHAT, "telegram:81233"), Reach(WayKind.SMS, "+8613800138000"))
    assert (entry.reaches, entry.hours) == (reaches, Hours("Asia/Shanghai", (4,), 1200, 480))
    page = await (await boss.get(f"/console/on-call?edit={entry.id}")).text()
    assert 'value="20:00"' in page
    await boss.post("/console/on-call", WEN | {"id": entry.id, "name": "文"})
    assert [p.name for p in await listed(evening)] == ["文"]
    await boss.post(f"/console/on-call/{entry.id}/remove")
    assert await listed(evening) == []
    assert (await boss.post(f"/console/on-call/{entry.id}/remove")).status == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sms": "13800138000", "chat": ""}, "这个地址用不了：13800138000"),
        ({"sms": "", "chat": ""}, "至少填一种"),
        ({"zone": "Mars/Base"}, "没有这个时区"),
        ({"start": "25:00"}, "08:00"),
        ({"position": "0"}, "1 到 99"),
        ({"day": "9"}, "表单"),
    ],
)
async def test_what_would_wake_nobody_is_refused_in_words(
    boss: Visitor, evening: Evening, wrong: dict[str, str], said: str
) -> None:
    answer = await boss.post("/console/on-call", WEN | wrong)
    assert answer.status == 400
    assert said in await answer.text() or said == "表单"
    assert await listed(evening) == []


async def test_numbers_are_for_whom_may_change_them(
    boss: Visitor, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """An operator sees that somebody is on call and over what, not their number."""
    await boss.post("/console/on-call", WEN)
    assert "+8613800138000" in await (await boss.get("/console/on-call")).text()
    page = await (
        await (await visit(await evening.operator("o", OperatorRole.OPERATOR))).get("/console/on-call")
    ).text()
    assert "文静" in page
    assert "+86" not in page


async def test_the_list_says_when_nobody_is_on_call(boss: Visitor) -> None:
    assert "现在没有人值守" in await (await boss.get("/console/on-call")).text()


async def test_a_test_page_says_how_it_went(evening: Evening) -> None:
    """One way failed: the words say to look at the list; who does not exist is not found."""
    sent = [Sent(evening.clock.now(), "", 1, "test", "文静", WayKind.SMS, PageState.TAKEN)]

    async def page(person: OnCall) -> Sequence[Sent]:
        return sent

    root = web.Application()
    root.add_subapp("/console", console.build(replace(evening.deps(), page_test=page)))
    async with TestClient(TestServer(root)) as client:
        boss = Visitor(
            client, *await evening.session(await evening.operator("boss", OperatorRole.SUPERVISOR))
        )
        await boss.post("/console/on-call", WEN)
        (entry,) = await listed(evening)
        path = f"/console/on-call/{entry.id}/test"
        assert "每种方式" in (await (await boss.post(path, Accept="application/json")).json())["said"]
        sent.append(replace(sent[0], state=PageState.FAILED, why="timeout"))
        assert "没有发出去" in (await (await boss.post(path, Accept="application/json")).json())["said"]
        assert (await boss.post("/console/on-call/none/test")).status == 404
