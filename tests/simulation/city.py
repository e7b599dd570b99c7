"""A made-up city of envoys: what the service knows of each, and the truth that it does not know.

Published figures: acceptance 17–49 % (field facts 3.1), turn-out and speeds as in `backoffice/dispatch/travel`. The
rest is assumed and says so in `docs/decisions/dispatch-ranking.md`.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import cos, exp, log, pi, radians, sin

import sqlalchemy as sa

from backoffice.dispatch.standing import History
from backoffice.dispatch.travel import Transport
from backoffice.kernel.geo import Point
from backoffice.people.model import Reach
from storage.dispatch_tables import envoy_standing
from storage.engine import Database
from storage.tables import envoy, identity, person

CENTRE = Point(13.7563, 100.5018)
M_PER_DEG = 111_000.0
LEAST_YES, MOST_YES = 0.17, 0.49
ON_DUTY = 0.35
TRACKED = 0.6
"""Of those on duty so many share their position; the others count at their base."""
TRANSPORTS = (
    (Transport.MOTORBIKE, 0.35),
    (Transport.CAR, 0.35),
    (Transport.TRANSIT, 0.15),
    (Transport.FOOT, 0.15),
)
TRANSPORT_KNOWN = 0.8
LANGUAGES = (("zh", "th"), ("zh", "th", "en"), ("zh",), ("zh", "en"))
SERVICES = ("interpret", "accompany", "medical_visit", "car_guide", "police_report", "first_response")


@dataclass(frozen=True, slots=True)
class Someone:
    """One envoy. `yes` is their usual chance of a yes; mood, mute and shyness belong to this day and are hidden."""

    number: int
    base: Point
    at: Point
    tracked: bool
    on_duty: bool
    transport: Transport
    transport_known: bool
    languages: tuple[str, ...]
    services: tuple[str, ...]
    rating: float
    yes: float
    mood: float
    mute: bool
    shy_of_km: float
    hours: int
    haste: float
    past: dict[str, History]

    @property
    def id(self) -> str:
        return f"e{self.number:05d}"

    @property
    def person(self) -> str:
        return f"pe{self.number:05d}"


def logit(p: float) -> float:
    return log(p / (1 - p))


def chance(x: float) -> float:
    return 1 / (1 + exp(-x))


def near(rng: random.Random, spread_m: float, centre: Point = CENTRE) -> Point:
    """A point scattered normally around another."""
    north, east = rng.gauss(0, spread_m), rng.gauss(0, spread_m)
    return Point(centre.lat + north / M_PER_DEG, centre.lon + east / (M_PER_DEG * cos(radians(centre.lat))))


def _home(rng: random.Random) -> Point:
    """Three in five live in town, the others spread evenly over 25 km."""
    if rng.random() < 0.6:
        return near(rng, 6_000)
    angle, away = rng.uniform(0, 2 * pi), 25_000 * rng.random() ** 0.5
    east = away * cos(angle) / (M_PER_DEG * cos(radians(CENTRE.lat)))
    return Point(CENTRE.lat + away * sin(angle) / M_PER_DEG, CENTRE.lon + east)


def people(seed: int, number: int) -> list[Someone]:
    rng = random.Random(f"city {seed}")
    return [_somebody(rng, n) for n in range(number)]


def _somebody(rng: random.Random, number: int) -> Someone:
    base, tracked = _home(rng), rng.random() < TRACKED
    yes = rng.uniform(LEAST_YES, MOST_YES)
    names, weights = zip(*TRANSPORTS, strict=True)
    return Someone(
        number=number,
        base=base,
        at=near(rng, 2_000, base),
        tracked=tracked,
        on_duty=rng.random() < ON_DUTY,
        transport=rng.choices(names, weights)[0],
        transport_known=rng.random() < TRANSPORT_KNOWN,
        languages=rng.choice(LANGUAGES),
        services=tuple(rng.sample(SERVICES, 3)),
        rating=rng.choice((0.0, 3.5, 4.0, 4.5, 4.8, 5.0)),
        yes=yes,
        mood=rng.gauss(0, 0.5),
        mute=rng.random() < 0.08,
        shy_of_km=rng.lognormvariate(log(0.05), 0.6),
        hours=rng.randrange(24),
        haste=rng.lognormvariate(0, 0.2),
        past={call: _past(rng, yes) for call in ("sos", "order")},
    )


def _past(rng: random.Random, yes: float) -> History:
    """What earlier days have left in the records: geometric, 15 questions on average, each on a mood of its own."""
    asked = int(rng.expovariate(1 / 15))
    accepted = sum(rng.random() < chance(logit(yes) + rng.gauss(0, 0.5)) for _ in range(asked))
    declined = sum(rng.random() < 0.5 for _ in range(asked - accepted))
    return History(accepted, declined, asked - accepted - declined)


async def settle_in(database: Database, crowd: list[Someone], now: datetime) -> None:
    """Everybody's rows, as an import would leave them."""
    async with database.writing() as conn:
        await conn.execute(sa.insert(person), [_person_row(s, now) for s in crowd])
        await conn.execute(sa.insert(identity), [_identity_row(s, now) for s in crowd])
        await conn.execute(sa.insert(envoy), [_envoy_row(s, now) for s in crowd])
        await conn.execute(sa.insert(envoy_standing), [_standing_row(s) for s in crowd])
        await conn.commit()


async def positions_come_in(database: Database, now: datetime) -> None:
    """Whoever shares their position has sent one within the last 25 minutes."""
    age = timedelta(seconds=1) / timedelta(microseconds=1)
    row = sa.literal_column("(rowid * 7919) % 1500")
    fresh = sa.literal(now, envoy.c.position_at.type)
    moved = sa.cast(fresh, sa.BigInteger) - row * sa.literal(int(age))
    change = sa.update(envoy).where(envoy.c.lat.is_not(None)).values(position_at=moved)
    async with database.writing() as conn:
        await conn.execute(change)
        await conn.commit()


def _person_row(one: Someone, now: datetime) -> dict[str, object]:
    return {
        "id": one.person, "locale": "zh_Hans", "created_at": now, "zone": "Asia/Bangkok", "locale_chosen": False,
        "drill": False, "version": 0,
    }  # fmt: skip


def _identity_row(one: Someone, now: datetime) -> dict[str, object]:
    address = {"channel": "telegram", "address": str(700_000_000 + one.number)}
    return {**address, "person": one.person, "reach": Reach.OK, "heard_at": now}


def _envoy_row(one: Someone, now: datetime) -> dict[str, object]:
    at = one.at if one.tracked and one.on_duty else None
    return {
        "id": one.id, "person": one.person, "name": one.id, "languages": list(one.languages),
        "services": list(one.services), "base_lat": one.base.lat, "base_lon": one.base.lon, "on_duty": one.on_duty,
        "sex": "", "lat": at.lat if at else None, "lon": at.lon if at else None,
        "position_at": now if at else None, "synthetic": False, "rating": one.rating, "version": 0,
    }  # fmt: skip


def _standing_row(one: Someone) -> dict[str, object]:
    counts = {
        f"{call}_{name}": getattr(past, name)
        for call, past in one.past.items()
        for name in ("accepted", "declined", "silent")
    }
    known = one.transport if one.transport_known else Transport.UNKNOWN
    return {**counts, "envoy": one.id, "transport": known, "load": 0.0}
