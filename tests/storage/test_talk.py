"""What conversations remember between two messages."""

from datetime import timedelta

import pytest

from backoffice.kernel.exchange import Question, Session
from backoffice.kernel.ids import PersonId, QuestionId
from storage.unit_of_work import SqlStore
from tests.clocks import START
from tests.storage import samples

LATER = START + timedelta(minutes=5)


@pytest.fixture
async def person(store: SqlStore) -> PersonId:
    async with store.begin(START) as uow:
        made = samples.person()
        await uow.people.add(made, samples.WECHAT)
        await uow.commit()
        return made.id


def _question(person: PersonId, name: str, **changes: object) -> Question:
    made = {"id": QuestionId(name), "person": person, "kind": "offer", "subject": "case-1"}
    return Question(**{**made, "answers": {"1": "accept", "0": "decline"}, "asked_at": START, **changes})


async def test_a_session_begins_empty_and_is_kept(store: SqlStore, person: PersonId) -> None:
    async with store.begin(START) as uow:
        assert await uow.talk.session(person) == Session(person)
        await uow.talk.save_session(Session(person, "profile", {"field": "血型"}))
        await uow.commit()
    async with store.begin(START) as uow:
        assert await uow.talk.session(person) == Session(person, "profile", {"field": "血型"})
        await uow.talk.save_session(Session(person))
        await uow.commit()
    async with store.begin(START) as uow:
        assert await uow.talk.session(person) == Session(person)


async def test_a_note_changed_in_place_is_kept_as_well(store: SqlStore, person: PersonId) -> None:
    async with store.begin(START) as uow:
        session = await uow.talk.session(person)
        session.data["step"] = 2
        await uow.talk.save_session(session)
        await uow.commit()
    async with store.begin(START) as uow:
        assert (await uow.talk.session(person)).data == {"step": 2}


async def test_the_newest_question_comes_first(store: SqlStore, person: PersonId) -> None:
    """Two put in the same moment as well: a digit answers the newest."""
    async with store.begin(LATER) as uow:
        for name in ("a", "b", "c"):
            await uow.talk.ask(_question(person, name))
        assert [q.id for q in await uow.talk.open_questions(person)] == ["c", "b", "a"]


async def test_a_question_is_open_until_its_time(store: SqlStore, person: PersonId) -> None:
    asked = _question(person, "a", until=LATER)
    async with store.begin(START) as uow:
        await uow.talk.ask(asked)
        assert await uow.talk.open_questions(person) == [asked]
        await uow.commit()
    async with store.begin(LATER) as uow:
        assert await uow.talk.open_questions(person) == []
        assert await uow.talk.question(asked.id) == asked


async def test_a_closed_question_is_still_known(store: SqlStore, person: PersonId) -> None:
    """An old button pressed later is understood, and answered as late."""
    async with store.begin(START) as uow:
        await uow.talk.ask(_question(person, "a"))
        await uow.talk.close_question(QuestionId("a"))
        assert await uow.talk.open_questions(person) == []
        found = await uow.talk.question(QuestionId("a"))
        assert found is not None
        assert not found.open
        assert await uow.talk.question(QuestionId("z")) is None


async def test_questions_about_a_case_close_together_or_by_kind(store: SqlStore, person: PersonId) -> None:
    async with store.begin(START) as uow:
        await uow.talk.ask(_question(person, "a"))
        await uow.talk.ask(_question(person, "b", kind="hurt"))
        await uow.talk.ask(_question(person, "c", subject="case-2"))
        await uow.talk.close_about("case-1", "hurt")
        assert [q.id for q in await uow.talk.open_questions(person)] == ["c", "a"]
        await uow.talk.close_about("case-1")
        assert [q.id for q in await uow.talk.open_questions(person)] == ["c"]


async def test_what_a_turn_asks_and_closes_itself_it_knows(store: SqlStore, person: PersonId) -> None:
    """Read once, then remembered: the answers are those a new transaction would read."""
    names = [_question(person, n, kind=n, subject=f"case-{n}", until=LATER) for n in "abcd"]
    async with store.begin(START) as uow:
        await uow.talk.ask(names[0])
        assert len(await uow.talk.open_questions(person)) == 1
        for question in names[1:]:
            await uow.talk.ask(question)
        await uow.talk.ask(_question(person, "over", until=START))
        await uow.talk.close_question(QuestionId("a"))
        await uow.talk.close_about("case-b", "another kind")
        await uow.talk.close_about("case-c", "c")
        known = await uow.talk.open_questions(person)
        await uow.commit()
    async with store.begin(START) as uow:
        assert await uow.talk.open_questions(person) == known
        assert [q.id for q in known] == ["d", "b"]


async def test_whoever_is_no_more_is_asked_nothing(store: SqlStore, person: PersonId) -> None:
    """Before it was read, and after."""
    async with store.begin(START) as uow:
        await uow.talk.ask(_question(person, "a"))
        await uow.commit()
    async with store.begin(START) as uow:
        assert len(await uow.talk.open_questions(person)) == 1
        await uow.talk.close_all(person)
        assert await uow.talk.open_questions(person) == []
        await uow.commit()
    async with store.begin(START) as uow:
        assert await uow.talk.open_questions(person) == []
