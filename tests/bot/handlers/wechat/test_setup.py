"""The menu and the map link, as the platform wants them."""

import pytest

from backoffice.kernel.geo import Point
from bot import channel
from bot.handlers.wechat import maplink, setup
from tests.bot.handlers.wechat import api

LABELS = {
    "sos": "一键救命",
    "mine": "我的",
    "more": "更多",
    "case": "我的求助",
    "family": "告诉家人",
    "cover": "我的保障",
    "buy_cover": "买保险",
    "claim": "理赔",
    "order": "订星使服务",
    "profile": "我的资料",
    "language": "语言 Language",
    "help": "帮助",
    "enrol": "成为星使",
}


def test_sos_is_one_tap_away() -> None:
    """At most three keys on top and five below one; a parent key makes no event, so SOS is none."""
    sos, mine, more = setup.menu(LABELS)["button"]
    assert sos == {"type": "click", "name": "一键救命", "key": "sos"}
    assert [key["key"] for key in mine["sub_button"]] == ["case", "family", "order", "cover", "profile"]
    assert [key["key"] for key in more["sub_button"]] == ["buy_cover", "claim", "language", "help", "enrol"]


@pytest.mark.parametrize("label", ["", "救命救命救命"])
def test_a_label_the_platform_would_refuse_is_named(label: str) -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        setup.menu({**LABELS, "sos": label})


async def test_the_menu_is_registered_and_a_refusal_is_said() -> None:
    async with api.bench() as on:
        await setup.register_menu(on.channel.client, LABELS)
        (call,) = on.api.at("menu/create")
        assert call.json == setup.menu(LABELS)
        on.api.answers["menu/create"] = [{"errcode": 40018, "errmsg": "invalid button name size"}]
        with pytest.raises(channel.PermanentFailure, match="40018"):
            await setup.register_menu(on.channel.client, LABELS)


def test_the_link_shows_the_point_in_the_maps_own_datum() -> None:
    """A pin 500 m off sends an envoy to the wrong street."""
    link = maplink.map_link(
        Point(39.9, 116.4), "天安门", lambda point: Point(point.lat + 0.0014, point.lon + 0.006)
    )
    assert "coord:39.901400,116.406000;" in link
    assert "%E5%A4%A9" in link


def test_a_title_cannot_change_the_link() -> None:
    link = maplink.map_link(Point(1, 2), "x;coord:9,9&referer=evil\n", lambda point: point)
    assert link.count("coord:") == 1
    assert link.count("&") == 1
    assert "\n" not in link
