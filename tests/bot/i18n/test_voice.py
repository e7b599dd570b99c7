"""The catalogues speak as the service speaks: calm, short, in the reader's own script."""

import re
from collections.abc import Iterator

import pytest

from backoffice.kernel import text as reading
from bot.conversations import words
from bot.i18n import book
from bot.i18n.catalogues import LOCALES
from bot.i18n.templates import Template

BOOKS = {tag: book.read(tag) for tag in LOCALES}
TOP_MENU_BYTES, SUB_MENU_BYTES = 16, 60
OWN_NAMES = re.compile(r"简体中文|繁體中文|简体|繁體|语言|語言|日本語|한국어")
"""A language is named in itself, whatever the sentence around it."""
SIMPLIFIED_ONLY = set(
    "为时们发这说话请问还没让给对应动无电铃红级医药车辆边进远转运输门开关间闻队陆随难页顶项须预领题额"
    "风飞马验骑体头务办报护据择换损摇数断旧显晓书来条极构样检楼欢气济测满温湿灭灯点热爱状独环现画畅疗"
    "盘矿确离种积称穷笔签简紧约纸线练组细终绍经结络绝统继续维绿编缓网罗职联脏脑艺获虑补装观规视览觉誉"
    "计订认讨训议记讲许论设访证评识词译试该详语误读调谁谈谋谢谱负财责贤败货质贩购费资赛赶选递适遗释针"
    "钟钢钱铁银锁错长闭饭馆驾鸡麦黄齐龙"
)


def plain(template: Template) -> str:
    return "".join(piece.text for piece in template.pieces)


def sentences(tag: str) -> Iterator[tuple[str, str]]:
    for key, forms in BOOKS[tag].entries.items():
        for form in forms:
            yield key, plain(form)


@pytest.mark.parametrize("tag", LOCALES)
@pytest.mark.parametrize("mark", ["!", "！", "亲，", "哦", "~", "稍等", "please wait", "Please wait"])
def test_nobody_is_shouted_at_or_cajoled_or_told_to_wait_without_a_time(tag: str, mark: str) -> None:
    assert [key for key, said in sentences(tag) if mark in said] == []


@pytest.mark.parametrize("tag", LOCALES)
def test_digits_of_choices_stand_in_no_sentence(tag: str) -> None:
    """They are given out when the question is put."""
    hard_coded = re.compile(r"(?i)(回复|回覆|reply|press|返信：|답장:) ?[“「\"]?\d")
    assert [key for key, said in sentences(tag) if hard_coded.search(said)] == []


@pytest.mark.parametrize("tag", LOCALES)
def test_at_most_one_question_is_asked_at_a_time(tag: str) -> None:
    """ "你能去吗？" once; the text around a question tells."""
    assert [key for key, said in sentences(tag) if len(re.findall(r"[?？]", said)) > 1] == []


def test_travellers_are_addressed_politely_and_envoys_as_colleagues() -> None:
    envoys = ("offer.", "job.", "envoy.")
    for tag in ("zh_Hans", "zh_Hant"):
        for key, said in sentences(tag):
            assert ("您" if key.startswith(envoys) else "你") not in said, (tag, key)


def test_simplified_and_traditional_are_not_mixed() -> None:
    for key, said in sentences("zh_Hans"):
        assert not reading.is_traditional(OWN_NAMES.sub("", said)), key
    for key, said in sentences("zh_Hant"):
        assert set(OWN_NAMES.sub("", said)) & SIMPLIFIED_ONLY == set(), key


def test_menu_labels_fit_wechats_menu() -> None:
    for key, said in sentences("zh_Hans"):
        top = key in ("menu_label.sos", "menu_label.mine", "menu_label.more")
        if key.startswith("menu_label."):
            assert 0 < len(said.encode()) <= (TOP_MENU_BYTES if top else SUB_MENU_BYTES), key


WORDS = {
    "zh_Hans": {"help": "帮助", "case": "我的案件", "profile": "我的资料", "envoy_on": "值班", "sos": "SOS"},
    "zh_Hant": {"help": "說明", "case": "我的案件", "profile": "我的資料", "envoy_on": "值班", "sos": "SOS"},
    "en": {"help": "MENU", "case": "MY CASE", "profile": "MY PROFILE", "envoy_on": "ON DUTY", "sos": "SOS"},
    "ja": {
        "help": "ヘルプ",
        "case": "私の案件",
        "profile": "プロフィール",
        "envoy_on": "勤務開始",
        "sos": "SOS",
    },
    "ko": {"help": "도움말", "case": "내 사건", "profile": "내 프로필", "envoy_on": "출근", "sos": "SOS"},
}
SAID_IN = {
    "help": "menu.welcome",
    "case": "menu.help",
    "profile": "menu.help",
    "envoy_on": "envoy.off_duty",
    "sos": "menu.help",
}


@pytest.mark.parametrize("tag", LOCALES)
@pytest.mark.parametrize("command", SAID_IN)
def test_every_word_people_are_told_to_type_is_understood(tag: str, command: str) -> None:
    word = WORDS[tag][command]
    assert word in plain(BOOKS[tag].entries[SAID_IN[command]][0])
    assert words.command_named(word) == command


@pytest.mark.parametrize(
    ("tag", "word"),
    [("zh_Hans", "取消"), ("zh_Hant", "取消"), ("en", "CANCEL"), ("ja", "キャンセル"), ("ko", "취소")],
)
def test_the_word_that_cancels_a_countdown_is_understood(tag: str, word: str) -> None:
    assert word in plain(BOOKS[tag].entries["sos.kept_in_countdown"][0])
    assert "cancel" in words.meaning(word)


SWITCHES = {
    "zh_Hans": "中文",
    "zh_Hant": "繁體",
    "en": "English",
    "ja": "日本語",
    "ko": "한국어",
}


@pytest.mark.parametrize("tag", LOCALES)
def test_the_help_names_the_other_languages_and_their_names_switch(tag: str) -> None:
    said = plain(BOOKS[tag].entries["menu.help"][0])
    others = {other: name for other, name in SWITCHES.items() if other[:2] != tag[:2]}
    assert all(name in said for other, name in others.items() if not other.startswith("zh"))
    assert all(words.language_named(name) == other for other, name in others.items())


def test_what_a_cancel_shows_names_no_case_and_no_duress() -> None:
    """It is also what somebody under duress sees."""
    for tag in LOCALES:
        (form,) = BOOKS[tag].entries["sos.cancelled"]
        assert form.fields == frozenset()


def test_nobody_is_said_to_be_calling_before_somebody_is() -> None:
    """At dispatch the centre is alerted; only who has taken the case calls."""
    calling = re.compile(r"正在致电|正在给您打|正在打|is calling you|电话来|電話中|전화하고 있")
    for tag in LOCALES:
        assert [key for key, said in sentences(tag) if calling.search(said)] == []
