"""The child that opens strangers' files answers forty hostile ones, and stays alive, small and without a way out."""

import asyncio
import io
import struct
import zlib
from collections.abc import AsyncIterator, Callable
from functools import cache
from pathlib import Path
from typing import Any

import pillow_heif
import pytest
import pytest_asyncio
from PIL import Image

from backoffice.adapters import photo_decoder, photo_worker
from backoffice.adapters.photo_decoder import ChildDecoder
from backoffice.claims.evidence import Unfit
from backoffice.ports.claims import Unreadable

MARK = b"EVIL-PAYLOAD"
SCRIPT = b"<script>" + MARK + b"</script>"
GROWS_MOST_KB = 60_000
"""What the child may hold more after all forty than after the first."""


pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def decoder() -> AsyncIterator[ChildDecoder]:
    made = ChildDecoder()
    yield made
    await made.close()


def photo(kind: str = "JPEG", size: tuple[int, int] = (900, 700), **more: Any) -> bytes:
    out = io.BytesIO()
    picture = Image.effect_noise(size, 60).convert("RGB")
    picture.save(out, kind, **more)
    return out.getvalue()


@cache
def heic() -> bytes:
    out = io.BytesIO()
    pillow_heif.from_pillow(Image.radial_gradient("L").resize((900, 700)).convert("RGB")).save(out)
    return out.getvalue()


def pdf(pages: int = 1, size: tuple[float, float] = (300, 400)) -> bytes:
    """With a grey box on each page, so that it is not blank."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>"]
    kids = b" ".join(b"%d 0 R" % (3 + 2 * n) for n in range(pages))
    objects.append(b"<</Type/Pages/Kids[" + kids + b"]/Count %d>>" % pages)
    for n in range(pages):
        box = b"%d %d" % (int(size[0]), int(size[1]))
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 " + box + b"]/Contents %d 0 R>>" % (4 + 2 * n)
        )
        drawn = b"0.2 g 20 20 100 100 re f"
        objects.append(b"<</Length %d>>stream\n" % len(drawn) + drawn + b"\nendstream")
    return _numbered(objects)


def _numbered(objects: list[bytes], trailer: bytes = b"") -> bytes:
    body, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj" % number + each + b"endobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(body)
    size = b"%d" % (len(objects) + 1)
    body += b"xref\n0 " + size + b"\n0000000000 65535 f \n" + table
    return body + b"trailer<</Size " + size + b"/Root 1 0 R" + trailer + b">>\nstartxref\n%d\n%%%%EOF" % start


def scripted(action: bytes) -> bytes:
    """A page that would do something when it is opened."""
    return pdf().replace(b"/Type/Catalog", b"/Type/Catalog/OpenAction" + action, 1)


def png(width: int, height: int, data: bytes = b"", *, extra: bytes = b"") -> bytes:
    """As its header says it is, whatever stands in it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + head
        + extra
        + chunk(b"IDAT", data or zlib.compress(b"\0" * 64))
        + chunk(b"IEND", b"")
    )


def bomb_text() -> bytes:
    """A text chunk of 64 MB in a few kilobytes."""
    body = b"Comment\0\0" + zlib.compress(b"A" * (64 * 2**20), 9)
    chunk = struct.pack(">I", len(body)) + b"zTXt" + body + struct.pack(">I", zlib.crc32(b"zTXt" + body))
    whole, head = photo("PNG"), 33
    return whole[:head] + chunk + whole[head:]


def animated(kind: str) -> bytes:
    out, frames = io.BytesIO(), [Image.new("RGB", (400, 400), (n, 90, 90)) for n in range(0, 250, 10)]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


def exif(tag: int, value: bytes) -> bytes:
    notes = Image.Exif()
    notes[tag] = value
    return photo(exif=notes)


def flate_bomb() -> bytes:
    """A page whose drawing is 2 MB of commands."""
    packed = zlib.compress(b"0 0 m 1 1 l S\n" * (2**17), 6)
    stream = b"<</Length %d/Filter/FlateDecode>>stream\n" % len(packed) + packed + b"\nendstream"
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Contents 4 0 R>>", stream]  # fmt: skip
    return _numbered(objects)


def own_parent() -> bytes:
    """Its only page is the list of pages."""
    return _numbered([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R]/Count 1>>"])


def locked() -> bytes:
    """Encrypted with a key nobody has."""
    entry = (
        b"/Encrypt<</Filter/Standard/V 1/R 2/O<"
        + b"41" * 32
        + b">/U<"
        + b"42" * 32
        + b">/P -4>>/ID[<00><00>]"
    )
    return pdf().replace(b"/Root 1 0 R", b"/Root 1 0 R" + entry, 1)


TAKEN = ""
HOSTILE: dict[str, tuple[Callable[[], bytes], tuple[str, ...]]] = {
    "svg": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', (Unfit.FORMAT,)),
    "svg with entities": (lambda: b'<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a "' + MARK, (Unfit.FORMAT,)),
    "a page": (lambda: b"<!doctype html>" + SCRIPT, (Unfit.FORMAT,)),
    "a script": (lambda: b"#!/bin/sh\nrm -rf /\n" + MARK, (Unfit.FORMAT,)),
    "a program": (lambda: b"MZ" + MARK * 400, (Unfit.FORMAT,)),
    "an ELF program": (lambda: b"\x7fELF" + MARK * 400, (Unfit.FORMAT,)),
    "a zip": (lambda: b"PK\x03\x04" + MARK * 400, (Unfit.FORMAT,)),
    "an animated GIF": (lambda: animated("GIF"), (Unfit.FORMAT,)),
    "a TIFF": (lambda: photo("TIFF"), (Unfit.FORMAT,)),
    "a BMP": (lambda: photo("BMP"), (Unfit.FORMAT,)),
    "PostScript": (lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n(" + MARK + b") run", (Unfit.FORMAT,)),
    "an icon": (lambda: photo("ICO", (64, 64)), (Unfit.FORMAT,)),
    "nothing": (lambda: b"", (Unfit.EMPTY,)),
    "zeros": (lambda: bytes(50_000), (Unfit.EMPTY,)),
    "a video named as a photo": (lambda: b"\0\0\0\x18ftypmp42" + MARK * 100, (Unfit.FORMAT,)),
    "AVIF": (lambda: b"\0\0\0\x20ftypavif" + MARK * 100, (Unfit.FORMAT,)),
    "an animated WebP": (lambda: animated("WEBP"), (Unfit.ANIMATED,)),
    "an animated PNG": (lambda: animated("PNG"), (Unfit.ANIMATED,)),
    "a PNG of 400 million pixels": (lambda: png(20_000, 20_000), (Unfit.HUGE,)),
    "a PNG of impossible width": (lambda: png(2**31 - 1, 1), (Unfit.HUGE, Unfit.BROKEN)),
    "a PNG that ends at once": (lambda: png(900, 700), (Unfit.BROKEN,)),
    "a PNG with a text bomb": (bomb_text, (Unfit.BROKEN, TAKEN)),
    "a PNG with a wrong sum": (lambda: photo("PNG").replace(b"IDAT", b"IDAU", 1), (Unfit.BROKEN,)),
    "a truncated JPEG": (lambda: photo()[:4_000], (Unfit.BROKEN,)),
    "a JPEG of 65,500 square": (lambda: _resized(photo()), (Unfit.HUGE,)),
    "a JPEG's head and a page": (lambda: b"\xff\xd8\xff\xe0" + SCRIPT * 50, (Unfit.BROKEN,)),
    "a JPEG with a page behind it": (lambda: photo() + b"<html>" + SCRIPT, (TAKEN,)),
    "a JPEG with a zip behind it": (lambda: photo() + b"PK\x03\x04" + MARK * 99, (TAKEN,)),
    "a JPEG with a script in its notes": (lambda: exif(0x010E, SCRIPT), (TAKEN,)),
    "a JPEG with PHP in its comment": (lambda: photo(comment=b"<?php " + MARK), (TAKEN,)),
    "a PNG with a page in its text": (lambda: photo("PNG") + SCRIPT, (TAKEN,)),
    "a truncated HEIC": (lambda: heic()[:1_500], (Unfit.BROKEN,)),
    "HEIC boxes that never end": (lambda: b"\0\0\0\x18ftypheic" + bytes(4) + b"\xff\xff\xffmeta" * 50, (Unfit.BROKEN,)),
    "a HEIC with zeroed middle": (lambda: heic()[:800] + bytes(1_000) + heic()[1_800:], (Unfit.BROKEN, TAKEN)),
    "a PDF with JavaScript": (lambda: scripted(b"<</S/JavaScript/JS(app.alert\\('" + MARK + b"'\\))>>"), (TAKEN,)),
    "a PDF that starts a program": (lambda: scripted(b"<</S/Launch/F(" + MARK + b".exe)>>"), (TAKEN,)),
    "a PDF that calls home": (lambda: scripted(b"<</S/URI/URI(http://" + MARK + b")>>"), (TAKEN,)),
    "a PDF with a password": (locked, (Unfit.ENCRYPTED, Unfit.BROKEN)),
    "a PDF of 300 pages": (lambda: pdf(300), (Unfit.PAGES,)),
    "a PDF page of 4 km": (lambda: pdf(1, (12_000_000, 12_000_000)), (Unfit.HUGE, Unfit.EMPTY, TAKEN)),
    "a PDF that unpacks to a thousand times": (flate_bomb, (TAKEN, Unfit.SLOW, Unfit.BROKEN, Unfit.HUGE)),
    "a PDF whose pages are their own parent": (own_parent, (Unfit.BROKEN, Unfit.EMPTY)),
    "half a PDF": (lambda: pdf()[:90], (Unfit.BROKEN, Unfit.EMPTY)),
    "a PDF's head and a page": (lambda: b"%PDF-1.7\n<html>" + SCRIPT * 20, (Unfit.BROKEN,)),
}  # fmt: skip


def _resized(body: bytes) -> bytes:
    """The frame header says 65,500 × 65,500."""
    at = body.index(b"\xff\xc0") + 5
    return body[:at] + struct.pack(">HH", 65_500, 65_500) + body[at + 4 :]


def _kb(pid: int | str | None, what: str = "VmRSS") -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(what))


async def test_every_hostile_file_is_answered_and_nothing_of_it_is_handed_on(decoder: ChildDecoder) -> None:
    """At least forty kinds; the same child answers a good photo before and after, and has not grown."""
    assert len(HOSTILE) >= 40
    good = photo()
    assert (await decoder.look(good)).unfit == ""
    child, before, ours = decoder.child, _kb(decoder.child), _kb("self")
    wrong = []
    for name, (made, expected) in HOSTILE.items():
        body = made()
        seen = await decoder.look(body)
        if seen.unfit not in expected:
            wrong.append((name, seen.unfit))
        assert MARK not in seen.view, name
        assert not seen.view or seen.view[:3] == b"\xff\xd8\xff", name
        assert bool(seen.view) == (not seen.unfit), name
    assert wrong == []
    assert (await decoder.look(good)).unfit == ""
    assert decoder.child == child
    assert _kb(decoder.child) - before < GROWS_MOST_KB
    assert _kb("self") - ours < GROWS_MOST_KB


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIC", "PDF"])
async def test_each_format_people_send_is_opened(decoder: ChildDecoder, kind: str) -> None:
    body = {"HEIC": heic, "PDF": pdf}.get(kind, lambda: photo(kind))()
    seen = await decoder.look(body)
    assert (seen.unfit, seen.pages) == ("", 1)
    assert seen.print_ is not None
    assert Image.open(io.BytesIO(seen.view)).format == "JPEG"


async def test_all_pages_of_a_paper_stand_below_each_other(decoder: ChildDecoder) -> None:
    one, three = [Image.open(io.BytesIO((await decoder.look(pdf(n))).view)) for n in (1, 3)]
    assert three.height == 3 * one.height


async def test_a_child_that_is_killed_is_replaced() -> None:
    decoder = ChildDecoder()
    await decoder.look(photo())
    first = decoder.child
    assert first is not None
    decoder._child.kill()  # type: ignore[union-attr]
    assert (await decoder.look(photo())).unfit in ("", Unfit.SLOW)
    assert (await decoder.look(photo())).unfit == ""
    assert decoder.child != first
    await decoder.close()


async def test_a_file_that_takes_too_long_is_given_up() -> None:
    """The child is killed, the sender told, the next file opened by a fresh one."""
    slow = ChildDecoder(timeout_s=0.0001)
    assert (await slow.look(photo())).unfit == Unfit.SLOW
    assert slow.child is None
    with pytest.raises(Unreadable):
        await slow.redraw(photo())
    await slow.close()


async def test_the_child_has_no_network_no_files_and_little_memory(decoder: ChildDecoder) -> None:
    """No descriptor can be opened any more; nothing of our environment is there."""
    await decoder.look(photo())
    folder = Path(f"/proc/{decoder.child}")
    limits = (folder / "limits").read_text()
    assert "Max open files            3                    3" in limits
    assert "Max file size             0                    0" in limits
    space = next(line for line in limits.splitlines() if line.startswith("Max address space"))
    assert int(space.split()[3]) < 2 * 2**30
    assert b"RESCUE_" not in (folder / "environ").read_bytes()
    assert sorted(p.name for p in (folder / "fd").iterdir()) == ["0", "1", "2"]


async def test_a_fresh_child_takes_over_after_so_many_files() -> None:
    decoder = ChildDecoder(jobs_each=2)
    pids = []
    for _ in range(4):
        await decoder.look(b"nothing we open")
        pids.append(decoder.child)
    await decoder.close()
    assert len(set(pids)) == 2


async def test_many_at_once_are_answered_each_with_its_own(decoder: ChildDecoder) -> None:
    pictures = [photo(size=(700 + 10 * n, 700)) for n in range(6)]
    views = await asyncio.gather(*(decoder.redraw(each) for each in pictures))
    assert [Image.open(io.BytesIO(view)).width for view in views] == [700 + 10 * n for n in range(6)]


async def test_pages_and_limits_are_what_the_sentences_say() -> None:
    """ "At most 20 pages" stands in the catalogues."""
    assert photo_worker.MAX_PAGES == 20
    assert photo_decoder.TIMEOUT_S > photo_worker.SECONDS
