"""Shifts: who is on duty, and handing over in writing."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backoffice.kernel import moves


class DutyState(StrEnum):
    """`paused`: at the desk again in a moment, sounds at nobody's console meanwhile; `away`: somebody else said so."""

    ON = "on"
    PAUSED = "paused"
    OFF = "off"
    AWAY = "away"


DUTY_MOVES: moves.Moves[DutyState] = {
    DutyState.ON: frozenset({DutyState.PAUSED, DutyState.OFF, DutyState.AWAY}),
    DutyState.PAUSED: frozenset({DutyState.ON, DutyState.OFF, DutyState.AWAY}),
    DutyState.OFF: frozenset({DutyState.ON, DutyState.AWAY}),
    DutyState.AWAY: frozenset({DutyState.ON, DutyState.OFF}),
}


@dataclass(frozen=True, slots=True)
class Duty:
    """How one operator stands, and since when. Who never said anything is off duty since nobody knows when."""

    operator: str
    state: DutyState
    since: datetime


@dataclass(frozen=True, slots=True)
class Handover:
    """A shift's end in writing. `notes` says by case what stands and what is next; cases move when it is read."""

    id: str
    giver: str
    taker: str
    written_at: datetime
    words: str
    notes: tuple[tuple[str, str], ...]
    acknowledged_at: datetime | None = None
