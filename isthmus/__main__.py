"""The command line as a process of its own: `isthmus ...` and `python -m isthmus ...`."""

import gc
import sys

from isthmus.cli import main


def run() -> int:
    """Run one command, without looking for garbage: a command lives for seconds, and most of what it makes it keeps."""
    gc.disable()
    status = main()
    gc.freeze()  # nor at the end
    return status


if __name__ == "__main__":
    sys.exit(run())
