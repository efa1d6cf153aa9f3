"""The mended moto, served by a process of its own that ends with the one that started it."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def served() -> Iterator[str]:
    """A new AWS with nothing in it; gives its address, such as http://127.0.0.1:40001."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "MOTO_"))}
    command = [sys.executable, "-m", __name__]
    with subprocess.Popen(
        command,
        cwd=Path(__file__).parents[3],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as server:
        assert server.stdout is not None
        try:
            address = server.stdout.readline().strip()
            assert address, "moto did not start"
            yield address
        finally:
            server.terminate()


def main() -> None:
    """Serves until the standard input ends: nobody is left to ask."""
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer

    from .mending import apply
    from .mends import MENDS

    apply(MENDS)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    print(f"http://127.0.0.1:{port}", flush=True)
    while select.select([sys.stdin], [], [])[0] and sys.stdin.read(1):
        pass


if __name__ == "__main__":
    main()
