"""The tables of phrases, read once from `phrases/*.txt`, and which of them a message has to be held against."""

import re
from importlib import resources
from typing import Final

from backoffice.distress.table import Kind, Table
from backoffice.kernel import text as reading

TRADITIONAL: Final = "zh_Hant"
UNDETERMINED: Final = "und"
"""ISO 639-2: a language that cannot be told."""

_HEADING: Final = re.compile(r"\[([\w ]+)\]")
_MACRO: Final = re.compile(r"<([a-z]+)>")
_FIELDS: Final = {
    "idioms": "idioms",
    "cries": "cries",
    "supposed": "supposed",
    "elsewhere": "elsewhere",
    "now": "now",
    "red flags": "red_flags",
    "denials": "denials",
}


def parsed(language: str, source: str, *, loose_blanks: bool = False) -> Table:
    """A table from its text: `[section]` headings, one pattern a line, `#` comments, `[let name]` for `<name>`.

    Raises ValueError for a section no table has, KeyError for a name that is not let before its use.
    """
    rows: dict[str, list[str]] = {}
    macros: dict[str, str] = {}
    section = ""
    for line in source.splitlines():
        if not line or line.startswith("#"):
            continue
        if heading := _HEADING.fullmatch(line):
            section = heading[1]
        elif section.startswith("let "):
            macros[section.removeprefix("let ")] = f"(?:{line})"
        else:
            rows.setdefault(section, []).append(_MACRO.sub(lambda name: macros[name[1]], line))
    return _assembled(language, rows, loose_blanks)


def _assembled(language: str, rows: dict[str, list[str]], loose_blanks: bool) -> Table:
    reports = {Kind(name[7:]): tuple(found) for name, found in rows.items() if name.startswith("report ")}
    unknown = [name for name in rows if name not in _FIELDS and not name.startswith("report ")]
    if unknown:
        raise ValueError(f"the {language} phrases have sections no table knows: {unknown}")
    fields = {_FIELDS[name]: tuple(found) for name, found in rows.items() if name in _FIELDS}
    return Table(language=language, reports=reports, loose_blanks=loose_blanks, **fields)


def _read(file: str, language: str, *, loose_blanks: bool = False) -> Table:
    source = resources.files("backoffice.distress").joinpath("phrases", file).read_text("utf-8")
    return parsed(language, source, loose_blanks=loose_blanks)


UNIVERSAL: Final = _read("universal.txt", UNDETERMINED)
ZH: Final = _read("zh.txt", "zh_Hans")
EN: Final = _read("en.txt", "en")
JA: Final = _read("ja.txt", "ja")
KO: Final = _read("ko.txt", "ko", loose_blanks=True)
ALL: Final = (ZH, JA, KO, EN, UNIVERSAL)

_SCRIPTS: Final = (
    (ZH, re.compile(r"[\u3400-\u9fff]")),
    (
        JA,
        re.compile(
            r"[\u3040-\u30ff]|^\W*(?!.*[没沒有不我你他她们們了的在吗嗎是这這被来來])[\u4e00-\u9fff]{2,6}\W*$"
        ),
    ),
    (KO, re.compile(r"[\uac00-\ud7a3]")),
    (EN, re.compile(r"[a-z]{3}|[a-z]\.")),
)
_KANA: Final = re.compile(r"[\u3040-\u30ff]")
_HAN: Final = re.compile(r"[\u3400-\u9fff]")


def spoken_in(folded: str) -> tuple[Table, ...]:
    """The tables whose script occurs in a folded message; Japanese before Chinese where there is kana.

    A text with one kana to two Han or more is Japanese; a Chinese text may hold a の in a name.
    """
    found = [table for table, script in _SCRIPTS if script.search(folded)]
    if kana := len(_KANA.findall(folded)):
        found.sort(key=lambda table: table is not JA)
        if kana * 2 > len(_HAN.findall(folded)) and ZH in found:
            found.remove(ZH)
    return tuple(found)


def as_read(table: Table, folded: str) -> str:
    """The folded message in the script a table is written in."""
    return reading.simplified(folded) if table is ZH else folded
