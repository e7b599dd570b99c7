"""Expected arrival: getting out of the door, then the way by the envoy's means of transport. Metres and seconds.

Sources: turn-out by day and night, PMID 40816549 (4,138 runs); on foot, Resuscitation 2020 (GPS, 2,176 people, dense
areas); cars in the middle of large cities 22–27 min for 10 km, TomTom Traffic Index 2022/2023 (Jakarta, Manila,
Bengaluru); farther out the upper end of 20–50 km/h for drives of 20–40 km; roads are 1.2 times the straight line in
cities, Newell 1980. What has no published figure says so.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from zoneinfo import ZoneInfo

TURN_OUT_DAY_S = 102.0
TURN_OUT_NIGHT_S = 142.0
NIGHT_FROM, NIGHT_UNTIL = 22, 6
"""Local hours; the study says night without its bounds."""
DETOUR = 1.2
KM_PER_H = 1000 / 3600


class Transport(StrEnum):
    """How an envoy gets about."""

    UNKNOWN = "unknown"
    FOOT = "foot"
    MOTORBIKE = "motorbike"
    CAR = "car"
    TRANSIT = "transit"


@dataclass(frozen=True, slots=True)
class Pace:
    """`wait_s` before moving; then from each number of road metres on a speed in m/s, the first from 0."""

    wait_s: float
    speeds: tuple[tuple[float, float], ...]

    def seconds(self, road_m: float) -> float:
        """The time for a way of so many road metres."""
        edges = [*self.speeds, (float("inf"), 0.0)]
        legs = (
            (min(road_m, until) - since, speed)
            for (since, speed), (until, _) in pairwise(edges)
            if road_m > since
        )
        return self.wait_s + sum(metres / speed for metres, speed in legs)


CAR = Pace(0.0, ((0.0, 25 * KM_PER_H), (10_000.0, 50 * KM_PER_H)))
PACES = {
    Transport.UNKNOWN: (CAR,),
    Transport.CAR: (CAR,),
    Transport.MOTORBIKE: (Pace(0.0, ((0.0, 30 * KM_PER_H), (10_000.0, 40 * KM_PER_H))),),
    Transport.FOOT: (Pace(0.0, ((0.0, 1.8),)), Pace(420.0, CAR.speeds)),
    Transport.TRANSIT: (Pace(0.0, ((0.0, 1.8),)), Pace(600.0, ((0.0, 20 * KM_PER_H),))),
}
"""The quickest of a means' ways counts. Assumed, for want of a source: a motorbike is a fifth quicker than a car in
town; whoever has no vehicle takes a hailed car after 7 min or a train after 10 min where that is quicker than walking.
"""


def arrival_s(transport: Transport, distance_m: float, *, night: bool) -> float:
    """Expected seconds until somebody at this straight distance is there, asked and willing now."""
    turn_out = TURN_OUT_NIGHT_S if night else TURN_OUT_DAY_S
    return turn_out + min(pace.seconds(distance_m * DETOUR) for pace in PACES[transport])


def is_night(now: datetime, zone: str) -> bool:
    """Whether people at a place (IANA zone) are likely in bed."""
    hour = now.astimezone(ZoneInfo(zone)).hour
    return hour >= NIGHT_FROM or hour < NIGHT_UNTIL
