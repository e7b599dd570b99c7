"""A pasted roster: good lines are read, bad ones named by line and reason, and no cell is ever run."""

import pytest

from backoffice.kernel import cells
from backoffice.major import roster
from backoffice.major.roster import Fault


def test_headings_in_chinese_name_the_columns_in_any_order() -> None:
    """A column we do not know is left out; the whole document number is not kept."""
    found = roster.read("护照号,座位,姓名,手机号\nE12345678,12A,宋佳怡,13800138000\n")
    assert not found.bad
    assert found.good == (roster.Line(2, "宋佳怡", "+8613800138000", document="5678"),)


@pytest.mark.parametrize("mark", [",", ";", "\t", "，"])
def test_without_headings_the_columns_stand_in_their_order(mark: str) -> None:
    text = mark.join(["Song Jiayi", "+86 138 0013 8000", "1990-01-01", "E1", "父亲 13900139000"])
    assert roster.read(text).good[0].contact == "父亲 13900139000"


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (",13800138000", Fault.NO_NAME),
        ("=HYPERLINK(1)", Fault.FORMULA),
        ("@cmd", Fault.FORMULA),
        ("＝HYPERLINK(1)", Fault.FORMULA),
        ("李敏,12", Fault.BAD_PHONE),
        ("王磊", Fault.TWICE),
        ("王 磊", Fault.TWICE),
        ("x" * 61, Fault.TOO_LONG),
        ("张伟,,,,,,,多", Fault.TOO_MANY_CELLS),
    ],
)
def test_a_bad_line_is_named_and_the_others_are_read(line: str, fault: Fault) -> None:
    found = roster.read(f"王磊\n\n{line}\n赵六\n")
    assert [(bad.number, bad.fault) for bad in found.bad] == [(3, fault)]
    assert [good.name for good in found.good] == ["王磊", "赵六"]


def test_who_is_on_the_roster_already_is_not_added_again_and_a_roster_ends_at_500() -> None:
    known = [roster.key("王磊", "5678")]
    assert roster.read("王磊,,,E5678", known).bad[0].fault is Fault.TWICE
    many = roster.read("\n".join(f"人{n}" for n in range(502)), known)
    assert (len(many.good), {b.fault for b in many.bad}) == (499, {Fault.TOO_MANY})


def test_what_is_exported_is_run_by_no_spreadsheet_and_read_again_as_it_was() -> None:
    """Every cell that begins like a formula is guarded; the guard is taken off when it comes back."""
    out = cells.written([["姓名", "手机", "备注", "家属"], ["宋", "+8613800138000", "=1+1", "＝2"]])
    assert "'=1+1" in out
    assert "'＝2" in out
    assert "'+86" in out
    back = roster.read(out)
    assert (back.good[0].phone, back.good[0].note) == ("+8613800138000", "=1+1")
    assert back.good[0].contact == "＝2"
