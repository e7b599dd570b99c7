"""Envoys' records for dispatch, and when a question reached its reader."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backoffice.dispatch.standing import Answer, Call, History, Standing
from backoffice.dispatch.travel import Transport
from backoffice.kernel.exchange import LetterState
from backoffice.kernel.ids import CaseId, EnvoyId, PersonId
from storage.conflict import PerDialect, insert_or_ignore, upsert
from storage.dispatch_tables import envoy_standing
from storage.exchange_tables import letter
from storage.letter_row import state
from storage.rows import Rows

_OF = sa.select(envoy_standing).where(envoy_standing.c.envoy.in_(sa.bindparam("of", expanding=True)))
_NEW = insert_or_ignore(envoy_standing, [envoy_standing.c.envoy])
_ASKED = upsert(envoy_standing, [envoy_standing.c.envoy], [envoy_standing.c.asked_at, envoy_standing.c.load])
_SET = sa.update(envoy_standing).where(envoy_standing.c.envoy == sa.bindparam("of"))
_REACHED = sa.select(sa.func.min(letter.c.finished_at, type_=letter.c.finished_at.type)).where(
    letter.c.case_id == sa.bindparam("about"),
    letter.c.person == sa.bindparam("reader"),
    letter.c.created_at >= sa.bindparam("since"),
    state(LetterState.DELIVERED),
)
_EMPTY = {f"{call}_{answer}": 0 for call in Call for answer in Answer} | {
    "transport": Transport.UNKNOWN, "asked_at": None, "load": 0.0, "worked_until": None,
}  # fmt: skip


def _count(call: Call, answer: Answer) -> sa.Update:
    column = envoy_standing.c[f"{call}_{answer}"]
    return _SET.values({column: column + 1})


_COUNT = {(call, answer): _count(call, answer) for call in Call for answer in Answer}
SOME = 500
"""So many ids in one IN: both databases plan it well."""


class StandingRows(Rows):
    """`ports.Standings`. Counters are added to in place, so nobody's answer is lost to a race."""

    async def of(self, envoys: Sequence[EnvoyId]) -> Mapping[EnvoyId, Standing]:
        found = {envoy: Standing(envoy) for envoy in envoys}
        for start in range(0, len(envoys), SOME):
            for row in await self._all(_OF, {"of": envoys[start : start + SOME]}):
                found[row.envoy] = _read(row)
        return found

    async def asked(self, standings: Sequence[Standing]) -> None:
        rows = [
            _EMPTY | {"envoy": s.envoy, "asked_at": self._now, "load": s.load_at(self._now) + 1}
            for s in sorted(standings, key=lambda s: s.envoy)
        ]
        if rows:
            await self._write(self._on(_ASKED), rows)

    async def answered(self, envoy: EnvoyId, call: Call, answer: Answer) -> None:
        await self._change_one(envoy, _COUNT[call, answer], {})

    async def worked(self, envoy: EnvoyId) -> None:
        await self._change_one(envoy, _SET, {"worked_until": self._now})

    async def set_transport(self, envoy: EnvoyId, transport: Transport) -> None:
        await self._change_one(envoy, _SET, {"transport": transport})

    async def reached_at(self, reader: PersonId, about: CaseId, since: datetime) -> datetime | None:
        row = await self._first(_REACHED, {"reader": reader, "about": about, "since": since})
        reached: datetime | None = row[0]
        return reached

    async def _change_one(self, envoy: EnvoyId, change: sa.Update, values: dict[str, Any]) -> None:
        await self._write(self._on(_NEW), {**_EMPTY, "envoy": envoy})
        await self._write(change, {"of": envoy, **values})

    def _on(self, statement: PerDialect) -> sa.Insert:
        return statement.on(self._conn)


def _read(row: Any) -> Standing:
    return Standing(
        envoy=row.envoy,
        transport=row.transport,
        histories={call: _history(row, call) for call in Call},
        asked_at=row.asked_at,
        load=row.load,
        worked_until=row.worked_until,
    )


def _history(row: Any, call: Call) -> History:
    return History(*(getattr(row, f"{call}_{answer}") for answer in Answer))
