"""Telephone numbers: checked, kept as E.164, shown by their last digits."""

import re

import phonenumbers

LEAST_DIGITS, MOST_DIGITS = 6, 20
"""Fewer are an answer, a time or an emergency number; more are no slip of the thumb."""
_WRITTEN = re.compile(r"[\s+＋]*[\d\s()（）/-]+")
_DATE = re.compile(r"\b(19|20)\d\d[-/]\d{1,2}[-/]\d{1,2}\b|\b\d{1,2}[-/]\d{1,2}[-/](19|20)?\d\d\b")


def parse(text: str, region: str | None) -> str | None:
    """E.164 of a number found in `text`, or None. `region` (ISO alpha-2) helps with national forms."""
    for where in (region, "CN", None):
        for match in phonenumbers.PhoneNumberMatcher(text, where or "ZZ"):
            return phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
    return None


def unusual(text: str) -> str | None:
    """E.164 of an international number (with its +) whose length is right though no plan we know has it, or None.

    Plans change before their tables do: a number like this is kept and its owner asked to look at it again.
    """
    try:
        number = phonenumbers.parse(text.strip(), None)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def looks_like_one(text: str) -> bool:
    """Somebody meant a telephone number: digits enough, written as numbers are, and neither a date nor a place."""
    digits = sum(c.isdigit() for c in text)
    return LEAST_DIGITS <= digits <= MOST_DIGITS and bool(_WRITTEN.fullmatch(text)) and not _DATE.search(text)


def tail(phone: str) -> str:
    """The last four digits, all that a chat may show."""
    return phone[-4:]
