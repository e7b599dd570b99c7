"""A letter's row: how its words are sealed, and how it becomes a `Letter` again."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel import codec, exchange, messages
from backoffice.kernel.exchange import Address, Letter, LetterState
from backoffice.kernel.ids import CaseId, LetterId, PersonId
from storage.exchange_tables import letter
from storage.tables import person
from storage.vault import Vault, pack, unpack

RANK = {urgency: place for place, urgency in enumerate(messages.URGENCY_ORDER)}
BULK = RANK[messages.Urgency.BULK]

WITH_READER = sa.select(letter, person.c.locale, person.c.zone).join(person, person.c.id == letter.c.person)
"""A letter and the language and zone of whoever reads it."""


def subject(to: str, case: str | None) -> str:
    """Whose key seals the words: the case's, else the person's."""
    return f"case:{case}" if case else f"person:{to}"


def message_context(letter_id: str) -> str:
    return f"letter|message|{letter_id}"


def text_context(letter_id: str) -> str:
    return f"letter|text_sent|{letter_id}"


def sealed_message(message: messages.Message) -> bytes:
    """The bytes that are sealed."""
    return pack(codec.write_message(message))


def state(*states: LetterState) -> sa.ColumnElement[bool]:
    """`letter.state IN (…)`, spelt out so that planners match it with the partial indexes."""
    return is_in(letter, *states)


def is_in(table: Any, *states: LetterState) -> sa.ColumnElement[bool]:
    literals: list[sa.ColumnClause[str]] = [sa.literal_column(f"'{s.value}'") for s in states]
    condition: sa.ColumnElement[bool] = (
        table.c.state == literals[0] if len(literals) == 1 else table.c.state.in_(literals)
    )
    return condition


def address(row: Any) -> Address:
    return exchange.Address(row.channel, row.address)


async def read(conn: AsyncConnection, vault: Vault, row: Any) -> Letter:
    """Raises `vault.KeyDestroyed` when the case or person was erased meanwhile."""
    of = subject(row.person, row.case_id)
    plain = await vault.open(conn, of, message_context(row.id), row.message)
    return Letter(
        id=LetterId(row.id),
        to=PersonId(row.person),
        address=address(row),
        message=codec.read_message(unpack(plain)),
        urgency=row.urgency,
        state=row.state,
        attempts=row.attempts,
        created_at=row.created_at,
        locale=row.locale,
        zone=row.zone,
        case=CaseId(row.case_id) if row.case_id else None,
        entry=row.entry,
        tag=row.tag,
        parts_sent=row.parts_sent,
        tried=tuple(row.tried),
        doubts=row.doubts,
    )
