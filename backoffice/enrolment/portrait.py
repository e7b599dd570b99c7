"""An envoy's portrait: the photo that whoever they help sees once they have accepted (business.md, Envoys)."""

from backoffice.kernel.ids import MediaId
from backoffice.kernel.messages import Media, MediaKind

PREFIX = "portrait-"
"""Ids of pictures drawn anew begin with this; what follows is the id of the photo as it was sent."""


def drawn(sent: MediaId) -> MediaId:
    """The picture that may be shown: nothing of the sent file but its colours."""
    return MediaId(f"{PREFIX}{sent}")


def files(portrait: str) -> list[MediaId]:
    """Everything kept of a portrait: the picture and the photo it was drawn from."""
    return [MediaId(portrait), MediaId(portrait.removeprefix(PREFIX))] if portrait else []


def enclosed(portrait: str) -> Media:
    """As it goes with a letter."""
    return Media(portrait, MediaKind.PHOTO, "envoy.jpg", "image/jpeg")
