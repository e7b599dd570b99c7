"""Words that ride home in a webhook's own answer (WeChat's passive reply)."""

from collections import OrderedDict
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from backoffice import ports
from backoffice.cases.model import Case
from backoffice.kernel.clock import Clock
from backoffice.kernel.exchange import Accepted, Letter, LetterState, Outcome
from backoffice.kernel.ids import LetterId
from backoffice.kernel.messages import Choice, Message, Urgency
from backoffice.people.model import Person
from backoffice.workflows import telling
from backoffice.workflows.work import Work, World
from bot.channel import Answer, Features
from bot.rendering import Enclosure, Rendering, rides
from bot.splitting import measure

PROMISES = frozenset(
    {"sos.countdown", "sos.countdown_last_known", "sos.countdown_no_place", "sos.kept_in_countdown"}
)
"""Words that are true for seconds only: a repeat gets the state of the case in their place."""
REMEMBERED = 1_000


class RidingLetters(Protocol):
    """Letters in state `riding`."""

    async def ride(self, seq: int) -> Letter | None: ...
    async def unride(self, seq: int) -> bool: ...
    async def settle(self, letter: LetterId, outcome: Outcome) -> None: ...


class ReadStore(Protocol):
    def begin(self, now: datetime) -> AbstractAsyncContextManager[ports.UnitOfWork]: ...


@dataclass(frozen=True, slots=True)
class RidingDeps:
    """What riding needs. `features` says what each channel can show."""

    letters: RidingLetters
    store: ReadStore
    rendering: Rendering
    features: Mapping[str, Features]
    world: World
    clock: Clock


class Riding:
    """Renders what may ride, and what a repeated push is answered with."""

    def __init__(self, deps: RidingDeps) -> None:
        self._deps = deps
        self._said: OrderedDict[int, str] = OrderedDict()

    async def answer(self, accepted: Accepted) -> Answer | None:
        """The riding letter's words; for a repeat, how things stand now instead of the old promise."""
        letter = await self._deps.letters.ride(accepted.seq)
        if accepted.duplicate and (letter is None or letter.message.key in PROMISES):
            return await self._how_it_stands(accepted, letter)
        if letter is None:
            return None
        text = self._text(letter)
        if text is None:
            await self._deps.letters.unride(accepted.seq)
            return None
        self._remember(accepted.seq, letter, text)
        return Answer(text, letter.id)

    def _remember(self, seq: int, letter: Letter, text: str) -> None:
        """Words that promise nothing may be said again to a repeat whose first answer was lost on the way."""
        lasting = letter.case is None or letter.message.key == "sos.cancelled"
        if lasting and not letter.message.question:
            self._said[seq] = text
            while len(self._said) > REMEMBERED:
                self._said.popitem(last=False)

    def _text(self, letter: Letter) -> str | None:
        features = self._deps.features[letter.address.channel]
        if not rides(letter.message):
            return None
        text = self._deps.rendering.text(letter, features, Enclosure())
        return text if measure(text, features.text_unit) <= features.text_limit else None

    async def _how_it_stands(self, accepted: Accepted, letter: Letter | None) -> Answer | None:
        """The state now takes the place of an old promise; where nothing runs any more the promise is dropped."""
        now = self._deps.clock.now()
        async with self._deps.store.begin(now) as uow:
            person = await uow.people.at(accepted.sender)
            case = await uow.cases.active_of(person.id) if person else None
            message = await self._status(uow, case, now) if case else None
        if person is None or case is None or message is None:
            if letter:
                await self._deps.letters.settle(letter.id, Outcome(LetterState.DROPPED, now))
            said = self._said.get(accepted.seq)
            return Answer(said) if said else None
        return self._as_answer(accepted, (person, case), message, letter)

    async def _status(self, uow: ports.UnitOfWork, case: Case, now: datetime) -> Message:
        """How the case stands, with the digits of the question already put."""
        message = telling.status(Work(uow, now, self._deps.world), case)
        for question in await uow.talk.open_questions(case.requester):
            if question.kind == "countdown" and question.subject == case.id:
                digits = {value: digit for digit, value in question.answers.items()}
                choices = tuple(Choice(c.value, c.label, digits[c.value]) for c in message.choices)
                return message.with_question(question.id, choices)
        return replace(message, choices=())

    def _as_answer(
        self, accepted: Accepted, whose: tuple[Person, Case], message: Message, letter: Letter | None
    ) -> Answer | None:
        person, case = whose
        now = self._deps.clock.now()
        fresh = Letter(
            LetterId(""), person.id, accepted.sender, replace(message, drill=case.drill), Urgency.SOS,
            LetterState.RIDING, 0, now, person.locale, person.zone,
        )  # fmt: skip
        text = self._text(fresh)
        return Answer(text, letter.id if letter else "") if text else None

    async def written(self, answer: Answer) -> None:
        """On the wire in time: the letter is delivered."""
        if answer.letter:
            now = self._deps.clock.now()
            await self._deps.letters.settle(
                LetterId(answer.letter), Outcome(LetterState.DELIVERED, now, text=answer.text)
            )

    async def missed(self, seq: int) -> None:
        """Not in time: whatever rides on this row goes by API."""
        await self._deps.letters.unride(seq)
