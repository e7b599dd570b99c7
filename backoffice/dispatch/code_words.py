"""Code words for a meeting: easy to say in all five languages, hard to mishear."""

from backoffice.kernel.ids import Bits

CODE_WORDS = (
    "camellia", "bamboo", "lotus", "swallow", "harbour", "lantern", "maple", "orchid",
    "pine", "river", "silver", "sparrow", "spring", "sunrise", "willow", "winter",
    "amber", "cloud", "coral", "crane", "jade", "moon", "peach", "plum",
)  # fmt: skip
"""Catalogue keys are `code_word.<word>`."""


def pick(bits: Bits) -> str:
    """One of the words, evenly."""
    return CODE_WORDS[bits(32) % len(CODE_WORDS)]
