"""The statement to an insurer as a table: sums add up, and no cell is calculated by whoever opens it."""

from datetime import date, timedelta

from backoffice.kernel.money import Money
from backoffice.workflows.insurer_statement import COLUMNS, InsurerStatement, StatementLine, table
from tests.clocks import START


def _line(number: str, net: int) -> StatementLine:
    day = date(2026, 3, 1)
    return StatementLine(START, "premium", number, "world", day, day, Money(net, "CNY"), Money(100, "CNY"))


def test_a_number_that_is_a_formula_stays_words() -> None:
    """Numbers come from insurers; sums stay numbers, those below nothing too."""
    lines = (_line("P-1", 1_000), _line("=HYPERLINK(1)", -300))
    month = InsurerStatement("sample", START, START + timedelta(days=31), Money(0, "CNY"), lines)
    head, opening, first, second, closing = table([month])
    assert head == COLUMNS
    assert [str(cell) for cell in (first[2], second[2])] == ["P-1", "'=HYPERLINK(1)"]
    assert [str(row[8]) for row in (opening, first, second, closing)] == ["0.00", "10.00", "7.00", "7.00"]
    assert str(second[6]) == "-2.00"
