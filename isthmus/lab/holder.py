"""The process that holds a lab: `python -m isthmus.lab.holder connected|listening DESCRIPTOR`.

It leaves the namespaces of the host (see `isthmus.lab.namespaces`), and brings everything up in its own. The descriptor
is a Unix socket. A lab with a connected one ends with the process that started it. A lab with a listening one goes on
without that process, after a line of standard input, until it is taken down. The process prints its PID.

It reads lines of JSON with a number and a request each, such as `[1, {"build": WIRING}]`, then
`[2, {"ask": QUESTIONS}]` (see `_REQUESTS`). It answers each with one line: `{"number": 1, "answer": ...}`, or with
`"error"` if something is not possible here. Lines `{"step": ...}` before the answer say what it is doing.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from typing import Any

from isthmus.lab.built import Built
from isthmus.lab.namespaces import NotPossible, end_with_parent, leave_host
from isthmus.lab.running import STAY

__all__ = ["main"]


class _Server:
    """Answers requests for one lab."""

    def __init__(self) -> None:
        self._lab: Built | None = None

    def serve(self, connection: socket.socket) -> None:
        """Answer the requests of one client until it closes the connection."""
        with connection, connection.makefile("r", encoding="utf-8") as requests:
            for line in requests:
                number, request = json.loads(line)
                answer = self._answered(request, lambda text: _send(connection, {"step": text}))
                _send(connection, {"number": number, **answer})

    def _answered(self, request: Mapping[str, Any], step: Callable[[str], None]) -> Mapping[str, Any]:
        ((what, value),) = request.items()
        try:
            if what == "build":
                self._lab = Built(value)
                return {"answer": None}
            if self._lab is None:
                return {"error": "the lab is not built: isthmus lab up did not finish"}
            return {"answer": _REQUESTS[what](self._lab, value, step)}
        except (NotPossible, OSError) as error:
            return {"error": str(error)}


_REQUESTS: Mapping[str, Callable[[Built, Any, Callable[[str], None]], Any]] = {
    "ask": lambda lab, questions, _: lab.ask(questions),
    "follow": lambda lab, questions, _: lab.follow(questions),
    "ip": lambda lab, commands, _: lab.ip(commands),
    "filter": lambda lab, rulesets, _: lab.filter(rulesets),
    "vpn": lambda lab, document, step: lab.vpn.start(document, step),
    "vtysh": lambda lab, where, _: lab.vpn.vtysh(*where),
    "installed": lambda lab, namespaces, _: lab.vpn.installed(namespaces),
    "failing": lambda lab, what, _: lab.failing(what),
    "log": lambda lab, namespace, _: lab.vpn.log(namespace),
}


def _send(connection: socket.socket, document: Mapping[str, Any]) -> None:
    connection.sendall(json.dumps(document).encode() + b"\n")


def main() -> None:
    """Serve one lab on the socket that the command line names."""
    kind, descriptor = sys.argv[1:]
    stays = kind == "listening"
    end = socket.socket(fileno=int(descriptor))
    try:
        if not stays:
            end_with_parent()
        child = leave_host(with_parent=not stays)
    except (NotPossible, OSError) as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return
    if child:
        print(json.dumps({"pid": child}), flush=True)
        end.close()
        if not stays:
            os.waitpid(child, 0)
        os._exit(0)
    server = _Server()
    if not stays:
        server.serve(end)
        return
    if sys.stdin.readline() != STAY:
        return
    _detach()
    while True:
        connection, _ = end.accept()
        try:
            server.serve(connection)
        except (ConnectionError, BrokenPipeError):  # the client ended early: the lab stays for the next one
            continue


def _detach() -> None:
    """Go on without a terminal: neither Ctrl-C nor a closed window ends the lab."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1):
        os.dup2(nothing, standard)


if __name__ == "__main__":
    main()
