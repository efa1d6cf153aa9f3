"""The entry points `isthmus ...` and `python -m isthmus ...`."""

import gc
import sys

from isthmus.cli import STOPPED, main
from isthmus.text.broken_pipe import ignore_broken_pipe


def run() -> int:
    """Run one command, without garbage collection: a command runs for seconds and keeps most of its objects."""
    gc.disable()
    try:
        ignore_broken_pipe()
        status = main()
    except KeyboardInterrupt:
        status = STOPPED
    gc.freeze()  # nor at the end
    return status


if __name__ == "__main__":
    sys.exit(run())
