"""Papers as files: drawn the same from the same facts, byte by byte, once they are needed."""

from typing import Protocol

from backoffice.kernel.ids import CaseId, PersonId
from backoffice.kernel.messages import Media
from backoffice.papers.model import Receipt, SceneReport, WeekStatement


class MissingGlyph(Exception):
    """No font we have can write this character: the paper is not made with a hole in it."""


class Papers(Protocol):
    """PDF of a paper, A4. Raises `MissingGlyph`. Takes about half a second: never in a transaction."""

    def receipt(self, model: Receipt) -> bytes: ...
    def statement(self, model: WeekStatement) -> bytes: ...
    def report(self, model: SceneReport) -> bytes: ...

    def picture(self, pdf: bytes) -> bytes:
        """PNG of one of our own papers, its pages one below the other, for channels that take no files."""
        ...


class Expected(Protocol):
    """Files that a letter refers to and that are there soon after the commit."""

    async def expect(
        self, media: Media, case: str | None, channel: str, handle: str, person: PersonId | None = None
    ) -> None:
        """Note a file: `channel` will give it for `handle`; sealed for its case, else for its person."""
        ...

    async def of_case(self, media: str, case: CaseId) -> None:
        """In the turn that noted it: the file belongs to this case, whose key seals it."""
        ...
