"""Filters of the list of cases: what stands behind `?`, and which lines fit it."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from urllib.parse import urlencode

from backoffice import queries
from backoffice.console import clocks
from backoffice.console.heat import Heat

ME, NOBODY = "me", "none"
CHOICES: Mapping[str, tuple[str, ...]] = {
    "status": ("open", "resolved"),
    "state": ("ringing", "breached", "waiting", "quiet"),
    "drill": ("no", "yes"),
    "envoy": ("none", "asked", "working", "arrived"),
}


@dataclass(frozen=True, slots=True)
class Filter:
    """Empty means any. `owner` is an operator's id, `me` or `none`."""

    status: str = ""
    state: str = ""
    owner: str = ""
    centre: str = ""
    kind: str = ""
    country: str = ""
    tag: str = ""
    envoy: str = ""
    drill: str = ""

    @property
    def query(self) -> str:
        """As it stands in an address; nothing for what is not asked."""
        return urlencode([(name, value) for name, value in self.given().items() if value])

    def given(self) -> dict[str, str]:
        return {f.name: getattr(self, f.name) for f in fields(self)}


@dataclass(frozen=True, slots=True)
class Line:
    """A case of the list with what stands beside it."""

    case: queries.CaseLine
    lead: clocks.StageClock | None
    centre: str
    tags: tuple[str, ...]

    def state(self, now: datetime) -> str:
        """`ringing`, else how its leading clock stands: `breached`, `waiting` or `quiet`."""
        if self.case.ringing:
            return "ringing"
        stands = self.lead.heat(now) if self.lead else Heat.UNDER_WAY
        return {Heat.BREACHED: "breached", Heat.WAITING: "waiting"}.get(stands, "quiet")


def parse(query: Mapping[str, str]) -> Filter:
    """Only what we know; a value that is no choice is as if it were not there."""
    found = {f.name: query.get(f.name, "").strip()[:64] for f in fields(Filter)}
    for name, choices in CHOICES.items():
        found[name] = found[name] if found[name] in choices else ""
    return Filter(**found)


def fits(line: Line, wanted: Filter, me: str, now: datetime) -> bool:
    case = line.case
    checks = (
        (wanted.status, str(case.status)),
        (wanted.state, line.state(now)),
        (wanted.owner, _owner(wanted.owner, case.owner, me)),
        (wanted.centre, line.centre),
        (wanted.kind, str(case.kind)),
        (wanted.country, case.place.country or "" if case.place else ""),
        (wanted.envoy, _envoy(case)),
        (wanted.drill, "yes" if case.drill else "no"),
    )
    return all(not want or want == has for want, has in checks) and (
        not wanted.tag or wanted.tag in line.tags
    )


def _owner(wanted: str, owner: str | None, me: str) -> str:
    """What the case's owner is called in the filter's own words."""
    if wanted == ME:
        return ME if owner == me else ""
    return owner or NOBODY


def _envoy(case: queries.CaseLine) -> str:
    if case.arrived:
        return "arrived"
    if case.working:
        return "working"
    return "asked" if case.asked or case.searching else "none"
