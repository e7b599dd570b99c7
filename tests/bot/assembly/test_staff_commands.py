"""Commands about staff, organisations and the trail, as an administrator types them."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.assembly import commands
from config.settings import Settings
from storage.engine import sqlite_path

Printed = pytest.CaptureFixture[str]


@pytest.fixture
def typed(given: Settings, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs a command in this process on the settings of the test; returns its exit code."""
    monkeypatch.setattr(commands, "Settings", lambda: given)
    return lambda *arguments: commands.main(list(arguments))


def _sql(given: Settings, *statements: str) -> list[Any]:
    path = sqlite_path(given.database_url)
    assert path is not None
    with closing(sqlite3.connect(path)) as raw:
        rows = [raw.execute(statement).fetchall() for statement in statements]
        raw.commit()
    return rows[-1]


def test_a_trail_that_holds_says_what_to_keep_outside(typed: Any, capsys: Printed) -> None:
    """Each command that changes something is in it; the head kept outside is recognised later."""
    typed("add-operator", "王", "--role", "admin")
    capsys.readouterr()
    assert typed("audit", "verify") == 0
    said = capsys.readouterr().out
    assert "audit: 2 rows, whole" in said
    kept = said.split("keep this outside: ")[1].strip()
    typed("add-operator", "李", "--role", "operator")
    assert typed("audit", "verify", "--kept", kept) == 0


@pytest.mark.parametrize("what", ["cases", "orders", "claims"])
def test_an_export_is_a_view_and_stands_in_the_trail(typed: Any, given: Settings, what: str) -> None:
    assert typed("export", what, "--ref", "7K3F") == 0
    rows = _sql(given, "SELECT actor, action, object FROM audit")
    assert rows == [("command", f"export.{what}", "ref:7K3F")]


@pytest.mark.parametrize(
    ("forgery", "said"),
    [
        ("UPDATE audit SET object = 'operator:x' WHERE seq = 1", "row 1 does not hold: changed"),
        ("DELETE FROM audit WHERE seq = 2", "row 2 does not hold: cut off"),
        ("DELETE FROM audit WHERE seq = 1", "row 1 does not hold: missing"),
    ],
)
def test_a_forged_trail_is_named_and_ends_with_a_failure(
    forgery: str, said: str, typed: Any, given: Settings, capsys: Printed
) -> None:
    """By somebody who holds the database and took its triggers away."""
    typed("add-operator", "王", "--role", "admin")
    _sql(given, "DROP TRIGGER audit_no_update", "DROP TRIGGER audit_no_delete", forgery)
    capsys.readouterr()
    assert typed("audit", "verify") == 1
    assert said in capsys.readouterr().out


def test_a_head_that_is_none_is_refused_in_words(typed: Any, capsys: Printed) -> None:
    typed("add-operator", "王", "--role", "admin")
    assert typed("audit", "verify", "--kept", "nonsense") == 1
    assert "NUMBER:CODE" in capsys.readouterr().err


def test_every_role_gets_its_way_in(typed: Any, given: Settings, tmp_path: Path, capsys: Printed) -> None:
    """A wall its own address; a guest only for an organisation that exists."""
    assert typed("add-operator", "大屏", "--role", "wall") == 0
    assert "/console/wall/enter/" in capsys.readouterr().out
    assert typed("add-operator", "王核", "--role", "guest", "--organisation", "ACME") == 1
    assert "A guest belongs to an organisation" in capsys.readouterr().err
    assert typed("add-operator", "赵", "--role", "operator", "--organisation", "ACME") == 1
    file = tmp_path / "organisations.csv"
    file.write_text("code,name,kind,sees_place\nACME,平安健康,insurer,no\nPKU,北大附中,school,yes\n")
    assert typed("import", "organisations", str(file)) == 0
    assert typed("add-operator", "王核", "--role", "guest", "--organisation", "ACME") == 0
    for role in ("supervisor", "doctor", "claims", "finance", "admin"):
        assert typed("add-operator", role, "--role", role) == 0
    rows = _sql(given, "SELECT name, organisation FROM operator WHERE organisation != ''")
    assert rows == [("王核", "ACME")]


def test_members_come_in_by_a_list_all_or_none(
    typed: Any, given: Settings, tmp_path: Path, capsys: Printed
) -> None:
    """Also who has never written; twice the same is once; a bad row is named and nobody is bound."""
    organisations, members = tmp_path / "o.csv", tmp_path / "m.csv"
    organisations.write_text("code,name,kind\nPKU,北大附中,school\n")
    typed("import", "organisations", str(organisations))
    head = "organisation,channel,address,name\n"
    members.write_text(f"{head}PKU,telegram,42,小明\nPKU,wechat,oAbc,小红\n")
    capsys.readouterr()
    assert typed("import", "members", str(members)) == 0
    assert "2 rows put" in capsys.readouterr().out
    assert typed("import", "members", str(members)) == 0
    assert "0 rows put" in capsys.readouterr().out
    members.write_text(f"{head}PKU,telegram,43,小刚\nNONE,telegram,44,\n")
    assert typed("import", "members", str(members)) == 1
    members.write_text(f"{head}PKU,fax,43,小刚\n,telegram,44,\n")
    assert typed("import", "members", str(members)) == 1
    said = capsys.readouterr().err
    assert "line 2: channel" in said
    assert "line 3: organisation" in said
    assert _sql(given, "SELECT count(*) FROM organisation_member") == [(2,)]
    organisations.write_text("code,name,kind\nPKU,北大附中,bank\n")
    assert typed("import", "organisations", str(organisations)) == 1
    organisations.write_text("a,b\n1,2\n")
    assert typed("import", "organisations", str(organisations)) == 1
    assert "the first line must name the columns" in capsys.readouterr().err
