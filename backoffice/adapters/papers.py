"""Papers as PDF: one calm A4 layout, fonts for the five languages and Thai, the same bytes for the same facts."""

import io
import threading
import unicodedata
from collections.abc import Callable, Mapping
from importlib import resources
from typing import Final

import fontpkg
import pypdfium2
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont
from PIL import Image, ImageOps

from backoffice import ports
from backoffice.kernel.messages import Message, Param
from backoffice.papers import composing
from backoffice.papers.composing import Say
from backoffice.papers.model import Reader, Receipt, SceneReport, WeekStatement
from backoffice.papers.sheet import Block, Facts, Grid, Heading, Picture, Sheet, Sums, Words
from backoffice.ports.papers import MissingGlyph

_FACES: Final = {"ja": 0, "ko": 1, "zh_Hans": 2, "zh_Hant": 3}
"""The collection keeps one face per region: Han characters differ in shape (Noto CJK's own order)."""
_DEFAULT_FACE: Final = 2
_MAIN, _THAI = "cjk", "thai"
_MARGIN, _LABEL, _LINE = 20.0, 42.0, 7.0
_INK, _GREY, _RULE = (28, 30, 33), (95, 99, 104), (214, 216, 219)
_DROPPED: Final = frozenset({"So", "Sk", "Cf", "Me", "Mn", "Co", "Cs", "Cn", "Cc"})
"""Emoji and signs without a shape in a name: dropped when no font has them."""
_PHOTO_SIDE, _PHOTO_HEIGHT, _PHOTO_QUALITY = 1400, 90.0, 82
_PICTURE_SCALE: Final = 1.7
"""About 122 dots to the inch: 1000 points wide, readable on a telephone."""
_PICTURE_PAGES: Final = 6
_ONE_AT_A_TIME: Final = threading.Lock()
"""PDFium serves one thread at a time."""


class PdfPapers:
    """`ports.Papers` in the words of the catalogues."""

    def __init__(self, words: ports.Words) -> None:
        self._words = words

    def receipt(self, model: Receipt) -> bytes:
        return draw(composing.receipt(model, self._say(model.reader)))

    def statement(self, model: WeekStatement) -> bytes:
        return draw(composing.statement(model, self._say(model.reader)))

    def report(self, model: SceneReport) -> bytes:
        return draw(composing.report(model, self._say(model.reader)))

    def picture(self, pdf: bytes) -> bytes:
        return picture(pdf)

    def _say(self, reader: Reader) -> Say:
        def say(key: str, params: Mapping[str, Param]) -> str:
            return self._words.text(Message(key, params), reader.locale, reader.zone)

        return say


def draw(sheet: Sheet) -> bytes:
    """The sheet as PDF. Raises `MissingGlyph`."""
    page = _Page(sheet)
    for block in sheet.blocks:
        page.put(block)
    page.foot()
    return bytes(page.output())


def picture(pdf: bytes) -> bytes:
    """The pages of a PDF of ours, one below the other, as PNG in shades of grey unless it has photos."""
    with _ONE_AT_A_TIME, pypdfium2.PdfDocument(pdf) as document:
        shown = range(min(len(document), _PICTURE_PAGES))
        pages = [document[i].render(scale=_PICTURE_SCALE).to_pil() for i in shown]
    whole = Image.new("RGB", (max(p.width for p in pages), sum(p.height for p in pages)), "white")
    top = 0
    for one in pages:
        whole.paste(one, (0, top))
        top += one.height
    out = io.BytesIO()
    whole.quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


class _Page(FPDF):
    """The layout. Millimetres; only the regular weight exists, so size and grey carry the order of things."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(format="A4")
        self.sheet = sheet
        self.set_margin(_MARGIN)
        self.c_margin = 0.0
        self.set_auto_page_break(True, 26)
        self.set_creation_date(sheet.made_at)
        self.set_producer("")
        self._fonts()
        self.set_title(self._fit(sheet.title))
        self.set_lang(sheet.locale.replace("_", "-"))
        self.add_page()
        self._head()

    def _fonts(self) -> None:
        collection = str(resources.files("noto_cjk_sans_otc").joinpath("NotoSansCJK-Regular.ttc"))
        face = _FACES.get(self.sheet.locale, _DEFAULT_FACE)
        self.add_font(_MAIN, fname=collection, collection_font_number=face)
        self.add_font(_THAI, fname=str(fontpkg.path("Noto Sans Thai")))
        self.set_fallback_fonts([_THAI], exact_match=False)
        self.set_font(_MAIN, size=10.5)
        self.set_text_shaping(True)
        self._known = {
            code for font in self.fonts.values() if isinstance(font, TTFFont) for code in font.cmap
        }

    def _fit(self, text: str) -> str:
        """The text with signs nobody needs dropped. Raises `MissingGlyph` for anything else without a shape."""
        return "".join(sign for sign in text if self._drawable(sign))

    def _drawable(self, sign: str) -> bool:
        if ord(sign) in self._known or sign == "\n":
            return True
        if unicodedata.category(sign) in _DROPPED:
            return False
        raise MissingGlyph(f"U+{ord(sign):04X}")

    def _head(self) -> None:
        self._line(self.sheet.brand, 9.5, _GREY)
        self.ln(3)
        self._line(self.sheet.title, 22, _INK, 11)
        self._line(self.sheet.number, 9.5, _GREY)
        if self.sheet.mark:
            self.ln(2)
            self._framed(self.sheet.mark)
        self.ln(4)
        self._rule()
        self.ln(4)

    def foot(self) -> None:
        """Below every page once their number is known; call it last."""
        self.set_auto_page_break(False)
        pages = self.page
        for page in range(1, pages + 1):
            self.page = page
            self.set_y(-18)
            self._rule()
            self.ln(2)
            self._style(10.5, _INK)
            self._style(8, _GREY)
            number = self.sheet.page.replace("{page}", str(page)).replace("{pages}", str(pages))
            self.cell(self.epw * 0.8, 5, self._fit(self.sheet.foot))
            self.cell(self.epw * 0.2, 5, self._fit(number), align="R")

    def put(self, block: Block) -> None:
        match block:
            case Facts():
                self._facts(block)
            case Grid():
                self._grid(block)
            case Sums():
                self._sums(block)
            case Words():
                self._words(block)
            case Heading():
                self.ln(3)
                self._line(block.text, 12.5, _INK, 8)
            case Picture():
                self._photo(block.body)

    def _style(self, size: float, colour: tuple[int, int, int]) -> None:
        self.set_font(_MAIN, size=size)
        self.set_text_color(*colour)

    def _line(self, text: str, size: float, colour: tuple[int, int, int], height: float = 6) -> None:
        self._style(size, colour)
        self.multi_cell(0, height, self._fit(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _rule(self) -> None:
        self.set_draw_color(*_RULE)
        self.set_line_width(0.2)
        self.line(self.l_margin, self.get_y(), self.w - self.r_margin, self.get_y())

    def _framed(self, text: str) -> None:
        self._style(10.5, _INK)
        self.set_draw_color(*_INK)
        self.multi_cell(0, 8, self._fit(text), border=1, align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _facts(self, block: Facts) -> None:
        for label, value in block.rows:
            top = self.get_y()
            self._style(10.5, _GREY)
            self.multi_cell(_LABEL, _LINE, self._fit(label), align="L", new_x=XPos.RIGHT, new_y=YPos.TOP)
            self._style(10.5, _INK)
            self.set_xy(self.l_margin + _LABEL, top)
            self.multi_cell(0, _LINE, self._fit(value), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(2)

    def _grid(self, block: Grid) -> None:
        self._row(block, block.heads, _GREY)
        for row in block.rows:
            self._row(block, row, _INK)
        self.ln(2)

    def _row(self, block: Grid, cells: tuple[str, ...], colour: tuple[int, int, int]) -> None:
        share = self.epw / sum(block.widths)
        self._style(9.5, colour)
        texts = [self._fit(cell) for cell in cells]
        lines = [self._height(text, width * share) for text, width in zip(texts, block.widths, strict=True)]
        if self.will_page_break(max(lines)):
            self.add_page()
            self._style(9.5, colour)
        top, left = self.get_y(), self.l_margin
        for i, (text, width) in enumerate(zip(texts, block.widths, strict=True)):
            self.set_xy(left, top)
            self.multi_cell(width * share, 6, text, align="R" if i in block.right else "L")
            left += width * share
        self.set_xy(self.l_margin, top + max(lines))
        self._rule()

    def _height(self, text: str, width: float) -> float:
        found = self.multi_cell(width, 6, text, dry_run=True, output="HEIGHT")
        return float(found) if isinstance(found, int | float) else 6.0

    def _sums(self, block: Sums) -> None:
        self._rule()
        self.ln(1)
        for i, (label, value) in enumerate(block.rows):
            last = i == len(block.rows) - 1
            size, height = (14, 10) if last else (10.5, _LINE)
            self._style(10.5, _INK if last else _GREY)
            self.cell(self.epw * 0.5, height, self._fit(label))
            self._style(size, _INK)
            text = self._fit(value)
            self.cell(self.epw * 0.5, height, text, align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(3)

    def _words(self, block: Words) -> None:
        self._line(block.text, 8.5 if block.small else 10.5, _GREY if block.small else _INK, _LINE)
        self.ln(2)

    def _photo(self, body: bytes) -> None:
        """Upright, without the camera's notes, at most half a page high."""
        with Image.open(io.BytesIO(body)) as opened:
            photo = ImageOps.exif_transpose(opened).convert("RGB")
        photo.thumbnail((_PHOTO_SIDE, _PHOTO_SIDE))
        out = io.BytesIO()
        photo.save(out, "JPEG", quality=_PHOTO_QUALITY)
        height = min(_PHOTO_HEIGHT, self.epw * photo.height / photo.width)
        if self.will_page_break(height):
            self.add_page()
        self.image(out, h=height)
        self.ln(3)


_: Callable[[ports.Words], ports.papers.Papers] = PdfPapers
