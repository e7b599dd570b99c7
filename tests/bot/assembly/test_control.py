"""The control socket: its owner's alone, one deed a line, and never a half-answer taken for a whole one."""

import asyncio
import json
import socket
import stat
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.assembly import control, deeds, serve
from config.settings import Settings
from storage.sqlite_file import AlreadyOpen

OPERATOR = {"name": "王", "role": "operator", "centre": "", "organisation": ""}


async def test_nobody_else_on_the_machine_may_speak_to_it(given: Settings, running: serve.Running) -> None:
    """0600, there while the service runs."""
    mode = control.socket_path(given).stat().st_mode
    assert stat.S_ISSOCK(mode)
    assert stat.S_IMODE(mode) == 0o600


async def test_a_command_beside_the_service_writes_through_it(
    given: Settings, running: serve.Running
) -> None:
    """SQLite has one writer: a second process asks the first."""
    link = await control.perform(given, "add_operator", OPERATOR)
    assert link.startswith(f"{given.public_url}/console/enter/")
    async with running.core.database.reading() as conn:
        names = (await conn.execute(sa.text("SELECT name FROM operator"))).scalars().all()
    assert names == ["王"]


async def test_without_a_service_the_command_does_it_itself(given: Settings) -> None:
    assert "/console/enter/" in await control.perform(given, "add_operator", OPERATOR)
    assert not control.socket_path(given).exists()


async def test_a_socket_left_by_a_killed_service_is_no_service(given: Settings) -> None:
    dead = socket.socket(socket.AF_UNIX)
    dead.bind(str(control.socket_path(given)))
    dead.close()
    assert "/console/enter/" in await control.perform(given, "add_operator", OPERATOR)


async def test_a_refusal_is_said_in_its_own_words(given: Settings, running: serve.Running) -> None:
    with pytest.raises(deeds.Refused, match="line 1: missing column"):
        await control.perform(given, "import_envoys", {"csv": "name\nx"})
    with pytest.raises(deeds.Refused, match="unknown deed"):
        await control.perform(given, "burn", {})
    with pytest.raises(deeds.Refused, match="KeyError"):
        await control.perform(given, "add_operator", {})


async def test_nonsense_on_the_socket_does_no_harm(given: Settings, running: serve.Running) -> None:
    """Nothing, no JSON, no deed, bytes that are no text: a refusal or a closed line, and the next is served."""
    for line in (b"", b"\n", b"no json\n", b"[]\n", b'{"deed": "check"}\n', b"\xff\xfe\n"):
        reader, writer = await asyncio.open_unix_connection(control.socket_path(given))
        writer.write(line)
        writer.write_eof()
        answer = await asyncio.wait_for(reader.read(), 5)
        assert answer == b"" or "ok" not in json.loads(answer), line
        writer.close()
    assert "/console/enter/" in await control.perform(given, "add_operator", OPERATOR)


async def test_a_service_that_ends_before_answering_is_not_taken_for_a_yes(given: Settings) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.close()

    path: Path = control.socket_path(given)
    server = await asyncio.start_unix_server(cut, path)
    try:
        with pytest.raises(deeds.Refused, match="before it answered"):
            await control.perform(given, "add_operator", OPERATOR)
    finally:
        server.close()


async def test_two_services_on_one_file_are_refused(given: Settings, running: serve.Running) -> None:
    with pytest.raises(AlreadyOpen):
        async with serve.running(given, serve.Role()):
            raise AssertionError("a second writer started")
