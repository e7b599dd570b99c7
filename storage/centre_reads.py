"""`backoffice.centre_queries.CentreQueries` over SQL: labels, searching, what happened, how the service does."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice import centre_queries as read
from backoffice.cases.model import CaseStatus
from backoffice.centre_queries import Finding, Found, Why
from backoffice.kernel import words
from backoffice.kernel.ids import CaseId
from storage import case_row, history, search, vitals
from storage.centre_rows import TagRows
from storage.centre_tables import case_centre
from storage.engine import Database
from storage.people import PersonRows
from storage.tables import RUNNING, cases
from storage.vault import Vault

MOST = 200
_NO_TIME = datetime.fromtimestamp(0, UTC)
_REF = re.compile(r"[0-9A-Z]{2,16}")
_SEEN = cases.c.status.in_([CaseStatus.OPEN, CaseStatus.RESOLVED, CaseStatus.CLOSED])
"""A countdown and what was cancelled in time do not exist for anybody of the staff."""
_PLACED = (
    sa.select(case_centre.c["case"], case_centre.c.centre)
    .join(cases, cases.c.id == case_centre.c["case"])
    .where(RUNNING)
)
_NEWEST = case_row.SELECT.where(_SEEN).order_by(cases.c.opened_at.desc()).limit(MOST)
_BY_REF = _NEWEST.where(cases.c.ref.like(sa.bindparam("start")))
_GIVEN: sa.BindParameter[list[str]] = sa.bindparam("given", expanding=True)
_BY_ID = _NEWEST.where(cases.c.id.in_(_GIVEN))
_BY_PERSON = _NEWEST.where(cases.c.requester.in_(_GIVEN))
ALL_DIGITS = re.compile(r"[\d\s()+./-]+")


class SqlCentreQueries:
    """Each question is one read-only snapshot."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    async def labels(self) -> read.Labels:
        async with self._database.reading() as conn:
            placed = {r.case: r.centre for r in (await conn.execute(_PLACED)).all()}
            return read.Labels(placed, await TagRows(conn, self._vault, _NO_TIME).used())

    async def search(self, text: str) -> Finding:
        typed = " ".join(text.split())[:100]
        async with self._database.reading() as conn:
            found: dict[str, Found] = {}
            for why, rows in await self._looked(conn, typed):
                for one in await self._opened(conn, rows, why):
                    found.setdefault(one.case.id, one)
        return Finding(tuple(found.values()), self._vault.token("search", words.fold(typed)))

    async def _looked(self, conn: AsyncConnection, typed: str) -> list[tuple[Why, Sequence[Any]]]:
        """By each way that fits what was typed, the surest first."""
        rows: list[tuple[Why, Sequence[Any]]] = []
        if _REF.fullmatch(typed.upper()):
            rows.append((Why.REF, (await conn.execute(_BY_REF, {"start": f"{typed.upper()}%"})).all()))
        people = await search.people_at(conn, self._vault, typed) if ALL_DIGITS.fullmatch(typed) else ()
        rows.append((Why.PHONE, await _of(conn, _BY_PERSON, people)))
        called = await search.people_called(conn, self._vault, typed)
        rows.append((Why.NAME, await _of(conn, _BY_PERSON, called)))
        saying = await search.cases_saying(conn, self._vault, typed)
        rows.append((Why.TEXT, await _of(conn, _BY_ID, saying)))
        return rows

    async def _opened(self, conn: AsyncConnection, rows: Iterable[Any], why: Why) -> list[Found]:
        people, found = PersonRows(conn, self._vault, _NO_TIME), []
        for row in rows:
            sealer = self._vault.learn(conn, case_row.subject(CaseId(row.id)), row.key_id, row.wrapped)
            case = case_row.read(row, sealer)
            profile = (await people.get(case.requester)).profile
            found.append(Found(case, why, profile.call_me or profile.name))
        return found

    async def history(self, since: datetime, until: datetime) -> read.History:
        async with self._database.reading() as conn:
            return await history.read(conn, since, until)

    async def vitals(self, now: datetime) -> read.Vitals:
        async with self._database.reading() as conn:
            return await vitals.read(conn, now)


async def _of(conn: AsyncConnection, statement: sa.Select[Any], given: Sequence[str]) -> Sequence[Any]:
    return (await conn.execute(statement, {"given": list(given)[:2000]})).all() if given else ()
