"""Emergency numbers of a country: our own checked table, elsewhere libphonenumber's without labels."""

import csv
import re
from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from phonenumbers.phonemetadata import PhoneMetadata


class Service(StrEnum):
    """Who answers. GENERAL is one number for all of them."""

    GENERAL = "general"
    POLICE = "police"
    AMBULANCE = "ambulance"
    FIRE = "fire"
    TRAFFIC = "traffic"
    TOURIST_POLICE = "tourist_police"


_DIGITS = "0123456789"
_PIECE = re.compile(r"\(\?:|\[[^]]+]|\\d|[0-9)|?]")
_COMPLETE = frozenset({Service.POLICE, Service.AMBULANCE, Service.FIRE})


@dataclass(frozen=True, slots=True)
class Number:
    """A number with the service that answers it, where that is known from and when it was checked (ISO date)."""

    service: Service
    number: str
    source: str
    checked: str


@dataclass(frozen=True, slots=True)
class EmergencyNumbers:
    """`labelled` from our table; `others` are emergency numbers nobody may be told the service of.

    Both are empty where nothing is known: then no number is said.
    """

    country: str | None
    labelled: tuple[Number, ...] = ()
    others: tuple[str, ...] = ()


def numbers_for(country_code: str | None) -> EmergencyNumbers:
    """The numbers of an ISO 3166-1 country. Where the table lacks a service, the unlabelled rest is added."""
    if not country_code:
        return EmergencyNumbers(None)
    labelled = _table().get(country_code, ())
    services = {n.service for n in labelled}
    if Service.GENERAL in services or services >= _COMPLETE:
        return EmergencyNumbers(country_code, labelled)
    known = {n.number for n in labelled}
    rest = tuple(n for n in _listed(country_code) if n not in known)
    return EmergencyNumbers(country_code, labelled, rest)


@cache
def _table() -> dict[str, tuple[Number, ...]]:
    text = resources.files("backoffice.places").joinpath("data/emergency_numbers.csv").read_text("utf-8")
    table: dict[str, list[Number]] = {}
    for row in csv.DictReader(text.splitlines()):
        number = Number(Service(row["service"]), row["number"], row["source"], row["checked"])
        table.setdefault(row["country"], []).append(number)
    return {country: tuple(numbers) for country, numbers in table.items()}


@cache
def _listed(country_code: str) -> tuple[str, ...]:
    """Every number libphonenumber's emergency pattern of a country stands for, shortest first."""
    metadata = PhoneMetadata.short_metadata_for_region(country_code)
    if metadata is None or metadata.emergency is None or not metadata.emergency.national_number_pattern:
        return ()
    pieces = deque(_PIECE.findall(metadata.emergency.national_number_pattern))
    return tuple(sorted(_alternatives(pieces), key=lambda n: (len(n), n)))


def _alternatives(pieces: deque[str]) -> set[str]:
    """The numbers a pattern of digits, classes, groups, | and ? stands for; stops at the group's end."""
    done: set[str] = set()
    branch = {""}
    while pieces:
        piece = pieces.popleft()
        if piece == ")":
            break
        if piece == "|":
            done, branch = done | branch, {""}
            continue
        options = _alternatives(pieces) if piece == "(?:" else {d for d in _DIGITS if re.match(piece, d)}
        if pieces and pieces[0] == "?":
            options = options | {pieces.popleft()[1:]}
        branch = {head + tail for head in branch for tail in options}
    return done | branch
