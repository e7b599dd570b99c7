"""The running service: what one hint, one job or one page runs into keeps nothing else from being done."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backoffice.clockwork.firing import Firing
from backoffice.kernel.errors import Unavailable
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import DeadlineId, PersonId
from backoffice.ports import Deadline, DeadlineKind
from backoffice.workflows import centring, ringing
from backoffice.workflows.work import Work
from bot.assembly.centre_watch import CentreWatch
from bot.assembly.service import CaseActions
from tests.channels import offline
from tests.channels.offline import Offline
from tests.clocks import START, FakeClock, settle


@pytest.fixture
async def off(sqlite_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Offline]:
    async with offline.opened(sqlite_url, tmp_path / "data", clock) as opened:
        yield opened


async def test_a_hint_that_cannot_be_followed_deafens_nobody(
    off: Offline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An envoy who is no more, the store away for a moment: those on duty are followed as before."""
    woken = asyncio.Event()
    monkeypatch.setattr(off.service.parts.delivery, "wake", woken.set)
    following = asyncio.create_task(off.service._follow_hints())
    await settle()
    await off.core.bus.publish(["envoy:nobody", "letters"])
    await settle()
    assert woken.is_set()
    assert not following.done()
    following.cancel()
    await asyncio.gather(following, return_exceptions=True)


async def test_a_job_that_fails_keeps_no_other_from_its_time(
    off: Offline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Old bodies that cannot be emptied: the envoys on duty are read again each minute all the same."""
    loads = 0

    async def broken(*_: object) -> int:
        raise RuntimeError("broken")

    async def load() -> int:
        nonlocal loads
        loads += 1
        return 0

    monkeypatch.setattr(off.core.inbox, "purge", broken)
    monkeypatch.setattr(off.service.parts.feed, "load", load)
    await off.service.start()
    await settle()
    before = loads
    await off.clock.run(61)
    assert loads > before
    await off.service.stop()


async def test_a_map_that_has_ended_is_deleted_within_a_minute(off: Offline) -> None:
    """Rows of points that nobody sees any more do not stay for ever."""
    await off.core.letters.put_live_map("case-1", Address("telegram", "1"), "m", off.clock.now())
    await off.service.start()
    await off.clock.run(61)
    async with off.core.database.reading() as conn:
        left = (await conn.exec_driver_sql("SELECT count(*) FROM live_map")).scalar_one()
    await off.service.stop()
    assert left == 0


class Line:
    """A pager whose list of those on call cannot be read at first."""

    def __init__(self) -> None:
        self.away, self.paged = True, list[tuple[int, str, str]]()

    async def page(self, level: int, ref: str, what: str) -> None:
        if self.away:
            raise Unavailable("away")
        self.paged.append((level, ref, what))


async def test_a_page_outlives_a_store_that_is_away(off: Offline) -> None:
    """The deadline has fired and does not fire again: its page waits for the next one's."""
    line = Line()
    firing = Firing(off.core.store, off.core.world, off.clock, line)
    sos = Deadline(DeadlineId("d"), DeadlineKind.COUNTDOWN, PersonId("anna"), "7K3F", START)
    await firing.failing(sos)
    with pytest.raises(Unavailable):
        await firing.wake()
    line.away = False
    await firing.wake()
    assert [(ref, what) for _, ref, what in line.paged] == [("7K3F", "deadline_failing")]


async def test_a_case_that_cannot_go_to_another_centre_keeps_no_other(
    off: Offline, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = []

    async def closing(_work: Work) -> list[str]:
        return ["bad", "good"]

    async def key(_actions: CaseActions, _case: str) -> str:
        return "anna"

    async def moves(_work: Work, case: str) -> None:
        if case == "bad":
            raise RuntimeError("broken")
        moved.append(case)

    monkeypatch.setattr(centring, "closing", closing)
    monkeypatch.setattr(CaseActions, "_key", key)
    monkeypatch.setattr(ringing, "centre_closed", moves)
    await CentreWatch(off.core).step()
    assert moved == ["good"]
