"""Positions in what was sent: a closed case's letters keep their words without the point they showed."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel.exchange import FINAL
from backoffice.kernel.ids import CaseId
from storage import letter_row
from storage.exchange_tables import letter
from storage.vault import Sealer, key_id_of, opened, pack

_ENDED = sa.select(letter.c.id, letter.c.message, letter.c.text_sent).where(
    letter.c.case_id == sa.bindparam("of"), letter_row.state(*sorted(FINAL))
)
_COARSEN = sa.update(letter).where(letter.c.id == sa.bindparam("row"))


async def seal(conn: AsyncConnection, case: CaseId, from_: Sealer, to: Sealer) -> None:
    """Letters that ended and showed a position: it is taken out, the words as sent go behind the seal `to`."""
    rows = (await conn.execute(_ENDED, {"of": case})).all()
    changes = [change for row in rows if (change := _change(row, from_, to))]
    if changes:
        await conn.execute(_COARSEN, changes)


def _change(row: Any, from_: Sealer, to: Sealer) -> dict[str, Any] | None:
    context = letter_row.message_context(row.id)
    message = opened(from_, context, row.message)
    if message is None or coarse(message) == message:
        return None
    return {
        "row": row.id,
        "message": from_.seal(context, pack(coarse(message))),
        "text_sent": _moved(row, from_, to),
    }


def _moved(row: Any, from_: Sealer, to: Sealer) -> bytes | None:
    if not row.text_sent or key_id_of(row.text_sent) != from_.id:
        return bytes(row.text_sent) if row.text_sent else None
    context = letter_row.text_context(row.id)
    return to.seal(context, from_.open(context, row.text_sent))


def coarse(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message's JSON without its point, and with places in words to the city only."""
    params = {name: _coarse_param(value) for name, value in message.get("params", {}).items()}
    return {**{k: v for k, v in message.items() if k != "place"}, "params": params}


def _coarse_param(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value.get("t") == "place":
        return {**value, "v": {**value["v"], "distance": None}}
    if value.get("t") == "list":
        return {**value, "v": [_coarse_param(item) for item in value["v"]]}
    return value
