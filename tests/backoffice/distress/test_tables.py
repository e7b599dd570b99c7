"""The tables themselves: readable, complete, and no row that matches everything."""

import re

import pytest

from backoffice.distress import tables
from backoffice.distress.table import Kind, Table, alternatives

LANGUAGES = (tables.ZH, tables.JA, tables.KO, tables.EN)


def rows(table: Table) -> list[str]:
    reports = [row for found in table.reports.values() for row in found]
    return [
        *table.idioms,
        *table.cries,
        *reports,
        *table.supposed,
        *table.elsewhere,
        *table.now,
        *table.red_flags,
        *table.denials,
    ]


@pytest.mark.parametrize("table", tables.ALL, ids=lambda table: str(table.language))
def test_no_row_matches_an_empty_message(table: Table) -> None:
    empty = [row for row in rows(table) if alternatives([row], loose_blanks=table.loose_blanks).search("")]
    assert empty == []


@pytest.mark.parametrize("table", LANGUAGES, ids=lambda table: str(table.language))
def test_every_language_knows_every_kind_of_trouble(table: Table) -> None:
    assert set(table.reports) == set(Kind) - {Kind.OTHER}
    assert table.cries
    assert table.red_flags
    assert table.denials


def test_a_section_no_table_has_is_refused() -> None:
    with pytest.raises(ValueError, match="crys"):
        tables.parsed("en", "[crys]\nhelp")


def test_a_name_used_before_it_is_let_is_refused() -> None:
    with pytest.raises(KeyError):
        tables.parsed("en", "[cries]\nhelp my <child>")


def test_a_let_name_stands_for_its_alternatives() -> None:
    table = tables.parsed("en", "# a comment\n[let child]\nson|daughter\n\n[cries]\nsave my <child>")
    assert table.cry.search("save my daughter")
    assert not table.cry.search("save my progress")


def test_a_blank_in_a_korean_row_may_be_left_out_by_the_writer() -> None:
    assert tables.KO.cry.search("살려주세요")
    assert tables.KO.cry.search("살려 주세요")


def test_a_japanese_text_is_not_held_against_the_chinese_table() -> None:
    assert tables.spoken_in("救命胴衣はありますか") == (tables.JA,)
    assert tables.spoken_in("救命我在心斎橋の旁边被车撞了很严重") == (tables.JA, tables.ZH)


def test_a_table_without_rows_finds_nothing() -> None:
    assert re.compile(alternatives([])).search("anything") is None
