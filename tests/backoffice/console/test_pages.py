"""What the queue and a case show, and what they keep to themselves."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from backoffice.cases.model import CaseStatus
from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Point
from backoffice.kernel.messages import Distance, MapPoint, Message, PlaceWords, Role
from backoffice.ports import Operator, OperatorRole
from storage.tables import audit
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import BANGKOK, Evening
from tests.backoffice.console.world import busy

SECRET_NAMES = ("宋佳怡", "宋女士", "何志强", "唐唐", "+8613800138000", "13.742", "100.556")


@pytest.fixture
async def lin(evening: Evening, visit: Callable[[Operator], Any]) -> Visitor:
    visitor: Visitor = await visit((await busy(evening)).lin)
    return visitor


async def page(visitor: Visitor, path: str) -> str:
    answer = await visitor.get(path)
    assert answer.status == 200
    return await answer.text()


def order(html: str) -> list[str]:
    """References in the order the queue shows them."""
    return re.findall(r'class="ref" href="/console/cases/[^"]+">([^<]+)<', html)


async def test_what_rings_leads_then_what_breaches_first(lin: Visitor) -> None:
    """Untaken by the longest ringing, duress apart, the rest by the clock that is most overdue."""
    html = await page(lin, "/console/")
    assert order(html) == ["K9BP", "5WXE", "Q8DN", "7K3F", "M4TR", "DR22"]


async def test_the_queue_names_nobody(lin: Visitor) -> None:
    """A queue is read over shoulders: no name, no number, no exact place; countdowns are a number."""
    html = await page(lin, "/console/")
    assert not [name for name in SECRET_NAMES if name in html]
    assert "倒计时中 1" in html
    assert "HHHH" not in html


async def test_duress_has_its_own_list_with_its_protocol(
    lin: Visitor, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """Operators see it beside what to do; a doctor sees neither."""
    html = await page(lin, "/console/")
    assert "不要回拨" in html
    doctor = await evening.operator("doc", OperatorRole.DOCTOR)
    assert "Q8DN" not in await page(await visit(doctor), "/console/")


async def test_the_alarm_counts_what_nobody_has_taken(lin: Visitor, evening: Evening) -> None:
    """The page's sound follows how many ring, since when each does, and after how many seconds it sounds here."""
    html = await page(lin, "/console/ringing")
    since = evening.clock.now() - timedelta(seconds=31)
    assert f'data-count="2" data-calls="[[{int(since.timestamp() * 1000)}, 0.0], [' in html


async def test_taking_the_case_silences_it(lin: Visitor) -> None:
    """One key, one row less in the alarm."""
    assert (await lin.post("/console/cases/case-K9BP/take")).status == 303
    assert 'data-count="1"' in await page(lin, "/console/ringing")


async def test_the_case_shows_who_where_and_how_sure(lin: Visitor) -> None:
    """Place in words, coordinates, accuracy, age, local time, numbers, telephone, ways to reach."""
    html = await page(lin, "/console/cases/case-7K3F")
    for words in ("泰国曼谷", "13.742000, 100.556000", "精度约 40 m", "6 分钟前", "1669", "宋女士"):
        assert words in html, words
    assert 'href="tel:+8613800138000"' in html
    assert "窗口内还可发 5 条" in html


async def test_an_old_fix_is_last_known_never_here(lin: Visitor, evening: Evening) -> None:
    """Half an hour makes it old; the chip says its age."""
    evening.clock.advance(timedelta(minutes=25))
    html = await page(lin, "/console/cases/case-7K3F")
    assert "最后已知位置，31 分钟前" in html
    assert "case_old" in html


async def test_an_ambiguous_point_shows_both_readings(lin: Visitor) -> None:
    """Until a person settles which datum it was."""
    html = await page(lin, "/console/cases/case-M4TR")
    assert "坐标系不能确定" in html
    assert "22.198700, 113.543900" in html
    assert "22.195700, 113.549100" in html


async def test_no_number_yet_is_said(lin: Visitor) -> None:
    """A visible state with its own action, not an empty line."""
    html = await page(lin, "/console/cases/case-M4TR")
    assert "还没有电话号码" in html
    assert "tel:" not in html


async def test_under_duress_the_page_offers_no_way_to_that_phone(lin: Visitor) -> None:
    """No link to dial, no box to write in, and it says why."""
    html = await page(lin, "/console/cases/case-Q8DN")
    assert "tel:" not in html
    assert "reply-text" not in html
    assert "不要回拨" in html


async def test_every_line_says_who_speaks_and_how_it_was_delivered(lin: Visitor) -> None:
    """Traveller, envoy, centre, service, internal note; the state of each letter beside it."""
    html = await page(lin, "/console/cases/case-7K3F")
    for label in (
        "旅客 · 宋女士",
        "星使 · Somchai Rattana",
        "指挥中心 · 林晓",
        "内部备注 · 林晓",
        "系统 → 旅客",
    ):
        assert label in re.sub(r"<svg.*?</svg>", "", html, flags=re.S).replace("\n", ""), label
    assert "0/6 位已送达" in html
    assert "等待发出" in html


async def test_a_letter_that_failed_says_why(lin: Visitor, evening: Evening) -> None:
    """The operator sees it on the line, not in a log."""
    async with evening.database.writing() as conn:
        await conn.execute(sa.text("UPDATE letter SET state='failed', error='blocked' WHERE entry=0"))
        await conn.commit()
    html = await page(lin, "/console/cases/case-7K3F")
    assert "未送达" in html
    assert "对方屏蔽了我们" in html
    assert "6 位未送达" in html


async def test_the_asked_envoys_have_distance_and_reasons(lin: Visitor) -> None:
    """Who was asked, how far, how old their position, when they could be there."""
    html = await page(lin, "/console/cases/case-7K3F")
    for words in ("2.8 km", "位置 4 分钟前", "按驻地计，无新位置", "第 1 批 · 20 公里圈", "山茶"):
        assert words in html, words


async def test_a_closed_case_shows_its_cell_and_no_more(lin: Visitor, evening: Evening) -> None:
    """Neither point, nor distance from the centre, nor a letter that told the place."""
    cast_case = await evening_case(evening, "2HVX")
    exact = MapPoint(BANGKOK, "这里")
    away = PlaceWords("TH", {"": "Bangkok"}, Distance(6123.0, 90.0), "Asia/Bangkok")
    told = Message("offer.brief", {"text": "13.742000,100.556000"}, place=exact)
    await evening.told(cast_case, cast_case.requester, told)
    await evening.told(
        cast_case, cast_case.requester, Message("sos.countdown", {"text": "6123 m", "place": away})
    )
    await evening.said(cast_case, Role.TRAVELLER, cast_case.requester, "吴芳", "在这里", place=exact)
    html = await page(lin, "/console/cases/case-2HVX")
    assert "精确位置封存" in html
    assert "位置已封存" in html
    for exact_words in ("13.742", "100.556", "6.1 km", "6123"):
        assert exact_words not in html


async def evening_case(evening: Evening, ref: str) -> Any:
    found = await evening.deps().queries.head(f"case-{ref}")  # type: ignore[arg-type]
    assert found
    return found


async def test_a_case_without_a_place_is_a_page_too(lin: Visitor) -> None:
    """No location, no profile, nothing said: designed states, not errors."""
    html = await page(lin, "/console/cases/case-5WXE")
    assert "没有位置" in html
    assert "位置未知" in html


async def test_every_view_of_a_case_is_in_the_trail(lin: Visitor, evening: Evening) -> None:
    """Each opening is a row; what the page refreshes by itself adds one every ten minutes."""

    async def views() -> int:
        async with evening.database.reading() as conn:
            return len((await conn.execute(sa.select(audit).where(audit.c.action == "case.view"))).all())

    await page(lin, "/console/cases/case-7K3F")
    await page(lin, "/console/cases/case-7K3F")
    assert await views() == 2
    for _ in range(3):
        await lin.get("/console/cases/case-7K3F", X_Live="1")
    assert await views() == 2
    evening.clock.advance(timedelta(minutes=10))
    await lin.get("/console/cases/case-7K3F", X_Live="1")
    assert await views() == 3
    await lin.get("/console/cases/case-M4TR", X_Live="1")
    assert await views() == 4


async def test_both_languages_say_the_whole_page(lin: Visitor) -> None:
    """English leaves no Chinese of ours behind; what people said stays as they said it."""
    cookie = f"rescue_session={lin.token}; rescue_language=en"
    html = await (await lin.get("/console/", Cookie=cookie)).text()
    assert '<html lang="en">' in html
    ours = re.sub(r"谢谢你们.*?？|林晓|中文|telegram: 429, 12 s", "", html)
    assert not re.findall(r"[\u4e00-\u9fff]+", ours)


PAYLOADS = [
    "<script>window.__pwn=1</script>",
    '"><img src=x onerror="window.__pwn=1">',
    "{{ 7*7 }}{% for x in y %}",
    "</textarea><svg onload=window.__pwn=1>",
    "javascript:window.__pwn=1",
]


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_what_people_write_stays_words(payload: str, lin: Visitor, evening: Evening) -> None:
    """Text, names, file names, titles of places, numbers: escaped wherever they stand."""
    person = await evening.person(payload, Address("telegram", "666"), call_me=payload, allergies=payload)
    case = await evening.case("XSS2", person, place_of_patient=payload, owner_name=payload)
    place = MapPoint(Point(13.7, 100.5), payload)
    await evening.said(case, Role.TRAVELLER, person.id, payload, payload, place=place)
    await evening.happened(case, "traveller", payload[:60], note=payload)
    await evening.waits(person, payload, case)
    await evening.alarm(payload[:60], case, payload)
    for path in ("/console/", "/console/cases/case-XSS2"):
        html = await page(lin, path)
        assert "<script>window" not in html
        assert "<img src=x" not in html
        assert "<svg onload" not in html
        assert 'href="javascript' not in html
        assert "{{ 7*7 }}" in html or "7*7" not in payload


async def test_the_board_waits_for_no_status_but_those_at_work(lin: Visitor, evening: Evening) -> None:
    """Cancelled and closed cases leave the queue."""
    person = await evening.person("y", Address("telegram", "777"))
    await evening.case("CNCL", person, status=CaseStatus.CANCELLED, rang_at=None)
    html = await page(lin, "/console/")
    assert "CNCL" not in html
    assert "2HVX" not in order(html)
