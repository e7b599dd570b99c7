"""Sealed bytes in an S3-compatible bucket: three requests, signed with AWS Signature Version 4."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import parse_qs, quote, unquote, urlsplit

import aiohttp
from yarl import URL

from backoffice.kernel import clock as clocks
from backoffice.kernel import errors

TIMEOUT = aiohttp.ClientTimeout(total=60, connect=5)
MISSING = 404


@dataclass(frozen=True, slots=True, repr=False)
class Bucket:
    """Where and as whom. `endpoint` is `https://host[:port]`; objects are named `prefix/name`."""

    endpoint: str
    name: str
    region: str
    key_id: str
    secret: str
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Request:
    """What is signed: `path` is already percent-encoded; `headers` in lower case, `host` among them."""

    method: str
    path: str
    headers: Mapping[str, str]
    body_sha256: str


def parse(url: str) -> Bucket:
    """`s3://KEY:SECRET@host[:port]/bucket[/prefix][?region=…&tls=0]`. Raises ValueError in words."""
    parts = urlsplit(url)
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    name, _, prefix = parts.path.strip("/").partition("/")
    if parts.scheme != "s3" or not (parts.hostname and parts.username and parts.password and name):
        raise ValueError("a bucket is written s3://KEY:SECRET@host/bucket")
    host = f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname
    scheme = "http" if options.get("tls") == "0" else "https"
    key_id, secret = unquote(parts.username), unquote(parts.password)
    region = options.get("region", "us-east-1")
    return Bucket(f"{scheme}://{host}", name, region, key_id, secret, prefix)


def authorization(bucket: Bucket, request: Request, at: datetime) -> str:
    """The `Authorization` header (AWS General Reference, "Signature Version 4 signing process")."""
    names = ";".join(sorted(request.headers))
    lines = "".join(f"{name}:{request.headers[name].strip()}\n" for name in sorted(request.headers))
    canonical = "\n".join((request.method, request.path, "", lines, names, request.body_sha256))
    scope = f"{at:%Y%m%d}/{bucket.region}/s3/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"AWS4-HMAC-SHA256\n{at:%Y%m%dT%H%M%SZ}\n{scope}\n{digest}"
    key = f"AWS4{bucket.secret}".encode()
    for word in scope.split("/"):
        key = hmac.digest(key, word.encode(), "sha256")
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    credential = f"{bucket.key_id}/{scope}"
    return f"AWS4-HMAC-SHA256 Credential={credential},SignedHeaders={names},Signature={signature}"


class BucketBlobs:
    """`blobs.Blobs` in a bucket."""

    def __init__(self, bucket: Bucket, http: aiohttp.ClientSession, clock: clocks.Clock) -> None:
        self._bucket = bucket
        self._http = http
        self._clock = clock

    async def write(self, name: str, body: bytes) -> None:
        await self._ask("PUT", name, body)

    async def read(self, name: str) -> bytes:
        """Raises `FileNotFoundError`, `errors.Unavailable`."""
        return await self._ask("GET", name)

    async def delete(self, name: str) -> None:
        await self._ask("DELETE", name)

    async def _ask(self, method: str, name: str, body: bytes = b"") -> bytes:
        path = "/" + quote("/".join(filter(None, (self._bucket.name, self._bucket.prefix, name))))
        url, headers = URL(self._bucket.endpoint + path, encoded=True), self._headers(method, path, body)
        try:
            async with self._http.request(method, url, data=body, headers=headers, timeout=TIMEOUT) as answer:
                status, found = answer.status, await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise errors.Unavailable("the bucket cannot be reached") from error
        return _checked(status, found, method)

    def _headers(self, method: str, path: str, body: bytes) -> dict[str, str]:
        at = self._clock.now()
        digest = hashlib.sha256(body).hexdigest()
        signed = {
            "host": urlsplit(self._bucket.endpoint).netloc,
            "x-amz-content-sha256": digest,
            "x-amz-date": f"{at:%Y%m%dT%H%M%SZ}",
        }
        request = Request(method, path, signed, digest)
        return {**signed, "authorization": authorization(self._bucket, request, at)}


def _checked(status: int, body: bytes, method: str) -> bytes:
    if status == MISSING and method != "PUT":
        if method == "DELETE":
            return b""
        raise FileNotFoundError
    if status >= 300:
        raise errors.Unavailable(f"the bucket answered {status}")
    return body
