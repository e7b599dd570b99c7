"""Does a typed message start an SOS? By the reviewed tables only: no language model decides."""

import re
from dataclasses import dataclass
from functools import reduce
from typing import Final

from backoffice.distress import red_flags, tables
from backoffice.distress.table import Kind, Table, blanked
from backoffice.kernel import text as reading

_SENTENCE: Final = re.compile(r"[^.!?\n;]+[.!?]?")


@dataclass(frozen=True)
class Distress:
    """What a distress message was recognised by.

    `language`: locale of the table that matched, "und" for signs without a language (SOS, 🆘).
    `phrase`: the words that matched, as folded. `kind`: guessed for the operator, None when nothing points at one.
    `red_flag`: the message also names a life-threatening sign.
    """

    language: str
    phrase: str
    kind: Kind | None
    red_flag: bool


def classify(text: str) -> Distress | None:
    """The distress in one typed message of any language, or None. The writer's locale plays no part.

    A cry ("救命", "help me") starts wherever it stands unless it is part of an everyday idiom. A report
    ("our boat capsized") starts unless it is supposed, or its sentence speaks of another time, of hearsay,
    of a policy or of a lesson. Laughter excuses nothing. Where the tables are in doubt they start: a false
    start costs one cancel, a missed cry may cost a life.
    """
    folded = reading.fold(text)
    spoken = tables.spoken_in(folded)
    for table in spoken:
        message = tables.as_read(table, folded)
        phrase = _cry_or_report(table, message)
        if phrase:
            return Distress(_language(table, folded), phrase, _kind(spoken, folded), red_flags.in_folded(folded))
    sign = _sign(spoken, folded)
    return Distress(tables.UNDETERMINED, sign, _kind(spoken, folded), False) if sign else None


def _cry_or_report(table: Table, message: str) -> str | None:
    told = table.report.search(message)
    if not told and not table.cry.search(message):
        return None
    rest = blanked(table.idiom, message)
    found = table.cry.search(rest) or (told and _report(table, message, rest))
    return found.group().strip() if found else None


def _report(table: Table, message: str, rest: str) -> re.Match[str] | None:
    """The first report in `rest` (the message without idioms) whose sentence is about here and now."""
    actual = blanked(table.supposition, rest)
    for sentence in _SENTENCE.finditer(message):
        whole = sentence.group()
        found = table.report.search(actual[slice(*sentence.span())])
        if found and (not table.other_matter.search(whole) or table.present.search(whole)):
            return found
    return None


def _sign(spoken: tuple[Table, ...], folded: str) -> str | None:
    """A sign that belongs to no language, outside the idioms of every language the message is written in."""
    if not tables.UNIVERSAL.cry.search(folded):
        return None
    every = (*spoken, tables.UNIVERSAL)
    rest = reduce(lambda left, table: blanked(table.idiom, tables.as_read(table, left)), every, folded)
    found = tables.UNIVERSAL.cry.search(rest)
    return found.group().strip() if found else None


def _language(table: Table, folded: str) -> str:
    if table is tables.ZH and reading.is_traditional(folded):
        return tables.TRADITIONAL
    return table.language


def _kind(spoken: tuple[Table, ...], folded: str) -> Kind | None:
    for table in spoken:
        rest = blanked(table.idiom, tables.as_read(table, folded))
        for kind, pattern in table.kinds:
            if pattern.search(rest):
                return kind
    return None
