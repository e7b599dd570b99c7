"""What must hold of cases, envoys and letters after every step, whatever the steps were."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from backoffice.cases.model import Case, CaseStatus
from backoffice.dispatch.model import Assignment, Envoy
from backoffice.kernel.exchange import FINAL, Letter, LetterState
from bot.channel import TextPart
from storage import letter_row
from storage.exchange_tables import letter
from tests.chaos.report import must
from tests.chaos.rig import Rig


@dataclass(frozen=True, slots=True)
class Now:
    """A moment of the house."""

    cases: Sequence[Case]
    assignments: dict[str, Sequence[Assignment]]
    envoys: dict[str, Envoy]
    lanes: dict[str, list[str]]

    def working(self, case: Case) -> list[Assignment]:
        return [a for a in self.assignments[case.id] if a.working]

    def readers(self) -> set[tuple[str, str]]:
        """(person, case) of every envoy at work."""
        return {(self.envoys[a.envoy].person, c.id) for c in self.cases for a in self.working(c)}

    def silent(self) -> dict[str, Case]:
        """Cases under duress of which the chat knows nothing, by their person."""
        return {c.requester: c for c in self.cases if c.hidden and c.active}


class Watch:
    """Looks at the house before and after each step."""

    def __init__(self, of: Rig) -> None:
        self._rig = of
        self._last_letter = 0
        self._last_sent = dict.fromkeys(of.channels, 0)
        self._before: Now | None = None

    async def before(self) -> None:
        self._before = await self._look()

    async def after(self) -> None:
        """What was put and sent in this step was for its readers to know."""
        now, before = await self._look(), self._before
        assert before
        for row, one in await self._new_letters():
            self._last_letter = max(self._last_letter, row)
            _knows_only_its_own(one, before, now)
        self._nothing_named(before, now)

    async def _look(self) -> Now:
        rig = self._rig
        async with rig.core.store.begin(rig.clock.now()) as uow:
            ids = await rig.rows("SELECT id FROM cases ORDER BY opened_at, id")
            cases = [await uow.cases.get(row.id) for row in ids]
            assignments = {c.id: await uow.assignments.of_case(c.id) for c in cases}
            rows = await rig.rows("SELECT id FROM envoy")
            envoys = {row.id: await uow.envoys.get(row.id) for row in rows}
        lanes: dict[str, list[str]] = {}
        for row in await rig.rows("SELECT person, channel, address FROM identity"):
            lanes.setdefault(row.person, []).append(f"{row.channel}:{row.address}")
        return Now(cases, assignments, envoys, lanes)

    async def _new_letters(self) -> list[tuple[int, Letter]]:
        query = letter_row.WITH_READER.where(letter.c.seq > self._last_letter).order_by(letter.c.seq)
        async with self._rig.core.database.reading() as conn:
            rows = (await conn.execute(query)).all()
            return [(row.seq, await letter_row.read(conn, self._rig.core.vault, row)) for row in rows]

    def _nothing_named(self, before: Now, now: Now) -> None:
        """On a screen under duress nothing names the case."""
        silent = [c for person, c in now.silent().items() if person in before.silent()]
        lanes = {lane: case for case in silent for lane in now.lanes[case.requester]}
        for name, channel in self._rig.channels.items():
            for _, envelope, part in channel.sent[self._last_sent[name] :]:
                case = lanes.get(envelope.to.lane)
                if case and isinstance(part, TextPart):
                    must(case.ref not in part.text, f"under duress the chat names {case.ref}: {part.text!r}")
            self._last_sent[name] = len(channel.sent)

    async def check(self) -> None:
        """The state by itself."""
        now = await self._look()
        for case in now.cases:
            await self._case(now, case)
        _one_active_each(now)
        _envoys_and_jobs_agree(now)
        await self._nothing_overdue()

    async def _case(self, now: Now, case: Case) -> None:
        events = Counter(await self._events(case))
        must(events["case.dispatched"] <= 1, f"{case.ref} was dispatched {events['case.dispatched']} times")
        working = now.working(case)
        must(len(working) <= case.envoys_wanted, f"{case.ref} has {len(working)} envoys at work")
        if case.status is CaseStatus.CANCELLED:
            must(not now.assignments[case.id], f"{case.ref} was cancelled and envoys were asked")
            await self._nobody_told(case)
        if case.status is CaseStatus.CLOSED:
            must(not working, f"{case.ref} is closed and has envoys at work")
        if case.status is CaseStatus.OPEN:
            must(
                len(working) == case.envoys_taken, f"{case.ref} counts {case.envoys_taken} of {len(working)}"
            )
            await self._not_forgotten(now, case, events)

    async def _events(self, case: Case) -> list[str]:
        query = f"SELECT what FROM case_event WHERE \"case\" = '{case.id}'"  # noqa: S608
        return [row.what for row in await self._rig.rows(query)]

    async def _nobody_told(self, case: Case) -> None:
        told = (
            f"SELECT count(*) AS n FROM letter WHERE case_id = '{case.id}' AND person <> '{case.requester}'"  # noqa: S608
        )
        alerts = f"SELECT count(*) AS n FROM alert WHERE \"case\" = '{case.id}' AND kind NOT IN {QUIET}"  # noqa: S608
        for query in (told, alerts):
            must((await self._rig.rows(query))[0].n == 0, f"{case.ref} was cancelled and somebody was told")

    async def _not_forgotten(self, now: Now, case: Case, events: Counter[str]) -> None:
        """Nobody at work, a known place, a person who wants help: somebody has it, searches, or has promised a word."""
        told_off = (
            case.duress
            or case.owner
            or case.says_safe_at
            or case.fix is None
            or case.notes.get("patient_elsewhere")
        )
        if now.working(case) or told_off or events["centre.closed"]:
            return
        query = (
            "SELECT count(*) AS n FROM deadline WHERE state = 'armed'"  # noqa: S608
            f" AND kind IN ('wave', 'widen', 'promise') AND subject = '{case.id}'"
        )
        must(
            (await self._rig.rows(query))[0].n > 0,
            f"{case.ref} is open and nobody is looking: {dict(events)}",
        )

    async def _nothing_overdue(self) -> None:
        now = int(self._rig.clock.now().timestamp() * 1_000_000)
        armed = f"SELECT kind FROM deadline WHERE state = 'armed' AND due < {now}"  # noqa: S608
        left = [row.kind for row in await self._rig.rows(armed)]
        must(not left, f"deadlines left armed: {left}")
        rows = await self._rig.rows(
            "SELECT state, count(*) AS n FROM inbox WHERE state <> 'done' GROUP BY state"
        )
        must(not rows, f"rows not handled: {rows}")

    async def every_letter_ended(self) -> None:
        """Held letters wait for the person's next word; everything else has ended."""
        ended = FINAL | {LetterState.HELD}
        left = [
            f"{one.message.key} {one.state}" for one in await self._rig.letters() if one.state not in ended
        ]
        must(not left, f"letters without an end: {left}")


QUIET = "('no_address', 'cannot_be_reached', 'letter_unknown', 'person_left')"
"""Alerts about a line, not about a cry."""


def _knows_only_its_own(one: Letter, before: Now, now: Now) -> None:
    """The exact place and the case's talk are for envoys at work on it, before or after this step."""
    case = next((c for c in now.cases if c.id == one.case), None)
    envoy = next((e for e in now.envoys.values() if e.person == one.to), None)
    if case is None or envoy is None or one.to == case.requester:
        return
    private = one.message.place is not None or one.message.key.startswith("relay.")
    at_work = (one.to, case.id) in before.readers() | now.readers()
    must(at_work or not private, f"{envoy.name} without the job was told {one.message.key} of {case.ref}")


def _one_active_each(now: Now) -> None:
    for hidden in (False, True):
        counted = Counter(c.requester for c in now.cases if c.active and c.hidden is hidden)
        twice = [person for person, n in counted.items() if n > 1]
        must(not twice, f"{len(twice)} people have two active cases (hidden {hidden})")


def _envoys_and_jobs_agree(now: Now) -> None:
    jobs: dict[str, list[str]] = {}
    for case in now.cases:
        for assignment in now.working(case):
            jobs.setdefault(assignment.envoy, []).append(case.id)
    own = {(c.requester, c.id) for c in now.cases}
    for key, envoy in now.envoys.items():
        in_need = (envoy.person, envoy.busy_with) in own
        held: Any = [envoy.busy_with] if envoy.busy_with and not in_need else []
        must(held == jobs.get(key, []), f"{envoy.name} is busy with {held}, works on {jobs.get(key, [])}")
