"""Becoming an envoy in chat, vetted by an operator, on both channels and in both languages."""

from datetime import date, timedelta

import pytest

from backoffice.dispatch.travel import Transport
from backoffice.enrolment import model
from backoffice.enrolment.model import Application, ApplicationStatus, Level, Service, Step
from backoffice.kernel.errors import Refusal
from backoffice.kernel.exchange import LetterState
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import MediaId
from backoffice.workflows import vetting
from backoffice.workflows.vetting import Decision
from bot.sandbox.client import Phone
from tests.house import BANGKOK, House, last, texts

WORDS = {
    "wechat": ("我要做星使", "陈静", "中文母语、泰语", "清迈", "+66 81 234 5678", "2030年5月1日"),
    "telegram": (
        "become an envoy",
        "Minh Nguyen",
        "Chinese fluent, Vietnamese",
        "Hanoi",
        "+84 91 234 5678",
        "1 May 2030",
    ),
}


async def say(house: House, phone: Phone, words: str) -> str:
    """Type, and read the newest answer."""
    await phone.text(words)
    await house.pass_time(3, step=3)
    return (await last(phone)).text


async def send_photo(house: House, phone: Phone) -> str:
    await phone.photo()
    await house.pass_time(3, step=3)
    return (await last(phone)).text


async def application_of(house: House, phone: Phone) -> Application:
    person = await house.person(phone)
    assert person is not None
    async with house.core.store.begin(house.clock.now()) as uow:
        return (await uow.enrolments.of_person(person.id))[0]


async def newcomer(house: House, channel: str) -> Phone:
    return await (house.wechat("小陈") if channel == "wechat" else house.telegram("Minh", "en"))


async def apply(house: House, phone: Phone, upto: Step | None = None) -> None:
    """Answer everything up to a step (not that one), or to the summary."""
    channel = phone.key.partition("-")[0]
    enrol, name, languages, city, number, until = WORDS[channel]
    answers = {
        Step.NAME: name, Step.SEX: "1", Step.LANGUAGES: languages, Step.LEVEL: "2", Step.BASE: city,
        Step.TRANSPORT: "2",
        Step.SERVICES: "1 3", Step.PHONE: number, Step.CONSENT: "1", Step.DOCUMENT: "", Step.EXPIRY: until,
        Step.SELFIE: "", Step.PORTRAIT: "1",
    }  # fmt: skip
    await say(house, phone, enrol)
    for step, words in answers.items():
        if step is upto:
            return
        if step in (Step.DOCUMENT, Step.SELFIE):
            await send_photo(house, phone)
        else:
            await say(house, phone, words)
        if step in (Step.BASE, Step.DOCUMENT):
            await say(house, phone, "1")


async def filled(house: House, phone: Phone, *but: Step) -> None:
    """Everything answered but these steps, as if days ago; then the applicant comes back."""
    channel = phone.key.partition("-")[0]
    await say(house, phone, WORDS[channel][0])
    found = await application_of(house, phone)
    a = found.answers
    a.name, a.sex, a.languages, a.levels = "陈静", "female", ["zh"], {"zh": "native"}
    a.base, a.services, a.services_done = Point(*BANGKOK), ["interpret"], True
    a.transport = "car"
    a.phone, a.consent_at, a.documents_done = "+66812345678", house.clock.now(), True
    a.documents, a.expiry, a.selfies = [MediaId("m-doc")], date(2030, 5, 1), [MediaId("m-self")]
    a.portrait_said = True
    for step in but:
        model.clear(found, step)
    async with house.core.store.begin(house.clock.now()) as uow:
        await uow.enrolments.save(found)
        await uow.commit()
    await say(house, phone, WORDS[channel][0])


async def decide(house: House, phone: Phone, step: object, *given: object, words: str = "") -> None:
    """The operator's decision on this phone's application."""
    found = await application_of(house, phone)
    decision = Decision(found.id, house.operator, words)
    await house.actions(lambda work: step(work, decision, *given), None)  # type: ignore[operator]
    await house.pass_time(3, step=3)


async def test_words_do_as_well_as_digits_and_what_fits_nothing_is_said(house: House) -> None:
    """Nobody has to find the digit; a level answered with the whole list again is understood, nothing of it lost."""
    phone = await newcomer(house, "wechat")
    await apply(house, phone, upto=Step.SEX)
    assert await say(house, phone, "不知道") == "请回复上面的数字，或直接写选项。已填的都在。"
    await say(house, phone, "女")
    await say(house, phone, "中文母语，泰语")
    await say(house, phone, "中文母语，泰语流利")
    found = await application_of(house, phone)
    assert (found.answers.sex, found.answers.levels) == ("female", {"zh": "native", "th": "fluent"})
    await say(house, phone, "清迈")
    await say(house, phone, "是")
    await say(house, phone, "摩托车")
    assert (await application_of(house, phone)).answers.transport == "motorbike"
    assert await house.queue() == [], "none of it was anything for the centre"
    await say(house, phone, "你们多久能审核完？我下周要出门，想早点知道结果")
    assert len(await house.queue()) == 1, "a question is"


@pytest.mark.parametrize("channel", ["wechat", "telegram"])
async def test_one_question_a_message_then_the_summary_then_the_centre(
    either_house: House, channel: str
) -> None:
    """Everything asked is answered in chat, shown before it is sent, vetted, and the envoy is told."""
    house = either_house
    phone = await newcomer(house, channel)
    await apply(house, phone)
    shown = (await last(phone)).text
    for told in (WORDS[channel][1], "2030-05-01"):
        assert told in shown
    found = await application_of(house, phone)
    assert found.status is ApplicationStatus.DRAFT
    assert found.answers.levels[found.answers.languages[1]] == Level.FLUENT
    assert found.answers.services == [Service.INTERPRET, Service.MEDICAL_VISIT]
    assert found.answers.expiry == date(2030, 5, 1)
    assert await house.told_staff() == []
    await say(house, phone, "1")
    assert await house.told_staff() == ["application"]
    await decide(house, phone, vetting.approve)
    person = await house.person(phone)
    assert person is not None
    async with house.core.store.begin(house.clock.now()) as uow:
        envoy = await uow.envoys.of_person(person.id)
        assert envoy is not None
        standing = (await uow.standings.of([envoy.id]))[envoy.id]
    assert standing.transport is Transport.MOTORBIKE, "their arrival is counted by what they said"
    assert (envoy.name, envoy.on_duty, envoy.sex) == (WORDS[channel][1], False, "female")
    said = (await last(phone)).text
    assert ("值班" if channel == "wechat" else "ON DUTY") in said


@pytest.mark.parametrize("channel", ["wechat", "telegram"])
async def test_left_in_the_middle_and_resumed_days_later(house: House, channel: str) -> None:
    """Nothing told is lost; whoever comes back says so, and what they write meanwhile is no answer."""
    phone = await newcomer(house, channel)
    await filled(house, phone, Step.PHONE, Step.SELFIE)
    await say(house, phone, "以后再说" if channel == "wechat" else "later")
    await house.pass_time(3 * 24 * 3600, step=24 * 3600)
    await say(house, phone, "你们周末也在吗" if channel == "wechat" else "are you open at weekends")
    assert (await application_of(house, phone)).answers.phone == ""
    assert [item.text for item in await house.queue()] != []
    again = await say(house, phone, WORDS[channel][0])
    assert "+66" in again
    await say(house, phone, WORDS[channel][4])
    assert (await application_of(house, phone)).answers.phone.startswith("+")


async def test_a_pin_is_taken_for_the_base_and_the_next_one_is_a_cry(house: House) -> None:
    """Only the pin that was asked for: sharing a place again starts an SOS as always."""
    phone = await house.telegram("Minh", "en")
    await filled(house, phone, Step.BASE)
    await phone.location(*BANGKOK)
    await house.pass_time(3, step=3)
    assert await house.cases(phone) == []
    assert "SOS" in (await last(phone)).text
    base = (await application_of(house, phone)).answers.base
    assert base is not None
    assert abs(base.lat - BANGKOK[0]) < 0.001
    await phone.location(*BANGKOK)
    await house.settle()
    assert len(await house.cases(phone)) == 1


async def test_a_cry_wins_over_every_question_of_the_application(house: House) -> None:
    phone = await house.wechat("小陈")
    await apply(house, phone, upto=Step.NAME)
    await say(house, phone, "救命")
    assert len(await house.cases(phone)) == 1
    assert (await application_of(house, phone)).answers.name == ""


async def test_telegram_hands_over_the_own_number_and_nobody_elses(house: House) -> None:
    phone = await house.telegram("Minh", "en")
    await filled(house, phone, Step.PHONE)
    await phone.contact("+66812345678", first_name="Somebody")
    await house.pass_time(3, step=3)
    assert (await application_of(house, phone)).answers.phone == ""
    await phone.contact("+66812345678")
    await house.pass_time(3, step=3)
    assert (await application_of(house, phone)).answers.phone == "+66812345678"


async def test_what_does_not_fit_is_said_and_the_question_stays(house: House) -> None:
    """A number that cannot be called, a place nobody knows, a date of the past."""
    phone = await house.wechat("小陈")
    await apply(house, phone, upto=Step.NAME)
    assert "姓名" in await say(house, phone, "12345?")
    await say(house, phone, "陈静")
    await say(house, phone, "3")
    assert "没认出语言" in await say(house, phone, "你好")
    await say(house, phone, "泰语流利")
    assert "没找到" in await say(house, phone, "啦啦啦啦")
    await say(house, phone, "曼谷")
    await say(house, phone, "1")
    await say(house, phone, "4")
    await say(house, phone, "1 2")
    assert "打不通" in await say(house, phone, "123")
    await say(house, phone, "0812345678")
    found = await application_of(house, phone)
    assert found.answers.phone == "+66812345678"
    await say(house, phone, "1")
    await send_photo(house, phone)
    await say(house, phone, "1")
    assert "没看懂" in await say(house, phone, "03/04/2030")
    assert "到期" in await say(house, phone, "2020-01-01")


async def test_photos_are_kept_under_the_applicants_own_key(house: House) -> None:
    """With the person's data erased nobody can open them any more."""
    phone = await house.telegram("Minh", "en")
    await filled(house, phone, Step.DOCUMENT)
    await send_photo(house, phone)
    (document,) = (await application_of(house, phone)).answers.documents
    assert (await house.core.media.get(MediaId(document)))[:2] == b"\xff\xd8"
    person = await house.person(phone)
    assert person is not None
    async with house.core.store.begin(house.clock.now()) as uow:
        await uow.people.erase(person.id)
        await uow.commit()
    with pytest.raises(Refusal):
        await house.core.media.get(MediaId(document))


async def test_more_is_asked_for_in_the_operators_words(house: House) -> None:
    """Back to the applicant: only what was wanted is asked again, then the summary and the centre."""
    phone = await house.wechat("小陈")
    await filled(house, phone)
    await say(house, phone, "1")
    await decide(house, phone, vetting.want_more, [Step.SELFIE], words="自拍看不清，请再拍一张")
    heard = "\n".join(await texts(phone))
    assert "自拍看不清" in heard
    assert "手持证件" in (await last(phone)).text
    await send_photo(house, phone)
    assert "2030-05-01" in (await last(phone)).text
    await say(house, phone, "1")
    assert (await application_of(house, phone)).status is ApplicationStatus.SUBMITTED


async def test_an_open_question_of_the_operator_is_answered_in_words(house: House) -> None:
    phone = await house.telegram("Minh", "en")
    await filled(house, phone)
    await say(house, phone, "1")
    await decide(house, phone, vetting.want_more, [], words="Can you work at night?")
    await say(house, phone, "Yes, I can work until two in the morning")
    await say(house, phone, "1")
    found = await application_of(house, phone)
    assert "two in the morning" in found.answers.remark
    assert found.status is ApplicationStatus.SUBMITTED


async def test_a_refusal_says_why_and_makes_nobody_an_envoy(house: House) -> None:
    phone = await house.telegram("Minh", "en")
    await filled(house, phone)
    await say(house, phone, "1")
    with pytest.raises(Refusal):
        await decide(house, phone, vetting.refuse)
    await decide(house, phone, vetting.refuse, words="The document is not yours")
    assert "The document is not yours" in (await last(phone)).text
    person = await house.person(phone)
    assert person is not None
    async with house.core.store.begin(house.clock.now()) as uow:
        assert await uow.envoys.of_person(person.id) is None
    await house.pass_time(31 * 24 * 3600, step=10 * 24 * 3600)
    assert (await application_of(house, phone)).answers.photos == []


async def test_two_operators_decide_once(house: House) -> None:
    """The second decision is refused, not silently taken."""
    phone = await house.wechat("小陈")
    await filled(house, phone)
    await say(house, phone, "1")
    await decide(house, phone, vetting.approve)
    with pytest.raises(Refusal, match="application_decided"):
        await decide(house, phone, vetting.refuse, words="no")


async def test_withdrawn_by_the_applicant_nothing_of_it_is_kept(house: House) -> None:
    phone = await house.wechat("小陈")
    await filled(house, phone, Step.DOCUMENT)
    await send_photo(house, phone)
    await say(house, phone, "1")
    (document,) = (await application_of(house, phone)).answers.documents
    await say(house, phone, "3")
    found = await application_of(house, phone)
    assert found.status is ApplicationStatus.WITHDRAWN
    assert found.answers.name == ""
    with pytest.raises(Refusal):
        await house.core.media.get(MediaId(document))


async def test_who_erases_everything_is_no_envoy_any_more(house: House) -> None:
    """Without papers nobody works: off duty at once, and the way back is a new application."""
    phone = await house.wechat("小陈")
    await filled(house, phone)
    await say(house, phone, "1")
    await decide(house, phone, vetting.approve)
    await say(house, phone, "值班")
    await say(house, phone, "删除我的资料")
    await say(house, phone, "1")
    assert "envoy_left" in await house.told_staff()
    await phone.text("值班")
    await house.pass_time(3, step=3)
    person = await house.person(phone)
    assert person is not None
    async with house.core.store.begin(house.clock.now()) as uow:
        envoy = await uow.envoys.of_person(person.id)
    assert envoy is None or not envoy.on_duty


async def test_a_document_that_runs_out_ends_duty_until_it_is_renewed(house: House) -> None:
    """Asked for by day before its end; past it no duty; a new document, vetted, and on again."""
    phone = await house.wechat("小陈")
    await filled(house, phone)
    await say(house, phone, "2")
    await say(house, phone, "9")
    until = (house.clock.now() + timedelta(days=9)).date()
    await say(house, phone, until.isoformat())
    await say(house, phone, "1")
    await decide(house, phone, vetting.approve)
    await say(house, phone, "值班")
    await house.pass_time(3 * 24 * 3600, step=3 * 3600)
    reminded = [m for m in await house.letters(phone, *LetterState) if m.message.key == "enrol.document_soon"]
    assert len(reminded) == 1
    assert 9 <= (reminded[0].created_at + timedelta(hours=7)).hour < 20
    await house.pass_time(8 * 24 * 3600, step=8 * 3600)
    person = await house.person(phone)
    assert person is not None
    async with house.core.store.begin(house.clock.now()) as uow:
        envoy = await uow.envoys.of_person(person.id)
    assert envoy is not None
    assert not envoy.on_duty
    await phone.text("值班")
    await house.pass_time(3, step=3)
    assert "enrol.document_over" in await house.heard(phone)
    assert (await house.heard(phone))[-1] == "envoy.papers_over"
    await say(house, phone, "更新证件")
    await say(house, phone, "1")
    await send_photo(house, phone)
    await say(house, phone, "1")
    await say(house, phone, "2031-01-01")
    await send_photo(house, phone)
    await say(house, phone, "1")
    await decide(house, phone, vetting.approve)
    await say(house, phone, "值班")
    async with house.core.store.begin(house.clock.now()) as uow:
        envoy = await uow.envoys.of_person(person.id)
    assert envoy is not None
    assert envoy.on_duty
    assert envoy.name == "陈静"
