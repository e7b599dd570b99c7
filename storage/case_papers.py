"""Papers of cases: which files of a case are what."""

from collections.abc import Sequence

import sqlalchemy as sa

from backoffice.cases.papers import CasePaper
from backoffice.kernel.ids import CaseId
from storage.desk_tables import case_paper
from storage.rows import Rows

_c = case_paper.c
_ADD = sa.insert(case_paper)
_OF_CASE = sa.select(case_paper).where(_c.case == sa.bindparam("of")).order_by(_c.at, _c.id)
_REMOVE = sa.delete(case_paper).where(_c.id == sa.bindparam("key"), _c.case == sa.bindparam("of"))
_SAME = ("id", "case", "media", "kind", "at", "by", "entry")


class CasePaperRows(Rows):
    """`ports.casework.CasePapers`."""

    async def add(self, paper: CasePaper) -> None:
        await self._write(_ADD, {name: getattr(paper, name) for name in _SAME})

    async def of_case(self, case: CaseId) -> Sequence[CasePaper]:
        rows = await self._all(_OF_CASE, {"of": case})
        return [CasePaper(**{name: getattr(row, name) for name in _SAME}) for row in rows]

    async def remove(self, case: CaseId, paper: str) -> bool:
        done = await self._conn.execute(_REMOVE, {"key": paper, "of": case})
        return bool(done.rowcount)
