"""Secrets that open the console: made here, handed out once, kept only as hashes."""

from datetime import timedelta
from hashlib import sha256

from backoffice.kernel import ids

LINK_LIVES = timedelta(hours=24)
"""How long a one-time sign-in link printed by `add-operator` is good."""


def fresh(bits: ids.Bits) -> str:
    """256 random bits as 64 hex digits."""
    return f"{bits(256):064x}"


def digest(token: str) -> str:
    """SHA-256 in hex: what is stored and looked up."""
    return sha256(token.encode()).hexdigest()


def enter_url(public_url: str, token: str) -> str:
    """The one-time link itself."""
    return f"{public_url.rstrip('/')}/console/enter/{token}"


def wall_url(public_url: str, token: str) -> str:
    """A wall display's own address, good again after every restart of the display."""
    return f"{public_url.rstrip('/')}/console/wall/enter/{token}"
