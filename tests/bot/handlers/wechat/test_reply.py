"""What people typed cannot become structure in a passive reply."""

from xml.etree import ElementTree

import pytest

from bot.handlers.wechat import reply
from tests.bot.handlers.wechat import support

HOSTILE = [
    "a]]><Content>evil</Content><Content><![CDATA[",
    "]]>",
    "]]]]>>",
    "]]" + "]]>" * 3,
    "<![CDATA[x]]>",
    "&lt;b&gt; & <b>",
    "多行\n第二行 😀",
]


def _read_back(words: str, account: str = support.ACCOUNT) -> ElementTree.Element:
    return ElementTree.fromstring(reply.plain(reply.Reply(account, support.OPENID, words, support.NOW)))


@pytest.mark.parametrize("words", HOSTILE)
def test_words_come_out_as_they_went_in(words: str) -> None:
    read = _read_back(words)
    assert read.findtext("Content") == words
    assert sorted(child.tag for child in read) == [
        "Content",
        "CreateTime",
        "FromUserName",
        "MsgType",
        "ToUserName",
    ]


def test_control_characters_are_left_out() -> None:
    """They make the whole reply malformed, and the person sees that the service is out of order."""
    assert _read_back("a\x00b\x0bc\x1f\ufffed").findtext("Content") == "abcd"


def test_a_hostile_account_name_stays_a_name() -> None:
    assert _read_back("x", "gh]]><MsgType>news</MsgType>").findtext("MsgType") == "text"


def test_the_limit_counts_bytes() -> None:
    assert reply.fits("救" * 682)
    assert not reply.fits("救" * 683)
