"""Sums as the pages write and read them."""

import re

from backoffice.kernel.money import Money, digits

_SUM = re.compile(r"[0-9]{1,15}(\.[0-9]{1,4})?", re.ASCII)


def said(amount: Money) -> str:
    """`CNY 1,234.50`: the code, never a sign that two currencies share; digits of the currency's own minor unit."""
    return f"{amount.currency} {amount.amount:,.{digits(amount.currency)}f}"


def read(amount: str, currency: str) -> Money:
    """What somebody typed, in whole units: `1,234.5`. Raises ValueError for anything else."""
    plain = amount.strip().replace(",", "").replace("，", "").replace(" ", "")
    if not _SUM.fullmatch(plain):
        raise ValueError("not a sum")
    return Money.of(plain, currency.strip().upper())
