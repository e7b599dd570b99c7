"""A small HTTP/1.1 client on a kept connection: cheap enough that the server, not the client, is what is measured."""

import asyncio
from typing import Any

from tests.chaos.pushes import Http


class Hangup(ConnectionError):
    """The server closed the connection before it had answered."""


class Connection(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._host = host
        self._transport: Any = None
        self._buffer = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    @classmethod
    async def open(cls, port: int) -> "Connection":
        """Raises OSError when nobody listens."""
        _, made = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return made

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(Hangup())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head = self._buffer.find(b"\r\n\r\n")
        if head < 0 or self._answer is None:
            return
        length = _length(bytes(self._buffer[:head]))
        if len(self._buffer) >= head + 4 + length:
            body = bytes(self._buffer[head + 4 : head + 4 + length])
            status = int(self._buffer[9:12])
            self._buffer.clear()
            self._answer.set_result((status, body))

    async def send(self, request: bytes) -> tuple[int, bytes]:
        """Status and body of one request's answer. Raises `Hangup`."""
        if self._transport.is_closing():
            raise Hangup
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        self._transport.close()


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


def request(given: Http) -> bytes:
    """The bytes of a POST."""
    lines = [f"POST {given.path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(given.body)}"]
    lines += [f"{name}: {value}" for name, value in given.headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + given.body


def get(path: str) -> bytes:
    """The bytes of a GET."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


async def ask(port: int, path: str) -> tuple[int, bytes]:
    """One GET on a connection of its own."""
    connection = await Connection.open(port)
    try:
        return await connection.send(get(path))
    finally:
        connection.close()
