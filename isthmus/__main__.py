"""The command line as a process of its own: `isthmus ...` and `python -m isthmus ...`."""

import gc
import sys

from isthmus.cli import STOPPED, main
from isthmus.text.broken_pipe import let_the_reader_leave


def run() -> int:
    """Run one command, without looking for garbage: a command lives for seconds, and most of what it makes it keeps."""
    gc.disable()
    try:
        let_the_reader_leave()
        status = main()
    except KeyboardInterrupt:
        status = STOPPED
    gc.freeze()  # nor at the end
    return status


if __name__ == "__main__":
    sys.exit(run())
