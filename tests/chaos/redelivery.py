"""Every update of a mixed run delivered one to five times, shuffled across people: the effects are those of one each.

A script plays more than thirty people in groups that do not meet. The plain run delivers each update once; the
others repeat each at once or much later, start all of a moment together, and take them in a random order. One
variant lets callbacks and WeChat pushes overtake what was sent before them.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from backoffice.kernel.exchange import RawUpdate
from tests.chaos import databases, rig
from tests.chaos.pushes import Someone, telegram, wechat
from tests.chaos.report import Figures, Plan, must
from tests.chaos.rig import Rig, Setting
from tests.clocks import FakeClock

MOMENTS_S = (0, 1, 2, 4, 9, 14, 20, 30, 45, 70, 80, 95)
"""When something is sent; between two of them everything comes to rest."""

Make = Callable[[Rig], Awaitable[RawUpdate | None]]


@dataclass(frozen=True, slots=True)
class Act:
    """What one person sends at a moment."""

    moment: int
    who: Someone
    make: Make


@dataclass
class Script:
    """Everybody's part. Places are 300 km apart, so that no group's envoys hear of another's case."""

    acts: list[Act] = field(default_factory=list)
    envoys: list[tuple[Someone, tuple[float, float]]] = field(default_factory=list)
    people: set[Someone] = field(default_factory=set)

    def pin(self, moment: int, who: Someone, place: tuple[float, float]) -> None:
        async def make(on: Rig) -> RawUpdate:
            return on.pushes.pin(who, *place, on.clock.now())

        self._add(moment, who, make)

    def say(self, moment: int, who: Someone, words: str) -> None:
        async def make(on: Rig) -> RawUpdate:
            return on.pushes.text(who, words, on.clock.now())

        self._add(moment, who, make)

    def press(self, moment: int, who: Someone, kind: str, value: str) -> None:
        """A button of the newest open question; as the digit on WeChat."""

        async def make(on: Rig) -> RawUpdate | None:
            data = await on.question(who, kind, value)
            if data is None:
                return None
            if who.channel == "telegram":
                return on.pushes.press(who, data, on.clock.now())
            return on.pushes.text(who, data.rpartition(":")[2], on.clock.now())

        self._add(moment, who, make)

    def menu(self, moment: int, who: Someone, command: str) -> None:
        async def make(on: Rig) -> RawUpdate:
            return on.pushes.press(who, f"c:{command}", on.clock.now())

        self._add(moment, who, make)

    def _add(self, moment: int, who: Someone, make: Make) -> None:
        self.people.add(who)
        self.acts.append(Act(moment, who, make))


def script() -> Script:
    """Eighteen groups of six kinds, on both channels."""
    made, kinds = Script(), (_cancelled, _helped, _declined, _no_place, _safe_after, _crossing)
    for number in range(18):
        place = (-30.0 + 3 * number, 20.0 + 4 * number)
        traveller = (telegram if (number + number // 6) % 2 else wechat)(1_000 + number)
        envoy = (wechat if number % 3 == 0 else telegram)(2_000 + number)
        made.envoys.append((envoy, place))
        kinds[number % len(kinds)](made, traveller, envoy, place)
    return made


Place = tuple[float, float]


def _cancelled(to: Script, traveller: Someone, _envoy: Someone, place: Place) -> None:
    to.pin(0, traveller, place)
    to.say(1, traveller, "we are lost")
    to.press(2, traveller, "countdown", "cancel")
    to.pin(6, traveller, place)
    to.press(7, traveller, "countdown", "confirm")


def _helped(to: Script, traveller: Someone, envoy: Someone, place: Place) -> None:
    to.pin(0, traveller, place)
    to.press(1, traveller, "countdown", "confirm")
    to.press(2, envoy, "offer", "accept")
    to.say(3, traveller, "two of us, one cannot walk")
    to.press(4, envoy, "job", "on_my_way")
    to.say(5, envoy, "ten minutes")
    to.press(6, envoy, "job", "arrived")
    to.say(7, traveller, "I see you")


def _declined(to: Script, traveller: Someone, envoy: Someone, place: Place) -> None:
    to.pin(0, traveller, place)
    to.press(5, envoy, "offer", "decline")
    to.say(6, traveller, "anybody?")
    to.pin(8, traveller, (place[0] + 0.01, place[1]))


def _no_place(to: Script, traveller: Someone, envoy: Someone, place: Place) -> None:
    to.say(0, traveller, "救命")
    to.say(4, traveller, "by the old bridge")
    to.pin(5, traveller, place)
    to.press(6, envoy, "offer", "accept")
    to.press(7, envoy, "job", "cannot_go_on")
    to.say(8, traveller, "help")


def _safe_after(to: Script, traveller: Someone, envoy: Someone, place: Place) -> None:
    to.pin(0, traveller, place)
    to.say(4, traveller, "+8613812345678")
    to.press(5, envoy, "offer", "accept")
    to.say(6, traveller, "cancel" if traveller.channel == "telegram" else "取消")
    to.say(7, envoy, "understood")


def _crossing(to: Script, traveller: Someone, _envoy: Someone, place: Place) -> None:
    """Two of one moment, either of which may come first."""
    to.pin(0, traveller, place)
    if traveller.channel == "telegram":
        to.menu(0, traveller, "sos")
    else:
        to.say(0, traveller, "取消")
    to.say(5, traveller, "hello?")


@dataclass(frozen=True, slots=True)
class Manner:
    """How updates are delivered."""

    repeats: bool = False
    overtaking: bool = False


async def play(on: Rig, acts: Script, manner: Manner, chance: random.Random) -> int:
    """Deliver the script; returns how many deliveries that took."""
    for envoy, place in acts.envoys:
        await on.envoy(envoy, place)
    later: dict[int, list[RawUpdate]] = {}
    deliveries = 0
    for moment, at_s in enumerate(MOMENTS_S):
        fresh = await _made(on, acts, moment)
        deliveries += await _deliver(on, _lanes(fresh, manner, chance), chance if manner.repeats else None)
        again = later.pop(moment, [])
        chance.shuffle(again)
        deliveries += await _deliver(on, [[raw] for raw in again], None)
        if manner.repeats:
            _repeat(fresh, moment, later, chance)
        await on.settle()
        following = MOMENTS_S[moment + 1] if moment + 1 < len(MOMENTS_S) else at_s + 30
        await on.pass_time(following - at_s)
    return deliveries


async def _made(on: Rig, acts: Script, moment: int) -> list[RawUpdate]:
    made = [await act.make(on) for act in acts.acts if act.moment == moment]
    return [raw for raw in made if raw is not None]


def _lanes(fresh: list[RawUpdate], manner: Manner, chance: random.Random) -> list[list[RawUpdate]]:
    """By person, each in the order the platform keeps, unless callbacks overtake."""
    lanes: dict[str, list[RawUpdate]] = {}
    for raw in fresh:
        lanes.setdefault(raw.sender.lane, []).append(raw)
    ordered = list(lanes.values())
    if manner.overtaking:
        for lane in ordered:
            lane.reverse()
    if manner.repeats or manner.overtaking:
        chance.shuffle(ordered)
    return ordered


async def _deliver(on: Rig, lanes: list[list[RawUpdate]], chance: random.Random | None) -> int:
    """All lanes at once. With `chance` some pushes are doubled right away, as by an impatient platform."""

    async def one(lane: list[RawUpdate]) -> int:
        total = 0
        for raw in lane:
            copies = chance.choice([1, 1, 2]) if chance else 1
            await asyncio.gather(*(on.accept(raw) for _ in range(copies)))
            total += copies
        return total

    return sum(await asyncio.gather(*(one(lane) for lane in lanes)))


def _repeat(
    fresh: list[RawUpdate], moment: int, later: dict[int, list[RawUpdate]], chance: random.Random
) -> None:
    """Up to three more of each, now or at any later moment."""
    for raw in fresh:
        for _ in range(chance.randrange(4)):
            later.setdefault(chance.randrange(moment + 1, len(MOMENTS_S) + 1), []).append(raw)


async def effects(on: Rig) -> dict[str, Any]:
    """What became of everybody, without ids, references and times."""
    people = await on.rows("SELECT person, channel, address FROM identity")
    lanes = {p.person: f"{p.channel}:{p.address}" for p in people}
    found: dict[str, Any] = {lane: {"cases": [], "letters": Counter()} for lane in lanes.values()}
    async with on.core.store.begin(on.clock.now()) as uow:
        rows = await on.rows("SELECT id FROM cases ORDER BY opened_at, id")
        for row in rows:
            case = await uow.cases.get(row.id)
            found[lanes[case.requester]]["cases"].append(await _case(uow, case))
    for letter in await on.letters():
        words = (letter.message.key, str(letter.message.params.get("text", "")), str(letter.state))
        found[lanes[letter.to]]["letters"][words] += 1
    return found


async def _case(uow: Any, case: Any) -> dict[str, Any]:
    assignments = [
        ((await uow.envoys.get(a.envoy)).name, str(a.status)) for a in await uow.assignments.of_case(case.id)
    ]
    return {
        "core": (str(case.status), case.fix is not None, bool(case.says_safe_at), sorted(assignments)),
        "more": (str(case.origin), str(case.kind), str(case.verified), case.envoys_taken, case.searching),
        "entries": [(str(e.role), e.text) for e in await uow.cases.entries(case.id)],
        "events": Counter(e.what for e in await uow.cases.events(case.id)),
    }


def _core(found: dict[str, Any]) -> dict[str, Any]:
    return {lane: [case["core"] for case in one["cases"]] for lane, one in found.items()}


async def _played(plan: Plan, number: int, folder: Path, manner: Manner) -> tuple[dict[str, Any], int]:
    url = await rig.fresh_file(folder, f"run{number}")
    setting = Setting(url, folder / f"d{number}", plan.chance(0), FakeClock())
    async with rig.opened(setting) as on:
        deliveries = await play(on, script(), manner, plan.chance(number))
        parked = await on.rows("SELECT count(*) AS n FROM inbox WHERE state <> 'done'")
        must(parked[0].n == 0, f"{parked[0].n} rows are not done")
        return await effects(on), deliveries


async def run(plan: Plan, figures: Figures) -> None:
    """Two shuffled runs and an overtaking one in short, thirty and ten in long, against the plain one."""
    async with databases.folder() as folder:
        plain, sent = await _played(plan, 0, folder, Manner())
        figures["people"], figures["updates"] = len(plain), sent
        _sensible(plain)
        repeated = 0
        for number in range(1, plan.some(2, 30) + 1):
            found, deliveries = await _played(plan, number, folder, Manner(repeats=True))
            repeated += deliveries - sent
            _same(plain, found, number)
        for number in range(101, plan.some(101, 110) + 1):
            found, _ = await _played(plan, number, folder, Manner(repeats=True, overtaking=True))
            must(
                _core(found) == _core(plain),
                f"overtaking run {number}: {_difference(_core(plain), _core(found))}",
            )
        figures["runs"] = plan.some(3, 40)
        figures["repeats"] = repeated


def _sensible(plain: dict[str, Any]) -> None:
    """The script does what it is for."""
    must(len(plain) >= 30, f"only {len(plain)} people")
    status = Counter(case["core"][0] for one in plain.values() for case in one["cases"])
    taken = Counter(s for one in plain.values() for case in one["cases"] for _, s in case["core"][3])
    must(status["cancelled"] >= 4 and status["open"] >= 12, f"cases {status}")
    must(taken["arrived"] >= 2 and taken["declined"] >= 2 and taken["withdrawn"] >= 2, f"envoys {taken}")


def _same(plain: dict[str, Any], found: dict[str, Any], number: int) -> None:
    must(plain == found, f"run {number}: {_difference(plain, found)}")


def _difference(plain: dict[str, Any], found: dict[str, Any]) -> str:
    for lane in plain:
        if plain[lane] != found.get(lane):
            return f"{lane} was {plain[lane]} and is {found.get(lane)}"
    return f"somebody new: {set(found) - set(plain)}"
