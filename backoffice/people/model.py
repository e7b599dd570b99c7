"""A person, what they told about themselves, and the chat identities that reach them."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import PersonId


@dataclass(frozen=True, slots=True)
class EmergencyContact:
    """Somebody to call by the operator's decision."""

    name: str
    phone: str
    relation: str = ""


@dataclass
class Profile:
    """All optional, asked little by little, never before help. Sealed under the person's key. `phone` is E.164,
    `birth` an ISO date or a bare year, `portrait` the file an envoy gave for whom they help (`enrolment/portrait`)."""

    name: str = ""
    call_me: str = ""
    phone: str = ""
    languages: list[str] = field(default_factory=list)
    nationality: str = ""
    contacts: list[EmergencyContact] = field(default_factory=list)
    blood_group: str = ""
    allergies: str = ""
    medicines: str = ""
    document_digits: str = ""
    duress_word: str = ""
    envoy_sex: str = ""
    birth: str = ""
    consents: dict[str, str] = field(default_factory=dict)
    portrait: str = ""


@dataclass
class Person:
    """Somebody who writes to the service. `zone` is the IANA zone of their last known place."""

    id: PersonId
    locale: str
    created_at: datetime
    profile: Profile = field(default_factory=Profile)
    zone: str = "Asia/Shanghai"
    locale_chosen: bool = False
    drill: bool = False
    version: int = 0

    @property
    def display_name(self) -> str:
        return self.profile.call_me or self.profile.name


class Reach(StrEnum):
    """Whether an address still reaches its person."""

    OK = "ok"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class Identity:
    """A chat identity. `heard_at` is when it last wrote: letters go to the newest first."""

    at: Address
    person: PersonId
    reach: Reach
    heard_at: datetime
