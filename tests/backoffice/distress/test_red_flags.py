"""Which answers name a life-threatening sign, so that an open case rings again."""

import pytest

from backoffice.distress import red_flags

SIGNS = (
    "昏迷 没意识了 他没有意识 不省人事 叫不醒 没呼吸了 没有呼吸 不呼吸了 "
    "呼吸困难 喘不上气 胸痛 胸口很痛 大出血 血止不住 流了很多血 抽搐 "
    "昏迷不醒 沒有意識 沒呼吸了 呼吸困難 喘不過氣 胸口好痛 大量出血 血一直流 抽搐了 唔識呼吸 "
    "unconscious not_breathing she_isn't_breathing can't_breathe "
    "trouble_breathing chest_pain heavy_bleeding bleeding_a_lot "
    "it_won't_stop_bleeding he_won't_wake_up no_pulse having_a_seizure unresponsive "
    "意識がない 意識不明です 息をしていない 呼吸してない 胸が痛い "
    "胸が苦しい 大量出血 血が止まらない けいれんしている 心臓発作 "
    "의식이_없어요 의식불명 숨을_안_쉬어요 숨을_못_쉬어요 가슴이_아파요 "
    "가슴_통증 피가_많이_나요 출혈이_심해요 경련해요 심장마비"
)
NO_SIGNS = (
    "没有昏迷 意识清醒 没有胸痛 没有大出血 没流血 胸口不痛 呼吸正常 腿有点疼 没事 沒有昏迷 呼吸正常 手擦傷 "
    "not_unconscious no_chest_pain he_is_breathing no_bleeding she_isn't_bleeding "
    "bleeding_has_stopped breathing_fine my_leg_hurts ok "
    "意識はあります 息はしています 胸は痛くない 出血はありません 呼吸は正常です 足が少し痛い "
    "의식은_있어요 숨은_쉬어요 가슴_통증은_없어요 피는_안_나요 호흡은_정상이에요 다리가_조금_아파요"
)


@pytest.mark.parametrize("said", [sign.replace("_", " ") for sign in SIGNS.split()])
def test_a_life_threatening_sign_rings_again(said: str) -> None:
    assert red_flags.is_red_flag(said)


@pytest.mark.parametrize("said", [sign.replace("_", " ") for sign in NO_SIGNS.split()])
def test_a_denied_sign_or_a_small_hurt_is_no_red_flag(said: str) -> None:
    assert not red_flags.is_red_flag(said)


def test_one_sign_denied_does_not_hide_another() -> None:
    assert red_flags.is_red_flag("没有大出血，但是没有呼吸了")
    assert red_flags.is_red_flag("no bleeding but he is unconscious")
