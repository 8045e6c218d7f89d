"""Entry of every command, run by the shell part with whatever python3 there is."""

import sys

from _siyu.cli import main

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
