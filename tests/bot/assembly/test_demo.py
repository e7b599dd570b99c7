"""`make run` a second time: the data is kept, so the played platforms must not number their messages as before."""

import argparse
import shlex
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.assembly import demo
from bot.sandbox.clock import ManualClock
from bot.sandbox.config import from_mapping
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.wechat.phone import WeChatPhones
from config.settings import InsurerLine, Settings


def started(given: Settings) -> Sandbox:
    return Sandbox(from_mapping(demo._sandbox_config(given)), ManualClock())


def numbers(of: Sandbox) -> list[tuple[int, ...]]:
    """Message ids and update ids of Telegram, message ids of WeChat: the next thousand of each."""
    assert of.telegram is not None
    assert of.wechat is not None
    wechat = WeChatPhones(of.wechat, of.radio)._ids
    return [
        tuple(next(of.telegram.message_ids) for _ in range(1000)),
        tuple(next(of.telegram.webhook._update_ids) for _ in range(1000)),
        tuple(range(wechat, wechat + 1000)),
    ]


def test_a_demo_started_again_numbers_anew(given: Settings) -> None:
    """With the same numbers every word on every phone would be taken for a repeat, and nobody answered."""
    line = {"sample": InsurerLine(url="http://127.0.0.1:1/insurer/v1", secret=SecretStr("x" * 48))}
    settings = given.model_copy(update={"insurers": line})
    for before, after in zip(numbers(started(settings)), numbers(started(settings)), strict=True):
        assert not set(before) & set(after)


def test_the_line_that_signs_somebody_else_in_names_the_demos_own_data(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The command alone made a link for `var/`, whose database the running demo never looks at."""
    monkeypatch.setenv("RESCUE_DATA_DIR", str(tmp_path))
    settings = demo.settings(argparse.Namespace())
    words = shlex.split(demo.another_link(settings))
    for word in words[:2]:
        name, _, value = word.partition("=")
        monkeypatch.setenv(name, value)
    assert words[3:5] == ["run_bot.py", "add-operator"]
    assert (Settings().database_url, Settings().data_dir) == (settings.database_url, settings.data_dir)
