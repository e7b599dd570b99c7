"""The platforms' file stores, in memory: what people and the service uploaded, and until when it can be had."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from itertools import count

from PIL import Image

from bot.sandbox.model import Media


@dataclass
class StoredFile:
    """`declared_size` in bytes is what the platform says; for the oversized sample more than there is."""

    id: str
    content: bytes
    name: str
    mime: str
    at: float
    declared_size: int
    duration: int = 0
    width: int = 0
    height: int = 0
    kind: str = ""
    small: StoredFile | None = None

    @property
    def unique_id(self) -> str:
        return hashlib.sha256(self.content + self.name.encode()).hexdigest()[:15]

    def media(self) -> Media:
        return Media(
            id=self.id,
            url=f"api/media/{self.id}",
            name=self.name,
            mime=self.mime,
            size=self.declared_size,
            duration=self.duration,
            width=self.width,
            height=self.height,
        )


@dataclass
class Upload:
    """A file part of a multipart body."""

    content: bytes
    name: str
    mime: str


@dataclass
class NewFile:
    """What is to be stored. `prefix` opens the id (platforms show a file's kind there)."""

    content: bytes
    name: str
    mime: str
    prefix: str = "f"
    kind: str = ""
    duration: int = 0
    declared_size: int | None = None


class FileStore:
    """Files by id. Ids look random, are not guessable from one another and never repeat."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._count = count(1)
        self._files: dict[str, StoredFile] = {}

    def put(self, new: NewFile, at: float) -> StoredFile:
        secret = hashlib.sha256(f"{self._seed}/{next(self._count)}/{new.name}".encode()).hexdigest()
        width, height = dimensions(new.content)
        size = len(new.content) if new.declared_size is None else new.declared_size
        stored = StoredFile(
            id=f"{new.prefix}{secret[:40]}",
            content=new.content,
            name=new.name,
            mime=new.mime,
            at=at,
            declared_size=size,
            duration=new.duration,
            width=width,
            height=height,
            kind=new.kind,
        )
        self._files[stored.id] = stored
        return stored

    def get(self, file_id: str) -> StoredFile | None:
        return self._files.get(file_id)


def dimensions(content: bytes) -> tuple[int, int]:
    """(width, height) in pixels of an image, (0, 0) of anything else."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            return image.size
    except (OSError, ValueError, Image.DecompressionBombError):
        return 0, 0


def thumbnail(content: bytes, side: int = 160) -> bytes:
    """A small JPEG of an image; the content itself when it is no image that can be read."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            small = image.convert("RGB")
            small.thumbnail((side, side))
            out = io.BytesIO()
            small.save(out, "JPEG", quality=70)
            return out.getvalue()
    except (OSError, ValueError, Image.DecompressionBombError):
        return content


def sniff(content: bytes) -> str:
    """The media type the first bytes betray; `application/octet-stream` when they do not."""
    head = content[:16]
    marks = (
        (b"\xff\xd8\xff", 0, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
        (b"GIF8", 0, "image/gif"),
        (b"WEBP", 8, "image/webp"),
        (b"#!AMR", 0, "audio/amr"),
        (b"OggS", 0, "audio/ogg"),
        (b"ID3", 0, "audio/mpeg"),
        (b"\xff\xfb", 0, "audio/mpeg"),
        (b"\xff\xf3", 0, "audio/mpeg"),
        (b"ftyp", 4, "video/mp4"),
        (b"%PDF", 0, "application/pdf"),
    )
    for mark, offset, mime in marks:
        if head[offset : offset + len(mark)] == mark:
            return mime
    return "application/octet-stream"
