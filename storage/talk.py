"""Sessions and questions of conversations; what a flow has noted is sealed under the person's key."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel.exchange import Question, Session
from backoffice.kernel.ids import PersonId, QuestionId
from storage.conflict import upsert
from storage.person_row import subject
from storage.rows import Rows
from storage.tables import question, session
from storage.vault import Vault, opened, pack

_SESSION = sa.select(session).where(session.c.person == sa.bindparam("of"))
_SAVE_SESSION = upsert(session, [session.c.person], [session.c.flow, session.c.data])
_OPEN = (
    sa.select(question)
    .where(
        question.c.person == sa.bindparam("of"),
        question.c.open,
        sa.or_(question.c.until.is_(None), question.c.until > sa.bindparam("now")),
    )
    .order_by(question.c.number.desc())
)
_QUESTION = sa.select(question).where(question.c.id == sa.bindparam("key"))
_ASK = sa.insert(question)
_CLOSE = sa.update(question).where(question.c.id == sa.bindparam("key"))
_CLOSE_ALL = sa.update(question).where(question.c.person == sa.bindparam("of"), question.c.open)
_CLOSE_ABOUT = sa.update(question).where(question.c.subject == sa.bindparam("about"), question.c.open)
_CLOSE_ABOUT_KIND = _CLOSE_ABOUT.where(question.c.kind == sa.bindparam("of_kind"))


class TalkRows(Rows):
    """`ports.Talk`. Open questions are read once a transaction: what it asks and closes itself it knows."""

    def __init__(self, conn: AsyncConnection, vault: Vault, now: datetime) -> None:
        super().__init__(conn, vault, now)
        self._as_read: dict[PersonId, tuple[str, bytes]] = {}
        self._open: dict[PersonId, list[Question]] = {}

    async def session(self, person: PersonId) -> Session:
        row = await self._first(_SESSION, {"of": person})
        found = Session(person)
        if row:
            sealer = await self._vault.find(self._conn, subject(person)) if row.data else None
            found = Session(person, row.flow, opened(sealer, _context(person), row.data) or {})
        self._as_read[person] = (found.flow, pack(found.data))
        return found

    async def save_session(self, session: Session) -> None:
        """Writes nothing when nothing changed since it was read."""
        state = (session.flow, pack(session.data))
        if self._as_read.get(session.person) == state:
            return
        data = None
        if session.data:
            sealer = await self._vault.key(self._conn, subject(session.person))
            data = sealer.seal(_context(session.person), state[1])
        row = {"person": session.person, "flow": session.flow, "data": data}
        await self._write(_SAVE_SESSION.on(self._conn), row)
        self._as_read[session.person] = state

    async def open_questions(self, person: PersonId) -> Sequence[Question]:
        if person not in self._open:
            rows = await self._all(_OPEN, {"of": person, "now": self._now})
            self._open[person] = [_read(row) for row in rows]
        return list(self._open[person])

    async def question(self, question: QuestionId) -> Question | None:
        row = await self._first(_QUESTION, {"key": question})
        return _read(row) if row else None

    async def ask(self, question: Question) -> None:
        """The newest from now on."""
        if question.person in self._open and (question.until is None or question.until > self._now):
            self._open[question.person].insert(0, question)
        await self._write(
            _ASK,
            {
                "id": question.id,
                "person": question.person,
                "kind": question.kind,
                "subject": question.subject,
                "answers": question.answers,
                "asked_at": question.asked_at,
                "until": question.until,
                "open": question.open,
            },
        )

    async def close_question(self, question: QuestionId) -> None:
        self._closed(lambda known: known.id == question)
        await self._write(_CLOSE, {"key": question, "open": False})

    async def close_about(self, subject: str, kind: str = "") -> None:
        self._closed(lambda known: known.subject == subject and kind in ("", known.kind))
        values = {"about": subject, "open": False}
        if kind:
            await self._write(_CLOSE_ABOUT_KIND, {**values, "of_kind": kind})
        else:
            await self._write(_CLOSE_ABOUT, values)

    async def close_all(self, person: PersonId) -> None:
        self._closed(lambda known: known.person == person)
        await self._write(_CLOSE_ALL, {"of": person, "open": False})

    def _closed(self, which: Callable[[Question], bool]) -> None:
        for person, known in self._open.items():
            self._open[person] = [each for each in known if not which(each)]


def _context(person: PersonId) -> str:
    return f"session|data|{person}"


def _read(row: Any) -> Question:
    return Question(row.id, row.person, row.kind, row.subject, row.answers, row.asked_at, row.until, row.open)
