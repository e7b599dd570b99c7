"""Papers of a claim: what each shows, how it was seen, whether it counts, and which pictures are nearly the same."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from backoffice.claims.claim import ClaimId
from backoffice.kernel import moves
from backoffice.kernel.ids import MediaId

PaperId = NewType("PaperId", str)


class PaperState(StrEnum):
    """`waiting`: not fetched or not looked at yet. `poor`: opened, and not legible. `unfit`: no photo or PDF we open.
    `lost`: the platform no longer has it. `dropped`: taken out by the claimant."""

    WAITING = "waiting"
    READABLE = "readable"
    POOR = "poor"
    UNFIT = "unfit"
    LOST = "lost"
    DROPPED = "dropped"


PAPER_MOVES: moves.Moves[PaperState] = {
    PaperState.WAITING: frozenset(PaperState) - {PaperState.WAITING},
    PaperState.READABLE: frozenset({PaperState.DROPPED, PaperState.POOR}),
    PaperState.POOR: frozenset({PaperState.DROPPED, PaperState.READABLE}),
}
MORE = "more"
"""What a reviewer asked for in words of their own: files for it count for no paper of the policy."""
STANDS = frozenset({PaperState.READABLE, PaperState.POOR})
"""Looked at and kept."""
AS_IT_IS = 2
"""The second poor photo of the same paper counts: some papers are no better, and a person looks at it."""


class Fault(StrEnum):
    """Why a photo cannot be read."""

    BLUR = "blur"
    GLARE = "glare"
    SMALL = "small"
    DARK = "dark"


class Unfit(StrEnum):
    """Why a file is not taken."""

    FORMAT = "format"
    BROKEN = "broken"
    HUGE = "huge"
    ANIMATED = "animated"
    ENCRYPTED = "encrypted"
    PAGES = "pages"
    EMPTY = "empty"
    SLOW = "slow"


class From(StrEnum):
    """Where a paper comes from."""

    SENT = "sent"
    CASE = "case"
    ORDER = "order"


@dataclass(frozen=True, slots=True)
class Print:
    """What a picture looks like: `exact` SHA-256 of the file (hex); `small` 64 and `large` 256 bits of differences
    between neighbouring patches (hex), "" where there is no picture."""

    exact: str
    small: str = ""
    large: str = ""


@dataclass
class Paper:
    """One file shown for `name` (the product's word for a paper). `media` is the original, `view` what staff see:
    drawn anew, without metadata. `bytes` of the original; `agreed_at`: when the claimant gave it for this claim.
    `twins`: references of claims that hold the same or nearly the same picture. `read`: words of the optional
    reader."""

    id: PaperId
    claim: ClaimId
    name: str
    media: MediaId
    origin: From
    added_at: datetime
    agreed_at: datetime | None = None
    state: PaperState = PaperState.WAITING
    fault: str = ""
    mime: str = ""
    bytes: int = 0
    pages: int = 0
    view: MediaId | None = None
    seen_at: datetime | None = None
    print: Print | None = None
    twins: tuple[str, ...] = ()
    read: str = ""
    version: int = 0

    def move(self, to: PaperState) -> None:
        """The one door to `state`; raises `errors.IllegalMove`."""
        self.state = moves.check(PAPER_MOVES, self.state, to)


def counts(papers: Sequence[Paper], name: str) -> bool:
    """This paper is shown: readable, or as good as the claimant can make it. What still waits counts until it is
    seen."""
    mine = [paper for paper in papers if paper.name == name]
    if any(paper.state in (PaperState.READABLE, PaperState.WAITING) for paper in mine):
        return True
    return sum(paper.state is PaperState.POOR for paper in mine) >= AS_IT_IS


def shown(papers: Iterable[Paper]) -> frozenset[str]:
    """The names of the papers that were shown and looked at."""
    known = list(papers)
    seen = [paper for paper in known if paper.state is not PaperState.WAITING]
    return frozenset(paper.name for paper in seen if counts(seen, paper.name))


NEAR_SMALL, NEAR_LARGE = 6, 20
"""Bits of 64 and of 256: the same receipt photographed once more or saved again differs by fewer, two receipts of one
shop by more (measured over the test's receipts)."""


def near(one: Print, other: Print) -> bool:
    """The same file, or nearly the same picture."""
    if one.exact == other.exact:
        return True
    if not (one.small and other.small):
        return False
    return _apart(one.small, other.small) <= NEAR_SMALL and _apart(one.large, other.large) <= NEAR_LARGE


def _apart(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def for_a_person(papers: Iterable[Paper]) -> list[str]:
    """Why a reviewer has to look at the papers themselves: codes, each once; none for a simple claim."""
    found: dict[str, None] = {}
    for paper in papers:
        if paper.state is PaperState.POOR:
            found["poor_photo"] = None
        if paper.twins and paper.state is not PaperState.DROPPED:
            found["same_picture"] = None
        if paper.state is PaperState.WAITING:
            found["not_seen"] = None
    return list(found)
