"""The face of a case under duress: what the screen goes on showing of a search that has ended behind it."""

from collections.abc import Iterable, Mapping
from typing import Any

from backoffice.cases.model import FACE, Case, Hurt
from backoffice.kernel.ids import EnvoyId

SEARCHING, NOBODY = "case.status_searching", "case.status_no_envoy"


def put_on(case: Case, envoys: str, offers: Iterable[EnvoyId], families: Mapping[str, Iterable[str]]) -> None:
    """As the screens stand when the duress word falls: the line about envoys, whose offers are open, what each
    follower (by id) may know."""
    may_know = {one: sorted(scopes) for one, scopes in families.items()}
    kept = {"envoys": envoys, "ring": case.ring, "asked": sorted(offers)}
    case.notes = case.notes | {FACE: kept | {"may_know": may_know, "hurt": str(case.hurt)}}


def take_off(case: Case) -> None:
    """The duress is over: the chat speaks of the case as it is."""
    case.notes = {key: value for key, value in case.notes.items() if key != FACE}


def envoys(case: Case) -> str:
    """The key of the line about envoys."""
    return str(case.notes[FACE]["envoys"])


def ring(case: Case) -> int:
    """Index of the radius the screen believes in."""
    return int(case.notes[FACE]["ring"])


def asked(case: Case) -> list[EnvoyId]:
    """Who is being asked, as far as the screen knows."""
    return [EnvoyId(one) for one in case.notes[FACE]["asked"]]


def shows_envoy(case: Case) -> bool:
    """Whether somebody is coming, for the person who reads the screen."""
    return envoys(case) not in (SEARCHING, NOBODY) if case.faced else bool(case.envoys_taken)


def searches(case: Case) -> bool:
    """Whether somebody is being asked, for the person who reads the screen."""
    return envoys(case) == SEARCHING if case.faced else case.searching


def looks(case: Case, searching: bool, ring_: int, asked_: Iterable[EnvoyId]) -> None:
    """How the search stands on the screen from here."""
    line = SEARCHING if searching else NOBODY
    _change(case, {"envoys": line, "ring": ring_, "asked": sorted(asked_)})


def _change(case: Case, now: Mapping[str, Any]) -> None:
    case.notes = case.notes | {FACE: case.notes[FACE] | now}


def may_know(case: Case, follower: str, scopes: frozenset[str]) -> frozenset[str]:
    """Of what the person lets a follower know: while the screen is watched nothing beyond what it was before."""
    return scopes & frozenset(case.notes[FACE]["may_know"].get(follower, ())) if case.faced else scopes


def hurt(case: Case) -> Hurt:
    """Whether somebody is hurt, as far as it was known before."""
    return Hurt(case.notes[FACE]["hurt"]) if case.faced else case.hurt


def search_ends(case: Case) -> None:
    """The search is taken back on the screen as well; somebody who is coming keeps coming."""
    if case.faced and not shows_envoy(case):
        looks(case, False, ring(case), ())
