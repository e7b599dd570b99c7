"""How people really answer and travel: by things the ranking never sees, alike for the same person, case and seed."""

import random
from dataclasses import dataclass
from math import log

from backoffice.dispatch import travel
from backoffice.kernel import geodesy
from backoffice.kernel.geo import Point
from tests.simulation.city import Someone, chance, logit

WEATHER = 0.3
"""How much a day's weather changes everybody's readiness (standard deviation of the log-odds)."""
RUSH_HOURS = frozenset({7, 8, 17, 18, 19})


@dataclass(frozen=True, slots=True)
class Call:
    """One case as people feel it. `sos`: a cry, else an order. `hour` is local, `second` of that hour."""

    number: int
    sos: bool
    place: Point
    hour: int
    second: float = 0.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody will do about a question: say yes or no after a while, or nothing."""

    says: str
    after_s: float


class Minds:
    """Everybody's luck on one day, drawn from the seed alone: it does not matter who else is asked."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._weather = random.Random(f"weather {seed}").gauss(0, WEATHER)

    def reply(self, one: Someone, call: Call) -> Reply:
        rng = self._luck("reply", one, call)
        yes = rng.random() < self._readiness(one, call, rng)
        median = 25.0 if call.sos else 70.0
        after = rng.lognormvariate(log(median * (1.5 if _night(call.hour) else 1.0)), 0.8)
        if yes and not one.mute:
            return Reply("yes", after)
        return Reply("no" if rng.random() < 0.5 and not one.mute else "nothing", after)

    def _readiness(self, one: Someone, call: Call, rng: random.Random) -> float:
        away = geodesy.distance_m(one.at, call.place) / 1000
        asleep = -1.0 if _night(call.hour) else 0.0
        free = 0.4 if (call.hour - one.hours) % 24 < 10 else -0.4
        shy = -one.shy_of_km * max(0.0, away - 3)
        cry = 0.2 if call.sos else -0.2
        luck = rng.gauss(0, 0.3)
        return chance(logit(one.yes) + one.mood + self._weather + asleep + free + shy + cry + luck)

    def travel_s(self, one: Someone, call: Call) -> float:
        """From the yes to the door: getting ready, and the way from where they really are."""
        rng = self._luck("travel", one, call)
        turn_out = travel.TURN_OUT_NIGHT_S if _night(call.hour) else travel.TURN_OUT_DAY_S
        ready = rng.lognormvariate(log(turn_out), 0.4)
        plain = travel.arrival_s(one.transport, geodesy.distance_m(one.at, call.place), night=False)
        jam = 1.35 if call.hour in RUSH_HOURS else 1.0
        return ready + (plain - travel.TURN_OUT_DAY_S) * one.haste * jam * rng.lognormvariate(0, 0.25)

    def _luck(self, what: str, one: Someone, call: Call) -> random.Random:
        return random.Random(f"{what} {self._seed} {call.number} {one.number}")


def _night(hour: int) -> bool:
    return hour >= travel.NIGHT_FROM or hour < travel.NIGHT_UNTIL
