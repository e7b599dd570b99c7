"""A draft of an order: what has been said so far, kept sealed with the conversation."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from backoffice.kernel import codec
from backoffice.kernel.messages import PlaceWords
from backoffice.orders.model import Mode
from backoffice.people import minors, preferences
from backoffice.workflows.orders import Wish
from bot.conversations.turn import Turn

SESSION_KEY = "order"


@dataclass(frozen=True, slots=True)
class Draft:
    """What has been said so far. `fix` is a fix as JSON, `start` an ISO moment, `day` an ISO date without its time.

    `minor`: somebody under age, and `guardian` who answers for them. `sex`: of the envoy; "" for either.
    """

    kind: str = ""
    details: str | None = None
    minor: bool = False
    guardian: str | None = None
    sex: str = ""
    fix: dict[str, Any] | None = None
    start: str = ""
    day: str = ""
    sure: bool = False
    asap: bool = False
    minutes: int = 0
    language: str | None = None
    shown: tuple[int, str] | None = None
    found: tuple[tuple[float, float], ...] = ()


def new(turn: Turn) -> Draft:
    """Nothing said yet but what the profile says: of age or not, and which envoys are preferred."""
    profile = turn.person.profile
    minor = minors.under_age(profile.birth, turn.work.now.date())
    return Draft(minor=minor, sex=preferences.wanted_sex(profile.envoy_sex))


async def load(turn: Turn) -> Draft | None:
    session = await turn.work.uow.talk.session(turn.person.id)
    kept = session.data.get(SESSION_KEY)
    return Draft(**kept) if kept else None


async def save(turn: Turn, draft: Draft | None) -> None:
    session = await turn.work.uow.talk.session(turn.person.id)
    data = {k: v for k, v in session.data.items() if k != SESSION_KEY}
    if draft is not None:
        data[SESSION_KEY] = asdict(draft)
    await turn.work.uow.talk.save_session(replace(session, data=data))


def missing(draft: Draft) -> str:
    steps = {
        "kind": bool(draft.kind),
        "details": draft.details is not None,
        "guardian": not draft.minor or draft.guardian is not None,
        "where": draft.fix is not None,
        "when": bool(draft.asap or draft.start or draft.day),
        "hour": bool(draft.asap or draft.start),
        "time_ok": draft.asap or draft.sure,
        "length": draft.minutes > 0,
        "language": draft.language is not None,
    }
    return next((step for step, known in steps.items() if not known), "summary")


def place(turn: Turn, draft: Draft) -> PlaceWords:
    """Where the service is wanted, in words."""
    fix = codec.read_fix(draft.fix)
    return turn.work.world.places.describe(fix.point)


def wish(draft: Draft, mode: Mode = Mode.CHOOSE) -> Wish:
    """The draft, once nothing is missing."""
    return Wish(
        kind=draft.kind,
        language="" if draft.language == "any" else draft.language or "",
        fix=codec.read_fix(draft.fix),
        start_at=None if draft.asap else datetime.fromisoformat(draft.start),
        minutes=draft.minutes,
        details=draft.details or "",
        mode=mode,
        sex=draft.sex,
        guardian=draft.guardian or "" if draft.minor else None,
    )
