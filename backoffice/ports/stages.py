"""When something a case needs was wanted, and when it was there."""

from typing import Protocol

from backoffice.kernel.ids import CaseId


class Stages(Protocol):
    """One row per case and stage; the first moment of each counts."""

    async def want(self, case: CaseId, stage: str) -> bool:
        """From now on it is waited for; False when it was before."""
        ...

    async def reach(self, case: CaseId, stage: str) -> bool:
        """It is there, whether or not it was waited for; False when it was before."""
        ...
