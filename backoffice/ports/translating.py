"""A machine that translates what people wrote, for staff to read beside the original."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


class NotTranslated(Exception):
    """The machine did not answer in time, or not with one text for each that was asked."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Texts of a case without names of who wrote them. Languages are our own tags (`zh_Hans`, `en` …)."""

    texts: Sequence[str]
    source: str
    target: str


class Translator(Protocol):
    """Off unless the installation names one: the words of a case leave the house."""

    async def translate(self, wanted: Wanted) -> Sequence[str]:
        """One text for each, in their order. Raises `NotTranslated`."""
        ...
