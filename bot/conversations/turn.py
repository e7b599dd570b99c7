"""One person's turn: what came in, who they are, and the work it happens in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from backoffice.cases.model import Case
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.messages import Choice, Media, Message, Param, Sentence, Urgency
from backoffice.people.model import Person
from backoffice.workflows.work import Work
from bot.incoming import Incoming

GOOD_FOR = timedelta(minutes=15)
"""A question about the profile or the language is open this long."""


@dataclass
class Turn:
    """`stored_at` is when the update was stored; `media` is the file it carries, already noted for fetching;
    `quiet`: it goes on where an earlier one has been answered, and needs no words of its own."""

    work: Work
    person: Person
    incoming: Incoming
    stored_at: datetime
    media: Media | None = None
    quiet: bool = False

    async def say(self, key: str, params: Mapping[str, Param] | None = None, *more: Sentence) -> None:
        """Tell this person one thing that belongs to no case."""
        if self.quiet:
            return
        message = Message(key, params or {}, more=more, drill=self.person.drill)
        await self.work.tell(NewLetter(self.person.id, message))

    async def say_urgently(self, key: str) -> None:
        """The same in the lane of an SOS."""
        message = Message(key, drill=self.person.drill)
        await self.work.tell(NewLetter(self.person.id, message, Urgency.SOS))

    async def ask(self, message: Message, kind: str) -> None:
        """Ask this person something that belongs to no case; later words are no answer to it."""
        letter, until = NewLetter(self.person.id, message), self.work.now + GOOD_FOR
        await self.work.ask(letter, kind, self.person.id, until)

    async def case(self) -> Case | None:
        """Their own active case, the one the chat may speak of."""
        return await self.work.uow.cases.active_of(self.person.id)


def choices(*pairs: tuple[str, str, str]) -> tuple[Choice, ...]:
    """(value, label key, digit) triples as choices."""
    return tuple(Choice(*pair) for pair in pairs)
