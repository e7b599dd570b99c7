"""The read models say what the rows say, on both databases."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backoffice.cases.model import CaseStatus
from backoffice.kernel import errors
from backoffice.kernel.exchange import Address, LetterState
from backoffice.kernel.ids import CaseId, MediaId
from backoffice.ports import OperatorRole
from backoffice.queries import Queries
from storage.bus import LocalBus
from storage.engine import Database
from storage.exchange_tables import letter
from storage.media import FileMedia
from storage.queries import SqlQueries
from storage.unit_of_work import SqlStore
from storage.vault import Vault
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.world import Cast, busy
from tests.clocks import FakeClock


@pytest.fixture
def evening(
    database: Database,
    vault: Vault,
    bus: LocalBus,
    clock: FakeClock,
    bits: Callable[[int], int],
    tmp_path: Path,
) -> Evening:
    media = FileMedia(tmp_path / "media", database, vault, clock)
    return Evening(
        database, vault, SqlStore(database, vault, bus), bus, clock, bits, media, tmp_path / "media"
    )


@pytest.fixture
async def cast(evening: Evening) -> Cast:
    return await busy(evening)


@pytest.fixture
def queries(evening: Evening) -> Queries:
    return SqlQueries(evening.database, evening.vault)


async def test_the_board(cast: Cast, queries: Queries, evening: Evening) -> None:
    """Cases at work, duress apart, countdowns as a number, the desk's lists, the channels."""
    board = await queries.board(evening.clock.now())
    assert {x.ref for x in board.lines} == {"7K3F", "M4TR", "DR22", "K9BP", "5WXE"}
    assert [x.ref for x in board.duress] == ["Q8DN"]
    assert board.countdowns == 1
    assert [q.after_ref for q in board.queue] == ["2HVX", ""]
    assert [a.kind for a in board.alerts] == ["channel_down", "envoy_withdrew"]
    assert board.alert_refs == {cast.cases["M4TR"].id: "M4TR"}


async def test_a_line_counts_envoys_and_knows_the_city_only(
    cast: Cast, queries: Queries, evening: Evening
) -> None:
    """No distance from the centre: with its direction it would be the exact point."""
    board = await queries.board(evening.clock.now())
    shown = next(x for x in board.lines if x.ref == "7K3F")
    assert (shown.asked, shown.working, shown.arrived) == (4, 1, 0)
    assert shown.place
    assert shown.place.city["zh_Hans"] == "曼谷"
    assert shown.place.distance is None
    assert not next(x for x in board.lines if x.ref == "5WXE").located


async def test_ringing(cast: Cast, queries: Queries, evening: Evening) -> None:
    """Two ring, the longest since 31 s."""
    rings = await queries.ringing()
    assert (rings.count, rings.since) == (2, evening.clock.now() - timedelta(seconds=31))


async def test_nothing_rings_in_an_empty_house(queries: Queries, evening: Evening) -> None:
    """The first morning: empty lists, no errors."""
    assert (await queries.ringing()).count == 0
    board = await queries.board(evening.clock.now())
    assert (board.lines, board.queue, board.alerts, board.channels, board.countdowns) == ((), (), (), (), 0)
    assert list(await queries.operators()) == []


async def test_channels_wait_deliver_and_fail(cast: Cast, queries: Queries, evening: Evening) -> None:
    """What waits since when, what went out last, what failed within the hour."""
    now = evening.clock.now()
    async with evening.database.writing() as conn:
        on_wechat = letter.update().where(letter.c.channel == "wechat")
        await conn.execute(
            on_wechat.values(state=LetterState.DELIVERED, finished_at=now - timedelta(minutes=2))
        )
        on_telegram = letter.update().where(letter.c.channel == "telegram", letter.c.seq % 2 == 0)
        await conn.execute(
            on_telegram.values(state=LetterState.FAILED, finished_at=now - timedelta(minutes=3))
        )
        await conn.commit()
    found = {c.channel: c for c in (await queries.board(now)).channels}
    assert found["wechat"].out_at == now - timedelta(minutes=2)
    assert (found["wechat"].waiting, found["wechat"].failed) == (0, 0)
    assert found["telegram"].failed + found["telegram"].waiting == 6
    assert found["telegram"].failed > 0
    assert found["telegram"].oldest_waiting_at
    later = {c.channel: c for c in (await queries.board(now + timedelta(hours=2))).channels}
    assert later["telegram"].failed == 0


async def test_a_case_with_everything_around_it(cast: Cast, queries: Queries, evening: Evening) -> None:
    """Person, ways with their window, entries with their letters, told letters, envoys, timeline, track."""
    view = await queries.case(cast.cases["7K3F"].id, evening.clock.now())
    assert view.case.fix == cast.cases["7K3F"].fix
    assert view.cell
    assert view.person.phone == "+8613800138000"
    assert [(w.channel, w.left) for w in view.person.ways] == [("wechat", 5)]
    replies = [s for s in view.said if s.sent]
    assert [[x.to for x in s.sent] for s in replies] == [["宋女士"], ["宋女士"]]
    assert len(view.told) == 7
    assert [e.assignment.working for e in view.envoys].count(True) == 1
    assert view.envoys[0].phone == "+66812345678"
    assert [e.what for e in view.events][:2] == ["case.started", "case.countdown_over"]
    assert len(view.track) == 1
    assert view.names["op-林晓"] == "林晓"


async def test_a_window_that_is_over_has_nothing_left(cast: Cast, queries: Queries, evening: Evening) -> None:
    """Two days without a word from them."""
    view = await queries.case(cast.cases["7K3F"].id, evening.clock.now() + timedelta(hours=48))
    assert [(w.left, w.until) for w in view.person.ways] == [(0, None)]


async def test_the_duress_word_is_in_no_read_model(queries: Queries, evening: Evening) -> None:
    """Whoever reads the page must not learn it."""
    person = await evening.person("x", Address("telegram", "1"), duress_word="蓝鲸")
    case = await evening.case("DDDD", person)
    assert "蓝鲸" not in repr(await queries.case(case.id, evening.clock.now()))


async def test_what_was_erased_is_absent_not_an_error(cast: Cast, queries: Queries, evening: Evening) -> None:
    """The case key is destroyed at the end of retention: the page shows what is left."""
    case = cast.cases["7K3F"].id
    async with evening.database.writing() as conn:
        await evening.vault.destroy(conn, f"case:{case}")
        await conn.commit()
    view = await queries.case(case, evening.clock.now())
    assert view.case.fix is None
    assert [s.entry.text for s in view.said if s.entry.text] == []
    assert view.told == ()


async def test_what_is_not_there_is_said_so(queries: Queries, evening: Evening) -> None:
    """Unknown case, file, queue item, session."""
    assert await queries.head(CaseId("none")) is None
    with pytest.raises(errors.NotFound):
        await queries.case(CaseId("none"), evening.clock.now())
    assert await queries.media(MediaId("none")) is None
    assert await queries.queue_item(1) is None
    assert await queries.sign_in("none") is None


async def test_reading_waits_for_no_writer(cast: Cast, queries: Queries, evening: Evening) -> None:
    """A long turn must not blind the board."""

    async def look() -> Any:
        return await queries.board(evening.clock.now()), await queries.case(
            cast.cases["7K3F"].id, evening.clock.now()
        )

    async with evening.store.begin(evening.clock.now()) as uow:
        case = await uow.cases.get(cast.cases["7K3F"].id)
        case.status = CaseStatus.RESOLVED
        await uow.cases.save(case)
        _, view = await asyncio.wait_for(look(), 2)
    assert view.case.status is CaseStatus.OPEN


async def test_operators_by_name(cast: Cast, queries: Queries, evening: Evening) -> None:
    """For handing over."""
    assert {o.role for o in await queries.operators()} == {OperatorRole.OPERATOR, OperatorRole.SUPERVISOR}
