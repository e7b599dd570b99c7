"""Voices made playable by ffmpeg in a child process with little memory, little time and no files."""

import asyncio
from contextlib import suppress

from backoffice.ports.voices import Unplayable

TIME_OUT_S = 30.0
LONGEST_S = 900
"""Seconds of a voice that are made playable; the platforms end theirs long before."""
SHORTEST = 300
"""Bytes: fewer are a head without a voice behind it."""
BIGGEST = 20 * 1024 * 1024
MEMORY_KB, CPU_S, FILES = 1_500_000, 20, 16
_SHELL = f'ulimit -v {MEMORY_KB} -t {CPU_S} -f 0 -n {FILES}; exec "$0" "$@"'
"""Limits of the child alone, set before it is ffmpeg. No file may be written (`-f 0`): it has pipes."""
_FORMATS = (
    (b"#!AMR-WB\n", "amr"),
    (b"#!AMR\n", "amr"),
    (b"OggS", "ogg"),
    (b"ID3", "mp3"),
    (b"\xff\xfb", "mp3"),
)
"""By content, never by name: ffmpeg is told which reader to use, so that no playlist opens anything else."""


def reader(body: bytes) -> str:
    """Which of ffmpeg's readers fits. Raises `Unplayable` for anything we do not know."""
    found = next((name for magic, name in _FORMATS if body.startswith(magic)), "")
    if body[:4] == b"RIFF" and body[8:12] == b"WAVE":
        found = "wav"
    if body[4:8] == b"ftyp":
        found = "mov"
    if not found or len(body) > BIGGEST:
        raise Unplayable("no voice we know")
    return found


class FfmpegVoices:
    """`ports.voices.Voices`; two at a time, the others wait."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(2)

    async def playable(self, body: bytes) -> bytes:
        command = _command(_ffmpeg(), reader(body))
        async with self._turn:
            return await _run(command, body)


def _ffmpeg() -> str:
    import imageio_ffmpeg  # noqa: PLC0415 it costs start-up time that a process without voices does not need

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def _command(program: str, form: str) -> list[str]:
    safe = ["-hide_banner", "-loglevel", "error", "-nostdin", "-protocol_whitelist", "pipe", "-threads", "1"]
    given = ["-f", form, "-i", "pipe:0", "-map", "0:a:0", "-map_metadata", "-1", "-t", str(LONGEST_S)]
    made = ["-ac", "1", "-ar", "24000", "-c:a", "libmp3lame", "-b:a", "48k", "-f", "mp3", "pipe:1"]
    return ["/bin/sh", "-c", _SHELL, program, *safe, *given, *made]


async def _run(command: list[str], body: bytes) -> bytes:
    pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    child = await asyncio.create_subprocess_exec(
        *command, stdin=pipe, stdout=pipe, stderr=nowhere, env={"PATH": "/nonexistent"}
    )
    try:
        made, _ = await asyncio.wait_for(child.communicate(body), TIME_OUT_S)
    except TimeoutError as slow:
        raise Unplayable("it took too long") from slow
    finally:
        await _gone(child)
    if child.returncode != 0 or len(made) < SHORTEST:
        raise Unplayable(f"ffmpeg ended with {child.returncode}")
    return made


async def _gone(child: asyncio.subprocess.Process) -> None:
    """No child outlives its turn."""
    if child.returncode is None:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
