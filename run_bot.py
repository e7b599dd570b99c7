"""大救星's one command line: `python run_bot.py [command]`; without a command it serves."""

import gc
import sys

gc.disable()  # nothing that is imported is garbage: looking for some took a quarter of the time
from bot.assembly import commands  # noqa: E402

gc.freeze()
gc.enable()

if __name__ == "__main__":
    sys.exit(commands.main(sys.argv[1:]))
