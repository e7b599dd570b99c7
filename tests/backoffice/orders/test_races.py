"""Two envoys accept through two channels at once: a few of the races that `python -m tests.chaos order_race` runs."""

from pathlib import Path

from tests.chaos import order_race
from tests.chaos.report import Figures, Plan


async def test_of_two_who_accept_at_once_one_has_it_and_the_other_is_told(tmp_path: Path) -> None:
    figures = Figures()
    await order_race.on_sqlite(Plan(True, 7), figures, range(10), tmp_path)
    assert figures["races"] == 10
