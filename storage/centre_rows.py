"""Centres and their cases, tags, saved views: `ports.Centres`, `ports.Tags`, `ports.SavedViews` over SQL."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from backoffice.cases.model import CaseStatus
from backoffice.kernel.ids import CaseId
from backoffice.oncall.centres import Centre
from backoffice.oncall.model import Hours
from backoffice.ports.centres import SavedView
from storage.centre_tables import case_centre, case_tag, centre, saved_view
from storage.conflict import insert_or_ignore, upsert
from storage.rows import Rows
from storage.tables import RUNNING, among_active, cases

_ALL = sa.select(centre).order_by(centre.c.position, centre.c.code)
_PUT = upsert(centre, [centre.c.code], [c for c in centre.c if c.name != "code"])
_REMOVE = sa.delete(centre).where(centre.c.code == sa.bindparam("key"))
_OF = sa.select(case_centre.c.centre).where(case_centre.c["case"] == sa.bindparam("of"))
_PLACE = upsert(case_centre, [case_centre.c["case"]], [case_centre.c.centre, case_centre.c.since])
_UNTAKEN = (
    sa.select(cases.c.id, sa.func.coalesce(case_centre.c.centre, "").label("centre"))
    .select_from(cases.outerjoin(case_centre, case_centre.c["case"] == cases.c.id))
    .where(among_active(CaseStatus.OPEN), cases.c.owner.is_(None))
    .order_by(cases.c.opened_at)
)


class CentreRows(Rows):
    """`ports.Centres`."""

    async def all(self) -> Sequence[Centre]:
        return [
            Centre(
                code=r.code,
                name=r.name,
                hours=Hours(r.zone, tuple(r.days), r.starts, r.ends),
                languages=tuple(r.languages),
                regions=tuple(r.regions),
                position=r.position,
            )
            for r in await self._all(_ALL, {})
        ]

    async def put(self, centre: Centre) -> None:
        hours = centre.hours
        values = {"zone": hours.zone, "days": list(hours.days), "starts": hours.start, "ends": hours.end}
        values |= {"languages": list(centre.languages), "regions": list(centre.regions)}
        named = {"code": centre.code, "name": centre.name, "position": centre.position}
        await self._write(_PUT.on(self._conn), values | named)

    async def remove(self, code: str) -> bool:
        return (await self._write(_REMOVE, {"key": code})).rowcount == 1

    async def of_case(self, case: CaseId) -> str:
        row = await self._first(_OF, {"of": case})
        return str(row.centre) if row else ""

    async def place(self, case: CaseId, code: str) -> None:
        await self._write(_PLACE.on(self._conn), {"case": case, "centre": code, "since": self._now})

    async def untaken(self) -> Sequence[tuple[CaseId, str]]:
        return [(CaseId(r.id), r.centre) for r in await self._all(_UNTAKEN, {})]


_TAG = insert_or_ignore(case_tag, list(case_tag.primary_key.columns))
_UNTAG = sa.delete(case_tag).where(
    case_tag.c["case"] == sa.bindparam("of"), case_tag.c.tag == sa.bindparam("which")
)
_TAGS = (
    sa.select(case_tag).join(cases, cases.c.id == case_tag.c["case"]).where(RUNNING).order_by(case_tag.c.tag)
)


class TagRows(Rows):
    """`ports.Tags`."""

    async def add(self, case: CaseId, tag: str) -> bool:
        return (await self._write(_TAG.on(self._conn), {"case": case, "tag": tag})).rowcount == 1

    async def remove(self, case: CaseId, tag: str) -> bool:
        return (await self._write(_UNTAG, {"of": case, "which": tag})).rowcount == 1

    async def used(self) -> Mapping[str, Sequence[str]]:
        found: dict[str, list[str]] = {}
        for row in await self._all(_TAGS, {}):
            found.setdefault(row.case, []).append(row.tag)
        return found


_VIEWS = (
    sa.select(saved_view)
    .where(sa.or_(saved_view.c.operator == sa.bindparam("of"), saved_view.c.shared))
    .order_by(saved_view.c.name, saved_view.c.id)
)
_ADD_VIEW = sa.insert(saved_view)
_DROP_VIEW = sa.delete(saved_view).where(
    saved_view.c.id == sa.bindparam("key"), saved_view.c.operator == sa.bindparam("of")
)


class ViewRows(Rows):
    """`ports.SavedViews`."""

    async def seen_by(self, operator: str) -> Sequence[SavedView]:
        return [
            SavedView(r.id, r.operator, r.name, r.shared, r.query)
            for r in await self._all(_VIEWS, {"of": operator})
        ]

    async def put(self, view: SavedView) -> None:
        values = {name: getattr(view, name) for name in SavedView.__slots__}
        await self._write(_ADD_VIEW, {**values, "at": self._now})

    async def remove(self, view: str, operator: str) -> bool:
        return (await self._write(_DROP_VIEW, {"key": view, "of": operator})).rowcount == 1
