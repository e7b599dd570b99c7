"""The bot's public name: asked once when it is not set, again while the platform is silent, and never wrong unsaid."""

from dataclasses import replace

import pytest

from bot.assembly import bot_name, setup
from tests.house import House

REAL = "rescue_sandbox_bot"


async def test_a_name_that_is_not_set_is_asked_until_the_platform_says_it(with_platforms: House) -> None:
    house, bot = with_platforms, with_platforms.core.world.family.bot
    bot.value = ""
    assert house.core.world.family.start("f_x") == ""
    await house.phones.fault("error", platform="telegram", method="getMe", times=1, params={"code": 500})
    async with bot_name.learning(house.core, house.channels):
        await house.pass_time(2, 1)
        assert len(await house.phones.calls("getMe")) == 1
        assert bot.value == ""
        await house.pass_time(bot_name.AGAIN_S + 1, 10)
    assert house.core.world.family.start("f_x") == f"https://t.me/{REAL}?start=f_x"


async def test_the_links_of_another_bot_are_no_secret_of_check_and_setup(
    with_platforms: House, capsys: pytest.CaptureFixture[str]
) -> None:
    """A name in the settings that is not the token's sends relatives to strangers: both commands say so."""
    house = with_platforms
    assert await setup.register(house.core, house.channels) == 0
    assert f"families' links open @{REAL}" in capsys.readouterr().out
    given = house.core.settings
    other = given.model_copy(
        update={"telegram": given.telegram.model_copy(update={"username": "somebody_else"})}
    )
    core = replace(house.core, settings=other)
    with pytest.raises(RuntimeError, match="somebody_else"):
        await bot_name.said(core, house.channels)
    assert await setup.register(core, house.channels) == 1
