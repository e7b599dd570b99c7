"""Signatures and AES agree with the platform's published vectors."""

import dataclasses
import json

import pytest

from bot.handlers.wechat import crypto, markup
from tests.bot.handlers.wechat import support

DOC_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
SAMPLE_C = (
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFmOD2L"
    "dJF9FrXpbUAh0B5GIItb52sn896wVsMSHGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6u"
    "x5VTjg3yt+WGzjlpKn6NPhRjpA912xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJ"
    "pXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669WuMyVWQLCz"
    "pu9GhglF2PE="
)


def _cipher(config: object = support.CONFIG, random: bytes = b"aaaabbbbccccdddd") -> crypto.Cipher:
    return crypto.Cipher(config, lambda bits: int.from_bytes(random[: bits // 8], "big"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("stamp", "nonce", "signature"),
    [
        ("1714036504", "1514711492", "f464b24fc39322e44b38aa78f5edd27bd1441696"),
        ("1714037059", "486452656", "899cf89e464efb63f54ddac96b0a0a235f53aa78"),
    ],
)
def test_the_published_signatures_are_ours(stamp: str, nonce: str, signature: str) -> None:
    assert crypto.sign("AAAAA", stamp, nonce) == signature


def test_the_sample_vectors_hold() -> None:
    for vector in json.loads(support.sample("signature_vectors.json")):
        assert crypto.sign(vector["token"], vector["timestamp"], vector["nonce"]) == vector["signature"]


def test_the_platforms_own_sample_push_opens() -> None:
    """Sample of the platform's Python kit: signature over the encrypted body, then the plain text byte for byte."""
    query = {"timestamp": "1409735669", "nonce": "1320562132", "msg_signature": ""}
    query["msg_signature"] = "5d197aaffba7e9b25a30732f161a50dee96bd5fa"
    assert crypto.body_is_signed("spamtest", query, SAMPLE_C)
    config = dataclasses.replace(support.CONFIG, app_id="wx2c2769f8efd9abc2", aes_key=DOC_KEY)
    opened = _cipher(config).open(SAMPLE_C)
    assert opened is not None
    assert (markup.leaves(opened.body) or {})["Content"] == "abcdteT"


def test_our_encryption_is_the_platforms() -> None:
    """Sample of the platform's Java kit with its fixed random bytes."""
    config = dataclasses.replace(support.CONFIG, app_id="wxb11529c136998cb6", aes_key=DOC_KEY)
    key = (_cipher(config).open(support.encrypted(b"x", config)) or pytest.fail("does not open")).key
    expected = "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg=="
    assert _cipher(config).seal("我是中文abcd123", key) == expected


def test_a_push_for_another_account_does_not_open() -> None:
    """The same key may serve two accounts of one owner."""
    other = dataclasses.replace(support.CONFIG, app_id="wxffffffffffffffff")
    assert _cipher().open(support.encrypted(b"<xml/>", other)) is None


@pytest.mark.parametrize("encrypt", ["", "YWJj", "!!!", "AAAAAAAAAAAAAAAAAAAAAA==", "\ud800", "é" * 8])
def test_garbage_does_not_open_and_does_not_raise(encrypt: str) -> None:
    assert _cipher().open(encrypt) is None


def test_the_previous_key_opens_while_a_rotation_lasts() -> None:
    """A push encrypted before the change is not lost, and its answer goes back under the key it came with."""
    before = dataclasses.replace(support.CONFIG, aes_key=support.OTHER_KEY)
    rotated = _cipher(dataclasses.replace(support.CONFIG, previous_aes_key=support.OTHER_KEY))
    opened = rotated.open(support.encrypted(b"<xml>old</xml>", before))
    assert opened is not None
    assert opened.body == b"<xml>old</xml>"
    assert rotated.seal("x", opened.key) == _cipher(before).seal("x", opened.key)
    assert rotated.open(support.encrypted(b"<xml>new</xml>")) is not None


def test_bytes_that_are_no_utf8_survive() -> None:
    """A message cut in the middle of a character is still somebody's message."""
    opened = _cipher().open(support.encrypted(b"<xml>\xe6\x95</xml>"))
    assert opened is not None
    assert opened.body == b"<xml>\xe6\x95</xml>"


def test_comparing_with_anything_but_ascii_is_just_false() -> None:
    assert not crypto.same("0" * 40, "é" * 40)
    assert not crypto.same("0" * 40, "\ud83d")


def test_secrets_are_not_shown() -> None:
    shown = repr(support.CONFIG) + repr(_cipher().open(support.encrypted(b"secret words")))
    assert support.CONFIG.app_secret not in shown
    assert support.CONFIG.aes_key not in shown
    assert "secret words" not in shown
