"""Files are kept sealed, come back whole, and go with their case's key."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from backoffice.kernel import errors
from backoffice.kernel.ids import CaseId, MediaId
from storage import blobs, bucket
from storage.engine import Database
from storage.media import ORPHAN_AFTER, FileMedia, SealedMedia
from storage.vault import Vault
from tests.clocks import FakeClock

BODY = b"\xff\xd8planted jpeg" * 1000
CASE = CaseId("case-1")
PHOTO = MediaId("m1")
EXAMPLE = bucket.Bucket(
    "https://examplebucket.s3.amazonaws.com",
    "",
    "us-east-1",
    "AKIAIOSFODNN7EXAMPLE",
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
)
EXAMPLE_AT = datetime(2013, 5, 24, tzinfo=UTC)
EMPTY = hashlib.sha256(b"").hexdigest()


@pytest.fixture
def media(database: Database, vault: Vault, clock: FakeClock, tmp_path: Path) -> FileMedia:
    return FileMedia(tmp_path / "media", database, vault, clock)


def files(folder: Path) -> list[Path]:
    return [path for path in (folder / "media").rglob("*") if path.is_file()]


async def test_a_file_comes_back_whole(media: FileMedia) -> None:
    """With a case and without one, empty and large."""
    for case, name, body in ((CASE, "a", BODY), (None, "b", BODY), (CASE, "c", b""), (None, "d", BODY * 200)):
        await media.put(case, MediaId(name), body)
        assert await media.get(MediaId(name)) == body


async def test_what_lies_on_the_disk_says_nothing(media: FileMedia, tmp_path: Path) -> None:
    """Content sealed, names random, for the owner only."""
    await media.put(CASE, PHOTO, BODY)
    (path,) = files(tmp_path)
    assert b"planted" not in path.read_bytes()
    assert PHOTO not in path.name
    assert CASE not in str(path.relative_to(tmp_path))
    assert path.stat().st_mode & 0o077 == 0


async def test_the_first_body_stays(media: FileMedia, tmp_path: Path) -> None:
    """A fetch run twice keeps one file."""
    await media.put(CASE, PHOTO, BODY)
    await media.put(CASE, PHOTO, b"other")
    assert await media.get(PHOTO) == BODY
    assert len(files(tmp_path)) == 1


async def test_an_unknown_file_is_not_found(media: FileMedia) -> None:
    with pytest.raises(errors.NotFound):
        await media.get(MediaId("none"))


async def test_a_swapped_file_does_not_open(media: FileMedia, tmp_path: Path) -> None:
    """One case's photo moved under another's name is refused."""
    await media.put(CASE, PHOTO, BODY)
    (first,) = files(tmp_path)
    await media.put(CASE, MediaId("m2"), b"other")
    (second,) = set(files(tmp_path)) - {first}
    second.write_bytes(first.read_bytes())
    with pytest.raises(Exception, match="m2"):
        await media.get(MediaId("m2"))


async def test_with_its_key_a_file_is_gone(media: FileMedia, database: Database, vault: Vault) -> None:
    """At the end of retention the case's key goes, and its files with it; a file of no case stays."""
    await media.put(CASE, PHOTO, BODY)
    await media.put(None, MediaId("m2"), BODY)
    async with database.writing() as conn:
        await vault.destroy(conn, f"case:{CASE}")
        await conn.commit()
    with pytest.raises(errors.NotFound):
        await media.get(PHOTO)
    assert await media.get(MediaId("m2")) == BODY


async def test_a_cases_files_are_removed(media: FileMedia, tmp_path: Path) -> None:
    await media.put(CASE, PHOTO, BODY)
    await media.put(CaseId("case-2"), MediaId("m2"), BODY)
    assert await media.forget(CASE) == 1
    assert len(files(tmp_path)) == 1
    with pytest.raises(errors.NotFound):
        await media.get(PHOTO)


async def test_a_put_cut_short_leaves_nothing_for_long(
    media: FileMedia, clock: FakeClock, tmp_path: Path
) -> None:
    """A file without a row is removed once it is old; files with rows and young ones stay."""
    clock._now = datetime.now(UTC)
    await media.put(CASE, PHOTO, BODY)
    await blobs.FolderBlobs(tmp_path / "media").write("ab" * 16, b"orphan")
    assert await media.sweep() == 0
    clock.advance(ORPHAN_AFTER + timedelta(minutes=1))
    assert await media.sweep() == 1
    assert await media.get(PHOTO) == BODY


async def test_a_full_disk_leaves_no_row(
    database: Database, vault: Vault, clock: FakeClock, tmp_path: Path
) -> None:
    """A file that could not be written is not promised by a row."""
    (tmp_path / "media").write_text("a file where the folder should be")
    media = FileMedia(tmp_path / "media", database, vault, clock)
    with pytest.raises(OSError, match="media"):
        await media.put(CASE, PHOTO, BODY)
    with pytest.raises(errors.NotFound):
        await media.get(PHOTO)


@pytest.mark.parametrize("name", ["../x", "a/b", ".", "", "a.b"])
async def test_a_name_never_leaves_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(FileNotFoundError):
        await blobs.FolderBlobs(tmp_path).read(name)


def test_signatures_agree_with_the_published_examples() -> None:
    """AWS, "Authenticating Requests: Using the Authorization Header": GET object and PUT object."""
    host = {"host": "examplebucket.s3.amazonaws.com", "x-amz-date": "20130524T000000Z"}
    get = {**host, "range": "bytes=0-9", "x-amz-content-sha256": EMPTY}
    signed = bucket.authorization(EXAMPLE, bucket.Request("GET", "/test.txt", get, EMPTY), EXAMPLE_AT)
    assert signed.endswith("f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")
    digest = hashlib.sha256(b"Welcome to Amazon S3.").hexdigest()
    put = {
        **host,
        "date": "Fri, 24 May 2013 00:00:00 GMT",
        "x-amz-content-sha256": digest,
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
    }
    path = "/test%24file.text"
    signed = bucket.authorization(EXAMPLE, bucket.Request("PUT", path, put, digest), EXAMPLE_AT)
    assert signed.endswith("98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")


@pytest.mark.parametrize("url", ["s3://host/bucket", "https://k:s@host/b", "s3://k:s@host/", "s3://k:s@/b"])
def test_a_bucket_half_described_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="bucket"):
        bucket.parse(url)


def test_a_bucket_is_read_from_its_url_and_keeps_its_secret() -> None:
    found = bucket.parse("s3://key:a%2Fb@127.0.0.1:9000/photos/rescue?region=cn-north-1&tls=0")
    assert found == bucket.Bucket("http://127.0.0.1:9000", "photos", "cn-north-1", "key", "a/b", "rescue")
    assert "a/b" not in repr(found)


@pytest.fixture
async def objects(clock: FakeClock) -> AsyncIterator[tuple[bucket.BucketBlobs, dict[str, bytes]]]:
    """A bucket server that checks every signature, and its contents."""
    kept: dict[str, bytes] = {}
    made = bucket.Bucket("", "photos", "us-east-1", "key", "secret", "rescue")

    async def serve(request: web.Request) -> web.Response:
        body = await request.read()
        digest = hashlib.sha256(body).hexdigest()
        signed = {n: request.headers[n] for n in ("host", "x-amz-content-sha256", "x-amz-date")}
        wanted = bucket.authorization(
            made, bucket.Request(request.method, request.path, signed, digest), clock.now()
        )
        if request.headers["authorization"] != wanted:
            return web.Response(status=403)
        return _object(kept, request, body)

    app = web.Application(client_max_size=2**25)
    app.router.add_route("*", "/{path:.*}", serve)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession() as http:
        yield bucket.BucketBlobs(replace(made, endpoint=f"http://127.0.0.1:{port}"), http, clock), kept
    await runner.cleanup()


def _object(kept: dict[str, bytes], request: web.Request, body: bytes) -> web.Response:
    if request.method == "PUT":
        kept[request.path] = body
    elif request.method == "DELETE":
        kept.pop(request.path, None)
        return web.Response(status=204)
    elif request.path not in kept:
        return web.Response(status=404)
    return web.Response(body=kept[request.path])


async def test_files_in_a_bucket_keep_the_same_promises(
    objects: Any, database: Database, vault: Vault, clock: FakeClock
) -> None:
    """Sealed there, whole here, removed with their case."""
    store, kept = objects
    media = SealedMedia(database, vault, clock, store)
    await media.put(CASE, PHOTO, BODY)
    (name,) = kept
    assert name.startswith("/photos/rescue/")
    assert b"planted" not in kept[name]
    assert await media.get(PHOTO) == BODY
    await media.forget(CASE)
    assert kept == {}


async def test_a_bucket_that_fails_is_said_so(objects: Any, clock: FakeClock) -> None:
    """Missing is missing; refused or unreachable is unavailable, never taken for missing."""
    store, _ = objects
    with pytest.raises(FileNotFoundError):
        await store.read("none")
    await store.delete("none")
    store._bucket = replace(store._bucket, secret="wrong")
    with pytest.raises(errors.Unavailable, match="403"):
        await store.read("none")
    store._bucket = replace(store._bucket, endpoint="http://127.0.0.1:9")
    with pytest.raises(errors.Unavailable, match="reached"):
        await store.write("x", b"")
