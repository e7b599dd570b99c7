"""The working life of envoys in rows: applications, duty, linking codes, drills."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from backoffice.enrolment.duty import Duty
from backoffice.enrolment.linking import LinkCode
from backoffice.enrolment.model import Application, ApplicationId
from backoffice.enrolment.readiness import Drill, DrillId, DrillOffer
from backoffice.kernel.ids import EnvoyId, LetterId, MediaId, PersonId


class Enrolments(Protocol):
    """Applications. What the applicant told is sealed under their key, and so are the files they sent for it."""

    async def add(self, application: Application) -> None:
        """Raises `errors.Stale` when the person already has one under way."""
        ...

    async def get(self, application: ApplicationId) -> Application: ...
    async def save(self, application: Application) -> None:
        """Conditional on `version`, which it raises by one on success; raises `errors.Stale`."""
        ...

    async def live_of(self, person: PersonId) -> Application | None:
        """The one under way."""
        ...

    async def of_person(self, person: PersonId) -> Sequence[Application]:
        """Newest first."""
        ...

    async def to_vet(self) -> Sequence[Application]:
        """Waiting for the centre, the longest waiting first."""
        ...

    async def decided(self, limit: int) -> Sequence[Application]:
        """Approved, refused, sent back, expired: the newest decision first."""
        ...

    async def keep_file(self, media: MediaId, person: PersonId) -> None:
        """A file noted in this turn is sealed under its sender's key when it comes."""
        ...

    async def forget_files(self, media: Sequence[MediaId]) -> None:
        """Their rows go; without them nobody can open the files."""
        ...

    async def hand_on(self, gone: PersonId, stays: PersonId) -> None:
        """Every application of one person becomes the other's, sealed under the other's key."""
        ...


class Duties(Protocol):
    """Hours, breaks and when somebody was last asked where they are."""

    async def of(self, envoy: EnvoyId) -> Duty | None: ...
    async def save(self, duty: Duty) -> None:
        """Adds or changes it; conditional on `version`."""
        ...


class Links(Protocol):
    """One-time codes, kept as keyed tokens only."""

    async def put(self, code: str, link: LinkCode) -> None:
        """Codes this person was shown before are worth nothing from here."""
        ...

    async def find(self, code: str) -> LinkCode | None:
        """Unused and not over."""
        ...

    async def use(self, code: str) -> bool:
        """Conditional UPDATE: works once, before its end."""
        ...


class Drills(Protocol):
    """Exercises of envoys and what they answered."""

    async def add(self, drill: Drill) -> None: ...
    async def get(self, drill: DrillId) -> Drill: ...
    async def newest(self, limit: int) -> Sequence[Drill]: ...
    async def ask(self, offer: DrillOffer) -> None: ...
    async def offer(self, drill: DrillId, envoy: EnvoyId) -> DrillOffer | None: ...
    async def save(self, offer: DrillOffer) -> None: ...
    async def offers(self, drill: DrillId) -> Sequence[DrillOffer]: ...
    async def since(self, moment: datetime) -> Sequence[DrillOffer]:
        """Everything asked from a moment on, oldest first."""
        ...

    async def taken(self, letters: Sequence[LetterId]) -> Mapping[LetterId, datetime]:
        """When the platform took each letter; those it never took are missing."""
        ...
