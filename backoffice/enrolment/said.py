"""What somebody types instead of the digit of a choice: "女", "fluent", "own car", "あとで"."""

from collections.abc import Mapping
from functools import cache

from backoffice.enrolment.model import Level, Sex, Step, Travel
from backoffice.kernel import text as reading

LATER = "skip"
_LATER = "later 以后 以后再填 稍后 晚点 後で あとで 나중에"
_YES = "yes yes,_keep_them agree i_agree ok okay 同意 好 好的 可以 是 はい 同意します 同意する 네 예 동의 동의합니다"
_NO = (
    "no disagree no_thanks no,_thank_you 不用了 不同意 不 不要"
    " 今はしない いいえ 同意しない 괜찮습니다 아니요 동의_안_함 동의하지_않음"
)
_DONE = (
    "done done,_go_on go_on continue no_more 继续 没有了 完成 完成，继续 完成，繼續 好了"
    " 続ける 以上 完了 完了、次へ 계속 완료 완료,_계속"
)
_UNLIMITED = "no_end unlimited permanent 长期 长期有效 長期有效 永久 無期限 無期限有効 期限なし 무기한"
_NONE = (
    "skip no no_photo no_thanks without_a_photo 跳过 不放照片 不放 不要 不用 不用了 无 跳過 写真なし"
    " なし スキップ いいえ 사진_없이 건너뛰기 아니요 없음"
)
_SAID: Mapping[str, Mapping[str, str]] = {
    Step.SEX: {
        Sex.FEMALE: "woman female f 女 女的 女性 女士 여 여자 여성",
        Sex.MALE: "man male m 男 男的 男性 男士 남 남자 남성",
        Sex.UNSAID: "rather_not_say prefer_not_to_say 不说 不说明 不想说 答えない 밝히지_않음",
    },
    Step.LEVEL: {
        Level.NATIVE: "native mother_tongue first_language 母语 ネイティブ 母国語 모국어 원어민",
        Level.FLUENT: "fluent advanced good very_good 流利 熟练 精通 很好 流暢 堪能 上級 유창 능숙 고급",
        Level.EVERYDAY: "everyday basic conversational intermediate a_little so_so 日常"
        " 一般 会一点 日常会話 少し 일상 기초 조금",
    },
    Step.TRANSPORT: {
        Travel.FOOT: "on_foot by_taxi on_foot_or_by_taxi taxi walk walking foot 步行"
        " 走路 打车 步行或打车 叫车 徒歩 タクシー 도보 택시 步行或叫車 徒歩またはタクシー"
        " 도보_또는_택시",
        Travel.MOTORBIKE: "motorbike scooter motorcycle motorbike_or_scooter 摩托 摩托车"
        " 电动车 机车 バイク スクーター 오토바이 스쿠터 摩托车或电动车 機車或電動車"
        " バイクまたはスクーター 오토바이_또는_스쿠터",
        Travel.CAR: "car own_car my_car by_car 开车 自己的车 自驾"
        " 有车 汽车 車 自分の車 자기_차 자동차 차",
        Travel.TRANSIT: "bus train metro bus,_train_or_metro 公交 地铁 公交或地铁"
        " 公车 捷运 バス 電車 地下鉄 버스 지하철 公車或捷運 バス・電車・地下鉄 버스나_지하철",
    },
    Step.CONSENT: {"yes": _YES, "no": _NO},
    Step.DOCUMENT: {"done": _DONE},
    Step.EXPIRY: {"unlimited": _UNLIMITED},
    Step.PORTRAIT: {"none": _NONE},
}  # fmt: skip


def choice(step: str, words: str) -> str | None:
    """The value of the step's choice that these words stand for, `skip` for later; None when they are none of it."""
    return _table(step).get(_key(words))


@cache
def _table(step: str) -> Mapping[str, str]:
    values = {**_SAID.get(step, {}), LATER: _LATER}
    return {_key(word.replace("_", " ")): value for value, words in values.items() for word in words.split()}


def _key(words: str) -> str:
    return reading.simplified(reading.bare(words))
