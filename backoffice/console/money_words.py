"""Sums as the pages write and read them."""

from decimal import Decimal, InvalidOperation

from backoffice.kernel.money import Money, digits

LONGEST = 20


def said(amount: Money) -> str:
    """`CNY 1,234.50`: the code, never a sign that two currencies share; digits of the currency's own minor unit."""
    return f"{amount.currency} {amount.amount:,.{digits(amount.currency)}f}"


def read(amount: str, currency: str) -> Money:
    """What somebody typed, in whole units: `1,234.5`. Raises ValueError for anything else."""
    plain = amount.strip().replace(",", "").replace("，", "").replace(" ", "")
    if len(plain) > LONGEST or not plain.replace(".", "", 1).isascii():
        raise ValueError("not a sum")
    try:
        return Money.of(Decimal(plain), currency.strip().upper())
    except InvalidOperation as wrong:
        raise ValueError("not a sum") from wrong
