"""Fetching what people sent: capped, from the platform's own host, and without the token in any error."""

import traceback

import pytest

from bot.channel import ChannelDown, PermanentFailure, SendFailure, TemporaryFailure
from bot.handlers.telegram import download

TOKEN = "700000001:AAF-planted_token-for_the_tests-000000"


def offer(api, path: str = "photos/file_1.jpg", **more: int) -> None:
    api.reply({"ok": True, "result": {"file_id": "F", "file_unique_id": "U", "file_path": path} | more})


async def failure_of(channel, limit: int = 100) -> SendFailure:
    with pytest.raises(SendFailure) as caught:
        await channel.fetch("F", limit)
    assert TOKEN not in "".join(traceback.format_exception(caught.value, chain=True))
    assert caught.value.__context__ is None
    return caught.value


async def test_a_file_is_fetched_by_its_handle(channel, api):
    offer(api, file_size=5)
    api.files["photos/file_1.jpg"] = b"wound"
    assert await channel.fetch("F", 100) == b"wound"
    assert (api.method, api.sent) == ("getFile", {"file_id": "F"})


async def test_a_file_of_exactly_the_limit_is_fetched(channel, api):
    offer(api)
    api.files["photos/file_1.jpg"] = b"x" * 100
    assert len(await channel.fetch("F", 100)) == 100


async def test_a_file_said_to_be_too_large_is_not_downloaded(channel, api):
    offer(api, file_size=101)
    api.files["photos/file_1.jpg"] = b"x"
    failure = await failure_of(channel)
    assert (type(failure), failure.code) == (PermanentFailure, "too_large")


async def test_the_platforms_own_limit_holds_whatever_is_allowed(channel, api):
    offer(api, file_size=download.PLATFORM_CAP + 1)
    assert (await failure_of(channel, limit=10**9)).code == "too_large"


async def test_a_file_larger_than_it_said_is_cut_off(channel, api):
    offer(api, file_size=5)
    api.files["photos/file_1.jpg"] = b"x" * 1_000_000
    assert (await failure_of(channel)).code == "too_large"


async def test_telegrams_own_word_for_too_large(channel, api):
    api.refuse(400, "Bad Request: file is too big")
    failure = await failure_of(channel)
    assert (type(failure), failure.code) == (PermanentFailure, "too_large")


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (404, PermanentFailure, "gone"),
        (401, ChannelDown, "token_refused"),
        (500, TemporaryFailure, "download_failed"),
        (429, TemporaryFailure, "download_failed"),
        (302, TemporaryFailure, "download_failed"),
    ],
)
async def test_a_refused_download_has_its_meaning_and_hides_the_token(channel, api, status, kind, code):
    offer(api)
    api.files["photos/file_1.jpg"] = status
    failure = await failure_of(channel)
    assert (type(failure), failure.code) == (kind, code)


@pytest.mark.parametrize("fault", ["drop", "hang"])
async def test_a_fetch_of_unknown_outcome_may_simply_be_tried_again(channel, api, monkeypatch, fault):
    monkeypatch.setattr("bot.handlers.telegram.client.CALL_S", 0.05)
    getattr(api, fault)()
    assert type(await failure_of(channel)) is TemporaryFailure


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../../other", "a/../../b", None, 5])
async def test_a_path_outside_the_bots_files_is_not_followed(channel, api, path):
    offer(api, path)
    assert (await failure_of(channel)).code == "bad_path"


async def test_a_path_cannot_smuggle_a_query_or_a_host(channel, api):
    offer(api, "a?b#c@d.jpg")
    api.files["a?b#c@d.jpg"] = b"ok"
    assert await channel.fetch("F", 100) == b"ok"


async def test_no_handle_is_no_file(channel, api):
    with pytest.raises(PermanentFailure):
        await channel.fetch("", 100)
    assert not api.calls
