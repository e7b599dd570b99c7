"""Life-threatening signs in a typed answer: unconscious, not breathing, heavy bleeding, chest pain and the like."""

from backoffice.distress import tables
from backoffice.distress.table import Table, blanked
from backoffice.kernel import text as reading


def is_red_flag(text: str) -> bool:
    """Whether a typed message, in any of the five languages, names such a sign without denying it."""
    return in_folded(reading.fold(text))


def in_folded(folded: str) -> bool:
    """The same for text that `reading.fold` has been through."""
    return any(_names_sign(table, folded) for table in tables.spoken_in(folded))


def _names_sign(table: Table, folded: str) -> bool:
    message = tables.as_read(table, folded)
    if not table.red_flag.search(message):
        return False
    return table.red_flag.search(blanked(table.denial, message)) is not None
