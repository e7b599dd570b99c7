"""An application to become an envoy: what is asked, in which order, and where it stands."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NewType

from backoffice.enrolment import portrait
from backoffice.kernel import errors, moves
from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import MediaId, OperatorId, PersonId

ApplicationId = NewType("ApplicationId", str)

RENEW_FROM = timedelta(days=60)
"""A document may be renewed this long before its end; sooner nobody needs it."""
MOST_PHOTOS = 4
"""Of one kind: two sides of a card, a passport and a permit."""


class ApplicationStatus(StrEnum):
    """`expired`: a draft nobody went on with, or papers that are no longer good."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    MORE_WANTED = "more_wanted"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


_S = ApplicationStatus
APPLICATION_MOVES: moves.Moves[ApplicationStatus] = {
    _S.DRAFT: frozenset({_S.SUBMITTED, _S.WITHDRAWN, _S.EXPIRED}),
    _S.SUBMITTED: frozenset({_S.MORE_WANTED, _S.APPROVED, _S.REFUSED, _S.WITHDRAWN}),
    _S.MORE_WANTED: frozenset({_S.SUBMITTED, _S.WITHDRAWN, _S.EXPIRED}),
    _S.APPROVED: frozenset({_S.EXPIRED, _S.WITHDRAWN}),
}
LIVE = frozenset({_S.DRAFT, _S.SUBMITTED, _S.MORE_WANTED})
"""Under way: a person has at most one of these."""
OPEN = frozenset({_S.DRAFT, _S.MORE_WANTED})
"""It is the applicant's turn."""


class Purpose(StrEnum):
    """Why it was made: to begin, or because the document shown before runs out."""

    FIRST = "first"
    RENEWAL = "renewal"


class Level(StrEnum):
    """How well a language is spoken, best first."""

    NATIVE = "native"
    FLUENT = "fluent"
    EVERYDAY = "everyday"


class Sex(StrEnum):
    """A traveller may ask for an envoy of a sex (business.md); nobody has to say."""

    FEMALE = "female"
    MALE = "male"
    UNSAID = "unsaid"


class Travel(StrEnum):
    """How they get to people; the means that dispatch counts an arrival by."""

    FOOT = "foot"
    MOTORBIKE = "motorbike"
    CAR = "car"
    TRANSIT = "transit"


class Service(StrEnum):
    """What envoys do: `service_kinds` of the reference table of services."""

    INTERPRET = "interpret"
    ACCOMPANY = "accompany"
    MEDICAL_VISIT = "medical_visit"
    CAR_GUIDE = "car_guide"
    SHOPPING = "shopping"
    SCENE_INFORMATION = "scene_information"
    COMMUNICATION = "communication"
    VISIT_COMFORT = "visit_comfort"
    POLICE_REPORT = "police_report"
    LOST_DOCUMENTS = "lost_documents"
    FIRST_RESPONSE = "first_response"


class Step(StrEnum):
    """One question each. Consent stands before the photos: nothing of them is taken without it."""

    NAME = "name"
    SEX = "sex"
    LANGUAGES = "languages"
    LEVEL = "level"
    BASE = "base"
    TRANSPORT = "transport"
    SERVICES = "services"
    PHONE = "phone"
    CONSENT = "consent"
    DOCUMENT = "document"
    EXPIRY = "expiry"
    SELFIE = "selfie"
    PORTRAIT = "portrait"
    REMARK = "remark"


@dataclass
class Answers:
    """What the applicant told; sealed under their key. `levels` holds a `Level` by language code,
    `base` is WGS-84, `transport` a `Travel`, `phone` E.164, `expiry` the last good day (None: `unlimited`),
    `portrait` the picture drawn anew until an approval hands it on ("" with `portrait_said`: none is wanted)."""

    name: str = ""
    sex: str = ""
    languages: list[str] = field(default_factory=list)
    levels: dict[str, str] = field(default_factory=dict)
    base: Point | None = None
    transport: str = ""
    services: list[str] = field(default_factory=list)
    services_done: bool = False
    phone: str = ""
    consent_at: datetime | None = None
    documents: list[MediaId] = field(default_factory=list)
    documents_done: bool = False
    expiry: date | None = None
    unlimited: bool = False
    selfies: list[MediaId] = field(default_factory=list)
    portrait: str = ""
    portrait_said: bool = False
    remark: str = ""

    @property
    def photos(self) -> list[MediaId]:
        return [*self.documents, *self.selfies, *portrait.files(self.portrait)]


@dataclass
class Application:
    """One try of one person, bound to the chat identity that applied and to nothing that anybody types.

    `asking` is the step whose question stands open, `wanted` what the operator asked to be given again,
    `words` what the operator said with the last decision.
    """

    id: ApplicationId
    person: PersonId
    applied_at: Address
    started_at: datetime
    purpose: Purpose = Purpose.FIRST
    status: ApplicationStatus = ApplicationStatus.DRAFT
    answers: Answers = field(default_factory=Answers)
    asking: str = ""
    wanted: list[str] = field(default_factory=list)
    words: str = ""
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: OperatorId | None = None
    decided_by_name: str = ""
    version: int = 0

    def move(self, to: ApplicationStatus) -> None:
        """The one door to `status`; raises `errors.IllegalMove`."""
        self.status = moves.check(APPLICATION_MOVES, self.status, to)

    @property
    def live(self) -> bool:
        return self.status in LIVE


def submit(application: Application, now: datetime) -> None:
    """It goes to the centre; raises `errors.Refusal` while something is missing."""
    if missing(application):
        raise errors.Refusal("enrol.not_complete")
    application.move(ApplicationStatus.SUBMITTED)
    application.submitted_at, application.wanted, application.asking = now, [], ""


def missing(application: Application) -> list[Step]:
    """Steps without an answer, in the order they are asked."""
    return [step for step in _order(application) if not _answered(application, step)]


def _order(application: Application) -> list[Step]:
    if application.purpose is Purpose.RENEWAL:
        return [Step.CONSENT, Step.DOCUMENT, Step.EXPIRY, Step.SELFIE, *_remark(application)]
    return [*(s for s in Step if s is not Step.REMARK), *_remark(application)]


def _remark(application: Application) -> list[Step]:
    return [Step.REMARK] if Step.REMARK in application.wanted else []


def _answered(application: Application, step: Step) -> bool:
    a = application.answers
    return {
        Step.NAME: bool(a.name),
        Step.SEX: bool(a.sex),
        Step.LANGUAGES: bool(a.languages),
        Step.LEVEL: level_of(a) is None,
        Step.BASE: a.base is not None,
        Step.TRANSPORT: bool(a.transport),
        Step.SERVICES: bool(a.services) and a.services_done,
        Step.PHONE: bool(a.phone),
        Step.CONSENT: a.consent_at is not None,
        Step.DOCUMENT: bool(a.documents) and a.documents_done,
        Step.EXPIRY: a.unlimited or a.expiry is not None,
        Step.SELFIE: bool(a.selfies),
        Step.PORTRAIT: a.portrait_said,
        Step.REMARK: bool(a.remark),
    }[step]


def level_of(answers: Answers) -> str | None:
    """The first language whose level is not known yet."""
    return next((code for code in answers.languages if code not in answers.levels), None)


def clear(application: Application, step: Step) -> None:
    """Forget one answer, so that it is asked again. Levels go with their languages."""
    fresh = Answers()
    for name in _FIELDS[step]:
        setattr(application.answers, name, getattr(fresh, name))


_FIELDS = {
    Step.NAME: ("name",),
    Step.SEX: ("sex",),
    Step.LANGUAGES: ("languages", "levels"),
    Step.LEVEL: ("levels",),
    Step.BASE: ("base",),
    Step.TRANSPORT: ("transport",),
    Step.SERVICES: ("services", "services_done"),
    Step.PHONE: ("phone",),
    Step.CONSENT: ("consent_at",),
    Step.DOCUMENT: ("documents", "documents_done"),
    Step.EXPIRY: ("expiry", "unlimited"),
    Step.SELFIE: ("selfies",),
    Step.PORTRAIT: ("portrait", "portrait_said"),
    Step.REMARK: ("remark",),
}


def may_renew(application: Application, today: date) -> bool:
    """An approved envoy's papers are soon over, or already are."""
    until = application.answers.expiry
    return until is not None and until - today <= RENEW_FROM
