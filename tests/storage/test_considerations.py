"""What was considered for a case stays with it, sealed; after the seal only reasons are left."""

import pytest
import sqlalchemy as sa

from backoffice.cases.model import Case
from backoffice.dispatch.fitting import Reason
from backoffice.dispatch.looks import Considered, Look
from backoffice.kernel.ids import EnvoyId
from storage.unit_of_work import SqlStore
from tests.clocks import START
from tests.storage import samples

FACTS = {"distance_m": 4711, "fix_age_s": 60, "terms": [["arrival", 700.0, 1.0, 700.0]], "score_s": 700}


@pytest.fixture
async def case(store: SqlStore) -> Case:
    async with store.begin(START) as uow:
        person = samples.person()
        await uow.people.add(person, samples.WECHAT)
        made = samples.open_case(person.id)
        await uow.cases.add(made)
        await uow.considerations.add(_look(made))
        await uow.commit()
        return made


def _look(case: Case) -> Look:
    asked = Considered(EnvoyId("e1"), "陈静", 1, None, FACTS)
    left_out = Considered(EnvoyId("e2"), "李强", 0, Reason.OFF_DUTY, {"distance_m": 900})
    return Look(case.id, START, "wave", 20.0, 1, (asked, left_out), {"asked": 1, "off_duty": 1}, "")


async def test_a_look_comes_back_as_it_was(store: SqlStore, case: Case) -> None:
    async with store.begin(START) as uow:
        assert await uow.considerations.of(case.id) == [_look(case)]


async def test_after_the_seal_no_distance_is_left_but_every_reason_is(store: SqlStore, case: Case) -> None:
    """Distances from known bases are the exact place in other words."""
    async with store.begin(START) as uow:
        await uow.considerations.coarsen(case.id)
        await uow.commit()
    async with store.begin(START) as uow:
        (look,) = await uow.considerations.of(case.id)
    assert [(c.envoy, c.place, c.reason) for c in look.considered] == [
        ("e1", 1, None),
        ("e2", 0, Reason.OFF_DUTY),
    ]
    assert look.considered[0].facts == {"fix_age_s": 60}


async def test_with_the_key_gone_only_numbers_are_left(store: SqlStore, case: Case) -> None:
    async with store.begin(START) as uow:
        await uow._conn.execute(sa.text("DELETE FROM vault_key"))
        await uow.commit()
    async with store.begin(START) as uow:
        (look,) = await uow.considerations.of(case.id)
    assert look.considered == ()
    assert look.counts == {"asked": 1, "off_duty": 1}
