"""Applications, duty, linking codes, drills and merged persons, on both databases."""

import dataclasses
from datetime import date, timedelta

import pytest

from backoffice.enrolment.duty import Duty
from backoffice.enrolment.hours import Shift
from backoffice.enrolment.linking import LinkCode
from backoffice.enrolment.model import Answers, Application, ApplicationId, ApplicationStatus
from backoffice.enrolment.readiness import Drill, DrillAnswer, DrillId, DrillOffer
from backoffice.kernel import errors
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import LetterId, MediaId, OperatorId
from backoffice.kernel.messages import Media, MediaKind, Message
from backoffice.people.model import Person
from storage.engine import Database
from storage.fetches import Fetches
from storage.unit_of_work import SqlStore
from storage.vault import Vault
from tests.clocks import START
from tests.storage import samples

LATER = START + timedelta(minutes=5)
NAME = "Wronglykept Xylophone"


def full() -> Answers:
    return Answers(
        name=NAME,
        sex="female",
        languages=["zh", "th"],
        levels={"zh": "native", "th": "fluent"},
        base=Point(13.7563, 100.5018),
        services=["interpret"],
        services_done=True,
        phone="+66812345678",
        consent_at=START,
        documents=[MediaId("m1")],
        documents_done=True,
        expiry=date(2030, 5, 1),
        selfies=[MediaId("m2")],
        remark="nights too",
    )


def application(person: Person, **changes: object) -> Application:
    made = Application(ApplicationId(f"app-{person.id}"), person.id, samples.TELEGRAM, START, answers=full())
    return dataclasses.replace(made, **changes)  # type: ignore[arg-type]


async def _person(store: SqlStore) -> Person:
    async with store.begin(START) as uow:
        made = samples.person()
        await uow.people.add(made, samples.address())
        await uow.commit()
        return made


async def _added(store: SqlStore, made: Application) -> Application:
    async with store.begin(START) as uow:
        await uow.enrolments.add(made)
        await uow.commit()
        return made


async def test_an_application_comes_back_as_told(store: SqlStore) -> None:
    person = await _person(store)
    made = await _added(
        store, application(person, words="one more photo", wanted=["selfie"], asking="selfie")
    )
    async with store.begin(LATER) as uow:
        assert await uow.enrolments.get(made.id) == made
        assert await uow.enrolments.live_of(person.id) == made
        with pytest.raises(errors.NotFound):
            await uow.enrolments.get(ApplicationId("none"))


async def test_a_person_has_one_application_under_way(store: SqlStore) -> None:
    person = await _person(store)
    await _added(store, application(person, status=ApplicationStatus.REFUSED))
    await _added(store, application(person, id=ApplicationId("second")))
    with pytest.raises(errors.Stale):
        await _added(store, application(person, id=ApplicationId("third")))


async def test_two_who_decide_at_once_do_not_overwrite_each_other(store: SqlStore) -> None:
    made = await _added(store, application(await _person(store), status=ApplicationStatus.SUBMITTED))
    async with store.begin(LATER) as uow:
        loaded = await uow.enrolments.get(made.id)
        loaded.move(ApplicationStatus.APPROVED)
        await uow.enrolments.save(loaded)
        await uow.commit()
    async with store.begin(LATER) as uow:
        with pytest.raises(errors.Stale):
            await uow.enrolments.save(made)


async def test_those_to_vet_stand_in_the_order_they_came(store: SqlStore) -> None:
    for minutes in (3, 1, 2):
        sent = {"status": ApplicationStatus.SUBMITTED, "submitted_at": START + timedelta(minutes=minutes)}
        await _added(store, application(await _person(store), id=ApplicationId(f"a{minutes}"), **sent))
    await _added(store, application(await _person(store)))
    async with store.begin(LATER) as uow:
        assert [a.id for a in await uow.enrolments.to_vet()] == ["a1", "a2", "a3"]


async def test_what_was_told_goes_with_the_person_who_erases_themselves(store: SqlStore) -> None:
    """Sealed under their own key: without it not even the database's owner reads it."""
    person = await _person(store)
    made = await _added(store, application(person))
    async with store.begin(LATER) as uow:
        await uow.people.erase(person.id)
        await uow.commit()
    async with store.begin(LATER) as uow:
        assert (await uow.enrolments.get(made.id)).answers == Answers()


async def test_nothing_an_applicant_tells_stands_in_the_database_in_plain(
    store: SqlStore, database: Database
) -> None:
    await _added(store, application(await _person(store)))
    async with database.reading() as conn:
        rows = (await conn.exec_driver_sql("SELECT * FROM application")).all()
    assert NAME not in repr(rows)
    assert "66812345678" not in repr(rows)


async def test_a_document_waits_for_its_fetch_under_its_senders_key(
    store: SqlStore, database: Database
) -> None:
    person = await _person(store)
    photo = Media(MediaId("m1"), MediaKind.PHOTO)
    async with store.begin(START) as uow:
        await uow.media.expect(photo, None, "telegram", "handle")
        await uow.enrolments.keep_file(MediaId("m1"), person.id)
        await uow.commit()
    (found,) = await Fetches(database).claim(START, 5)
    assert found.person == person.id


async def test_hours_and_breaks_come_back(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        person = samples.person()
        await uow.people.add(person, samples.address())
        envoy = samples.envoy(person.id)
        await uow.envoys.add(envoy)
        assert await uow.duties.of(envoy.id) is None
        duty = Duty(envoy.id, "Asia/Bangkok", (Shift(0, 540, 1080),), break_until=LATER)
        await uow.duties.save(duty)
        duty.asked_where_at = LATER
        await uow.duties.save(duty)
        await uow.commit()
    async with store.begin(LATER) as uow:
        assert await uow.duties.of(envoy.id) == duty
        await uow.duties.save(dataclasses.replace(duty))
        with pytest.raises(errors.Stale):
            await uow.duties.save(duty)


async def test_a_link_code_works_once_and_for_its_time(store: SqlStore) -> None:
    person = await _person(store)
    link = LinkCode(person.id, samples.TELEGRAM, START + timedelta(minutes=10))
    async with store.begin(START) as uow:
        await uow.links.put("7K3F9Q2M", link)
        assert await uow.links.find("7K3F9Q2M") == link
        assert await uow.links.find("7K3F9Q2N") is None
        assert await uow.links.use("7K3F9Q2M")
        assert not await uow.links.use("7K3F9Q2M")
        await uow.links.put("AAAABBBB", link)
        await uow.links.put("CCCCDDDD", link)
        assert await uow.links.find("AAAABBBB") is None
        await uow.commit()
    async with store.begin(START + timedelta(minutes=10)) as uow:
        assert await uow.links.find("CCCCDDDD") is None


async def test_a_drill_keeps_its_answers_apart(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        person = samples.person()
        await uow.people.add(person, samples.address())
        envoy = samples.envoy(person.id)
        await uow.envoys.add(envoy)
        drill = Drill(DrillId("d"), START, OperatorId("op"), Point(13.7, 100.5), 20_000.0, True)
        await uow.drills.add(drill)
        letter = LetterId(await uow.outbox.put(NewLetter(person.id, Message("x.y"))))
        offer = DrillOffer(drill.id, envoy.id, letter, START)
        await uow.drills.ask(offer)
        offer.answer, offer.answered_at = DrillAnswer.ACCEPTED, LATER
        await uow.drills.save(offer)
        assert await uow.drills.get(drill.id) == drill
        assert await uow.drills.newest(5) == [drill]
        assert await uow.drills.offer(drill.id, envoy.id) == offer
        assert await uow.drills.offers(drill.id) == [offer]
        assert await uow.drills.since(START) == [offer]
        assert await uow.drills.since(LATER) == []
        assert await uow.drills.taken([letter]) == {}
        await uow.commit()


async def _two(store: SqlStore, vault: Vault) -> tuple[Person, Person]:
    one, two = await _person(store), await _person(store)
    async with store.begin(START) as uow:
        two.profile.name = "李强"
        await uow.people.save(two)
        await uow.cases.add(samples.case(two.id, status="closed", ref="OLD1"))
        await uow.enrolments.add(application(two, status=ApplicationStatus.SUBMITTED, submitted_at=START))
        await uow.commit()
    return one, two


async def test_two_persons_become_one(store: SqlStore, vault: Vault) -> None:
    """Chats, history and application of the one become the other's; nothing points at nobody."""
    stays, gone = await _two(store, vault)
    async with store.begin(LATER) as uow:
        await uow.enrolments.hand_on(gone.id, stays.id)
        await uow.people.merge(gone.id, stays.id)
        await uow.commit()
    async with store.begin(LATER) as uow:
        chats = await uow.people.identities(stays.id)
        assert len(chats) == 2
        found = [await uow.people.at(chat.at) for chat in chats]
        assert [p.id for p in found if p] == [stays.id, stays.id]
        old = await uow.cases.by_ref("OLD1")
        assert old is not None
        assert old.requester == stays.id
        handed = await uow.enrolments.live_of(stays.id)
        assert handed is not None
        assert handed.answers == full()
        assert (await uow.people.get(gone.id)).profile.name == ""


async def test_a_letter_to_who_was_merged_reaches_who_stays(store: SqlStore, vault: Vault) -> None:
    stays, gone = await _two(store, vault)
    async with store.begin(LATER) as uow:
        await uow.enrolments.hand_on(gone.id, stays.id)
        await uow.people.merge(gone.id, stays.id)
        await uow.outbox.put(NewLetter(gone.id, Message("x.y")))
        assert await uow.desk.alerts() == []
        assert len(await uow.people.identities(gone.id)) == 2


async def test_who_erases_themselves_erases_what_was_merged_into_them(store: SqlStore, vault: Vault) -> None:
    stays, gone = await _two(store, vault)
    async with store.begin(LATER) as uow:
        await uow.enrolments.hand_on(gone.id, stays.id)
        await uow.people.merge(gone.id, stays.id)
        await uow.people.erase(stays.id)
        await uow.commit()
    async with store.begin(LATER) as uow:
        assert (await uow.enrolments.of_person(stays.id))[0].answers == Answers()
