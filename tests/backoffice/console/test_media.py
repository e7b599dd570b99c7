"""Files people send are shown as new pictures or handed out as sandboxed downloads, never as they are."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from backoffice.console import media
from backoffice.kernel.ids import MediaId
from backoffice.ports import Operator
from backoffice.ports.claims import Unreadable
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening, photo
from tests.backoffice.console.world import Cast, busy
from tests.decoding import InProcess

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="window.__pwn=1"/>'
HTML = b"<!doctype html><script>window.__pwn=1</script>"


@pytest.fixture
async def cast(evening: Evening) -> Cast:
    return await busy(evening)


@pytest.fixture
async def lin(cast: Cast, visit: Callable[[Operator], Any]) -> Visitor:
    visitor: Visitor = await visit(cast.lin)
    return visitor


async def test_a_photo_is_drawn_anew(lin: Visitor, evening: Evening, cast: Cast) -> None:
    """No metadata, no tail: what hides in a file does not survive."""
    exif = Image.Exif()
    exif[0x010E] = "secret words"
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "red").save(out, "JPEG", exif=exif)
    await evening.file(cast.cases["7K3F"], MediaId("m-tail"), out.getvalue() + HTML)
    answer = await lin.get("/console/media/m-tail?as=photo")
    body = await answer.read()
    assert answer.content_type == "image/jpeg"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert b"__pwn" not in body
    assert b"secret words" not in body
    assert Image.open(io.BytesIO(body)).size == (300, 200)


@pytest.mark.parametrize("body", [SVG, HTML, b"", b"\xff\xd8\xff\xe0broken", b"GIF89a" + bytes(20)])
async def test_what_is_no_photo_is_never_shown(
    body: bytes, lin: Visitor, evening: Evening, cast: Cast
) -> None:
    """Neither SVG nor a page nor a broken picture: 415, and the download says attachment."""
    await evening.file(cast.cases["7K3F"], MediaId("m-odd"), body)
    assert (await lin.get("/console/media/m-odd?as=photo")).status == 415
    download = await lin.get("/console/media/m-odd")
    assert download.content_type == "application/octet-stream"
    assert download.headers["Content-Disposition"].startswith('attachment; filename="7K3F-m-odd')
    assert "sandbox" in download.headers["Content-Security-Policy"]
    assert await download.read() == body


async def test_a_picture_that_would_fill_the_memory_is_refused() -> None:
    """50 million pixels in a few kilobytes of PNG."""
    out = io.BytesIO()
    Image.new("1", (12_500, 4_000)).save(out, "PNG")
    with pytest.raises(Unreadable):
        await InProcess().redraw(out.getvalue())


async def test_a_large_photo_is_made_small() -> None:
    """The page needs no more than 1600 px."""
    assert max(Image.open(io.BytesIO(await InProcess().redraw(photo(4000, 3000)))).size) == 1600


@pytest.mark.parametrize(
    ("body", "end"),
    [
        (photo(), ".jpg"),
        (b"%PDF-1.7", ".pdf"),
        (b"#!AMR\n", ".amr"),
        (b"\0\0\0\x18ftypmp42", ".mp4"),
        (b"RIFF\0\0\0\0WEBP", ".webp"),
        (b"MZ", ".bin"),
        (HTML, ".bin"),
    ],
)
def test_a_download_is_named_by_its_first_bytes(body: bytes, end: str) -> None:
    """Not by what its sender calls it."""
    assert media.suffix(body) == end


async def test_looking_at_a_file_is_in_the_trail(lin: Visitor, evening: Evening) -> None:
    """Photos are personal data as much as words."""
    await lin.get("/console/media/m-street?as=photo")
    async with evening.database.reading() as conn:
        rows = (await conn.exec_driver_sql("SELECT action, object FROM audit")).all()
    assert ("media.view", "media:m-street") in [tuple(r) for r in rows]
