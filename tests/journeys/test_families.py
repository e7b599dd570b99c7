"""Families follow a case: invited, allowed, told, and taken off again, on both channels."""

from datetime import timedelta

from backoffice.cases.model import Verified
from backoffice.families.model import Decider, FollowerStatus
from backoffice.families.scopes import Scope
from backoffice.kernel.exchange import LetterState
from backoffice.workflows import centre
from bot.sandbox.client import Phone
from tests.house import BANGKOK, House, last, texts
from tests.journeys import families, stories
from tests.journeys.families import PAGE, START, Page

MINUTES = 60.0


async def _told(house: House, phone: Phone) -> list[str]:
    return [key for key in await house.lines(phone) if key.startswith("family.")]


async def test_a_traveller_invites_on_telegram_and_each_stage_is_told(either_house: House) -> None:
    """Before anything is allowed only that they are in touch; then stages, merged, in the relative's language."""
    house = either_house
    anna, mum = await house.telegram("Anna"), await house.telegram("妈妈", "zh-hans")
    envoy = await stories.envoy(house, "陈静", BANGKOK)
    case = await families.helped(house, anna)
    await families.invited(house, anna, "Mum")
    payload = await families.newest(house, anna, START)
    await stories.says(house, mum, f"/start {payload}")
    assert await _told(house, mum) == ["family.first", "family.page"]
    assert "+861055550110" in (await texts(mum))[-1]
    assert "family.has_come" in await house.heard(anna)
    await house.do(centre.take, case.id)
    await house.pass_time(5 * MINUTES, step=30)
    assert "family.news" not in await house.heard(mum)
    await families.pick(house, anna, "scope:safe")
    assert (await _told(house, mum))[2:5] == [
        "family.standing",
        "family.stage_answered",
        "family.you_may_know",
    ]
    await stories.says(house, envoy, "1", "1")
    await house.pass_time(3 * MINUTES, step=30)
    assert (await _told(house, mum))[-3:] == ["family.news", "family.stage_envoy", "family.stage_on_way"]
    await stories.says(house, envoy, "2")
    assert (await _told(house, mum))[-2:] == ["family.news", "family.stage_arrived"]
    assert "救援人员已到您家人身边" in (await last(mum)).text


async def test_a_code_scanned_by_somebody_who_does_not_follow_yet(house: House) -> None:
    """WeChat brings `qrscene_` with the follow; the relative is in at once and asks back."""
    zhou, mum = await house.wechat("周婷"), await house.wechat("周妈妈")
    await mum.unfollow()
    case = await families.helped(house, zhou)
    await families.invited(house, zhou, "妈妈", "safe", "city")
    await house.settle()
    (made,) = await house.phones.calls("qrcode/create")
    assert made["params"]["action_name"] == "QR_STR_SCENE"
    scene = made["params"]["action_info"]["scene"]["scene_str"]
    assert len(scene) <= 64
    assert case.ref not in scene
    await mum.scan(scene=scene)
    await house.pass_time(4)
    assert (await _told(house, mum))[:2] == ["family.first", "family.page"]
    assert "曼谷" in "".join(await texts(mum))
    await stories.says(house, mum, "她吃饭了吗")
    assert "family.passed_on" in await house.heard(mum)
    assert "family_asks" in await house.told_staff()


async def test_scopes_are_narrowed_and_withdrawn_in_the_middle(house: House) -> None:
    """The exact place goes first, then the city, then everything; the page follows at once."""
    anna = await house.telegram("Anna")
    await families.helped(house, anna)
    page = Page(house, await families.invited(house, anna, "Mum", "safe", "exact"))
    assert f"{BANGKOK[0]}"[:6] in await page.opened()
    await families.pick(house, anna, "scope:exact")
    shown = await page.shown()
    assert "Bangkok" in shown
    assert f"{BANGKOK[0]}"[:7] not in shown
    await families.pick(house, anna, "scope:city")
    assert "Bangkok" not in await page.shown()
    await stories.says(house, anna, "stop sharing")
    assert (await page.get())[0] == 404


async def test_one_word_ends_everything(house: House) -> None:
    """Every link is dead with the word's own commit, what waited is not sent, and a wrong link reads the same."""
    anna, mum = await house.telegram("Anna"), await house.telegram("Mum")
    case = await families.helped(house, anna)
    page = Page(house, await families.invited(house, anna, "Mum", "safe"))
    await stories.says(house, mum, f"/start {await families.newest(house, anna, START)}")
    own = Page(house, await families.newest(house, mum, PAGE))
    await page.opened()
    await stories.says(house, anna, "停止分享")
    gone, wrong = await page.get(), await Page(house, "A" * 43).get()
    assert gone == (wrong[0], wrong[1].replace("A" * 43, page.token))
    assert (await own.get())[0] == 404
    await house.do(centre.take, case.id)
    await house.pass_time(5 * MINUTES, step=60)
    assert (await house.heard(mum))[-1] == "family.ended"
    assert (await families.followers(house, case))["Mum"].status is FollowerStatus.REVOKED


async def test_stop_alone_tells_a_relative_how_to_leave(house: House) -> None:
    """A word that cancels an SOS is no word of theirs: they read which one is, and it works."""
    anna, mum = await house.telegram("Anna"), await house.telegram("Mum")
    case = await families.helped(house, anna)
    await families.invited(house, anna, "Mum", "safe")
    await stories.says(house, mum, f"/start {await families.newest(house, anna, START)}", "STOP")
    assert (await house.heard(mum))[-1] == "family.how_to_leave"
    await stories.says(house, mum, "STOP FOLLOWING")
    assert (await families.followers(house, case))["Mum"].status is FollowerStatus.LEFT


async def test_under_duress_nobody_is_told(house: House) -> None:
    """Nothing to the relative, nothing new on their page, nothing on the phone; the page shows what it showed."""
    anna, mum = await house.telegram("Anna"), await house.telegram("Mum")
    await stories.says(house, anna, "/profile", "1", "10", "blue umbrella")
    case = await families.helped(house, anna)
    page = Page(house, await families.invited(house, anna, "Mum", "exact"))
    await stories.says(house, mum, f"/start {await families.newest(house, anna, START)}")
    await house.pass_time(8, step=1)
    before, heard = await page.opened(), await house.heard(mum)
    await stories.says(house, anna, "ok blue umbrella")
    screen = await texts(anna)
    await house.do(centre.take, case.id)
    await anna.location(BANGKOK[0] + 0.2, BANGKOK[1])
    await house.pass_time(10 * MINUTES, step=60)
    after = await page.shown()
    assert _still(after) == _still(before)
    assert await house.heard(mum) == heard
    await stories.says(house, mum, "how is she")
    assert await texts(anna) == screen + (await texts(anna))[len(screen) :]
    assert "Mum" not in "".join((await texts(anna))[len(screen) :])


def _still(page: str) -> str:
    """The page without the moment it was made at."""
    return "\n".join(line for line in page.splitlines() if "This page is of" not in line)


async def test_a_relative_without_either_app_where_nobody_can_write(house: House) -> None:
    """Neither SMS nor mail is set up: an operator has the call as a task, and what was told stands in the record."""
    from backoffice.workflows import family_desk

    anna = await house.telegram("Anna")
    case = await families.helped(house, anna)
    await families.invited(house, anna, "Dad +44 7400 123456", "safe")
    dad = (await families.followers(house, case))["Dad"]
    assert dad.contact == "+447400123456"
    assert dad.call_since is not None
    assert "family_call" in await house.told_staff()
    await house.do(centre.take, case.id)
    await house.do(family_desk.called, case.id, (dad.id, "Told him she is being helped."))
    dad = (await families.followers(house, case))["Dad"]
    assert dad.call_since is None
    assert dad.status is FollowerStatus.FOLLOWING


async def test_two_relatives_and_one_is_the_named_contact(house: House) -> None:
    """The first is named until the traveller says otherwise; when they go the other is."""
    anna = await house.telegram("Anna")
    case = await families.helped(house, anna)
    await families.invited(house, anna, "Mum", "safe")
    await families.pick(house, anna, "kept")
    await families.invited(house, anna, "Dad")
    them = await families.followers(house, case)
    assert (them["Mum"].named, them["Dad"].named) == (True, False)
    await families.pick(house, anna, "named")
    them = await families.followers(house, case)
    assert (them["Mum"].named, them["Dad"].named) == (False, True)
    assert (them["Mum"].scopes, them["Dad"].scopes) == (frozenset({Scope.SAFE}), frozenset())


async def test_the_named_contact_is_spoken_with_and_the_other_reads(house: House) -> None:
    """They disagree: both are heard, the second is told whom the centre turns to, and each has only their own."""
    anna, mum, dad = await house.telegram("Anna"), await house.telegram("Mum"), await house.telegram("Dad")
    case = await families.helped(house, anna)
    for name, phone in (("Mum", mum), ("Dad", dad)):
        await families.invited(house, anna, name, "safe")
        await stories.says(house, phone, f"/start {await families.newest(house, anna, START)}")
        await families.pick(house, anna, "kept")
    await stories.says(house, mum, "Operate at once")
    await stories.says(house, dad, "Do not operate")
    assert (await house.heard(mum))[-1] == "family.passed_on"
    assert (await house.heard(dad))[-1] == "family.passed_on_reader"
    assert "Operate at once" not in "".join(await texts(dad))
    async with house.core.store.begin(house.clock.now()) as uow:
        record = [(e.name, e.text) for e in await uow.families.entries(case.id)]
    assert record == [("Mum", "Operate at once"), ("Dad", "Do not operate")]


async def test_whoever_asked_for_somebody_else_is_not_a_second_first_contact(house: House) -> None:
    """There is one first contact, whoever came first."""
    son = await house.telegram("Son")
    case = await stories.dispatched(house, son)
    await families.invited(house, son, "Aunt")
    await families.pick(house, son, "kept")
    await stories.answers(house, son, "9", "2")
    them = await families.followers(house, case)
    assert {f.name: f.named for f in them.values()} == {"Aunt": True, "Son": False}


async def test_a_case_of_32_days_keeps_its_link_and_renews_its_code(house: House) -> None:
    """The web link lives on; the code nobody has scanned is drawn anew before its 30 days end."""
    zhou = await house.wechat("周婷")
    case = await families.helped(house, zhou)
    page = Page(house, await families.invited(house, zhou, "妈妈", "safe"))
    await house.settle()
    for _ in range(32):
        house.clock.advance(24 * 3600)
        await stories.says(house, zhou, "还在医院")
    codes = await house.phones.calls("qrcode/create")
    assert len(codes) == 2
    await house.do(centre.take, case.id)
    await page.opened()
    await house.close(case)
    house.clock.advance(23 * 3600)
    assert (await page.get())[0] == 200
    house.clock.advance(2 * 3600)
    ended, wrong = await page.get(), await Page(house, "A" * 43).get()
    assert ended == (wrong[0], wrong[1].replace("A" * 43, page.token))
    assert ended[0] == 404
    await house.settle()
    ended = await page.get()
    assert ended == (wrong[0], wrong[1].replace("A" * 43, page.token))
    assert (await families.followers(house, case))["妈妈"].status is FollowerStatus.OVER


async def test_after_49_hours_the_notice_itself_says_arrived(house: House) -> None:
    """WeChat's window is shut: the template carries the step, the letter is held and says why, nobody was silent."""
    zhou, mum = await house.wechat("周婷"), await house.wechat("周妈妈")
    envoy = await stories.envoy(house, "陈静", BANGKOK)
    case = await families.helped(house, zhou)
    await families.invited(house, zhou, "妈妈", "safe")
    await house.settle()
    (made,) = await house.phones.calls("qrcode/create")
    await mum.scan(scene=made["params"]["action_info"]["scene"]["scene_str"])
    await house.pass_time(4)
    house.clock.advance(49 * 3600)
    await house.settle()
    await stories.says(house, envoy, "1", "1")
    await house.do(centre.take, case.id)
    sent_before = len(await house.phones.calls("message/template/send"))
    await stories.says(house, envoy, "2")
    await house.pass_time(60)
    notices = (await house.phones.calls("message/template/send"))[sent_before:]
    assert [n["params"]["data"] for n in notices if n["params"]["touser"] == mum.id]
    words = [next(iter(n["params"]["data"].values()))["value"] for n in notices]
    assert "救援人员已到家人身边" in words
    held = await house.letters(mum, LetterState.HELD)
    assert [one.message.key for one in held] == ["family.news"]
    assert house.clock.now() - held[0].created_at < timedelta(minutes=5)
    assert await families.stand(house, case, LetterState.HELD) == {("wechat", "ledger")}
    assert "cannot_be_reached" not in await house.told_staff()
    await stories.says(house, mum, "好")
    assert "救援人员已到您家人身边" in "".join(await texts(mum))


async def test_who_asks_for_somebody_else_follows_too_and_the_patient_decides(house: House) -> None:
    """They know of the help they called; for more the patient is asked, once the patient has come."""
    son, mother = await house.telegram("Son"), await house.telegram("Mother")
    await stories.dispatched(house, son)
    await stories.answers(house, son, "9", "2", "1", "2", "1")
    case = await stories.now(house, son)
    me = (await families.followers(house, case))["Son"]
    assert me.scopes == frozenset({Scope.SAFE, Scope.CITY})
    await families.invited(house, son, "Aunt")
    assert "family.patient_decides" in await house.lines(son)
    await stories.says(house, son, "/family")
    await families.pick(house, son, "patient")
    await stories.says(house, mother, f"/start {await families.newest(house, son, START)}")
    assert "family.patient_first" in await house.heard(mother)
    assert "family.patient_asked" in await house.heard(mother)
    await stories.says(house, mother, "/family")
    (aunt,) = [f for f in (await families.followers(house, case)).values() if f.name == "Aunt"]
    await families.pick(house, mother, f"f:{aunt.id}")
    await families.pick(house, mother, "scope:medical")
    assert (await families.followers(house, case))["Aunt"].scopes == {Scope.SAFE, Scope.MEDICAL}
    await stories.says(house, mother, "my leg hurts")
    assert "my leg hurts" in await house.entries(await stories.now(house, son))


async def test_a_patient_with_wechat_alone_comes_by_the_code(house: House) -> None:
    """The picture goes to whoever asked; staff read the patient's own name, not a letter of their place."""
    son, mother = await house.wechat("儿子"), await house.wechat("李秀英")
    await stories.dispatched(house, son)
    await stories.answers(house, son, "9", "2", "1", "2", "1")
    case = await stories.now(house, son)
    await stories.says(house, son, "告诉家人")
    await families.pick(house, son, "patient")
    await house.settle()
    (made,) = await house.phones.calls("qrcode/create")
    await mother.scan(scene=made["params"]["action_info"]["scene"]["scene_str"])
    await house.pass_time(4)
    told = await _told(house, mother)
    assert told[0] == "family.patient_first"
    assert told[-1] == "family.patient_asked"
    assert "family.qr_patient" in await house.heard(son)
    await stories.says(house, mother, "我在三楼")
    assert "我在三楼" in await house.entries(case)


async def test_what_the_requester_gave_is_taken_back_when_it_is_about_somebody_else(house: House) -> None:
    """Invited before "for somebody else" was said: the illness is the patient's to tell."""
    son = await house.telegram("Son")
    case = await stories.dispatched(house, son)
    page = Page(house, await families.invited(house, son, "Aunt", "medical", "exact"))
    assert "13.7563" in await page.opened()
    await families.pick(house, son, "kept")
    await stories.answers(house, son, "9", "2")
    aunt = (await families.followers(house, case))["Aunt"]
    assert (aunt.scopes, aunt.decided_by) == (frozenset(), Decider.NOBODY)
    assert "family.taken_back" in await house.heard(son)
    assert "13.7563" not in await page.shown()


async def test_done_is_never_read_as_a_cancel(house: House) -> None:
    """Another question holds some digits, so "done" is 10; a 0 typed for it must not stand the envoy down."""
    anna = await house.telegram("Anna")
    case = await stories.dispatched(house, anna)
    await families.invited(house, anna, "Mum")
    await families.pick(house, anna, "kept")
    await families.invited(house, anna, "Dad")
    (about,) = [q for q in await house.asked(anna) if q.kind == "family.about"]
    assert {"10", "19"} <= set(about.answers)
    house.clock.advance(120)
    await stories.says(house, anna, "1", "0")
    assert "case.says_safe" not in await house.timeline(case)
    assert (await house.heard(anna))[-1] == "family.kept"
    assert (await families.followers(house, case))["Dad"].scopes == {Scope.SAFE}


async def test_done_is_no_cancel_when_another_question_came_between(house: House) -> None:
    """A digit answered what has happened, the next question stands below; the 0 is still the one of the family."""
    anna = await house.telegram("Anna")
    case = await stories.dispatched(house, anna)
    await stories.answers(house, anna, "9", "1")
    await families.invited(house, anna, "Mum")
    await stories.answers(house, anna, "2", "0")
    assert [q.kind for q in await house.asked(anna)][0] == "intake.hurt"
    assert (await house.heard(anna))[-1] == "family.kept"
    assert "case.says_safe" not in await house.timeline(case)


async def test_at_night_only_life_and_death_is_told(house: House) -> None:
    """A relative asleep in Beijing hears of an envoy at seven in the morning, of a hospital at once."""
    from backoffice.families.stages import Stage
    from backoffice.workflows import family_desk

    anna, mum = await house.telegram("Anna"), await house.telegram("妈妈", "zh-hans")
    case = await families.helped(house, anna)
    await families.invited(house, anna, "妈妈", "medical")
    await stories.says(house, mum, f"/start {await families.newest(house, anna, START)}")
    await house.do(centre.take, case.id)
    to_night = (15 - house.clock.now().hour) % 24 * 3600
    house.clock.advance(to_night)
    await house.settle()
    heard = len(await house.heard(mum))
    await house.do(centre.called, case.id, Verified.VERIFIED)
    await house.pass_time(10 * MINUTES, step=60)
    assert len(await house.heard(mum)) == heard
    await house.do(family_desk.stage, case.id, (Stage.HOSPITAL, "曼谷医院"))
    assert (await _told(house, mum))[-2:] == ["family.stage_spoken", "family.stage_hospital_at"]
    assert "曼谷医院" in (await last(mum)).text
