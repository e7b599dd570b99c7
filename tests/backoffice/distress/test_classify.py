"""What starts an SOS by words, what does not, and what the operator is told about it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.distress import classify, tables
from backoffice.distress.table import Kind


def starts(said: str) -> bool:
    return classify.classify(said) is not None


@pytest.mark.parametrize(
    "said", ["/help", "/help@rescue_bot", "help me choose insurance", "帮我选保险", "幫我選保險"]
)
def test_the_requests_the_rules_name_do_not_start(said: str) -> None:
    assert not starts(said)


@pytest.mark.parametrize("said", ["", " ", "\n", "…", "👍", "1", "0", "120", "911", "2026-11-20"])
def test_digits_and_empty_messages_do_not_start(said: str) -> None:
    """A bare number answers a question; emergency numbers alone are too easily a price or a blood pressure."""
    assert not starts(said)


@pytest.mark.parametrize(
    "said",
    [
        "救 命",
        "救\u200b命",
        "救救救我",
        "救命",
        "ＳＯＳ",
        "s o s",
        "S.O.S!",
        "sooos help",
        "HEEELP",
        "🆘",
        "🆘🏽",
        "help\u00a0me",
        "ﾀｽｹﾃ",
        "たすけて",
        "살 려 주 세 요",
        "can’t breathe",
        "can't breathe",
        "我被車撞了",
        "我被车撞了",
        "help我",
        "快来sos救我",
        "救命\n我在曼谷",
    ],
)
def test_a_cry_is_heard_however_it_is_typed(said: str) -> None:
    assert starts(said)


@pytest.mark.parametrize(
    "said",
    [
        "你是我的救命稻草，可是现在救命啊",
        "help me choose insurance later, help me my dad collapsed",
        "SOS按钮怎么用？救命！！",
        "如果没人来我们会冻死，我们被困在山上",
        "去年骨折过，刚才又摔断了腿",
        "前に助けてもらった者です。また助けて",
        "작년에도 사고가 있었는데 지금 또 교통사고 났어요 빨리요",
        "not an emergency before, but now he is not breathing",
        "救命！我被困电梯里了哈哈",
    ],
)
def test_everyday_words_beside_it_do_not_hide_a_cry(said: str) -> None:
    assert starts(said)


@pytest.mark.parametrize(
    "said",
    [
        "帮我看看这个保单 please",
        "SOS button はどう使うの",
        "保险 cover 溺水 吗",
        "Could you 帮我翻译一下",
        "SOS 버튼 how does it work",
    ],
)
def test_mixed_languages_do_not_start_by_themselves(said: str) -> None:
    assert not starts(said)


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("救命", "zh_Hans"),
        ("我被车撞了", "zh_Hans"),
        ("我被車撞了", "zh_Hant"),
        ("助けて", "ja"),
        ("火事です", "ja"),
        ("살려주세요", "ko"),
        ("please help me", "en"),
        ("SOS", tables.UNDETERMINED),
        ("🆘", tables.UNDETERMINED),
    ],
)
def test_the_language_told_is_that_of_the_words(said: str, language: str) -> None:
    found = classify.classify(said)
    assert found is not None
    assert found.language == language


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("救命！我在清迈古城被车撞了，腿动不了", Kind.ACCIDENT),
        ("our bus rolled over", Kind.ACCIDENT),
        ("父が倒れた", Kind.ILLNESS),
        ("he is not breathing", Kind.ILLNESS),
        ("被抢劫了", Kind.ROBBERY),
        ("납치됐어요", Kind.KIDNAPPING),
        ("ホテルが火事 12階から降りられない", Kind.FIRE),
        ("someone is drowning", Kind.DROWNING),
        ("孩子走丢了", Kind.LOST),
        ("쓰나미가 와요 해변이에요", Kind.DISASTER),
        ("我被警察带走了，听不懂他们说什么", Kind.DETAINED),
        ("i want to kill myself", Kind.SELF_HARM),
        ("他打我，我躲在厕所里不敢出声", Kind.ASSAULT),
        ("エレベーターに閉じ込められた", Kind.TRAPPED),
        ("救命", None),
        ("SOS!!", None),
    ],
)
def test_the_operator_is_told_the_trouble_when_the_words_name_one(said: str, kind: Kind | None) -> None:
    found = classify.classify(said)
    assert found is not None
    assert found.kind == kind


def test_the_words_that_were_recognised_are_kept_for_the_operator() -> None:
    found = classify.classify("Hello, PLEASE HELP ME I am in Phuket")
    assert found is not None
    assert "help" in found.phrase
    written = classify.classify("你好。我被車撞了")
    assert written is not None
    assert written.phrase in "我被車撞了"


@pytest.mark.parametrize(
    ("said", "flag"), [("救命他没有呼吸了", True), ("SOS he is not breathing", True), ("救命", False)]
)
def test_a_life_threatening_sign_in_the_cry_is_marked(said: str, flag: bool) -> None:
    found = classify.classify(said)
    assert found is not None
    assert found.red_flag is flag


@pytest.mark.parametrize(
    "said", ["ช่วยด้วย", "au secours", "¡Socorro!", "Hilfe!", "aiuto", "помогите", "cứu tôi với", "jiuming"]
)
def test_cries_of_other_languages_and_romanised_ones_start(said: str) -> None:
    assert starts(said)


@pytest.mark.parametrize(
    ("said", "cry"),
    [
        ("救命", True),
        ("SOS", True),
        ("please help us", True),
        ("病人昏迷了", False),
        ("he is not breathing", False),
    ],
)
def test_asking_for_help_is_told_apart_from_telling_of_an_emergency(said: str, cry: bool) -> None:
    found = classify.classify(said)
    assert found is not None
    assert found.cry is cry


@pytest.mark.parametrize(
    "said",
    [
        "我需要支援",
        "需要支援",
        "I need backup",
        "応援お願いします",
        "지원 요청합니다",
        "on my way",
        "到了",
        "病人已经送到医院",
    ],
)
def test_the_ordinary_words_of_an_envoy_at_work_do_not_start(said: str) -> None:
    assert not starts(said)


@given(st.text(max_size=300))
def test_no_text_whatever_breaks_the_reading(said: str) -> None:
    found = classify.classify(said)
    assert found is None or found.phrase


@given(st.text(alphabet="救命help怎么用sos按钮?!. 如果被车撞了if not", max_size=60))
def test_a_clear_cry_in_its_own_sentence_wins_over_anything_before_it(before: str) -> None:
    assert starts(f"{before}\n快来人救命啊我被困住了")
