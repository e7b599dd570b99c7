"""QR codes of short texts, as a picture for a chat and as a drawing for a page."""

from io import BytesIO

import segno

BORDER = 4
"""Modules of white around it: ISO/IEC 18004 wants four."""


def png(text: str) -> bytes:
    """A square black and white picture of some 300 pixels, big enough to be scanned off a screen."""
    out = BytesIO()
    _made(text).save(out, kind="png", scale=10, border=BORDER)
    return out.getvalue()


def svg(text: str) -> str:
    """The same as an `<svg>` element without any style or script of its own."""
    return str(_made(text).svg_inline(scale=7, border=BORDER, light="#fff"))


def _made(text: str) -> segno.QRCode:
    return segno.make(text, error="m", micro=False)
