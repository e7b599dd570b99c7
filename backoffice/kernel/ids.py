"""Typed ids and the short references people read aloud."""

from collections.abc import Callable
from typing import NewType

PersonId = NewType("PersonId", str)
CaseId = NewType("CaseId", str)
EnvoyId = NewType("EnvoyId", str)
OperatorId = NewType("OperatorId", str)
AssignmentId = NewType("AssignmentId", str)
LetterId = NewType("LetterId", str)
DeadlineId = NewType("DeadlineId", str)
QuestionId = NewType("QuestionId", str)
MediaId = NewType("MediaId", str)
OrderId = NewType("OrderId", str)
OfferId = NewType("OfferId", str)

REF_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0/O, 1/I/L, U: a reference is read over bad telephone lines."""

Bits = Callable[[int], int]
"""`secrets.randbits` in service, a seeded generator in tests."""


def new_id(bits: Bits) -> str:
    """128 random bits as 32 hex digits."""
    return f"{bits(128):032x}"


def new_ref(bits: Bits, length: int = 4) -> str:
    """A case reference such as `7K3F`; uniqueness is the repository's business."""
    return "".join(REF_ALPHABET[bits(32) % len(REF_ALPHABET)] for _ in range(length))
