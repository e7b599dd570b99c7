"""What `export cases` shows."""

import dataclasses
from datetime import timedelta

import pytest

from backoffice.cases.model import Case, CaseStatus, Event
from backoffice.dispatch.model import AssignmentStatus
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.messages import Message, Role, Speaker
from backoffice.people.model import Profile
from storage.engine import Database
from storage.export import export_cases
from storage.places import cell
from storage.unit_of_work import SqlStore
from storage.vault import Vault
from tests.clocks import START
from tests.storage import samples

LATER = START + timedelta(minutes=5)


@pytest.fixture
async def case(store: SqlStore) -> Case:
    async with store.begin(START) as uow:
        person = samples.person(profile=Profile(call_me="小明"))
        await uow.people.add(person, samples.WECHAT)
        made = samples.open_case(person.id)
        await uow.cases.add(made)
        helper = samples.person()
        await uow.people.add(helper, samples.TELEGRAM)
        envoy = samples.envoy(helper.id)
        await uow.envoys.add(envoy)
        status = AssignmentStatus.ACCEPTED
        await uow.assignments.add(samples.assignment(made.id, envoy.id, status=status, answered_at=LATER))
        await uow.cases.add_entry(samples.entry(made.id, text="我的腿断了"))
        said = Message("relay.text", {"text": "我的腿断了"}, speaker=Speaker(Role.TRAVELLER, "王"))
        await uow.outbox.put(NewLetter(helper.id, said, case=made.id, entry=1))
        await uow.cases.add_event(Event(made.id, START, "system", "case.dispatched", {"wave": 1}))
        await uow.commit()
    async with store.begin(LATER) as uow:
        await uow.outbox.put(NewLetter(person.id, Message("sos.taken"), case=made.id))
        await uow.commit()
    return made


async def test_an_open_case_is_shown_with_all_that_happened(
    database: Database, vault: Vault, case: Case
) -> None:
    (shown,) = await export_cases(database, vault)
    named = {"ref": case.ref, "kind": "unknown", "status": "open", "traveller": "小明"}
    assert {k: shown[k] for k in named} == named
    assert shown["opened_at"] == "2026-03-01T06:00:00Z"
    assert shown["position"] == {
        "lat": 21.028511,
        "lon": 105.854223,
        "datum": "wgs84",
        "at": "2026-03-01T06:00:00Z",
        "cell": False,
    }
    (asked,) = shown["assignments"]
    wanted = {"envoy": "Nguyễn", "status": "accepted", "answered_at": "2026-03-01T06:05:00Z"}
    assert {k: asked[k] for k in wanted} == wanted
    assert asked["asked_at"] == "2026-03-01T06:00:00Z"
    assert [{k: t[k] for k in ("at", "actor", "what")} for t in shown["timeline"]] == [
        {"at": "2026-03-01T06:00:00Z", "actor": "system", "what": "case.dispatched"}
    ]


async def test_messages_show_from_whom_to_whom_and_how_they_stand(
    database: Database, vault: Vault, case: Case
) -> None:
    (shown,) = await export_cases(database, vault, case.ref)
    assert [{k: m[k] for k in ("from", "to", "text", "state")} for m in shown["messages"]] == [
        {"from": "traveller", "to": "case", "text": "我的腿断了", "state": "received"},
        {"from": "traveller", "to": "envoy", "text": "relay.text", "state": "waiting"},
        {"from": "service", "to": "traveller", "text": "sos.taken", "state": "waiting"},
    ]


async def test_only_the_case_asked_for_is_shown(database: Database, vault: Vault, case: Case) -> None:
    assert await export_cases(database, vault, "NONE") == []
    assert [c["ref"] for c in await export_cases(database, vault, case.ref)] == [case.ref]


async def test_a_closed_case_shows_its_cell_before_and_after_it_is_sealed(
    store: SqlStore, database: Database, vault: Vault, case: Case
) -> None:
    async with store.begin(LATER) as uow:
        loaded = await uow.cases.get(case.id)
        loaded.move(CaseStatus.CLOSED)
        await uow.cases.save(loaded)
        await uow.commit()
    around = dataclasses.asdict(cell(samples.fix().point)) | {"cell": True}
    (shown,) = await export_cases(database, vault)
    assert {k: shown["position"][k] for k in around} == around
    async with store.begin(LATER) as uow:
        await uow.cases.seal(case.id)
        await uow.commit()
    (shown,) = await export_cases(database, vault)
    assert shown["position"] == around | {"datum": None, "at": None}


async def test_a_case_without_a_place_is_shown_without_one(
    store: SqlStore, database: Database, vault: Vault
) -> None:
    async with store.begin(START) as uow:
        person = samples.person()
        await uow.people.add(person, samples.WECHAT)
        await uow.cases.add(samples.case(person.id, fix=None, place=None))
        await uow.commit()
    (shown,) = await export_cases(database, vault)
    assert (shown["position"], shown["assignments"], shown["messages"]) == (None, [], [])
