"""Forks services that have imported their code and read their maps: a start then costs what recovering costs.

Reads one JSON line per wish (environment, folder, log, words) and answers with the child's process id. The child runs
exactly what `run_bot.py` runs.
"""

import gc
import json
import os
import signal
import sys
from typing import Any

from backoffice.adapters.gazetteer import Gazetteer
from backoffice.kernel.exchange import RawUpdate
from bot.assembly import channels, commands, core
from bot.channel import Reader
from bot.incoming import Incoming

POISON = "CHAOS_POISON"
"""In the environment: the child dies at the first look at an update with `MARK` in it."""
MARK = b"poisonous words"


class Deadly:
    """A reader that takes the whole process with it."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def read(self, raw: RawUpdate) -> Incoming:
        if MARK in raw.body:
            os.kill(os.getpid(), signal.SIGKILL)
        return self._reader.read(raw)


def main() -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    maps = Gazetteer()
    maps.warm()
    core.Gazetteer = lambda *_: maps  # type: ignore[assignment,misc]
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        wish = json.loads(line)
        child = os.fork()
        if child == 0:
            _live(wish)
        print(child, flush=True)


def _live(wish: dict[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    log = os.open(wish["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream, to in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
        os.dup2(to, stream)
    os.chdir(wish["folder"])
    os.environ.update(wish["env"])
    if POISON in os.environ:
        channels.READERS["telegram"] = Deadly(channels.READERS["telegram"])
    os._exit(commands.main(wish["words"]))


if __name__ == "__main__":
    main()
