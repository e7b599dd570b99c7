"""Refusals in the business's words; each carries what its reader needs."""


class Refusal(Exception):
    """The business says no. `key` names the sentence for the person, `status` the HTTP answer for a page."""

    key = "error.generic"
    status = 409

    def __init__(self, key: str | None = None, status: int | None = None, **params: object) -> None:
        self.key = key or type(self).key
        self.status = status or type(self).status
        self.params = params
        super().__init__(self.key)


class NotFound(Refusal):
    """What was asked for is not there, or not for this reader: both look the same."""

    key = "error.not_found"
    status = 404


class NotAllowed(Refusal):
    """The actor may not do this."""

    key = "error.not_allowed"
    status = 403


class IllegalMove(Refusal):
    """A status cannot change that way."""

    key = "error.illegal_move"


class Stale(Exception):
    """Somebody else changed the row first: run the turn again."""


class Unavailable(Exception):
    """The store cannot take anything now; the platform must send again."""
