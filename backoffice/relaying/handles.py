"""Ids of other chats, mail addresses, links to chats and payment, and invitations to scan a picture."""

import re
from collections.abc import Iterator
from typing import Final

from backoffice.relaying.reading import HAN_DIGITS

Span = tuple[int, int]


def _compiled(pattern: str) -> re.Pattern[str]:
    """For the plain form, where a Han digit is a digit."""
    return re.compile(pattern.translate(HAN_DIGITS))


_HEART: Final = "[❤♥♡💓💕💖💗💘💙💚💛💜🖤🧡]"
_WECHAT: Final = (
    rf"[微威薇徽维維溦嶶v]\W{{0,2}}(?:信|芯|心|xin(?![a-z])|{_HEART})|[微威薇]\W{{0,2}}[号號]|wei\W?xin|w\W?e\W?c\W?h\W?a\W?t"
    r"|(?<![a-z])[wv]\W{0,2}x(?![a-z])|(?:加|[+➕])\W?(?:一下|一个|个|下)?我?的?\W?(?:[微威薇徽v](?![a-z]))"
    r"|[微薇威]\W?我(?=[\s:：a-z])|我的?v(?=\W?[:：])|卫星(?=\W?[号:：])|衛星(?=\W?[號:：])|绿泡泡|绿色软件|绿色聊天|(?<![\u4e00-\u9fff])[微威薇徽](?=[\s:：])"
)
_OTHERS: Final = (
    r"telegram|电报|電報|纸飞机|紙飛機|飞机(?=[号號:：])|whats\W?app|ライン|라인|kakao(?:\W?talk)?|カカオ(?:トーク)?"
    r"|카카오톡?|카톡|瓦次|扣扣|企鹅|instagram|facebook|脸书|臉書|zalo|viber|skype|discord|snapchat|抖音|小红书|小紅書"
    r"|支付宝|支付寶|alipay|paypal|venmo|cash\W?app"
    r"|(?:加|add)\W?(?:我的?|my|me on)?\W?(?:line|赖|賴|ig|tg|ins|fb|wa|signal)"
)
_SHORT: Final = r"(?<![a-z])(?:line|tg|ins|ig|fb|wa|qq|signal|snap|kkt)(?![a-z])|[赖賴](?=[\s:：])"
_MARK: Final = (
    r"号码|号是|號是|[号號]|账号|帐号|帳號|用户名|(?<![a-z])(?:id|handle|account|username|name|no)(?![a-z])|アカウント|아이디"
    r"|搜索|搜|查找|找|备注|[:：=＝]|->|→|⇒"
)
_FILL: Final = (
    r"[\W_]|[聊吧呀哈啊哦呗哟私联系请您你找谈细]|是|为|叫|也|的|加我|我|同|の|は|가|는|은|이"
    r"|(?<![a-z])(?:is|my|me|as|to|on)(?![a-z])"
)
_NAME: Final = r"[a-z0-9](?:[a-z0-9_.-]){3,30}[a-z0-9]"
_SPACED: Final = r"[a-z0-9](?:[ \-_.·*]{1,2}[a-z0-9](?![a-z0-9])){4,}"
_ID: Final = rf"(?P<id>{_SPACED}|{_NAME})"
_KNOWN: Final = _compiled(rf"(?P<cue>{_WECHAT}|{_OTHERS})(?P<way>(?:{_MARK}|{_FILL}){{0,8}}){_ID}")
_UNSURE: Final = _compiled(rf"(?P<cue>{_SHORT})(?P<way>(?:{_MARK}|{_FILL}){{0,8}}){_ID}")
_MARKED: Final = _compiled(_MARK)
_END: Final = re.compile(r"\s*(?:$|[^\w\s])")
_ADDING: Final = re.compile(r"[加+➕]|^add")
_WORDS_AFTER: Final = """
about accepted account added after again already always another available because before blocked broken cannot charge
check closed contact could crashed doesn down email enough first friend friends from group groups have hello help here
hotel image later login message messages mobile moments never number offline official online open other passport
payment phone photo photos please pictures profile request right sending since slow someone still sukhumvit thank
thanks that their there these they this today tomorrow transfer translate translation tonight under until using video
voice wallet weather where which while will with without working would your business lobby reception airport station
hospital restaurant counter platform entrance midnight home work gate desk noon customer service support banking cash
delivery banned frozen hacked dead fine full okay great
"""
_PLAIN_WORDS: Final = frozenset(_WORDS_AFTER.split())
"""English words that follow the name of a chat without being anybody's id there."""

_JOURNEY: Final = re.compile(r"[a-z]{1,2}\d{1,4}")
"""A flight or a train may well follow the name of a chat."""

_AT: Final = r" ?(?:@|[(\[{<] ?(?:at|a|艾特) ?[)\]}>]|艾特|圈a|小老鼠) ?"
_DOT: Final = r" ?(?:\.|点|點|[(\[{<] ?(?:dot|点) ?[)\]}>]|(?<![a-z])dot(?![a-z])) ?"
_LOCAL: Final = r"(?<![a-z0-9._+-])[a-z0-9][a-z0-9._+-]{0,63}"
"""The part before the @ (RFC 5321: 64 characters); begun at a border only, or a long word costs its square."""
_MAIL: Final = re.compile(
    rf"{_LOCAL}{_AT}[a-z0-9][a-z0-9-]{{1,62}}(?:{_DOT}[a-z0-9-]{{2,24}}){{1,4}}"
    rf"|{_LOCAL} at [a-z0-9-]{{1,63}}(?: dot [a-z]{{2,24}}){{1,4}}"
    rf"|{_LOCAL}[@#](?:gmail|qq|163|126|outlook|hotmail|yahoo|icloud|foxmail|naver)[a-z0-9._-]{{0,63}}"
    rf"|{_LOCAL}@[a-z0-9._-]{{3,63}}"
)
_AT_NAME: Final = re.compile(r"(?<![a-z0-9])@[a-z][a-z0-9_.-]{3,}")
_HOSTS: Final = (
    r"[a-z0-9-]+\.me/|t\.me|telegram\.(?:me|dog)|tg://|(?:api\.|chat\.)?whatsapp\.com|(?:liff\.)?line\.me|lin\.ee"
    r"|(?:open|qr|pf)\.kakao\.com|u\.wechat\.com|weixin\.qq\.com/[a-z]/|weixin://|wxp://|qm\.qq\.com|qr\.alipay\.com"
    r"|alipays?://|(?:www\.)?paypal\.com|qr\.kakaopay\.com|linktr\.ee|venmo\.com|cash\.app|ko-fi\.com|buymeacoffee\.com|wise\.com/pay"
    r"|(?:www\.|m\.)?facebook\.com|(?:www\.)?instagram\.com|discord\.(?:gg|com)"
    r"|viber\.click|bit\.ly|tinyurl\.com|t\.cn|dwz\.cn|suo\.im|is\.gd|goo\.su|rb\.gy|cutt\.ly|s\.id"
)
_LINK: Final = re.compile(
    r"(?:https?://)?(?<![a-z0-9.-])(?:" + _HOSTS.replace(r"\.", _DOT) + r")(?: / )?[a-z0-9/?=&_%#.+~:@-]*"
)
_SCAN: Final = _compiled(
    r"(?:[扫掃]|识别|識別|长按|長按)(?:一?下|一扫)?我(?:的|这个|发的)?[^,，。.!?\n]{0,6}(?:码|碼|qr)(?:[^,，。.!?\n]{0,4}加我)?"
    r"|[扫掃][^,，。.!?\n]{0,5}[码碼]?[^,，。.!?\n]{0,3}加(?:我|微|v|好友)"
    r"|我(?:把|的|发|给你|發|給你)[^,，。.!?\n]{0,6}(?:收款|付款|二维|二維|微信|名片|好友)[^,，。.!?\n]{0,2}[码碼]"
    r"|(?:scan|use|here'?s|send you|see) my (?:[a-z]+ )?(?:qr|code)(?:[a-z ]{0,24})"
    r"|私の[^。、\n]{0,8}qr(?:コード)?|제 ?(?:카톡 ?)?(?:큐알|qr)(?:코드)?"
)
_BACKWARDS: Final = _compiled(
    r"(?:倒过来|倒着|反过来|反着|从后往前|backwards?|reversed?|逆から)[^a-z0-9\n]{0,8}(?:念|读|看|it|read)?[\W_]{0,3}"
    r"(?P<id>[a-z0-9_.-]{5,})"
)
_OWN: Final = re.compile(r"wxid[_-]?[a-z0-9_-]{4,}|(?<![a-z0-9])[vw]x(?!id)[a-z0-9_-]{5,}")
_WORTH: Final = re.compile("[a-z@❤♥]|[扫掃]|[码碼]")


def spans(text: str) -> Iterator[Span]:
    """Where ids, addresses, links and invitations stand in a text in its plain form (`reading.read`)."""
    if not _WORTH.search(text):
        return
    yield from _called(text)
    for pattern in (_MAIL, _LINK, _SCAN, _OWN):
        yield from (found.span() for found in pattern.finditer(text))
    for found in _AT_NAME.finditer(text):
        if found.group()[1:] not in _PLAIN_WORDS:
            yield found.span()
    for found in _BACKWARDS.finditer(text):
        if found["id"] not in _PLAIN_WORDS:
            yield found.span("id")


def _called(text: str) -> Iterator[Span]:
    """An id after the name of the chat it belongs to."""
    for found in _KNOWN.finditer(text):
        if _an_id(text, found):
            yield found.span("id")
    for found in _UNSURE.finditer(text):
        if _an_id(text, found) and (_MARKED.search(found["way"]) or re.search("[a-z]", found["id"])):
            yield found.span("id")


def _an_id(text: str, found: re.Match[str]) -> bool:
    """A digit or an underscore tells an id; letters alone need a word that announces one."""
    name = found["id"]
    if _JOURNEY.fullmatch(name) and not _MARKED.search(found["way"]):
        return False
    if re.search(r"[0-9_]", name):
        return True
    if name in _PLAIN_WORDS:
        return False
    if _MARKED.search(found["way"]) or _ADDING.search(found["cue"]):
        return True
    return re.search(r"(?<![a-z])is(?![a-z])|是|は", found["way"]) is not None and _ends(text, found.end())


def _ends(text: str, at: int) -> bool:
    return _END.match(text, at) is not None
