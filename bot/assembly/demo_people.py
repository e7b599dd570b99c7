"""Who has a phone in the demo: travellers, a family, and envoys around Bangkok, so that the first click works."""

from typing import Any

CITY = (13.7563, 100.5018)
"""Bangkok, the old town: the first place the sandbox's map offers."""
Person = tuple[str, str, str, str, tuple[str, ...], float, float]

_ENVOYS: tuple[Person, ...] = (
    ("telegram", "700000101", "陈静", "female", ("zh", "th", "en"), 0.012, 0.004),
    ("wechat", "oDEMOenvoy00000000000000001a", "李强", "male", ("zh", "th"), -0.021, 0.015),
    ("telegram", "700000102", "สมชาย", "male", ("zh", "th"), 0.034, -0.028),
)
"""Channel, address, name, sex, languages, and degrees north and east of the city's centre."""


ON_CALL = ("telegram", "700000301", "陈立")
"""Somebody of the centre's staff, whose phone rings when nobody takes a case."""


def envoy_rows() -> list[dict[str, Any]]:
    """The envoys as `import envoys` would have them."""
    return [_row(person) for person in _ENVOYS]


def _row(person: Person) -> dict[str, Any]:
    channel, address, name, sex, languages, north, east = person
    return {
        "name": name,
        "phone": "",
        "channel": channel,
        "address": address,
        "languages": list(languages),
        "services": ["interpret", "accompany"],
        "lat": CITY[0] + north,
        "lon": CITY[1] + east,
        "on_duty": True,
        "sex": sex,
    }


def phones() -> list[dict[str, Any]]:
    """The phones of the sandbox page."""
    travellers = [
        _phone("wechat", "oDEMOtraveller0000000000001a", "周婷", "traveller"),
        _phone("telegram", "700000001", "Anna", "traveller", "en"),
    ]
    envoys = [_phone(channel, address, name, "envoy", "zh-hans") for channel, address, name, *_ in _ENVOYS]
    family = [
        _phone("wechat", "oDEMOfamily000000000000001aa", "周妈妈", "family") | {"started": False},
        _phone("telegram", "700000201", "Mum", "family", "en") | {"started": False},
    ]
    channel, address, name = ON_CALL
    return [*travellers, *envoys, *family, _phone(channel, address, name, "staff", "zh-hans")]


def _phone(platform: str, address: str, name: str, role: str, language: str = "") -> dict[str, Any]:
    return {"platform": platform, "id": address, "name": name, "role": role, "language_code": language}
