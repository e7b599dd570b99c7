"""The on-call list: people, their order, their hours and the ways to wake them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from backoffice.kernel.errors import Refusal

DAY = 24 * 60
ALL_DAYS = (0, 1, 2, 3, 4, 5, 6)


class WayKind(StrEnum):
    """How a person is woken. The webhook is the centre's own paging service and nobody's in particular."""

    CHAT = "chat"
    SMS = "sms"
    EMAIL = "email"
    WEBHOOK = "webhook"


class PageState(StrEnum):
    """`taken`: the carrier has it, which is not yet a person awake."""

    TAKEN = "taken"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Reach:
    """One way to one person. `to`: `telegram:123` or `wechat:oAbc` for a chat, else a number or an address."""

    kind: WayKind
    to: str


@dataclass(frozen=True, slots=True)
class Hours:
    """When somebody may be woken, by the wall clock of `zone`. Minutes since midnight; `end` up to `start` is the
    next day's; both alike means the whole day. `days`: 0 = Monday, of the day the stretch begins."""

    zone: str = "Asia/Shanghai"
    days: tuple[int, ...] = ALL_DAYS
    start: int = 0
    end: int = 0

    def holds(self, moment: datetime) -> bool:
        local = moment.astimezone(ZoneInfo(self.zone))
        minute = local.hour * 60 + local.minute
        length = (self.end - self.start) % DAY or DAY
        if minute >= self.start and minute - self.start < length:
            return local.weekday() in self.days
        yesterday = (local - timedelta(days=1)).weekday()
        return minute + DAY - self.start < length and yesterday in self.days


@dataclass(frozen=True, slots=True)
class OnCall:
    """One person of a centre's list. `position` is the order of being called, 1 first."""

    id: str
    centre: str
    position: int
    name: str
    reaches: tuple[Reach, ...]
    hours: Hours = Hours()
    supervisor: bool = False
    locale: str = "zh_Hans"


@dataclass(frozen=True, slots=True)
class Sent:
    """One try to wake one person over one way. `why` is empty when the carrier took it."""

    at: datetime
    ref: str
    level: int
    what: str
    who: str
    kind: WayKind
    state: PageState
    why: str = ""


CHAT_CHANNELS = ("wechat", "telegram")


def check(person: OnCall) -> OnCall:
    """The entry itself when somebody can be woken by it. Raises `Refusal` naming what is wrong."""
    if not person.name.strip() or not person.centre.strip():
        raise Refusal("on_call.no_name", 400)
    if not person.reaches:
        raise Refusal("on_call.no_way", 400)
    for reach in person.reaches:
        _check_reach(reach)
    if not person.hours.days:
        raise Refusal("on_call.no_days", 400)
    return person


def _check_reach(reach: Reach) -> None:
    match reach.kind:
        case WayKind.CHAT:
            channel, _, address = reach.to.partition(":")
            good = channel in CHAT_CHANNELS and bool(address.strip())
        case WayKind.SMS:
            good = reach.to.startswith("+") and reach.to[1:].isdecimal() and 6 <= len(reach.to) <= 16
        case WayKind.EMAIL:
            local, _, domain = reach.to.rpartition("@")
            good = bool(local) and "." in domain and not any(c.isspace() for c in reach.to)
        case WayKind.WEBHOOK:
            good = False
    if not good:
        raise Refusal("on_call.bad_way", 400, kind=str(reach.kind), to=reach.to)


def by_order(people: Sequence[OnCall]) -> list[OnCall]:
    return sorted(people, key=lambda p: (p.centre, p.position, p.name, p.id))
