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
    `cry`: help is asked for outright; False for an emergency told as a fact, which from an envoy at work may be
    news of their patient.
    """

    language: str
    phrase: str
    kind: Kind | None
    red_flag: bool
    cry: bool = True


def classify(text: str) -> Distress | None:
    """The distress in one typed message of any language, or None. The writer's locale plays no part.

    A cry ("救命", "help me") starts wherever it stands unless it is part of an everyday idiom. A report
    ("our boat capsized") starts unless it is supposed, or its sentence speaks of another time, of hearsay,
    of a policy or of a lesson. Laughter excuses nothing. Where the tables are in doubt they start: a false
    start costs one cancel, a missed cry may cost a life.
    """
    folded = reading.fold(text)
    report: Distress | None = None
    for table in tables.spoken_in(folded):
        message = tables.as_read(table, folded)
        if not table.any.search(message):
            continue
        rest = blanked(table.idiom, message)
        if cry := table.cry.search(rest):
            return _told(_language(table, folded), cry.span(), True, folded)
        if where := _report(table, message, rest):
            report = report or _told(_language(table, folded), where, False, folded)
    sign = _sign(tables.spoken_in(folded), folded)
    return _told(tables.UNDETERMINED, sign.span(), True, folded) if sign else report


def _told(language: str, where: tuple[int, int], cry: bool, folded: str) -> Distress:
    kind = _kind(tables.spoken_in(folded), folded)
    return Distress(language, folded[slice(*where)].strip(), kind, red_flags.in_folded(folded), cry)


def _report(table: Table, message: str, rest: str) -> tuple[int, int] | None:
    """Where in `rest` (the message without idioms) the first report stands whose sentence is about here and now."""
    actual = blanked(table.supposition, rest)
    for sentence in _SENTENCE.finditer(message):
        whole = sentence.group()
        found = table.report.search(actual[slice(*sentence.span())])
        if found and (not table.other_matter.search(whole) or table.present.search(whole)):
            return sentence.start() + found.start(), sentence.start() + found.end()
    return None


def _sign(spoken: tuple[Table, ...], folded: str) -> re.Match[str] | None:
    """A sign that belongs to no language, outside the idioms of every language the message is written in."""
    if not tables.UNIVERSAL.cry.search(folded):
        return None
    every = (*spoken, tables.UNIVERSAL)
    rest = reduce(lambda left, table: blanked(table.idiom, tables.as_read(table, left)), every, folded)
    return tables.UNIVERSAL.cry.search(rest)


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
