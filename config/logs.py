"""Logging: one line an event, no control characters, no secrets."""

import logging
import re
import sys

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_TOKEN = re.compile(r"\b\d{6,12}:[A-Za-z0-9_-]{30,}\b")


class _OneLine(logging.Formatter):
    """Control characters out (a text may carry escape sequences), bot tokens blanked wherever they come from."""

    def format(self, record: logging.LogRecord) -> str:
        return _TOKEN.sub("<token>", _CONTROL.sub("?", super().format(record)))


def configure() -> None:
    """Everything from INFO up to standard error; chatty libraries from WARNING up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(name)s %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for chatty in ("aiohttp.access", "aiogram", "alembic", "asyncio"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
