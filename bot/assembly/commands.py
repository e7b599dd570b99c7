"""The commands of `run_bot.py`: parse, build the settings once, do, say plainly what happened."""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from backoffice.kernel.errors import Refusal
from backoffice.money import tables
from backoffice.ports import OperatorRole
from bot.assembly import (
    check,
    control,
    demo,
    drill,
    envoy_import,
    organisation_csv,
    policy_csv_import,
    serve,
    setup,
)
from bot.assembly.deeds import Refused
from config import logs
from config.settings import Settings
from storage import backup, migrate
from storage.engine import sqlite_path
from storage.sqlite_file import AlreadyOpen

Command = Callable[[Settings, argparse.Namespace], Coroutine[Any, Any, int]]
LATER = ("providers",)


def main(arguments: list[str]) -> int:
    """Exit code of one command."""
    given = _parser().parse_args(arguments)
    try:
        settings = demo.settings(given) if given.command == "demo" else Settings()
    except ValidationError as error:
        for trouble in error.errors():
            print(f"settings: {'__'.join(map(str, trouble['loc']))}: {trouble['msg']}", file=sys.stderr)
        return 2
    logs.configure()
    try:
        return asyncio.run(_COMMANDS[given.command](settings, given))
    except (Refused, Refusal, AlreadyOpen, backup.BadBackup, OSError) as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="run_bot.py", description="大救星: rescue in WeChat and Telegram")
    commands = parser.add_subparsers(dest="command")
    parser.set_defaults(command="serve")
    for name, words in _PLAIN.items():
        commands.add_parser(name, help=words)
    demo_ = commands.add_parser("demo", help="serve, with both platforms played by the sandbox")
    demo_.add_argument("--fresh", action="store_true", help="forget an earlier demo's data")
    operator = commands.add_parser("add-operator", help="a one-time sign-in link for a new operator")
    operator.add_argument("name")
    operator.add_argument("--role", required=True, choices=[str(r) for r in OperatorRole])
    operator.add_argument("--centre", default="")
    operator.add_argument("--organisation", default="")
    import_ = commands.add_parser("import", help="vetted records in bulk")
    import_.add_argument(
        "what", choices=["envoys", "prices", "products", "policies", *organisation_csv.KINDS, *LATER]
    )
    import_.add_argument("file", type=Path)
    export = commands.add_parser(
        "export", help="cases, orders or claims as JSON, claims as CSV, an insurer's month of premiums as CSV"
    )
    export.add_argument("what", choices=["cases", "orders", "claims", "premiums"])
    export.add_argument("--ref")
    export.add_argument("--csv", action="store_true", help="with claims: one line each, for a spreadsheet")
    export.add_argument("--insurer", default="")
    export.add_argument("--month", default="", help="such as 2026-03, in Beijing")
    audit = commands.add_parser("audit", help="whether the trail of views and changes is whole")
    audit.add_argument("what", choices=["verify"])
    audit.add_argument(
        "--kept", default="", help="NUMBER:CODE printed by an earlier verify and kept elsewhere"
    )
    for name, words in (("backup", "a consistent copy while running"), ("restore", "put a copy back")):
        commands.add_parser(name, help=words).add_argument("file", type=Path)
    return parser


_PLAIN: Mapping[str, str] = {
    "serve": "everything in one process",
    "web": "webhooks and pages only",
    "worker": "deadlines and delivery only",
    "setup-channels": "register webhook, commands and menu",
    "drill": "one SOS through the public webhooks, with each stage's latency",
    "migrate": "bring the database to the newest schema",
    "check": "say whether settings, database and channels work",
}


async def _serve(settings: Settings, _: argparse.Namespace) -> int:
    await serve.serve(settings, serve.Role())
    return 0


async def _web(settings: Settings, _: argparse.Namespace) -> int:
    _apart(settings)
    await serve.serve(settings, serve.Role(work=False))
    return 0


async def _worker(settings: Settings, _: argparse.Namespace) -> int:
    _apart(settings)
    await serve.serve(settings, serve.Role(pages=False))
    return 0


def _apart(settings: Settings) -> None:
    if settings.embedded:
        raise Refused("web and worker are for PostgreSQL; on SQLite one process does both: `serve`")


async def _migrate(settings: Settings, _: argparse.Namespace) -> int:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    await migrate.upgrade(settings.database_url)
    print(f"database is at {migrate.newest()}")
    return 0


async def _add_operator(settings: Settings, given: argparse.Namespace) -> int:
    wanted = {k: getattr(given, k) for k in ("name", "role", "centre", "organisation")}
    print(await control.perform(settings, "add_operator", wanted))
    return 0


async def _import(settings: Settings, given: argparse.Namespace) -> int:
    if given.what in LATER:
        raise Refused(f"import {given.what} is not part of this version")
    if given.what == "prices":
        return await _import_prices(settings, given.file)
    if given.what in organisation_csv.KINDS:
        rows = organisation_csv.read(given.what, given.file)
        print(
            f"{await control.perform(settings, organisation_csv.KINDS[given.what], {'rows': rows})} rows put"
        )
        return 0
    if given.what == "products":
        texts = [given.file.read_text("utf-8")]
        print(f"{await control.perform(settings, 'put_products', {'sources': texts})} new edition(s) put")
        return 0
    if given.what == "policies":
        async with control.performing(settings) as perform:
            print(await policy_csv_import.run(given.file, perform, sys.stderr))
        return 0
    async with control.performing(settings) as perform:
        count = await envoy_import.run(given.file, perform, sys.stderr)
    print(f"{count} envoys imported")
    return 0


async def _import_prices(settings: Settings, folder: Path) -> int:
    """`prices.csv`, `sos_pay.csv` and `rates.csv` of a folder, each optional."""
    found = {name: folder / f"{name}.csv" for name in tables.FILES}
    texts = {name: path.read_text(encoding="utf-8") for name, path in found.items() if path.exists()}
    if not texts:
        raise Refused(f"no {', '.join(path.name for path in found.values())} in {folder}")
    print(f"{await control.perform(settings, 'put_prices', texts)} rows put")
    return 0


async def _audit(settings: Settings, given: argparse.Namespace) -> int:
    """Exit code 1 and the first bad row when it is not whole."""
    found = await control.perform(settings, "audit_verify", {"kept": given.kept})
    print(found["words"])
    return 0 if found["whole"] else 1


async def _export(settings: Settings, given: argparse.Namespace) -> int:
    if given.what == "premiums":
        wanted = {"insurer": given.insurer, "month": given.month}
        print(await control.perform(settings, "export_premiums", wanted), end="")
        return 0
    if given.csv:
        if given.what != "claims":
            raise Refused(f"export {given.what} has no --csv")
        print(await control.perform(settings, "export_claims_csv", {"ref": given.ref}), end="")
        return 0
    found = await control.perform(settings, f"export_{given.what}", {"ref": given.ref})
    print(json.dumps(found, ensure_ascii=False, indent=2))
    return 0


async def _backup(settings: Settings, given: argparse.Namespace) -> int:
    path = sqlite_path(settings.database_url)
    if path is None:
        raise Refused("on PostgreSQL use pg_dump (or a base backup) and pg_restore; keep the key file apart")
    backup.backup(path, given.file)
    print(f"copied to {given.file}; the key file is not in it: keep it apart")
    return 0


async def _restore(settings: Settings, given: argparse.Namespace) -> int:
    path = sqlite_path(settings.database_url)
    if path is None:
        raise Refused("on PostgreSQL use pg_restore")
    backup.restore(given.file, path)
    print(f"restored from {given.file}")
    return 0


async def _check(settings: Settings, _: argparse.Namespace) -> int:
    """Beside a running service the service itself looks; else this process does."""
    print(f"settings: {check.of_settings(settings)}")
    try:
        found = await control.perform(settings, "check", {})
    except (Refused, AlreadyOpen):
        raise
    except Exception as error:
        print(f"start: FAILS: {error or type(error).__name__}")
        return 1
    for name, _works, words in found:
        print(f"{name}: {words}")
    return 0 if all(works for _, works, _ in found) else 1


async def _setup(settings: Settings, _: argparse.Namespace) -> int:
    return await setup.run(settings)


async def _drill(settings: Settings, _: argparse.Namespace) -> int:
    return await drill.run(settings)


async def _demo(settings: Settings, given: argparse.Namespace) -> int:
    return await demo.run(settings, given.fresh)


_COMMANDS: Mapping[str, Command] = {
    "serve": _serve,
    "web": _web,
    "worker": _worker,
    "demo": _demo,
    "migrate": _migrate,
    "check": _check,
    "setup-channels": _setup,
    "drill": _drill,
    "add-operator": _add_operator,
    "import": _import,
    "export": _export,
    "audit": _audit,
    "backup": _backup,
    "restore": _restore,
}
