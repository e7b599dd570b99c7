"""Recovery codes: ten, each good once, kept as argon2id hashes."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from backoffice.kernel import ids

COUNT = 10
GROUP, GROUPS = 4, 4
SELECTOR = GROUP
_HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""OWASP's smallest argon2id; each code has 58 random bits beside the part that finds it."""
NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$Tk9OT05PTk9OT05PTk9OT05PTk9OT05PTk9OT05PTk8"
"""Proved in vain when there is no such code: a wrong name takes as long as a wrong code."""


def fresh(bits: ids.Bits) -> list[str]:
    """Ten codes as they are shown, once: `ABCD-EFGH-JKMN-PQRS`. Their first groups differ."""
    found: dict[str, str] = {}
    while len(found) < COUNT:
        groups = [ids.new_ref(bits, GROUP) for _ in range(GROUPS)]
        found.setdefault(groups[0], "-".join(groups))
    return list(found.values())


def plain(typed: str) -> str:
    """What was typed without case, spaces and dashes."""
    return "".join(c for c in typed.upper() if c.isalnum())


def is_one(typed: str) -> bool:
    return len(plain(typed)) == GROUP * GROUPS


def selector(typed: str) -> str:
    """The part that finds the row."""
    return plain(typed)[:SELECTOR]


def hashed(code: str) -> str:
    """Argon2id; takes about 20 ms of a processor, so not on the loop."""
    return _HASHER.hash(plain(code))


def proves(hash_: str, typed: str) -> bool:
    """Whether the typed code is the hashed one; as slow as `hashed`."""
    try:
        return _HASHER.verify(hash_, plain(typed))
    except (VerifyMismatchError, InvalidHashError):
        return False
