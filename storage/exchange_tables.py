"""Tables of the way in and the way out: inbox, letters, deadlines, WeChat's ledger, tokens, live maps, files."""

import sqlalchemy as sa

from backoffice import ports
from backoffice.kernel import exchange, messages
from storage import fetches
from storage.types import BigSerial, Json, Utc, enum_column, metadata

_ID = sa.String(64)

inbox = sa.Table(
    "inbox",
    metadata,
    sa.Column("seq", BigSerial, primary_key=True, autoincrement=True),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("lane", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary),
    sa.Column("arrived_at", Utc, nullable=False),
    sa.Column("stored_at", Utc, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("state", enum_column(exchange.RowState), nullable=False),
    sa.Column("error", sa.Text, nullable=False, server_default=""),
    sa.Column("done_at", Utc),
    sa.Column("answer_letter", _ID, nullable=False, server_default=""),
    sa.UniqueConstraint("channel", "key"),
    sqlite_autoincrement=True,
)
"""`attempts` is 1 from the start: the row is stored by whoever is about to handle it; 2 after a
try beside others, more after tries alone."""

_untaken = inbox.c.state == exchange.RowState.NEW.value
sa.Index("ix_inbox_untaken", inbox.c.lane, inbox.c.seq, sqlite_where=_untaken, postgresql_where=_untaken)
_unpurged = sa.and_(inbox.c.state == exchange.RowState.DONE.value, inbox.c.body.is_not(None))
_parked = inbox.c.state == exchange.RowState.PARKED.value
sa.Index("ix_inbox_parked", inbox.c.seq, sqlite_where=_parked, postgresql_where=_parked)
sa.Index("ix_inbox_unpurged", inbox.c.done_at, sqlite_where=_unpurged, postgresql_where=_unpurged)

letter = sa.Table(
    "letter",
    metadata,
    sa.Column("seq", BigSerial, primary_key=True, autoincrement=True),
    sa.Column("id", _ID, nullable=False, unique=True),
    sa.Column("person", _ID, nullable=False),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("lane", sa.Text, nullable=False),
    sa.Column("urgency", enum_column(messages.Urgency), nullable=False),
    sa.Column("rank", sa.SmallInteger, nullable=False),
    sa.Column("state", enum_column(exchange.LetterState), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("doubts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", Utc, nullable=False),
    sa.Column("due", Utc, nullable=False),
    sa.Column("claimed_until", Utc),
    sa.Column("finished_at", Utc),
    sa.Column("case_id", _ID),
    sa.Column("entry", sa.Integer, nullable=False, server_default="0"),
    sa.Column("tag", sa.Text, nullable=False, server_default=""),
    sa.Column("riding", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("parcel", _ID, nullable=False, server_default=""),
    sa.Column("recalled", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("parts_sent", sa.Integer, nullable=False, server_default="0"),
    sa.Column("tried", Json, nullable=False, server_default="[]"),
    sa.Column("error", sa.Text, nullable=False, server_default=""),
    sa.Column("message", sa.LargeBinary, nullable=False),
    sa.Column("text_sent", sa.LargeBinary),
    sqlite_autoincrement=True,
)
"""`seq` is the order within a lane. `rank` is the urgency as a number, `due` when it may next be sent,
`doubts` how often its outcome was unknown, `parcel` the letter it travels with, `recalled` that its reader
may no longer know it although it is being sent just now."""

_open = letter.c.state.in_(("waiting", "riding", "sending"))
sa.Index(
    "ix_letter_open", letter.c.person, letter.c.rank, letter.c.seq, sqlite_where=_open, postgresql_where=_open
)
_waiting = letter.c.state == exchange.LetterState.WAITING.value
sa.Index("ix_letter_waiting", letter.c.rank, letter.c.seq, sqlite_where=_waiting, postgresql_where=_waiting)
sa.Index("ix_letter_tag", letter.c.person, letter.c.tag, sqlite_where=_waiting, postgresql_where=_waiting)
_sending = sa.and_(letter.c.state == exchange.LetterState.SENDING.value, letter.c.parcel == "")
sa.Index("uq_letter_sending", letter.c.lane, unique=True, sqlite_where=_sending, postgresql_where=_sending)
_riding = letter.c.state == exchange.LetterState.RIDING.value
sa.Index("uq_letter_riding", letter.c.riding, unique=True, sqlite_where=_riding, postgresql_where=_riding)
_held = letter.c.state == exchange.LetterState.HELD.value
sa.Index("ix_letter_held", letter.c.lane, sqlite_where=_held, postgresql_where=_held)
sa.Index("ix_letter_lane", letter.c.lane, sqlite_where=_waiting, postgresql_where=_waiting)
sa.Index("ix_letter_due", letter.c.due, sqlite_where=_waiting, postgresql_where=_waiting)
_in_hand = letter.c.state == exchange.LetterState.SENDING.value
sa.Index("ix_letter_lease", letter.c.claimed_until, sqlite_where=_in_hand, postgresql_where=_in_hand)
sa.Index("ix_letter_case", letter.c.case_id, letter.c.entry)

letter_ref = sa.Table(
    "letter_ref",
    metadata,
    sa.Column("id", BigSerial, primary_key=True, autoincrement=True),
    sa.Column("letter", _ID, nullable=False, index=True),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("ref", sa.Text, nullable=False),
    sa.Index("ix_letter_ref_ref", "channel", "ref"),
)
"""The platform's ids of what was sent: one row per message on somebody's screen."""

deadline = sa.Table(
    "deadline",
    metadata,
    sa.Column("id", _ID, primary_key=True),
    sa.Column("kind", enum_column(ports.DeadlineKind), nullable=False),
    sa.Column("person", _ID, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("due", Utc, nullable=False),
    sa.Column("payload", Json, nullable=False, server_default="{}"),
    sa.Column("state", enum_column(ports.DeadlineState), nullable=False),
    sa.Column("ended_at", Utc),
)
_armed = deadline.c.state == ports.DeadlineState.ARMED.value
sa.Index("ix_deadline_due", deadline.c.due, sqlite_where=_armed, postgresql_where=_armed)
sa.Index(
    "ix_deadline_person", deadline.c.person, deadline.c.due, sqlite_where=_armed, postgresql_where=_armed
)
sa.Index(
    "ix_deadline_subject", deadline.c.subject, deadline.c.kind, sqlite_where=_armed, postgresql_where=_armed
)

wechat_window = sa.Table(
    "wechat_window",
    metadata,
    sa.Column("address", sa.Text, primary_key=True),
    sa.Column("granted", sa.Integer, nullable=False),
    sa.Column("used", sa.Integer, nullable=False),
    sa.Column("expires_at", Utc),
)

access_token = sa.Table(
    "access_token",
    metadata,
    sa.Column("name", sa.String(64), primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
    sa.Column("fingerprint", sa.String(64), nullable=False),
    sa.Column("expires_at", Utc, nullable=False),
)
"""`fingerprint` is a keyed hash, so that a token can be dropped only while it is still the one meant."""

live_map = sa.Table(
    "live_map",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("lane", sa.Text, primary_key=True),
    sa.Column("ref", sa.Text, nullable=False),
    sa.Column("until", Utc, nullable=False),
    sa.Index("ix_live_map_lane", "lane"),
    sa.Index("ix_live_map_until", "until"),
)

media = sa.Table(
    "media",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("case_id", _ID),
    sa.Column("person", _ID),
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("stored_at", Utc, nullable=False),
    sa.Index("ix_media_case", "case_id"),
)

fetch = fetches.fetch
"""Files to fetch: the table stands beside its rows, and is listed here so that one import knows every table."""
