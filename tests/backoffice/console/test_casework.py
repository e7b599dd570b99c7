"""The case page at work: deliveries, voices, translations, checklists by edition, what is due; and no N+1."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from backoffice.cases.model import Case
from backoffice.cases.relations import Relation, RelationKind
from backoffice.cases.tasks import Task, TaskKind
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import MediaId
from backoffice.kernel.messages import Media, MediaKind, Message, Role
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows import checklists
from backoffice.workflows.work import Work
from storage.exchange_tables import letter
from tests.backoffice.adapters.test_voices import spoken
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening, Mirror
from tests.backoffice.console.world import Cast, busy

CASE = "/console/cases/case-7K3F"


@pytest.fixture
async def cast(evening: Evening) -> Cast:
    return await busy(evening)


@pytest.fixture
async def lin(cast: Cast, visit: Callable[[Operator], Any]) -> Visitor:
    visitor: Visitor = await visit(cast.lin)
    return visitor


async def text_of(visitor: Visitor, path: str) -> str:
    answer = await visitor.get(path)
    assert answer.status == 200
    return await answer.text()


async def test_a_voice_plays_in_the_browser_and_is_made_once(
    lin: Visitor, cast: Cast, evening: Evening
) -> None:
    """WeChat's AMR as MP3, also from the middle; the second time it comes sealed from the store."""
    voice, case = MediaId("m-voice"), cast.cases["7K3F"]
    await evening.file(case, voice, spoken("amr", "libopencore_amrnb"))
    media = Media(voice, MediaKind.VOICE, "", "audio/amr", 3_000)
    await evening.said(case, Role.TRAVELLER, case.requester, "宋女士", "", media=media)
    page = await text_of(lin, CASE)
    assert f'<audio controls preload="none" src="/console/media/{voice}/voice"' in page
    whole = await lin.get(f"/console/media/{voice}/voice")
    body = await whole.read()
    assert (whole.status, whole.content_type, body[:3]) == (200, "audio/mpeg", b"ID3")
    assert "media-src 'self'" in whole.headers["Content-Security-Policy"]
    assert await evening.media.get(MediaId("m-voice-mp3")) == body
    part = await lin.get(f"/console/media/{voice}/voice", Range="bytes=100-199")
    assert (part.status, await part.read()) == (206, body[100:200])
    assert part.headers["Content-Range"] == f"bytes 100-199/{len(body)}"
    beyond = await lin.get(f"/console/media/{voice}/voice", Range="bytes=9999999-")
    assert beyond.status == 416
    street = await lin.get("/console/media/m-street/voice")
    assert street.status == 415


async def test_what_waits_for_the_wechat_window_says_how_much_is_left(
    lin: Visitor, cast: Cast, evening: Evening
) -> None:
    """Held is neither sent nor failed; the remaining quota stands beside it, and the channel of what came in."""
    case = cast.cases["7K3F"]
    n = await evening.said(case, Role.OPERATOR, cast.lin.id, cast.lin.name, "第六条消息")
    await evening.told(case, case.requester, Message("relay.text", {"text": "第六条消息"}), n)
    await evening.said(case, Role.TRAVELLER, case.requester, "宋女士", "收到", channel="wechat")
    async with evening.database.writing() as conn:
        await conn.execute(sa.update(letter).where(letter.c.entry == n).values(state="held"))
        await conn.commit()
    page = await text_of(lin, CASE)
    line = page.split("第六条消息")[1].split("</li>")[0]
    assert "微信窗口还可发 5 条" in line
    assert "微信" in page.split(">收到<")[0].rsplit('class="say-head"', 1)[1]


async def test_a_translation_is_asked_for_marked_and_kept(cast: Cast, evening: Evening, visit: Any) -> None:
    """Only what the reader does not read goes out; the second press asks nothing again."""
    anna = await evening.person("Anna", Address("telegram", "9001"))
    case = await evening.case(
        "TR4N", anna, owner=cast.lin.id, owner_name=cast.lin.name, answered_at=evening.clock.now()
    )
    await evening.act(lambda w: _speaks(w, anna.id, "ja"))
    await evening.said(case, Role.TRAVELLER, anna.id, "Anna", "足が痛い")
    await evening.said(case, Role.OPERATOR, cast.lin.id, cast.lin.name, "请坐下")
    lin = await visit(cast.lin)
    done = await lin.post("/console/cases/case-TR4N/translate", Accept="application/json")
    assert (await done.json())["ok"]
    page = await text_of(lin, "/console/cases/case-TR4N")
    assert "&lt;zh_Hans&gt; 足が痛い" in page
    assert "机器翻译" in page.split('class="translation"')[1].split("</div>")[0]
    assert isinstance(evening.translator, Mirror)
    assert [(w.source, w.target, list(w.texts)) for w in evening.translator.asked] == [
        ("ja", "zh_Hans", ["足が痛い"])
    ]
    again = await lin.post("/console/cases/case-TR4N/translate", Accept="application/json")
    assert (again.status, len(evening.translator.asked)) == (400, 1)


async def _speaks(w: Work, person: Any, locale: str) -> None:
    found = await w.uow.people.get(person)
    found.locale = locale
    await w.uow.people.save(found)


async def test_a_case_keeps_its_edition_until_somebody_takes_the_newer(
    lin: Visitor, cast: Cast, evening: Evening, visit: Any
) -> None:
    """A supervisor saves a new edition; the running case ticks on in the old one and is offered the new."""
    await lin.post(f"{CASE}/protocol", {"protocol": "accident"})
    await lin.post(f"{CASE}/tick", {"protocol": "accident", "step": "scene", "done": "yes"})
    chen = await visit(cast.chen)
    form = {
        "edition": "1", "name_zh_Hans": "事故", "name_en": "Accident", "kind_accident": "yes",
        "key_0": "scene", "zh_0": "先保护自己", "en_0": "Own safety first", "required_0": "yes",
        "zh_1": "", "en_1": "", "zh_2": "拍照", "en_2": "Take photos",
    }  # fmt: skip
    assert (await chen.post("/console/protocols/accident", form)).status == 303
    late = await chen.post("/console/protocols/accident", form)
    assert "有人刚存了更新的一版" in await late.text()
    page = await text_of(lin, CASE)
    assert "已有第 2 版" in page
    assert "拍照" not in page
    assert f"{cast.lin.name} " in page.split('class="ticked"')[1].split("</li>")[0]
    await lin.post(f"{CASE}/protocol", {"protocol": "accident"})
    page = await text_of(lin, CASE)
    assert "拍照" in page
    assert page.count('class="ticked"') == 1
    assert "事故、受伤」第 1 步完成" in page
    half = await chen.post("/console/protocols/accident", {**form, "edition": "2", "en_2": ""})
    assert "每一步都要写中文和英文" in await half.text()


async def test_what_is_due_is_listed_for_whom_it_is(
    lin: Visitor, cast: Cast, evening: Evening, visit: Any
) -> None:
    """One's own first, everybody's on demand; a call can be made from the line; a doctor has no such page."""
    now, case = evening.clock.now(), cast.cases["7K3F"]
    call = Task("t-call", case.id, TaskKind.CALL_BACK, now - timedelta(minutes=4), now, "system")
    mine = Task("t-mine", case.id, TaskKind.REMINDER, now + timedelta(hours=1), now, "system", "问手术结果")
    others = Task(
        "t-other",
        cast.cases["K9BP"].id,
        TaskKind.REMINDER,
        now,
        now,
        "system",
        "别人的事",
        operator=cast.chen.id,
    )
    await evening.act(lambda w: _tasks(w, [call, mine, others]))
    page = await text_of(lin, "/console/tasks")
    assert "tel:+8613800138000" in page.split('id="h-next"')[0]
    assert "问手术结果" in page.split('id="h-next"')[1]
    assert "别人的事" not in page
    assert "别人的事" in await text_of(lin, "/console/tasks?of=all")
    doctor = await visit(await evening.operator("doc", OperatorRole.DOCTOR))
    assert (await doctor.get("/console/tasks")).status == 403


async def _tasks(w: Work, tasks: list[Task]) -> None:
    for task in tasks:
        await w.uow.tasks.add(task)


async def test_the_page_asks_no_more_of_the_database_when_there_is_more_to_show(
    lin: Visitor, cast: Cast, evening: Evening
) -> None:
    """Ten times the tasks, ticks and talk, and three parts instead of one: the same number of statements."""
    case = cast.cases["7K3F"]
    await _grow(evening, cast, case, parts=("P1AA",), tasks=1)
    await text_of(lin, CASE)
    async with counted(evening) as few:
        await text_of(lin, CASE)
    await _grow(evening, cast, case, parts=("P2AA", "P3AA"), tasks=40)
    async with counted(evening) as many:
        page = await text_of(lin, CASE)
    assert all(f"来自 {ref}" in page for ref in ("P1AA", "P2AA", "P3AA"))
    assert (await text_of(lin, "/console/")).count("并入 7K3F") == 3
    assert len(many) == len(few)
    assert len(many) < 60


async def _grow(evening: Evening, cast: Cast, case: Case, parts: tuple[str, ...], tasks: int) -> None:
    now = evening.clock.now()
    for ref in parts:
        person = await evening.person(f"亲属{ref}", Address("telegram", ref))
        part = await evening.case(ref, person, owner=cast.lin.id, owner_name=cast.lin.name, answered_at=now)
        await evening.said(part, Role.TRAVELLER, person.id, person.display_name, f"我是{ref}的家人")
        await evening.told(part, person.id, Message("relay.text", {"text": "好"}))
        relation = Relation(part.id, case.id, RelationKind.PART, now, cast.lin.id)
        await evening.act(lambda w, r=relation: w.uow.relations.add(r))
    many = [
        Task(
            f"t-{parts[0]}-{n}", case.id, TaskKind.REMINDER, now + timedelta(hours=1), now, "system", f"事{n}"
        )
        for n in range(tasks)
    ]
    await evening.act(lambda w: _tasks(w, many))
    for code in ("accident", "first_contact")[: 1 + (tasks > 1)]:
        await evening.act(lambda w, c=code: checklists.begin(w, case.id, cast.lin, c))


@asynccontextmanager
async def counted(evening: Evening) -> AsyncIterator[list[str]]:
    """The statements run meanwhile."""
    found: list[str] = []
    engines = [evening.database._readers.sync_engine, evening.database._writer.sync_engine]  # type: ignore[attr-defined]

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        found.append(statement)

    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        for engine in engines:
            sa.event.remove(engine, "before_cursor_execute", note)
