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


@cache
def _by_name() -> Mapping[str, str]:
    """Every name in every language and every part of one written with a slash."""
    found: dict[str, str] = {}
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
