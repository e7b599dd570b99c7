"""Who has a phone in the demo: travellers, a family, and a city of envoys, so that the first click works."""

from typing import Any

CITY = (21.0285, 105.8542)
"""Hanoi, Hoan Kiem lake."""

_ENVOYS: tuple[tuple[str, str, str, str, tuple[str, ...], float, float], ...] = (
    ("telegram", "700000101", "陈静", "female", ("zh", "vi", "en"), 0.012, 0.004),
    ("wechat", "oDEMOenvoy00000000000000001a", "李强", "male", ("zh", "vi"), -0.021, 0.015),
    ("telegram", "700000102", "Nguyễn Minh", "male", ("zh", "vi"), 0.034, -0.028),
    ("telegram", "700000103", "黄敏", "female", ("zh", "en"), -0.046, -0.031),
    ("telegram", "700000104", "Trần Lan", "female", ("zh", "vi", "en"), 0.071, 0.052),
)  # fmt: skip
_ELSEWHERE: tuple[tuple[str, str, str, tuple[str, ...], float, float], ...] = (
    ("700000105", "สมชาย", "male", ("zh", "th"), 13.7563, 100.5018),
    ("700000106", "林晓", "female", ("zh", "ja"), 35.6896, 139.7006),
    ("700000107", "Marie Liu", "female", ("zh", "fr"), 48.8566, 2.3522),
    ("700000108", "赵磊", "male", ("zh", "en"), 39.9042, 116.4074),
)


def envoy_rows() -> list[dict[str, Any]]:
    """The envoys as `import envoys` would have them."""
    rows = [
        _row(channel, address, name, sex, languages, CITY[0] + north, CITY[1] + east)
        for channel, address, name, sex, languages, north, east in _ENVOYS
    ]
    rows += [
        _row("telegram", address, name, sex, ls, lat, lon) for address, name, sex, ls, lat, lon in _ELSEWHERE
    ]
    return rows


def _row(
    channel: str, address: str, name: str, sex: str, languages: tuple[str, ...], lat: float, lon: float
) -> dict[str, Any]:
    return {
        "name": name,
        "phone": "",
        "channel": channel,
        "address": address,
        "languages": list(languages),
        "services": ["interpret", "accompany"],
        "lat": lat,
        "lon": lon,
        "on_duty": True,
        "sex": sex,
    }


def phones() -> list[dict[str, Any]]:
    """The phones of the sandbox page."""
    travellers = [
        {"platform": "wechat", "id": "oDEMOtraveller0000000000001a", "name": "周婷", "role": "traveller"},
        {
            "platform": "telegram",
            "id": "700000001",
            "name": "Anna",
            "role": "traveller",
            "language_code": "en",
        },
    ]
    envoys = [
        {"platform": channel, "id": address, "name": name, "role": "envoy", "language_code": "zh-hans"}
        for channel, address, name, *_ in _ENVOYS[:2]
    ]
    family = {"platform": "wechat", "id": "oDEMOfamily000000000000001aa", "name": "周妈妈", "role": "family"}
    return [*travellers, *envoys, family]
