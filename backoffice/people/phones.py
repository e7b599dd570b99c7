"""Telephone numbers: checked, kept as E.164, shown by their last digits."""

import phonenumbers

DIGITS_OF_A_NUMBER = 6
"""Fewer are an answer, a time or an emergency number."""


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
    """Digits enough for a telephone and no letters: somebody meant a number."""
    return sum(c.isdigit() for c in text) >= DIGITS_OF_A_NUMBER and not any(c.isalpha() for c in text)


def tail(phone: str) -> str:
    """The last four digits, all that a chat may show."""
    return phone[-4:]
