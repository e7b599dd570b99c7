"""The runner of insurers: carries requests out outside of transactions, takes what insurers tell, and looks what
covers the cases and orders under way, away from the path of an SOS."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from backoffice import ports
from backoffice.clockwork import rounds
from backoffice.insurance.model import RequestId
from backoffice.insurance.policies import Answer, Request, RequestState
from backoffice.kernel.clock import Clock
from backoffice.kernel.errors import NotFound
from backoffice.kernel.ids import PersonId
from backoffice.kernel.waking import Waking
from backoffice.ports.insurance import (
    Heard,
    Instruction,
    Insurer,
    InsurerFailure,
    InsurerTemporary,
)
from backoffice.workflows import insurer_requests, policies, recognising
from backoffice.workflows.acting import Acting
from backoffice.workflows.work import Work, World

BATCH = 20
WORTH_TELLING = 5
"""After so many tries without a word staff are told."""


class InsurerQueue(Protocol):
    """Rows to work on (`storage.insurer_queue`)."""

    async def anything(self, now: datetime) -> bool: ...
    async def claim(self, now: datetime, limit: int) -> Sequence[Request]: ...
    async def news(self, now: datetime, limit: int) -> Sequence[tuple[str | None, Heard]]: ...
    async def move_left(self, now: datetime) -> bool: ...
    async def unlooked(self, limit: int) -> Sequence[tuple[str, str, str]]: ...


@dataclass(frozen=True, slots=True)
class Counter:
    """Everything the runner stands between."""

    store: ports.Store
    queue: InsurerQueue
    locks: ports.Locks
    insurers: Mapping[str, Insurer]
    world: World
    clock: Clock


class InsurerRunner:
    """One per working process; several share the rows without harm."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._acting = Acting(counter.store, counter.locks, counter.world, counter.clock)
        self._waking = Waking(counter.clock)

    def wake(self) -> None:
        """There is something to do."""
        self._waking.wake()

    async def run(self) -> None:
        """Until cancelled."""
        await rounds.run(self.step, self._waking)

    async def step(self) -> int:
        """Everything that is due now; returns how much that was. News come first: they answer questions."""
        now, queue = self._counter.clock.now(), self._counter.queue
        if not await queue.anything(now):
            return 0
        news = await queue.news(now, BATCH)
        for person, heard in news:
            await rounds.safely(self._hear(person, heard))
        requests = await queue.claim(now, BATCH)
        await asyncio.gather(*(rounds.safely(self._carry_out(request)) for request in requests))
        left = await queue.move_left(now)
        looks = await queue.unlooked(BATCH)
        for kind, subject, person in looks:
            await rounds.safely(self._look(kind, subject, PersonId(person)))
        return len(news) + len(requests) + len(looks) + left

    async def _carry_out(self, request: Request) -> None:
        insurer = self._counter.insurers.get(request.insurer)
        try:
            if insurer is None:
                raise InsurerTemporary("insurer is not set up", rounds.LONGEST.total_seconds())
            instruction = await self._instruction(request)
            asks = request.state in (RequestState.UNKNOWN, RequestState.PENDING)
            answer = await (insurer.query(instruction) if asks else insurer.send(instruction))
        except InsurerFailure as failure:
            await self._later(request, failure)
            return
        await self._settle(request.id, request.person, answer)

    async def _instruction(self, request: Request) -> Instruction:
        async with self._counter.store.begin(self._counter.clock.now()) as uow:
            policy = await uow.policies.get(request.policy)
            return Instruction(request, policy, await uow.products.get(policy.product, policy.edition))

    async def _settle(self, request: RequestId, person: PersonId, answer: Answer) -> None:
        async def act(work: Work) -> None:
            await policies.settle(work, await work.uow.policies.request(request), answer)

        await self._acting.under(person, act)

    async def _later(self, request: Request, failure: InsurerFailure) -> None:
        """Certainly not taken: sent again after its delay. Else nobody knows: asked about, never sent again."""

        async def act(work: Work) -> None:
            row = await work.uow.policies.request(request.id)
            if row.settled:
                return
            row.error = failure.code
            row.due = work.now + _delay(row, failure)
            if row.state is RequestState.DOING:
                sure = isinstance(failure, InsurerTemporary)
                row.move(RequestState.WAITING if sure else RequestState.UNKNOWN)
            if row.attempts == WORTH_TELLING:
                await insurer_requests.alert(work, "insurer_silent", row)
            await work.uow.policies.save_request(row)

        await self._acting.under(request.person, act)

    async def _hear(self, person: str | None, heard: Heard) -> None:
        async def act(work: Work) -> None:
            said = str(heard.answer.said)
            if not await work.uow.policies.heard_done(heard.insurer, heard.request, said):
                return
            try:
                request = await work.uow.policies.request(RequestId(heard.request))
            except NotFound:
                await insurer_requests.nobodys(work, heard)
                return
            if request.insurer != heard.insurer:
                await insurer_requests.nobodys(work, heard)
                return
            await policies.settle(work, request, heard.answer)

        await self._acting.under(PersonId(person or "insurers"), act)

    async def _look(self, kind: str, subject: str, person: PersonId) -> None:
        async def act(work: Work) -> None:
            await recognising.look(work, kind, subject)

        await self._acting.under(person, act)


def _delay(request: Request, failure: InsurerFailure) -> timedelta:
    if isinstance(failure, InsurerTemporary):
        return timedelta(seconds=failure.delay_s)
    return rounds.ask_after(request.attempts)
