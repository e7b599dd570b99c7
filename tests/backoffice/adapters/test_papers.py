"""Papers: the same facts give the same bytes, every sign is really there, and a page looks like a page."""

import hashlib
import io
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pypdfium2
import pytest
from PIL import Image

from backoffice.adapters.papers import PdfPapers
from backoffice.kernel.messages import PlaceWords
from backoffice.kernel.money import Money
from backoffice.papers.model import Account, Booked, Observed, Reader, Receipt, SceneReport, WeekStatement
from backoffice.ports import MissingGlyph
from bot.assembly.words import PlainWords
from bot.i18n.catalogues import LOCALES, Catalogues

AT = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
PAPERS = PdfPapers(PlainWords(Catalogues(strict=True)))
PLACE = PlaceWords("TH", {"": "Bangkok", "zh_Hans": "曼谷", "zh_Hant": "曼谷"}, zone="Asia/Bangkok")
RECEIPT = Receipt(
    reader=Reader("zh_Hans", "Asia/Bangkok"),
    ref="K9Q2",
    made_at=AT,
    kind="medical_visit",
    customer="周婷 🌸",
    envoy="สมชาย",
    place=PLACE,
    began=AT - timedelta(hours=3),
    ended=AT,
    minutes=180,
    total=Money(315000, "THB"),
    in_cny=Money(63200, "CNY"),
)
ELSEWHERE = """
import hashlib
from tests.backoffice.adapters import test_papers as here
print(hashlib.sha256(here.PAPERS.receipt(here.RECEIPT)).hexdigest())
"""


def pages(pdf: bytes) -> list[str]:
    with pypdfium2.PdfDocument(pdf) as document:
        return [str(page.get_textpage().get_text_range()).replace("\u00a0", " ") for page in document]


def week(lines: int) -> WeekStatement:
    owed, booked = Money(0, "THB"), []
    for i in range(lines):
        owed += Money(120000, "THB")
        booked.append(Booked(AT + timedelta(hours=i), "owe", "", Money(120000, "THB"), owed))
    account = Account(Money(0, "THB"), tuple(booked), owed, Money(0, "THB"), owed)
    return WeekStatement(RECEIPT.reader, "陈静", AT, AT + timedelta(days=7), AT, (account,))


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(out, "JPEG")
    return out.getvalue()


def test_same_facts_same_bytes_in_every_process() -> None:
    """A receipt asked for again is the same file."""
    first = PAPERS.receipt(RECEIPT)
    assert PAPERS.receipt(RECEIPT) == first
    told = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], env={"PYTHONHASHSEED": "7"}, capture_output=True, check=True
    )
    assert told.stdout.decode().strip() == hashlib.sha256(first).hexdigest()


@pytest.mark.parametrize("locale", LOCALES)
def test_a_receipt_speaks_every_language(locale: str) -> None:
    """One A4 page with the number, the sum and the names, in the reader's words."""
    body = PAPERS.receipt(replace(RECEIPT, reader=Reader(locale, "Asia/Bangkok")))
    with pypdfium2.PdfDocument(body) as document:
        assert [round(x) for x in document[0].get_size()] == [595, 842]
    (said,) = pages(body)
    for expected in ("K9Q2", "3,150.00", "周婷", "2026-11-20 15:30"):
        assert expected in said
    words = Catalogues(strict=True)
    assert words.sentence("paper.receipt", {}, locale, "UTC") in said


def test_emoji_of_a_name_are_dropped_and_a_script_without_a_font_is_an_error() -> None:
    """A hole in a paper is worse than none."""
    assert "🌸" not in pages(PAPERS.receipt(RECEIPT))[0]
    with pytest.raises(MissingGlyph, match=r"U\+0621|U\+06"):
        PAPERS.receipt(replace(RECEIPT, customer="محمد"))


def test_a_long_week_has_all_its_lines_and_counts_its_pages() -> None:
    found = pages(PAPERS.statement(week(60)))
    assert len(found) == 2
    assert sum(page.count("1,200.00") for page in found) >= 60
    assert "第 1 页，共 2 页" in found[0]
    assert "第 2 页，共 2 页" in found[1]
    assert "72,000.00" in found[1]


def test_a_week_without_a_line_says_so() -> None:
    assert "没有款项变动" in pages(PAPERS.statement(replace(week(0), accounts=())))[0]


def test_an_exercise_is_marked_on_the_paper() -> None:
    assert "演练" in pages(PAPERS.receipt(replace(RECEIPT, drill=True)))[0]


def test_a_report_shows_words_and_photos_in_their_order() -> None:
    later = Observed(AT, "已送到急诊，家属在场。", photo())
    earlier = Observed(AT - timedelta(minutes=20), "到达现场，人清醒。")
    model = SceneReport(RECEIPT.reader, "7K3F", "陈静", PLACE, AT, AT, (later, earlier))
    body = PAPERS.report(model)
    (said,) = pages(body)
    assert said.index("到达现场") < said.index("急诊")
    with pypdfium2.PdfDocument(body) as document:
        assert sum(item.type == 3 for item in document[0].get_objects()) == 1


def test_a_picture_of_a_paper_is_readable_and_small() -> None:
    """WeChat's temporary store takes 10 MB; its help also says two."""
    body = PAPERS.picture(PAPERS.statement(week(60)))
    with Image.open(io.BytesIO(body)) as page:
        assert page.width >= 1000
        assert page.height > 2 * page.width
    assert len(body) < 500_000
