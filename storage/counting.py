"""Which cases stand in figures (`cases.closing.counts`), as a condition: no drill, nothing closed as a test."""

import sqlalchemy as sa

from backoffice.cases.closing import UNCOUNTED
from storage.tables import cases

COUNTS = sa.and_(
    ~cases.c.drill,
    sa.or_(cases.c.close_reason.is_(None), cases.c.close_reason.not_in(sorted(UNCOUNTED))),
)
