"""One way of reading typed text, so that every list of words meets the same form of a message."""

import re
import unicodedata
from typing import Final

_INVISIBLE: Final = (
    0x00AD, 0x034F, 0x061C, 0x115F, 0x1160, 0x180E, 0xFEFF,
    *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070),
    *range(0xFE00, 0xFE10), *range(0x1F3FB, 0x1F400), *range(0xE0100, 0xE01F0),
)  # fmt: skip
_LOOKALIKES: Final = {
    "。": ".", "｡": ".", "、": ",", "﹐": ",", "؟": "?", "¡": "!", "¿": "?", "⁉": "!?",
    "‘": "'", "’": "'", "‛": "'", "ʼ": "'", "´": "'", "`": "'", "“": '"', "”": '"', "„": '"',
    "‐": "-", "‑": "-", "–": "-", "—": "-", "―": "-", "−": "-", "〜": "~", "～": "~",
    "\r": "\n", "\u2028": "\n", "\u2029": "\n", "\v": "\n", "\f": "\n",
}  # fmt: skip
_SIGNS: Final = {**dict.fromkeys(_INVISIBLE, ""), **str.maketrans(_LOOKALIKES)}

_CJK: Final = "\u3040-\u30ff\u3400-\u9fff"
_HANGUL: Final = "\uac00-\ud7a3"
_BLANKS: Final = re.compile(r"[^\S\n]+")
_BREAKS: Final = re.compile(r" ?\n[\s]*")
_LETTER_RUN: Final = re.compile(r"([^\W\d_])\1\1+")
_SPACED_OUT: Final = re.compile(
    rf"(?:(?<=^[{_CJK}])|(?<=[^{_CJK}][{_CJK}])) (?=[{_CJK}])|(?<=[{_CJK}]) (?=[{_CJK}](?![{_CJK}]))"
)
_SPACED_HANGUL: Final = re.compile(rf"(?<![{_HANGUL}])(?:[{_HANGUL}] ){{2,}}[{_HANGUL}](?![{_HANGUL}])")
_ANY_CJK_GAP: Final = re.compile(rf"(?<=[{_CJK}{_HANGUL}])\s+(?=[{_CJK}{_HANGUL}])")
_NOT_WORDS: Final = re.compile(r"[^\w\s/']+|_+")

_TRADITIONAL: Final = (
    "丟並亂來個們側備傢傳傷價償兒兩凍別剋剛劃劇動務勢區協吶員問啓啟喚喪喫單嗎嘯噴噹嚨嚴圍園堅報墜墻壓壞夢"
    "姦媽嬤學寫寶將對導尷帥帶幫幾廢強彈彔後從悶愛應懸戰戲拋挾捲掃搶撐撥擊擔據擾攣敗斷於時暈暢暫書會東査條"
    "棄業槍槳樓樣樹橋機檢殺毆氣沒沖況減渾準溝溫溼滾滿漁漲潛濃濕災無煙熱燒燙爺牆狀獄獨現環產當痙瘋療癇癥癲"
    "發監盪眞睏礙礫禍禮穀窮箇範築紀約紹結絕絞給統綁經網緊練縫繞繫續纍纜羈羣習聞聯聽脅脈脫腦腫腳臉臟臺舉菸"
    "萬葯蓋蕩薦藥處虛號虧蟄蠍衝裏裡製見視親覺觸訂訓託設許註試話該誌認說説誰課請講謝識譯護讓豬負貨販責貴買"
    "費賠賣質購贖趕蹤車軋軍軟較輕輛輪轉轎轟辦農迴這連週進遊過遞選遺還邊醫釦鈕銷錄錢録鍋鍵鎖門開間闆闇闖關"
    "隊隨險離難電霧靜響頂順須預頭頸題額顯風颱飄飛餓饞馬騙驟髒體髮鬱麵麼點齣龍確繼簡崗達資為爲歡語錯誤碼屬"
    "歲輸場專換頁線瀉襲厲鯊種樂夠與傾僅優著妳牠証祂倉倫傘剎劑厠嗆嘔嚇嚥國塗夾婦島帳幣庫廁弔復慘懷掙掛搖搧"
    "撲擄擠桿棟極欄淩淺渙湯漢潑潔澤營爛牀獅痠癱盃盤睜積簽籤紅紮絡綫繩聲脣膚舘蒐蒼螞蟲蟻衚袷複覽觀詐變貓賊"
    "賓載醣釘針鈴銀銬鋸鍼鐵陽雙靈項颳颶飯飲館駝駱騎騷驗驚鬍魚鰐鱷黃齒餘墮嵐陣灘擡釣竊斃殘駛儘盡塵壩獎巖廚"
    "慾懶攔毀決洩淚潰異盜裝軌鈎鉤鋼閃顛鬚摺佈併俬刪廣彆敎曏檔檯權灣牴獲穫粵絶脩華衕詢辭鏈閉閑閒閤韓願鮮麽"
)
_SIMPLIFIED: Final = (
    "丢并乱来个们侧备家传伤价偿儿两冻别克刚划剧动务势区协呐员问启启唤丧吃单吗啸喷当咙严围园坚报坠墙压坏梦"
    "奸妈嬷学写宝将对导尴帅带帮几废强弹录后从闷爱应悬战戏抛挟卷扫抢撑拨击担据扰挛败断于时晕畅暂书会东查条"
    "弃业枪桨楼样树桥机检杀殴气没冲况减浑准沟温湿滚满渔涨潜浓湿灾无烟热烧烫爷墙状狱独现环产当痉疯疗痫症癫"
    "发监荡真困碍砾祸礼谷穷个范筑纪约绍结绝绞给统绑经网紧练缝绕系续累缆羁群习闻联听胁脉脱脑肿脚脸脏台举烟"
    "万药盖荡荐药处虚号亏蛰蝎冲里里制见视亲觉触订训托设许注试话该志认说说谁课请讲谢识译护让猪负货贩责贵买"
    "费赔卖质购赎赶踪车轧军软较轻辆轮转轿轰办农回这连周进游过递选遗还边医扣钮销录钱录锅键锁门开间板暗闯关"
    "队随险离难电雾静响顶顺须预头颈题额显风台飘飞饿馋马骗骤脏体发郁面么点出龙确继简岗达资为为欢语错误码属"
    "岁输场专换页线泻袭厉鲨种乐够与倾仅优着你它证他仓伦伞刹剂厕呛呕吓咽国涂夹妇岛帐币库厕吊复惨怀挣挂摇扇"
    "扑掳挤杆栋极栏凌浅涣汤汉泼洁泽营烂床狮酸瘫杯盘睁积签签红扎络线绳声唇肤馆搜苍蚂虫蚁胡夹复览观诈变猫贼"
    "宾载糖钉针铃银铐锯针铁阳双灵项刮飓饭饮馆驼骆骑骚验惊胡鱼鳄鳄黄齿余堕岚阵滩抬钓窃毙残驶尽尽尘坝奖岩厨"
    "欲懒拦毁决泄泪溃异盗装轨钩钩钢闪颠须折布并私删广别教向档台权湾抵获获粤绝修华同询辞链闭闲闲合韩愿鲜么"
)
_TO_SIMPLIFIED: Final = str.maketrans(_TRADITIONAL, _SIMPLIFIED)
_ANY_TRADITIONAL: Final = re.compile(f"[{_TRADITIONAL}]")


def fold(text: str) -> str:
    """The form in which phrases are looked for inside a message.

    NFKC, case folded, one kind of stop, comma, quote and dash; invisible characters, variation selectors and
    skin tones gone; blanks single, line ends kept as one "\\n"; a letter written three times or more counts once
    ("heeelp"); Han, kana and hangul typed one by one with blanks ("救 命") joined.
    """
    plain = unicodedata.normalize("NFKC", text.translate(_SIGNS)).casefold().translate(_SIGNS)
    plain = _BREAKS.sub("\n", _BLANKS.sub(" ", plain)).strip()
    plain = _SPACED_OUT.sub("", _LETTER_RUN.sub(r"\1", plain))
    return _SPACED_HANGUL.sub(lambda typed: typed.group().replace(" ", ""), plain)


def bare(text: str) -> str:
    """The form in which a whole short message is compared: folded, without punctuation, emoji or CJK blanks."""
    words = _NOT_WORDS.sub(" ", fold(text))
    return _ANY_CJK_GAP.sub("", " ".join(words.split()))


def simplified(folded: str) -> str:
    """Traditional Han characters as simplified ones, as far as the lists of words need it. Not for display."""
    return folded.translate(_TO_SIMPLIFIED)


def is_traditional(folded: str) -> bool:
    """Whether a Chinese text has a character that only the traditional script uses."""
    return _ANY_TRADITIONAL.search(folded) is not None
