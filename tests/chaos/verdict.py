"""What a campaign finds in the database afterwards, and whether it is what the stored times demand."""

from dataclasses import dataclass, field
from typing import Any

from backoffice.kernel.exchange import Letter
from bot.blame import CROWD
from storage.types import from_micros
from tests.chaos.pushes import Someone
from tests.chaos.report import Figures, must
from tests.chaos.rig import Rig


@dataclass
class Racer:
    """One traveller and what they decided, by the platform's key of each update; `offers`: envoys near by."""

    who: Someone
    decided: dict[str, str] = field(default_factory=dict)
    offers: int = 0


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the database says after a race."""

    cases: dict[str, Any]
    events: dict[str, list[tuple[str, Any]]]
    stored: dict[str, tuple[int, Any]]
    deadlines: dict[str, list[str]]
    offers: dict[str, int]
    letters: dict[str, list[Letter]]
    travellers: dict[str, str]
    suspects: frozenset[str]
    """Lanes with an update that was in hand when the process died, and was then tried alone."""


async def evidence(one: Rig) -> Evidence:
    def when(raw: Any) -> Any:
        return from_micros(raw) if isinstance(raw, int) else raw

    people = await one.rows("SELECT person, channel, address FROM identity")
    lanes = {p.person: f"{p.channel}:{p.address}" for p in people}
    cases = await one.rows("SELECT id, requester, status, due_at, says_safe_at FROM cases")
    events: dict[str, list[tuple[str, Any]]] = {}
    for row in await one.rows('SELECT "case", what, at FROM case_event ORDER BY number'):
        events.setdefault(row.case, []).append((row.what, when(row.at)))
    counted = await one.rows('SELECT "case", count(*) AS n FROM assignment GROUP BY "case"')
    deadlines: dict[str, list[str]] = {}
    for row in await one.rows("SELECT subject, state FROM deadline WHERE kind = 'countdown'"):
        deadlines.setdefault(row.subject, []).append(row.state)
    letters: dict[str, list[Letter]] = {}
    for letter in await one.letters():
        letters.setdefault(letter.case or "", []).append(letter)
    inbox = await one.rows("SELECT key, seq, stored_at, lane, attempts FROM inbox")
    return Evidence(
        cases={lanes[c.requester]: (c.id, c.status, when(c.due_at), c.says_safe_at) for c in cases},
        events=events,
        stored={r.key: (r.seq, when(r.stored_at)) for r in inbox},
        deadlines=deadlines,
        offers={row.case: row.n for row in counted},
        letters=letters,
        travellers={lane: person for person, lane in lanes.items()},
        suspects=frozenset(r.lane for r in inbox if r.attempts > CROWD),
    )


def judge(racer: Racer, found: Evidence, figures: Figures) -> None:
    """One winner, the right one, and it was told."""
    lane = racer.who.at.lane
    must(lane in found.cases, f"{lane}: the pin was acknowledged and has no case")
    case, status, due, says_safe = found.cases[lane]
    in_time = sorted(
        (found.stored[key], kind)
        for key, kind in racer.decided.items()
        if kind != "other"
        and found.stored[key][1] <= due
        and not _tie(found.stored[key][1], due, found, case)
    )
    winner = in_time[0][1] if in_time else "expiry"
    figures.add(f"won by {winner}")
    story = f"{lane}, seed of the line, winner by stored time {winner}, status {status}"
    _outcome_is(winner, status, found, case, (story, racer.offers))
    _told(lane, winner, found, case, story)
    late_cancel = any(k == "cancel" and found.stored[key][1] > due for key, k in racer.decided.items())
    if winner == "expiry" and late_cancel:
        must(says_safe is not None, f"{story}: a cancel after the dispatch is not marked as safe")


def _tie(stored: Any, due: Any, found: Evidence, case: str) -> bool:
    """Fired and then stored within one microsecond, which only a clock that stands still can show: either may win."""
    over = next((at for name, at in found.events[case] if name == "case.countdown_over"), None)
    return bool(stored == due == over)


def _outcome_is(winner: str, status: str, found: Evidence, case: str, said: tuple[str, int]) -> None:
    story, offers = said
    what = [name for name, _ in found.events[case]]
    cancelled = winner == "cancel"
    must(status == ("cancelled" if cancelled else "open"), story)
    must(what.count("case.dispatched") == (0 if cancelled else 1), f"{story}: dispatched {what}")
    must(what.count("case.cancelled") == (1 if cancelled else 0), f"{story}: cancelled {what}")
    must(what.count("case.countdown_over") == (1 if winner == "expiry" else 0), f"{story}: {what}")
    must(
        found.offers.get(case, 0) == (0 if cancelled else offers), f"{story}: {found.offers.get(case)} offers"
    )
    fired = ["fired"] if winner == "expiry" else ["cancelled"]
    must(found.deadlines[case] == fired, f"{story}: countdown {found.deadlines[case]}")
    early = [
        at for name, at in found.events[case] if name == "case.countdown_over" and at < found_due(found, case)
    ]
    must(not early, f"{story}: the countdown ended early")


def found_due(found: Evidence, case: str) -> Any:
    return next(due for other, _, due, _ in found.cases.values() if other == case)


def _told(lane: str, winner: str, found: Evidence, case: str, story: str) -> None:
    me = found.travellers[lane]
    letters = found.letters.get(case, [])
    mine = [letter.message.key for letter in letters if letter.to == me]
    cancelled = winner == "cancel"
    must(mine.count("sos.cancelled") == (1 if cancelled else 0), f"{story}: told {mine}")
    must(mine.count("sos.dispatched") == (0 if cancelled else 1), f"{story}: told {mine}")
    if cancelled:
        must(all(letter.to == me for letter in letters), f"{story}: somebody else was told")
