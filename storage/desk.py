"""The centre's general queue and its alerts; their words sealed under the desk's key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backoffice.kernel.messages import Media, MediaKind
from backoffice.ports import Alert, QueueItem
from storage.envoy_row import DESK
from storage.rows import Rows
from storage.tables import alert, cases, queue_item

_QUEUE = sa.insert(queue_item).returning(queue_item.c.id)
_FINISH = sa.update(queue_item).where(
    queue_item.c.id == sa.bindparam("number"), queue_item.c.done_at.is_(None)
)
_WAITING = sa.select(queue_item).where(queue_item.c.done_at.is_(None)).order_by(queue_item.c.id)
_CASE = sa.select(cases.c.id).where(cases.c.id == sa.bindparam("about")).scalar_subquery()
"""Letters of a service order carry the order's id where a case's stands: an alert about one names no case."""
_ALERT = sa.insert(alert).values(case=_CASE).returning(alert.c.id)
_ALERTS = sa.select(alert).where(alert.c.seen_at.is_(None)).order_by(alert.c.id.desc())
_SEEN = sa.update(alert).where(alert.c.id == sa.bindparam("number"), alert.c.seen_at.is_(None))


class DeskRows(Rows):
    """`ports.Desk`."""

    async def queue(self, item: QueueItem) -> int:
        row = {"person": item.person, "at": item.at, "after_ref": item.after_ref, "case": item.case}
        row |= {"order": item.order, "media": item.media.id if item.media else None}
        row |= {"media_kind": str(item.media.kind) if item.media else None}
        return await self._put(_QUEUE, "queue_item", {**row, "done_at": item.done_at}, item.text)

    async def finish(self, item: int, now: datetime) -> None:
        await self._write(_FINISH, {"number": item, "done_at": now})

    async def waiting(self) -> Sequence[QueueItem]:
        """Oldest first."""
        return [
            QueueItem(
                r.id,
                r.person,
                r.at,
                await self._text("queue_item", r),
                r.after_ref,
                r.case,
                r.done_at,
                r.order,
                Media(r.media, MediaKind(r.media_kind)) if r.media else None,
            )
            for r in await self._all(_WAITING, {})
        ]

    async def alert(self, alert: Alert) -> int:
        row = {"at": alert.at, "kind": alert.kind, "about": alert.case, "seen_at": alert.seen_at}
        return await self._put(_ALERT, "alert", row, alert.text)

    async def alerts(self) -> Sequence[Alert]:
        return [
            Alert(r.id, r.at, r.kind, r.case, await self._text("alert", r), r.seen_at)
            for r in await self._all(_ALERTS, {})
        ]

    async def seen(self, alert: int, now: datetime) -> None:
        await self._write(_SEEN, {"number": alert, "seen_at": now})

    async def _put(self, insert: sa.Executable, table: str, values: dict[str, Any], text: str) -> int:
        key = self._vault.row_id()
        sealed = await self._vault.seal(self._conn, DESK, _context(table, key), text.encode())
        number: int = (await self._write(insert, {**values, "key": key, "text": sealed})).scalar_one()
        return number

    async def _text(self, table: str, row: Any) -> str:
        return (await self._vault.open(self._conn, DESK, _context(table, row.key), row.text)).decode()


def _context(table: str, key: str) -> str:
    return f"{table}|text|{key}"
