"""What parties read of each other's words: nothing that leads past the service."""

from backoffice.relaying import handles, numbers, reading

HIDDEN = "•••"
"""Stands where a number, an id or a link was; staff read the original in the console."""


def mask(text: str, lifted: bool = False) -> str:
    """Telephone numbers, ids and addresses elsewhere, links to other chats and to payment taken out.

    `lifted`: an operator allowed direct contact for this matter; the words stay as they are.
    """
    found = [] if lifted else hidden(text)
    for start, end in reversed(found):
        text = text[:start] + HIDDEN + text[end:]
    return text


def hidden(text: str) -> list[tuple[int, int]]:
    """The spans of a text that may not be read, in order, none touching another."""
    read = reading.read(text)
    found = sorted({*numbers.spans(read.text), *handles.spans(read.text)})
    joined: list[tuple[int, int]] = []
    for start, end in (read.back(*span) for span in found):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
