"""Drills for envoys and their answers, apart from every real figure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backoffice.enrolment.readiness import Drill, DrillId, DrillOffer
from backoffice.kernel import errors
from backoffice.kernel.exchange import LetterState
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import EnvoyId, LetterId
from storage.enrolment_tables import drill_offer, envoy_drill
from storage.exchange_tables import letter
from storage.rows import Rows

_ADD = sa.insert(envoy_drill)
_GET = sa.select(envoy_drill).where(envoy_drill.c.id == sa.bindparam("key"))
_NEWEST = (
    sa.select(envoy_drill).order_by(envoy_drill.c.at.desc(), envoy_drill.c.id).limit(sa.bindparam("most"))
)
_ASK = sa.insert(drill_offer)
_OFFERS = sa.select(drill_offer).order_by(drill_offer.c.asked_at, drill_offer.c.envoy)
_OF_DRILL = _OFFERS.where(drill_offer.c.drill == sa.bindparam("of"))
_ONE = _OF_DRILL.where(drill_offer.c.envoy == sa.bindparam("who"))
_SINCE = _OFFERS.where(drill_offer.c.asked_at >= sa.bindparam("from"))
_SAVE = sa.update(drill_offer).where(
    drill_offer.c.drill == sa.bindparam("of"), drill_offer.c.envoy == sa.bindparam("who")
)
_TAKEN = sa.select(letter.c.id, letter.c.finished_at).where(
    letter.c.id.in_(sa.bindparam("keys", expanding=True)), letter.c.state == LetterState.DELIVERED
)


class DrillRows(Rows):
    """`ports.Drills`."""

    async def add(self, drill: Drill) -> None:
        point = {"lat": drill.point.lat, "lon": drill.point.lon, "radius_m": drill.radius_m}
        row = {"id": drill.id, "at": drill.at, "ordered_by": drill.ordered_by, "weekly": drill.weekly}
        await self._write(_ADD, {**row, **point})

    async def get(self, drill: DrillId) -> Drill:
        row = await self._first(_GET, {"key": drill})
        if row is None:
            raise errors.NotFound
        return _drill(row)

    async def newest(self, limit: int) -> Sequence[Drill]:
        return [_drill(row) for row in await self._all(_NEWEST, {"most": limit})]

    async def ask(self, offer: DrillOffer) -> None:
        row = {"drill": offer.drill, "envoy": offer.envoy, "letter": offer.letter}
        await self._write(_ASK, {**row, "asked_at": offer.asked_at, "answer": offer.answer})

    async def offer(self, drill: DrillId, envoy: EnvoyId) -> DrillOffer | None:
        row = await self._first(_ONE, {"of": drill, "who": envoy})
        return _offer(row) if row else None

    async def save(self, offer: DrillOffer) -> None:
        said = {"answer": offer.answer, "taken_at": offer.taken_at, "answered_at": offer.answered_at}
        await self._write(_SAVE, {**said, "of": offer.drill, "who": offer.envoy})

    async def offers(self, drill: DrillId) -> Sequence[DrillOffer]:
        return [_offer(row) for row in await self._all(_OF_DRILL, {"of": drill})]

    async def since(self, moment: datetime) -> Sequence[DrillOffer]:
        return [_offer(row) for row in await self._all(_SINCE, {"from": moment})]

    async def taken(self, letters: Sequence[LetterId]) -> Mapping[LetterId, datetime]:
        rows = await self._all(_TAKEN, {"keys": list(letters)}) if letters else []
        return {LetterId(row.id): row.finished_at for row in rows if row.finished_at}


def _drill(row: Any) -> Drill:
    return Drill(DrillId(row.id), row.at, row.ordered_by, Point(row.lat, row.lon), row.radius_m, row.weekly)


def _offer(row: Any) -> DrillOffer:
    key = DrillId(row.drill), EnvoyId(row.envoy), LetterId(row.letter)
    return DrillOffer(*key, row.asked_at, row.answer, row.taken_at, row.answered_at)
