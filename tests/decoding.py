"""The reader of photos without its child process, for tests of what is around it."""

from functools import cache

from backoffice.adapters import photo_worker
from backoffice.claims.evidence import Print
from backoffice.ports.claims import Look, PhotoDecoder, Unreadable


@cache
def _warm() -> None:
    photo_worker.warm()


class InProcess:
    """The same work as in the child, here."""

    async def look(self, body: bytes) -> Look:
        _warm()
        seen = photo_worker.look(body)
        exact, small, large = seen.prints
        head = seen.mime, seen.pages, seen.unfit, seen.fault
        return Look(*head, view=seen.picture, print_=Print(exact, small, large))

    async def redraw(self, body: bytes) -> bytes:
        _warm()
        seen = photo_worker.redraw(body)
        if seen.unfit:
            raise Unreadable(seen.unfit)
        return seen.picture

    async def close(self) -> None:
        """Nothing runs."""


_: type[PhotoDecoder] = InProcess
