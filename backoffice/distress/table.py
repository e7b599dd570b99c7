"""What a table of phrases is: rows of patterns for one language, compiled once."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Final

_NOTHING: Final = re.compile(r"(?!)")
_WORD: Final = r"\b"
_BLANK: Final = "\x00"


def blanked(pattern: re.Pattern[str], text: str) -> str:
    """The text with what the pattern finds blanked out, every other character at its old place."""
    return pattern.sub(lambda found: _BLANK * len(found.group()), text)


class Kind(StrEnum):
    """The trouble a message seems to speak of. A hint for the operator; nothing is decided by it."""

    ACCIDENT = "accident"
    ILLNESS = "illness"
    ROBBERY = "robbery"
    ASSAULT = "assault"
    KIDNAPPING = "kidnapping"
    FIRE = "fire"
    DROWNING = "drowning"
    LOST = "lost"
    TRAPPED = "trapped"
    DISASTER = "disaster"
    DETAINED = "detained"
    SELF_HARM = "self_harm"
    OTHER = "other"


def alternatives(rows: Iterable[str], *, loose_blanks: bool = False) -> re.Pattern[str]:
    """One pattern out of rows, in the form messages are folded to. `loose_blanks`: a blank in a row is optional.

    A `\\b` that opens a row holds for the whole row.
    """
    at_words: list[str] = []
    anywhere: list[str] = []
    for row in rows:
        (at_words if row.startswith(_WORD) else anywhere).append(row.removeprefix(_WORD))
    if at_words:
        # One shared boundary lets the engine pass over the inside of words instead of trying every row there.
        anywhere.append(rf"\b(?:{'|'.join(at_words)})")
    if not anywhere:
        return _NOTHING
    folded = unicodedata.normalize("NFKC", "|".join(anywhere))
    # ASCII: in "help我" the English word ends where the Han begins.
    return re.compile(folded.replace(" ", " ?") if loose_blanks else folded, re.ASCII)


@dataclass(frozen=True)
class Table:
    """The phrases of one language; every row is a regular expression over folded text.

    `idioms`: everyday wording that holds a cry or a report ("救命稻草", "help me choose"); blanked first.
    `cries`: start an SOS whatever stands around them, unless inside an idiom.
    `reports`: an emergency told as a fact, by kind; starts unless supposed, or told in a sentence that is
    about `elsewhere` (another time, hearsay, a policy, a lesson) and has none of the words of `now`.
    `supposed`: from the "if" to where its clause or question ends; blanked before reports are looked for.
    `red_flags` with their `denials`: life-threatening signs; always reports of illness as well.
    """

    language: str
    idioms: tuple[str, ...] = ()
    cries: tuple[str, ...] = ()
    reports: Mapping[Kind, tuple[str, ...]] = field(default_factory=dict)
    supposed: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    now: tuple[str, ...] = ()
    red_flags: tuple[str, ...] = ()
    denials: tuple[str, ...] = ()
    loose_blanks: bool = False

    def _compiled(self, rows: Iterable[str]) -> re.Pattern[str]:
        return alternatives(rows, loose_blanks=self.loose_blanks)

    @cached_property
    def idiom(self) -> re.Pattern[str]:
        return self._compiled(self.idioms + self.denials)

    @cached_property
    def cry(self) -> re.Pattern[str]:
        return self._compiled(self.cries)

    @cached_property
    def report(self) -> re.Pattern[str]:
        return self._compiled(self._all_reports())

    def _all_reports(self) -> tuple[str, ...]:
        return (*self.red_flags, *(row for rows in self.reports.values() for row in rows))

    @cached_property
    def any(self) -> re.Pattern[str]:
        """Cries and reports in one pass: most messages have neither and are done after it."""
        return self._compiled((*self.cries, *self._all_reports()))

    @cached_property
    def kinds(self) -> tuple[tuple[Kind, re.Pattern[str]], ...]:
        """The same rows by kind, in the order a guess prefers them; red flags count as illness."""
        by_kind = [(kind, self._compiled(rows)) for kind, rows in self.reports.items()]
        return (*by_kind, (Kind.ILLNESS, self.red_flag))

    @cached_property
    def supposition(self) -> re.Pattern[str]:
        return self._compiled(self.supposed)

    @cached_property
    def other_matter(self) -> re.Pattern[str]:
        return self._compiled(self.elsewhere)

    @cached_property
    def present(self) -> re.Pattern[str]:
        return self._compiled(self.now)

    @cached_property
    def red_flag(self) -> re.Pattern[str]:
        return self._compiled(self.red_flags)

    @cached_property
    def denial(self) -> re.Pattern[str]:
        return self._compiled(self.denials)
