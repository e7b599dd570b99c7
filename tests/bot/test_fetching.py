"""Files people sent are fetched at once, side by side, and none of them holds up another."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from backoffice.kernel.ids import MediaId
from backoffice.kernel.messages import Media, MediaKind
from bot import enclosures
from bot.channel import PermanentFailure, TemporaryFailure, UnknownOutcome
from tests.channels import observing, offline
from tests.channels.offline import Offline
from tests.clocks import FakeClock


@pytest.fixture
async def off(sqlite_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Offline]:
    async with offline.opened(sqlite_url, tmp_path / "data", clock) as opened:
        yield opened


async def expect(off: Offline, name: str, found: object, channel: str = "telegram") -> None:
    off.telegram.files[name] = found
    async with off.core.store.begin(off.clock.now()) as uow:
        await uow.media.expect(Media(name, MediaKind.PHOTO), None, channel, name)
        await uow.commit()


async def states(off: Offline) -> dict[str, str]:
    return {row.id: f"{row.state} {row.error}".strip() for row in await observing.fetches(off)}


async def test_a_file_is_kept_and_ready(off: Offline) -> None:
    await expect(off, "a", b"picture")
    assert await off.service.parts.fetching.step() == 1
    assert await off.core.media.get(MediaId("a")) == b"picture"
    assert await states(off) == {"a": "ready"}


async def test_what_can_never_be_had_ends_and_what_may_come_is_tried_again(off: Offline) -> None:
    """Too large or gone: failed. Busy or silent: again after the delay. Our own fault: again too."""
    await expect(off, "gone", PermanentFailure("gone"))
    await expect(off, "busy", TemporaryFailure("flood", 30))
    await expect(off, "lost", UnknownOutcome("timeout"))
    await expect(off, "off", b"", "fax")
    await off.service.parts.fetching.step()
    assert await states(off) == {
        "gone": "failed gone", "busy": "waiting flood", "lost": "waiting timeout", "off": "waiting broken",
    }  # fmt: skip
    off.telegram.files["lost"] = b"here"
    off.clock.advance(2)
    await off.service.parts.fetching.step()
    assert (await states(off))["lost"] == "ready"
    assert (await states(off))["busy"] == "waiting flood"


async def test_a_fetch_that_never_succeeds_ends(off: Offline) -> None:
    """Platforms keep files for days: after thirty tries it has failed, and letters say that it is missing."""
    await expect(off, "lost", UnknownOutcome("timeout"))
    for _ in range(40):
        await off.service.parts.fetching.step()
        off.clock.advance(700)
    assert await states(off) == {"lost": "failed timeout"}


async def test_one_broken_file_does_not_stop_its_neighbours(off: Offline) -> None:
    await expect(off, "bad", RuntimeError("disk full"))
    for name in "bcd":
        await expect(off, name, b"fine")
    await off.service.parts.fetching.step()
    assert [state for name, state in (await states(off)).items() if name != "bad"] == ["ready"] * 3


@pytest.mark.parametrize(
    ("head", "mime"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"RIFF\x00\x00\x00\x00WEBP", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"\x00\x00\x00\x18ftypisom", "video/mp4"),
        (b"\x00\x00\x00\x14ftypqt  ", "video/quicktime"),
        (b"#!AMR\n", "audio/amr"),
        (b"OggS\x00", "audio/ogg"),
        (b"%PDF-1.7", "application/pdf"),
        (b"who knows", ""),
        (b"", ""),
    ],
)
def test_the_first_bytes_say_what_a_file_is(head: bytes, mime: str) -> None:
    """Telegram names no type for photos, and names are what their senders typed."""
    assert enclosures.sniffed(head) == mime
