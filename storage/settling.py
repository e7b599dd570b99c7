"""What became of a letter: one conditional change per attempt, decided under the row's lock."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel.exchange import FINAL, LetterState, Outcome
from backoffice.kernel.ids import LetterId
from backoffice.kernel.messages import Urgency
from storage import letter_row, link_letters
from storage.exchange_tables import letter, letter_ref
from storage.letter_row import state
from storage.outbox import NEWER_EXISTS
from storage.types import Utc
from storage.vault import Vault

_ID = letter.c.id == sa.bindparam("of")
_LOAD = (
    sa.select(letter, sa.and_(letter.c.tag != "", NEWER_EXISTS).label("outdated"))
    .where(_ID)
    .with_for_update(of=letter)
)
_SAVE = sa.update(letter).where(_ID)
_UNTIL = sa.bindparam("lease", type_=Utc())
_PART = (
    sa.update(letter)
    .where(_ID, state(LetterState.SENDING), letter.c.parts_sent < sa.bindparam("n"))
    .values(
        parts_sent=sa.bindparam("n"),
        claimed_until=sa.case((letter.c.claimed_until > _UNTIL, letter.c.claimed_until), else_=_UNTIL),
    )
)
_RECALLED = sa.select(letter.c.recalled).where(
    _ID, state(LetterState.SENDING), letter.c.attempts == sa.bindparam("try")
)
_WHERE = sa.select(letter.c.channel, letter.c.address).where(_ID)
_REFS = sa.select(letter_ref.c.ref).where(letter_ref.c.letter == sa.bindparam("of"))
_ADD_REF = sa.insert(letter_ref)
_EXPIRED = (
    sa.select(letter)
    .where(state(LetterState.SENDING), letter.c.claimed_until <= sa.bindparam("until"))
    .with_for_update(skip_locked=True)
)

IN_HAND = frozenset({LetterState.SENDING, LetterState.RIDING})
NOT_YET_GONE = IN_HAND | {LetterState.WAITING, LetterState.HELD}


async def part_sent(conn: AsyncConnection, letter_id: LetterId, parts_sent: int, until: datetime) -> None:
    """Progress never goes back, and the lease never gets shorter."""
    await conn.execute(_PART, {"of": letter_id, "n": parts_sent, "lease": until})


async def still_wanted(conn: AsyncConnection, letter_id: LetterId, attempt: int) -> bool:
    """Being sent by this attempt and not recalled."""
    recalled = (await conn.execute(_RECALLED, {"of": letter_id, "try": attempt})).scalar_one_or_none()
    return recalled is False


async def add_refs(conn: AsyncConnection, letter_id: LetterId, refs: Sequence[str]) -> None:
    """Remember the platform's ids, each once."""
    if not any(refs):
        return
    where = (await conn.execute(_WHERE, {"of": letter_id})).one()
    known = set((await conn.execute(_REFS, {"of": letter_id})).scalars())
    new = [ref for ref in dict.fromkeys(refs) if ref and ref not in known]
    if new:
        base = {"letter": letter_id, "channel": where.channel, "address": where.address}
        await conn.execute(_ADD_REF, [{**base, "ref": ref} for ref in new])


async def settle(conn: AsyncConnection, vault: Vault, letter_id: LetterId, outcome: Outcome) -> bool:
    """True when the row changed. That it was delivered is true whoever says so, until another end is written."""
    row = (await conn.execute(_LOAD, {"of": letter_id})).first()
    allowed = NOT_YET_GONE if outcome.state is LetterState.DELIVERED else IN_HAND
    if row is None or row.state not in allowed or _superseded(row, outcome):
        return False
    await add_refs(conn, letter_id, outcome.refs)
    values = _after(row, outcome)
    if values["state"] in FINAL:
        values |= await link_letters.after(conn, vault, row)
    if outcome.text:
        subject = letter_row.subject(row.person, row.case_id)
        context = letter_row.text_context(letter_id)
        said = link_letters.masked(outcome.text) if link_letters.is_one(row.tag) else outcome.text
        values["text_sent"] = await vault.seal(conn, subject, context, said.encode())
    await conn.execute(_SAVE, {"of": letter_id, **values})
    return True


def _superseded(row: Any, outcome: Outcome) -> bool:
    """The lease ended and somebody else is at it: what this attempt does not know says nothing about theirs."""
    return outcome.state is not LetterState.DELIVERED and outcome.attempt not in (0, row.attempts)


def _after(row: Any, outcome: Outcome) -> dict[str, Any]:
    now_state = _state_after(row, outcome.state)
    values: dict[str, Any] = {
        "state": now_state,
        "claimed_until": None,
        "parcel": "",
        "error": outcome.error,
        "doubts": row.doubts + outcome.doubtful,
        "parts_sent": max(row.parts_sent, outcome.parts_sent),
        "finished_at": outcome.at if now_state in FINAL else None,
        "due": outcome.retry_at or outcome.at,
    }
    return values | _moved(row, outcome)


def _state_after(row: Any, wanted: LetterState) -> LetterState:
    """What would wait again is dropped when it was recalled, superseded when a newer one waits."""
    if wanted in FINAL:
        return wanted
    if row.recalled:
        return LetterState.DROPPED
    return LetterState.SUPERSEDED if row.outdated else wanted


def _moved(row: Any, outcome: Outcome) -> dict[str, Any]:
    """Another address: what was sent to the first one counts only if the caller says so."""
    to = outcome.moved_to
    if to is None:
        return {}
    return {
        "channel": to.channel,
        "address": to.address,
        "lane": to.lane,
        "tried": [*row.tried, row.lane],
        "parts_sent": outcome.parts_sent,
    }


async def expire(conn: AsyncConnection, until: datetime, now: datetime) -> tuple[int, list[Any]]:
    """Ends of leases: the first doubt is tried again, a second or bulk ends unknown.

    Returns how many there were, and the rows given up.
    """
    rows = (await conn.execute(_EXPIRED, {"until": until})).all()
    given_up = []
    for row in rows:
        again = row.doubts == 0 and row.urgency is not Urgency.BULK and not row.recalled
        await conn.execute(_SAVE, {"of": row.id, **_after_doubt(row, again, now)})
        if not again:
            given_up.append(row)
    return len(rows), given_up


def _after_doubt(row: Any, again: bool, now: datetime) -> dict[str, Any]:
    common = {"claimed_until": None, "parcel": "", "doubts": row.doubts + 1, "error": "interrupted"}
    if again:
        return common | {"state": LetterState.WAITING, "due": now}
    return common | {"state": LetterState.UNKNOWN, "finished_at": now}
