"""Voices made playable: what WeChat and Telegram send, and what is no voice."""

import asyncio
import subprocess

import imageio_ffmpeg
import pytest

from backoffice.adapters import voices
from backoffice.ports.voices import Unplayable


def spoken(form: str, codec: str, rate: int = 8000, seconds: float = 2.0) -> bytes:
    """A tone as a phone would record it."""
    tone = ["-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"]
    made = ["-ar", str(rate), "-ac", "1", "-c:a", codec, "-f", form, "pipe:1"]
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-loglevel", "error", *tone, *made]
    return subprocess.run(command, capture_output=True, check=True).stdout


@pytest.mark.parametrize(
    ("form", "codec", "rate"), [("amr", "libopencore_amrnb", 8000), ("ogg", "libopus", 16000)]
)
async def test_both_platforms_voices_become_mp3(form: str, codec: str, rate: int) -> None:
    made = await voices.FfmpegVoices().playable(spoken(form, codec, rate))
    assert made.startswith((b"ID3", b"\xff\xfb", b"\xff\xf3"))
    assert 4_000 < len(made) < 40_000


PLAYLIST = b"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\nfile:///etc/passwd\n"


@pytest.mark.parametrize(
    "body",
    [b"", PLAYLIST, b"ffconcat version 1.0\nfile /etc/passwd\n", b"#!AMR\n", b"OggS" + b"\0" * 400],
    ids=["empty", "playlist", "concat", "amr without sound", "broken ogg"],
)  # fmt: skip
async def test_what_is_no_voice_is_said_so(body: bytes) -> None:
    """No reader is guessed: a playlist opens no file, something broken ends the child and not the service."""
    with pytest.raises(Unplayable):
        await voices.FfmpegVoices().playable(body)


async def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """And is gone, not left behind."""
    monkeypatch.setattr(voices, "TIME_OUT_S", 0.05)
    monkeypatch.setattr(voices, "_command", lambda program, form: ["/bin/sh", "-c", "exec sleep 30"])
    before = set(asyncio.all_tasks())
    with pytest.raises(Unplayable):
        await voices.FfmpegVoices().playable(b"#!AMR\n" + b"\0" * 40)
    assert set(asyncio.all_tasks()) == before
