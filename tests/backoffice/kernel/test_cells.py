"""No cell of a table we hand out is calculated by the spreadsheet that opens it."""

import csv
import io

import pytest

from backoffice.kernel import cells


@pytest.mark.parametrize(
    "cell", ["=1+1", "+86 138", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1", "＋1", "－1", "＠1"]
)
def test_what_would_be_calculated_is_words(cell: str) -> None:
    assert cells.safe(cell) == f"'{cell}"
    assert cells.plain(f"'{cell}") == cell


@pytest.mark.parametrize("cell", ["", "2", "张三", "a=b", "QX00AB", "'quoted'", "2026-03-01"])
def test_what_is_words_stays(cell: str) -> None:
    assert cells.safe(cell) == cells.plain(cell) == cell


def test_a_table_reads_back_as_it_was_written() -> None:
    rows = [("name", "sum"), ('a "b", c', "1.50"), ("two\nlines", "")]
    assert [tuple(row) for row in csv.reader(io.StringIO(cells.written(rows)))] == rows
