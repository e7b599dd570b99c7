"""What the business asks of the world: storage, places, the envoy index, paging, media."""

from backoffice.ports.cases import Cases
from backoffice.ports.credentials import Credentials, Passkey, Pause, RecoveryCode, Totp
from backoffice.ports.deadlines import Deadline, DeadlineKind, Deadlines, DeadlineState
from backoffice.ports.desk import Alert, Desk, QueueItem, SentState
from backoffice.ports.dispatch import Assignments, Considerations, EnvoyIndex, Envoys, Standings
from backoffice.ports.enrolment import Drills, Duties, Enrolments, Links
from backoffice.ports.families import Families
from backoffice.ports.glass import Glass, Glasses
from backoffice.ports.notifying import Notice, Notifier, NotSent
from backoffice.ports.orders import Booking, OrderOffers, OrderRatings, Orders
from backoffice.ports.organisations import Authorisations, Organisations
from backoffice.ports.papers import MissingGlyph, Papers
from backoffice.ports.people import People
from backoffice.ports.places import EmergencyNumber, FoundAddress, FoundPlace, Geocoder, NearCentre, Places
from backoffice.ports.staff import (
    AuditLine,
    AuditWanted,
    Entrance,
    Operator,
    OperatorRole,
    SessionLine,
    SignIn,
    Staff,
)
from backoffice.ports.talk import Outbox, Talk
from backoffice.ports.work import Bus, Locks, Store, UnitOfWork
from backoffice.ports.world import MediaStore, PageFailed, Pager, Words

__all__ = [
    "AuditLine",
    "AuditWanted",
    "Entrance",
    "SessionLine",
    "Authorisations",
    "Credentials",
    "Glass",
    "Glasses",
    "Organisations",
    "Passkey",
    "Pause",
    "RecoveryCode",
    "Totp",
    "Alert",
    "Assignments",
    "Booking",
    "Bus",
    "Cases",
    "Considerations",
    "Deadline",
    "DeadlineKind",
    "DeadlineState",
    "Deadlines",
    "Desk",
    "Drills",
    "Duties",
    "EmergencyNumber",
    "Enrolments",
    "EnvoyIndex",
    "Families",
    "Envoys",
    "FoundAddress",
    "FoundPlace",
    "Geocoder",
    "Links",
    "Locks",
    "MediaStore",
    "MissingGlyph",
    "NearCentre",
    "NotSent",
    "Notice",
    "Notifier",
    "Operator",
    "OperatorRole",
    "OrderOffers",
    "OrderRatings",
    "Orders",
    "Outbox",
    "PageFailed",
    "Pager",
    "Papers",
    "People",
    "Places",
    "QueueItem",
    "SentState",
    "SignIn",
    "Staff",
    "Standings",
    "Store",
    "Talk",
    "UnitOfWork",
    "Words",
]
