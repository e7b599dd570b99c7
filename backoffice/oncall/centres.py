"""Operations centres: their hours, languages and regions, and which of them a case belongs to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backoffice.kernel.errors import Refusal
from backoffice.oncall.model import Hours

CODE = re.compile(r"[\w-]{1,64}")
REGION = re.compile(r"[A-Z]{2}")
LANGUAGE = re.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class Centre:
    """`code` is what operators and on-call lists name. `regions` are ISO 3166 countries, none means all of them;
    `languages` ISO 639 codes without a script. `position`: which of two that fit alike comes first."""

    code: str
    name: str
    hours: Hours = Hours()
    languages: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    position: int = 1

    def open(self, now: datetime) -> bool:
        return self.hours.holds(now)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a case asks of a centre: where it is (empty: not known) and in which locale people write."""

    country: str = ""
    locale: str = ""

    @property
    def language(self) -> str:
        return self.locale.partition("_")[0]


def by_fit(centres: Sequence[Centre], wanted: Wanted, now: datetime) -> list[Centre]:
    """Open before closed, then who serves the country, then who speaks the language, then their own order.

    An open centre of another region comes before a closed one of the right region: somebody awake answers.
    """
    return sorted(
        centres, key=lambda c: (not c.open(now), -_region(c, wanted), -_speaks(c, wanted), _rank(c))
    )


def best(centres: Sequence[Centre], wanted: Wanted, now: datetime) -> Centre | None:
    """Where a new case goes; None when there are no centres."""
    return next(iter(by_fit(centres, wanted, now)), None)


def second(centres: Sequence[Centre], home: str, wanted: Wanted, now: datetime) -> Centre | None:
    """The ladder's second centre: who would have got the case without its own."""
    return best([c for c in centres if c.code != home], wanted, now)


def _region(centre: Centre, wanted: Wanted) -> int:
    """2: named, 1: serves everywhere (or nobody knows where it is), 0: serves somewhere else."""
    if wanted.country and wanted.country in centre.regions:
        return 2
    return int(not centre.regions or not wanted.country)


def _speaks(centre: Centre, wanted: Wanted) -> bool:
    return not wanted.language or wanted.language in centre.languages


def _rank(centre: Centre) -> tuple[int, str]:
    return centre.position, centre.code


def check(centre: Centre) -> Centre:
    """The centre itself when it can be used. Raises `Refusal` naming what is wrong."""
    if not CODE.fullmatch(centre.code) or not centre.name.strip():
        raise Refusal("centres.no_name", 400)
    if not centre.hours.days:
        raise Refusal("on_call.no_days", 400)
    for region in centre.regions:
        if not REGION.fullmatch(region):
            raise Refusal("centres.bad_region", 400, code=region)
    for language in centre.languages:
        if not LANGUAGE.fullmatch(language):
            raise Refusal("centres.bad_language", 400, code=language)
    return centre
