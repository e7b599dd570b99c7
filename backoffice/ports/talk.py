"""Sessions, questions and letters."""

from collections.abc import Sequence
from typing import Protocol

from backoffice.kernel.exchange import Address, NewLetter, Question, Session
from backoffice.kernel.ids import CaseId, PersonId, QuestionId


class Talk(Protocol):
    """Sessions and questions of conversations."""

    async def session(self, person: PersonId) -> Session: ...
    async def save_session(self, session: Session) -> None: ...
    async def open_questions(self, person: PersonId) -> Sequence[Question]:
        """Newest first, those past `until` left out (needs `now` of the unit of work)."""
        ...

    async def question(self, question: QuestionId) -> Question | None: ...
    async def ask(self, question: Question) -> None: ...
    async def close_question(self, question: QuestionId) -> None: ...
    async def close_about(self, subject: str, kind: str = "") -> None:
        """Close every open question about `subject` (of one kind, or all)."""
        ...

    async def close_all(self, person: PersonId) -> None:
        """Nothing is asked of this person any more."""
        ...


class Outbox(Protocol):
    """Letters, put on the same transaction as what they tell."""

    async def put(self, letter: NewLetter) -> str:
        """Returns the letter's id. Supersedes waiting letters with the same person and tag."""
        ...

    async def drop_about(self, person: PersonId, case: CaseId) -> int:
        """Drop this person's letters of this case that are not yet sent; returns how many."""
        ...

    async def drop_talk(self, person: PersonId, case: CaseId) -> int:
        """The same for what other people said in the case; what the service says by itself still goes."""
        ...

    async def points_shown(self, person: PersonId, case: CaseId) -> Sequence[Address]:
        """The addresses of this person on whose screens an exact point of the case may still stand."""
        ...

    async def take_back(self, person: PersonId, case: CaseId, tag: str) -> Sequence[Address]:
        """Drop the unsent letter of this tag; the addresses on whose screens what it showed may still stand."""
        ...

    async def release_held(self, at: Address) -> None:
        """The person wrote: held letters to this address wait again."""
        ...
