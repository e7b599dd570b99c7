"""The pager over the on-call list: whom the ladder says, over each one's ways, every try on record."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from backoffice.cases.model import Case
from backoffice.kernel import ids
from backoffice.kernel.clock import Clock
from backoffice.oncall import centres, ladder
from backoffice.oncall.model import OnCall, PageState, Reach, Sent, WayKind
from backoffice.ports import Alert, PageFailed, Store, UnitOfWork, Words
from backoffice.ports.paging import Call, Way
from backoffice.workflows import centring, paging

log = logging.getLogger(__name__)
WAY_FAILED = "page_way_failed"
"""The alert about a way that took no page: once until somebody has seen it."""
PATIENCE_S = 12.0
"""One way may take this long; then the next is tried. All of a person's ways fit between two rungs."""


@dataclass(frozen=True, slots=True)
class PagerDeps:
    """`ways` are the configured ones. `console` is the address people sign in at."""

    store: Store
    clock: Clock
    words: Words
    ways: Mapping[WayKind, Way]
    console: str
    bits: ids.Bits


class OnCallPager:
    """`ports.Pager`. Raises `PageFailed` when no carrier took a page for anybody."""

    def __init__(self, deps: PagerDeps) -> None:
        self._deps = deps

    async def page(self, level: int, ref: str, what: str) -> None:
        """Everybody this rung calls, at the same time. The paging service, where there is one, hears of all."""
        chosen = await self._chosen(level, ref)
        rounds = [self._wake(person, level, ref, what) for person in chosen]
        if WayKind.WEBHOOK in self._deps.ways:
            rounds.append(self._wake(SERVICE, level, ref, what))
        sent = [one for tries in await asyncio.gather(*rounds) for one in tries]
        await self._record(sent)
        if not any(one.state is PageState.TAKEN for one in sent):
            raise PageFailed("; ".join(f"{s.who}/{s.kind}: {s.why}" for s in sent) or "nobody is on call")

    async def test(self, person: OnCall) -> Sequence[Sent]:
        """Every way of one person, now, so that a wrong number is found before it matters."""
        call = self._call(person, ladder.NEXT, "", "test")
        sent = await asyncio.gather(*(self._try(person, reach, call) for reach in person.reaches))
        await self._record(sent)
        return sent

    async def _chosen(self, level: int, ref: str) -> list[OnCall]:
        now = self._deps.clock.now()
        async with self._deps.store.begin(now) as uow:
            people = await uow.on_call.all()
            case = await uow.cases.by_ref(ref)
            where = await self._where(uow, people, case) if case else ladder.Where("")
        home = ladder.home_centre(people, where.home)
        return ladder.called(people, replace(where, home=home), level, now)

    async def _where(self, uow: UnitOfWork, people: Sequence[OnCall], case: Case) -> ladder.Where:
        """The case's own centre, else its owner's; the second is who would have got it without the first."""
        owner = await uow.staff.get(case.owner) if case.owner else None
        home = await uow.centres.of_case(case.id) or (owner.centre if owner else "")
        listed = {p.centre for p in people}
        others = [c for c in await uow.centres.all() if c.code in listed]
        found = centres.second(others, home, await centring.wanted(uow, case), self._deps.clock.now())
        return ladder.Where(home, found.code if found else "")

    async def _wake(self, person: OnCall, level: int, ref: str, what: str) -> list[Sent]:
        """One after the other until a carrier has it; from the third rung on all ways at once."""
        call = self._call(person, level, ref, what)
        if level >= ladder.BEYOND:
            return list(await asyncio.gather(*(self._try(person, reach, call) for reach in person.reaches)))
        tries: list[Sent] = []
        for reach in person.reaches:
            tries.append(await self._try(person, reach, call))
            if tries[-1].state is PageState.TAKEN:
                break
        return tries

    def _call(self, person: OnCall, level: int, ref: str, what: str) -> Call:
        said = paging.message(level, ref, what, self._deps.console)
        zone = person.hours.zone
        text = self._deps.words.text(said, person.locale, zone)
        subject = self._deps.words.text(paging.subject(ref, what), person.locale, zone)
        return Call(level, ref, what, text, subject, ids.new_id(self._deps.bits), said)

    async def _try(self, person: OnCall, reach: Reach, call: Call) -> Sent:
        why = ""
        try:
            await self._send(reach, call)
        except PageFailed as failure:
            why = str(failure)
        except TimeoutError:
            why = "timeout"
        except Exception as failure:  # an adapter's defect may not silence the ways after it
            log.exception("paging over %s stumbled", reach.kind)
            why = type(failure).__name__
        state = PageState.FAILED if why else PageState.TAKEN
        now = self._deps.clock.now()
        return Sent(now, call.ref, call.level, call.what, person.name, reach.kind, state, why)

    async def _send(self, reach: Reach, call: Call) -> None:
        way = self._deps.ways.get(reach.kind)
        if way is None:
            raise PageFailed("this way is not configured")
        async with asyncio.timeout(PATIENCE_S):
            await way.send(reach.to, call)

    async def _record(self, sent: Sequence[Sent]) -> None:
        now = self._deps.clock.now()
        async with self._deps.store.begin(now) as uow:
            await uow.on_call.record(sent)
            known = {alert.text for alert in await uow.desk.alerts() if alert.kind == WAY_FAILED}
            for text in sorted({_failure(one) for one in sent if one.why} - known):
                await uow.desk.alert(Alert(0, now, WAY_FAILED, None, text))
            uow.hint("queue")
            await uow.commit()


def _failure(one: Sent) -> str:
    return f"{one.who} · {one.kind}: {one.why}"


SERVICE = OnCall("service", "", 0, "paging service", (Reach(WayKind.WEBHOOK, ""),))
"""The centre's own paging service, which does its own choosing."""
