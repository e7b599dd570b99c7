"""Words to people outside any chat: by SMS or by e-mail."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Notice:
    """One short text to one person. `to` is an E.164 number or an e-mail address.

    `key` is the same for every try of the same notice, so that a gateway that can tell repeats apart sends it
    once. `subject` is for e-mail alone.
    """

    to: str
    text: str
    subject: str = ""
    key: str = ""


class Notifier(Protocol):
    """Takes a notice to its carrier. Returned = the carrier has it. Raises `NotSent`."""

    async def send(self, notice: Notice) -> None: ...


class NotSent(Exception):
    """The carrier did not take it. `again`: another try may do; else the address or the settings are wrong."""

    def __init__(self, why: str, again: bool = True) -> None:
        super().__init__(why)
        self.again = again
