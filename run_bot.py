"""大救星's one command line: `python run_bot.py [command]`; without a command it serves."""

import sys

from bot.assembly import commands

if __name__ == "__main__":
    sys.exit(commands.main(sys.argv[1:]))
