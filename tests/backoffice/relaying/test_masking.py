"""Nobody passes a number or an id to the other party, and no everyday word is lost on the way."""

import csv
import time
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.relaying import masking

HERE = Path(__file__).parent
ALLOWED_TO_SLIP = 5
"""Of 200: the issue asks for at least 195."""


def lines(name: str) -> list[str]:
    text = (HERE / f"{name}.txt").read_text("utf-8")
    return [line.replace(r"\n", "\n") for line in text.splitlines() if line and not line.startswith("#")]


def plain(marked: str) -> tuple[str, list[int]]:
    """The message, and the places of the letters and digits that nobody may read."""
    secret, inside, out = [], False, ""
    for sign in marked:
        if sign in "⟦⟧":
            inside = sign == "⟦"
            continue
        if inside and not sign.isspace() and (sign.isalnum() or sign.isnumeric()):
            secret.append(len(out))
        out += sign
    return out, secret


def slipped(name: str) -> list[str]:
    """The messages of which a part of the secret can still be read."""
    left = []
    for marked in lines(name):
        message, secret = plain(marked)
        hidden = {i for start, end in masking.hidden(message) for i in range(start, end)}
        if not set(secret) <= hidden:
            left.append(f"{marked!r} -> {masking.mask(message)!r}")
    return left


def changed(name: str) -> list[str]:
    return [f"{line!r} -> {masking.mask(line)!r}" for line in lines(name) if masking.mask(line) != line]


def test_at_least_195_of_200_evasive_spellings_are_fully_unreadable() -> None:
    assert len(lines("evasive")) == 200
    assert len(left := slipped("evasive")) <= ALLOWED_TO_SLIP, "\n".join(left)


def test_no_everyday_message_is_changed() -> None:
    assert len(lines("innocent")) >= 200
    assert changed("innocent") == []


@pytest.mark.parametrize("name", ["first_round", "held_out"])
def test_what_slipped_once_does_not_slip_again(name: str) -> None:
    assert slipped(f"{name}_evasive") == []
    assert changed(f"{name}_innocent") == []


@pytest.mark.parametrize("form", ["{}", "电话 {}", "call {}"])
@pytest.mark.parametrize("parted", [" ", "、", " / ", "/", ", "])
def test_every_emergency_number_of_our_table_stays(form: str, parted: str) -> None:
    known: dict[str, list[str]] = {}
    table = resources.files("backoffice.places").joinpath("data/emergency_numbers.csv").read_text("utf-8")
    for row in csv.DictReader(table.splitlines()):
        known.setdefault(row["country"], []).append(row["number"])
    for numbers in known.values():
        line = form.format(parted.join(numbers))
        assert masking.mask(line) == line


def test_lifted_masking_leaves_every_word() -> None:
    for marked in lines("evasive"):
        message, _ = plain(marked)
        assert masking.mask(message, lifted=True) == message


def test_masking_twice_is_masking_once() -> None:
    for marked in lines("evasive"):
        once = masking.mask(plain(marked)[0])
        assert masking.mask(once) == once


SIGNS = "0123456789零〇一三八壹①¹１𝟏๐么洞oIl|sze.-/ \n、,，()（[+:@#¥年元"
WORDS = "one double oh ゼロ いち 공 일 微信 V vx line id 后4位 点 然后 dot \u200b \ufe0f\u20e3 km t.me/ 扫我的码 倒着念"
PIECES = st.sampled_from([*SIGNS, *WORDS.split(" ")])


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=40).map("".join)))
def test_no_text_can_stop_the_masking_or_make_it_name_places_outside(text: str) -> None:
    spans = masking.hidden(text)
    assert all(0 <= start < end <= len(text) for start, end in spans)
    assert all(before[1] < after[0] for before, after in zip(spans, spans[1:], strict=False))
    masking.mask(text)


def test_a_message_costs_less_than_a_tenth_of_a_millisecond() -> None:
    every = [plain(line)[0] for line in lines("evasive") + lines("innocent")]
    for message in every:
        masking.mask(message)
    took = []
    for _ in range(5):
        begun = time.perf_counter()
        for message in every:
            masking.mask(message)
        took.append((time.perf_counter() - begun) / len(every))
    assert min(took) < 100e-6


@pytest.mark.parametrize(
    "piece", ["a", "1a", "1 ", "、1", "v x ", "one two ", "@a.b ", "138 1234 ", "扫我", "_ ", "微信是"]
)
def test_nobody_can_hold_the_service_up_with_a_long_message(piece: str) -> None:
    """The longest text a channel takes costs milliseconds, not seconds, whatever stands in it."""
    text = (piece * 4096)[:4096]
    begun = time.process_time()
    masking.mask(text)
    assert time.process_time() - begun < 0.2
