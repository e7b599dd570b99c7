"""Envoys' records: counted once, never lost, apart from their positions."""

import asyncio
from datetime import timedelta

import pytest

from backoffice.dispatch.model import Envoy
from backoffice.dispatch.standing import Answer, Call, History, Standing
from backoffice.dispatch.travel import Transport
from backoffice.kernel.exchange import LetterState, NewLetter
from backoffice.kernel.geo import Point
from backoffice.kernel.messages import Message
from storage.exchange_tables import letter
from storage.unit_of_work import SqlStore
from tests.clocks import START
from tests.storage import samples

LATER = START + timedelta(minutes=30)


@pytest.fixture
async def envoy(store: SqlStore) -> Envoy:
    return await _envoy(store)


async def _envoy(store: SqlStore, **changes: object) -> Envoy:
    async with store.begin(START) as uow:
        person = samples.person()
        await uow.people.add(person, samples.address())
        made = samples.envoy(person.id, **changes)
        await uow.envoys.add(made)
        await uow.commit()
        return made


async def _standing(store: SqlStore, envoy: Envoy) -> Standing:
    async with store.begin(LATER) as uow:
        return (await uow.standings.of([envoy.id]))[envoy.id]


async def test_of_a_newcomer_nothing_is_known(store: SqlStore, envoy: Envoy) -> None:
    assert await _standing(store, envoy) == Standing(envoy.id)


async def test_answers_are_counted_by_kind_of_question(store: SqlStore, envoy: Envoy) -> None:
    async with store.begin(START) as uow:
        for answer in (Answer.ACCEPTED, Answer.SILENT, Answer.SILENT):
            await uow.standings.answered(envoy.id, Call.SOS, answer)
        await uow.standings.answered(envoy.id, Call.ORDER, Answer.DECLINED)
        await uow.commit()
    known = await _standing(store, envoy)
    assert known.history(Call.SOS) == History(accepted=1, declined=0, silent=2)
    assert known.history(Call.ORDER) == History(declined=1)


async def test_two_answers_at_once_are_both_counted(store: SqlStore, envoy: Envoy) -> None:
    async def answer() -> None:
        async with store.begin(LATER) as uow:
            await uow.standings.answered(envoy.id, Call.SOS, Answer.ACCEPTED)
            await uow.commit()

    await asyncio.gather(*(answer() for _ in range(5)))
    assert (await _standing(store, envoy)).history(Call.SOS).accepted == 5


async def test_the_load_counts_questions_and_fades(store: SqlStore, envoy: Envoy) -> None:
    for _ in range(3):
        async with store.begin(START) as uow:
            await uow.standings.asked(list((await uow.standings.of([envoy.id])).values()))
            await uow.commit()
    known = await _standing(store, envoy)
    assert known.asked_at == START
    assert known.load_at(START) == pytest.approx(3)
    assert known.load_at(START + timedelta(hours=3)) < 0.2


async def test_work_and_means_of_transport_are_kept(store: SqlStore, envoy: Envoy) -> None:
    async with store.begin(START) as uow:
        await uow.standings.set_transport(envoy.id, Transport.MOTORBIKE)
        await uow.standings.worked(envoy.id)
        await uow.commit()
    known = await _standing(store, envoy)
    assert (known.transport, known.worked_until) == (Transport.MOTORBIKE, START)


async def test_counting_does_not_disturb_whoever_saves_a_position(store: SqlStore, envoy: Envoy) -> None:
    """An answer counted between load and save makes nobody run again."""
    async with store.begin(LATER) as uow:
        loaded = await uow.envoys.get(envoy.id)
        await uow.standings.answered(envoy.id, Call.SOS, Answer.DECLINED)
        loaded.position = Point(1.0, 2.0)
        await uow.envoys.save(loaded)
        await uow.commit()


async def test_a_question_reached_its_reader_when_the_platform_took_it(store: SqlStore, envoy: Envoy) -> None:
    """Not delivered is not silence; a letter of another case does not count."""
    async with store.begin(START) as uow:
        person = samples.person()
        await uow.people.add(person, samples.address())
        case, other = samples.open_case(person.id), samples.open_case(person.id, duress=True)
        for one in (case, other):
            await uow.cases.add(one)
        await uow.outbox.put(NewLetter(envoy.person, Message("offer.sos"), case=case.id))
        assert await uow.standings.reached_at(envoy.person, case.id, START) is None
        await uow._conn.execute(letter.update().values(state=LetterState.DELIVERED, finished_at=LATER))
        assert await uow.standings.reached_at(envoy.person, case.id, START) == LATER
        assert await uow.standings.reached_at(envoy.person, other.id, START) is None
        assert await uow.standings.reached_at(envoy.person, case.id, LATER) is None


@pytest.mark.parametrize("lon", [105.8, 179.95, -179.95])
async def test_those_based_near_are_found_on_both_sides_of_the_date_line(store: SqlStore, lon: float) -> None:
    near = await _envoy(store, base=Point(21.0, lon), on_duty=False)
    across = await _envoy(store, base=Point(21.05, (lon + 0.1 + 540) % 360 - 180))
    await _envoy(store, base=Point(22.0, lon))
    async with store.begin(START) as uow:
        found = await uow.envoys.based_near(Point(21.0, lon), 20_000, 10)
    assert {e.id for e in found} == {near.id, across.id}
