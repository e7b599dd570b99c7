"""Outdoor activities a policy may name: grades, names in five languages, and what people type for them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

import yaml

from backoffice.insurance.model import text
from backoffice.kernel import text as reading

RISKY = 3
"""The highest grade: some limits are lower, some prices higher."""
_APART = re.compile(r"[,，、;；/\n]+| and | und |和|與|与|と|및")


@dataclass(frozen=True, slots=True)
class Sport:
    """`risk` 1 to 3 is our own three-step guess."""

    id: str
    group: str
    risk: int
    names: Mapping[str, str]


@cache
def table() -> Mapping[str, Sport]:
    """By id, in the order of the menu."""
    file = resources.files("backoffice.insurance.data").joinpath("sports.yaml")
    rows = yaml.safe_load(file.read_text("utf-8"))["sports"]
    return {
        row["id"]: Sport(
            row["id"],
            row["group"],
            row["risk"],
            {k: str(v) for k, v in row.items() if k not in ("id", "group", "risk")},
        )
        for row in rows
    }


def risk(ids: Iterable[str]) -> int:
    """The highest grade among them; 0 for none."""
    return max((table()[id_].risk for id_ in ids if id_ in table()), default=0)


def name(id_: str, locale: str) -> str:
    sport = table().get(id_)
    return text(sport.names, locale) if sport else id_


_ALSO = {
    "alpine_skiing": "滑雪 skiing ski downhillskiing スキー 스키",
    "snowboarding": "单板 snowboard スノボ 보드",
    "scuba_diving": "潜水 水肺 diving scuba ダイビング 다이빙 스쿠버",
    "mountaineering": "爬山 登山 mountainclimbing 山登り",
    "hiking": "远足 健行 郊游 hike walking トレッキング日帰り 하이킹 트레킹당일",
    "rock_climbing": "攀登 climbing クライミング 클라이밍",
    "road_cycling": "骑行 骑车 自行车 cycling biking サイクリング 自転車 사이클링 자전거",
    "open_water_swimming": "游泳 海里游泳 swimming 海水浴 수영",
    "snorkelling": "snorkeling snorkel シュノーケル 스노쿨링",
    "kayaking": "划艇 canoeing カヌー 카누",
    "horse_riding": "骑行马 horseback horsebackriding 승마체험",
    "desert_crossing": "沙漠徒步 沙漠",
    "paragliding": "滑翔 パラグライディング",
    "bungee": "bungeejumping bungyjumping バンジー 번지",
    "zipline": "高空滑索 ziplining 짚라인",
    "motorcycle_touring": "摩托车 骑摩托 motorcycle motorbike バイク 오토바이",
    "jet_ski": "水上摩托 jetskiing 제트스키",
    "rafting": "泛舟 whitewaterrafting",
}
"""What people type for one of them, beside its names."""


@cache
def _by_name() -> Mapping[str, str]:
    """Every name in every language, every part of one written with a slash, and what people say instead."""
    found = {_key(word): id_ for id_, words in _ALSO.items() for word in words.split()}
    for sport in table().values():
        for words in sport.names.values():
            for part in (words, *re.split(r"[/／（(]", words)):
                found.setdefault(_key(part), sport.id)
    return found


def _key(words: str) -> str:
    return reading.simplified(reading.bare(words)).replace(" ", "")


def read(typed: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The sports somebody named, and the words that are none we know."""
    known: dict[str, None] = {}
    unknown: list[str] = []
    for part in (p.strip() for p in _APART.split(typed)):
        if not part:
            continue
        id_ = _by_name().get(_key(part))
        if id_:
            known[id_] = None
        else:
            unknown.append(part)
    return tuple(known), tuple(unknown)
