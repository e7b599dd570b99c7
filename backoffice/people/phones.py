"""Telephone numbers: checked, kept as E.164, shown by their last digits."""

import phonenumbers


def parse(text: str, region: str | None) -> str | None:
    """E.164 of a number found in `text`, or None. `region` (ISO alpha-2) helps with national forms."""
    for where in (region, "CN", None):
        for match in phonenumbers.PhoneNumberMatcher(text, where or "ZZ"):
            return phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
    return None


def tail(phone: str) -> str:
    """The last four digits, all that a chat may show."""
    return phone[-4:]
