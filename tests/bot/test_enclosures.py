"""What goes with a letter: our own papers become a picture where no files are taken, a stranger's never."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from backoffice.kernel.exchange import Address, Letter, LetterState
from backoffice.kernel.ids import CaseId, LetterId, MediaId, PersonId
from backoffice.kernel.messages import Media, MediaKind, Message, Urgency
from bot.channel import Features
from bot.enclosures import Enclosures
from bot.handlers.telegram.outbound import FEATURES as TELEGRAM
from bot.handlers.wechat.outbound import FEATURES as WECHAT
from tests.clocks import FakeClock

AT = datetime(2026, 11, 20, 7, 9, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n"


class NoFetches:
    async def get(self, media: MediaId) -> None:
        return None


@dataclass
class Store:
    """One file under any id."""

    body: bytes = b"%PDF-1.7"

    async def put(
        self, case: CaseId | None, media: MediaId, body: bytes, person: PersonId | None = None
    ) -> None: ...

    async def get(self, media: MediaId) -> bytes:
        return self.body


class NoMaps:
    async def live_map(self, name: str, address: Address) -> str | None:
        return None

    async def points(self, case: CaseId, address: Address) -> list[str]:
        return []


def letter(media: str) -> Letter:
    file = Media(media, MediaKind.FILE, "receipt-K9Q2.pdf", "application/pdf")
    message = Message("order.receipt", media=file)
    to = Address("wechat", "o")
    return Letter(
        LetterId("letter"), "person", to, message, Urgency.NORMAL, LetterState.WAITING, 0, AT, "zh_Hans"
    )


@pytest.mark.parametrize(
    ("media", "features", "kind"),
    [
        ("paper-1", TELEGRAM, None),
        ("paper-1", WECHAT, MediaKind.PHOTO),
        ("0f3c", WECHAT, None),
    ],
)
async def test_only_our_own_paper_becomes_a_picture_and_only_where_it_must(
    clock: FakeClock, media: str, features: Features, kind: MediaKind | None
) -> None:
    found = await Enclosures(NoFetches(), Store(), NoMaps(), clock, lambda pdf: PNG).of(
        letter(media), features
    )
    assert found.kind is kind
    assert found.mime == ("image/png" if kind else "application/pdf")
    assert (found.body == PNG) is (kind is not None)
