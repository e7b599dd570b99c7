"""The child process that opens strangers' files: no network, no files, little memory, one job after the other.

Everything it needs is imported before the limits are drawn; afterwards no descriptor can be opened any more. A job is
a length, a letter and the file; the answer is a length and JSON, a length and the picture drawn anew.
"""

import ctypes
import hashlib
import io
import json
import resource
import signal
import sys
import warnings
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Final

import numpy as np
import pillow_heif
import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageOps

from backoffice.adapters import legibility, photo_jobs
from backoffice.claims.evidence import Unfit

MEMORY = 900 * 2**20
"""What may be taken beyond what is needed to start."""
SECONDS = 12
"""Of processor time for one file."""
SHOWN_PX, QUALITY = 1600, 82
MAX_SIDE, MAX_PIXELS, MAX_HEIC_PIXELS, MAX_JPEG_PIXELS = 20_000, 40_000_000, 52_000_000, 220_000_000
"""A JPEG is opened at a part of its size: today's telephones take 200 million pixels, in HEIC 48 million."""
MAX_PAGES, PAGE_PX = 20, 1240
PDF_MIME, HEIC_MIME = "application/pdf", "image/heic"
_HEIF_BRANDS: Final = frozenset({b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc", b"hevx"})
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000


class NotTaken(Exception):
    """Why a file is not taken."""

    def __init__(self, why: Unfit) -> None:
        super().__init__(str(why))
        self.why = why


@dataclass(slots=True)
class Seen:
    """What is answered about a file; `picture` is drawn anew."""

    mime: str = ""
    pages: int = 0
    unfit: str = ""
    fault: str = ""
    prints: list[str] = field(default_factory=list)
    picture: bytes = b""


def type_of(body: bytes) -> str:
    """The media type by the first bytes, "" for everything that is not taken."""
    if body.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    if body[4:8] == b"ftyp" and body[8:12] in _HEIF_BRANDS:
        return HEIC_MIME
    return PDF_MIME if body.startswith(b"%PDF-") else ""


_FORMATS: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", HEIC_MIME: "HEIF"}


def look(body: bytes) -> Seen:
    """Type, legibility, a new picture, what it looks like. Never raises for what is in a file."""
    seen = Seen(type_of(body), prints=[hashlib.sha256(body).hexdigest(), "", ""])
    try:
        if not body.strip(b"\0 \r\n\t"):
            raise NotTaken(Unfit.EMPTY)
        if not seen.mime:
            raise NotTaken(Unfit.FORMAT)
        picture = _paper(body, seen) if seen.mime == PDF_MIME else _photo(body, seen)
        seen.prints[1:] = prints(picture)
        seen.picture = _drawn(picture)
    except NotTaken as refusal:
        seen.unfit = refusal.why
    except MemoryError:
        seen.unfit = Unfit.HUGE
    except Exception:  # whatever a decoder stumbles over: the file is broken, the service is not
        seen.unfit = Unfit.BROKEN
    return seen


def redraw(body: bytes) -> Seen:
    """A photo for a page of the console: as `look`, without judging it."""
    seen = Seen(type_of(body))
    try:
        if seen.mime not in _FORMATS:
            raise NotTaken(Unfit.FORMAT)
        seen.picture = _drawn(_opened(body, seen.mime, still=False))
    except NotTaken as refusal:
        seen.unfit = refusal.why
    except Exception:  # as above
        seen.unfit = Unfit.BROKEN
    return seen


def _photo(body: bytes, seen: Seen) -> Image.Image:
    picture = _opened(body, seen.mime, still=True)
    seen.pages, fault = 1, legibility.fault(picture)
    seen.fault = fault or ""
    return picture


def _opened(body: bytes, mime: str, *, still: bool) -> Image.Image:
    """Upright, in colour, at most `SHOWN_PX` on its longer side."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Image.open(io.BytesIO(body), formats=[_FORMATS[mime]]) as picture:
            _sized(picture, mime)
            if still and mime != HEIC_MIME and mime != "image/jpeg" and getattr(picture, "n_frames", 1) > 1:
                raise NotTaken(Unfit.ANIMATED)
            picture.draft("RGB", (SHOWN_PX, SHOWN_PX))
            picture.thumbnail((SHOWN_PX, SHOWN_PX), Image.Resampling.BOX)
            upright = ImageOps.exif_transpose(picture)
            return _on_white(upright)


def _sized(picture: Image.Image, mime: str) -> None:
    width, height = picture.size
    most = {"image/jpeg": MAX_JPEG_PIXELS, HEIC_MIME: MAX_HEIC_PIXELS}.get(mime, MAX_PIXELS)
    if max(width, height) > MAX_SIDE or width * height > most:
        raise NotTaken(Unfit.HUGE)


def _on_white(picture: Image.Image) -> Image.Image:
    """What is transparent is paper."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        paper = Image.new("RGB", picture.size, "white")
        paper.paste(picture, mask=picture.getchannel("A"))
        return paper
    return picture.convert("RGB")


def _paper(body: bytes, seen: Seen) -> Image.Image:
    """The pages of a PDF below each other. Scripts, forms and attachments are never run or read."""
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", 0) == pdfium.FPDF_ERR_PASSWORD
        raise NotTaken(Unfit.ENCRYPTED if locked else Unfit.BROKEN) from error
    try:
        seen.pages = len(document)
        if not seen.pages:
            raise NotTaken(Unfit.EMPTY)
        if seen.pages > MAX_PAGES:
            raise NotTaken(Unfit.PAGES)
        whole = _below([_page(document, number) for number in range(seen.pages)])
    finally:
        document.close()
    if np.asarray(whole.convert("L")).min() > 245:
        raise NotTaken(Unfit.EMPTY)
    return whole


def _page(document: pypdfium2.PdfDocument, number: int) -> Image.Image:
    page = document[number]
    width, height = page.get_size()
    if not (1 <= width <= 20_000 and 1 <= height <= 20_000):
        raise NotTaken(Unfit.HUGE)
    scale = min(PAGE_PX / width, PAGE_PX * 2 / height, 4.0)
    found: Image.Image = page.render(scale=scale).to_pil().convert("RGB")
    page.close()
    return found


def _below(pages: list[Image.Image]) -> Image.Image:
    whole = Image.new("RGB", (max(p.width for p in pages), sum(p.height for p in pages)), "white")
    top = 0
    for page in pages:
        whole.paste(page, (0, top))
        top += page.height
    return whole


def _drawn(picture: Image.Image) -> bytes:
    """A new JPEG: nothing of the old file but its colours."""
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()


def prints(picture: Image.Image) -> list[str]:
    """64 and 256 bits: whether each patch is brighter than its neighbour to the left, as hexadecimal."""
    return [_differences(picture, side) for side in (8, 16)]


def _differences(picture: Image.Image, side: int) -> str:
    small = picture.convert("L").resize((side + 1, side), Image.Resampling.BOX)
    grey = np.asarray(small, dtype=np.int16)
    bits = (np.diff(grey, axis=1) > 0).ravel()
    return f"{int(''.join('1' if bit else '0' for bit in bits), 2):0{side * side // 4}x}"


def serve(asked: BinaryIO, answered: BinaryIO) -> None:
    """One job after the other until the parent is gone."""
    while head := asked.read(photo_jobs.HEAD.size):
        (size,) = photo_jobs.HEAD.unpack(head)
        kind, body = asked.read(1), asked.read(size)
        _time_for_one()
        seen = look(body) if kind == photo_jobs.LOOK else redraw(body)
        picture, seen.picture = seen.picture, b""
        words = json.dumps(_plain(seen)).encode()
        answered.write(
            photo_jobs.HEAD.pack(len(words)) + words + photo_jobs.HEAD.pack(len(picture)) + picture
        )
        answered.flush()
        del body, picture
        _give_back()


def _give_back() -> None:
    """What one file needed is returned, so that a child stays as small as it began."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _plain(seen: Seen) -> dict[str, Any]:
    names = ("mime", "pages", "unfit", "fault", "prints")
    return {name: getattr(seen, name) for name in names}


def warm() -> None:
    """Whatever libraries load on first use is loaded before nothing can be opened any more."""
    pillow_heif.register_heif_opener()
    Image.init()
    Image.MAX_IMAGE_PIXELS = None  # our own measure is taken before anything is decoded
    tiny = Image.effect_noise((700, 700), 90).convert("RGB")
    for kind in ("JPEG", "PNG", "WEBP", "HEIF"):
        out = io.BytesIO()
        tiny.save(out, kind)
        look(out.getvalue())
    document = pypdfium2.PdfDocument.new()
    document.new_page(100, 100)
    out = io.BytesIO()
    document.save(out)
    look(out.getvalue())


def _time_for_one() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    until = int(used.ru_utime + used.ru_stime) + SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.RLIM_INFINITY))


def confine() -> None:
    """From here on: no new descriptor (so no file and no socket), no file written, little memory, no core dump."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if libc.unshare(_CLONE_NEWNET):
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
    with open("/proc/self/statm") as statm:
        mapped = int(statm.read().split()[0]) * resource.getpagesize()
    for what, most in (
        (resource.RLIMIT_AS, mapped + MEMORY),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 3),
    ):
        resource.setrlimit(what, (most, most))


def main() -> None:
    """Warm, confined, then at work; what decoders print goes to the parent's log or nowhere."""
    warm()
    confine()
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main()
