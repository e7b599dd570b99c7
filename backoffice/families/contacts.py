"""How somebody with neither app can be reached, read from what was typed beside their name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import phonenumbers
from phonenumbers import timezone

from backoffice.families.model import NAME_LIMIT, Reached

_MAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9.\-]+\.[A-Za-z]{2,24}")
_NOT_NAME = re.compile(r"[\s,，;；:：()（）]+")
HOMES = {"zh_Hans": "CN", "zh_Hant": "TW", "ja": "JP", "ko": "KR"}
_UNKNOWN_ZONE = "Etc/Unknown"
_SENTENCE = re.compile(r"[!?…。！？]")
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
WIDE_MOST, WORDS_MOST = 8, 5
""" "我妈妈王秀英" and "my sister Mary Ann Smith" are names; what is longer tells something."""


@dataclass(frozen=True, slots=True)
class Named:
    """A relative as typed: what they are called, and a number (E.164) or an address if one was there."""

    name: str
    reached: Reached = Reached.NONE
    contact: str = ""


def read(words: str, regions: Sequence[str] = ()) -> Named:
    """ "妈妈 +86 138 …", "Dad, dad@example.org" or just a name. A bad number is left in the name to be seen.

    `regions` (ISO 3166-1): whose national numbers are meant, the likeliest first.
    """
    mail = _MAIL.search(words)
    if mail:
        return Named(_name(words.replace(mail[0], " ")), Reached.EMAIL, mail[0])
    for region in regions or (None,):
        for match in phonenumbers.PhoneNumberMatcher(words, region):
            number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
            return Named(_name(words[: match.start] + " " + words[match.end :]), Reached.SMS, number)
    return Named(_name(words))


def regions(locale: str, own_number: str, country: str) -> list[str]:
    """Where a number without a country code is likely from: a family is at home, so home comes before abroad."""
    home = [HOMES.get(locale, ""), _country(own_number)]
    return list(dict.fromkeys(region for region in (*home, country) if region))


def _country(number: str) -> str:
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number, None)) or ""
    except phonenumbers.NumberParseException:
        return ""


def like_a_name(named: Named) -> bool:
    """Whether it can be what somebody calls a relative: a sentence typed meanwhile is no name."""
    if _SENTENCE.search(named.name):
        return False
    short = len(_WIDE.findall(named.name)) <= WIDE_MOST and len(named.name.split()) <= WORDS_MOST
    return short and bool(named.name or named.contact)


def _name(words: str) -> str:
    return _NOT_NAME.sub(" ", words).strip()[:NAME_LIMIT]


def zone(number: str) -> str:
    """The one time zone of a telephone number's country; empty when it has several or none."""
    try:
        zones = timezone.time_zones_for_number(phonenumbers.parse(number, None))
    except phonenumbers.NumberParseException:
        return ""
    return zones[0] if len(zones) == 1 and zones[0] != _UNKNOWN_ZONE else ""
