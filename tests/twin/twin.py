"""A twin that runs: brought up for a `with` block, and gone after it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from tests.twin.aws import region_of
from tests.twin.nft import FORWARD, chain, table
from tests.twin.reader import Reader
from tests.twin.routers import wired
from tests.twin.sites import sites_of
from tests.twin.wiring import Wiring

_REPOSITORY = Path(__file__).parents[2]


class NotHere(Exception):
    """This machine cannot run a twin; the text names the tool or the right that is missing."""


class Question(NamedTuple):
    """A packet between two of the twin's hosts, by number."""

    source: int
    destination: int
    protocol: int
    client: int
    port: int


class Seen(NamedTuple):
    """Whether the packet arrived, the reply to it, and the third packet of a TCP handshake."""

    forward: bool
    back: bool
    third: bool


def wiring_of(files: Mapping[str, str], pick: int = 0) -> Wiring:
    """The twin of an output, given as text by path: not yet running."""
    region = region_of(Reader(files).resources())
    return wired(region, sites_of(files["intent.json"], region), pick)


class Twin:
    """A twin in a process of its own. Raises `NotHere` where that is not possible."""

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Twin:
        self._process = subprocess.Popen(
            (sys.executable, "-m", "tests.twin.lab"),
            cwd=_REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            self._say(self.wiring.document())
        except BaseException:
            self._end()
            raise
        return self

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
        """Nothing is left once the process is gone: the namespaces are its own."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _say(self, what: Any) -> Any:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"error": "the process ended"}')
        if isinstance(answer, dict) and "error" in answer:
            raise NotHere(answer["error"])
        return answer

    def ask(self, questions: Sequence[Question]) -> list[Seen]:
        """Send every packet, and the reply to each that arrives."""
        arrived = self._say(questions) if questions else []
        return [Seen(*(count > step for step in range(3))) for count in arrived]


@cache
def missing() -> str:
    """Why no twin can run here, or "": a tool that is not installed, or a right that this process does not have."""
    if sys.platform != "linux":
        return f"network namespaces are Linux's, and this is {sys.platform}"
    for tool, package in (("ip", "iproute2"), ("nft", "nftables")):
        if shutil.which(tool) is None:
            return f"{tool} (package {package}) is not installed"
    trial = Wiring()
    router = trial.namespace("router")
    trial.link(router, "hosts", "h")
    trial.filters[router] = table(chain("inspect", FORWARD, ["ct state invalid drop"]))
    try:
        with Twin(trial):
            return ""
    except NotHere as reason:
        return f"network namespaces cannot be made: {reason}"
