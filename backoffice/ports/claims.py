"""Claims as rows, and the reader of photos and papers outside the process."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backoffice.claims.claim import Claim, ClaimId, Decision, Happened
from backoffice.claims.evidence import Paper, PaperId, Print
from backoffice.claims.model import Line
from backoffice.insurance.model import PolicyId
from backoffice.kernel.ids import CaseId, MediaId, PersonId


class Claims(Protocol):
    """Claims with everything of theirs. What people told and showed is sealed under the claim's own key."""

    async def add(self, new: Claim) -> None: ...
    async def get(self, claim: ClaimId) -> Claim:
        """Raises `errors.NotFound`."""
        ...

    async def by_ref(self, ref: str) -> Claim | None: ...
    async def save(self, claim: Claim) -> None:
        """Conditional on `version`; raises `errors.Stale`."""
        ...

    async def of_person(self, person: PersonId) -> Sequence[Claim]:
        """Oldest first."""
        ...

    async def of_policy(self, policy: PolicyId) -> Sequence[Claim]: ...
    async def of_case(self, case: CaseId) -> Sequence[Claim]: ...
    async def lines(self, claim: ClaimId) -> Sequence[Line]:
        """As filed, or as a reviewer corrected them."""
        ...

    async def put_lines(self, claim: ClaimId, lines: Sequence[Line]) -> None:
        """Instead of those there were."""
        ...

    async def add_paper(self, paper: Paper) -> None: ...
    async def paper(self, paper: PaperId) -> Paper:
        """Raises `errors.NotFound`."""
        ...

    async def save_paper(self, paper: Paper) -> None:
        """Conditional on `version`; raises `errors.Stale`."""
        ...

    async def papers(self, claim: ClaimId) -> Sequence[Paper]:
        """Oldest first, those dropped as well."""
        ...

    async def twins(self, paper: PaperId, seen: Print) -> Sequence[tuple[str, Paper]]:
        """The same or nearly the same picture elsewhere: the claim's reference and the paper."""
        ...

    async def add_decision(self, decision: Decision) -> None:
        """Raises `errors.Stale` when a decision has this number already."""
        ...

    async def decisions(self, claim: ClaimId) -> Sequence[Decision]: ...
    async def add_event(self, event: Happened) -> None: ...
    async def events(self, claim: ClaimId) -> Sequence[Happened]: ...


@dataclass(frozen=True, slots=True)
class Look:
    """What a reader made of a file. `unfit`: why it is not taken (`evidence.Unfit`), else "". `fault`: why it cannot be
    read by a person (`evidence.Fault`), else "". `view`: JPEG drawn anew, all pages below each other; `print_`: what it
    looks like."""

    mime: str
    pages: int = 0
    unfit: str = ""
    fault: str = ""
    view: bytes = b""
    print_: Print | None = None


class PhotoDecoder(Protocol):
    """Opens files that strangers sent, where they can harm nobody. Never raises for what is in a file."""

    async def look(self, body: bytes) -> Look:
        """Type by content, legibility, a copy to show."""
        ...

    async def redraw(self, body: bytes) -> bytes:
        """A photo as a new JPEG without metadata. Raises `Unreadable`."""
        ...

    async def close(self) -> None: ...


class Unreadable(Exception):
    """Not a photo we draw: another format, broken, too large, or it took too long."""


class WordReader(Protocol):
    """Optional: reads printed words (OCR). Off unless one is configured."""

    async def words(self, view: bytes) -> str:
        """ "" when it reads nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Unseen:
    """A paper that waits to be looked at: `ready` when its file is stored, else it can never be had."""

    paper: PaperId
    claim: ClaimId
    person: PersonId
    media: MediaId
    ready: bool
    tries: int
    added_at: datetime


class PaperQueue(Protocol):
    """Papers to be looked at, outside of a unit of work."""

    async def unseen(self, limit: int) -> Sequence[Unseen]:
        """Oldest first; those whose file is still being fetched are left out."""
        ...

    async def begun(self, paper: PaperId) -> None:
        """Counted before it is looked at, so that a file that ends us is given up."""
        ...
