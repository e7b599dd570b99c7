"""Payments of claims as rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from backoffice.claims.claim import Claim, ClaimId
from backoffice.claims.payment import ClaimPayment, ClaimPaymentId, ClaimPaymentStatus
from backoffice.kernel.ids import EnvoyId


class ClaimPayments(Protocol):
    """Payees are sealed under the claim's key."""

    async def add(self, payment: ClaimPayment) -> None:
        """Raises `errors.Stale` when this decision has a payment that did not fail."""
        ...

    async def get(self, payment: ClaimPaymentId) -> ClaimPayment:
        """Raises `errors.NotFound`."""
        ...

    async def save(self, payment: ClaimPayment) -> None:
        """Conditional on `version`; raises `errors.Stale`."""
        ...

    async def of_claim(self, claim: ClaimId) -> Sequence[ClaimPayment]:
        """Oldest first."""
        ...

    async def with_status(self, status: ClaimPaymentStatus) -> Sequence[ClaimPayment]: ...
    async def paid_between(
        self, insurer: str, since: datetime, until: datetime
    ) -> Sequence[tuple[str, ClaimPayment]]:
        """Claims of an insurer that were paid in a span, with the claims' references, oldest first."""
        ...


class ClaimLinks(Protocol):
    """Ties between the people of a claim."""

    async def met(self, claim: Claim) -> Sequence[tuple[EnvoyId, int]]:
        """The envoys of a claim's case and order, and in how many other cases and orders each helped this person."""
        ...


class ClaimDesk(Protocol):
    """Lists of claims."""

    async def waiting(self, most: int) -> Sequence[Claim]:
        """For a person here, the one filed first first."""
        ...

    async def recent(self, most: int) -> Sequence[Claim]:
        """Decided, newest first."""
        ...

    async def of_insurer(self, insurer: str, most: int) -> Sequence[Claim]:
        """Filed under an insurer's policies, newest first; no drafts, no drills."""
        ...
