"""Code words for a meeting: easy to say in all five languages, hard to mishear."""

from collections.abc import Collection

from backoffice.kernel.ids import Bits

CODE_WORDS = (
    "camellia", "bamboo", "lotus", "swallow", "harbour", "lantern", "maple", "orchid",
    "pine", "river", "silver", "sparrow", "spring", "sunrise", "willow", "winter",
    "amber", "cloud", "coral", "crane", "jade", "moon", "peach", "plum",
)  # fmt: skip
"""Catalogue keys are `code_word.<word>`."""


def pick(bits: Bits, known: Collection[str] = ()) -> str:
    """One of the words, evenly; none that is `known` to somebody already, as long as there are others."""
    left = [word for word in CODE_WORDS if word not in known] or CODE_WORDS
    return left[bits(32) % len(left)]
