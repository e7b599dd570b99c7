"""People, cases and envoys as tests need them."""

from dataclasses import replace
from datetime import timedelta
from itertools import count
from typing import Any

from backoffice.cases.model import Case, CaseStatus, Entry, Origin
from backoffice.dispatch.model import Assignment, Envoy
from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Datum, Fix, Point, RawPoint, Source
from backoffice.kernel.ids import AssignmentId, CaseId, EnvoyId, PersonId
from backoffice.kernel.messages import Distance, MapPoint, Media, MediaKind, PlaceWords, Role
from backoffice.people.model import EmergencyContact, Person, Profile
from storage.engine import Database
from storage.people import PersonRows
from storage.vault import Vault
from tests.clocks import START

_numbers = count(1)
WECHAT = Address("wechat", "openid-1")
TELEGRAM = Address("telegram", "1001")


def address() -> Address:
    """An address nobody else has."""
    return Address("telegram", str(next(_numbers)))


def fix(**changes: Any) -> Fix:
    """A WeChat pin in Hanoi."""
    made = Fix(
        point=Point(21.028511, 105.854223),
        raw=RawPoint(21.028511, 105.854223, Datum.WGS84),
        source=Source.WECHAT_PIN,
        at=START,
        accuracy_m=35.0,
        ambiguous=True,
        alternative=Point(21.03, 105.86),
    )
    return replace(made, **changes)


def full_profile() -> Profile:
    """Everything somebody may tell about themselves."""
    return Profile(
        name="王小明",
        call_me="小明",
        phone="+8613912345678",
        languages=["zh", "en"],
        nationality="CN",
        contacts=[EmergencyContact("王母", "+8613987654321", "mother")],
        blood_group="AB-",
        allergies="penicillin",
        medicines="warfarin",
        document_digits="4471",
        duress_word="蓝鲸",
        envoy_sex="female",
        consents={"profile": "2026-03-01"},
    )


def person(**changes: Any) -> Person:
    made: dict[str, Any] = {
        "id": PersonId(f"person-{next(_numbers)}"),
        "locale": "zh_Hans",
        "created_at": START,
    }
    return Person(**(made | changes))


def place() -> PlaceWords:
    return PlaceWords("VN", {"": "Hanoi", "zh_Hans": "河内"}, Distance(3417.5, 41.25), "Asia/Ho_Chi_Minh")


def case(requester: PersonId, **changes: Any) -> Case:
    number = next(_numbers)
    made: dict[str, Any] = {
        "id": CaseId(f"case-{number}"),
        "ref": f"R{number}",
        "requester": requester,
        "origin": Origin.PIN,
        "opened_at": START,
        "due_at": START + timedelta(seconds=5),
        "fix": fix(),
        "place": place(),
    }
    return Case(**(made | changes))


def open_case(requester: PersonId, **changes: Any) -> Case:
    return case(requester, status=CaseStatus.OPEN, **changes)


def entry(case: CaseId, **changes: Any) -> Entry:
    made: dict[str, Any] = {
        "case": case,
        "at": START,
        "role": Role.TRAVELLER,
        "author": "person-1",
        "name": "王",
        "text": "我在酒店三楼",
        "media": Media("m1", MediaKind.PHOTO, "leg.jpg", "image/jpeg", 4711),
        "place": MapPoint(Point(21.028511, 105.854223), "here", 20.0),
    }
    return Entry(**(made | changes))


def envoy(person: PersonId, **changes: Any) -> Envoy:
    made: dict[str, Any] = {
        "id": EnvoyId(f"envoy-{next(_numbers)}"),
        "person": person,
        "name": "Nguyễn",
        "languages": ["vi", "zh"],
        "services": ["rescue"],
        "base": Point(21.0, 105.8),
        "on_duty": True,
        "phone": "+84912345678",
        "sex": "female",
        "position": Point(21.01, 105.81),
        "position_at": START,
        "rating": 4.5,
    }
    return Envoy(**(made | changes))


def assignment(case: CaseId, envoy: EnvoyId, **changes: Any) -> Assignment:
    made: dict[str, Any] = {
        "id": AssignmentId(f"assignment-{next(_numbers)}"),
        "case": case,
        "envoy": envoy,
        "asked_at": START,
        "wave": 1,
        "ring_km": 20.0,
        "distance_m": 1234.5,
        "from_base": False,
        "code_word": "red crane",
        "reasons": {"eta_s": 420.0},
    }
    return Assignment(**(made | changes))


async def known(database: Database, vault: Vault, *addresses: Address) -> PersonId:
    """Somebody who writes from all these addresses."""
    made = person()
    async with database.writing() as conn:
        people = PersonRows(conn, vault, START)
        await people.add(made, addresses[0])
        for also in addresses[1:]:
            await people.link(made.id, also)
        await conn.commit()
    return made.id
