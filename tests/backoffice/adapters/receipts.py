"""Photos of receipts as telephones take them, drawn from a seed: good ones, and ones degraded in a known way."""

import io
import random
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from backoffice.claims.evidence import Fault

NAMES = (
    "COFFEE",
    "TAXI FARE",
    "ROOM 2 NIGHTS",
    "BANDAGE",
    "X-RAY",
    "CONSULTATION",
    "NOODLES",
    "WATER",
    "AMBULANCE",
)


def photos(seed: int, number: int) -> Iterator[tuple[Fault | None, Image.Image]]:
    """Half good, half with a fault, in turn."""
    dice = random.Random(seed)
    faults = list(Fault)
    for n in range(number):
        fault = faults[(n // 2) % len(faults)] if n % 2 else None
        yield fault, photo(dice, fault)


def photo(dice: random.Random, fault: Fault | None = None) -> Image.Image:
    """One receipt lying on something, by hand, under a lamp."""
    picture = _on_a_table(dice, _receipt(dice)) if dice.random() > 0.15 else _screenshot(dice)
    if fault is Fault.GLARE and picture.info.get("screen"):
        picture = _on_a_table(dice, _receipt(dice))
    made = _DEGRADED[fault](dice, picture) if fault else picture
    return _noisy(dice, made)


def jpeg(picture: Image.Image, quality: int = 88) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _receipt(dice: random.Random) -> Image.Image:
    """Paper with lines of print."""
    size = dice.randint(20, 27)
    font, lines = ImageFont.load_default(size), dice.randint(18, 26)
    paper = Image.new("L", (dice.randint(520, 620), int((lines + 4) * size * 1.5)), dice.randint(205, 238))
    draw = ImageDraw.Draw(paper)
    ink = dice.randint(25, 80)
    draw.text((40, 24), "CITY CLINIC CO LTD", fill=ink, font=ImageFont.load_default(size + 10))
    for line in range(lines):
        top = int((line + 3) * size * 1.5)
        draw.text((36, top), f"{dice.choice(NAMES)} {dice.randint(1, 9)}", fill=ink, font=font)
        draw.text(
            (paper.width - 150, top), f"{dice.randint(5, 900)}.{dice.randint(10, 99)}", fill=ink, font=font
        )
    return paper


def _on_a_table(dice: random.Random, paper: Image.Image) -> Image.Image:
    """Turned a little, on a darker ground with a grain, lit from one side."""
    angle = dice.uniform(-7, 7)
    turned = paper.rotate(angle, Image.Resampling.BICUBIC, expand=True, fillcolor=0)
    mask = Image.new("L", paper.size, 255).rotate(angle, expand=True, fillcolor=0)
    width, height = int(turned.width * dice.uniform(1.08, 1.4)), int(turned.height * dice.uniform(1.05, 1.25))
    grain = np.random.default_rng(dice.getrandbits(32)).normal(
        dice.randint(60, 130), 9, (height // 4 + 1, width // 4 + 1)
    )
    table = Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8)).resize((width, height))
    table.paste(turned, ((width - turned.width) // 2, (height - turned.height) // 2), mask)
    light = np.linspace(dice.uniform(0.85, 1.0), dice.uniform(0.95, 1.06), width, dtype=np.float32)
    if dice.random() < 0.5:
        light = light[::-1]
    lit = np.clip(np.asarray(table, dtype=np.float32) * light, 0, 255).astype(np.uint8)
    return _soft(Image.fromarray(lit), dice.uniform(0.2, 0.75))


def _screenshot(dice: random.Random) -> Image.Image:
    """A bill shown on a screen: white, crisp."""
    made = _receipt(dice).point(lambda grey: 255 if grey > 190 else grey)
    made.info["screen"] = True
    return made


def _soft(picture: Image.Image, radius: float) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(radius))


def _blurred(dice: random.Random, picture: Image.Image) -> Image.Image:
    """Out of focus, or moved."""
    if dice.random() < 0.5:
        return _soft(picture, dice.uniform(2.4, 7.0))
    far, little = dice.uniform(4.5, 9.0), dice.uniform(1.2, 2.2)
    return picture.filter(ImageFilter.BoxBlur((far, little) if dice.random() < 0.5 else (little, far)))


def _glaring(dice: random.Random, picture: Image.Image) -> Image.Image:
    """A lamp's reflection over the print."""
    grey = np.asarray(picture, dtype=np.float32)
    height, width = grey.shape
    row, column = height * dice.uniform(0.35, 0.65), width * dice.uniform(0.38, 0.62)
    tall, wide = height * dice.uniform(0.09, 0.2), width * dice.uniform(0.12, 0.25)
    y, x = np.mgrid[0:height, 0:width]
    far = ((y - row) / tall) ** 2 + ((x - column) / wide) ** 2
    return Image.fromarray(np.clip(grey + 520 * np.exp(-(far**1.5)), 0, 255).astype(np.uint8))


def _tiny(dice: random.Random, picture: Image.Image) -> Image.Image:
    picture = picture.copy()
    picture.thumbnail((dice.randint(180, 560),) * 2, Image.Resampling.LANCZOS)
    return picture


def _dark(dice: random.Random, picture: Image.Image) -> Image.Image:
    share = dice.uniform(0.08, 0.34)
    return picture.point(lambda grey: int(grey * share))


def _noisy(dice: random.Random, picture: Image.Image) -> Image.Image:
    """The sensor's noise, and the loss of being sent."""
    rng = np.random.default_rng(dice.getrandbits(32))
    grey = np.asarray(picture, dtype=np.float32)
    shaken = grey + rng.normal(0, dice.uniform(0.5, 3.0), grey.shape) * (grey < 254)
    sent = Image.fromarray(np.clip(shaken, 0, 255).astype(np.uint8))
    return Image.open(io.BytesIO(jpeg(sent, dice.randint(62, 92)))).convert("RGB")


_DEGRADED = {Fault.BLUR: _blurred, Fault.GLARE: _glaring, Fault.SMALL: _tiny, Fault.DARK: _dark}
