"""What every process works with: one unit of work, the turn's time, and the world around it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from backoffice import ports
from backoffice.cases.model import Case, Event
from backoffice.cases.tasks import DeskRules
from backoffice.claims.review import ClaimRules
from backoffice.dispatch import ranking
from backoffice.enrolment.duty import DutyRules
from backoffice.families import model as families
from backoffice.families import stages
from backoffice.families.rules import FamilyRules
from backoffice.kernel import ids
from backoffice.kernel.exchange import NewLetter, Question
from backoffice.kernel.ids import CaseId, DeadlineId, PersonId, QuestionId
from backoffice.kernel.messages import Choice, Message, Urgency
from backoffice.money.rules import PayRules
from backoffice.orders.rules import OrderRules

SILENCED = "requester_silenced"
"""In a case's notes: the patient does not want whoever asked for help to be told any more."""


@dataclass(frozen=True, slots=True)
class SosRules:
    """Times and distances of an SOS (settings)."""

    countdown: timedelta
    radii_m: tuple[float, ...]
    widen_after: timedelta
    late_after: timedelta
    wave_size: int
    wave_gap: timedelta
    acknowledge: tuple[timedelta, ...]
    promise: timedelta
    last_known: timedelta


@dataclass(frozen=True, slots=True)
class World:
    """What stands around every turn and never changes within it."""

    rules: SosRules
    places: ports.Places
    index: ports.EnvoyIndex
    bits: ids.Bits
    centre_phones: Mapping[str, str]
    pay: PayRules = PayRules()
    orders: OrderRules = OrderRules()
    duty: DutyRules = DutyRules()
    weights: ranking.Weights = ranking.WEIGHTS
    geocodes: bool = False
    insurers: frozenset[str] = frozenset()
    sms: bool = False
    family: FamilyRules = FamilyRules()
    desk: DeskRules = DeskRules()
    claims: ClaimRules = ClaimRules()


@dataclass
class Seat:
    """One letter to `person` may ride home in the answer to inbox row `seq`."""

    person: PersonId
    seq: int


@dataclass
class Work:
    """One action: everything in it is committed together or not at all."""

    uow: ports.UnitOfWork
    now: datetime
    world: World
    seat: Seat | None = None
    channel: str = ""
    """Over which channel this turn came; empty for what staff and clocks do."""
    overheard: set[CaseId] = field(default_factory=set)
    """Cases under duress on which this turn's words stand already."""

    @property
    def rules(self) -> SosRules:
        return self.world.rules

    def new_id(self) -> str:
        return ids.new_id(self.world.bits)

    async def tell(self, letter: NewLetter) -> str:
        """Put a letter in the outbox; the first to the person of this turn may ride in the webhook's answer."""
        if self.seat and self.seat.person == letter.to and not letter.message.ask and not letter.not_before:
            letter = replace(letter, riding=self.seat.seq)
            self.seat = None
        self.uow.hint("letters")
        return await self.uow.outbox.put(letter)

    async def tell_traveller(self, case: Case, message: Message, tag: str = "") -> None:
        """What somebody does or says in a case, to its requester; nothing under duress."""
        if not case.duress:
            await self.show(case, message, tag)

    async def show(self, case: Case, message: Message, tag: str = "") -> None:
        """What an ordinary case says by itself: a screen under duress that shows one says the same."""
        if not (case.hidden or case.notes.get(SILENCED)):
            await self.tell(about(case, case.requester, message, tag))

    async def ask(self, letter: NewLetter, kind: str, subject: str, until: datetime | None = None) -> str:
        """Put a question: an older one of the same kind about the same subject closes, digits are given out."""
        await self.uow.talk.close_about(subject, kind)
        others = await self.uow.talk.open_questions(letter.to)
        choices = shift(letter.message.choices, {digit for q in others for digit in q.answers})
        question = QuestionId(self.new_id())
        answers = {c.digit: c.value for c in choices}
        await self.uow.talk.ask(Question(question, letter.to, kind, subject, answers, self.now, until))
        message = letter.message.with_question(question, choices)
        return await self.tell(replace(letter, message=message))

    async def note(self, case: Case, actor: str, what: str, **params: str | int | float | bool) -> None:
        """One line of the case's timeline."""
        self.uow.hint(f"case:{case.id}")
        await self.uow.cases.add_event(Event(case.id, self.now, actor, what, params))
        if what in stages.OF_EVENT:
            await self._family_hears(case, stages.OF_EVENT[what])

    async def _family_hears(self, case: Case, stage: stages.Stage) -> None:
        """News for those who follow: a deadline decides when and how each is told. Links end with the case."""
        if not await self.uow.families.of_case(case.id):
            return
        if stage in (stages.Stage.CLOSED, stages.Stage.REOPENED):
            await self.uow.deadlines.cancel(ports.DeadlineKind.FAMILY_END, case.id)
        if stage is stages.Stage.CLOSED:
            await arm(self, case, ports.DeadlineKind.FAMILY_END, self.now + families.AFTER_CASE)
        due = self.now + (timedelta() if stage in stages.AT_ONCE else stages.MERGED_WITHIN)
        waiting = await self.uow.deadlines.armed(ports.DeadlineKind.FAMILY_NEWS, case.id)
        if not (case.duress or (waiting and waiting.due <= due)):
            await arm(self, case, ports.DeadlineKind.FAMILY_NEWS, due)

    async def arm(self, deadline: ports.Deadline) -> None:
        self.uow.hint("deadlines")
        await self.uow.deadlines.arm(deadline)

    def zone(self, case: Case) -> str:
        """The IANA zone in which this case's times are said."""
        return case.place.zone if case.place else "Asia/Shanghai"


def shift(choices: tuple[Choice, ...], taken: set[str]) -> tuple[Choice, ...]:
    """The choices with digits nobody else's open question uses: 1/0, else 11/10, else 21/20 …"""
    ten = 0
    while any(_digit(c, i, ten) in taken for i, c in enumerate(choices)):
        ten += 1
    return tuple(replace(c, digit=_digit(c, i, ten)) for i, c in enumerate(choices))


def _digit(choice: Choice, place: int, ten: int) -> str:
    own = choice.digit or str(place + 1)
    return f"{ten}{own}" if ten else own


def urgent(case: Case) -> Urgency:
    """Letters of a running case go in the SOS lane."""
    return Urgency.SOS if case.active else Urgency.NORMAL


def about(case: Case, to: PersonId, message: Message, tag: str = "", entry: int = 0) -> NewLetter:
    """A letter of a case, marked as a drill when the case is one."""
    message = replace(message, drill=case.drill)
    return NewLetter(to, message, urgent(case), case.id, entry, tag)


async def arm(work: Work, case: Case, kind: ports.DeadlineKind, due: datetime) -> None:
    """The case's one deadline of this kind: an earlier one no longer counts."""
    await work.uow.deadlines.cancel(kind, case.id)
    await work.arm(ports.Deadline(DeadlineId(work.new_id()), kind, case.requester, case.id, due))
