"""Pictures and files to send without looking for one: drawn or shipped, the same every time."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

from bot.sandbox.files import NewFile

SIZE = (960, 720)
SHIPPED = Path(__file__).parent / "data" / "samples"
TOO_LARGE = 50 << 20


@dataclass(frozen=True)
class Sample:
    """A file on offer. `kind` is photo, voice, video or document."""

    name: str
    kind: str
    title_zh: str
    title_en: str


SAMPLES = (
    Sample("road", "photo", "事故现场", "Accident scene"),
    Sample("wound", "photo", "包扎的手臂", "Bandaged arm"),
    Sample("sign", "photo", "路牌", "Street sign"),
    Sample("voice", "voice", "语音", "Voice"),
    Sample("video", "video", "短视频", "Short video"),
    Sample("report", "document", "诊断书 PDF", "Medical report PDF"),
    Sample("oversized", "document", "50 MB 文件", "50 MB file"),
)


def sample(name: str, platform: str) -> NewFile:
    """The named sample as a new file; KeyError for an unknown name. Voices come in the platform's own format."""
    if name in DRAWN:
        return NewFile(_jpeg(name), f"{name}.jpg", "image/jpeg")
    if name == "voice":
        return _voice(platform)
    if name == "video":
        return NewFile(_shipped("video.mp4"), "video.mp4", "video/mp4", duration=3)
    if name == "report":
        return NewFile(_pdf(), "诊断证明.pdf", "application/pdf")
    if name == "oversized":
        return NewFile(b"PK", "ct.zip", "application/zip", declared_size=TOO_LARGE)
    raise KeyError(name)


def _voice(platform: str) -> NewFile:
    if platform == "wechat":
        return NewFile(_shipped("voice.amr"), "voice.amr", "audio/amr", duration=8)
    return NewFile(_shipped("voice.ogg"), "voice.ogg", "audio/ogg", duration=8)


@lru_cache(maxsize=8)
def _shipped(name: str) -> bytes:
    return (SHIPPED / name).read_bytes()


@lru_cache(maxsize=8)
def _jpeg(name: str) -> bytes:
    image = Image.new("RGB", SIZE)
    DRAWN[name](ImageDraw.Draw(image))
    out = io.BytesIO()
    image.filter(ImageFilter.GaussianBlur(1)).save(out, "JPEG", quality=82)
    return out.getvalue()


def _gradient(draw: ImageDraw.ImageDraw, top: tuple[int, ...], bottom: tuple[int, ...], rows: range) -> None:
    for y in rows:
        share = (y - rows.start) / max(1, len(rows) - 1)
        colour = tuple(round(a + (b - a) * share) for a, b in zip(top, bottom, strict=True))
        draw.line([(0, y), (SIZE[0], y)], fill=colour)


def _road(draw: ImageDraw.ImageDraw) -> None:
    """A motorbike lying on a road at dusk."""
    _gradient(draw, (36, 48, 84), (226, 142, 96), range(380))
    draw.polygon(
        [(0, 380), (180, 250), (330, 330), (520, 210), (760, 340), (960, 270), (960, 400), (0, 400)],
        (44, 52, 70),
    )
    _gradient(draw, (74, 76, 82), (42, 43, 48), range(380, 720))
    for x, width in ((430, 8), (455, 14), (500, 24)):
        y = 400 + (x - 430) * 4
        draw.polygon([(x, y), (x + width, y), (x + width + 14, y + 60), (x - 10, y + 60)], (228, 220, 190))
    for x in (330, 620):
        draw.ellipse((x, 500, x + 110, 590), outline=(18, 18, 20), width=18)
        draw.ellipse((x + 44, 534, x + 66, 556), fill=(150, 152, 158))
    draw.line([(385, 545), (480, 480), (590, 500), (675, 545)], fill=(178, 34, 34), width=22, joint="curve")
    draw.line([(590, 500), (560, 440), (530, 446)], fill=(70, 72, 78), width=10)
    draw.polygon([(800, 610), (850, 500), (900, 610)], outline=(232, 60, 44), width=14)


def _wound(draw: ImageDraw.ImageDraw) -> None:
    """A forearm with a bandage."""
    _gradient(draw, (206, 214, 220), (168, 178, 186), range(720))
    draw.polygon([(60, 300), (900, 240), (930, 470), (80, 470)], (224, 172, 140))
    draw.ellipse((20, 290, 160, 480), fill=(224, 172, 140))
    for step in range(7):
        x = 330 + step * 46
        draw.polygon(
            [(x, 268), (x + 58, 264), (x + 84, 478), (x + 26, 480)], (246 - step, 244 - step, 236 - step)
        )
        draw.line([(x + 58, 264), (x + 84, 478)], fill=(208, 204, 194), width=3)
    draw.ellipse((470, 340, 560, 410), fill=(172, 40, 38))
    draw.ellipse((488, 352, 540, 396), fill=(146, 26, 28))


def _sign(draw: ImageDraw.ImageDraw) -> None:
    """A street corner with a blue plate."""
    _gradient(draw, (132, 182, 226), (214, 232, 244), range(480))
    for x, height, shade in (
        (0, 330, 196),
        (190, 250, 178),
        (400, 380, 204),
        (620, 280, 186),
        (800, 350, 198),
    ):
        draw.rectangle((x, 500 - height, x + 180, 520), fill=(shade, shade - 14, shade - 34))
        for window in range(12):
            left, top = x + 22 + window % 3 * 50, 530 - height + window // 3 * 62
            draw.rectangle((left, top, left + 28, top + 38), fill=(96, 112, 130))
    _gradient(draw, (122, 122, 124), (92, 92, 96), range(520, 720))
    draw.rectangle((466, 300, 482, 660), fill=(92, 96, 100))
    draw.rounded_rectangle((300, 210, 660, 330), 14, fill=(22, 74, 160), outline=(240, 244, 250), width=6)
    draw.text((340, 232), "Thanon Na Phra Lan", fill="white", font_size=34)
    draw.text((340, 278), "Bangkok 10200", fill=(214, 226, 246), font_size=26)


DRAWN: dict[str, Callable[[ImageDraw.ImageDraw], None]] = {"road": _road, "wound": _wound, "sign": _sign}


@lru_cache(maxsize=1)
def _pdf() -> bytes:
    """A one-page PDF written out by hand: objects, then the table of their offsets."""
    text = (
        "BT /F1 20 Tf 60 780 Td (Medical report \\(sample\\)) Tj"
        " 0 -32 Td /F1 12 Tf (Fracture of the left tibia.) Tj ET"
    )
    objects = (
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(text)} >>\nstream\n{text}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    )
    body, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010d} 00000 n \n" for offset in offsets)
    count = len(objects) + 1
    tail = f"trailer\n<< /Size {count} /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return (body + f"xref\n0 {count}\n0000000000 65535 f \n{table}{tail}").encode("latin-1")
