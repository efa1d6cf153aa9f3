"""The connection to the process of a lab: an interrupted request does not confuse the next one."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest

from isthmus.lab.running import Connection, NotHere


class Interrupted:
    """The answers of a process. The first read is interrupted after a part of a line."""

    def __init__(self, end: socket.socket, part: int) -> None:
        self._answers = end.makefile("r", encoding="utf-8")
        self._part = part

    def readline(self) -> str:
        if self._part:
            self._answers.read(self._part)
            self._part = 0
            raise KeyboardInterrupt
        return self._answers.readline()

    def close(self) -> None:
        self._answers.close()


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    here, there = socket.socketpair()
    with here, there:
        yield here, there


def answer(there: socket.socket, *documents: dict[str, Any]) -> None:
    there.sendall(b"".join(json.dumps(document).encode() + b"\n" for document in documents))


@pytest.mark.parametrize("part", [1, 5, 20])
def test_an_interrupted_request_does_not_answer_the_next_one(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch, part: int
) -> None:
    here, there = ends
    connection = Connection(here)
    monkeypatch.setattr(connection, "_answers", Interrupted(here, part))
    answer(
        there, {"step": "sending"}, {"number": 1, "answer": "of the first"}, {"number": 2, "answer": "of the second"}
    )
    with pytest.raises(KeyboardInterrupt):
        connection.failing()
    assert connection.failing() == "of the second"


def test_the_end_of_the_process_is_a_message(ends: tuple[socket.socket, socket.socket]) -> None:
    here, there = ends
    connection = Connection(here)
    there.shutdown(socket.SHUT_WR)
    with pytest.raises(NotHere, match="the process of the lab ended"):
        connection.failing()


def test_an_error_is_a_message(ends: tuple[socket.socket, socket.socket]) -> None:
    here, there = ends
    answer(there, {"number": 1, "error": "no nftables"})
    with pytest.raises(NotHere, match="no nftables"):
        Connection(here).failing()
