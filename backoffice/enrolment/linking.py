"""One person, two chats: a code shown in one and typed in the other."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from backoffice.kernel import ids
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import PersonId

LIVES = timedelta(minutes=10)
LENGTH = 8
"""30^8 codes: with a hundred of them alive, a guess hits once in six thousand million."""
_CODE = re.compile(
    rf"(?P<word>绑定|綁定|链接|連結|连接|link|連携|연결)?[\s:：]*"
    rf"(?P<first>[{ids.REF_ALPHABET}]{{4}})[\s-]?(?P<last>[{ids.REF_ALPHABET}]{{4}})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class LinkCode:
    """A code somebody was shown in the chat at `shown_at`; good once, until `until`."""

    person: PersonId
    shown_at: Address
    until: datetime


def fresh(bits: ids.Bits) -> str:
    return ids.new_ref(bits, LENGTH)


def spelt(code: str) -> str:
    """As it is shown: `7K3F-9Q2M`."""
    return f"{code[:4]}-{code[4:]}"


def typed(words: str) -> tuple[str, bool] | None:
    """The code a whole message is, and whether a word says that it is meant as one."""
    match = _CODE.fullmatch(words.strip())
    return (f"{match['first']}{match['last']}".upper(), bool(match["word"])) if match else None


@dataclass(frozen=True, slots=True)
class Side:
    """What decides which of two persons stays: has something under way, is an envoy."""

    person: PersonId
    busy: bool
    envoy: bool
    drill: bool


def who_stays(shown: Side, typing: Side) -> Side | None:
    """The person who stays, None when a machine may not decide: both busy, both envoys, or a drill with a real one.

    An envoy stays, because work and money hang on them, and so does whoever has something under way; when these
    are not the same person, it waits until that is over.
    """
    both = (shown, typing)
    if shown.busy and typing.busy or shown.envoy and typing.envoy or shown.drill != typing.drill:
        return None
    envoy = next((side for side in both if side.envoy), None)
    busy = next((side for side in both if side.busy), None)
    if envoy and busy and envoy is not busy:
        return None
    return envoy or busy or shown
