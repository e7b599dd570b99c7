"""Envoys' hours and breaks, and the one-time codes that link two chats."""

from typing import Any

import sqlalchemy as sa

from backoffice.enrolment.duty import Duty
from backoffice.enrolment.hours import Shift
from backoffice.enrolment.linking import LinkCode
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import EnvoyId, PersonId
from storage.enrolment_tables import envoy_duty, link_code
from storage.rows import Rows

_DUTY = sa.select(envoy_duty).where(envoy_duty.c.envoy == sa.bindparam("of"))
_ADD_DUTY = sa.insert(envoy_duty)
_SAVE_DUTY = sa.update(envoy_duty).where(
    envoy_duty.c.envoy == sa.bindparam("key"), envoy_duty.c.version == sa.bindparam("was")
)


class DutyRows(Rows):
    """`ports.Duties`."""

    async def of(self, envoy: EnvoyId) -> Duty | None:
        row = await self._first(_DUTY, {"of": envoy})
        if row is None:
            return None
        week = tuple(Shift(*shift) for shift in row.week)
        return Duty(EnvoyId(row.envoy), row.zone, week, row.break_until, row.asked_where_at, row.version)

    async def save(self, duty: Duty) -> None:
        values = self._columns(duty)
        if duty.kept:
            await self._change(_SAVE_DUTY, {**values, "key": duty.envoy, "was": duty.version})
        else:
            await self._write(_ADD_DUTY, {**values, "envoy": duty.envoy})
        duty.version += 1

    def _columns(self, duty: Duty) -> dict[str, Any]:
        return {
            "zone": duty.zone,
            "week": [[s.weekday, s.start, s.end] for s in duty.week],
            "break_until": duty.break_until,
            "asked_where_at": duty.asked_where_at,
            "version": duty.version + 1,
        }


KIND = "link"
_GOOD = sa.and_(link_code.c.used_at.is_(None), link_code.c.until > sa.bindparam("now"))
_PUT = sa.insert(link_code)
_FIND = sa.select(link_code).where(link_code.c.token == sa.bindparam("of"), _GOOD)
_USE = sa.update(link_code).where(link_code.c.token == sa.bindparam("of"), _GOOD)
_EARLIER = sa.delete(link_code).where(
    sa.or_(link_code.c.person == sa.bindparam("of"), link_code.c.until <= sa.bindparam("now"))
)


class LinkRows(Rows):
    """`ports.Links`."""

    async def put(self, code: str, link: LinkCode) -> None:
        await self._write(_EARLIER, {"of": link.person, "now": self._now})
        row = {"token": self._token(code), "person": link.person, "until": link.until}
        at = {"channel": link.shown_at.channel, "address": link.shown_at.address}
        await self._write(_PUT, {**row, **at})

    async def find(self, code: str) -> LinkCode | None:
        row = await self._first(_FIND, {"of": self._token(code), "now": self._now})
        if row is None:
            return None
        return LinkCode(PersonId(row.person), Address(row.channel, row.address), row.until)

    async def use(self, code: str) -> bool:
        values = {"of": self._token(code), "now": self._now, "used_at": self._now}
        return (await self._write(_USE, values)).rowcount == 1

    def _token(self, code: str) -> str:
        return self._vault.token(KIND, code)
