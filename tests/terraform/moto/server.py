"""The mended moto, served by a process of its own that ends with the one that started it."""

import os
import select
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
"""WSGI: https://peps.python.org/pep-3333/."""


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
    """Serves until the standard input ends: no client is left."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

    from .mending import apply
    from .mends import MENDS

    apply(MENDS)
    application = one_at_a_time(DomainDispatcherApplication(create_backend_app))
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=MotoRequestHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    while select.select([sys.stdin], [], [])[0] and sys.stdin.read(1):
        pass


def one_at_a_time(application: Application) -> Application:
    """Connections are open side by side, requests wait for each other: moto walks through dicts that others change."""
    turn = threading.Lock()

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        with turn:
            return list(application(environ, start_response))

    return answer


if __name__ == "__main__":
    main()
