"""One day of the city: cries and orders come, envoys think and answer, help arrives or does not."""

import heapq
import random
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from unittest import mock

from backoffice.cases.model import CloseReason, Origin
from backoffice.dispatch import ranking
from backoffice.dispatch.model import AssignmentStatus
from backoffice.dispatch.standing import Call as Kind
from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Datum, Fix, Point, RawPoint, Source
from backoffice.kernel.ids import AssignmentId, CaseId, EnvoyId, OfferId, OperatorId, OrderId, PersonId
from backoffice.orders.model import OPEN_OFFERS, Mode, OfferStatus
from backoffice.people.model import Person
from backoffice.ports import DeadlineKind, Operator, OperatorRole
from backoffice.workflows import centre, history, jobs, orders, sos
from backoffice.workflows.work import Work
from storage.engine import Database
from tests.journeys.order_stories import TABLE
from tests.simulation import city
from tests.simulation.city import Someone
from tests.simulation.minds import Call, Minds
from tests.simulation.stage import START, Asked, Stage

ON_SCENE = timedelta(minutes=40)
MINUTES = 120
"""An order's length."""
TAKEN_AFTER = timedelta(seconds=13)
"""The centre takes a case this long after the pin."""
OPERATOR = Operator(OperatorId("op"), "王", OperatorRole.SUPERVISOR)
HOURS = tuple(1 if h < 6 else 4 if h < 10 else 6 if h < 22 else 3 for h in range(24))
"""When people need help, as weights of the hours (assumed)."""
NOT_LIVED = (DeadlineKind.ORDER_PAY, DeadlineKind.ORDER_GRACE, DeadlineKind.ORDER_BEFORE)
"""Meeting, paying and receipts are not part of this day: only who takes an order, and when they are there."""

Do = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens. `policy` ranks. `fixed`: each order asks so many and each cry one wave, and nobody after that."""

    seed: int
    envoys: int = 5_000
    cries: int = 40
    orders: int = 150
    policy: ranking.Weights = ranking.WEIGHTS
    fixed: int = 0


@dataclass
class Outcome:
    """What became of one case: seconds from the dispatch, None for never. `sizes` are its waves."""

    call: Call
    began: datetime
    yes_s: float | None = None
    there_s: float | None = None
    sizes: list[int] = field(default_factory=list)

    @property
    def asked(self) -> int:
        return sum(self.sizes)


@dataclass(frozen=True, slots=True)
class Lived:
    """A finished day: the cases as they came; questions and jobs of each envoy on duty."""

    plan: Plan
    outcomes: Sequence[Outcome]
    questions: dict[str, int]
    jobs: dict[str, int]


class Day:
    """The city and its people around a stage."""

    def __init__(self, plan: Plan, database: Database) -> None:
        self._plan = plan
        self._stage = Stage(database, plan.seed, plan.policy, one_wave=bool(plan.fixed))
        self._crowd = city.people(plan.seed, plan.envoys)
        self._by_person = {s.person: s for s in self._crowd}
        self._minds = Minds(plan.seed)
        self._events: list[tuple[datetime, int, Do]] = []
        self._order = count()
        self._of: dict[str, Outcome] = {}
        self._current: Outcome | None = None
        self._outcomes: list[Outcome] = []
        self._questions = {s.id: 0 for s in self._crowd if s.on_duty}
        self._jobs = dict.fromkeys(self._questions, 0)

    async def live(self) -> Lived:
        """From midnight until everything of the day has come to rest."""
        await city.settle_in(self._stage.database, self._crowd, START)
        await self._stage.step(lambda work: work.uow.prices.put(TABLE))
        await self._stage.load()
        for call in self._calls():
            self._at(START + timedelta(hours=call.hour, seconds=call.second), lambda c=call: self._begins(c))
        with mock.patch.object(ranking, "wave", self._wave):
            while await self._goes_on():
                pass
        return Lived(self._plan, self._outcomes, self._questions, self._jobs)

    def _wave(self, order: Sequence[ranking.Candidate], call: Kind, most: int) -> int:
        """The service's own wave, or the one of fixed size."""
        if not self._plan.fixed:
            return _own_wave(order, call, most)
        first = self._current is not None and not self._current.sizes
        return min(len(order), self._plan.fixed) if first else 0

    def _calls(self) -> Iterable[Call]:
        """Scattered around the middle of the city, over the hours."""
        rng = random.Random(f"day {self._plan.seed}")
        for number in range(self._plan.cries + self._plan.orders):
            hour = rng.choices(range(24), HOURS)[0]
            yield Call(number, number < self._plan.cries, city.near(rng, 7_000), hour, rng.uniform(0, 3600))

    def _at(self, at: datetime, do: Do) -> None:
        heapq.heappush(self._events, (at, next(self._order), do))

    async def _goes_on(self) -> bool:
        """The next thing that happens; False when the day is over."""
        due = await self._stage.next_due()
        upcoming = self._events[0][0] if self._events else None
        if due is not None and (upcoming is None or due <= upcoming):
            await self._fire(due)
        elif upcoming is not None:
            at, _, do = heapq.heappop(self._events)
            self._stage.clock.at = max(self._stage.clock.at, at)
            await do()
        return bool(self._events) or (due is not None and due < START + timedelta(hours=30))

    async def _fire(self, due: datetime) -> None:
        self._stage.clock.at = max(self._stage.clock.at, due)
        for deadline in await self._stage.due():
            self._current = self._of.get(deadline.subject)
            self._think(await self._stage.fire(deadline))

    async def _step(self, act: Callable[[Work], Awaitable[object]]) -> None:
        self._think(await self._stage.step(act))

    async def _begins(self, call: Call) -> None:
        now = self._stage.clock.at
        await city.positions_come_in(self._stage.database, now)
        self._current = outcome = Outcome(call, now)
        self._outcomes.append(outcome)
        person = Person(PersonId(f"t{call.number}"), "zh_Hans", now)
        await self._step(lambda work: work.uow.people.add(person, Address("wechat", f"t{call.number}")))
        await (self._cries(person.id, outcome) if call.sos else self._orders(person.id, outcome))

    async def _cries(self, person: PersonId, outcome: Outcome) -> None:
        now = self._stage.clock.at
        cry = sos.Cry(Origin.PIN, now, now, _fix(outcome.call.place, now))

        async def start(work: Work) -> None:
            case = await sos.start(work, await work.uow.people.get(person), cry)
            self._of[case.id], outcome.began = outcome, case.due_at
            self._at(now + TAKEN_AFTER, lambda: self._step(lambda w: centre.take(w, case.id, OPERATOR)))

        await self._step(start)

    async def _orders(self, person: PersonId, outcome: Outcome) -> None:
        wish = orders.Wish(
            "interpret", "th", _fix(outcome.call.place, self._stage.clock.at), None, MINUTES, mode=Mode.FIRST
        )

        async def place(work: Work) -> None:
            price, _ = await orders.quote(work, wish)
            order = await orders.place(work, await work.uow.people.get(person), wish, price)
            self._of[order.id] = outcome

        await self._step(place)

    def _think(self, questions: list[Asked]) -> None:
        """Everybody asked replies in their own time, or never."""
        waves: dict[str, int] = {}
        for asked in questions:
            waves[asked.about] = waves.get(asked.about, 0) + 1
            one = self._by_person[asked.person]
            self._questions[one.id] += 1
            outcome = self._outcome(asked)
            reply = self._minds.reply(one, outcome.call)
            if reply.says != "nothing":
                at = self._stage.clock.at + timedelta(seconds=reply.after_s)
                self._at(at, lambda a=asked, o=one, y=reply.says == "yes": self._replies(a, o, y))
        for about, size in waves.items():
            self._of_about(about).sizes.append(size)

    def _outcome(self, asked: Asked) -> Outcome:
        return self._of_about(asked.about)

    def _of_about(self, about: str) -> Outcome:
        found = self._of.get(about) or self._current
        assert found is not None
        return found

    async def _replies(self, asked: Asked, one: Someone, yes: bool) -> None:
        self._current = self._outcome(asked)
        if asked.kind == "offer":
            await self._step(lambda work: self._answers_cry(work, asked, one, yes))
        else:
            await self._step(lambda work: self._answers_order(work, asked, one, yes))

    async def _answers_cry(self, work: Work, asked: Asked, one: Someone, yes: bool) -> None:
        assignment = await work.uow.assignments.get(AssignmentId(asked.subject))
        if assignment.status is not AssignmentStatus.ASKED:
            return
        envoy = await work.uow.envoys.get(EnvoyId(one.id))
        await (jobs.accept if yes else jobs.decline)(work, assignment.id, envoy)
        if assignment.working:
            self._comes(one, self._outcome(asked), lambda: self._closes(CaseId(asked.about)))

    async def _answers_order(self, work: Work, asked: Asked, one: Someone, yes: bool) -> None:
        offer = await work.uow.order_offers.get(OfferId(asked.subject))
        if offer.status not in OPEN_OFFERS or (yes and work.now >= offer.until):
            return
        envoy = await work.uow.envoys.get(EnvoyId(one.id))
        await (orders.accept if yes else orders.decline)(work, offer, envoy)
        if offer.status is OfferStatus.CHOSEN:
            for kind in NOT_LIVED:
                await work.uow.deadlines.cancel(kind, OrderId(asked.about))
            self._comes(one, self._outcome(asked), lambda: self._step(lambda w: history.worked(w, envoy)))

    def _comes(self, one: Someone, outcome: Outcome, ends: Do) -> None:
        """Somebody is on the way; some time after they are there it is over."""
        outcome.yes_s = (self._stage.clock.at - outcome.began).total_seconds()
        outcome.there_s = outcome.yes_s + self._minds.travel_s(one, outcome.call)
        self._jobs[one.id] += 1
        stays = ON_SCENE if outcome.call.sos else timedelta(minutes=MINUTES)
        self._at(outcome.began + timedelta(seconds=outcome.there_s) + stays, ends)

    async def _closes(self, case: CaseId) -> None:
        await self._step(lambda work: centre.close(work, case, OPERATOR, CloseReason.HELPED))


_own_wave = ranking.wave


def _fix(point: Point, at: datetime) -> Fix:
    raw = RawPoint(point.lat, point.lon, Datum.WGS84)
    return Fix(point, raw, Source.WECHAT_PIN, at, 20.0)
