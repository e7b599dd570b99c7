"""What storage offers fits what its users declare; mypy reads this, running it proves that the names exist."""

from typing import TYPE_CHECKING

from backoffice import ports
from backoffice.clockwork import deadlines as clockwork
from bot import delivery, enclosures, fetching, gate, riding
from bot.handlers.wechat import tokens as wechat_tokens
from bot.handlers.wechat import window as wechat_window
from storage.bus import LocalBus, RedisBus
from storage.deadlines import DeadlineQueue, DeadlineRows
from storage.fetches import Fetches
from storage.inbox import Inbox, InboxRows
from storage.letters import Letters
from storage.locks import LocalLocks, PostgresLocks
from storage.media import FileMedia, SealedMedia
from storage.outbox import OutboxRows
from storage.tokens import Tokens
from storage.windows import WindowRows, Windows

if TYPE_CHECKING:

    def fits(
        inbox: Inbox, inbox_rows: InboxRows, letters: Letters, fetches: Fetches, window_rows: WindowRows
    ) -> None:
        """The way in and the way out."""
        _1: gate.Inbox = inbox
        _2: gate.InboxRows = inbox_rows
        _3: gate.WindowRows = window_rows
        _4: delivery.Letters = letters
        _5: riding.RidingLetters = letters
        _6: enclosures.LiveMaps = letters
        _7: enclosures.Fetches = fetches
        _8: fetching.Fetches = fetches

    def fits_the_channel(windows: Windows, tokens: Tokens) -> None:
        _1: wechat_window.Windows = windows
        _2: wechat_tokens.TokenStore = tokens

    def fits_the_ports(rows: tuple[OutboxRows, DeadlineRows], queue: DeadlineQueue) -> None:
        _1: ports.Outbox = rows[0]
        _2: ports.Deadlines = rows[1]
        _3: clockwork.DeadlineQueue = queue

    def fits_between_processes(
        locks: LocalLocks | PostgresLocks, bus: LocalBus | RedisBus, media: FileMedia | SealedMedia
    ) -> None:
        _1: ports.Locks = locks
        _2: ports.Bus = bus
        _3: ports.MediaStore = media


def test_users_and_storage_agree_on_names() -> None:
    """Every method a user declares exists on what it is given."""
    pairs = (
        (gate.Inbox, Inbox),
        (delivery.Letters, Letters),
        (riding.RidingLetters, Letters),
        (enclosures.LiveMaps, Letters),
        (wechat_window.Windows, Windows),
        (wechat_tokens.TokenStore, Tokens),
        (ports.Outbox, OutboxRows),
        (ports.Deadlines, DeadlineRows),
        (clockwork.DeadlineQueue, DeadlineQueue),
        (ports.MediaStore, FileMedia),
    )
    for wanted, given in pairs:
        names = {name for name in vars(wanted) if not name.startswith("_")}
        assert names <= set(dir(given)), (wanted, given)
