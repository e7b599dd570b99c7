"""Insurance: products and policies as rows, and the insurers outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from backoffice.insurance.cover import Link
from backoffice.insurance.model import PolicyId, Product, RequestId
from backoffice.insurance.policies import Answer, Insured, Policy, Request
from backoffice.kernel.ids import PersonId


class Proof(StrEnum):
    """How somebody has shown that a policy is theirs."""

    DOCUMENT = "document"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class PhoneCode:
    """A code on its way to a telephone; one at a time for each person."""

    id: str
    person: PersonId
    phone: str
    code: str
    until: datetime
    tries: int = 0


class Products(Protocol):
    """Editions of products; one that was put is never changed."""

    async def put(self, source: str) -> bool:
        """A product's file; True when this edition is new. The older editions of its code are sold until the day
        before. Raises `products.BadProduct`, `products.EditionTaken` for other words under a known edition."""
        ...

    async def get(self, code: str, edition: int) -> Product:
        """Raises `errors.NotFound`."""
        ...

    async def on_sale(self, day: date) -> Sequence[Product]:
        """The newest edition of each code that may be bought on a day."""
        ...

    async def all(self) -> Sequence[Product]:
        """Every edition ever put."""
        ...

    async def newest(self, code: str, day: date) -> Product | None:
        """The edition that holds on a day, for policies that name none."""
        ...


class Policies(Protocol):
    """Policies, the people they insure, and what is asked of insurers about them."""

    async def add(self, policy: Policy) -> None: ...
    async def get(self, policy: PolicyId) -> Policy:
        """Raises `errors.NotFound`."""
        ...

    async def save(self, policy: Policy) -> None:
        """Everything but its people. Conditional on `version`; raises `errors.Stale`."""
        ...

    async def of_person(self, person: PersonId) -> Sequence[Policy]:
        """Held by them, or insuring them; the one that begins first first."""
        ...

    async def with_number(self, insurer: str, number: str) -> Policy | None: ...
    async def with_document(self, document: str) -> Sequence[tuple[PolicyId, int, Insured]]:
        """Insured people with this document number: policy, place in its list, and what it says of them."""
        ...

    async def with_phone(self, phone: str) -> Sequence[tuple[PolicyId, int, Insured]]: ...
    async def attach(self, policy: PolicyId, seq: int, person: PersonId) -> bool:
        """This insured person is that person; False when it was somebody else's already."""
        ...

    async def prove(self, kind: Proof, value: str, person: PersonId) -> bool:
        """Kept so that later policies find them; False when the value is proven to be another's."""
        ...

    async def owner_of(self, kind: Proof, value: str) -> PersonId | None:
        """Who has proven this value."""
        ...

    async def put_code(self, code: PhoneCode) -> None:
        """Instead of an older one of the same person."""
        ...

    async def code_of(self, person: PersonId) -> PhoneCode | None: ...
    async def drop_code(self, person: PersonId) -> None: ...
    async def forget_proofs(self, person: PersonId) -> None: ...
    async def add_request(self, request: Request) -> None: ...
    async def request(self, request: RequestId) -> Request:
        """Raises `errors.NotFound`."""
        ...

    async def save_request(self, request: Request) -> None: ...
    async def requests_of(self, policy: PolicyId) -> Sequence[Request]:
        """Oldest first."""
        ...

    async def open_requests(self) -> Sequence[Request]:
        """Everything that is asked of insurers and not settled, oldest first."""
        ...

    async def refused_requests(self, since: datetime) -> Sequence[Request]:
        """What they have said no to of late, newest first."""
        ...

    async def numbered(self, number: str) -> Sequence[Policy]:
        """Policies of this number, whoever the insurer is."""
        ...

    async def heard_done(self, insurer: str, request: str, said: str) -> bool:
        """Conditional UPDATE: handled now, by us."""
        ...

    async def look(self, kind: str, subject: str) -> Sequence[Link] | None:
        """What covers it, None while nobody has looked."""
        ...

    async def put_look(self, kind: str, subject: str, links: Sequence[Link]) -> None: ...
    async def look_again(self, person: PersonId) -> None:
        """Their cover has changed: what is under way is looked at anew."""
        ...


@dataclass(frozen=True, slots=True)
class Instruction:
    """Everything an insurer needs for one request. `refund` is what a cancellation gives back."""

    request: Request
    policy: Policy
    product: Product


class InsurerFailure(Exception):
    """Anything that kept a request from being answered; `code` is short and safe to show and to log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class InsurerTemporary(InsurerFailure):
    """Not now, and certainly not taken: again after `delay_s`."""

    def __init__(self, code: str, delay_s: float) -> None:
        super().__init__(code)
        self.delay_s = delay_s


class InsurerUnknown(InsurerFailure):
    """Perhaps taken, perhaps not: ask, never send again blindly."""


class Insurer(Protocol):
    """One insurer. A request's id is its idempotency key there. Raises only `InsurerFailure`s."""

    @property
    def name(self) -> str: ...
    async def send(self, instruction: Instruction) -> Answer:
        """Issue, change or cancel: confirmed, refused, or pending when its word comes later."""
        ...

    async def query(self, instruction: Instruction) -> Answer:
        """How a request stands; `unknown_there` when the insurer never got it."""
        ...


@dataclass(frozen=True, slots=True)
class Heard:
    """What an insurer told us by itself about a request."""

    insurer: str
    request: str
    answer: Answer
    at: datetime
