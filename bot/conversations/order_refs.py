"""An order named in chat by its reference: alone, or before the words that are meant for it."""

import re
import unicodedata
from typing import Final

from backoffice.kernel.ids import REF_ALPHABET
from backoffice.workflows.orders import REF_LENGTH

_NAMED: Final = re.compile(
    rf"\W*(?:订单|訂單|order|注文|주문)?\W*([{REF_ALPHABET}]{{{REF_LENGTH}}})(?![0-9A-Z])\W*(.*)",
    re.DOTALL | re.IGNORECASE,
)


def split(typed: str) -> tuple[str, str] | None:
    """(reference, the words after it) of "K3F2A", "#k3f2a: I am late"; None when a message does not begin so."""
    found = _NAMED.fullmatch(unicodedata.normalize("NFKC", typed.strip()))
    return (found[1].upper(), found[2].strip()) if found else None
