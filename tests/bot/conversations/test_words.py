"""Typed words are understood in five languages, and only as the whole message."""

import pytest

from bot.conversations import words

MEANT = {
    "confirm": "确认 確認 好 是 yes send_now 呼救 はい 예 확인 立即呼救 confirm ＹＥＳ Yes! 今すぐ",
    "cancel": "取消 取消! 取_消 我要取消 不要了 cancel "
    "CANCEL キャンセル 취소 取消吧 cancel_please 취소해_주세요 キャンセルお願いします",
    "accept": "接单 接單 accept 我去 我接 受けます 수락 갈게요 I'll_go",
    "decline": "不便 不接 decline 断ります 거절 不方便 I_can't no",
    "on_my_way": "出发 出發了 在路上 on_my_way omw 向かっています 가는_중",
    "arrived": "到了 已到达 已到達 arrived I'm_here 到着しました 도착했어요",
    "need_help": "我需要支援 需要支援 I_need_backup 応援お願いします 지원_요청",
    "cannot_go_on": "去不了了 无法继续 無法繼續 cannot_continue 続けられません 계속_할_수_없어요",
    "safe": "我安全了 没事了 沒事了 I'm_safe i’m_safe 無事です 大丈夫です 안전해요",
    "me": "本人 我自己 for_me 私です 저예요",
    "other": "别人 其他 someone_else 他の人 다른_사람",
    "hurt": "受伤了 受傷了 injured 怪我しています 다쳤어요",
    "not_hurt": "没受伤 沒有受傷 not_hurt けがはありません 안_다쳤어요",
    "unsure": "不确定 不知道 not_sure わかりません 모르겠어요",
    "skip": "跳过 跳過 skip スキップ 건너뛰기",
    "done": "完成 done 完了 완료",
    "back": "返回 back 戻る 뒤로",
    "erase": "删除 刪除資料 erase_my_data 削除 삭제",
    "revoke": "撤销授权 撤銷授權 revoke 共有を停止 공유_중지",
}


@pytest.mark.parametrize(
    ("value", "said"),
    [(value, said.replace("_", " ")) for value, row in MEANT.items() for said in row.split()],
)
def test_a_word_means_its_answer_in_every_language(value: str, said: str) -> None:
    assert value in words.meaning(said)


@pytest.mark.parametrize(
    "said",
    [
        "我要取消明天的酒店",
        "帮我取消保单",
        "不要取消",
        "别取消！",
        "请不要取消我的求助",
        "don't cancel",
        "please do not cancel it",
        "cancel my insurance policy",
        "my flight was cancelled",
        "キャンセルしないで",
        "予約をキャンセルしたい",
        "취소하지 마세요",
        "예약 취소하고 싶어요",
        "取消？",
        "cancel?",
        "取消 我被车撞了",
        "no",
        "不",
        "不要",
        "stop it",
        "やめて",
        "0",
    ],
)
def test_only_the_bare_word_cancels(said: str) -> None:
    """Questions, sentences, and words a victim may cry at somebody else ("no", "stop it") cancel nothing."""
    assert "cancel" not in words.meaning(said)


@pytest.mark.parametrize("said", ["1", "0", "2", "", "   ", "👍", "我需要支援" * 20, "今天去了长城", "到了?"])
def test_digits_long_texts_and_questions_mean_nothing_here(said: str) -> None:
    assert words.meaning(said) == frozenset()


def test_a_word_of_two_meanings_leaves_the_choice_to_the_open_question() -> None:
    assert words.meaning("好") >= {"confirm", "accept", "yes"}
    assert words.meaning("没有") >= {"decline", "not_hurt", "no"}


@pytest.mark.parametrize("value", ["cancel", "safe"])
def test_no_word_that_stands_an_sos_down_also_confirms_or_accepts(value: str) -> None:
    both = [
        phrase
        for phrase, meant in words.PHRASES.items()
        if value in meant and meant & {"confirm", "accept", "need_help"}
    ]
    assert both == []


@pytest.mark.parametrize(
    ("said", "locale"),
    [
        ("English", "en"),
        ("英文", "en"),
        ("English please", "en"),
        ("换成英文", "en"),
        ("中文", "zh_Hans"),
        ("简体", "zh_Hans"),
        ("Chinese", "zh_Hans"),
        ("繁體", "zh_Hant"),
        ("繁体中文", "zh_Hant"),
        ("日本語", "ja"),
        ("Japanese", "ja"),
        ("日本語で", "ja"),
        ("한국어", "ko"),
        ("韩语", "ko"),
        ("한국어로", "ko"),
        ("I speak English", None),
        ("有会说英文的医生吗", None),
        ("日本語の先生", None),
        ("", None),
    ],
)
def test_a_language_is_switched_by_naming_it_alone(said: str, locale: str | None) -> None:
    assert words.language_named(said) == locale


@pytest.mark.parametrize(
    ("said", "command"),
    [
        ("SOS", "sos"),
        ("一键救命", "sos"),
        ("一鍵救命", "sos"),
        ("/sos", "sos"),
        ("/SOS@rescue_test_bot", "sos"),
        ("我的求助", "case"),
        ("我的案件", "case"),
        ("my case", "case"),
        ("/case 12@rescue_test_bot", "case"),
        ("我的资料", "profile"),
        ("我的資料", "profile"),
        ("my profile", "profile"),
        ("/profile", "profile"),
        ("语言", "language"),
        ("語言", "language"),
        ("/language", "language"),
        ("帮助", "help"),
        ("/help", "help"),
        ("ヘルプ", "help"),
        ("도움말", "help"),
        ("/start", "start"),
        ("/start sos_TH", "start"),
        ("上岗", "envoy_on"),
        ("上崗", "envoy_on"),
        ("On duty", "envoy_on"),
        ("下岗", "envoy_off"),
        ("收工", "envoy_off"),
        ("off duty", "envoy_off"),
        ("/unknown", None),
        ("help", None),
        ("我的求助怎么样了呢谢谢", None),
        ("", None),
    ],
)
def test_a_command_is_a_whole_message(said: str, command: str | None) -> None:
    assert words.command_named(said) == command
