"""Families through the centre, by SMS, and against strangers: invited after a call-back, guessed at, taken away."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from aiohttp import web
from pydantic import SecretStr

from backoffice.families.model import Decider, FollowerStatus, Part
from backoffice.families.scopes import Scope
from backoffice.kernel.errors import Refusal
from backoffice.kernel.exchange import LetterState
from backoffice.workflows import centre, family_desk
from backoffice.workflows.following import Wish
from config.settings import Sms
from storage import letter_row
from storage.exchange_tables import letter
from tests import house as house_
from tests.clocks import FakeClock
from tests.house import BANGKOK, House, texts
from tests.journeys import families, stories
from tests.journeys.families import PAGE, START, Page

MUM = Wish("operator:op1", "妈妈", "zh_Hans")


async def test_an_operator_invites_after_a_call_back_and_opens_the_least(house: House) -> None:
    """Unconscious: with a reason on record city and illness, never a map; what the traveller says later holds."""
    anna = await house.telegram("Anna")
    case = await families.helped(house, anna)
    await house.do(centre.take, case.id)
    await house.do(family_desk.invite, case.id, MUM)
    mum = (await families.followers(house, case))["妈妈"]
    greedy = family_desk.Opening(mum.id, frozenset({Scope.EXACT}), "昏迷")
    with pytest.raises(Refusal, match="family_too_much"):
        await house.do(family_desk.open_, case.id, greedy)
    least = family_desk.Opening(mum.id, frozenset({Scope.CITY, Scope.MEDICAL}), "昏迷，需要知道过敏史")
    await house.do(family_desk.open_, case.id, least)
    mum = (await families.followers(house, case))["妈妈"]
    assert (mum.decided_by, mum.opened_why) == (Decider.OPERATOR, "昏迷，需要知道过敏史")
    assert "family.opened_by_operator" in await house.timeline(case)
    await stories.says(house, anna, "/family")
    await families.pick(house, anna, f"f:{mum.id}")
    await families.pick(house, anna, "scope:city")
    mum = (await families.followers(house, case))["妈妈"]
    assert (mum.decided_by, mum.scopes) == (Decider.TRAVELLER, {Scope.SAFE, Scope.MEDICAL})
    with pytest.raises(Refusal, match="family_too_much"):
        await house.do(family_desk.open_, case.id, least)


async def test_relatives_ask_and_the_centre_answers_in_a_thread_of_its_own(house: House) -> None:
    """One is answered alone; the illness is told to those who may know it; the traveller's thread has none of it."""
    anna, mum, dad = await house.telegram("Anna"), await house.telegram("Mum"), await house.wechat("爸爸")
    case = await families.helped(house, anna)
    await families.invited(house, anna, "Mum", "medical")
    await stories.says(house, mum, f"/start {await families.newest(house, anna, START)}")
    await families.pick(house, anna, "kept")
    await families.invited(house, anna, "Dad", "safe")
    made = (await house.phones.calls("qrcode/create"))[-1]
    await dad.scan(scene=made["params"]["action_info"]["scene"]["scene_str"])
    await house.pass_time(4)
    await house.do(centre.take, case.id)
    await stories.says(house, mum, "has she eaten")
    asker = (await families.followers(house, case))["Mum"]
    await house.do(family_desk.answer, case.id, ("She has.", asker.id, Scope.SAFE))
    await house.do(family_desk.answer, case.id, ("The leg is broken.", None, Scope.MEDICAL))
    await house.pass_time(4)
    assert "She has." in "".join(await texts(mum))
    assert "The leg is broken." in "".join(await texts(mum))
    assert "She has." not in "".join(await texts(dad))
    assert "The leg is broken." not in "".join(await texts(dad))
    assert "has she eaten" not in await house.entries(case)


async def test_the_exact_place_is_gone_from_page_and_database(house: House) -> None:
    """The page keeps nothing of its own, and no letter to a relative ever had the place in it."""
    anna, mum = await house.telegram("Anna"), await house.telegram("Mum")
    await families.helped(house, anna)
    page = Page(house, await families.invited(house, anna, "Mum", "exact"))
    await stories.says(house, mum, f"/start {await families.newest(house, anna, START)}")
    shown = await page.opened()
    assert ">13.75630, 100.50180<" in shown
    await families.pick(house, anna, "scope:exact")
    assert "13.7563" not in await page.shown()
    person = await house.person(mum)
    assert person is not None
    async with house.core.database.reading() as conn:
        rows = (await conn.execute(letter_row.WITH_READER.order_by(letter.c.seq))).all()
        theirs = [await letter_row.read(conn, house.core.vault, r) for r in rows if r.person == person.id]
        dump = [
            str(row)
            for table in ("follower", "follow_link", "follow_opening", "family_entry")
            for row in (await conn.exec_driver_sql(f"SELECT * FROM {table}")).all()
        ]
        keyed = [r for r in rows if r.tag.startswith("link:")]
        sealed = [str(await letter_row.read(conn, house.core.vault, r)) for r in keyed]
    assert theirs
    assert sealed
    assert not any(page.token in one for one in sealed)
    assert all(one.message.place is None for one in theirs)
    assert "13.7563" not in "".join(dump)
    assert not any(page.token in line for line in dump)


async def test_what_is_told_while_a_name_is_asked_reaches_the_centre(house: House) -> None:
    """A sentence is no name; even a name is kept where staff read it."""
    anna = await house.telegram("Anna")
    case = await families.helped(house, anna)
    await stories.says(house, anna, "/family", "I am in the lobby of the hotel now", "Mum")
    assert list(await families.followers(house, case)) == ["Mum"]
    assert (await house.entries(case))[-2:] == ["I am in the lobby of the hotel now", "Mum"]


def _clock(at: datetime) -> str:
    """As it is read where the traveller is."""
    return at.astimezone(ZoneInfo("Asia/Bangkok")).strftime("%H:%M")


async def test_a_preview_robot_changes_nothing(house: House) -> None:
    """Any number of GETs: no opening, no follower, no content; a person's press does."""
    anna = await house.telegram("Anna")
    case = await families.helped(house, anna)
    page = Page(house, await families.invited(house, anna, "Mum", "safe"))
    before = await families.followers(house, case)
    for _ in range(3):
        status, body = await page.get()
        assert status == 200
        assert "command centre has" not in body
    assert (await page.get("/live"))[0] == 404
    assert await families.followers(house, case) == before
    assert await page.post("seen") == 404
    await page.opened()
    assert (await families.followers(house, case))["Mum"].status is FollowerStatus.FOLLOWING
    house.clock.advance(600)
    assert await page.post("seen") == 204
    await stories.says(house, anna, "/family")
    first, second = house.clock.now() - timedelta(seconds=600), house.clock.now()
    assert "Their page was opened 2 times" in (said := (await texts(anna))[-1])
    assert _clock(first) in said
    assert _clock(second) in said


async def test_guesses_reveal_nothing_are_throttled_and_never_lock_out_the_true_one(house: House) -> None:
    """Ten thousand are the long form (`campaign `guesses` of tests.chaos`); here enough to meet both answers."""
    anna = await house.telegram("Anna")
    await families.helped(house, anna)
    page = Page(house, await families.invited(house, anna, "Mum", "safe"))
    await page.opened()
    answers = set()
    for n in range(60):
        status, body = await Page(house, f"{n:043d}").get()
        answers.add((status, body.replace(f"{n:043d}", "")))
    assert {status for status, _ in answers} == {404, 429}
    assert len({body for _, body in answers}) == 1
    assert (await page.get())[0] == 200
    headers = await families.headers(house, page.token)
    assert headers["X-Robots-Tag"].startswith("noindex")
    assert (headers["Referrer-Policy"], headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert "Set-Cookie" not in headers


async def test_an_open_stream_ends_within_a_second_of_the_word(house: House) -> None:
    """The page is told "gone"; a new stream is refused."""
    anna = await house.telegram("Anna")
    await families.helped(house, anna)
    page = Page(house, await families.invited(house, anna, "Mum", "safe"))
    await page.opened()
    async with house.http.get(f"{house.base}/follow/{page.token}/live") as stream:
        assert b"hello" in await stream.content.readline()
        await stories.says(house, anna, "stop sharing")
        rest = await asyncio.wait_for(stream.read(), 1.0)
    assert b"event: gone" in rest
    assert (await page.get("/live"))[0] == 404


async def test_a_patient_who_says_stop_silences_even_who_asked(house: House) -> None:
    """The requester is told nothing more of the case they opened; the centre sees it."""
    son, mother = await house.telegram("Son"), await house.telegram("Mother")
    envoy = await stories.envoy(house, "陈静", BANGKOK)
    await stories.dispatched(house, son)
    await stories.says(house, envoy, "1")
    await stories.answers(house, son, "9", "2", "1", "2", "1")
    case = await stories.now(house, son)
    await stories.says(house, son, "/family")
    await families.pick(house, son, "patient")
    await stories.says(house, mother, f"/start {await families.newest(house, son, START)}")
    await stories.says(house, mother, "I'm safe")
    assert "I'm safe" in await house.entries(case)
    await stories.says(house, mother, "stop sharing")
    await house.pass_time(8, step=1)
    heard = await house.heard(son)
    await house.do(centre.take, case.id)
    await house.pass_time(300, step=60)
    await stories.says(house, envoy, "她在哭，不想见儿子")
    assert (await house.heard(son))[len(heard) :] == []
    await stories.says(house, son, "/case", "SOS")
    told = await house.lines(son)
    assert told[-2:] == ["case.status_kept", "sos.rang_again"]
    assert "requester_silenced" in await house.told_staff()
    them = (await families.followers(house, case)).values()
    assert {f.status for f in them if f.part is Part.RELATIVE} == {FollowerStatus.REVOKED}


class Gateway:
    """An SMS gateway that takes everything, or nothing."""

    def __init__(self) -> None:
        self.status, self.sent = 200, list[dict[str, str]]()

    async def handle(self, request: web.Request) -> web.Response:
        if self.status == 200:
            self.sent.append(await request.json())
        return web.Response(status=self.status)


@pytest.fixture
async def by_sms(sqlite_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[tuple[House, Gateway]]:
    """The service with an SMS gateway."""
    gateway, app = Gateway(), web.Application()
    app.router.add_post("/", gateway.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    sms = Sms(url=f"http://127.0.0.1:{runner.addresses[0][1]}/", secret=SecretStr("s"))
    async with house_.opened(sqlite_url, tmp_path / "data", clock, sms=sms) as house:
        yield house, gateway
    await runner.cleanup()


async def test_a_relative_with_neither_app_gets_the_page_and_the_news_by_sms(
    by_sms: tuple[House, Gateway],
) -> None:
    """In their language, once they have pressed; the number stands in no plain column."""
    house, gateway = by_sms
    anna = await house.telegram("Anna", "en")
    envoy = await stories.envoy(house, "陈静", BANGKOK)
    case = await families.helped(house, anna)
    await families.invited(house, anna, "Dad +44 7400 123456", "safe")
    await house.pass_time(4)
    first = gateway.sent[0]
    assert first["to"] == "+447400123456"
    found = PAGE.search(first["text"])
    assert found is not None
    await stories.says(house, envoy, "1", "1", "2")
    await house.pass_time(5)
    assert len(gateway.sent) == 1
    await Page(house, found[1]).opened()
    await house.do(centre.take, case.id)
    await house.do(family_desk.stage, case.id, (family_desk.Stage.HOSPITAL, "Bangkok Hospital"))
    await house.pass_time(5)
    assert "being looked after" in gateway.sent[-1]["text"]
    assert "Bangkok" not in gateway.sent[-1]["text"]
    async with house.core.database.reading() as conn:
        rows = (await conn.exec_driver_sql("SELECT channel, address FROM identity")).all()
    assert not any("7400123456" in address for _, address in rows)


async def test_whom_a_forced_hand_invites_is_not_written_to(by_sms: tuple[House, Gateway]) -> None:
    """Under duress the screen reads as ever, no SMS goes, and an operator has the call to decide on."""
    house, gateway = by_sms
    anna = await house.telegram("Anna")
    await stories.says(house, anna, "/profile", "1", "10", "blue umbrella")
    case = await families.helped(house, anna)
    await stories.says(house, anna, "blue umbrella")
    await families.invited(house, anna, "Dad +44 7400 123456", "safe")
    await house.pass_time(4)
    assert (await house.heard(anna)).count("family.written") == 1
    assert gateway.sent == []
    assert (await families.followers(house, case))["Dad"].call_since is not None
    assert "family_call" in await house.told_staff()
    await stories.says(house, anna, "stop sharing")
    await house.pass_time(4)
    assert gateway.sent == []


async def test_an_sms_that_is_refused_is_listed_and_is_not_silence(by_sms: tuple[House, Gateway]) -> None:
    """A wrong number: the letter ends as failed, staff see who could not be reached."""
    house, gateway = by_sms
    gateway.status = 400
    anna = await house.telegram("Anna")
    case = await families.helped(house, anna)
    await families.invited(house, anna, "Dad +44 7400 123456")
    await house.pass_time(4)
    assert "cannot_be_reached" in await house.told_staff()
    found = (await families.followers(house, case))["Dad"]
    async with house.core.store.begin(house.clock.now()) as uow:
        assert found.person is not None
        (way,) = await uow.people.identities(found.person)
    assert way.reach == "unreachable"
    assert {channel for channel, _ in await families.stand(house, case, LetterState.FAILED)} == {"sms"}
