"""A lab that runs: for a `with` block, or until it is taken down. This is the client of `isthmus.lab.holder`."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from isthmus.errors import CannotAnswer
from isthmus.lab.follow import Seen
from isthmus.lab.nft import FORWARD, chain, table
from isthmus.lab.wiring import Wiring

__all__ = ["STAY", "Arrivals", "Connection", "NotHere", "Question", "Step", "TemporaryLab", "missing", "start"]

STAY = "stay\n"
"""The input with which the process of a listening lab goes on without the process that started it."""

_PACKAGE = Path(__file__).parents[2]
_PART = 8_000
"""Packets of one request."""

Step = Callable[[str], None]


class NotHere(CannotAnswer):
    """This machine cannot run a lab. The text names the tool or the right that is missing."""


class Question(NamedTuple):
    """A packet between two hosts of the lab, by number."""

    source: int
    destination: int
    protocol: int
    client: int
    port: int


class Arrivals(NamedTuple):
    """Whether the packet arrived, the reply to it, and the third packet of a TCP handshake."""

    forward: bool
    back: bool
    third: bool


class Connection:
    """A connection to the process that holds a lab. Its methods raise `NotHere`."""

    def __init__(self, end: socket.socket, step: Step = lambda text: None) -> None:
        self._end = end
        self._answers = end.makefile("r", encoding="utf-8")
        self._step = step
        self._number = 0
        self._interrupted = False

    def build(self, wiring: Wiring) -> None:
        """Bring a wiring up."""
        self._say({"build": wiring.document()})

    def ask(self, questions: Sequence[Question]) -> list[Arrivals]:
        """Send every packet, and the reply to each that arrives."""
        arrived = self._say({"ask": questions}) if questions else []
        return [Arrivals(*(count > step for step in range(3))) for count in arrived]

    def ask_in_parts(self, questions: Sequence[Question]) -> Generator[tuple[Question, Arrivals]]:
        """Send every packet. A part is sent while the caller uses the answers of the part before.

        Use no other method before the iterator ends. Close it (`contextlib.closing`) if you leave it early.
        """
        parts = [questions[start : start + _PART] for start in range(0, len(questions), _PART)]
        sender = ThreadPoolExecutor(1)
        try:
            for part, answers in zip(parts, [sender.submit(self.ask, part) for part in parts], strict=True):
                yield from zip(part, answers.result(), strict=True)
        finally:
            sender.shutdown(cancel_futures=True)

    def follow(self, questions: Sequence[Question]) -> list[list[Seen]]:
        """Send packets again, and return every interface that each one and its replies pass."""
        return [[Seen(*seen) for seen in places] for places in self._say({"follow": questions})]

    def ip(self, commands: Mapping[str, Sequence[str]]) -> None:
        """Run commands of `ip` by namespace."""
        self._say({"ip": commands})

    def filter(self, rulesets: Mapping[str, str]) -> None:
        """Load nftables rulesets by namespace."""
        self._say({"filter": rulesets})

    def start_vpn(self, document: Mapping[str, Any]) -> None:
        """Start the programs of tunnels and BGP (see `isthmus.lab.vpn_daemons`)."""
        self._say({"vpn": document})

    def vtysh(self, namespace: str, commands: Sequence[str]) -> str:
        """What FRRouting in a namespace prints for commands."""
        return str(self._say({"vtysh": [namespace, commands]}))

    def installed(self, namespaces: Sequence[str]) -> list[bool]:
        """Whether the end of a tunnel in each namespace has a child SA."""
        return list(self._say({"installed": namespaces}))

    def failing(self, what: str | None = None) -> str:
        """Note the component that is down from now on ("": none). Returns the one before; None only asks."""
        return str(self._say({"failing": what}))

    def log(self, namespace: str) -> str:
        """The last lines of the log of strongSwan in a namespace."""
        return str(self._say({"log": namespace}))

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self._answers.close()
        self._end.close()

    def _say(self, request: Mapping[str, Any]) -> Any:
        self._number += 1
        try:
            self._end.sendall(json.dumps([self._number, request]).encode() + b"\n")
            while (answer := self._read()).get("number") != self._number:
                if "step" in answer:
                    self._step(answer["step"])
        except OSError as error:
            raise NotHere(f"the process of the lab ended: {error}") from None
        except KeyboardInterrupt:
            self._interrupted = True
            raise
        if "error" in answer:
            raise NotHere(answer["error"])
        return answer["answer"]

    def _read(self) -> dict[str, Any]:
        """The next line. After Ctrl-C, the rest of a line and answers to earlier requests come first."""
        line = self._answers.readline()
        if not line:
            raise NotHere("the process of the lab ended")
        try:
            found = json.loads(line)
        except ValueError:
            if not self._interrupted:
                raise
            return {}
        return found if isinstance(found, dict) else {}


def start(kind: str, end: socket.socket, log: int | None = None) -> tuple[subprocess.Popen[str], int]:
    """Start the process that holds a lab. Returns it, and the PID of the first process in its namespaces.

    `kind`: `connected` or `listening`, which is what the socket is. Raises `NotHere`.
    """
    process = subprocess.Popen(  # noqa: S603  this Python, and this package
        (sys.executable, "-m", "isthmus.lab.holder", kind, str(end.fileno())),
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(_PACKAGE), os.environ.get("PYTHONPATH", "")])},
        pass_fds=[end.fileno()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        text=True,
        start_new_session=True,  # Ctrl-C is for the command, which then takes the lab down
    )
    assert process.stdout is not None
    answer = json.loads(process.stdout.readline() or '{"error": "its process ended"}')
    if "error" in answer:
        process.communicate()
        raise NotHere(f"network namespaces cannot be made: {answer['error']}")
    return process, answer["pid"]


class TemporaryLab:
    """A lab for a `with` block, built from a wiring if there is one. Raises `NotHere`.

    It ends with the process that started it, in any case.
    """

    def __init__(self, wiring: Wiring | None = None) -> None:
        self.wiring = wiring
        self._process: subprocess.Popen[str] | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> Connection:
        near, far = socket.socketpair()
        self._connection = Connection(near)
        try:
            with far:
                self._process, _ = start("connected", far)
            if self.wiring is not None:
                self._connection.build(self.wiring)
        except BaseException:
            self._end()
            raise
        return self._connection

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    @property
    def pid(self) -> int:
        """The process that holds the namespaces."""
        assert self._process is not None
        return self._process.pid

    def _end(self) -> None:
        """Nothing remains after the process: the namespaces are its own."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None


@cache
def missing() -> str:
    """Why no lab can run here, or "": a tool that is not installed, or a right that this process does not have."""
    if sys.platform != "linux":
        return f"network namespaces are Linux's, and this is {sys.platform}"
    for tool, package in (("ip", "iproute2"), ("nft", "nftables")):
        if shutil.which(tool) is None:
            return f"{tool} (package {package}) is not installed"
    trial = Wiring()
    router = trial.namespace("router", "a router")
    trial.link(router, "hosts", "h")
    trial.filters[router] = table(chain("inspect", FORWARD, ["ct state invalid drop"]))
    try:
        with TemporaryLab(trial):
            return ""
    except NotHere as reason:
        return str(reason)
