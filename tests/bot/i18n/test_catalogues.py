"""A key and its values become a sentence, and whatever is wrong with them the reader gets words."""

import logging

import pytest

from bot.i18n.catalogues import LOCALES, Catalogues, MissingWords

SPEECH = Catalogues()
STRICT = Catalogues(strict=True)


def test_a_sentence_is_said_in_the_readers_language() -> None:
    said = {tag: STRICT.sentence("sos.cancelled", {}, tag, "UTC") for tag in LOCALES}
    assert said["zh_Hans"] == "已取消，没有通知任何人。需要时再发一次位置即可。"
    assert len(set(said.values())) == len(LOCALES)


@pytest.mark.parametrize(
    ("count", "words"), [(1, "1 envoy nearby"), (6, "6 envoys nearby"), (0, "0 envoys nearby")]
)
def test_english_counts_with_the_right_form(count: int, words: str) -> None:
    assert words in STRICT.sentence("sos.envoys_asked", {"count": count}, "en", "UTC")


def test_seconds_count_as_well() -> None:
    assert "in 1 second." in STRICT.sentence("sos.kept_in_countdown", {"seconds": 1}, "en", "UTC")


@pytest.mark.parametrize("locale", ["fr", "", "zh-CN", "../../etc", "123"])
def test_a_locale_we_do_not_have_is_answered_in_the_default_one(locale: str) -> None:
    assert SPEECH.sentence("sos.cancelled", {}, locale, "UTC").startswith("已取消")
    assert Catalogues(default="en").sentence("sos.cancelled", {}, locale, "UTC").startswith("Cancelled")


def test_has_knows_each_language_by_itself() -> None:
    assert SPEECH.has("sos.cancelled", "ko")
    assert not SPEECH.has("sos.nonsense", "ko")
    assert not SPEECH.has("sos.cancelled", "fr")


def test_a_missing_value_is_a_gap_and_logged_never_an_exception(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        said = SPEECH.sentence("sos.dispatched", {}, "zh_Hans", "UTC")
    assert said == "已为您呼救，编号 …。指挥中心已收到警报。"
    assert "sos.dispatched" in caplog.text


@pytest.mark.parametrize("locale", LOCALES)
def test_a_missing_sentence_is_never_shown_as_its_key(locale: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        said = SPEECH.sentence("sos.nonsense", {}, locale, "UTC")
    assert said == SPEECH.sentence("error.generic", {}, locale, "UTC")
    assert "SOS" in said
    assert "nonsense" in caplog.text


def test_in_tests_what_is_missing_is_an_error() -> None:
    with pytest.raises(MissingWords):
        STRICT.sentence("sos.nonsense", {}, "en", "UTC")
    with pytest.raises(MissingWords):
        STRICT.sentence("sos.dispatched", {}, "en", "UTC")


def test_a_sentence_missing_in_one_language_is_said_in_the_nearest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chinese readers get the other script, everybody else English."""
    speech = Catalogues()
    for tag in ("zh_Hant", "ja"):
        entries = dict(speech._books[tag].entries)
        del entries["sos.cancelled"]
        monkeypatch.setitem(speech._books, tag, type(speech._books[tag])(speech._books[tag].locale, entries))
    assert speech.sentence("sos.cancelled", {}, "zh_Hant", "UTC").startswith("已取消，没有")
    assert speech.sentence("sos.cancelled", {}, "ja", "UTC").startswith("Cancelled")


def test_braces_in_what_people_write_are_only_text() -> None:
    text = "{name} {0} {text.__class__} %s {"
    assert STRICT.sentence("relay.text", {"text": text}, "en", "UTC") == text
