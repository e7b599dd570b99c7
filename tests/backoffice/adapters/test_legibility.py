"""Photos that cannot be read are named with the right fault; good ones are let through."""

import io
import random

import pytest
from PIL import Image

from backoffice.adapters import legibility, photo_worker
from backoffice.claims import evidence
from backoffice.claims.evidence import Fault, Print
from tests.backoffice.adapters import receipts

SEED = 20260503
"""Another than the one the limits were found with (1)."""


def counted(seed: int, number: int) -> tuple[int, int]:
    """How many degraded photos were named rightly, and how many good ones were refused."""
    named = refused = 0
    for true, picture in receipts.photos(seed, number):
        found = legibility.fault(picture)
        named += true is not None and found is true
        refused += true is None and found is not None
    return named, refused


def test_nearly_every_poor_photo_is_named_and_nearly_no_good_one_refused() -> None:
    """Of 40: the share of "95 of 100 named, 2 of 100 refused" is 19 of 20 and none; 200 run in the campaign."""
    named, refused = counted(SEED, 40)
    assert named >= 19
    assert refused == 0


@pytest.mark.parametrize("fault", list(Fault))
def test_each_fault_has_its_own_word(fault: Fault) -> None:
    assert legibility.fault(receipts.photo(random.Random(77), fault)) is fault


def test_an_empty_page_is_not_called_blurred() -> None:
    assert legibility.fault(Image.new("RGB", (1200, 1600), (214, 214, 210))) is None


def test_a_white_screenshot_reflects_nothing() -> None:
    picture = Image.new("RGB", (1080, 1900), "white")
    small = receipts.photo(random.Random(5)).resize((600, 800))
    picture.paste(small.point(lambda grey: 255 if grey > 150 else grey), (200, 500))
    assert legibility.fault(picture) is not Fault.GLARE


def _print(picture: Image.Image, quality: int = 90) -> Print:
    body = receipts.jpeg(picture, quality)
    small, large = photo_worker.prints(Image.open(io.BytesIO(body)))
    return Print(str(hash(body)), small, large)


def test_the_same_picture_saved_again_is_nearly_the_same_and_other_receipts_are_not() -> None:
    """Smaller, at less quality, a little brighter; and ten other receipts of the same shop."""
    first = receipts.photo(random.Random(1))
    known = _print(first)
    again = first.resize((first.width * 2 // 3, first.height * 2 // 3)).point(
        lambda grey: min(255, int(grey * 1.04))
    )
    assert evidence.near(known, _print(again, 55))
    others = [_print(receipts.photo(random.Random(seed))) for seed in range(2, 12)]
    assert not any(evidence.near(known, other) for other in others)
    assert not any(evidence.near(a, b) for i, a in enumerate(others) for b in others[:i])
