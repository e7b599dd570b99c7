"""The synthetic SOS: through the public webhooks, seen nowhere at the desk, gone afterwards, loud when it fails."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

import pytest
import sqlalchemy as sa

from backoffice.centre_queries import SyntheticCall
from backoffice.ports import PageFailed
from bot.assembly import deeds, drill, serve
from bot.assembly.synthetic import Synthetic
from config.settings import Settings
from storage.centre_reads import SqlCentreQueries
from storage.centre_tables import synthetic_call
from storage.queries import SqlQueries
from storage.synthetic import PREFIX, SyntheticRows
from storage.tables import vault_key
from storage.types import metadata

STAYS = {"audit", "audit_head", "synthetic_call", "alembic_version"}
"""The trail keeps everything; what came of the calls is what they were for."""


@dataclass
class Bell:
    """A pager that counts."""

    pages: list[tuple[int, str]] = field(default_factory=list)
    fails: bool = False

    async def page(self, level: int, ref: str, what: str) -> None:
        self.pages.append((level, what))
        if self.fails:
            raise PageFailed("nobody is on call")


async def _counts(running: serve.Running) -> dict[str, int]:
    """Rows of every table, but for those that stay."""
    async with running.core.database.reading() as conn:
        return {
            t.name: (await conn.execute(sa.select(sa.func.count()).select_from(t))).scalar_one()
            for t in metadata.sorted_tables
            if t.name not in STAYS
        }


async def _dies_after(tables: int, rows: SyntheticRows, before: datetime) -> None:
    """The process ends with so many tables cleared: the next one goes on with what is left."""
    clears, cleared = rows._remove, count()

    async def remove(table: sa.Table, where: sa.ColumnElement[bool]) -> None:
        if next(cleared) == tables:
            raise SystemError("dead")
        await clears(table, where)

    rows._remove = remove  # type: ignore[method-assign]
    with pytest.raises(SystemError):
        await rows.prune(before)


async def test_a_call_goes_through_and_leaves_nothing(
    given: Settings, running: serve.Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every stage on both channels; a drill in every row; not on the board at any time; then no row is left."""
    seen, bell = [], Bell()
    synthetic = Synthetic(running.core, bell)
    reads = SqlQueries(running.core.database, running.core.vault)
    before = await _counts(running)
    ends = drill.end

    async def look(one: drill.Drill) -> None:
        board, rings = await reads.board(running.core.clock.now()), await reads.ringing()
        seen.append((len(board.lines), rings.count, board.countdowns))
        seen.extend(row["drill"] for row in await deeds.export_cases(running.core, {}))
        await ends(one)

    monkeypatch.setattr(drill, "end", look)
    await synthetic.step()
    assert (0, 0, 0) in seen
    assert set(seen) == {(0, 0, 0), True}
    vitals = await SqlCentreQueries(running.core.database, running.core.vault).vitals(
        running.core.clock.now()
    )
    assert [(c.channel, c.missing) for c in vitals.calls] == [("telegram", ""), ("wechat", "")]
    assert set(vitals.calls[0].latency) == set(drill.STAGES)
    assert bell.pages == []
    assert await _counts(running) != before
    later = running.core.clock.now() + timedelta(seconds=1)
    for tables in (1, 20, 45):
        await _dies_after(tables, SyntheticRows(running.core.database), later)
    assert await SyntheticRows(running.core.database).prune(later) == 4
    left = {name for name, n in (await _counts(running)).items() if n != before[name]}
    async with running.core.database.reading() as conn:
        keys = (await conn.execute(sa.select(vault_key.c.subject))).scalars().all()
    assert left <= {"vault_key"}
    assert all(key.startswith("inbox:") for key in keys)


async def test_a_failure_wakes_somebody_and_is_an_alert_once(running: serve.Running) -> None:
    """The first failure pages, then every fifth, louder; a call that goes through begins anew."""
    bell, now = Bell(), running.core.clock.now()
    synthetic = Synthetic(running.core, bell)
    for missing in ["dispatched"] * 6 + [""] + ["told"]:
        await synthetic.record(SyntheticCall(now, "wechat", missing, {"stored": 0.1}))
    assert bell.pages == [(1, "synthetic_failed"), (2, "synthetic_failed"), (1, "synthetic_failed")]
    async with running.core.store.begin(now) as uow:
        alerts = [(a.kind, a.text) for a in reversed(await uow.desk.alerts())]
    assert alerts == [("synthetic_failed", "wechat: dispatched"), ("synthetic_failed", "wechat: told")]


async def test_nobody_to_wake_is_said_too(running: serve.Running) -> None:
    synthetic = Synthetic(running.core, Bell(fails=True))
    await synthetic.record(SyntheticCall(running.core.clock.now(), "wechat", "stored", {}))
    async with running.core.store.begin(running.core.clock.now()) as uow:
        assert "pager: nobody is on call" in [a.text for a in await uow.desk.alerts()]


async def test_a_service_that_does_not_work_is_a_call_that_lacks_a_stage(
    running: serve.Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deadlines stand still: the webhook answers, the countdown never ends, people are woken."""
    monkeypatch.setattr(drill, "GIVE_UP_S", 0.5)
    for loop in running.service._loops:
        loop.cancel()
    bell = Bell()
    await Synthetic(running.core, bell).step()
    assert bell.pages == [(1, "synthetic_failed")] * 2
    async with running.core.database.reading() as conn:
        found = (await conn.execute(sa.select(synthetic_call.c.missing))).scalars().all()
    assert found == ["dispatched"] * 2


async def test_old_calls_are_looked_for_once_an_hour(
    running: serve.Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Through whole tables: not with every call."""
    synthetic, now, asked = Synthetic(running.core, Bell()), running.core.clock.now(), []

    async def prune(before: datetime) -> int:
        asked.append(before)
        return 1 if len(asked) == 1 else 0

    monkeypatch.setattr(synthetic._rows, "prune", prune)
    for minutes in (0, 1, 59):
        await synthetic._tidy(now + timedelta(minutes=minutes))
    assert len(asked) == 2, "until nothing is left, then not again"
    await synthetic._tidy(now + timedelta(minutes=61))
    assert len(asked) == 3


async def test_nobody_else_is_ever_removed(running: serve.Running) -> None:
    """A drill by hand stays; only ids of the synthetic kind go."""
    await drill.run(running.core.settings)
    before = await _counts(running)
    assert await SyntheticRows(running.core.database).prune(running.core.clock.now() + timedelta(days=1)) == 0
    assert await _counts(running) == before
    assert PREFIX == "synthetic-"


def test_it_is_on_in_production_and_off_at_home(given: Settings) -> None:
    """PostgreSQL means production; either can be said otherwise."""
    assert not given.synthetic.runs(embedded=True)
    assert given.synthetic.runs(embedded=False)
    assert given.synthetic.model_copy(update={"on": True}).runs(embedded=True)
