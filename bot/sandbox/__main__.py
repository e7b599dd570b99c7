"""`python -m bot.sandbox`: the two platforms and their phones, on loopback."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.sandbox import app, config


def main(arguments: list[str] | None = None) -> int:
    """Runs until interrupted; 2 when the settings are not usable."""
    given = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)
    try:
        settings = config.from_mapping(_settings(given))
    except (ValueError, OSError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 2
    if settings.telegram is None and settings.wechat is None:
        print("sandbox: neither a Telegram token nor a WeChat account is configured", file=sys.stderr)
        return 2
    print(f"phones: http://{settings.host}:{settings.port}/sandbox/", flush=True)
    web.run_app(app.build(settings), host=settings.host, port=settings.port, print=None, shutdown_timeout=1.0)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, help="port to listen on (8090)")
    parser.add_argument("--host", help="address to listen on (127.0.0.1)")
    parser.add_argument("--service", help="base of the service's webhooks (http://127.0.0.1:8080)")
    parser.add_argument("--config", help="JSON file with the settings, or - for standard input")
    return parser


def _settings(given: argparse.Namespace) -> dict[str, Any]:
    """Command line over JSON over environment over defaults."""
    text = "{}"
    if given.config:
        text = sys.stdin.read() if given.config == "-" else Path(given.config).read_text(encoding="utf-8")
    raw = config.with_environment(json.loads(text), os.environ)
    for name in ("port", "host", "service"):
        if getattr(given, name) is not None:
            raw[name] = getattr(given, name)
    return {"service": "http://127.0.0.1:8080"} | raw


if __name__ == "__main__":
    sys.exit(main())
