"""Who is asked first: a pure order in which every term can be seen.

A rank is a sum of seconds, least first: the expected arrival, and for everything else by how many seconds later
somebody might as well arrive. Equals, within a minute, take turns: least recently asked first, then by id.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backoffice.dispatch import acceptance, travel
from backoffice.dispatch.fitting import Need, able, over_cap, speaks, tiredness
from backoffice.dispatch.model import FRESH, Envoy
from backoffice.dispatch.standing import Call, Standing

EQUAL_S = 60.0
"""Ranks within the same minute are equal: nobody can foretell an arrival more closely."""
USUAL_RATING = 4.5
"""Nobody has rated them yet: as good as most (stars)."""


@dataclass(frozen=True, slots=True)
class Weights:
    """Seconds per unit of each term.

    `arrival`: 1, seconds are what is ranked. `freshness`: a base, or a fix of 30 min, is worth so much less than a fix
    of now. `acceptance`: per certainty of a no. These two were chosen on the simulation's training seeds, where 0 to
    5 min and 30 to 60 min did about as well (docs/decisions/dispatch-ranking.md). `rest`: straight from a job. `load`:
    per question in the last hour. `over_cap`: after everybody else. `language`: no common language. `skill`: does none
    of what is needed. `sex`: not as asked for. `rating`: per star. These are our judgement of what is worth waiting
    for; no study gives them. `distance`: per metre, only to compare with nearest-first.
    """

    arrival: float = 1.0
    freshness: float = 180.0
    acceptance: float = 2_400.0
    rest: float = 600.0
    load: float = 30.0
    over_cap: float = 7_200.0
    language: float = 1_200.0
    skill: float = 120.0
    sex: float = 900.0
    rating: float = 60.0
    distance: float = 0.0


WEIGHTS = Weights()
NEAREST_FIRST = Weights(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, distance=1.0)
"""Nothing but the distance: what the simulation compares with."""


@dataclass(frozen=True, slots=True)
class Term:
    """One reason for a rank: the value, seconds per unit of it, and the seconds that makes."""

    name: str
    value: float
    weight: float

    @property
    def contribution(self) -> float:
        return self.value * self.weight


@dataclass(frozen=True, slots=True)
class Candidate:
    """An envoy with the terms of their rank. Metres and seconds; `likelihood` is the chance of a yes."""

    envoy: Envoy
    distance_m: float
    from_base: bool
    fix_age_s: float
    arrival_s: float
    likelihood: float
    asked_at: datetime | None
    terms: tuple[Term, ...]

    @property
    def score(self) -> float:
        """Seconds; the least is asked first."""
        return sum(term.contribution for term in self.terms)

    @property
    def reasons(self) -> dict[str, object]:
        """What is kept with the assignment, for the explanation."""
        return {
            "distance_m": round(self.distance_m),
            "from_base": self.from_base,
            "fix_age_s": round(self.fix_age_s),
            "arrival_s": round(self.arrival_s),
            "likelihood": round(self.likelihood, 3),
            "score_s": round(self.score),
            "terms": [[t.name, round(t.value, 3), t.weight, round(t.contribution, 1)] for t in self.terms],
        }


@dataclass(frozen=True, slots=True)
class Around:
    """What is the same for all candidates of one look."""

    need: Need
    now: datetime
    prior: acceptance.Prior = acceptance.Prior()
    weights: Weights = WEIGHTS


def weigh(envoy: Envoy, distance_m: float, standing: Standing, around: Around) -> Candidate:
    """The terms of one envoy."""
    now, need = around.now, around.need
    age = now - envoy.position_at if envoy.position_at else FRESH
    from_base = not envoy.has_fresh_fix(now)
    arrival = travel.arrival_s(standing.transport, distance_m, night=need.night)
    chance = acceptance.likelihood(standing.history(need.call), around.prior)
    values = {
        "arrival": arrival,
        "freshness": 1.0 if from_base else max(0.0, age / FRESH),
        "acceptance": 1 - chance,
        "distance": distance_m,
        **_person(envoy, standing, around),
    }
    every = (Term(name, value, getattr(around.weights, name)) for name, value in values.items())
    terms = tuple(term for term in every if term.weight)
    return Candidate(
        envoy, distance_m, from_base, age.total_seconds(), arrival, chance, standing.asked_at, terms
    )


def _person(envoy: Envoy, standing: Standing, around: Around) -> dict[str, float]:
    """The terms that are about the person and not about where they are."""
    need, now = around.need, around.now
    return {
        "rest": tiredness(standing, now),
        "load": standing.load_at(now),
        "over_cap": float(over_cap(standing, need.call, now)),
        "language": float(not speaks(envoy, need.languages)),
        "skill": float(not able(envoy, need.skills)),
        "sex": float(bool(need.sex) and envoy.sex != need.sex),
        "rating": 5.0 - (envoy.rating or USUAL_RATING),
    }


def ranked(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The order in which they are asked: always the same for the same facts."""
    return sorted(candidates, key=_rank)


def _rank(one: Candidate) -> tuple[float, float, str]:
    """Equals by turns: whoever was asked longest ago, or never, goes first."""
    turn = one.asked_at.timestamp() if one.asked_at else 0.0
    return one.score // EQUAL_S, turn, one.envoy.id


def wave(order: Sequence[Candidate], call: Call, most: int) -> int:
    """How many of this order to ask at once: for a cry as many as a wave takes, for an order enough for one yes."""
    if call is Call.SOS:
        return min(len(order), most)
    return acceptance.wave_size([one.likelihood for one in order], most)
