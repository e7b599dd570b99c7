"""Typed words understood everywhere: a whole short message as an answer, a language or a command.

Only the whole message counts: a sentence that merely contains "取消" or "cancel" cancels nothing.
Chinese rows hold for both scripts.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Final

from backoffice.kernel import text as reading

_LONGEST: Final = 60
"""Characters. No answer, language or command is longer."""

_COURTESY: Final = re.compile(
    r"^(?:please |pls |plz |ok |okay |请|麻烦(?:您|你)?)|(?: please| pls| plz| thanks| thank you| thx"
    r"|(?:を)?お(?:願い|愿い|ねがい)(?:します)?|(?:해)? ?(?:주세요|줘요|줘)|谢谢|[啊呀哦喔噢啦哈呢吧~])$"
)
_SLASH: Final = re.compile(r"/([a-z_]+)(?:@\w+)?(?:\s.*)?", re.DOTALL)
_SWITCH: Final = re.compile(
    r"^(?:in |to |speak |use |switch to |change to |language "
    r"|换成|换|切换成|切换到|切换|改成|改为|用|说|讲|请说|我要|我说)?"
    r"(.+?)(?: version| language|版|で|に(?:変更|変えて|して)|로|으로)?$"
)

_YES: Final = (
    "是 是的 对 对的 好 好的 可以 行 嗯 嗯嗯 ok okay okey yes yep yeah yea y "
    "はい うん ええ 네 예 응 넵 그래 좋아요"
)
_NO: Final = "不 不是 不要 不用 没有 否 no nope nah n いいえ いや 아니요 아니오 아뇨 아니"

_ANSWERS: Final[Mapping[str, str]] = {
    "yes": _YES,
    "no": _NO,
    "confirm": f"""{_YES} 确认 确定 立即呼救 立刻呼救 马上呼救 现在呼救 呼救 发送 立即发送 马上 快 快点
        立即 需要 要 还需要 confirm confirmed send send_now call call_now now yes_now yes_send yes_call
        sure go go_ahead do_it right_now yes_i_do i_do still_need_help yes_help 確認 確定 送信 今すぐ
        すぐ 呼んで 呼ぶ 今すぐ呼ぶ 今すぐ呼んで 必要です まだ必要です そうです 확인 확정 보내기 보내
        보내요 지금 지금_보내기 지금_호출 호출 바로 빨리 필요해요 맞아요""",
    "cancel": """取消 取消求助 取消呼救 取消求救 取消SOS 不要了 不用了 算了 撤销 撤回 我要取消 点错了
        按错了 误触 误按 搞错了 发错了 停止 唔使 唔使喇 唔要 按错 点错 弄错了 不需要 不需要了 不用救了
        cancel cancelled canceled cancel_it cancel_that cancel_sos cancel_the_sos stop abort never_mind
        nevermind nvm my_mistake mistake by_mistake wrong_button false_alarm dont_send don't_send
        do_not_send キャンセル キャンセルする キャンセルします キャンセルして 取り消し 取消し とりけし
        取り消す 取り消します 中止 やめる やめます 間違えた 間違えました 間違いです 誤操作 誤操作です
        不要です いりません 要りません 취소 취소해 취소해요 취소할게요 취소합니다 취소요 중지
        잘못_눌렀어요 실수예요 실수입니다 실수 필요없어요 필요_없어요""",
    "accept": f"""{_YES} 接单 接 我接 我接单 接了 我去 我可以 我能去 我来 我可以去 能去 愿意 没问题
        accept accepted i_accept i'll_take_it ill_take_it take_it i'll_go ill_go i_can_go i_can i_will
        i'll_do_it count_me_in 受けます 受ける 引き受けます 引き受ける 行きます 行けます 行く 承諾
        承諾します 承ります 了解、行きます 수락 수락해요 수락합니다 수락할게요 갈게요 갑니다
        갈_수_있어요 제가_갈게요 받을게요""",
    "decline": f"""{_NO} 不便 不方便 不接 不接单 拒绝 去不了 接不了 没空 没时间 不行 不去 我不去 不能去
        这次不行 唔得 唔得闲 decline declined i_decline pass reject refuse can't cant cannot can_not
        i_can't i_cant not_available unavailable busy i'm_busy can't_go i_can't_go not_now 断る
        断ります 辞退 辞退します 行けません 行けない 無理 無理です できません 都合が悪い 今は無理 거절
        거절해요 거절합니다 거절할게요 못_가요 못가요 안_돼요 안돼요 불가 어려워요 바빠요""",
    "on_my_way": """出发 出发了 已出发 我出发了 在路上 在路上了 我在路上 路上 上路了 正在赶来
        正在赶过去 赶过去 马上到 这就去 这就来 on_my_way i'm_on_my_way im_on_my_way omw on_the_way
        i'm_on_the_way i'm_coming im_coming coming leaving_now heading_there left set_off started
        向かっています 向かってます 向かいます 今向かっています 今向かってます 出発 出発しました
        出ました 今行きます 가는_중 가는_중이에요 가는_중입니다 출발 출발했어요 출발했습니다 출발합니다
        가고_있어요 지금_가요""",
    "arrived": """到了 已到 到达 已到达 已经到了 已经到达 我到了 我已到达 到现场了 已到现场 抵达 已抵达
        到咗 arrived i've_arrived ive_arrived i_have_arrived i_arrived here i'm_here im_here on_site
        on_scene at_the_scene reached i'm_there 到着 到着しました 到着です 着きました 着いた 現場に到着
        現場に着きました 도착 도착했어요 도착했습니다 도착함 현장_도착 왔어요""",
    "need_help": """我需要支援 需要支援 请求支援 需要增援 请求增援 需要人手 需要帮手 要支援 支援
        need_support i_need_support need_backup i_need_backup backup request_backup request_support
        send_backup need_assistance i_need_assistance 応援お願いします 応援 応援要請 応援を頼む
        応援が必要 応援が必要です 支援が必要 支援が必要です サポートが必要です 지원_필요
        지원이_필요해요 지원_필요해요 지원_요청 지원_요청합니다 지원해_주세요 지원이_필요합니다""",
    "cannot_go_on": """去不了了 我去不了了 来不了了 过不去了 到不了了 无法继续 我无法继续 不能继续
        继续不了 做不下去了 退出任务 放弃任务 cannot_continue can't_continue cant_continue
        i_can't_continue i_cannot_continue unable_to_continue can't_go_on cannot_go_on i_can't_go_on
        can't_make_it i_can't_make_it cannot_make_it have_to_stop must_drop_out drop_out withdraw
        続けられません 続けられない 続行できません 続行不可 行けなくなりました 行けなくなった 辞めます
        中断します 계속할_수_없어요 계속_못_해요 계속_못해요 못_가게_됐어요 더는_못_해요 포기합니다
        중단합니다""",
    "safe": """我安全了 安全 安全了 我安全 没事 没事了 我没事 我没事了 已经没事了 平安 我很安全
        我已安全 我们安全了 我们没事 已安全 脱险了 获救了 我得救了 冇事 冇事喇 safe i'm_safe im_safe
        i_am_safe we're_safe we_are_safe safe_now i'm_safe_now i_am_safe_now i'm_ok im_ok i'm_okay
        i_am_ok i'm_fine im_fine i_am_fine all_good all_ok i'm_alright ok_now i'm_ok_now we're_ok 無事
        無事です 安全です 大丈夫 大丈夫です もう大丈夫 もう大丈夫です 安全になりました 助かりました
        안전해요 안전합니다 저는_안전해요 이제_안전해요 괜찮아요 이제_괜찮아요 무사해요 무사합니다""",
    "me": """我 本人 自己 我自己 我本人 是我 给我 为我 为自己 为我自己 for_me me myself for_myself
        it's_me its_me i_am it's_for_me 私 自分 自分です 私です 本人 本人です 僕 俺 自分のため 저 저요
        나 나요 본인 본인이에요 제가요 저예요""",
    "other": """别人 他人 其他人 为别人 为他人 替别人 帮别人 朋友 家人 亲人 其他 其它 别的 旁人 同伴
        亲属 other others someone_else somebody_else for_someone_else another_person a_friend my_friend
        friend family for_a_friend something_else 他人 他の人 ほかの人 別の人 友達 友人 家族 その他
        ほか 知人 他の人のため 다른_사람 다른사람 타인 남 친구 가족 지인 기타 그_외 다른_사람이에요""",
    "hurt": """受伤 受伤了 有受伤 有伤 我受伤了 有人受伤 伤了 hurt injured i'm_hurt im_hurt i'm_injured
        yes_hurt wounded somebody_is_hurt けが けがあり 怪我 怪我あり 怪我した 怪我しています
        けがしています 怪我をしています 負傷 다쳤어요 다쳤습니다 부상 다침""",
    "not_hurt": f"""{_NO} 没受伤 没有受伤 没伤 无伤 未受伤 我没受伤 没有伤 没人受伤 冇受伤 not_hurt
        unhurt not_injured no_injuries i'm_not_hurt im_not_hurt nobody_hurt nobody_is_hurt no_one_hurt
        no_injury けがなし 怪我なし けがはない 怪我はない けがはありません 怪我はありません
        怪我していません 怪我してない 無傷 안_다쳤어요 안다쳤어요 다치지_않았어요 부상_없음 부상_없어요
        무상""",
    "unsure": """不确定 不清楚 不知道 说不清 不好说 唔知 not_sure unsure don't_know dont_know
        i_don't_know i_dont_know no_idea idk maybe わからない 分からない わかりません 分かりません 不明
        不明です 모르겠어요 모르겠습니다 몰라요 잘_모르겠어요 글쎄요""",
    "skip": """跳过 略过 下一个 下一项 以后再说 稍后 暂时没有 没有号码 无 skip next skip_it later
        not_now no_number none pass スキップ 飛ばす とばす 次へ 次 後で あとで なし 건너뛰기 건너뛸게요
        스킵 다음 나중에 없음 없어요""",
    "done": """完成 完成了 已完成 好了 结束 结束了 填完了 搞定 done finished finish complete completed
        that's_all thats_all all_done 完了 完了しました 終了 終わり 終わりました できました 以上 완료
        완료했어요 끝 끝났어요 다_했어요""",
    "back": "返回 后退 上一步 回去 返回上一步 back go_back previous 戻る もどる 前へ 뒤로 이전 돌아가기",
    "erase": """删除 删除资料 删除我的资料 清除 清除资料 抹掉 清空 erase delete erase_my_data
        delete_my_data erase_my_profile delete_my_profile erase_all delete_everything forget_me 消去
        削除 削除する 消す データを削除 情報を削除 プロフィールを削除 삭제 지우기 삭제해_주세요
        정보_삭제 프로필_삭제 내_정보_삭제""",
    "revoke": """撤销授权 撤回授权 取消授权 收回 收回授权 撤销链接 停止分享 停止共享 取消分享 关闭链接
        revoke revoke_link revoke_access stop_sharing withdraw_consent 取り消す権限 共有停止 共有を停止
        共有をやめる 許可を取り消す リンクを無効にする 공유_중지 공유_취소 권한_취소 동의_철회 철회
        링크_취소""",
    "here": """同一地点 同一个地方 就在这里 在这里 这里 一样 跟我一起 和我在一起 same_place same
        here_too with_me the_same_place right_here 同じ場所 同じ ここ ここです 一緒 一緒にいます
        같은_곳 같은_장소 여기 여기예요 같이_있어요""",
    "accident": "事故 意外 accident an_accident 事故です 사고",
    "illness": """生病 疾病 患病 病了 生病了 突发疾病 illness ill sick i'm_sick medical 病気 病気です
        急病 질병 병 아파요""",
    "crime": "犯罪 被盗 被偷 治安 遇到坏人 crime theft 犯罪 犯罪被害 盗難 범죄 도난",
    "lost": "走失 失踪 被困 lost missing 迷子 行方不明 실종 길_잃음",
    "disaster": "灾害 自然灾害 天灾 disaster natural_disaster 災害 自然災害 재해 재난 자연재해",
}

_LANGUAGES: Final[Mapping[str, str]] = {
    "zh_Hans": """中文 汉语 简体 简体中文 简中 中文简体 普通话 国语 华语 简体字 chinese mandarin
        simplified simplified_chinese putonghua zhongwen chinese_simplified 中国語 中国語簡体字 簡体字
        중국어 간체 중국어_간체 zh zh_cn""",
    "zh_Hant": """繁体 繁体中文 繁中 正体 正体中文 中文繁体 繁体字 粤语 广东话 白话 traditional
        traditional_chinese chinese_traditional cantonese 台湾中文 中国語繁体字 번체 중국어_번체 광둥어
        zh_tw zh_hk""",
    "en": "english eng en 英文 英语 ingles 英語 えいご イングリッシュ 영어 잉글리시",
    "ja": "日本語 日语 日文 日本话 日本语 japanese nihongo にほんご 일본어 일어 ja jp",
    "ko": """한국어 한글 한국말 조선말 korean hangugeo hangul 韩语 韩文 韩国语 朝鲜语 韓国語 かんこくご
        ハングル ko kr""",
}

_COMMANDS: Final[Mapping[str, str]] = {
    "sos": "sos 一键救命 一键求救 一键呼救 救命按钮 sos_button 紧急呼救 緊急SOS 긴급_sos",
    "case": """我的求助 我的案件 我的救援 案件 案件进展 求助进展 查询案件 案件进度 我的案子 my_case
        my_sos case case_status status_of_my_case 私の案件 案件の状況 私の救助 내_사건 내_사건_보기
        내_요청 사건_진행 사건_진행_상황""",
    "profile": """我的资料 个人资料 资料 我的档案 个人信息 修改资料 我的信息 my_profile profile
        my_details my_data プロフィール マイプロフィール 私の情報 個人情報 내_프로필 프로필 내_정보
        개인정보""",
    "order": """订星使 找星使 订服务 订星使服务 预订星使 约星使 找翻译 订翻译 找人陪 下单 我要下单
        我的订单 订单 订单状态 星使订单 服务订单 预约服务 order orders my_order my_orders new_order order_an_envoy
        book_an_envoy order_a_service book_a_service find_an_envoy i_need_an_interpreter order_status
        注文 注文する 注文したい
        予約 私の注文 サービス注文 通訳を頼む スタッフを頼む 現地スタッフの注文 주문 주문하기 내_주문 예약
        도우미_주문 도우미_예약 서비스_주문 통역_주문 주문_상황""",
    "cover": """我的保障 保障 我的保险 我的保单 保单 查保单 查询保单 保单查询 保险 my_cover cover my_insurance
        my_policy my_policies insurance 私の補償 補償 私の保険 保険 保険証券 내_보장 보장 내_보험 보험 내_보험증권""",
    "claim": """理赔 申请理赔 我的理赔 我要理赔 报销 保险理赔 理赔进度 查理赔 claim claims my_claim my_claims
        make_a_claim insurance_claim file_a_claim 保険金請求 保険金の請求 保険請求 請求する
        보험금_청구 보험_청구 내_청구 청구""",
    "buy_cover": """买保险 购买保险 投保 我要投保 我要买保险 买保障 购买保障 buy_cover buy_insurance
        get_insurance get_cover insure_me 保険に入る 保険を買う 保険加入 보험_가입 보험_들기 보험_사기""",
    "language": """语言 语言设置 切换语言 更换语言 改语言 语系 language languages change_language 言語
        言語設定 言語変更 언어 언어_설정 언어_변경""",
    "help": """帮助 使用帮助 使用说明 说明 怎么用 使用方法 菜单 功能 instructions how_to_use menu
        commands how_does_this_work ヘルプ 使い方 使い方を教えて 説明 メニュー 도움말 사용법 메뉴 안내""",
    "envoy_on": """上岗 上班 开始接单 我上岗了 上岗了 值班 开工 on_duty go_on_duty start_duty
        i'm_on_duty im_on_duty 勤務開始 出勤 待機開始 출근 근무_시작 대기_시작""",
    "envoy_off": """下岗 下班 收工 停止接单 休息 我下岗了 下岗了 收工了 off_duty go_off_duty end_duty
        i'm_off_duty im_off_duty 勤務終了 退勤 待機終了 퇴근 근무_종료 대기_종료""",
    "envoy_break": """小休 休息一下 休息一会 暂停接单 歇一会 break take_a_break i_need_a_break pause 休憩 小休憩 휴식
        잠깐_휴식""",
    "enrol": """我要做星使 我想做星使 做星使 成为星使 申请星使 申请做星使 加入星使 星使申请 当星使 我要当星使
        更新证件 更新證件 继续申请 become_an_envoy be_an_envoy i_want_to_be_an_envoy apply_as_envoy join_as_envoy
        envoy_application renew_my_document renew_document 星使になりたい 星使に応募 星使の応募 書類の更新
        성사가_되고_싶어요 성사_신청 성사_지원 서류_갱신""",
    "envoy_leave": """不做星使了 我不做星使了 退出星使 注销星使 stop_being_an_envoy leave_as_envoy 星使をやめる
        성사_그만두기""",
    "my_day": """我的一天 今日工作 我的工作 我的任务 我的收入 my_day my_jobs my_work my_earnings 私の一日
        今日の仕事 나의_하루 내_하루 오늘_업무""",
    "duty_hours": """值班时间 我的值班时间 设置值班时间 上班时间 duty_hours my_hours working_hours my_duty_hours
        勤務時間 근무_시간 내_근무_시간""",
    "transport": """交通方式 我的交通方式 怎么去 出行方式 how_i_travel my_transport transport means_of_transport
        移動手段 交通手段 이동_수단 교통수단""",
    "portrait": """我的照片 换照片 换我的照片 更换照片 my_photo my_portrait change_my_photo my_picture
        私の写真 写真の変更 내_사진 사진_변경""",
    "complain": """投诉 投訴 我要投诉 我要投訴 投诉订单 complain complaint i_want_to_complain make_a_complaint 苦情
        苦情を言う 불만_신고 불만_접수""",
    "appeal": """申诉 我要申诉 申訴 我要申訴 对理赔申诉 appeal i_want_to_appeal make_an_appeal 不服申立て 異議申立て
        이의신청 이의_신청""",
    "link": """绑定 绑定账号 绑定另一个账号 关联账号 连接账号 link link_account link_accounts connect_accounts
        アカウント連携 連携 계정_연결 계정_연동""",
    "family": """邀请家人 通知家人 告诉家人 告知家人 家人关注 让家人知道 我的家人 家人进展 invite_family
        invite_my_family tell_my_family my_family family_updates let_my_family_know 家族を招待
        家族に知らせる 家族に知らせて 가족_초대 가족에게_알리기 가족에게_알려줘 우리_가족""",
    "unfollow": """停止关注 不再关注 取消关注 stop_following unfollow フォローをやめる フォロー解除 팔로우_중지
        그만_받기""",
}
_SLASHES: Final[Mapping[str, str]] = {
    "sos": "sos",
    "case": "case",
    "mycase": "case",
    "my_case": "case",
    "order": "order",
    "orders": "order",
    "book": "order",
    "cover": "cover",
    "insurance": "cover",
    "policy": "cover",
    "buy": "buy_cover",
    "claim": "claim",
    "claims": "claim",
    "buy_cover": "buy_cover",
    "insure": "buy_cover",
    "profile": "profile",
    "me": "profile",
    "language": "language",
    "lang": "language",
    "help": "help",
    "menu": "help",
    "start": "start",
    "on": "envoy_on",
    "onduty": "envoy_on",
    "on_duty": "envoy_on",
    "off": "envoy_off",
    "offduty": "envoy_off",
    "off_duty": "envoy_off",
    "break": "envoy_break",
    "enrol": "enrol",
    "enroll": "enrol",
    "envoy": "enrol",
    "myday": "my_day",
    "my_day": "my_day",
    "today": "my_day",
    "hours": "duty_hours",
    "transport": "transport",
    "complain": "complain",
    "photo": "portrait",
    "link": "link",
    "family": "family",
    "unfollow": "unfollow",
    "cancel": "",
}


def _key(words: str) -> str:
    return reading.simplified(reading.bare(words)).replace("'", "")


def _phrases(rows: str) -> Iterable[str]:
    """The phrases of a row, written apart by blanks; a "_" stands for a blank inside one."""
    return (_key(row.replace("_", " ")) for row in rows.split())


def _by_phrase(table: Mapping[str, str]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for value, rows in table.items():
        for phrase in _phrases(rows):
            found.setdefault(phrase, set()).add(value)
    return {phrase: frozenset(values) for phrase, values in found.items()}


PHRASES: Final = _by_phrase(_ANSWERS)
"""Every whole message that means something, in the form it is compared in."""
_NAMED_LANGUAGES: Final = {phrase: locale for locale, rows in _LANGUAGES.items() for phrase in _phrases(rows)}
_NAMED_COMMANDS: Final = {phrase: command for command, rows in _COMMANDS.items() for phrase in _phrases(rows)}


def meaning(text: str) -> frozenset[str]:
    """The answer values a whole message may stand for; empty when it is none, or a question.

    Several at once are possible ("好" confirms and accepts): the open question decides which was meant.
    """
    if len(text) > _LONGEST or "?" in reading.fold(text):
        return frozenset()
    words = _key(text)
    return PHRASES.get(words) or PHRASES.get(_COURTESY.sub("", words).strip(), frozenset())


def language_named(text: str) -> str | None:
    """The locale (zh_Hans, zh_Hant, en, ja, ko) when the whole message names a language, else None."""
    if len(text) > _LONGEST:
        return None
    words = _key(text)
    switch = _SWITCH.match(_COURTESY.sub("", words).strip())
    return _NAMED_LANGUAGES.get(words) or (_NAMED_LANGUAGES.get(switch[1]) if switch else None)


def command_named(text: str) -> str | None:
    """`sos`, `case`, `order`, `profile`, `language`, `help`, `start`, `envoy_on`, `envoy_off` of a whole message.

    A slash command may carry a bot's name and arguments ("/case 12@bot"). A bare "help" is no command: it is a cry.
    """
    if slash := _SLASH.fullmatch(reading.fold(text)):
        return _SLASHES.get(slash[1]) or None
    return _NAMED_COMMANDS.get(_key(text)) if len(text) <= _LONGEST else None
