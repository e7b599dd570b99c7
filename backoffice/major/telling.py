"""Who is told something about a major case, over which way, and who is not: counted before anything is sent."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

from backoffice.families.model import FollowerId, FollowerStatus, Part, Reached
from backoffice.families.scopes import Scope, Scopes
from backoffice.kernel.ids import CaseId


class Way(StrEnum):
    """How a relative gets words: in a chat, on their page (linked by SMS or e-mail), or by a call to be made."""

    TELEGRAM = "telegram"
    WECHAT = "wechat"
    CHAT = "chat"
    PAGE = "page"
    CALL = "call"


class Unreached(StrEnum):
    """Why somebody is not written to; each is a thing a person can do something about."""

    NO_FAMILY = "no_family"
    NOT_COME = "not_come"
    NOT_ALLOWED = "not_allowed"
    NO_CHAT = "no_chat"
    DURESS = "duress"


@dataclass(frozen=True, slots=True)
class Relative:
    """A relative of somebody in an attached case. `channel` is that of the chat they are reached in, if any."""

    follower: FollowerId
    case: CaseId
    name: str
    status: FollowerStatus
    part: Part
    scopes: Scopes
    in_chat: bool
    channel: str
    reached: Reached
    duress: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who will be told."""

    relative: Relative
    way: Way


@dataclass(frozen=True, slots=True)
class Missed:
    """Somebody who will not. `person` is a name on the roster where it is about one without any relative."""

    why: Unreached
    relative: Relative | None = None
    person: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly who is told what; `seal` changes with anybody, any way and any word."""

    text: str
    scope: Scope
    readers: tuple[Reader, ...]
    missed: tuple[Missed, ...]

    @property
    def ways(self) -> dict[str, int]:
        return dict(sorted(Counter(str(r.way) for r in self.readers).items()))

    @property
    def cases(self) -> list[CaseId]:
        """Whose families are written to, each once."""
        return list(dict.fromkeys(r.relative.case for r in self.readers))

    @property
    def seal(self) -> str:
        said = [f"{r.relative.follower}:{r.way}" for r in self.readers]
        return sha256("\0".join([self.text, self.scope, *sorted(said)]).encode()).hexdigest()


def preview(text: str, scope: Scope, relatives: Iterable[Relative], alone: Iterable[Missed]) -> Preview:
    """`alone` are persons of the roster of whom no relative is known to us."""
    readers, missed = list[Reader](), list[Missed]()
    for relative in relatives:
        found = _way(relative, scope)
        if isinstance(found, Way):
            readers.append(Reader(relative, found))
        elif found:
            missed.append(Missed(found, relative))
    return Preview(text, scope, tuple(readers), (*missed, *alone))


def _way(relative: Relative, scope: Scope) -> Way | Unreached | None:
    """Consent first: who may not know is not written to, whatever the way. None for who has left or is the patient."""
    if relative.part is not Part.RELATIVE or relative.status in _GONE:
        return None
    if relative.duress:
        return Unreached.DURESS
    if relative.status is FollowerStatus.INVITED:
        return Unreached.NOT_COME
    if scope not in relative.scopes:
        return Unreached.NOT_ALLOWED
    if relative.in_chat:
        return _CHATS.get(relative.channel, Way.CHAT) if relative.channel else Unreached.NO_CHAT
    return Way.CALL if relative.reached is Reached.CALL else Way.PAGE


_GONE = frozenset({FollowerStatus.REVOKED, FollowerStatus.LEFT, FollowerStatus.OVER})
_CHATS = {"telegram": Way.TELEGRAM, "wechat": Way.WECHAT}
